//! Networks and gateways that lose something: a server that conforms is not failed for it, nothing passes for want of an
//! answer, and what was added is removed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use taxii_conformance::server;

use crate::binary::{Ended, Reference, reference, run};
use crate::proxy::{Fate, Passing, proxy};

const ADMIN: [(&str, &str); 2] = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];

/// A run against the reference server behind a proxy, and the server.
fn behind(fate: impl Fn(&Passing) -> Fate + Send + Sync + 'static, flags: &[&str]) -> (Ended, Reference) {
    let server = reference(server::Options { tls: false, ..server::Options::default() });
    let origin = proxy(server.url.trim_end_matches("taxii2/"), fate);
    let mut all = vec!["--allow-http", "--write", "all"];
    all.extend(flags);
    (run(&format!("{origin}taxii2/"), &all, &ADMIN), server)
}

/// How many trials there are of each verdict.
fn verdicts(ended: &Ended) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for trial in trials(ended) {
        *counts.entry(trial["verdict"].as_str().expect("a verdict")).or_default() += 1;
    }
    counts
}

fn trials(ended: &Ended) -> &Vec<Value> {
    let report = ended.json.as_ref().unwrap_or_else(|| panic!("a report: {}{}", ended.out, ended.err));
    report["trials"].as_array().expect("trials")
}

/// Nothing but passes, and what does not apply.
#[track_caller]
fn all_well(ended: &Ended) {
    let counts = verdicts(ended);
    assert!(counts.keys().all(|verdict| ["pass", "skip"].contains(verdict)), "{counts:?}\n{}", ended.out);
    assert!(counts["pass"] > 30, "{counts:?}");
    assert_eq!(ended.code, Some(0), "{}", ended.out);
}

/// RFC 9112, section 9.5: a connection that is kept alive may be closed at any time.
#[test]
fn connections_that_close_without_a_word_change_nothing() {
    let (ended, _server) = behind(|_| Fate::PassesAndCloses, &["--only", "add/*", "--only", "headers/*"]);
    all_well(&ended);
}

#[test]
fn a_gateway_that_loses_the_server_now_and_then_is_asked_again() {
    let lost = |asked: &Passing| match asked.number % 40 {
        7 if asked.method == "GET" => Fate::Answered(502),
        // a request that is put off was not carried out
        19 => Fate::Answered(503),
        _ => Fate::Passes,
    };
    let (ended, _server) = behind(lost, &["--only", "paging/next*", "--only", "filter/id", "--only", "add/visible*"]);
    all_well(&ended);
}

/// The page of a gateway that answers always is the server's answer.
#[test]
fn what_is_always_answered_503_fails() {
    let down = |asked: &Passing| match asked.head.contains("match%5bid%5d") || asked.head.contains("match[id]") {
        true => Fate::Answered(503),
        false => Fate::Passes,
    };
    let (ended, _server) = behind(down, &["--only", "filter/id"]);
    assert!(verdicts(&ended).get("fail").is_some_and(|fails| *fails > 0), "{:?}\n{}", verdicts(&ended), ended.out);
}

/// Half of what a stranger must not see is no refusal.
#[test]
fn an_answer_to_a_stranger_that_breaks_off_is_no_refusal() {
    let halved = |asked: &Passing| match asked.head.contains("authorization:") {
        true => Fate::Passes,
        false => Fate::Halved,
    };
    let (ended, _server) = behind(halved, &["--only", "auth/*"]);
    let passed: Vec<&Value> = trials(&ended).iter().filter(|t| t["verdict"] == "pass").collect();
    let silent = |t: &&&Value| t["reason"].as_str().is_some_and(|reason| reason.contains("no answer to a stranger"));
    assert_eq!(passed.iter().find(silent), None);
    let cut = |t: &Value| t["reason"].as_str().is_some_and(|reason| reason.contains("the answer ended early"));
    assert!(trials(&ended).iter().filter(|t| cut(t)).count() > 10, "{}", ended.out);
}

/// The suite asks again where a connection is closed; what the second DELETE is answered is no breach, and the report says
/// that it was the second.
#[test]
fn a_deletion_whose_answer_was_lost_is_not_judged_by_the_next() {
    let lost = |asked: &Passing| match asked.method == "DELETE" && asked.number.is_multiple_of(2) {
        true => Fate::AnswerLost,
        false => Fate::Passes,
    };
    let (ended, _server) = behind(lost, &["--only", "delete/*", "--only", "media/accept-of-write"]);
    let counts = verdicts(&ended);
    assert!(!counts.contains_key("fail") && !counts.contains_key("error"), "{counts:?}\n{}", ended.out);
    let resent = |t: &Value| t["exchanges"].as_array().is_some_and(|all| all.iter().any(|e| e["resent"].is_string()));
    assert!(trials(&ended).iter().any(|t| t["verdict"] == "inconclusive" && resent(t)), "{counts:?}\n{}", ended.out);
}

/// What is added after the suite has given up is found in the end.
#[test]
fn what_is_added_late_is_removed_all_the_same() {
    let late = |asked: &Passing| match asked.method == "POST" && asked.number.is_multiple_of(10) {
        true => Fate::Late(Duration::from_millis(2500)),
        false => Fate::Passes,
    };
    let flags = ["--timeout", "1", "--jobs", "8", "--only", "add/visible*", "--only", "add/duplicate*"];
    let (ended, server) = behind(late, &flags);
    assert_eq!(verdicts(&ended).get("fail"), None, "{}", ended.out);
    let report = ended.json.as_ref().expect("a report");
    assert!(report["notes"].to_string().contains("got no answer"), "{}", report["notes"]);
    let fresh = reference(server::Options { tls: false, ..server::Options::default() });
    assert_eq!(versions_seen(&server.url), versions_seen(&fresh.url), "{}", ended.out);
}

/// How much each collection of a server holds.
fn versions_seen(url: &str) -> Vec<Option<u64>> {
    let ended = run(url, &["--allow-http", "--only", "objects/answers"], &ADMIN);
    let report = ended.json.as_ref().unwrap_or_else(|| panic!("a report: {}{}", ended.out, ended.err));
    let roots = report["server"]["api_roots"].as_array().expect("roots");
    let collections = roots.iter().flat_map(|root| root["collections"].as_array().expect("collections"));
    collections.map(|collection| collection["versions_seen"].as_u64()).collect()
}
