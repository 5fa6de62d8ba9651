//! Trials without a verdict on the server, grouped by the reason that they share.

use std::collections::BTreeSet;

use super::head::count;
use super::{Verbosity, WIDTH, heading};
use crate::record::{Report, Summary, Trial, Verdict};
use crate::report::sanitize::{command, line};
use crate::report::style::{Style, shape, wrap};

/// How many trials of a group are named.
const NAMED: usize = 4;

/// What the suite could not judge, by its own fault or the network's.
pub(super) fn errors(out: &mut String, style: Style, trials: &[&Trial]) {
    if trials.is_empty() {
        return;
    }
    heading(out, style, "Could not be judged: the suite's fault or the network's", trials.len());
    for (reason, group) in by_reason(trials) {
        group_head(out, style, Verdict::Error, &reason);
        names(out, &group, NAMED);
        if let Some(exchange) = group.iter().find_map(|t| t.exchanges.last()) {
            *out += &format!("      {} {}\n", style.dim("try"), command(&exchange.curl, 4000));
        }
    }
}

/// Failures and warnings that the list of known failures expects.
pub(super) fn known(out: &mut String, style: Style, report: &Report) {
    let trials: Vec<&Trial> = report.trials.iter().filter(|t| t.known.is_some()).collect();
    if trials.is_empty() {
        return;
    }
    heading(out, style, "Known failures", trials.len());
    for trial in trials {
        *out += &format!("  {}  {}\n", style.verdict(trial.verdict), line(&trial.id, 200));
        *out += &wrap("    found     ", "              ", WIDTH, &line(&trial.reason, 300));
        if let Some(known) = &trial.known {
            let why = format!("{} ({}, until {})", known.reason, known.owner, known.expires);
            *out += &wrap("    known     ", "              ", WIDTH, &line(&why, 400));
        }
    }
}

/// What there was nothing to judge about, with what would help.
pub(super) fn inconclusive(out: &mut String, style: Style, trials: &[&Trial], summary: &Summary) {
    if trials.is_empty() {
        return;
    }
    heading(out, style, "Inconclusive", trials.len());
    for (reason, group) in by_reason(trials) {
        group_head(out, style, Verdict::Inconclusive, &reason);
        names(out, &group, NAMED);
        let help: BTreeSet<String> = group
            .iter()
            .flat_map(|t| &t.requirements)
            .filter_map(|id| summary.inconclusive.get(id))
            .map(|help| line(help, 300))
            .filter(|help| !help.is_empty() && *help != reason)
            .collect();
        for help in help {
            *out += &wrap("      would help: ", "        ", WIDTH, &help);
        }
    }
}

/// What was left out.
pub(super) fn skips(out: &mut String, style: Style, trials: &[&Trial], verbosity: Verbosity) {
    if trials.is_empty() {
        return;
    }
    heading(out, style, "Skipped", trials.len());
    for (reason, group) in by_reason(trials) {
        if verbosity == Verbosity::Verbose {
            group_head(out, style, Verdict::Skip, &reason);
            names(out, &group, usize::MAX);
        } else {
            let text = format!("{reason} ({})", count(group.len(), "trial"));
            group_head(out, style, Verdict::Skip, &text);
        }
    }
}

fn group_head(out: &mut String, style: Style, verdict: Verdict, text: &str) {
    let wrapped = wrap("    ", "    ", WIDTH, text);
    let mark = style.of_verdict(verdict, &shape(verdict).to_string());
    *out += &format!("  {mark} {}", wrapped.trim_start());
}

fn names(out: &mut String, group: &[&Trial], shown: usize) {
    for trial in group.iter().take(shown) {
        *out += &format!("      {}\n", line(&trial.id, 200));
    }
    if group.len() > shown {
        *out += &format!("      … and {} more\n", group.len() - shown);
    }
}

/// Groups in the order in which their first trial comes.
fn by_reason<'a>(trials: &[&'a Trial]) -> Vec<(String, Vec<&'a Trial>)> {
    let mut groups: Vec<(String, Vec<&Trial>)> = Vec::new();
    for trial in trials {
        let reason = line(&trial.reason, 400);
        match groups.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, group)) => group.push(trial),
            None => groups.push((reason, vec![trial])),
        }
    }
    groups
}
