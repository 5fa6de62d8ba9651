//! The report that a person reads, on a terminal or in the log of a build.
//!
//! What is broken comes first and in full, what could not be judged after it with what would help,
//! and the claim last, where a terminal leaves the eye.

use super::Lookup;
use super::sanitize::line;
use super::style::{Style, wrap};
use crate::record::{Report, Trial, Verdict};

mod findings;
mod groups;
pub mod head;
mod summary;

pub(super) use findings::place;

/// Width to which prose is wrapped, in characters. Commands are never wrapped: they are pasted.
const WIDTH: usize = 100;

/// How much to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// The summary alone.
    Quiet,
    /// The summary, and everything that did not pass.
    #[default]
    Normal,
    /// Passes and single skips too.
    Verbose,
}

/// The report as text.
pub fn render(report: &Report, style: Style, verbosity: Verbosity, requirement: Lookup<'_>) -> String {
    let mut out = String::new();
    let of = |verdict| -> Vec<&Trial> { report.trials.iter().filter(|t| t.verdict == verdict).collect() };
    if verbosity >= Verbosity::Normal {
        out += &head::head(report, style);
        if verbosity == Verbosity::Verbose {
            passes(&mut out, style, &of(Verdict::Pass));
        }
        let unexpected = |verdict| -> Vec<&Trial> { of(verdict).into_iter().filter(|t| t.known.is_none()).collect() };
        findings::list(&mut out, style, "Failures", &unexpected(Verdict::Fail), verbosity, requirement);
        findings::list(&mut out, style, "Warnings", &unexpected(Verdict::Warn), verbosity, requirement);
        groups::known(&mut out, style, report);
        if !report.summary.failed.is_empty() || !report.summary.warned.is_empty() {
            out += &format!("\n  Sections are those of {}\n", line(&report.suite.standard, 200));
        }
        groups::errors(&mut out, style, &of(Verdict::Error));
        groups::inconclusive(&mut out, style, &of(Verdict::Inconclusive), &report.summary);
        groups::skips(&mut out, style, &of(Verdict::Skip), verbosity);
        notes(&mut out, style, &report.notes);
    }
    out += &summary::table(report, style, requirement);
    out += &summary::profiles(report, style);
    out += &summary::totals(report, style);
    out += &summary::leftovers(report, style);
    out += &summary::stale(report, style);
    out += &summary::claim(report, style);
    out
}

/// A heading with the number of what stands under it.
fn heading(out: &mut String, style: Style, title: &str, count: usize) {
    *out += &format!("\n{}\n", style.bold(&format!("{title} ({count})")));
}

fn passes(out: &mut String, style: Style, trials: &[&Trial]) {
    if trials.is_empty() {
        return;
    }
    heading(out, style, "Passes", trials.len());
    for trial in trials {
        *out += &format!("  {}  {}\n", style.verdict(Verdict::Pass), line(&trial.id, 200));
        *out += &wrap("    rests on  ", "              ", WIDTH, &line(&trial.reason, 300));
    }
}

fn notes(out: &mut String, style: Style, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    heading(out, style, "Notes", notes.len());
    for note in notes {
        *out += &wrap("  - ", "    ", WIDTH, &line(note, 600));
    }
}
