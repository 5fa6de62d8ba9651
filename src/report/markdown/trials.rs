//! Trials that broke a requirement, each with what is needed to see it oneself.

use super::text::{code, fenced, prose};
use super::{Room, folded, heading, missing};
use crate::record::{Exchange, Finding, Report, Trial};
use crate::report::Lookup;
use crate::report::console::place;
use crate::report::sanitize::{command, line};
use crate::report::sections::words;
use crate::report::style::shape;

/// Trials under a heading; nothing where there are none.
pub fn list(out: &mut String, title: &str, trials: &[&Trial], requirement: Lookup<'_>, room: Room) {
    if trials.is_empty() {
        return;
    }
    heading(out, title, trials.len());
    for trial in trials.iter().take(room.trials) {
        one(out, trial, requirement, room);
    }
    missing(out, trials.len(), room.trials);
}

fn one(out: &mut String, trial: &Trial, requirement: Lookup<'_>, room: Room) {
    *out += &format!("\n### {} {}\n\n{}\n\n", shape(trial.verdict), code(&trial.id, 200), prose(&trial.title, 300));
    if trial.findings.is_empty() {
        for id in &trial.requirements {
            *out += &format!("- breaks {}\n", prose(&words(id, None, requirement), 600));
        }
        *out += &format!("- found: {}\n", prose(&trial.reason, 600));
    }
    for (at, finding) in trial.findings.iter().take(room.findings).enumerate() {
        let before = at.checked_sub(1).map(|i| &trial.findings[i]);
        self::finding(out, trial, finding, before, requirement);
    }
    missing(out, trial.findings.len(), room.findings);
    if let Some(advice) = &trial.advice {
        *out += &format!("- mend: {}\n", prose(advice, 600));
    }
    let Some(length) = room.body else { return };
    let mut shown: Vec<usize> = trial.findings.iter().take(room.findings).filter_map(|f| f.exchange).collect();
    shown.sort_unstable();
    shown.dedup();
    for exchange in shown.into_iter().filter_map(|at| trial.exchanges.get(at)) {
        folded(out, "request and answer", &self::exchange(exchange, length));
    }
}

/// One finding. What it shares with the one before it is not said again.
fn finding(out: &mut String, trial: &Trial, finding: &Finding, before: Option<&Finding>, requirement: Lookup<'_>) {
    if before.is_none_or(|b| b.requirement != finding.requirement) {
        let broken = words(&finding.requirement, Some(finding.level), requirement);
        *out += &format!("- breaks {}\n", prose(&broken, 600));
    }
    *out += &format!("- found: {}\n", prose(&finding.message, 600));
    let exchange = finding.exchange.and_then(|at| trial.exchanges.get(at));
    for (label, value) in [
        ("expected", finding.expected.clone()),
        ("actual", finding.actual.clone()),
        ("place", place(finding, exchange)),
    ] {
        *out += &value.map(|v| format!("  - {label}: {}\n", code(&v, 400))).unwrap_or_default();
    }
}

fn exchange(exchange: &Exchange, length: usize) -> String {
    let mut out = fenced("sh", &command(&exchange.curl, 4000), 4000);
    let answer = match (&exchange.response, &exchange.failure) {
        (Some(response), _) => {
            let headers: String = response
                .headers
                .iter()
                .take(40)
                .map(|(n, v)| format!("{}: {}\n", line(n, 100), line(v, 400)))
                .collect();
            let body = &response.body;
            let shown: String = body.excerpt().chars().take(length).collect();
            let rest = match body.truncated() || shown.len() < body.size() {
                true => format!("\n… {} bytes in all, SHA-256 {}", body.size(), body.sha256()),
                false => String::new(),
            };
            format!("{} {}\n{headers}\n{shown}{rest}", response.version, response.status)
        }
        (None, Some(failure)) => format!("no answer: {failure}"),
        (None, None) => "no answer".to_owned(),
    };
    out += &fenced("http", &answer, length + 4000);
    out
}

/// Failures and warnings that the list of known failures expects.
pub fn known(out: &mut String, report: &Report, room: Room) {
    let trials: Vec<&Trial> = report.trials.iter().filter(|t| t.known.is_some()).collect();
    if trials.is_empty() {
        return;
    }
    heading(out, "Known failures", trials.len());
    *out += "\n";
    for trial in trials.iter().take(room.trials) {
        *out += &format!("- {} {}: {}", shape(trial.verdict), code(&trial.id, 200), prose(&trial.reason, 300));
        if let Some(known) = &trial.known {
            let why = format!("{} ({}, until {})", known.reason, known.owner, known.expires);
            *out += &format!(" — known: {}", prose(&why, 300));
        }
        *out += "\n";
    }
    missing(out, trials.len(), room.trials);
}
