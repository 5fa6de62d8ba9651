//! `compare` on files: which mode it takes, and its exit codes.

use std::path::Path;
use std::process::Command;

use taxii_conformance::record::Report;
use taxii_conformance::report::json;

#[expect(dead_code, reason = "each test file uses its part of the fixture")]
#[path = "report/fixture.rs"]
mod fixture;

fn suite(folder: &Path, arguments: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"));
    let output = command.args(arguments.split_whitespace()).current_dir(folder).output().expect("the binary starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn put(folder: &Path, name: &str, report: &Report) {
    let mut bytes = Vec::new();
    json::write(report, &mut bytes).expect("memory takes everything");
    std::fs::write(folder.join(name), bytes).expect("written");
}

#[test]
fn modes_and_exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let (clean, broken) = (fixture::report(&fixture::clean(0)), fixture::report(&fixture::events()));
    let mut other = clean.clone();
    other.server.url = "https://other.example/taxii2/".into();
    let mut worse = clean.clone();
    worse.summary.failed = std::mem::take(&mut worse.summary.passed);
    for (name, report) in [("clean", &clean), ("broken", &broken), ("other", &other), ("worse", &worse)] {
        put(at, &format!("{name}.json"), report);
    }
    std::fs::write(at.join("other.html"), "").expect("written");
    for (arguments, code, said) in [
        ("clean.json other.json", 0, "Where they differ"),
        ("clean.json worse.json", 1, "Worse than before: 1 requirement"),
        ("worse.json clean.json", 0, "Nothing regressed"),
        ("clean.json clean.json", 0, "Nothing regressed"),
        ("other.json --baseline clean.json", 0, "The server's address is not the same"),
        ("worse.json --baseline other.json", 1, "Regressed (1)"),
        ("clean.json worse.json other.json", 0, "T21-4.1-01"),
        ("clean.json", 2, "one report alone"),
        ("clean.json other.json --baseline worse.json", 2, "--baseline takes one other report"),
        ("clean.json none.json", 2, "none.json: cannot be read"),
        ("clean.json other.json --report junit=x", 2, "unknown report format"),
        ("clean.json other.json --report html=x --report json=x", 2, "two reports would go to x"),
        ("clean.json other.json --report html=clean.json/x", 3, "cannot write the report"),
    ] {
        let (got, out, err) = suite(at, &format!("compare {arguments}"));
        let flat = format!("{out}{err}").split_whitespace().filter(|w| *w != "│").collect::<Vec<_>>().join(" ");
        assert_eq!(got, code, "{arguments}: {out}{err}");
        assert!(flat.contains(said), "{arguments}: {out}{err}");
    }
    let (code, out, err) =
        suite(at, "compare clean.json other.json broken.json --report html=out/c.html --report json=-");
    assert_eq!(code, 0, "{err}");
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON alone");
    assert_eq!(told["format"], "taxii-conformance/comparison");
    assert_eq!(told["columns"][1]["link"], "other.html");
    assert!(err.contains("Where they differ"), "{err}");
    let html = std::fs::read_to_string(at.join("out/c.html")).expect("written");
    assert!(html.contains("href=\"../other.html#T21-4.1-01\"") && html.contains("href=\"../clean.json\""), "{html}");
}
