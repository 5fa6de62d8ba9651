//! What a server may do either way: options (MAY), and readings of the standard where it leaves room.

use std::collections::BTreeMap;

use super::standard::{Words, words};
use super::text::line;
use crate::record::{Level, Report, Verdict};
use crate::report::Lookup;

/// Both tables.
pub(super) struct Features {
    pub options: Vec<Choice>,
    pub readings: Vec<Question>,
}

/// A MAY, and what was seen of it.
pub(super) struct Choice {
    pub words: Words,
    pub verdict: &'static str,
    pub seen: String,
    pub anchor: String,
}

/// A question that the standard leaves open, and how the server answers it.
pub(super) struct Question {
    pub question: String,
    /// The readings that are accepted, in words; may be empty.
    pub accepted: String,
    pub answers: Vec<Answer>,
}

/// An answer, and where it was seen.
pub(super) struct Answer {
    pub answer: String,
    pub trials: usize,
    pub anchor: String,
}

/// How many different things that were seen of an option are told.
const TOLD: usize = 3;

/// The features of a server.
pub(super) fn features(report: &Report, requirement: Lookup<'_>, anchors: &[String]) -> Features {
    Features { options: options(report, requirement, anchors), readings: readings(report, anchors) }
}

fn options(report: &Report, requirement: Lookup<'_>, anchors: &[String]) -> Vec<Choice> {
    let mut by: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, trial) in report.trials.iter().enumerate() {
        for id in &trial.requirements {
            if requirement(id).is_some_and(|r| r.level == Level::May) {
                by.entry(id).or_default().push(at);
            }
        }
    }
    let choice = |(id, trials): (&str, Vec<usize>)| {
        let order = [Verdict::Fail, Verdict::Warn, Verdict::Pass, Verdict::Inconclusive, Verdict::Error, Verdict::Skip];
        let (verdict, at) = order
            .into_iter()
            .find_map(|v| trials.iter().find(|&&t| report.trials[t].verdict == v).map(|&t| (v, t)))
            .unwrap_or((Verdict::Inconclusive, trials[0]));
        let mut seen: Vec<String> = Vec::new();
        for &t in trials.iter().filter(|&&t| report.trials[t].verdict == verdict) {
            let reason = line(&report.trials[t].reason, 200);
            if !seen.contains(&reason) {
                seen.push(reason);
            }
        }
        let more = seen.len().saturating_sub(TOLD);
        seen.truncate(TOLD);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        Choice {
            words: words(id, None, requirement),
            verdict: verdict.word(),
            seen: seen.join("; ") + &more,
            anchor: anchors[at].clone(),
        }
    };
    by.into_iter().map(choice).collect()
}

fn readings(report: &Report, anchors: &[String]) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for (trial, anchor) in report.trials.iter().zip(anchors) {
        for reading in &trial.readings {
            let asked = line(&reading.question, 300);
            let answer = line(&reading.answer, 300);
            let at = questions.iter().position(|q| q.question == asked).unwrap_or_else(|| {
                let accepted = trial.ambiguity.as_ref().map(|a| line(a, 600)).unwrap_or_default();
                questions.push(Question { question: asked, accepted, answers: Vec::new() });
                questions.len() - 1
            });
            let answers = &mut questions[at].answers;
            match answers.iter_mut().find(|a| a.answer == answer) {
                Some(known) => known.trials += 1,
                None => answers.push(Answer { answer, trials: 1, anchor: anchor.clone() }),
            }
        }
    }
    questions
}
