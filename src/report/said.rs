//! What several formats say about a trial or a run, in the same words.

use super::Lookup;
use super::console::place;
use super::sanitize::{block, command, line};
use super::sections::words;
use crate::record::{Known, Report, Trial, Verdict};

/// How much of a headline is kept, in characters.
pub const HEADLINE: usize = 400;
/// How much of a text is kept, in characters: parsers bound files, and the JSON report has everything.
pub const TEXT: usize = 16 * 1024;

/// What a list of failures shows: the requirements and what was found first.
pub fn headline(trial: &Trial) -> String {
    let found = trial.findings.first().map_or(&trial.reason, |f| &f.message);
    line(&format!("{}: {found}", trial.requirements.join(", ")), HEADLINE)
}

/// What was broken, in full. Begins with the headline, because some readers keep the text alone.
pub fn broken(trial: &Trial, requirement: Lookup<'_>) -> String {
    let mut text = format!("{}\n{}\n", headline(trial), line(&trial.title, HEADLINE));
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

/// Why a trial could not be judged, and how to try it.
pub fn unjudged(trial: &Trial) -> String {
    let curl = trial.exchanges.last().map(|e| format!("\n\ntry: {}", command(&e.curl, 4000)));
    block(&trial.reason, TEXT / 2) + &curl.unwrap_or_default()
}

/// Why a failure is expected.
pub fn expected(known: &Known) -> String {
    line(&format!("known failure: {} ({}, until {})", known.reason, known.owner, known.expires), HEADLINE)
}

/// What no trial can say: that the server could not be tested, the run not be ended, or nothing was
/// run. A list that does not say so reads as if all were well.
pub fn ending(report: &Report) -> Option<(Verdict, String)> {
    if let Some(reason) = &report.server.untestable {
        Some((Verdict::Error, format!("the server could not be tested: {}", line(reason, HEADLINE))))
    } else if report.summary.interrupted {
        let notes = report.notes.join(" ");
        Some((Verdict::Error, line(&format!("the run was ended early. {notes}"), HEADLINE)))
    } else if report.trials.is_empty() {
        Some((Verdict::Skip, "nothing was judged: no trial was run".to_owned()))
    } else {
        None
    }
}

/// The folder of the case, as the name of a suite; cases outside any folder share one.
pub fn group(trial: &Trial) -> String {
    match trial.case.rsplit_once('/') {
        Some((folder, _)) => line(folder, 120),
        None => "cases".to_owned(),
    }
}
