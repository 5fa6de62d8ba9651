//! CTRF, the Common Test Report Format (<https://ctrf.io>): JSON that reporters of a dozen ecosystems
//! share.
//!
//! Its five statuses say less than our verdicts, which stand in `rawStatus`: a warning is `passed`, and what
//! could not be judged, by whoever's fault, is `other`. So is a failure that the list of known failures
//! expects.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Lookup;
use super::json::Harmless;
use super::said::{self, broken, group, headline};
use super::sanitize::line;
use crate::record::{Report, Trial, Verdict};

/// Version of the specification that this is written for.
const SPECIFICATION: &str = "0.0.0";

/// Writes the report.
pub fn write(report: &Report, requirement: Lookup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut ids = Ids::default();
    let mut tests: Vec<Value> = report.trials.iter().map(|trial| test(trial, requirement, &mut ids)).collect();
    if let Some((verdict, message)) = said::ending(report) {
        let status = if verdict == Verdict::Skip { "skipped" } else { "other" };
        tests.insert(
            0,
            json!({
                "id": ids.next("plan"), "testId": "plan", "name": "plan", "status": status, "duration": 0,
                "suite": ["plan"], "message": message, "rawStatus": verdict.word(),
            }),
        );
    }
    for entry in &report.summary.stale {
        let name = line(entry, 300);
        tests.push(json!({
            "id": ids.next(&name), "testId": format!("known-failures {name}"), "name": name, "status": "failed",
            "duration": 0, "suite": ["known-failures"], "rawStatus": "stale",
            "message": format!("has to go from the list of known failures: {name}"),
        }));
    }
    let mut document = json!({
        "reportFormat": "CTRF",
        "specVersion": SPECIFICATION,
        "reportId": report_id(report),
        "generatedBy": format!("{} {}", line(named(report), 60), line(&report.suite.version, 40)),
        "results": {
            "tool": {
                "name": line(named(report), 60),
                "version": line(&report.suite.version, 40),
                "extra": { "cases": report.suite.cases, "seed": report.suite.seed, "standard": report.suite.standard },
            },
            "summary": summary(report, &tests),
            "tests": tests,
            "environment": environment(report),
        },
    });
    if milliseconds(&report.suite.started).is_some() {
        document["timestamp"] = report.suite.started.as_str().into();
    }
    let mut serializer = serde_json::ser::Serializer::with_formatter(&mut *out, Harmless::default());
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

fn test(trial: &Trial, requirement: Lookup<'_>, ids: &mut Ids) -> Value {
    let mut test = Map::new();
    let mut put = |name: &str, value: Value| {
        test.insert(name.to_owned(), value);
    };
    put("id", ids.next(&trial.id).into());
    put("testId", not_empty(&trial.id).into());
    put("name", not_empty(&line(&trial.id, 300)).into());
    put("status", status(trial).into());
    put("duration", (trial.duration_ms.round() as i64).into());
    if let Some(start) = trial.exchanges.first().and_then(|e| milliseconds(&e.started)) {
        put("start", start.into());
        put("stop", (start + trial.duration_ms.round() as i64).into());
    }
    put("suite", json!([group(trial)]));
    let judged = matches!(trial.verdict, Verdict::Fail | Verdict::Warn);
    let message = match (&trial.known, judged) {
        (Some(known), _) => said::expected(known),
        (None, true) => headline(trial),
        (None, false) => line(&trial.reason, said::HEADLINE),
    };
    put("message", message.into());
    match trial.verdict {
        Verdict::Fail | Verdict::Warn => put("trace", broken(trial, requirement).into()),
        Verdict::Error => put("trace", said::unjudged(trial).into()),
        _ => {}
    }
    put("rawStatus", trial.verdict.word().into());
    let mut labels = json!({ "level": trial.level.word() });
    if !trial.requirements.is_empty() {
        labels["requirement"] = trial.requirements.iter().map(|id| line(id, 80)).collect();
    }
    put("labels", labels);
    if trial.risky {
        put("tags", json!(["risky"]));
    }
    if !trial.file.is_empty() {
        put("filePath", line(&trial.file, 300).into());
    }
    if trial.flaky {
        put("flaky", true.into());
        put("retries", 1.into());
    }
    put("parameters", json!({ "title": line(&trial.title, 300) }));
    Value::Object(test)
}

fn status(trial: &Trial) -> &'static str {
    match trial.verdict {
        Verdict::Pass | Verdict::Warn => "passed",
        Verdict::Fail if trial.known.is_none() => "failed",
        Verdict::Fail | Verdict::Inconclusive | Verdict::Error => "other",
        Verdict::Skip => "skipped",
    }
}

fn summary(report: &Report, tests: &[Value]) -> Value {
    let of = |status: &str| tests.iter().filter(|t| t["status"] == status).count();
    let suites: std::collections::BTreeSet<&str> = tests.iter().filter_map(|t| t["suite"][0].as_str()).collect();
    let start = milliseconds(&report.suite.started).unwrap_or(0);
    let duration = report.suite.duration_ms.round() as i64;
    json!({
        "tests": tests.len(),
        "passed": of("passed"),
        "failed": of("failed"),
        "skipped": of("skipped"),
        "pending": 0,
        "other": of("other"),
        "flaky": report.trials.iter().filter(|t| t.flaky).count(),
        "suites": suites.len(),
        "start": start,
        "stop": start + duration,
        "duration": duration,
        "extra": {
            "failed": report.summary.failed,
            "known": report.summary.known,
            "warned": report.summary.warned,
            "inconclusive": report.summary.inconclusive,
            "passed": report.summary.passed,
            "exit": report.summary.exit,
        },
    })
}

fn environment(report: &Report) -> Value {
    let mut environment = json!({
        "appName": line(report.server.title.as_deref().unwrap_or(&report.server.url), 200),
        "testEnvironment": line(&report.server.url, 300),
        "healthy": report.summary.exit == crate::record::exit::OK,
    });
    if let Some(software) = &report.server.software {
        environment["extra"] = json!({ "server": line(software, 200) });
    }
    if let Some(shard) = &report.suite.shard {
        environment["shardId"] = format!("{}/{}", shard.index, shard.count).into();
    }
    environment
}

/// Ids of tests: the same for the same trial in every run, and each used once in a report.
#[derive(Default)]
struct Ids(HashMap<String, usize>);

impl Ids {
    fn next(&mut self, name: &str) -> String {
        let seen = self.0.entry(name.to_owned()).or_insert(0);
        *seen += 1;
        let name = if *seen == 1 { name.to_owned() } else { format!("{name} {seen}") };
        Uuid::new_v5(&namespace(), name.as_bytes()).to_string()
    }
}

fn namespace() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:taxii-conformance:trial")
}

/// One id for one run.
fn report_id(report: &Report) -> String {
    let (suite, server) = (&report.suite, &report.server);
    let name = format!("{}\n{}\n{}\n{:?}", server.url, suite.started, suite.seed, suite.shard);
    Uuid::new_v5(&namespace(), name.as_bytes()).to_string()
}

/// Milliseconds since 1970.
fn milliseconds(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// A report of a run that did not even begin has no name.
fn named(report: &Report) -> &str {
    if report.suite.name.is_empty() { env!("CARGO_PKG_NAME") } else { &report.suite.name }
}

fn not_empty(text: &str) -> &str {
    if text.is_empty() { "?" } else { text }
}
