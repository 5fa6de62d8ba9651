//! The summary: a table by section, totals, what was left behind, and the claim.

use super::WIDTH;
use super::head::count;
use crate::record::{Report, Verdict};
use crate::report::Lookup;
use crate::report::claim::{self, Claim, state};
use crate::report::sanitize::line;
use crate::report::sections::{Section, sections};
use crate::report::style::{Style, shape, wrap};

/// Requirements by section of the standard; empty where nothing was judged.
pub(super) fn table(report: &Report, style: Style, requirement: Lookup<'_>) -> String {
    let sections = sections(&report.summary, requirement);
    if sections.is_empty() {
        return String::new();
    }
    let title = |s: &Section| format!("{:<6} {}", s.number, s.label).trim_end().to_owned();
    let width = sections.iter().map(|s| title(s).chars().count()).max().unwrap_or(0).max(12);
    let header =
        format!("{:<width$}  {:>5}  {:>6}  {:>6}  {:>10}", "Requirements", "hold", "broken", "warned", "not judged");
    let mut out = format!("\n{}\n", style.bold(&header));
    let mut sum = Section::default();
    for s in &sections {
        out += &row(style, &title(s), width, s);
        sum.hold += s.hold;
        sum.broken += s.broken;
        sum.warned += s.warned;
        sum.unjudged += s.unjudged;
    }
    out += &row(style, "all", width, &sum);
    out
}

fn row(style: Style, title: &str, width: usize, section: &Section) -> String {
    let cell = |number: usize, width: usize, verdict: Verdict| {
        if number == 0 {
            style.dim(&format!("{:>width$}", "·"))
        } else {
            style.of_verdict(verdict, &format!("{number:>width$}"))
        }
    };
    format!(
        "{title:<width$}  {}  {}  {}  {}\n",
        cell(section.hold, 5, Verdict::Pass),
        cell(section.broken, 6, Verdict::Fail),
        cell(section.warned, 6, Verdict::Warn),
        cell(section.unjudged, 10, Verdict::Inconclusive),
    )
}

/// Trials by verdict, and how long it took.
pub(super) fn totals(report: &Report, style: Style) -> String {
    let parts: Vec<String> = Verdict::ALL
        .into_iter()
        .filter_map(|verdict| {
            let number = report.summary.count(verdict);
            let text = format!("{number} {}", verdict.word());
            (number > 0).then(|| style.of_verdict(verdict, &text))
        })
        .collect();
    let trials = count(report.trials.len(), "trial");
    let seconds = report.suite.duration_ms / 1000.0;
    if parts.is_empty() {
        return format!("\n{trials} in {seconds:.1} s\n");
    }
    format!("\n{trials} in {seconds:.1} s: {}\n", parts.join(", "))
}

/// How the profiles stand.
pub(super) fn profiles(report: &Report, style: Style) -> String {
    let all = &report.summary.profiles;
    if all.is_empty() {
        return String::new();
    }
    let width = all.iter().map(|s| s.profile.chars().count()).max().unwrap_or(0);
    let mut out = format!("\n{}\n", style.bold("Profiles"));
    for standing in all {
        let (verdict, state) = state(standing);
        let mark = style.of_verdict(verdict, &shape(verdict).to_string());
        out += &format!("  {mark} {:<width$}  {state}\n", line(&standing.profile, 40));
    }
    out
}

/// What the suite added and could not remove: never silent.
pub(super) fn leftovers(report: &Report, style: Style) -> String {
    let left = report.cleanup.told();
    if left.is_empty() {
        return String::new();
    }
    let title = format!("Could not be removed from the server ({})", count(left.len(), "object"));
    let mut out = format!("\n{}\n", style.of_verdict(Verdict::Warn, &title));
    for left in left.iter().take(20) {
        out += &format!("  - {}\n", line(left, 400));
    }
    if left.len() > 20 {
        out += &format!("  … and {} more; the JSON report has them all\n", left.len() - 20);
    }
    out
}

/// Entries of the list of known failures that have to go.
pub(super) fn stale(report: &Report, style: Style) -> String {
    let stale = &report.summary.stale;
    if stale.is_empty() {
        return String::new();
    }
    let title = format!("Entries of the list of known failures that have to go ({})", stale.len());
    let mut out = format!("\n{}\n", style.of_verdict(Verdict::Fail, &title));
    for entry in stale {
        out += &wrap("  - ", "    ", WIDTH, &line(entry, 400));
    }
    out
}

/// The one line that a reader takes away.
pub(super) fn claim(report: &Report, style: Style) -> String {
    let Claim { verdict, mut text, ids, more } = claim::claim(report);
    if !ids.is_empty() {
        let ids: Vec<String> = ids.iter().map(|id| line(id, 80)).collect();
        text += &format!(": {}", ids.join(", "));
    }
    let wrapped = wrap("  ", "  ", WIDTH, &text);
    let text = format!("{} {}", shape(verdict), wrapped.trim());
    let mut out = format!("\n{}\n", style.of_verdict(verdict, &text));
    for more in more {
        out += &format!("  {more}\n");
    }
    out
}
