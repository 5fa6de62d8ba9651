//! `fixtures`, and what a run makes of them on a server that it may only read.

use std::collections::BTreeMap;
use std::process::Command;

use reqwest::Client;
use serde_json::{Value, json};
use taxii_conformance::case::fixtures::batches;
use taxii_conformance::record::{Event, Trial, Verdict};
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server;

/// The collection of the reference server that holds nothing.
const EMPTY: &str = "5fa2c93a-6150-4ca0-9d32-be8f40c17265";

/// Exit code, standard output, standard error.
fn fixtures(flags: &[&str], then: &str) -> (Option<i32>, String, String) {
    let shell = format!("\"$0\" fixtures {} {then}", flags.join(" "));
    let output = Command::new("sh")
        .args(["-c", &shell, env!("CARGO_BIN_EXE_taxii-conformance")])
        .output()
        .expect("a shell starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_objects_are_valid_in_every_format_without_advice() {
    for format in ["bundle", "envelope", "ndjson"] {
        for batch in ["", "--batch 1", "--batch 5"] {
            let then = "2>/dev/null | \"$0\" validate --format json --level should -";
            let (code, out, err) = fixtures(&["--format", format, batch], then);
            let told: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
            assert_eq!(
                (code, &told["valid"], &told["findings"]),
                (Some(0), &json!(true), &json!([])),
                "{format} {batch}"
            );
            assert!(told["objects"].as_u64().is_some_and(|n| n > 1), "{format} {batch}: {told}");
        }
    }
}

#[test]
fn they_are_the_same_each_time_and_say_how_to_load_them() {
    let once = fixtures(&["--format", "envelope"], "");
    assert_eq!(once, fixtures(&["--format", "envelope"], ""));
    assert!(
        once.2.contains("--batch 5") && once.2.contains("--fixtures loaded") && once.2.contains("curl"),
        "{}",
        once.2
    );
    let (code, _, err) = fixtures(&["--batch", "6"], "");
    assert_eq!(code, Some(2));
    assert!(err.contains("5 batches"), "{err}");
    let folder = tempfile::tempdir().expect("a folder of our own");
    let (code, out, err) = fixtures(&["--out", &folder.path().join("new").display().to_string()], "");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for (number, batch) in (1..).zip(batches()) {
        let file = folder.path().join(format!("new/fixtures-{number}.json"));
        let bundle: Value = serde_json::from_slice(&std::fs::read(&file).expect("a file a batch")).expect("JSON");
        assert_eq!(bundle["objects"].as_array().map(Vec::len), Some(batch.objects.len()));
        assert!(out.contains(&file.display().to_string()), "{out}");
    }
}

/// What a run told: trials in the order of the plan, and notes.
type Told = (Vec<Trial>, Vec<String>);

/// Tests a server as somebody who may only read one collection of it, into which these batches were loaded.
fn reader(loaded: &[usize], claimed: bool, server: server::Options) -> Told {
    // one of several tests gets to install it
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let server = server::start(server::Options { tls: false, ..server }).await.expect("the server starts");
        let root = server.url().trim_end_matches("taxii2/").to_owned();
        for at in loaded {
            let envelope = json!({ "objects": batches()[*at].objects }).to_string();
            let post = Client::new()
                .post(format!("{root}api1/collections/{EMPTY}/objects/"))
                .bearer_auth("admin-token")
                .header("accept", server::TAXII)
                .header("content-type", server::TAXII)
                .body(envelope);
            assert_eq!(post.send().await.expect("an answer").status(), 202);
        }
        let mut options = Options::new(format!("{root}api1/"));
        options.allow_http = true;
        options.collection = Some(EMPTY.into());
        options.fixtures = claimed;
        options.seed = 1;
        options.credentials = Credentials::Basic { user: "reader".into(), password: "reader-pass".into() };
        let mut events = run::start(options, false, Stopper::default()).expect("the run begins");
        let (mut order, mut trials, mut notes) = (BTreeMap::new(), Vec::new(), Vec::new());
        while let Some(event) = events.recv().await {
            match event {
                Event::Planned(planned) => order.extend(planned.into_iter().enumerate().map(|(at, p)| (p.id, at))),
                Event::TrialFinished(trial) => trials.push(*trial),
                Event::Note(note) => notes.push(note),
                Event::CleanedUp(_) => panic!("nothing may be written"),
                _ => {}
            }
        }
        server.stop().await;
        trials.sort_by_key(|trial| order.get(&trial.id).copied());
        (trials, notes)
    })
}

