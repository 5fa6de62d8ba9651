//! What a run can be told, against the reference server: known failures, risky trials, shards, the level of derived
//! requirements, records that are judged again.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::{Date, date};
use taxii_conformance::case::profile::{Profile, profiles};
use taxii_conformance::record::{Event, Finding, Report, Trial, Verdict, exit};
use taxii_conformance::report::Reporter;
use taxii_conformance::report::collect::Collect;
use taxii_conformance::run::known::Entry;
use taxii_conformance::run::recording::Replay;
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server::{self, USERS};

/// Runs the suite against the reference server with one defect, or none.
fn suite(defect: Option<&str>, change: impl FnOnce(&mut Options)) -> Report {
    let defects = defect.map(|name| server::defect(name).expect("a defect")).into_iter().collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let server = server::start(server::Options { defects, ..server::Options::default() }).await.expect("started");
        let mut options = Options::new(server.url());
        options.ca_pem = server.ca_pem().map(str::to_owned);
        options.write = Some("any".into());
        let writer = USERS.iter().find(|user| user.writes).expect("a user who writes");
        options.credentials = Credentials::Basic { user: writer.name.into(), password: writer.password.into() };
        options.seed = 11;
        change(&mut options);
        let mut events = run::start(options, false, Stopper::default()).expect("the run begins");
        let mut collect = Collect::default();
        while let Some(event) = events.recv().await {
            if let Event::Surveyed(server) = &event {
                assert_eq!(server.untestable, None);
            }
            collect.event(&event);
        }
        server.stop().await;
        collect.into_report()
    })
}

fn entry(glob: &str, expires: Date) -> Entry {
    Entry::new(glob, "a reason", "an owner", expires).expect("a glob")
}

const LATER: Date = date(9999, 12, 31);
const DEFECT: Option<&str> = Some("limit-zero-taken-on-manifest");
const ONLY: &str = "filter/malformed";

#[test]
fn a_known_failure_is_reported_and_does_not_fail_the_run() {
    let known = |glob: &'static str, expires| {
        suite(DEFECT, move |o| (o.only, o.known) = (vec![ONLY.into()], vec![entry(glob, expires)]))
    };
    let report = known("filter/malformed[limit zero,endpoint=manifest]", LATER);
    let failed: Vec<&Trial> = report.trials.iter().filter(|t| t.verdict == Verdict::Fail).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].known.as_ref().map(|k| k.owner.as_str()), Some("an owner"));
    let summary = &report.summary;
    assert_eq!((&summary.known[..], summary.failed.len(), summary.exit), (&["T21-3.4-01".to_owned()][..], 0, exit::OK));

    // what has expired is a failure again, and the entry has to go
    let report = known(ONLY, date(2020, 1, 1));
    assert_eq!((report.summary.failed.len(), report.summary.stale.len(), report.summary.exit), (1, 1, exit::FAILED));
}

#[test]
fn an_entry_that_is_of_no_use_fails_the_run() {
    for (glob, why) in [("filter/malformed", "passes now"), ("filter/no-such", "matches no trial")] {
        let report = suite(None, |o| (o.only, o.known) = (vec![ONLY.into()], vec![entry(glob, LATER)]));
        assert!(report.summary.stale[0].contains(why), "{:?}", report.summary.stale);
        assert_eq!(report.summary.exit, exit::FAILED);
    }
    // what was not run says nothing
    let report = suite(None, |o| (o.only, o.known) = (vec![ONLY.into()], vec![entry("paging/*", LATER)]));
    assert_eq!((report.summary.stale.len(), report.summary.exit), (0, exit::OK));
}

#[test]
fn the_parts_of_a_plan_are_the_plan() {
    let ids = |report: &Report| -> Vec<String> { report.trials.iter().map(|t| t.id.clone()).collect() };
    let only = |o: &mut Options| o.only = vec!["filter/*".into(), "add/*".into()];
    let whole = ids(&suite(None, only));
    let mut union = BTreeSet::new();
    let mut hashes = BTreeSet::new();
    for index in 1..=3 {
        let report = suite(None, |o| {
            only(o);
            o.shard = Some((index, 3));
        });
        let shard = report.suite.shard.clone().expect("a shard");
        assert_eq!((shard.index, shard.count, shard.planned), (index, 3, whole.len()));
        hashes.insert(shard.plan_sha256);
        for id in ids(&report) {
            assert!(union.insert(id.clone()), "{id} is in two parts");
        }
    }
    assert_eq!(hashes.len(), 1);
    assert_eq!(union, whole.into_iter().collect());
}

