//! Ctrl-C in the middle of a run: what was added is removed, and reports are written.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use taxii_conformance::record::Event;
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server;

use crate::binary::{Reference, command, reference};

/// How many versions each collection holds.
fn content(server: &Reference) -> Vec<Option<usize>> {
    let mut options = Options::new(&server.url);
    options.ca_pem = std::fs::read_to_string(server.ca.path()).ok();
    options.credentials = Credentials::Basic { user: "admin".into(), password: "admin-pass".into() };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut events = run::start(options, true, Stopper::default()).expect("the plan begins");
        let mut seen = Vec::new();
        while let Some(event) = events.recv().await {
            if let Event::Surveyed(server) = event {
                seen.extend(server.api_roots.iter().flat_map(|root| &root.collections).map(|c| c.versions_seen));
            }
        }
        seen
    })
}

#[test]
fn ctrl_c_cleans_up_and_writes_reports() {
    let delay = Duration::from_millis(100);
    let server = reference(server::Options { asynchronous: true, delay, ..server::Options::default() });
    let before = content(&server);
    assert!(before.iter().flatten().any(|versions| *versions > 10), "{before:?}");

    let folder = tempfile::tempdir().expect("a folder of our own");
    let ca = server.ca.path().display().to_string();
    let flags = ["run", &server.url, "--ca-file", &ca, "--write", "any", "--only", "add/*", "--jobs", "1"];
    let env = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let mut child = command(folder.path(), &flags, &env)
        .args(["-v", "--report", "json=r.json", "--report", "junit=r.xml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut progress = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    while !line.contains("trials planned") {
        line.clear();
        assert!(progress.read_line(&mut line).expect("UTF-8") > 0, "no plan was told");
    }
    // the first trial is under way, or just done
    std::thread::sleep(Duration::from_millis(150));
    // twice at once, as by what ends a process and then its group: one wish
    let killed = Command::new("sh").arg("-c").arg(format!("kill -INT {0}; kill -TERM {0}", child.id())).status();
    assert!(killed.expect("sh is there").success());
    let rest = std::thread::spawn(move || progress.read_to_string(&mut String::new()));
    let output = child.wait_with_output().expect("it ends");
    rest.join().expect("joined").expect("UTF-8");

    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("ended early"), "{out}");
    assert!(!out.contains("Meets every MUST"), "{out}");
    assert_eq!(output.status.code(), Some(3), "{out}");
    let json = std::fs::read_to_string(folder.path().join("r.json")).expect("a report");
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["summary"]["interrupted"], true);
    assert_eq!(json["cleanup"]["left"], Value::Array(Vec::new()));
    assert!(json["cleanup"]["removed"].as_u64().is_some_and(|removed| removed > 0), "{}", json["cleanup"]);
    let trials = json["trials"].as_array().expect("a list");
    assert!(trials.iter().any(|trial| trial["reason"] == "the run was ended early"), "{trials:#?}");
    assert!(folder.path().join("r.xml").exists());
    assert_eq!(content(&server), before);
}

/// A server that is slow to answer: Ctrl-C while the suite takes its first look ends the run at once.
#[test]
fn ctrl_c_ends_the_first_look() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://127.0.0.1:{}/taxii2/", listener.local_addr().expect("bound").port());
    let folder = tempfile::tempdir().expect("a folder of our own");
    let flags = ["run", &url, "--allow-http", "--timeout", "600", "--report", "json=r.json"];
    let child = command(folder.path(), &flags, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the binary starts");
    // it is connected, and waits for an answer that never comes
    let connection = listener.accept().expect("a connection");
    std::thread::sleep(Duration::from_millis(100));
    let killed = Command::new("sh").arg("-c").arg(format!("kill -INT {}", child.id())).status();
    assert!(killed.expect("sh is there").success());
    let output = child.wait_with_output().expect("it ends");
    drop(connection);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("ended early"), "{out}");
    assert_eq!(output.status.code(), Some(3), "{out}");
    assert!(folder.path().join("r.json").exists());
}