fn of(trials: &[Trial], verdict: Verdict) -> Vec<String> {
    trials.iter().filter(|t| t.verdict == verdict).map(|t| format!("{}: {}", t.id, t.reason)).collect()
}

#[test]
fn with_fixtures_a_reader_gets_real_answers() {
    let (trials, notes) = reader(&[0, 1, 2, 3, 4], true, server::Options::default());
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(of(&trials, Verdict::Fail), Vec::<String>::new());
    let open = of(&trials, Verdict::Inconclusive);
    assert!(open.len() < 10, "{open:#?}");
    // cases ask for what is known
    let asked = |id: &str| trials.iter().flat_map(|t| &t.exchanges).any(|e| e.request.url.contains(id));
    let indicator = batches()[0].objects[2]["id"].as_str().expect("an id");
    assert!(asked(indicator));
    // what is skipped needs writing, or something that the server does not offer
    let data = ["the objects of `taxii-conformance fixtures`", "could be read"];
    assert!(of(&trials, Verdict::Skip).iter().all(|s| !data.iter().any(|d| s.contains(d))));
}

#[test]
fn an_empty_collection_says_what_would_help() {
    let (trials, notes) = reader(&[], false, server::Options::default());
    assert_eq!(
        (notes.len(), of(&trials, Verdict::Fail).len()),
        (0, 0),
        "{:?} {:#?}",
        notes,
        of(&trials, Verdict::Fail)
    );
    let open = of(&trials, Verdict::Inconclusive);
    let helped = open.iter().filter(|s| s.contains("`taxii-conformance fixtures`")).count();
    assert!(helped * 10 > open.len() * 9, "{helped} of {}: {open:#?}", open.len());
    // what is asked of objects cannot be blamed on endpoints that nothing could be asked of
    assert!(!open.iter().any(|s| s.contains("does not answer with")), "{open:#?}");
    let passed = |case: &str| trials.iter().any(|t| t.case == case && t.verdict == Verdict::Pass);
    for case in ["object/unknown", "versions/unknown", "filter/malformed", "objects/empty-collection"] {
        assert!(passed(case), "{case} is not judged");
    }
}

#[test]
fn what_is_missing_of_the_fixtures_is_said_and_is_no_finding() {
    let (trials, notes) = reader(&[0, 1, 2], true, server::Options::default());
    assert_eq!(of(&trials, Verdict::Fail), Vec::<String>::new());
    let [note] = &notes[..] else { panic!("{notes:?}") };
    let second = &batches()[3].objects[0];
    let wanted =
        format!("{} of {}", second["id"].as_str().expect("an id"), second["modified"].as_str().expect("a date"));
    assert!(note.contains("not there") && note.contains(&wanted) && note.contains("inconclusive"), "{note}");
    let (_, notes) = reader(&[], true, server::Options::default());
    assert!(notes.len() == 1 && notes[0].contains("no collection that was read holds any"), "{notes:?}");
}

#[test]
fn fixtures_show_what_a_full_read_would_hide() {
    let hides = || server::Options {
        defects: vec![server::defect("version-all-without-middle").expect("a defect")],
        ..server::Options::default()
    };
    let (trials, _) = reader(&[0, 1, 2, 3, 4], true, hides());
    let failed: Vec<&str> = trials
        .iter()
        .filter(|t| t.verdict == Verdict::Fail)
        .flat_map(|t| &t.requirements)
        .map(String::as_str)
        .collect();
    assert!(failed.contains(&"T21-3.4-18"), "{failed:?}");
}
