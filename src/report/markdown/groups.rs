//! What is neither broken nor held: folded, and grouped by the reason that trials share.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{code, prose};
use super::{Room, folded, heading, missing};
use crate::record::{Report, Summary, Trial};
use crate::report::console::head::count;

/// How many trials of a group are named.
const NAMED: usize = 4;

/// Trials under a heading, folded; nothing where there are none.
pub fn by_reason(out: &mut String, title: &str, trials: &[&Trial], room: Room) {
    groups(out, title, trials, room, |_| Vec::new());
}

/// What there was nothing to judge about, with what would help.
pub fn inconclusive(out: &mut String, trials: &[&Trial], summary: &Summary, room: Room) {
    groups(out, "Inconclusive", trials, room, |group| {
        let help: BTreeSet<&String> =
            group.iter().flat_map(|t| &t.requirements).filter_map(|id| summary.inconclusive.get(id)).collect();
        help.into_iter().filter(|help| !help.is_empty() && **help != group[0].reason).cloned().collect()
    });
}

fn groups(out: &mut String, title: &str, trials: &[&Trial], room: Room, help: impl Fn(&[&Trial]) -> Vec<String>) {
    if trials.is_empty() {
        return;
    }
    let mut reasons: Vec<(&str, Vec<&Trial>)> = Vec::new();
    for trial in trials {
        match reasons.iter_mut().find(|(reason, _)| *reason == trial.reason) {
            Some((_, group)) => group.push(trial),
            None => reasons.push((&trial.reason, vec![trial])),
        }
    }
    heading(out, title, trials.len());
    let mut inner = String::new();
    for (reason, group) in reasons.iter().take(room.trials) {
        inner += &format!("- {} ({})\n", prose(reason, 400), count(group.len(), "trial"));
        for help in help(group) {
            inner += &format!("  - would help: {}\n", prose(&help, 300));
        }
        for trial in group.iter().take(NAMED) {
            inner += &format!("  - {}\n", code(&trial.id, 200));
        }
        if group.len() > NAMED {
            inner += &format!("  - … and {} more\n", group.len() - NAMED);
        }
    }
    missing(&mut inner, reasons.len(), room.trials);
    folded(out, &count(reasons.len(), "reason"), &inner);
}

/// Entries of the list of known failures that have to go.
pub fn stale(out: &mut String, report: &Report) {
    let stale = &report.summary.stale;
    list(out, "Entries of the list of known failures that have to go", stale, 200);
}

/// What the suite added and could not remove.
pub fn left(out: &mut String, report: &Report, room: Room) {
    list(out, "Could not be removed from the server", &report.cleanup.told(), room.trials.min(20));
}

/// Remarks that belong to no trial.
pub fn notes(out: &mut String, report: &Report, room: Room) {
    list(out, "Notes", &report.notes, room.trials.min(200));
}

fn list(out: &mut String, title: &str, lines: &[String], shown: usize) {
    if lines.is_empty() {
        return;
    }
    heading(out, title, lines.len());
    *out += "\n";
    for line in lines.iter().take(shown) {
        *out += &format!("- {}\n", prose(line, 600));
    }
    missing(out, lines.len(), shown);
}

/// Options and readings of the standard that the server was seen to take.
pub fn readings(out: &mut String, report: &Report, room: Room) {
    let mut answers: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for reading in report.trials.iter().flat_map(|t| &t.readings) {
        *answers.entry(&reading.question).or_default().entry(&reading.answer).or_default() += 1;
    }
    if answers.is_empty() {
        return;
    }
    heading(out, "Options and readings of the standard", answers.len());
    let mut inner = String::from("| Question | What the server does |\n| --- | --- |\n");
    for (question, seen) in answers.iter().take(room.trials) {
        let seen: Vec<String> = seen.iter().map(|(answer, n)| format!("{} ({n}×)", prose(answer, 200))).collect();
        inner += &format!("| {} | {} |\n", prose(question, 300), seen.join("; "));
    }
    missing(&mut inner, answers.len(), room.trials);
    folded(out, &count(answers.len(), "question"), &inner);
}
