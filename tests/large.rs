//! A feed of more objects than a trial reads: what is read is judged, and what is not is no fault of the server.

use serde_json::json;
use taxii_conformance::record::{Event, Trial, Verdict};
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server::{self, USERS};

/// More than a trial reads, and more than its pages hold.
const OBJECTS: usize = 2_200;

/// Indicators and their relationships; every tenth indicator in three versions.
fn feed() -> String {
    let id = |kind: &str, n: usize| format!("{kind}--{n:08}-0000-4000-8000-000000000000");
    let object = |n: usize| {
        let at = format!("2024-01-01T{:02}:{:02}:{:02}.000Z", n / 3600 % 24, n / 60 % 60, n % 60);
        let version = |minute: usize| at.replace("2024-01-01", &format!("2024-01-{:02}", minute + 1));
        let indicator = |modified: String| {
            json!({
                "type": "indicator", "spec_version": "2.1", "id": id("indicator", n), "created": at, "modified": modified,
                "pattern_type": "stix", "pattern": "[url:value = 'http://x.example/']", "valid_from": at, "name": "x",
                "indicator_types": ["malicious-activity"],
            })
        };
        match n % 4 {
            0 if n.is_multiple_of(40) => (0..3).map(|v| indicator(version(v))).collect(),
            0 | 1 => vec![indicator(at.clone())],
            _ => vec![json!({
                "type": "relationship", "spec_version": "2.1", "id": id("relationship", n), "created": at, "modified": at,
                "relationship_type": "related-to", "source_ref": id("indicator", 0), "target_ref": id("indicator", 1),
            })],
        }
    };
    json!({ "objects": (0..OBJECTS).flat_map(object).collect::<Vec<_>>() }).to_string()
}

/// Runs some cases, reading only, on the collection that the feed is in.
fn suite(only: &[&str], defects: &[&str]) -> Vec<Trial> {
    let defects = defects.iter().map(|name| server::defect(name).expect("a defect")).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let options =
            server::Options { load: Some(feed().into()), page_size: 250, defects, ..server::Options::default() };
        let server = server::start(options).await.expect("the reference server starts");
        let user = USERS.iter().find(|user| !user.writes).expect("a reader");
        let mut options = Options::new(server.url());
        options.ca_pem = server.ca_pem().map(str::to_owned);
        options.collection = Some("read-only".into());
        options.credentials = Credentials::Basic { user: user.name.into(), password: user.password.into() };
        options.only = only.iter().map(|glob| (*glob).to_owned()).collect();
        options.seed = 7;
        let mut events = run::start(options, false, Stopper::default()).expect("the run begins");
        let mut trials = Vec::new();
        while let Some(event) = events.recv().await {
            match event {
                Event::TrialFinished(trial) => trials.push(*trial),
                Event::Surveyed(server) => {
                    let seen =
                        server.api_roots.iter().flat_map(|root| &root.collections).filter_map(|c| c.versions_seen);
                    assert!(seen.max() > Some(OBJECTS), "the survey reads all of it");
                }
                _ => {}
            }
        }
        server.stop().await;
        trials
    })
}

fn of(trials: &[Trial], wanted: Verdict) -> Vec<String> {
    let some = trials.iter().filter(|trial| trial.verdict == wanted);
    some.map(|trial| format!("{}: {}", trial.id, trial.reason)).collect()
}

#[test]
fn the_beginning_of_a_large_feed_is_judged() {
    let trials = suite(&["filter/*", "paging/*", "manifest/*", "headers/dates*", "object/versions"], &[]);
    for verdict in [Verdict::Fail, Verdict::Warn, Verdict::Error] {
        assert_eq!(of(&trials, verdict), Vec::<String>::new());
    }
    let open = of(&trials, Verdict::Inconclusive);
    assert!(open.iter().all(|trial| trial.contains("no more is read")), "{open:#?}");
    assert!(open.len() < 8, "{open:#?}");
    let judged = of(&trials, Verdict::Pass);
    assert!(
        judged.iter().any(|t| t.starts_with("paging/next[limit=1]") && t.contains("no more was read")),
        "{judged:#?}"
    );
    assert!(judged.iter().any(|t| t.starts_with("filter/version-all") && t.contains("not read")), "{judged:#?}");
    let most = trials.iter().map(|trial| trial.exchanges.len()).max();
    assert!(most <= Some(60), "{most:?}");
}

#[test]
fn what_is_wrong_in_the_beginning_is_found() {
    for (defect, only) in [
        ("next-skips-one", "paging/next"),
        ("next-repeats-one", "paging/next"),
        ("version-first-is-last", "filter/version-first"),
        ("match-version-loses-to-type", "filter/and"),
    ] {
        let trials = suite(&[only], &[defect]);
        assert!(!of(&trials, Verdict::Fail).is_empty(), "{defect}: {:#?}", of(&trials, Verdict::Pass));
    }
}
