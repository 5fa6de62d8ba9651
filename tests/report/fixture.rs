//! A made-up run with every verdict, hostile text and long bodies: all formats are tested on it.

use std::collections::BTreeMap;

use taxii_conformance::record::{
    Actor, ApiRoot, Body, CleanUp, Collection, Event, Exchange, Finding, Level, Planned, Reading, Report, Request,
    Requirement, Response, Server, Suite, Summary, Trial, Verdict,
};
use taxii_conformance::report::Reporter;
use taxii_conformance::report::collect::Collect;

/// What a hostile server may put into any text: an escape sequence, a title change, a bidirectional
/// override, markup, a command of a CI system, a null character.
pub const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;owned\u{7}safe\u{202e}gnp.exe\u{0} <b>&amp;]]>\u{9b}31m\n::error::x ##[add-mask]y";

/// A register of four requirements.
pub fn requirement(id: &str) -> Option<&'static Requirement> {
    static ALL: std::sync::LazyLock<Vec<Requirement>> = std::sync::LazyLock::new(|| {
        let row = |id: &str, section: &str, level, statement: &str| Requirement {
            id: id.to_owned(),
            section: section.to_owned(),
            level,
            actor: Actor::Server,
            statement: statement.to_owned(),
            observe: String::new(),
        };
        vec![
            row(
                "T21-3.4-20",
                "3.4",
                Level::Must,
                "match[version]=first selects the earliest version of each object that the other filters leave, and nothing else.",
            ),
            row(
                "T21-3.5-01",
                "3.5",
                Level::Must,
                "Following next with the same query yields every object once, in order, and ends.",
            ),
            row("T21-4.1.1-02", "4.1.1", Level::Should, "A discovery resource has a contact."),
            row("T21-5.5-03", "5.5", Level::Derived, "An object that was added can be read."),
            row("T21-4.1-01", "4.1", Level::Must, "Discovery answers 200 with a discovery resource."),
            row("T21-3.10-01", "3.10", Level::Must, "A section that sorts after 3.9."),
        ]
    });
    ALL.iter().find(|r| r.id == id)
}

/// A trial without findings.
pub fn trial(id: &str, verdict: Verdict, requirement: &str, reason: &str) -> Trial {
    let case = id.split('[').next().unwrap_or(id).to_owned();
    Trial {
        id: id.to_owned(),
        title: format!("title of {case}"),
        file: format!("cases/{case}.toml"),
        case,
        verdict,
        level: Level::Must,
        requirements: vec![requirement.to_owned()],
        reason: reason.to_owned(),
        findings: Vec::new(),
        readings: Vec::new(),
        flaky: false,
        causes: BTreeMap::new(),
        risky: false,
        by_choice: false,
        known: None,
        advice: None,
        ambiguity: None,
        exchanges: Vec::new(),
        duration_ms: 12.5,
    }
}

/// A request and its answer.
pub fn exchange(path: &str, status: u16, body: impl Into<Vec<u8>>) -> Exchange {
    let url = format!("https://taxii.example/api1{path}");
    Exchange {
        step: "read".to_owned(),
        request: Request {
            method: "GET".to_owned(),
            url: url.clone(),
            headers: vec![
                ("accept".into(), "application/taxii+json;version=2.1".into()),
                ("authorization".into(), "Basic (secret)".into()),
            ],
            body: None,
        },
        response: Some(Response {
            status,
            version: "HTTP/1.1".to_owned(),
            headers: vec![
                ("content-type".into(), "application/taxii+json;version=2.1".into()),
                ("x-hostile".into(), HOSTILE.into()),
            ],
            early_data: None,
            body: Body::new(body.into(), false),
        }),
        failure: None,
        resent: None,
        started: "2026-01-02T03:04:05.000000Z".to_owned(),
        duration_ms: 3.25,
        curl: format!(
            "curl -sS -u \"$TAXII_USER:$TAXII_PASSWORD\" -H 'Accept: application/taxii+json;version=2.1' '{url}'"
        ),
        parsed: Default::default(),
    }
}

