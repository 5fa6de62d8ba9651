//! Servers that are not where, when or what they should be: discovery in another place, no time for the suite, an older
//! TAXII.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use taxii_conformance::server;

use crate::binary::{reference, run};
use crate::stub::{Answer, stub};

const TAXII_20: &str = "application/vnd.oasis.taxii+json; version=2.0";

/// The URL that the user gives is no guess: what it advertises is tested, and that it is not in its place is one finding.
#[test]
fn discovery_in_another_place() {
    let defects = vec![server::defect("discovery-of-taxii-2.0").expect("a defect")];
    let server = reference(server::Options { defects, ..server::Options::default() });
    let ca = server.ca.path().display().to_string();
    let env = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let url = server.url.replace("/taxii2/", "/taxii/");
    let ended = run(&url, &["--ca-file", &ca, "--only", "discovery/*", "--only", "collections/*"], &env);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    let report = ended.json.as_ref().expect("a report");
    assert_eq!(report["summary"]["failed"], json!(["T21-4.1-01", "T21-4.1-02"]), "{}", ended.out);
    assert!(report["summary"]["verdicts"]["pass"].as_u64().is_some_and(|passes| passes > 3), "{}", ended.out);
    assert!(!report["server"]["api_roots"].as_array().expect("roots").is_empty());
    assert!(
        report["notes"].to_string().contains(&format!("the API roots are those that {url} names")),
        "{}",
        ended.out
    );
}

#[test]
fn discovery_in_another_place_that_asks_for_credentials() {
    let closed = stub(|asked| match asked.path() {
        "/api/taxii2/" => Answer::taxii(401, &json!({ "title": "Who are you?" })),
        _ => Answer::taxii(404, &json!({ "title": "Not found" })),
    });
    let url = format!("{}api/taxii2/", closed.url);
    run(&url, &["--allow-http"], &[]).untestable(&[&format!("{url} asks for credentials (401)")]);
}

/// Two minutes are not waited for, and a server that is down breaks nothing.
#[test]
fn a_server_that_asks_for_a_long_wait() {
    for (status, word) in [(503, "is unavailable"), (429, "limits the rate of requests")] {
        let down = stub(move |_| Answer(status, vec![("Retry-After", "120".to_owned())], "<h1>Later</h1>".to_owned()));
        for path in ["", "api/taxii2/"] {
            let began = Instant::now();
            let ended = run(&format!("{}{path}", down.url), &["--allow-http"], &[]);
            ended.untestable(&[&format!("the server {word} and asks to wait 120 s")]);
            assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
            assert_eq!(ended.json.as_ref().expect("a report")["trials"], json!([]));
        }
        let root = format!("{}api1/", down.url);
        run(&down.url, &["--allow-http", "--api-root", &root], &[]).untestable(&["asks to wait 120 s"]);
    }
}

#[test]
fn a_server_that_asks_for_a_short_wait() {
    for flags in [&["--allow-http"][..], &["--allow-http", "--quiet"]] {
        let asked = AtomicUsize::new(0);
        let busy = stub(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => Answer(503, vec![("Retry-After", "1".to_owned())], String::new()),
            _ => Answer::taxii(200, &json!({ "title": "Empty" })),
        });
        let ended = run(&busy.url, flags, &[]);
        ended.untestable(&["advertises no API root"]);
        let told = ended.err.matches("the server answers 503 and asks to wait 1 s: trying again in 1 s").count();
        assert_eq!(told, usize::from(flags.len() == 1), "{}", ended.err);
    }
}

#[test]
fn taxii_2_0_alone() {
    let old = stub(|asked| match (asked.path(), asked.header("accept").contains("vnd.oasis.taxii")) {
        ("/taxii/", true) => {
            let discovery = json!({ "title": "Old", "api_roots": ["/api1/"] });
            Answer::typed(200, TAXII_20, discovery.to_string())
        }
        (_, true) => Answer::typed(404, TAXII_20, json!({ "title": "Not found" }).to_string()),
        _ => Answer::typed(406, "text/plain", "not acceptable"),
    });
    let ended = run(&old.url, &["--allow-http"], &[]);
    ended.untestable(&["the server speaks TAXII 2.0, not TAXII 2.1"]);
    assert_eq!(ended.json.expect("a report")["trials"], json!([]));
}

/// It takes no notice of what is asked for, and gives what it has.
#[test]
fn taxii_2_0_in_every_place() {
    let old = stub(|asked| {
        let body = match asked.path() {
            "/taxii/" | "/taxii2/" => json!({ "title": "Old", "api_roots": ["/api1/"] }),
            "/api1/" => json!({ "title": "Root", "versions": ["taxii-2.0"], "max_content_length": 1000 }),
            "/api1/collections/" => json!({ "collections": [{ "id": "91a7b528-80eb-42ed-a74d-c6fbd5a26116",
                "title": "All", "can_read": true, "can_write": false }] }),
            _ => return Answer::typed(404, TAXII_20, json!({ "title": "Not found" }).to_string()),
        };
        Answer::typed(200, TAXII_20, body.to_string())
    });
    for path in ["", "taxii/", "taxii2/", "api1/"] {
        let ended = run(&format!("{}{path}", old.url), &["--allow-http"], &[]);
        ended.untestable(&["the server speaks TAXII 2.0, not TAXII 2.1"]);
    }
    // what is mislabelled alone is tested
    let defects = vec![server::defect("content-type-of-taxii-2.0").expect("a defect")];
    let server = reference(server::Options { defects, tls: false, ..server::Options::default() });
    let env = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let ended = run(&server.url, &["--allow-http", "--only", "media/*"], &env);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
}

#[test]
fn taxii_1() {
    let old = stub(|_| {
        let urn = "urn:taxii.mitre.org:message:xml:1.1".to_owned();
        let headers = vec![("Content-Type", "application/xml".to_owned()), ("X-TAXII-Content-Type", urn)];
        Answer(200, headers, "<taxii_11:Status_Message/>".to_owned())
    });
    let words = ["the server speaks TAXII 1.x, not TAXII 2.1", "X-TAXII-Content-Type: urn:taxii.mitre.org"];
    run(&old.url, &["--allow-http"], &[]).untestable(&words);
}
