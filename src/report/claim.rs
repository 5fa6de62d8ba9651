//! The one thing that a reader takes away: what a report claims.

use super::console::head::count;
use super::sanitize::line;
use crate::record::{Report, Standing, Verdict, exit};

/// What a run came to, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// How it looks: the verdict that a trial of the same outcome would have.
    pub verdict: Verdict,
    /// The sentence.
    pub text: String,
    /// Ids of the requirements that the sentence is about.
    pub ids: Vec<String>,
    /// What has to be said with it.
    pub more: Vec<String>,
}

/// What a report claims.
pub fn claim(report: &Report) -> Claim {
    let summary = &report.summary;
    let mut more = Vec::new();
    if !summary.stale.is_empty() {
        more.push("The list of known failures is out of date, which fails the run.");
    }
    if summary.interrupted {
        more.push("The run was ended early; what was not run is not judged.");
    }
    let errors = summary.count(Verdict::Error);
    let mut ids: &[String] = &[];
    let (verdict, text) = if let Some(reason) = &report.server.untestable {
        if !summary.failed.is_empty() {
            ids = &summary.failed;
            more.push("What was seen of it breaks these requirements all the same.");
        }
        (Verdict::Error, format!("Could not be tested: {}", line(reason, 600)))
    } else if !summary.failed.is_empty() {
        if !summary.known.is_empty() {
            more.push("Known failures are not counted here.");
        }
        if errors > 0 {
            more.push("It could not be tested to the end: see the errors.");
        }
        ids = &summary.failed;
        (Verdict::Fail, format!("Breaks {}", count(ids.len(), "requirement")))
    } else if errors > 0 {
        let first = report.trials.iter().find(|t| t.verdict == Verdict::Error).map_or("", |t| t.reason.as_str());
        let of = count(report.trials.len(), "trial");
        (
            Verdict::Error,
            format!("Could not be tested to the end: {errors} of {of} came to nothing ({})", line(first, 300)),
        )
    } else if !summary.known.is_empty() {
        ids = &summary.known;
        let broken = count(ids.len(), "requirement");
        (Verdict::Warn, format!("Breaks {broken}, each of them a known failure"))
    } else if summary.interrupted {
        (Verdict::Inconclusive, "Nothing that was run broke a MUST.".to_owned())
    } else if !(summary.passed.is_empty() && summary.warned.is_empty()) {
        if summary.exit == exit::UNTESTABLE {
            more.push("The record of the run is not complete, which fails it: see the notes.");
        } else if summary.exit != 0 && summary.stale.is_empty() {
            more.push("Under --strict, warnings and MUSTs that could not be judged fail the run.");
        }
        meets(report)
    } else {
        more.push(match report.trials.is_empty() {
            true => "No trial was run.",
            false => "What was skipped or inconclusive says what would help.",
        });
        (Verdict::Inconclusive, "Nothing was judged.".to_owned())
    };
    let mut more: Vec<String> = more.into_iter().map(str::to_owned).collect();
    if let Some(shard) = &report.suite.shard {
        more.push(format!("This is part {} of {} of the plan; `merge` puts them together.", shard.index, shard.count));
    }
    Claim { verdict, text, ids: ids.to_vec(), more }
}

/// No MUST was broken; says so, and what is missing from a clean result.
fn meets(report: &Report) -> (Verdict, String) {
    let (unjudged, warned) = (report.summary.inconclusive.len(), report.summary.warned.len());
    let mut text = "Meets every MUST that could be judged".to_owned();
    let mut but = Vec::new();
    if unjudged > 0 {
        but.push(format!("{unjudged} could not be judged"));
    }
    if warned > 0 {
        but.push(format!("{} broken or waived with a warning", count(warned, "requirement")));
    }
    if !but.is_empty() {
        text += &format!(" ({})", but.join("; "));
    }
    let verdict = match (unjudged, warned) {
        (0, 0) => Verdict::Pass,
        (0, _) => Verdict::Warn,
        _ => Verdict::Inconclusive,
    };
    (verdict, text + ".")
}

/// How a profile stands: the verdict that a trial of the same outcome would have, and a few words.
pub fn state(standing: &Standing) -> (Verdict, String) {
    let (broken, open) = (standing.broken.len(), standing.open.len());
    match (broken, open) {
        _ if standing.met => (Verdict::Pass, "met".to_owned()),
        (0, 0) => (Verdict::Inconclusive, "nothing was judged".to_owned()),
        (0, _) => (Verdict::Inconclusive, format!("open: {} not judged", count(open, "requirement"))),
        (_, 0) => (Verdict::Fail, format!("not met: breaks {}", count(broken, "requirement"))),
        _ => (Verdict::Fail, format!("not met: breaks {}, {open} not judged", count(broken, "requirement"))),
    }
}
