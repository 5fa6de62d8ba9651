//! Networks and gateways that lose something: a server that conforms is not failed for it, nothing passes for want of an
//! answer, and what was added is removed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use taxii_conformance::record::Event;
use taxii_conformance::run::options::Write;
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server;

use crate::binary::{Ended, Reference, command, reference, run};
use crate::proxy::{Fate, Passing, proxy};

const ADMIN: [(&str, &str); 2] = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];

/// A run against the reference server behind a proxy, and the server.
pub fn behind(fate: impl Fn(&Passing) -> Fate + Send + Sync + 'static, flags: &[&str]) -> (Ended, Reference) {
    let server = reference(server::Options { tls: false, ..server::Options::default() });
    let origin = proxy(server.url.trim_end_matches("taxii2/"), fate);
    let mut all = vec!["--allow-http", "--write", "all"];
    all.extend(flags);
    (run(&format!("{origin}taxii2/"), &all, &ADMIN), server)
}

/// How many trials there are of each verdict.
pub fn verdicts(ended: &Ended) -> BTreeMap<&str, usize> {
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

/// What is lost in a hundred requests is lost twice at the same place in some runs: that breaks nothing yet.
#[test]
fn an_answer_that_is_lost_twice_is_asked_for_once_more() {
    let duplicated = |lost: usize| {
        let posted = Mutex::new((BTreeSet::new(), 0));
        let fate = move |asked: &Passing| {
            let mut posted = posted.lock().expect("a lock");
            let again = asked.method == "POST" && !posted.0.insert(asked.body.clone());
            posted.1 += usize::from(again);
            if again && posted.1 <= lost { Fate::Answered(502) } else { Fate::Passes }
        };
        let (ended, _server) = behind(fate, &["--only", "add/duplicate[[]objects]*"]);
        verdicts(&ended).into_iter().map(|(verdict, count)| (verdict.to_owned(), count)).collect::<BTreeMap<_, _>>()
    };
    let twice = duplicated(2);
    assert!(!twice.contains_key("fail") && twice.get("inconclusive") == Some(&1), "{twice:?}");
    assert_eq!(duplicated(usize::MAX).get("fail"), Some(&1));
}

/// What was sent again is in the record as it was judged.
#[test]
fn a_record_of_such_a_run_is_judged_alike() {
    let lost = |asked: &Passing| match asked.number % 30 {
        7 if asked.method == "DELETE" => Fate::AnswerLost,
        7 | 8 => Fate::Answered(502),
        _ => Fate::Passes,
    };
    let folder = tempfile::tempdir().expect("a folder of our own");
    let record = folder.path().join("record").display().to_string();
    let flags = ["--record", &record, "--only", "delete/*", "--only", "paging/next*", "--only", "add/visible*"];
    let (ended, _server) = behind(lost, &flags);
    let judged = command(folder.path(), &["judge", &record, "--report", "json=judged.json"], &[]).output();
    let judged = judged.expect("the binary starts");
    let text = std::fs::read_to_string(folder.path().join("judged.json")).unwrap_or_default();
    let again: Value =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&judged.stderr)));
    let said = |trials: &Vec<Value>| -> BTreeMap<String, (String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        trials.iter().map(|t| (text(&t["id"]), (text(&t["verdict"]), text(&t["reason"])))).collect()
    };
    assert_eq!(said(again["trials"].as_array().expect("trials")), said(trials(&ended)));
}

