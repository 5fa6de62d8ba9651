//! Trials that broke a requirement, each with everything that is needed to see it oneself.

use std::collections::BTreeMap;

use super::head::count;
use super::{Verbosity, WIDTH, heading};
use crate::record::{Exchange, Finding, Trial};
use crate::report::Lookup;
use crate::report::sanitize::{command, line};
use crate::report::sections::words;
use crate::report::style::{Style, wrap};

/// How many findings of one trial are shown; the JSON report holds all of them.
const SHOWN: usize = 5;
/// How many trials are shown in full for each requirement that they break: the rest often tells the same.
const EACH: usize = 2;
/// Where the text behind a label such as `expected` stands.
const INDENT: &str = "              ";

/// Trials under a heading; nothing where there are none.
pub(super) fn list(
    out: &mut String,
    style: Style,
    title: &str,
    trials: &[&Trial],
    verbosity: Verbosity,
    requirement: Lookup<'_>,
) {
    if trials.is_empty() {
        return;
    }
    heading(out, style, title, trials.len());
    let each = if verbosity == Verbosity::Verbose { usize::MAX } else { EACH };
    for group in groups(trials, each) {
        group.shown.iter().for_each(|trial| block(out, style, trial, requirement));
        if group.left_out > 0 {
            let (more, id) = (count(group.left_out, "more trial"), line(group.requirement, 80));
            let text = format!("… and {more} of {id}: --verbose or the HTML report has them");
            *out += &format!("\n  {}\n", style.dim(&text));
        }
    }
}

/// Trials that break a requirement.
struct Group<'a> {
    requirement: &'a str,
    shown: Vec<&'a Trial>,
    left_out: usize,
}

/// Trials by a requirement that they break, in the order in which the first of each comes, with no more than `each` of
/// them to be shown. One that breaks several is shown for as long as one of them has not been shown so often.
fn groups<'a>(trials: &[&'a Trial], each: usize) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for &trial in trials {
        let rare = trial.requirements.iter().find(|id| seen.get(id.as_str()).is_none_or(|n| *n < each));
        let requirement = rare.or(trial.requirements.first()).map_or("", String::as_str);
        let at = groups.iter().position(|group| group.requirement == requirement).unwrap_or_else(|| {
            groups.push(Group { requirement, shown: Vec::new(), left_out: 0 });
            groups.len() - 1
        });
        // without a requirement there is nothing that another trial would tell as well
        if rare.is_some() || trial.requirements.is_empty() {
            groups[at].shown.push(trial);
            trial.requirements.iter().for_each(|id| *seen.entry(id).or_default() += 1);
        } else {
            groups[at].left_out += 1;
        }
    }
    groups
}

/// One trial in full.
fn block(out: &mut String, style: Style, trial: &Trial, requirement: Lookup<'_>) {
    *out += &format!("\n  {}  {}\n", style.verdict(trial.verdict), style.bold(&line(&trial.id, 200)));
    *out += &wrap("    ", "    ", WIDTH, &line(&trial.title, 300));
    if trial.findings.is_empty() {
        *out += &wrap("    found     ", INDENT, WIDTH, &line(&trial.reason, 600));
        for id in &trial.requirements {
            *out += &wrap("    breaks    ", INDENT, WIDTH, &words(id, None, requirement));
        }
    }
    for (at, finding) in trial.findings.iter().take(SHOWN).enumerate() {
        let before = at.checked_sub(1).map(|i| &trial.findings[i]);
        one(out, style, trial, finding, before, requirement);
    }
    // what was explored is in no case file of the suite: here is all of it, to be pasted
    if trial.case.starts_with("explore/") && !trial.findings.is_empty() {
        *out += &format!("    {}\n", style.dim("in full"));
        for exchange in &trial.exchanges {
            *out += &format!("      {}\n", command(&exchange.curl, 4000));
        }
    }
    if let Some(advice) = trial.advice.as_ref().filter(|_| !trial.findings.is_empty()) {
        *out += &wrap("    mend      ", INDENT, WIDTH, &line(advice, 600));
    }
    if trial.findings.len() > SHOWN {
        let more = trial.findings.len() - SHOWN;
        *out += &format!("    … and {more} more of these; the JSON report has them all\n");
    }
}

/// One finding. What it shares with the one before it is not said again.
fn one(
    out: &mut String,
    style: Style,
    trial: &Trial,
    finding: &Finding,
    before: Option<&Finding>,
    requirement: Lookup<'_>,
) {
    let labelled = |out: &mut String, label: &str, text: &str| {
        let first = format!("    {}", style.dim(&format!("{label:<10}")));
        // The escape codes of a style take no room.
        let plain = wrap(INDENT, INDENT, WIDTH, text);
        *out += &format!("{first}{}", plain.trim_start());
    };
    if before.is_none_or(|b| b.requirement != finding.requirement) {
        labelled(out, "breaks", &words(&finding.requirement, Some(finding.level), requirement));
    }
    labelled(out, "found", &line(&finding.message, 600));
    if let Some(expected) = &finding.expected {
        labelled(out, "expected", &line(expected, 400));
    }
    if let Some(actual) = &finding.actual {
        labelled(out, "actual", &line(actual, 400));
    }
    let exchange = finding.exchange.and_then(|i| trial.exchanges.get(i));
    if let Some(place) = place(finding, exchange) {
        labelled(out, "place", &place);
    }
    let told = before.is_some_and(|b| b.exchange == finding.exchange);
    if let Some(exchange) = exchange.filter(|_| !told) {
        *out += &format!("    {}{}\n", style.dim("try       "), command(&exchange.curl, 4000));
    }
}

/// Where to look: the answer, and the place in it.
pub(crate) fn place(finding: &Finding, exchange: Option<&Exchange>) -> Option<String> {
    let answer = exchange.map(|e| {
        let request = format!("{} {}", line(&e.request.method, 20), line(&e.request.url, 300));
        match (&e.response, &e.failure) {
            (Some(response), _) => format!("answer {} to {request}", response.status),
            (None, Some(failure)) => format!("no answer to {request}: {}", line(failure, 200)),
            (None, None) => format!("no answer to {request}"),
        }
    });
    let spot = finding.pointer.as_deref().map(|p| {
        let kind = if p.is_empty() || p.starts_with('/') { "body at" } else { "header" };
        format!("{kind} {}", if p.is_empty() { "its root".to_owned() } else { line(p, 200) })
    });
    match (spot, answer) {
        (Some(spot), Some(answer)) => Some(format!("{spot}, {answer}")),
        (spot, answer) => spot.or(answer),
    }
}
