//! The command `run` around the engine: reports, exit codes, what is printed where.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use taxii_conformance::cli::exit;
use taxii_conformance::cli::options::Resolved;
use taxii_conformance::cli::run::{Job, Show, drive};
use taxii_conformance::cli::values::{Format, ReportTo};
use taxii_conformance::record::Event;
use taxii_conformance::report::console::Verbosity;
use taxii_conformance::report::style::Style;
use taxii_conformance::run::Options;

#[expect(dead_code, reason = "each test file uses its part of the fixture")]
#[path = "report/fixture.rs"]
mod fixture;

fn resolved(reports: &[(Format, PathBuf)]) -> Resolved {
    Resolved {
        options: Options::new("https://taxii.example/"),
        reference: None,
        reports: reports.iter().map(|(format, path)| ReportTo { format: *format, path: path.clone() }).collect(),
        plan: false,
        verbosity: Verbosity::Normal,
    }
}

/// Exit code, standard output, standard error.
fn run(
    resolved: Resolved,
    engine: impl FnOnce(Job, &mut dyn FnMut(Event)) -> miette::Result<()>,
) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let show = Show {
        progress: None,
        out: &mut out,
        err: &mut err,
        style: Style::PLAIN,
        requirement: &|id| fixture::requirement(id),
    };
    let code = drive(resolved, show, engine);
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (code, text(out), text(err))
}

fn tell(events: Vec<Event>) -> impl FnOnce(Job, &mut dyn FnMut(Event)) -> miette::Result<()> {
    |_, tell| {
        events.into_iter().for_each(tell);
        Ok(())
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder of our own")
}

#[test]
fn reports_are_written_and_the_code_is_the_run_s() {
    let folder = folder();
    let (json, junit) = (folder.path().join("a/r.json"), folder.path().join("a/r.xml"));
    let wanted = resolved(&[(Format::Json, json.clone()), (Format::Junit, junit.clone())]);
    let (code, out, err) = run(wanted, tell(fixture::events()));
    assert_eq!((code, err.as_str()), (exit::FAILED, ""));
    assert!(out.contains("Breaks 2 requirements"), "{out}");
    assert!(out.contains("r.json") && out.contains("r.xml"), "{out}");
    assert!(fs::read_to_string(json).expect("it is there").starts_with('{'));
    assert!(fs::read_to_string(junit).expect("it is there").starts_with("<?xml"));
}

#[test]
fn standard_output_belongs_to_the_report_that_asked_for_it() {
    let (code, out, err) = run(resolved(&[(Format::Json, "-".into())]), tell(fixture::events()));
    assert_eq!(code, exit::FAILED);
    assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{out}");
    assert!(err.contains("Breaks 2 requirements") && !err.contains("Reports:"), "{err}");
    assert!(!Path::new("-").exists());
}

#[test]
fn a_report_that_cannot_be_written_is_known_before_the_run() {
    let folder = folder();
    let good = folder.path().join("good.json");
    let wanted = resolved(&[(Format::Json, good.clone()), (Format::Junit, folder.path().into())]);
    let (code, out, err) = run(wanted, |_, _| panic!("the engine must not start"));
    assert_eq!((code, out.as_str()), (exit::UNTESTABLE, ""));
    assert!(err.contains("it is a folder"), "{err}");
    assert!(!good.exists());
}

#[test]
fn a_report_that_fails_at_the_end_is_never_a_success() {
    let folder = folder();
    let path = folder.path().join("sub/r.json");
    let (code, out, err) = run(resolved(&[(Format::Json, path)]), |_, tell| {
        fs::write(folder.path().join("sub"), "in the way").expect("it is written");
        fixture::clean(0).into_iter().for_each(tell);
        Ok(())
    });
    assert_eq!(code, exit::UNTESTABLE);
    assert!(out.contains("Meets every MUST"), "{out}");
    assert!(!out.contains("Reports:"), "{out}");
    assert!(err.contains("cannot write the report"), "{err}");
}

#[test]
fn a_faulty_case_is_wrong_usage() {
    let folder = folder();
    let path = folder.path().join("r.json");
    let (code, out, err) =
        run(resolved(&[(Format::Json, path.clone())]), |_, _| Err(miette::miette!("unknown key \"expct\"")));
    assert_eq!((code, out.as_str()), (exit::USAGE, ""));
    assert!(err.contains("expct"), "{err}");
    assert!(!path.exists());
}

#[test]
fn an_engine_that_breaks_off_is_no_success() {
    let mut events = fixture::clean(0);
    events.pop();
    let (code, out, _) = run(resolved(&[]), tell(events));
    assert_eq!(code, exit::UNTESTABLE);
    assert!(out.contains("ended early"), "{out}");
}

#[test]
fn a_plan_prints_the_plan_alone() {
    let mut wanted = resolved(&[]);
    wanted.plan = true;
    let (code, out, _) = run(wanted, |job, tell| {
        assert!(job.plan);
        fixture::clean(0).into_iter().filter(|e| !matches!(e, Event::TrialFinished(_))).for_each(tell);
        Ok(())
    });
    assert_eq!(code, exit::OK);
    assert!(out.contains("Nothing was written.") && !out.contains("Meets"), "{out}");
}

#[test]
fn wrong_usage_is_2_and_prints_no_report() {
    let folder = folder();
    for flags in [
        "run",
        "run --no-such-flag",
        "run taxii.example",
        "run https://user:hunter2@taxii.example/",
        "run https://taxii.example/ --token-env NOT_SET_ANYWHERE",
    ] {
        let (code, out, err) = binary(folder.path(), flags);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{flags}");
        assert!(!err.is_empty() && !err.contains("hunter2"), "{flags}: {err}");
    }
    fs::write(folder.path().join("taxii-conformance.toml"), "[defaults]\njbos = 1").expect("written");
    let (code, _, err) = binary(folder.path(), "run https://taxii.example/");
    assert_eq!(code, Some(2));
    assert!(err.contains(":2:1:") && err.contains("did you mean \"jobs\""), "{err}");
}

fn binary(folder: &Path, flags: &str) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"))
        .args(flags.split_whitespace())
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the binary starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
