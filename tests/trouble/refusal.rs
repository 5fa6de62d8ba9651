//! Servers that refuse their client for a while, or all that the suite would add: nothing stays behind, and nothing is added
//! where it is not wanted.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use taxii_conformance::server;

use crate::binary::reference;
use crate::proxy::{Fate, Passing};
use crate::way::{behind, verdicts, versions_seen};

/// `admin:admin-pass` as the proxy sees it, in lower case.
const ADMIN: &str = "basic ywrtaw46ywrtaw4tcgfzcw==";

/// Some servers answer an account 401 for a while after wrong passwords, and the trials with wrong passwords come last.
#[test]
fn a_client_that_is_locked_out_cleans_up_when_it_is_let_in_again() {
    let wrong: Mutex<Option<Instant>> = Mutex::default();
    let locks = move |asked: &Passing| {
        let mut wrong = wrong.lock().expect("a lock");
        if asked.head.contains("authorization: ") && !asked.head.contains(ADMIN) {
            *wrong = Some(Instant::now());
        }
        match wrong.is_some_and(|since| since.elapsed() < Duration::from_secs(2)) {
            true => Fate::Answered(401),
            false => Fate::Passes,
        }
    };
    let (ended, server) = behind(locks, &["--only", "add/visible*", "--only", "auth/wrong-password*"]);
    let report = ended.json.as_ref().unwrap_or_else(|| panic!("a report: {}{}", ended.out, ended.err));
    assert_eq!(report["cleanup"]["left"], serde_json::json!([]), "{}", ended.out);
    assert!(verdicts(&ended)["pass"] > 30, "{}", ended.out);
    let fresh = reference(server::Options { tls: false, ..server::Options::default() });
    assert_eq!(versions_seen(&server.url), versions_seen(&fresh.url), "{}", ended.out);
}

/// The suite adds STIX 2.1, and a collection says by its media types that it is for STIX 2.0 alone (section 5.2.1).
#[test]
fn nothing_is_added_to_what_holds_stix_2_0_alone() {
    let written: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let seen = Arc::clone(&written);
    let older = move |asked: &Passing| {
        let path = asked.head.split(' ').nth(1).unwrap_or_default();
        let describes = path.starts_with("/api1/") && !path.contains("/objects") && !path.contains("/manifest");
        if asked.method == "POST" {
            seen.lock().expect("a lock").insert(path.to_owned());
        }
        match describes {
            true => Fate::Rewritten("stix+json;version=2.1", "stix+json;version=2.0"),
            false => Fate::Passes,
        }
    };
    let (ended, _server) = behind(older, &["--only", "add/visible*"]);
    // of the first API root that leaves the one that lists no media types, and may hold whatever comes
    let open = ["/api1/collections/5fa2c93a-6150-4ca0-9d32-be8f40c17265/objects/", "/api2/"];
    let written = written.lock().expect("a lock");
    assert!(!written.is_empty() && written.iter().all(|path| open.iter().any(|o| path.starts_with(o))), "{written:?}");
    assert_eq!(verdicts(&ended).get("fail"), None, "{}", ended.out);
    assert!(verdicts(&ended)["pass"] > 10, "{}", ended.out);
}