fn trials() -> Vec<Trial> {
    let mut failed = trial("filter/version-first[endpoint=objects]", Verdict::Fail, "T21-3.4-20", "2 objects too many");
    failed.title = "first selects the earliest version of each object".to_owned();
    failed.exchanges = vec![exchange("/collections/a/objects/?match[version]=first", 200, "x".repeat(20_000))];
    failed.findings = vec![
        Finding {
            requirement: "T21-3.4-20".into(),
            level: Level::Must,
            message: "The answer holds an object that the query does not select.".into(),
            expected: Some("indicator--1 of 2020-01-01T00:00:00Z alone".into()),
            actual: Some(HOSTILE.into()),
            exchange: Some(0),
            pointer: Some("/objects/1".into()),
        },
        Finding {
            requirement: "T21-3.4-20".into(),
            level: Level::Must,
            message: "The header counts an object that the query does not select.".into(),
            expected: None,
            actual: Some("long ".repeat(500)),
            exchange: Some(0),
            pointer: Some("X-TAXII-Date-Added-Last".into()),
        },
    ];
    let mut hostile = trial(&format!("content/{HOSTILE}"), Verdict::Fail, "T21-5.5-03", HOSTILE);
    hostile.level = Level::Derived;
    hostile.exchanges = vec![exchange(&format!("/status/{HOSTILE}/"), 500, HOSTILE)];
    hostile.exchanges[0].curl = format!("curl '{HOSTILE}'");
    hostile.findings = vec![Finding {
        requirement: "T21-5.5-03".into(),
        level: Level::Derived,
        message: HOSTILE.into(),
        expected: None,
        actual: None,
        exchange: Some(0),
        pointer: None,
    }];
    let mut warned = trial("discovery/contact", Verdict::Warn, "T21-4.1.1-02", "no contact");
    warned.level = Level::Should;
    let mut passed = trial("discovery/resource", Verdict::Pass, "T21-4.1-01", "held over 1 resource");
    passed.readings =
        vec![Reading { question: "Is the default API root among api_roots?".into(), answer: "yes".into() }];
    let few = "the collection holds fewer than 2 objects";
    let mut error = trial("paging/limit", Verdict::Error, "T21-3.5-01", "the connection was reset");
    error.exchanges = vec![Exchange {
        response: None,
        failure: Some("connection reset by peer".into()),
        ..exchange("/collections/a/objects/?limit=1", 0, "")
    }];
    vec![
        passed,
        warned,
        failed,
        hostile,
        trial("paging/next[endpoint=objects]", Verdict::Inconclusive, "T21-3.5-01", few),
        trial("paging/next[endpoint=manifest]", Verdict::Inconclusive, "T21-3.5-01", few),
        error,
        trial("add/read-back", Verdict::Skip, "T21-5.5-03", "writing was not allowed: no --write"),
        trial("add/status", Verdict::Skip, "T21-5.5-03", "writing was not allowed: no --write"),
        trial("toplevel", Verdict::Pass, "T21-3.10-01", "held over 3 answers"),
        trial("toplevel", Verdict::Pass, "T21-3.10-01", "a second trial of the same name"),
    ]
}

/// How a trial was planned.
pub fn planned(trial: &Trial) -> Planned {
    Planned {
        id: trial.id.clone(),
        case: trial.case.clone(),
        title: trial.title.clone(),
        requirements: trial.requirements.clone(),
        level: trial.level,
        writes: trial.case.starts_with("add/"),
        steps: vec!["GET {api-root}/collections/a/objects/".to_owned()],
        risky: trial.risky,
        skip: (trial.verdict == Verdict::Skip).then(|| trial.reason.clone()),
    }
}

fn suite() -> Suite {
    Suite {
        name: "taxii-conformance".into(),
        version: "0.0.0-test".into(),
        standard: "https://standard.example/taxii-2.1".into(),
        cases: "0123456789abcdef".into(),
        seed: 42,
        started: "2024-05-01T12:00:00Z".into(),
        duration_ms: 0.0,
        write: Some("any".into()),
        reference: None,
        strict: false,
        derived_warns: false,
        shard: None,
    }
}

