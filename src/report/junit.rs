//! The JUnit report, for the test views of CI systems.
//!
//! Written for what their parsers keep, and within the schema that Jenkins publishes: one level of suites,
//! name and class of every case unique together, at most one of failure, error and skipped, and the reason
//! both in the `message` and in the text. There is no level for warnings, so a trial that warns is a pass
//! that says so. The schema has no properties of cases either, so they are lines of the output, in the form
//! that readers take for properties: `[[PROPERTY|verdict=warning]]`.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::Lookup;
use super::said::{self, HEADLINE, broken, group, headline};
use super::sanitize::line;
use crate::record::{Report, Trial, Verdict};

/// Writes the report.
pub fn write(report: &Report, requirement: Lookup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut document = Document::new("taxii-conformance");
    document.set_time(time(report.suite.duration_ms));
    let mut seen = HashSet::new();
    let mut suites: Vec<TestSuite> = Vec::new();
    for trial in &report.trials {
        let group = group(trial);
        let at = suites.iter().position(|s| s.name.as_str() == group).unwrap_or_else(|| {
            suites.push(suite(report, &group));
            suites.len() - 1
        });
        suites[at].add_test_case(case(trial, &group, &mut seen, requirement));
    }
    if let Some(plan) = plan(report) {
        suites.insert(0, plan);
    }
    suites.extend(stale(report));
    for suite in &mut suites {
        let time = suite.test_cases.iter().filter_map(|c| c.time).sum();
        suite.set_time(time);
    }
    document.add_test_suites(suites);
    let text = document.to_string().map_err(io::Error::other)?;
    out.write_all(without_skipped(&text).as_bytes())
}

/// The schema has no number of skipped cases on the root, only on suites.
fn without_skipped(text: &str) -> String {
    let tag = text.find("<testsuites").unwrap_or(0);
    let end = text[tag..].find('>').map_or(tag, |at| tag + at);
    let Some(from) = text[tag..end].find(" skipped=\"").map(|at| tag + at) else { return text.to_owned() };
    let value = from + " skipped=\"".len();
    let to = text[value..end].find('"').map_or(end, |at| value + at + 1);
    format!("{}{}", &text[..from], &text[to..])
}

fn suite(report: &Report, name: &str) -> TestSuite {
    let mut suite = TestSuite::new(name);
    suite.timestamp = report.suite.started.parse().ok();
    suite.add_properties(
        [
            ("suite.version", line(&report.suite.version, 80)),
            ("suite.cases", line(&report.suite.cases, 80)),
            ("seed", report.suite.seed.to_string()),
            ("server.url", line(&report.server.url, 300)),
        ]
        .map(|(name, value)| Property::new(name, value)),
    );
    suite
}

fn case(trial: &Trial, group: &str, seen: &mut HashSet<String>, requirement: Lookup<'_>) -> TestCase {
    let mut case = TestCase::new(unique(line(&trial.id, 300), seen), status(trial, requirement));
    case.set_classname(format!("taxii-conformance.{group}"));
    case.set_time(time(trial.duration_ms));
    let verdict = if trial.verdict == Verdict::Warn { "warning" } else { trial.verdict.word() };
    let mut output = property("verdict", verdict);
    for id in &trial.requirements {
        output += &property("requirement", &line(id, 80));
    }
    if !trial.file.is_empty() {
        output += &property("file", &line(&trial.file, 300));
    }
    if trial.verdict == Verdict::Warn {
        output += &inert(&broken(trial, requirement));
    }
    case.set_system_out(output.trim_end());
    case
}

fn property(name: &str, value: &str) -> String {
    format!("[[PROPERTY|{name}={}]]\n", inert(value).replace("]]", "] ]"))
}

/// Readers take lines such as `[[ATTACHMENT|path]]` as commands; a server does not get to write them.
fn inert(text: &str) -> String {
    let mut text = text.to_owned();
    while text.contains("[[") {
        text = text.replace("[[", "[ [");
    }
    text
}

/// Some readers drop the second of two cases with one name.
fn unique(name: String, seen: &mut HashSet<String>) -> String {
    let mut candidate = name.clone();
    let mut number = 2;
    while !seen.insert(candidate.clone()) {
        candidate = format!("{name} ({number})");
        number += 1;
    }
    candidate
}

fn status(trial: &Trial, requirement: Lookup<'_>) -> TestCaseStatus {
    let reason = line(&trial.reason, HEADLINE);
    let (mut status, message, text) = match trial.verdict {
        Verdict::Pass | Verdict::Warn => return TestCaseStatus::success(),
        Verdict::Fail if trial.known.is_some() => {
            let message = trial.known.as_ref().map(said::expected).unwrap_or_default();
            let text = format!("{message}\n{}", broken(trial, requirement));
            (TestCaseStatus::skipped(), message, text)
        }
        Verdict::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(trial.level.word());
            (status, headline(trial), broken(trial, requirement))
        }
        Verdict::Error => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("not-judged");
            let text = said::unjudged(trial);
            (status, reason, text)
        }
        Verdict::Inconclusive => {
            let message = format!("inconclusive: {reason}");
            (TestCaseStatus::skipped(), message.clone(), message)
        }
        Verdict::Skip => (TestCaseStatus::skipped(), reason.clone(), reason),
    };
    status.set_message(inert(&message)).set_description(inert(&text));
    status
}

/// Entries of the list of known failures that have to go: each a failure, since the run fails for it.
fn stale(report: &Report) -> Option<TestSuite> {
    let mut suite = suite(report, "known-failures");
    for entry in &report.summary.stale {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let message = format!("has to go from the list of known failures: {}", line(entry, HEADLINE));
        status.set_type("stale").set_message(message.as_str()).set_description(message);
        let mut case = TestCase::new(line(entry, 300), status);
        case.set_classname("taxii-conformance.known-failures").set_time(Duration::ZERO);
        suite.add_test_case(case);
    }
    (!suite.test_cases.is_empty()).then_some(suite)
}

/// The plan as a case of its own, where no trial can say what happened: a list without cases, or a
/// run that did not come to its end, reads as if all were well.
fn plan(report: &Report) -> Option<TestSuite> {
    let (verdict, message) = said::ending(report)?;
    let mut status = match verdict {
        Verdict::Skip => TestCaseStatus::skipped(),
        _ => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(inert(&message)).set_description(inert(&message));
    let mut case = TestCase::new("plan", status);
    case.set_classname("taxii-conformance.plan").set_time(Duration::ZERO);
    let mut suite = suite(report, "plan");
    suite.add_test_case(case);
    Some(suite)
}

fn time(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()
}