/// Which trials find that the collection no longer answers, and how many fail, where `times` plain reads of objects are answered
/// 500 behind the body that is nested most deeply.
fn spoilt(times: usize) -> (Vec<String>, usize) {
    let (nested, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    let fate = move |asked: &Passing| {
        let sent = nested.fetch_or(asked.body.starts_with(b"[[["), Ordering::SeqCst);
        let plain = asked.head.lines().next().is_some_and(|line| line.ends_with("/objects/ http/1.1"));
        match sent && asked.method == "GET" && plain && reads.fetch_add(1, Ordering::SeqCst) < times {
            true => Fate::Answered(500),
            false => Fate::Passes,
        }
    };
    let (ended, _server) = behind(fate, &["--only", "risk/*"]);
    let silent = |t: &&Value| t["reason"].as_str().is_some_and(|r| r.starts_with("the collection no longer answers"));
    let silent = trials(&ended).iter().filter(silent).map(|t| t["id"].to_string()).collect();
    (silent, verdicts(&ended).get("fail").copied().unwrap_or(0))
}

/// A collection that is spoilt for good keeps the rest from being judged, and one that comes back does not.
#[test]
fn a_collection_that_is_spoilt_is_looked_at_again() {
    let (silent, fails) = spoilt(usize::MAX);
    assert!(silent.len() > 3 && fails == 1, "{silent:?} not judged, {fails} fail");
    let (silent, fails) = spoilt(2);
    assert!(silent.is_empty() && fails == 1, "{silent:?} not judged, {fails} fail");
}

/// What is added after the suite has given up is found in the end.
#[test]
fn what_is_added_late_is_removed_all_the_same() {
    let late = |asked: &Passing| match asked.method == "POST" && asked.number.is_multiple_of(10) {
        true => Fate::Late(Duration::from_millis(2500)),
        false => Fate::Passes,
    };
    let flags = ["--timeout", "1", "--jobs", "8", "--only", "add/visible*"];
    let (ended, server) = behind(late, &flags);
    assert_eq!(verdicts(&ended).get("fail"), None, "{}", ended.out);
    let report = ended.json.as_ref().expect("a report");
    assert!(report["notes"].to_string().contains("got no answer"), "{}", report["notes"]);
    let fresh = reference(server::Options { tls: false, ..server::Options::default() });
    assert_eq!(versions_seen(&server.url), versions_seen(&fresh.url), "{}", ended.out);
}

/// A run that is told to end waits for a server that has no time, so that nothing stays behind.
#[test]
fn the_clean_up_of_a_run_that_was_ended_waits_for_a_busy_server() {
    let ended: Arc<Mutex<Option<Instant>>> = Arc::default();
    let seen = Arc::clone(&ended);
    let busy = move |asked: &Passing| {
        let since = seen.lock().expect("a lock").map(|ended| ended.elapsed());
        match asked.method == "DELETE" && since.is_some_and(|since| since < Duration::from_millis(1500)) {
            true => Fate::Answered(429),
            false => Fate::Passes,
        }
    };
    let server = reference(server::Options { tls: false, ..server::Options::default() });
    let origin = proxy(server.url.trim_end_matches("taxii2/"), busy);
    let mut options = Options::new(format!("{origin}taxii2/"));
    options.allow_http = true;
    options.credentials = Credentials::Basic { user: "admin".into(), password: "admin-pass".into() };
    options.write = Some(Write::Any);
    options.only = vec!["add/visible".into()];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let stopper = Stopper::default();
        let mut events = run::start(options, false, stopper.clone()).expect("the run begins");
        while let Some(event) = events.recv().await {
            if matches!(event, Event::Planned(_)) {
                *ended.lock().expect("a lock") = Some(Instant::now());
                stopper.stop();
            }
        }
    });
    let fresh = reference(server::Options { tls: false, ..server::Options::default() });
    assert_eq!(versions_seen(&server.url), versions_seen(&fresh.url));
}

/// How much each collection of a server holds.
pub fn versions_seen(url: &str) -> Vec<Option<u64>> {
    let ended = run(url, &["--allow-http", "--only", "objects/answers"], &ADMIN);
    let report = ended.json.as_ref().unwrap_or_else(|| panic!("a report: {}{}", ended.out, ended.err));
    let roots = report["server"]["api_roots"].as_array().expect("roots");
    let collections = roots.iter().flat_map(|root| root["collections"].as_array().expect("collections"));
    collections.map(|collection| collection["versions_seen"].as_u64()).collect()
}