#[test]
fn risky_trials_are_marked_and_can_be_left_out() {
    let report = suite(None, |o| o.only = vec!["risk/*".into()]);
    assert!(!report.trials.is_empty() && report.trials.iter().all(|t| t.risky && t.verdict == Verdict::Pass));
    let report = suite(None, |o| (o.only, o.no_risky) = (vec!["risk/*".into()], true));
    assert!(!report.trials.is_empty() && report.trials.iter().all(|t| t.risky && t.verdict == Verdict::Skip));
    assert!(report.trials.iter().all(|t| t.exchanges.is_empty()));
}

#[test]
fn a_derived_requirement_can_be_made_to_warn() {
    let derived = |warns| {
        suite(Some("alias-404"), move |o| (o.only, o.derived_warns) = (vec!["collection/alias*".into()], warns))
    };
    let (fails, warns) = (derived(false), derived(true));
    assert_eq!(fails.summary.exit, exit::FAILED, "{:?}", fails.summary);
    assert_eq!((warns.summary.exit, warns.summary.failed.len()), (exit::OK, 0));
    assert!(!warns.summary.warned.is_empty());
}

#[test]
fn a_record_is_judged_as_the_run_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("record");
    // of each kind: pages, statuses, repeats of failures, deletions
    let only = ["paging/*", "status/*", "delete/*", "filter/limit*", "auth/*", "types/*"].map(str::to_owned).to_vec();
    let ran = suite(Some("limit-plus-one"), |o| (o.only, o.record) = (only, Some(dir.clone())));
    let judged = judge(&dir, |_| {});
    let verdicts = |report: &Report| -> Vec<(String, Verdict, String, Vec<Finding>)> {
        let of = |t: &Trial| (t.id.clone(), t.verdict, t.reason.clone(), t.findings.clone());
        report.trials.iter().map(of).collect()
    };
    assert_eq!(verdicts(&ran), verdicts(&judged));
    assert!(!ran.summary.failed.is_empty());
    assert_eq!((&ran.summary.failed, ran.summary.exit), (&judged.summary.failed, judged.summary.exit));
    assert_eq!((&ran.cleanup, &ran.suite.started), (&judged.cleanup, &judged.suite.started));

    // what was not asked for then cannot be judged now, and is no fault of the server
    let more = judge(&dir, |o| o.only = vec!["filter/type".into(), "filter/limit".into()]);
    let by = |case: &str| -> Vec<&Trial> { more.trials.iter().filter(|t| t.case == case).collect() };
    assert!(!by("filter/type").is_empty() && by("filter/type").iter().all(|t| t.verdict == Verdict::Skip));
    assert!(by("filter/type")[0].reason.starts_with("the record holds nothing of this trial"));
    assert!(by("filter/limit").iter().any(|t| t.verdict == Verdict::Fail));

    // a folder that holds a record is not written over
    let options = Options { record: Some(dir.clone()), ..Options::new("https://localhost:1/") };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let refused = runtime.block_on(async { run::start(options, false, Stopper::default()).map(drop) });
    assert!(refused.expect_err("refused").to_string().contains("not empty"));
}

/// Judges a record again.
fn judge(dir: &Path, change: impl FnOnce(&mut Options)) -> Report {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut options = Options::new("");
        change(&mut options);
        let replay = Replay::read(dir).expect("a record");
        let mut events = run::judge(replay, options, Stopper::default()).expect("begun");
        let mut collect = Collect::default();
        while let Some(event) = events.recv().await {
            collect.event(&event);
        }
        collect.into_report()
    })
}

#[test]
fn a_record_that_was_cut_off_is_read_as_far_as_it_goes_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("record");
    suite(None, |o| (o.only, o.record) = (vec!["discovery/*".into()], Some(dir.clone())));
    let path = dir.join("exchanges.ndjson");
    let whole = std::fs::read_to_string(&path).expect("exchanges");
    std::fs::write(&path, &whole[..whole.len() - 20]).expect("written");
    assert!(Replay::read(&dir).is_ok());
    // what the end was is not known of a run that was killed, so that it is none that held
    std::fs::remove_file(dir.join("end.json")).expect("removed");
    let cut = judge(&dir, |_| {});
    assert!(cut.summary.interrupted && cut.summary.exit == exit::UNTESTABLE, "{:?}", cut.summary);
    assert!(cut.notes.iter().any(|n| n.contains("does not say how the run ended")), "{:?}", cut.notes);
    std::fs::write(&path, whole.replacen("\"scope\"", "\"scoop\"", 1)).expect("written");
    let why = Replay::read(&dir).map(drop).expect_err("broken").to_string();
    assert!(why.contains("line 1") && why.contains("scope"), "{why}");
    std::fs::write(dir.join("run.json"), "{}").expect("written");
    assert!(Replay::read(&dir).is_err());
    assert!(Replay::read(folder.path()).map(drop).expect_err("no record").to_string().contains("is this a record"));
}

