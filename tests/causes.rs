//! Servers with two things broken: neither may hide the other. A requirement whose failure something else explains is
//! open and names it; it never holds.

use std::collections::BTreeSet;

use taxii_conformance::record::{Event, Report, Trial, Verdict};
use taxii_conformance::report::Reporter;
use taxii_conformance::report::collect::Collect;
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server::{self, USERS};

fn suite(defects: [&str; 2], only: &[&str]) -> Report {
    let defects = defects.map(|name| server::defect(name).expect(name)).to_vec();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        // pages shorter than the largest collection
        let started = server::start(server::Options { defects, page_size: 60, ..server::Options::default() }).await;
        let server = started.expect("started");
        let mut options = Options::new(server.url());
        options.ca_pem = server.ca_pem().map(str::to_owned);
        options.write = Some("any".into());
        let writer = USERS.iter().find(|user| user.writes).expect("a user who writes");
        options.credentials = Credentials::Basic { user: writer.name.into(), password: writer.password.into() };
        options.only = only.iter().map(|&glob| glob.to_owned()).collect();
        options.seed = 3;
        let mut events = run::start(options, false, Stopper::default()).expect("the run begins");
        let mut collect = Collect::default();
        while let Some(event) = events.recv().await {
            collect.event(&event);
            if let Event::Surveyed(server) = &event {
                assert_eq!(server.untestable, None);
            }
        }
        server.stop().await;
        collect.into_report()
    })
}

/// Two defects, the requirement of each, and whether each is told as broken; else it is open, explained by the other.
type Pair = ([&'static str; 2], [(&'static str, bool); 2], &'static [&'static str]);

const PAIRS: [Pair; 6] = [
    // nothing in common
    (
        ["max-content-length-as-string", "match-type-by-prefix"],
        [("T21-2-03", true), ("T21-3.4-12", true)],
        &["types/*", "filter/type*"],
    ),
    // what several filters need, and one of them
    (
        ["match-id-ignored", "version-first-by-date-added"],
        [("T21-3.4-11", true), ("T21-3.4-17", true)],
        &["filter/*", "add/*"],
    ),
    // pages end too early for anything that is read to the end
    (
        ["more-false-at-own-cap", "match-type-by-prefix"],
        [("T21-3.4-08", true), ("T21-3.4-12", true)],
        &["filter/more*", "filter/type*"],
    ),
    (
        ["version-all-by-default-on-object", "deleted-version-in-manifest"],
        [("T21-3.4-15", true), ("T21-5.7-03", false)],
        &["filter/*", "object/*", "delete/version*"],
    ),
    // errors of one kind beside answers that are merely wrong
    (["added-after-garbage-500", "match-type-by-prefix"], [("T21-3.4-01", true), ("T21-3.4-12", true)], &["filter/*"]),
    (
        ["limit-zero-taken-on-manifest", "delete-open"],
        [("T21-3.4-01", true), ("T21-5.7-05", true)],
        &["filter/malformed*", "delete/*", "auth/*"],
    ),
];

#[test]
fn no_defect_hides_another() {
    for (defects, requirements, only) in PAIRS {
        let report = suite(defects, only);
        let summary = &report.summary;
        for (requirement, told) in requirements {
            let broken = summary.failed.iter().any(|r| r == requirement);
            let open = summary.inconclusive.contains_key(requirement);
            assert_eq!((broken, open), (told, !told), "{defects:?}: {requirement} is not as it should be: {summary:?}");
            assert!(!summary.passed.iter().any(|r| r == requirement), "{defects:?}: {requirement}");
        }
    }
}

/// What explains a failure is a trial of the same report, and it fails or warns itself.
#[test]
fn a_cause_is_a_trial_that_fails() {
    let report = suite(["match-id-ignored", "version-first-by-date-added"], &["filter/*"]);
    let broken: BTreeSet<&str> = report
        .trials
        .iter()
        .filter(|t| matches!(t.verdict, Verdict::Fail | Verdict::Warn))
        .map(|t| t.id.as_str())
        .collect();
    let explained: Vec<&Trial> = report.trials.iter().filter(|t| !t.causes.is_empty()).collect();
    assert!(!explained.is_empty());
    for trial in explained {
        for cause in trial.causes.values() {
            assert!(broken.contains(cause.as_str()), "{} is explained by {cause}, which is not broken", trial.id);
            assert!(trial.verdict == Verdict::Fail || trial.reason.contains(cause), "{}: {}", trial.id, trial.reason);
        }
    }
}
