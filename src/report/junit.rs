//! The JUnit report, for the test views of CI systems.
//!
//! Written for what their parsers keep: one level of suites, name and class of every case unique
//! together, at most one of failure, error and skipped, and the reason both in the `message` and in
//! the text. There is no level for warnings, so a trial that warns is a pass with a property.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report as Document, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::Lookup;
use super::console::place;
use super::sanitize::{block, command, line};
use super::sections::words;
use crate::record::{Report, Trial, Verdict};

/// How much of a message attribute is kept, in characters.
const MESSAGE: usize = 400;
/// How much of the text of a case is kept, in characters: parsers bound files, and the JSON report
/// has everything.
const TEXT: usize = 16 * 1024;

/// Writes the report.
pub fn write(report: &Report, requirement: Lookup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut document = Document::new("taxii-conformance");
    document.timestamp = report.suite.started.parse().ok();
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
    document.serialize(out).map_err(io::Error::other)
}

/// The folder of the case; cases outside any folder share one.
fn group(trial: &Trial) -> String {
    match trial.case.rsplit_once('/') {
        Some((folder, _)) => line(folder, 120),
        None => "cases".to_owned(),
    }
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
    if !trial.file.is_empty() {
        case.extra.insert(XmlString::new("file"), XmlString::new(line(&trial.file, 300)));
    }
    for id in &trial.requirements {
        case.add_property(("requirement", line(id, 80).as_str()));
    }
    let verdict = if trial.verdict == Verdict::Warn { "warning" } else { trial.verdict.word() };
    case.add_property(("verdict", verdict));
    if trial.verdict == Verdict::Warn {
        case.set_system_out(broken(trial, requirement));
    }
    case
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
    let reason = line(&trial.reason, MESSAGE);
    let (mut status, message, text) = match trial.verdict {
        Verdict::Pass | Verdict::Warn => return TestCaseStatus::success(),
        Verdict::Fail if trial.known.is_some() => {
            let why = trial.known.iter().map(|k| format!("{} ({}, until {})", k.reason, k.owner, k.expires));
            let message = line(&format!("known failure: {}", why.collect::<String>()), MESSAGE);
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
            let curl = trial.exchanges.last().map(|e| format!("\n\ntry: {}", command(&e.curl, 4000)));
            let text = block(&trial.reason, TEXT / 2) + &curl.unwrap_or_default();
            (status, reason, text)
        }
        Verdict::Inconclusive => {
            let message = format!("inconclusive: {reason}");
            (TestCaseStatus::skipped(), message.clone(), message)
        }
        Verdict::Skip => (TestCaseStatus::skipped(), reason.clone(), reason),
    };
    status.set_message(message).set_description(text);
    status
}

/// What a list of failures shows: the requirements and what was found first.
fn headline(trial: &Trial) -> String {
    let found = trial.findings.first().map_or(&trial.reason, |f| &f.message);
    line(&format!("{}: {found}", trial.requirements.join(", ")), MESSAGE)
}

/// What was broken, in full. Begins with the headline, because some readers keep the text alone.
fn broken(trial: &Trial, requirement: Lookup<'_>) -> String {
    let mut text = format!("{}\n{}\n", headline(trial), line(&trial.title, MESSAGE));
    if trial.findings.is_empty() {
        for id in &trial.requirements {
            text += &format!("\nbreaks: {}\n", words(id, None, requirement));
        }
    }
    for finding in &trial.findings {
        let exchange = finding.exchange.and_then(|i| trial.exchanges.get(i));
        let broken = words(&finding.requirement, Some(finding.level), requirement);
        text += &format!("\nbreaks: {broken}\nfound: {}\n", line(&finding.message, 1000));
        let place = place(finding, exchange);
        let curl = exchange.map(|e| command(&e.curl, 4000));
        for (label, value) in [
            ("expected", finding.expected.as_deref().map(|t| line(t, 1000))),
            ("actual", finding.actual.as_deref().map(|t| line(t, 1000))),
            ("place", place),
            ("try", curl),
        ] {
            text += &value.map(|v| format!("{label}: {v}\n")).unwrap_or_default();
        }
    }
    block(&text, TEXT)
}

/// Entries of the list of known failures that have to go: each a failure, since the run fails for it.
fn stale(report: &Report) -> Option<TestSuite> {
    let mut suite = suite(report, "known-failures");
    for entry in &report.summary.stale {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let message = format!("has to go from the list of known failures: {}", line(entry, MESSAGE));
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
    let error = if let Some(reason) = &report.server.untestable {
        Some(format!("the server could not be tested: {}", line(reason, MESSAGE)))
    } else if report.summary.interrupted {
        let notes = report.notes.join(" ");
        Some(line(&format!("the run was ended early. {notes}"), MESSAGE))
    } else if report.trials.is_empty() {
        None
    } else {
        return None;
    };
    let mut status = match &error {
        Some(_) => TestCaseStatus::non_success(NonSuccessKind::Error),
        None => TestCaseStatus::skipped(),
    };
    let message = error.unwrap_or_else(|| "nothing was judged: no trial was run".to_owned());
    status.set_message(message.as_str()).set_description(message);
    let mut case = TestCase::new("plan", status);
    case.set_classname("taxii-conformance.plan").set_time(Duration::ZERO);
    let mut suite = suite(report, "plan");
    suite.add_test_case(case);
    Some(suite)
}

fn time(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()
}
