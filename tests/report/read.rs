use std::path::Path;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use taxii_conformance::cli::engine::engine;
use taxii_conformance::cli::reference::Reference;
use taxii_conformance::cli::run::Job;
use taxii_conformance::record::{
    ApiRoot, Body, CleanUp, Collection, Exchange, Finding, Known, Level, Reading, Report, Request, Response, Server,
    Shard, Standing, Suite, Summary, Trial, Verdict, report,
};
use taxii_conformance::report::collect::Collect;
use taxii_conformance::report::{Reporter, json, read};
use taxii_conformance::run::Options;

use crate::fixture::{clean, events, report, unreachable};
use crate::snapshot;

fn written(report: &Report) -> String {
    let mut out = Vec::new();
    json::write(report, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn parse(text: &str) -> Result<Report, read::ReadError> {
    read::parse(text.as_bytes(), Path::new("taxii.json"))
}

#[test]
fn what_is_written_is_read_and_written_the_same() {
    for events in [events(), clean(0), unreachable(), Vec::new()] {
        let first = written(&report(&events));
        let again = parse(&first).expect("it is a report");
        assert_eq!(written(&again), first);
    }
}

#[test]
fn a_body_that_was_read_knows_what_was_written() {
    let report = parse(&written(&report(&events()))).expect("it is a report");
    let body = |trial: usize| &report.trials[trial].exchanges[0].response.as_ref().expect("answered").body;
    assert_eq!((body(2).size(), body(2).bytes.len(), body(2).truncated()), (20_000, 8192, true));
    assert_eq!(body(2).sha256(), Body::new("x".repeat(20_000), false).sha256());
    assert!(!body(3).truncated());
}

#[test]
fn properties_of_later_versions_are_passed_over() {
    let text = written(&report(&events()));
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for pointer in ["", "/suite", "/server", "/summary", "/trials/2", "/trials/2/findings/0", "/trials/2/exchanges/0"] {
        value.pointer_mut(pointer).expect("is there")["of-a-later-version"] = serde_json::json!({"a": [1]});
    }
    assert_eq!(written(&parse(&value.to_string()).expect("it is a report")), text);
}

#[test]
fn what_is_no_report_is_told_in_one_sentence() {
    let good = written(&report(&clean(0)));
    let told: Vec<String> = [
        ("nothing", String::new()),
        ("cut off", good[..good.len() / 2].to_owned()),
        ("a list", "[1, 2]".to_owned()),
        ("another format", r#"{"format": "ctrf\u001b[2J", "version": 1}"#.to_owned()),
        ("no version", r#"{"format": "taxii-conformance/report"}"#.to_owned()),
        ("a later version", good.replacen("\"version\": 1,", "\"version\": 2,", 1)),
        ("a verdict that is none", good.replacen("\"verdict\": \"pass\"", "\"verdict\": \"passed\"", 1)),
        ("a property that is missing", good.replacen("\"notes\": [],", "", 1)),
        ("a property of another type", good.replacen("\"seed\": 42", "\"seed\": -42", 1)),
        ("a property that comes twice", good.replacen("\"seed\": 42,", "\"seed\": 42, \"seed\": 43,", 1)),
    ]
    .iter()
    .map(|(what, text)| format!("{what}\n  {}", parse(text).expect_err(what)))
    .collect();
    snapshot("read-errors", &told.join("\n"));
    let missing = read::read(Path::new("no/such/report.json")).expect_err("it is not there");
    assert!(missing.to_string().starts_with("no/such/report.json: cannot be read"), "{missing}");
}

prop_compose! {
    fn body()(bytes in vec(any::<u8>(), 0..40), repeat in 1_usize..600, cut: bool) -> Body {
        Body::new(bytes.repeat(repeat), cut)
    }
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    vec((any::<String>(), any::<String>()), 0..3)
}

prop_compose! {
    fn exchange()(
        (step, method, url, curl) in any::<(String, String, String, String)>(),
        (headers, answered) in (headers(), headers()),
        sent in option::of(body()),
        answer in option::of((any::<u16>(), any::<String>(), any::<Option<u32>>(), body())),
        (failure, resent, started) in any::<(Option<String>, Option<String>, String)>(),
        duration_ms in 0.0..1e9,
    ) -> Exchange {
        let response = answer.map(|(status, version, early_data, body)| {
            Response { status, version, headers: answered, early_data, body }
        });
        let request = Request { method, url, headers, body: sent };
        Exchange {
            step,
            request,
            response,
            failure,
            resent,
            started,
            duration_ms,
            curl,
            parsed: Default::default(),
        }
    }
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::May), Just(Level::Should), Just(Level::Derived), Just(Level::Must)]
}

fn verdict() -> impl Strategy<Value = Verdict> {
    proptest::sample::select(Verdict::ALL.as_slice())
}

prop_compose! {
    fn finding()(
        (requirement, message, expected, actual) in any::<(String, String, Option<String>, Option<String>)>(),
        (exchange, pointer) in any::<(Option<usize>, Option<String>)>(),
        level in level(),
    ) -> Finding {
        Finding { requirement, level, message, expected, actual, exchange, pointer }
    }
}

prop_compose! {
    fn known()((reason, owner, expires) in any::<(String, String, String)>()) -> Known {
        Known { reason, owner, expires }
    }
}

prop_compose! {
    fn trial()(
        (id, case, title, file, reason) in any::<(String, String, String, String, String)>(),
        (advice, ambiguity, readings) in any::<(Option<String>, Option<String>, Vec<(String, String)>)>(),
        (verdict, level, known) in (verdict(), level(), option::of(known())),
        causes in btree_map(any::<String>(), any::<String>(), 0..2),
        (flaky, risky, by_choice) in any::<(bool, bool, bool)>(),
        requirements in vec(any::<String>(), 0..3),
        findings in vec(finding(), 0..3),
        exchanges in vec(exchange(), 0..3),
        duration_ms in 0.0..1e9,
    ) -> Trial {
        let readings = readings.into_iter().map(|(question, answer)| Reading { question, answer }).collect();
        Trial {
            id, case, title, file, verdict, level, requirements, reason, findings, flaky, causes, risky, by_choice, known, advice, ambiguity,
            readings, exchanges, duration_ms,
        }
    }
}

prop_compose! {
    fn suite()(
        (name, version, standard, cases, started) in any::<(String, String, String, String, String)>(),
        (seed, duration_ms, write) in (any::<u64>(), 0.0..1e12, any::<Option<String>>()),
        (reference, strict, derived_warns) in any::<(Option<String>, bool, bool)>(),
        shard in option::of(any::<(usize, usize, usize, String)>()),
    ) -> Suite {
        let shard = shard.map(|(index, count, planned, plan_sha256)| Shard { index, count, planned, plan_sha256 });
        Suite { name, version, standard, cases, seed, started, duration_ms, write, reference, strict, derived_warns, shard }
    }
}

prop_compose! {
    fn server()(
        (url, title, software) in any::<(String, Option<String>, Option<String>)>(),
        (root, collection) in any::<((String, Option<String>), (String, String, bool, bool, Option<usize>))>(),
        (not_contacted, untestable) in any::<(Vec<String>, Option<String>)>(),
    ) -> Server {
        let (id, name, can_read, can_write, versions_seen) = collection;
        let collections = vec![Collection { id, title: name, can_read, can_write, versions_seen }];
        let api_roots = vec![ApiRoot { url: root.0, title: root.1, collections }];
        Server { url, title, software, api_roots, not_contacted, untestable }
    }
}

prop_compose! {
    fn standing()(
        (profile, title, met) in any::<(String, String, bool)>(),
        (broken, open) in any::<(Vec<String>, Vec<String>)>(),
    ) -> Standing {
        Standing { profile, title, met, broken, open }
    }
}

prop_compose! {
    fn any_report()(
        (suite, server) in (suite(), server()),
        (failed, warned, passed, notes, left) in
            any::<(Vec<String>, Vec<String>, Vec<String>, Vec<String>, Vec<String>)>(),
        verdicts in btree_map(verdict(), any::<usize>(), 0..6),
        inconclusive in btree_map(any::<String>(), any::<String>(), 0..3),
        reasons in btree_map(any::<String>(), any::<String>(), 0..3),
        (exit, interrupted, removed) in any::<(u8, bool, usize)>(),
        (known, stale) in any::<(Vec<String>, Vec<String>)>(),
        trials in vec(trial(), 0..3),
        profiles in vec(standing(), 0..2),
    ) -> Report {
        let summary = Summary {
            verdicts, failed, known, stale, warned, inconclusive, passed, profiles, exit, interrupted, duration_ms: 0.0,
        };
        let cleanup = CleanUp { removed, left, reasons };
        Report { format: report::FORMAT.into(), version: report::VERSION, suite, server, summary, notes, cleanup, trials }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_report_survives(report in any_report()) {
        let first = written(&report);
        let again = parse(&first).expect("it is a report");
        prop_assert_eq!(written(&again), first);
    }

    #[test]
    fn any_text_is_read_without_panic(text in ".*") {
        let _ = parse(&text);
    }
}

/// What a real run leaves: the reference server with a defect, so that there are findings.
#[test]
fn a_real_report_survives() {
    let reference = Reference {
        tls: true,
        asynchronous: false,
        page_size: None,
        user: Default::default(),
        variants: Vec::new(),
        defects: vec!["limit-zero-taken-on-manifest".into()],
    };
    let mut options = Options::new("");
    options.only = vec!["filter/malformed".into()];
    let mut collect = Collect::default();
    engine(Job { options, reference: Some(reference), plan: false }, &mut |event| collect.event(&event))
        .expect("the run begins");
    let report = collect.into_report();
    let failed: Vec<_> = report.trials.iter().filter(|t| t.verdict == Verdict::Fail).collect();
    assert!(!failed.is_empty() && failed.iter().all(|t| t.exchanges.iter().all(|e| !e.started.is_empty())));
    let first = written(&report);
    assert_eq!(written(&parse(&first).expect("it is a report")), first);
}
