//! Annotations of GitHub Actions: workflow commands, one a line, that a step prints to its log.
//!
//! GitHub keeps ten annotations of a kind a step and drops the rest without a word. So each broken
//! requirement gets one, and the tenth says how many there are beyond. Text of a server cannot end its
//! line and begin a command of its own.

use std::io::{self, Write};

use super::Lookup;
use super::claim::claim;
use super::console::head::count;
use super::console::place;
use super::sanitize::line;
use super::sections::words;
use super::style::shape;
use crate::record::{Report, Trial, Verdict};

/// Annotations of one kind that a step may leave.
const MOST: usize = 10;

/// What an annotation says.
struct Annotation {
    title: String,
    /// Lines.
    message: Vec<String>,
}

/// Writes the annotations: errors, warnings, then the claim as a notice.
pub fn write(report: &Report, requirement: Lookup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    let mut errors: Vec<Annotation> = Vec::new();
    if let Some(reason) = &report.server.untestable {
        let message = vec![line(reason, 1000)];
        errors.push(Annotation { title: "The server could not be tested".into(), message });
    }
    let of = |id: &String, verdicts: &[Verdict]| about(report, id, verdicts, requirement);
    errors.extend(summary.failed.iter().map(|id| of(id, &[Verdict::Fail])));
    errors.extend(summary.stale.iter().map(|entry| Annotation {
        title: "The list of known failures is out of date".into(),
        message: vec![line(entry, 1000)],
    }));
    let mut warnings: Vec<Annotation> = Vec::new();
    warnings.extend(summary.warned.iter().map(|id| of(id, &[Verdict::Warn, Verdict::Fail])));
    warnings.extend(summary.known.iter().map(|id| of(id, &[Verdict::Fail])));
    annotate("error", errors, out)?;
    annotate("warning", warnings, out)?;
    annotate("notice", vec![notice(report)], out)
}

/// One broken requirement: what was found first, and how often it is broken.
fn about(report: &Report, id: &str, verdicts: &[Verdict], requirement: Lookup<'_>) -> Annotation {
    let broken: Vec<&Trial> = report
        .trials
        .iter()
        .filter(|t| verdicts.contains(&t.verdict))
        .filter(|t| t.requirements.iter().any(|r| r == id) || t.findings.iter().any(|f| f.requirement == id))
        .collect();
    let mut message = vec![words(id, None, requirement)];
    let Some(trial) = broken.first() else { return Annotation { title: line(id, 80), message } };
    let trials = match broken.len() {
        1 => String::new(),
        n => format!(" (and {} more)", count(n - 1, "trial")),
    };
    message.push(format!("trial: {}{trials}", line(&trial.id, 200)));
    match trial.findings.iter().find(|f| f.requirement == id) {
        None => message.push(format!("found: {}", line(&trial.reason, 600))),
        Some(finding) => {
            let exchange = finding.exchange.and_then(|at| trial.exchanges.get(at));
            let said = |label: &str, text: &Option<String>| text.as_ref().map(|t| format!("{label}: {}", line(t, 400)));
            message.push(format!("found: {}", line(&finding.message, 600)));
            message.extend(said("expected", &finding.expected));
            message.extend(said("actual", &finding.actual));
            message.extend(place(finding, exchange).map(|p| format!("place: {p}")));
            message.extend(exchange.map(|e| format!("try: {}", super::sanitize::command(&e.curl, 2000))));
        }
    }
    if let Some(known) = &trial.known {
        message.push(format!(
            "known: {}",
            line(&format!("{} ({}, until {})", known.reason, known.owner, known.expires), 300)
        ));
    }
    let level = requirement(id).map(|r| format!(" {}", r.level.word())).unwrap_or_default();
    Annotation { title: format!("{}{level}", line(id, 80)), message }
}

fn notice(report: &Report) -> Annotation {
    let claim = claim(report);
    let mut message = vec![format!("{} {}", shape(claim.verdict), claim.text)];
    for verdict in Verdict::ALL.into_iter().filter(|v| report.summary.count(*v) > 0) {
        message.push(format!("{} {}", report.summary.count(verdict), verdict.word()));
    }
    message.extend(claim.more);
    Annotation { title: format!("TAXII 2.1: {}", line(&report.server.url, 200)), message }
}

fn annotate(kind: &str, mut all: Vec<Annotation>, out: &mut dyn Write) -> io::Result<()> {
    if all.len() > MOST {
        let more = all.split_off(MOST - 1);
        let titles: Vec<&str> = more.iter().map(|a| a.title.as_str()).collect();
        let message = vec![line(&titles.join(", "), 2000), "The reports have them all.".to_owned()];
        all.push(Annotation { title: format!("And {} more", more.len()), message });
    }
    for Annotation { title, message } in all {
        writeln!(out, "::{kind} title={}::{}", property(&title), data(&message.join("\n")))?;
    }
    Ok(())
}

/// Escapes the message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