#[test]
fn profiles_are_met_where_nothing_is_broken_and_nothing_open() {
    let standings = |report: &Report| -> Vec<(String, bool)> {
        report.summary.profiles.iter().map(|s| (s.profile.clone(), s.met)).collect()
    };
    let clean = standings(&suite(None, |_| {}));
    assert!(clean.len() >= 4 && clean.iter().all(|(_, met)| *met), "{clean:?}");
    // what nobody was allowed to try is open
    for (name, met) in standings(&suite(None, |o| o.write = None)) {
        assert_eq!(met, ["first-look", "read"].contains(&name.as_str()), "{name}");
    }
    let first = profile("first-look");
    let one = suite(Some("manifest-refuses-stix"), |o| o.profile = first);
    assert_eq!(standings(&one), [("first-look".to_owned(), true)], "a defect that it does not look for");
    let one = suite(Some("limit-ignored"), |o| o.profile = profile("read"));
    assert_eq!(standings(&one), [("read".to_owned(), false)]);
    assert!(one.summary.profiles[0].broken.contains(&"T21-3.4-06".to_owned()));
    // a part of a run is no claim
    assert!(suite(None, |o| o.only = vec!["filter/id".into()]).summary.profiles.is_empty());
}

fn profile(name: &str) -> Option<&'static Profile> {
    profiles().iter().find(|p| p.name == name)
}

#[test]
fn other_collections_are_written_to_where_the_user_says_all() {
    let written = |write: &str| -> Vec<String> {
        let report = suite(None, |o| (o.only, o.write) = (vec!["access/writable-as-said".into()], Some(write.into())));
        assert!(report.trials.iter().all(|t| t.verdict == Verdict::Pass));
        assert_eq!(report.cleanup.left, [""; 0], "something was left behind");
        let posts = report.trials.iter().flat_map(|t| &t.exchanges).filter(|e| e.request.method == "POST");
        posts.map(|e| e.request.url.split("/collections/").nth(1).unwrap_or_default().to_owned()).collect()
    };
    let [first, empty, second] = [
        "1b6ee5f6-2d1c-4e5c-9f9e-7a4b0c8d3e21/objects/",
        "5fa2c93a-6150-4ca0-9d32-be8f40c17265/objects/",
        "71c4eb5c-8372-4ec2-9f54-d0a162e39487/objects/",
    ];
    assert_eq!(written("any"), [first]);
    assert_eq!(written("small-sample"), [second]);
    assert_eq!(written("all"), [first, empty, second]);
}

#[test]
fn a_failure_that_the_end_of_a_run_keeps_from_being_tried_again_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("record");
    let trial = "filter/malformed[limit zero,endpoint=manifest]";
    let only = vec![trial.replace('[', "[[]") + "*"];
    let ran = suite(Some("limit-zero-taken-on-manifest"), |o| (o.only, o.record) = (only, Some(dir.clone())));
    assert_eq!(ran.summary.failed, ["T21-3.4-01"]);
    // the same run, told to end before the repeat
    let path = dir.join("exchanges.ndjson");
    let whole = std::fs::read_to_string(&path).expect("exchanges");
    let of_trial = |line: &&str| line.contains(&format!("\"scope\":\"{trial}"));
    let mut asked = whole.lines().filter(of_trial);
    let first = asked.next().expect("the trial");
    assert!(asked.next().is_some(), "the repeat");
    let kept: Vec<&str> = whole.lines().filter(|line| *line == first || !of_trial(line)).collect();
    std::fs::write(&path, kept.join("\n") + "\n").expect("written");
    std::fs::write(dir.join("end.json"), r#"{"interrupted": true, "not_run": []}"#).expect("written");
    let judged = judge(&dir, |_| {});
    let of: Vec<&Trial> = judged.trials.iter().filter(|t| t.id.starts_with(trial)).collect();
    assert_eq!(of.len(), 1);
    assert_eq!(of[0].verdict, Verdict::Inconclusive);
    assert!(of[0].reason.starts_with("it failed once, and the run was ended"), "{}", of[0].reason);
    assert!(judged.summary.failed.is_empty() && judged.summary.interrupted);
}
