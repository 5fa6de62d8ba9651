//! Every requirement that the run had to do with, one by one.

use std::collections::BTreeMap;

use super::standard::{Words, words};
use super::text;
use crate::record::{Report, Verdict};
use crate::report::Lookup;
use crate::report::sections::{place, rank};

/// The requirements of one section of the standard.
pub(super) struct Section {
    pub number: String,
    /// Its number as the name of an element.
    pub anchor: String,
    pub label: &'static str,
    pub rows: Vec<Row>,
}

impl Section {
    /// How many requirements hold, are broken, warned about, not judged and left out; each with the trials
    /// that a filter for it shows, and the verdict whose colour it has.
    pub(super) fn cells(&self) -> [Cell; 5] {
        let of = |verdicts: &[Verdict]| self.rows.iter().filter(|r| verdicts.contains(&r.verdict)).count();
        [
            Cell { number: of(&[Verdict::Pass]), verdict: "pass", filter: "pass" },
            Cell { number: of(&[Verdict::Fail]), verdict: "fail", filter: "fail" },
            Cell { number: of(&[Verdict::Warn]), verdict: "warn", filter: "warn" },
            Cell {
                number: of(&[Verdict::Inconclusive, Verdict::Error]),
                verdict: "inconclusive",
                filter: "inconclusive,error",
            },
            Cell { number: of(&[Verdict::Skip]), verdict: "skip", filter: "skip" },
        ]
    }
}

/// A number of requirements.
#[derive(Clone, Copy, Default)]
pub(super) struct Cell {
    pub number: usize,
    pub verdict: &'static str,
    pub filter: &'static str,
}

/// The numbers of all sections together.
pub(super) fn sum(sections: &[Section]) -> [Cell; 5] {
    let mut all = [Cell::default(); 5];
    for section in sections {
        for (sum, cell) in all.iter_mut().zip(section.cells()) {
            *sum = Cell { number: sum.number + cell.number, ..cell };
        }
    }
    all
}

/// How one requirement stands.
pub(super) struct Row {
    pub words: Words,
    /// The verdict that its trials come to together.
    pub verdict: Verdict,
    /// Whether it broke in known failures alone.
    pub known: bool,
    /// Its trials by verdict: `36 pass, 1 fail`.
    pub trials: String,
    /// Anchor of the trial that tells most.
    pub anchor: String,
    /// Why that trial came to its verdict.
    pub reason: String,
}

/// The requirements by section, in the order of the standard.
pub(super) fn sections(report: &Report, requirement: Lookup<'_>, anchors: &[String]) -> Vec<Section> {
    // by section, then by id, which counts through each section
    let mut by: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, trial) in report.trials.iter().enumerate() {
        for id in trial.requirements.iter().chain(trial.findings.iter().map(|f| &f.requirement)) {
            let trials = by.entry(id.as_str()).or_default();
            if trials.last() != Some(&at) {
                trials.push(at);
            }
        }
    }
    let mut sections: Vec<Section> = Vec::new();
    for (id, trials) in by {
        let (number, label) = place(id, requirement);
        let row = row(report, id, &trials, requirement, anchors);
        match sections.iter_mut().find(|s| s.number == number) {
            Some(section) => section.rows.push(row),
            None => {
                let anchor = format!("s-{}", text::anchor(&number));
                sections.push(Section { number, anchor, label, rows: vec![row] });
            }
        }
    }
    sections.sort_by_key(|s| rank(&s.number));
    sections
}

fn row(report: &Report, id: &str, trials: &[usize], requirement: Lookup<'_>, anchors: &[String]) -> Row {
    let summary = &report.summary;
    let of = |ids: &[String]| ids.iter().any(|i| i == id);
    let any = |verdict| trials.iter().any(|&t| report.trials[t].verdict == verdict);
    let known = of(&summary.known);
    let verdict = if of(&summary.failed) || known {
        Verdict::Fail
    } else if of(&summary.warned) {
        Verdict::Warn
    } else if of(&summary.passed) {
        Verdict::Pass
    } else {
        let order = [Verdict::Inconclusive, Verdict::Error, Verdict::Skip];
        order.into_iter().find(|v| any(*v)).unwrap_or(Verdict::Inconclusive)
    };
    let telling = trials.iter().find(|&&t| report.trials[t].verdict == verdict).or(trials.first());
    let number = |v: Verdict| trials.iter().filter(|&&t| report.trials[t].verdict == v).count();
    let numbers: Vec<String> =
        Verdict::ALL.into_iter().filter(|v| any(*v)).map(|v| format!("{} {}", number(v), v.word())).collect();
    Row {
        words: words(id, None, requirement),
        verdict,
        known,
        trials: numbers.join(", "),
        anchor: telling.map(|&t| anchors[t].clone()).unwrap_or_default(),
        reason: telling.map(|&t| text::line(&report.trials[t].reason, 300)).unwrap_or_default(),
    }
}
