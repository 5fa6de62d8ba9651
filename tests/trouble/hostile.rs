//! Servers that try to get at credentials, or give them away.

use serde_json::json;

use crate::binary::{Ended, run};
use crate::stub::{Answer, Asked, Stub, stub};

const USER: [(&str, &str); 2] = [("TAXII_USER", "tester"), ("TAXII_PASSWORD", "hunter2-password")];

/// A server without content: one API root, one readable collection, nothing in it.
fn empty(asked: &Asked, roots: &[String]) -> Answer {
    let collection = json!({
        "id": "91a7b528-80eb-42ed-a74d-c6fbd5a26116", "title": "Empty", "can_read": true, "can_write": false,
        "media_types": ["application/stix+json;version=2.1"],
    });
    let body = match asked.path() {
        "/taxii2/" => json!({ "title": "Stub", "api_roots": roots }),
        "/api/" => {
            json!({ "title": "Root", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 9999 })
        }
        "/api/collections/" => json!({ "collections": [collection] }),
        path if path.ends_with("/objects/") || path.ends_with("/manifest/") => json!({}),
        _ => return Answer::taxii(404, &json!({ "title": "Not found", "http_status": "404" })),
    };
    Answer::taxii(200, &body)
}

/// Somebody who should never be asked.
fn bystander() -> Stub {
    stub(|_| Answer::taxii(200, &json!({ "title": "Bystander" })))
}

#[track_caller]
fn untouched(bystander: &Stub) {
    assert!(bystander.asked().is_empty(), "{:?}", bystander.asked());
}

#[test]
fn api_roots_on_other_origins_are_listed_and_not_contacted() {
    let other = bystander();
    let advertised = format!("{}api/", other.url);
    let roots = vec!["/api/".to_owned(), advertised.clone()];
    let server = stub(move |asked| empty(asked, &roots));
    let ended = run(&server.url, &["--allow-http"], &USER);
    assert!(matches!(ended.code, Some(0 | 1)), "{}{}", ended.out, ended.err);
    untouched(&other);
    assert_eq!(ended.json.expect("a report")["server"]["not_contacted"], json!([advertised]));
    assert!(ended.out.contains(&advertised), "{}", ended.out);
    assert!(server.asked().iter().any(|asked| !asked.header("authorization").is_empty()));
}

#[test]
fn api_roots_on_other_origins_alone_cannot_be_tested() {
    let other = bystander();
    let roots = vec![format!("{}api/", other.url)];
    let server = stub(move |asked| empty(asked, &roots));
    let ended = run(&server.url, &["--allow-http"], &USER);
    ended.untestable(&["advertises API roots on other hosts alone", "--api-root"]);
    untouched(&other);
}

#[test]
fn redirects_are_not_followed() {
    let other = bystander();
    let target = format!("{}taxii2/", other.url);
    let server = stub(move |_| Answer(302, vec![("Location", target.clone())], String::new()));
    let ended = run(&server.url, &["--allow-http"], &USER);
    ended.untestable(&["redirects to", "taxii2/ (302)"]);
    untouched(&other);
}

#[test]
fn redirects_in_the_middle_are_not_followed() {
    let other = bystander();
    let target = format!("{}away/", other.url);
    let server = stub(move |asked| match asked.path() {
        "/taxii2/" | "/api/" | "/api/collections/" => empty(asked, &["/api/".to_owned()]),
        _ => Answer(307, vec![("Location", target.clone())], String::new()),
    });
    let ended = run(&server.url, &["--allow-http", "--write", "any"], &USER);
    assert!(matches!(ended.code, Some(0 | 1)), "{}{}", ended.out, ended.err);
    untouched(&other);
}

/// A server that repeats everything that it was sent, wherever it can.
fn echo(asked: &Asked) -> Answer {
    let sent: Vec<String> = ["authorization", "x-api-key", "x-secret"]
        .map(|name| asked.header(name).to_owned())
        .into_iter()
        .filter(|value| !value.is_empty())
        .flat_map(|value| {
            let decoded = value.split_once(' ').and_then(|(_, code)| {
                use base64::Engine;
                String::from_utf8(base64::prelude::BASE64_STANDARD.decode(code).ok()?).ok()
            });
            [Some(value), decoded].into_iter().flatten()
        })
        .collect();
    let said = sent.join(" and ");
    let Answer(status, mut headers, body) = empty(asked, &["/api/".to_owned(), format!("https://{said}.example/")]);
    let line = if said.is_ascii() { said.clone() } else { "said in the body".to_owned() };
    headers.push(("X-Echo", line.clone()));
    headers.push(("WWW-Authenticate", format!("Basic realm=\"{line}\"")));
    headers.push(("Server", line));
    let mut body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
    body["title"] = json!(said);
    body["description"] = json!(said);
    body[&said] = json!(said);
    Answer(status, headers, body.to_string())
}

