//! A run that is told to end: what was added is removed, reports are written, and its record is judged as it was.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use taxii_conformance::record::{Report, Verdict};
use taxii_conformance::server;

const BINARY: &str = env!("CARGO_BIN_EXE_taxii-conformance");

fn report(path: &Path) -> Report {
    serde_json::from_slice(&std::fs::read(path).expect("a report")).expect("JSON")
}

/// Runs the suite slowly, tells it to end by `signal` once it has begun to write, and gives its exit code.
fn ended_by(signal: &str, url: &str, folder: &Path) -> Option<i32> {
    let mut child = Command::new(BINARY)
        .args(["run", url, "--allow-http", "--write", "any", "--seed", "1", "--rate", "400", "--record", "record"])
        .args(["--report", "json=run.json", "--report", "junit=run.xml"])
        .env("TAXII_USER", "admin")
        .env("TAXII_PASSWORD", "admin-pass")
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let lines = BufReader::new(child.stderr.take().expect("standard error")).lines();
    let mut told = false;
    for line in lines.map_while(Result::ok) {
        if line.contains("trials planned") {
            let id = child.id().to_string();
            assert!(Command::new("kill").args(["-s", signal, &id]).status().expect("kill").success());
        }
        told |= line.starts_with("ending: what was added is removed");
    }
    assert!(told, "{signal}");
    child.wait().expect("it ends").code()
}

#[test]
fn a_run_that_is_told_to_end_leaves_nothing_and_its_record_says_the_same() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server =
        runtime.block_on(server::start(server::Options { tls: false, ..Default::default() })).expect("a server");
    for signal in ["TERM", "INT", "HUP"] {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(ended_by(signal, server.url(), folder.path()), Some(3), "{signal}");
        let ran = report(&folder.path().join("run.json"));
        assert!(ran.summary.interrupted && folder.path().join("run.xml").exists());
        assert!(ran.cleanup.removed > 0, "{signal}: it had begun to write");
        assert_eq!(ran.cleanup.left, Vec::<String>::new(), "{signal}");
        assert!(ran.trials.iter().any(|t| t.verdict == Verdict::Skip && t.reason == "the run was ended early"));

        let judge = Command::new(BINARY)
            .args(["judge", "record", "-q", "--report", "json=judged.json"])
            .current_dir(folder.path())
            .output()
            .expect("the binary runs");
        assert_eq!(judge.status.code(), Some(3), "{signal}");
        let judged = report(&folder.path().join("judged.json"));
        let verdicts = |report: &Report| -> Vec<(String, Verdict, String)> {
            report.trials.iter().map(|t| (t.id.clone(), t.verdict, t.reason.clone())).collect()
        };
        assert_eq!(verdicts(&ran), verdicts(&judged), "{signal}");
        assert!(judged.summary.interrupted);
    }
    runtime.block_on(server.stop());
}