/// A run of every verdict, as it is told. Trials end in another order than planned.
pub fn events() -> Vec<Event> {
    let trials = trials();
    let mut verdicts = BTreeMap::new();
    for trial in &trials {
        *verdicts.entry(trial.verdict).or_insert(0) += 1;
    }
    let summary = Summary {
        verdicts,
        failed: vec!["T21-3.4-20".into(), "T21-5.5-03".into()],
        warned: vec!["T21-4.1.1-02".into()],
        inconclusive: BTreeMap::from([(
            "T21-3.5-01".into(),
            "load at least 2 objects into the collection, or give --write".into(),
        )]),
        passed: vec!["T21-4.1-01".into(), "T21-3.10-01".into()],
        exit: 1,
        interrupted: false,
        known: Vec::new(),
        stale: Vec::new(),
        profiles: Vec::new(),
        duration_ms: 1500.0,
    };
    let server = Server {
        url: "https://taxii.example/taxii2/".into(),
        title: Some(format!("Example {HOSTILE}")),
        software: Some("example/1.0".into()),
        api_roots: vec![ApiRoot {
            url: "https://taxii.example/api1/".into(),
            title: Some("One".into()),
            collections: vec![Collection {
                id: "91a7b528-80eb-42ed-a74d-c6fbd5a26116".into(),
                title: HOSTILE.into(),
                can_read: true,
                can_write: false,
                versions_seen: Some(7),
            }],
        }],
        not_contacted: vec!["https://elsewhere.example/api2/".into()],
        untestable: None,
    };
    let mut events = vec![
        Event::Started { suite: suite(), url: "https://taxii.example/".into() },
        Event::Note("HTTPS is waived: the server was reached over plain HTTP.".into()),
        Event::Surveyed(server),
        Event::Planned(trials.iter().map(planned).collect()),
    ];
    for trial in trials.into_iter().rev() {
        events.push(Event::TrialStarted(trial.id.clone()));
        events.push(Event::TrialFinished(Box::new(trial)));
    }
    let left = "https://taxii.example/api1/collections/a/objects/indicator--2/";
    events.push(Event::CleanedUp(CleanUp {
        removed: 3,
        left: vec![left.into()],
        reasons: [(left.into(), "DELETE was answered 500".into())].into(),
    }));
    events.push(Event::Finished(summary));
    events
}

/// A run that could not begin.
pub fn unreachable() -> Vec<Event> {
    vec![
        Event::Started { suite: suite(), url: "https://taxii.example/".into() },
        Event::Surveyed(Server {
            url: "https://taxii.example/".into(),
            untestable: Some("nothing listens on taxii.example:443 (connection refused)".into()),
            ..Server::default()
        }),
        Event::Finished(Summary { exit: 3, duration_ms: 1500.0, ..Summary::default() }),
    ]
}

/// A run in which all is well, or, with `exit`, one that `--strict` fails.
pub fn clean(exit: u8) -> Vec<Event> {
    let passed = trial("discovery/resource", Verdict::Pass, "T21-4.1-01", "held over 1 resource");
    let mut summary = Summary {
        verdicts: BTreeMap::from([(Verdict::Pass, 1)]),
        passed: vec!["T21-4.1-01".into()],
        exit,
        duration_ms: 1500.0,
        ..Summary::default()
    };
    if exit != 0 {
        summary.inconclusive.insert("T21-3.5-01".into(), "give --write".into());
    }
    vec![
        Event::Started { suite: suite(), url: "https://taxii.example/".into() },
        Event::Surveyed(Server { url: "https://taxii.example/".into(), ..Server::default() }),
        Event::Planned(vec![planned(&passed)]),
        Event::TrialFinished(Box::new(passed)),
        Event::Finished(summary),
    ]
}

/// The report of a run.
pub fn report(events: &[Event]) -> Report {
    let mut collect = Collect::default();
    events.iter().for_each(|e| collect.event(e));
    collect.into_report()
}