fn echoed(flags: &[&str], env: &[(&str, &str)]) -> Ended {
    let server = stub(echo);
    let mut all = vec!["--allow-http", "-v", "--write", "any"];
    all.extend(flags);
    let ended = run(&server.url, &all, env);
    assert!(ended.json.is_some(), "{}{}", ended.out, ended.err);
    assert!(ended.raw.contains("[redacted]"), "{}", ended.raw);
    ended
}

#[test]
fn a_password_that_is_repeated_shows_nowhere() {
    echoed(&[], &USER).without(&["hunter2", "dGVzdGVyOmh1bnRlcjItcGFzc3dvcmQ="]);
}

#[test]
fn a_password_that_json_escapes_shows_nowhere() {
    let env = [("TAXII_USER", "tester"), ("TAXII_PASSWORD", "pa\"ss\\wörd-four")];
    echoed(&[], &env).without(&["wörd-four", "pa\\\"ss", "pa\"ss", "pa\\\\\\\"ss"]);
}

#[test]
fn a_token_that_is_repeated_shows_nowhere() {
    echoed(&["--token-env", "T"], &[("T", "token-of-mine-77")]).without(&["token-of-mine"]);
}

#[test]
fn a_header_that_is_repeated_shows_nowhere() {
    echoed(&["--header-env", "X-Secret=V"], &[("V", "value-of-mine-77")]).without(&["value-of-mine"]);
}

#[test]
fn a_second_password_that_is_repeated_shows_nowhere() {
    let env = [USER[0], USER[1], ("O", "other-password-77")];
    echoed(&["--other-user", "second", "--other-password-env", "O"], &env).without(&["hunter2", "other-password"]);
}

#[test]
fn a_redirect_that_repeats_a_password_hides_it() {
    let server = stub(|asked| {
        let location = format!("https://elsewhere.example/?{}", asked.header("authorization"));
        Answer(302, vec![("Location", location)], String::new())
    });
    let ended = run(&server.url, &["--allow-http"], &USER);
    ended.untestable(&["redirects to"]);
    ended.without(&["dGVzdGVy", "hunter2"]);
}

/// Every page says that there is another, and holds an object that no page before it held.
#[test]
fn pages_without_end_are_not_read_for_ever() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let pages = AtomicU64::new(0);
    let server = stub(move |asked| {
        let path = asked.path().split('?').next().unwrap_or_default();
        if !path.ends_with("/objects/") && !path.ends_with("/manifest/") {
            return empty(asked, &["/api/".to_owned()]);
        }
        let page = pages.fetch_add(1, Ordering::SeqCst);
        let id = format!("indicator--00000000-0000-4000-8000-{page:012x}");
        let added = format!("2024-01-01T00:00:00.{page:06}Z");
        let object = match path.ends_with("/manifest/") {
            true => json!({ "id": id, "date_added": added, "version": "2024-01-01T00:00:00.000Z" }),
            false => json!({ "id": id, "type": "indicator", "spec_version": "2.1", "modified": added }),
        };
        Answer::taxii(200, &json!({ "more": true, "next": page.to_string(), "objects": [object] }))
    });
    let ended = run(&server.url, &["--allow-http", "--only", "objects/answers"], &USER);
    assert!(matches!(ended.code, Some(0 | 1 | 4)), "{:?} {}{}", ended.code, ended.out, ended.err);
    assert!(server.asked().len() < 10_000, "{} requests", server.asked().len());
    let json = ended.json.expect("a report");
    assert_eq!(json["summary"]["verdicts"]["error"], 0, "{}", ended.out);
}

/// An answer that never ends is given up when its time is over.
#[test]
fn bodies_without_end_are_not_read_for_ever() {
    use std::io::{Read, Write};
    let url = crate::stub::listen(|mut stream| {
        std::thread::spawn(move || {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/taxii+json;version=2.1\r\n\r\n{\"title\":\"";
            let _ = stream.read(&mut [0; 4096]).and_then(|_| stream.write_all(head.as_bytes()));
            while stream.write_all(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").is_ok() {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        });
    });
    run(&url, &["--allow-http", "--timeout", "1"], &USER).untestable(&["in time", "within 1 second"]);
}
