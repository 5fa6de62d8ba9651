//! A server that puts into everything that it says what could harm, or mislead, whoever reads a report.

use serde_json::{Value, json};

use crate::stub::{Answer, Asked, Stub, stub};

const ID: &str = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";

/// Ends elements of the page, begins others, and says when a browser took it for more than text.
const MARKUP: &str = "</script></style></title></textarea><script>window.pwned = 1</script><img src=x \
    onerror=\"window.pwned = 2\"><svg onload='window.pwned = 3'><!-- <b id=injected>bold</b> \"'`${1}{{2}}";

/// Steers terminals, turns the direction of text, hides.
const CONTROL: &str = "\u{0}\u{7}\u{1b}[31m\u{7f}\u{85}evil\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}\u{e0041}\u{2028}end";

/// The server.
pub fn server() -> Stub {
    stub(answer)
}

fn answer(asked: &Asked) -> Answer {
    let path = asked.path().split('?').next().unwrap_or_default();
    let object = |id: &str| {
        json!({
            "type": "indicator", "spec_version": "2.1", "id": id, "created": "2024-01-01T00:00:00.000Z",
            "modified": "2024-01-01T00:00:00.000Z", "name": MARKUP, "description": CONTROL, "pattern": MARKUP,
            MARKUP: CONTROL, "x": "w".repeat(30_000),
        })
    };
    let (status, body) = match path {
        "/taxii2/" => {
            (200, json!({ "title": format!("{MARKUP}{CONTROL}"), "description": MARKUP, "api_roots": ["/api/"] }))
        }
        "/api/" => (200, json!({ "title": MARKUP, "versions": [MARKUP], "max_content_length": MARKUP })),
        "/api/collections/" => (200, json!({ "collections": [collection()] })),
        p if p == format!("/api/collections/{ID}/") => (200, collection()),
        p if p.ends_with("/objects/") => {
            (200, json!({ "objects": [object(MARKUP), object("indicator--1")], "more": MARKUP }))
        }
        p if p.ends_with("/manifest/") => (
            200,
            json!({ "objects": [{ "id": MARKUP, "date_added": CONTROL, "version": MARKUP, "media_type": MARKUP }] }),
        ),
        _ => (404, json!({ "title": MARKUP, "description": CONTROL, "http_status": "w".repeat(30_000) })),
    };
    let Answer(status, mut headers, body) = Answer::taxii(status, &body);
    headers.push(("Server", format!("<script>window.pwned=4</script>{}", "w".repeat(3000))));
    headers.push(("X-TAXII-Date-Added-First", "</pre><script>window.pwned=5</script>".to_owned()));
    headers.push(("WWW-Authenticate", "Basic realm=\"<img src=x onerror=window.pwned=6>\"".to_owned()));
    Answer(status, headers, body)
}

fn collection() -> Value {
    json!({
        "id": ID, "title": format!("{MARKUP}{}", "w".repeat(5000)), "description": CONTROL, "alias": MARKUP,
        "can_read": true, "can_write": true, "media_types": ["application/stix+json;version=2.1"],
    })
}
