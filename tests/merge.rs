//! `run --shard` and `merge`: parts of one plan become the whole again, and nothing else does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use taxii_conformance::record::{Report, Verdict};
use taxii_conformance::report::read;

const ONLY: &str = "filter/*";

/// Runs the program in a folder; exit code and what it printed.
fn suite(folder: &Path, arguments: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"));
    let output = command.args(arguments.split_whitespace()).current_dir(folder).output().expect("the binary starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

fn run(folder: &Path, more: &str, file: &str) -> PathBuf {
    let flags = format!("run --reference --only {ONLY} --seed 7 -q {more} --report json={file}");
    let (code, text) = suite(folder, &flags);
    assert!(code <= 1, "{text}");
    folder.join(file)
}

fn load(path: &Path) -> Report {
    read::read(path).expect("a report")
}

fn write(report: &Report, path: &Path) {
    let mut bytes = Vec::new();
    taxii_conformance::report::json::write(report, &mut bytes).expect("memory");
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn parts_become_the_whole_and_nothing_else_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let defect = "--defect limit-zero-taken-on-manifest";
    let whole = load(&run(at, defect, "whole.json"));
    for part in 1..=3 {
        run(at, &format!("{defect} --shard {part}/3"), &format!("part{part}.json"));
    }
    // in any order
    let (code, text) = suite(at, "merge part3.json part1.json part2.json --report json=merged.json -q");
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("Breaks 1 requirement: T21-3.4-01"), "{text}");
    let merged = load(&at.join("merged.json"));
    let told = |r: &Report| r.trials.iter().map(|t| (t.id.clone(), t.verdict)).collect::<Vec<_>>();
    assert_eq!(told(&merged), told(&whole));
    assert!(merged.suite.shard.is_none());
    let summary =
        |r: &Report| (r.summary.verdicts.clone(), r.summary.failed.clone(), r.summary.passed.clone(), r.summary.exit);
    assert_eq!(summary(&merged), summary(&whole));

    let refused = |files: &str, why: &str| {
        let (code, text) = suite(at, &format!("merge {files} --report json=refused.json"));
        let flat = text.split_whitespace().filter(|w| *w != "│").collect::<Vec<_>>().join(" ");
        assert_eq!(code, 2, "{text}");
        assert!(flat.contains(why), "{why}: {flat}");
        assert!(!at.join("refused.json").exists());
    };
    refused("part1.json part2.json", "parts are missing: 3 of 3");
    refused("part1.json part2.json part3.json part2.json", "are both part 2 of 3");
    refused("part1.json whole.json part3.json", "whole.json: this is the report of a whole run");
    refused("part1.json none.json", "none.json: cannot be read");

    // what was tampered with, one way at a time
    let tampered = |change: &dyn Fn(&mut Report), why: &str| {
        let mut report = load(&at.join("part2.json"));
        change(&mut report);
        write(&report, &at.join("changed.json"));
        refused("part1.json changed.json part3.json", why);
    };
    tampered(&|r| r.suite.seed += 1, "the seed is 7 in the first, 8 in the second");
    tampered(&|r| r.suite.version = "0.0.1".into(), "the version of the suite is");
    tampered(&|r| r.suite.cases = "other".into(), "the revision of the cases is");
    tampered(&|r| r.suite.strict = true, "--strict is false in the first, true in the second");
    tampered(&|r| r.suite.reference = None, "the reference server is");
    tampered(&|r| r.server.title = Some("Other".into()), "the title of the server is");
    tampered(&|r| r.server.api_roots[0].collections[0].id = "x".into(), "the list of API roots and collections is");
    tampered(&|r| r.suite.shard.as_mut().expect("a part").plan_sha256 = "0".repeat(64), "the SHA-256 of the plan is");
    tampered(&|r| r.suite.shard.as_mut().expect("a part").count = 4, "the number of parts is");
    tampered(&|r| drop(r.trials.pop()), "and the plan deals it");
    tampered(&|r| r.trials.swap(0, 1), "are not those that were planned");
    tampered(&|r| r.trials[0].id += "x", "are not those that were planned");
    tampered(&|r| r.server.untestable = Some("gone".into()), "could not be tested in this part: gone");
}

/// `report` shows a stored report as the run did, and exits with 0 whatever it says.
#[test]
fn a_stored_report_is_shown_and_rendered() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let flags = format!(
        "run --reference --only {ONLY} --defect limit-zero-taken-on-manifest --seed 7 \
                         --report json=a.json --report junit=a.xml --report markdown=a.md --report ctrf=a.ctrf.json"
    );
    let (code, live) = suite(at, &flags);
    assert_eq!(code, 1, "{live}");
    let (code, text) = suite(
        at,
        "report a.json --report junit=b.xml --report markdown=b.md --report ctrf=b.ctrf.json --report json=b.json",
    );
    assert_eq!(code, 0, "{text}");
    let said =
        |text: &str| text.split("Failures (1)").nth(1).map(|t| t.split("Reports:").next().unwrap_or("").to_owned());
    assert_eq!(said(&text), said(&live));
    for name in ["json", "xml", "md", "ctrf.json"] {
        let file = |stem: &str| std::fs::read_to_string(at.join(format!("{stem}.{name}"))).expect("written");
        assert!(file("a") == file("b"), "{name}");
    }
    let verdicts: BTreeSet<Verdict> = load(&at.join("b.json")).trials.iter().map(|t| t.verdict).collect();
    assert!(verdicts.contains(&Verdict::Fail) && verdicts.contains(&Verdict::Pass));
    let (code, text) = suite(at, "report a.json --report json=x --report junit=x");
    assert_eq!(code, 2, "{text}");
    std::fs::write(at.join("old.json"), "{}").expect("written");
    let (code, text) = suite(at, "report old.json");
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("no report of taxii-conformance"), "{text}");
}
