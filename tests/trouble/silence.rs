//! Servers that fall silent: on some requests, for good, or for a while.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use taxii_conformance::server;

use crate::binary::{Ended, reference, run};

/// What becomes of a request.
enum Fate {
    Answer,
    /// The connection stays open, and nothing comes.
    Hang,
    /// The connection is closed.
    Close,
    /// An internal error.
    Error,
}

/// The reference server over plain HTTP, behind a gate that decides by the head of each request and the number of those
/// before it. Runs everything that may be run against it.
fn gated(fate: impl Fn(&str, usize) -> Fate + Send + Sync + 'static) -> Ended {
    let server = reference(server::Options { tls: false, ..server::Options::default() });
    let inner = server.url.trim_start_matches("http://").trim_end_matches("/taxii2/").to_owned();
    let (fate, count) = (Arc::new(fate), Arc::new(AtomicUsize::new(0)));
    let gate = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/taxii2/", gate.local_addr().expect("bound"));
    thread::spawn(move || {
        for outer in gate.incoming().flatten() {
            let Ok(inner) = TcpStream::connect(&inner) else { return };
            let (fate, count) = (Arc::clone(&fate), Arc::clone(&count));
            let (mut back, mut out) = (inner.try_clone().expect("a socket"), outer.try_clone().expect("a socket"));
            thread::spawn(move || std::io::copy(&mut back, &mut out));
            // a client that goes away is no matter of ours
            thread::spawn(move || pass(outer, inner, |head| fate(head, count.fetch_add(1, Ordering::SeqCst))));
        }
    });
    let user = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    run(&url, &["--allow-http", "--write", "any", "--timeout", "0.75", "--seed", "1"], &user)
}

/// Passes requests on, as long as they are to be answered. The client sends a head in one piece.
fn pass(mut outer: TcpStream, mut inner: TcpStream, fate: impl Fn(&str) -> Fate) -> std::io::Result<()> {
    let mut chunk = [0; 64 * 1024];
    loop {
        let length = outer.read(&mut chunk)?;
        let text = String::from_utf8_lossy(&chunk[..length]);
        match text.contains("HTTP/1.1\r\n").then(|| fate(&text)) {
            _ if length == 0 => return inner.shutdown(Shutdown::Both),
            None | Some(Fate::Answer) => inner.write_all(&chunk[..length])?,
            Some(Fate::Hang) => thread::sleep(Duration::from_secs(3600)),
            Some(Fate::Close) => return outer.shutdown(Shutdown::Both),
            Some(Fate::Error) => outer.write_all(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n")?,
        }
    }
}

fn trials(ended: &Ended) -> &Vec<Value> {
    ended.json.as_ref().expect("a report")["trials"].as_array().expect("trials")
}

fn verdicts(ended: &Ended, verdict: &str) -> usize {
    trials(ended).iter().filter(|t| t["verdict"] == verdict).count()
}

/// A server that is gone in the middle of a run is no success, whatever was seen before, and breaks no requirement.
#[test]
fn a_server_that_dies_was_not_tested_to_the_end() {
    not_to_the_end(&gated(|_, count| if count < 600 { Fate::Answer } else { Fate::Close }));
}

/// So is one whose store is gone, so that everything is an internal error.
#[test]
fn a_server_that_breaks_down_was_not_tested_to_the_end() {
    not_to_the_end(&gated(|_, count| if count < 600 { Fate::Answer } else { Fate::Error }));
}

#[track_caller]
fn not_to_the_end(ended: &Ended) {
    assert_eq!(ended.code, Some(3), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("Could not be tested to the end"), "{}", ended.out);
    assert!(verdicts(ended, "error") > 100, "{}", ended.out);
    assert_eq!(verdicts(ended, "fail"), 0, "{}", ended.out);
    let json = ended.json.as_ref().expect("a report");
    let open = json["summary"]["inconclusive"].as_object().expect("a map");
    assert!(open.values().any(|why| why.as_str().is_some_and(|w| w.contains("no longer answers"))), "{open:?}");
    assert!(!json["summary"]["cleanup"].is_null() || ended.out.contains("Could not be removed"), "{}", ended.out);
}

/// One that is gone for a moment costs what was under way, and nothing after it.
#[test]
fn a_server_that_comes_back_is_tested_on() {
    let gone = std::sync::OnceLock::<Instant>::new();
    let ended = gated(move |_, count| match count {
        0..600 => Fate::Answer,
        _ if gone.get_or_init(Instant::now).elapsed() > Duration::from_millis(700) => Fate::Answer,
        _ => Fate::Close,
    });
    assert_eq!(ended.code, Some(3), "{}{}", ended.out, ended.err);
    let errors = verdicts(&ended, "error");
    assert!((1..40).contains(&errors), "{errors} errors: {}", ended.out);
    assert_eq!(verdicts(&ended, "fail"), 0, "{}", ended.out);
}

/// What a server hangs at is asked for a few times, and not by each of the hundreds of trials that use it.
#[test]
fn what_never_answers_is_one_finding() {
    let hung = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&hung);
    let ended = gated(move |head, _| {
        if head.lines().next().is_some_and(|line| line.contains("type%5D=") || line.contains("[type]=")) {
            seen.fetch_add(1, Ordering::SeqCst);
            return Fate::Hang;
        }
        Fate::Answer
    });
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    let broken = &ended.json.as_ref().expect("a report")["summary"]["failed"];
    assert!(broken.as_array().is_some_and(|ids| ids.contains(&"T21-3.4-12".into())), "{broken}");
    assert_eq!(verdicts(&ended, "error"), 0, "{}", ended.out);
    assert!(hung.load(Ordering::SeqCst) < 60, "{} requests hung", hung.load(Ordering::SeqCst));
    let unsent = |t: &&Value| t["reason"].as_str().is_some_and(|r| r.contains("requests like it get no answer"));
    let unsent: Vec<&Value> = trials(&ended).iter().filter(unsent).collect();
    assert!(unsent.len() > 50, "{}", unsent.len());
    assert!(unsent.iter().all(|t| t["verdict"] == "inconclusive" && t["flaky"] != true));
}

/// What could not be removed is listed with the reason.
#[test]
fn what_is_left_behind_says_why() {
    let ended = gated(|head, _| if head.starts_with("DELETE ") { Fate::Error } else { Fate::Answer });
    let cleanup = &ended.json.as_ref().expect("a report")["cleanup"];
    let left = cleanup["left"].as_array().expect("URLs");
    assert!(!left.is_empty() && ended.out.contains("Could not be removed"), "{}", ended.out);
    for url in left.iter().filter_map(Value::as_str) {
        assert_eq!(cleanup["reasons"][url], "DELETE was answered 500", "{url}");
    }
    assert!(ended.out.contains("/ (DELETE was answered 500)\n"), "{}", ended.out);
}
