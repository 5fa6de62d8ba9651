//! The clean reference server passes everything, however it is set up.

use std::collections::BTreeMap;

use taxii_conformance::record::{Event, Trial, Verdict};
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server::{self, USERS};

/// Runs the whole suite; gives its trials in the order of the plan.
fn suite(server: server::Options, writes: bool, allow_http: bool) -> Vec<Trial> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let server = server::start(server).await.expect("the reference server starts");
        let mut options = Options::new(server.url());
        options.ca_pem = server.ca_pem().map(str::to_owned);
        options.allow_http = allow_http;
        options.write = Some(run::Write::All);
        options.seed = 7;
        (options.credentials, options.other) = (credentials(writes), credentials(!writes));
        let mut events = run::start(options, false, Stopper::default()).expect("the run begins");
        let (mut order, mut trials) = (BTreeMap::new(), Vec::new());
        while let Some(event) = events.recv().await {
            match event {
                Event::Planned(planned) => order.extend(planned.into_iter().enumerate().map(|(at, p)| (p.id, at))),
                Event::TrialFinished(trial) => trials.push(*trial),
                Event::Surveyed(server) => assert_eq!(server.untestable, None),
                Event::CleanedUp(cleanup) => assert_eq!(cleanup.told(), Vec::<String>::new(), "objects are left"),
                _ => {}
            }
        }
        server.stop().await;
        assert!(trials.len() > 100, "{} trials", trials.len());
        trials.sort_by_key(|trial| order.get(&trial.id).copied());
        trials
    })
}

fn credentials(writes: bool) -> Credentials {
    USERS.iter().find(|user| user.writes == writes).map_or(Credentials::None, |user| Credentials::Basic {
        user: user.name.to_owned(),
        password: user.password.to_owned(),
    })
}

/// Those that did not pass, as text.
fn others(trials: &[Trial]) -> Vec<String> {
    let other = trials.iter().filter(|trial| trial.verdict != Verdict::Pass);
    other.map(|trial| format!("{} {}: {}", trial.verdict.word(), trial.id, trial.reason)).collect()
}

fn usual() -> server::Options {
    server::Options::default()
}

#[test]
fn everything_passes_over_tls_and_again_with_the_same_seed() {
    let (first, second) = (suite(usual(), true, false), suite(usual(), true, false));
    assert_eq!(others(&first), Vec::<String>::new());
    let verdicts = |trials: &[Trial]| -> Vec<(String, Verdict)> {
        trials.iter().map(|trial| (trial.id.clone(), trial.verdict)).collect()
    };
    assert_eq!(verdicts(&first), verdicts(&second));
}

#[test]
fn plain_http_waives_https_alone() {
    let trials = suite(server::Options { tls: false, ..usual() }, true, true);
    let others: Vec<&Trial> = trials.iter().filter(|trial| trial.verdict != Verdict::Pass).collect();
    let (https, others): (Vec<&Trial>, Vec<&Trial>) = others.into_iter().partition(|t| t.case == "tls/https");
    let [https] = https[..] else { panic!("{:#?}", self::others(&trials)) };
    assert_eq!(https.verdict, Verdict::Warn);
    assert!(https.reason.contains("waived by --allow-http"), "{}", https.reason);
    assert!(!others.is_empty());
    for trial in others {
        assert!(trial.case.starts_with("tls/") && trial.verdict == Verdict::Skip, "{}: {}", trial.id, trial.reason);
    }
}

#[test]
fn everything_passes_asynchronously() {
    let server = server::Options { asynchronous: true, ..usual() };
    assert_eq!(others(&suite(server, true, false)), Vec::<String>::new());
}

#[test]
fn everything_passes_on_small_pages() {
    let server = server::Options { page_size: 3, ..usual() };
    assert_eq!(others(&suite(server, true, false)), Vec::<String>::new());
}

#[test]
fn everything_passes_on_large_pages() {
    let server = server::Options { page_size: 1000, ..usual() };
    assert_eq!(others(&suite(server, true, false)), Vec::<String>::new());
}

#[test]
fn a_reader_skips_what_writes_and_nothing_else() {
    let trials = suite(usual(), false, false);
    let others: Vec<&Trial> = trials.iter().filter(|trial| trial.verdict != Verdict::Pass).collect();
    assert!(others.iter().all(|trial| trial.verdict == Verdict::Skip), "{:#?}", self::others(&trials));
    assert!(others.len() > 10, "{} skipped", others.len());
    let reasons = [
        "nothing may be written: give --write",
        "no collection can be written and not read",
        "no collection is known that the first client may read and the second may not",
    ];
    for trial in others {
        assert!(reasons.iter().any(|why| trial.reason.contains(why)), "{}: {}", trial.id, trial.reason);
    }
}
