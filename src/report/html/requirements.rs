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

/// How one requirement stands.
pub(super) struct Row {
    pub words: Words,
    /// Word of the verdict that its trials come to together.
    pub verdict: &'static str,
    /// Whether it broke in known failures alone.
    pub known: bool,
    /// Its trials by verdict: `36 pass, 1 fail`.
    pub trials: String,
    /// Anchor of the trial that tells most.
    pub anchor: String,
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
                let anchor = anchor(&number);
                sections.push(Section { number, anchor, label, rows: vec![row] });
            }
        }
    }
    sections.sort_by_key(|s| rank(&s.number));
    sections
}

/// The name of the element that holds the requirements of a section.
pub(super) fn anchor(section: &str) -> String {
    format!("s-{}", text::anchor(section))
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
        verdict: verdict.word(),
        known,
        trials: numbers.join(", "),
        anchor: telling.map(|&t| anchors[t].clone()).unwrap_or_default(),
    }
}
