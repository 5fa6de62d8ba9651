//! What became of one trial.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Exchange, Finding, Level};

/// What a trial came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything asked for was seen to hold.
    Pass,
    /// A SHOULD was broken, or a MUST that the user waived.
    Warn,
    /// A MUST or derived requirement was broken.
    Fail,
    /// There was nothing to judge, or something else that is broken stood in the way.
    Inconclusive,
    /// Not run, on purpose or because the server does not offer the feature.
    Skip,
    /// The suite could not judge: network, or a fault of its own. Never the server's breach.
    Error,
}

impl Verdict {
    /// All verdicts, in the order in which summaries list them.
    pub const ALL: [Verdict; 6] =
        [Verdict::Pass, Verdict::Warn, Verdict::Fail, Verdict::Inconclusive, Verdict::Skip, Verdict::Error];

    /// The word as reports print it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Skip => "skip",
            Verdict::Error => "error",
        }
    }
}

/// Which of several readings of the standard, or which option, the server was seen to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What the question is.
    pub question: String,
    /// What the server does.
    pub answer: String,
}

/// Why a failure is expected for now: what the list of known failures says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Why it is not mended yet.
    pub reason: String,
    /// Who sees to it.
    pub owner: String,
    /// Last day on which it is expected, `YYYY-MM-DD`.
    pub expires: String,
}

/// A trial as planned: before anything was asked.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    /// Unique and stable: case, matrix row, API root and collection.
    pub id: String,
    /// Id of the case.
    pub case: String,
    /// What the case says has to hold.
    pub title: String,
    /// Ids of the requirements that it tests.
    pub requirements: Vec<String>,
    /// Strongest level among them.
    pub level: Level,
    /// Whether it adds or deletes objects.
    pub writes: bool,
    /// Whether it may spoil a fragile server for the trials after it; it then runs last.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub risky: bool,
    /// What it sends, one line a step.
    pub steps: Vec<String>,
    /// Why it will not run, if it will not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<String>,
}

impl Planned {
    /// What the trial came to, with nothing found, read or sent yet.
    pub fn came_to(&self, verdict: Verdict, reason: impl Into<String>) -> Trial {
        Trial {
            id: self.id.clone(),
            case: self.case.clone(),
            title: self.title.clone(),
            file: String::new(),
            verdict,
            level: self.level,
            requirements: self.requirements.clone(),
            reason: reason.into(),
            findings: Vec::new(),
            flaky: false,
            causes: BTreeMap::new(),
            risky: self.risky,
            by_choice: false,
            known: None,
            advice: None,
            ambiguity: None,
            readings: Vec::new(),
            exchanges: Vec::new(),
            duration_ms: 0.0,
        }
    }
}

/// A trial as judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trial {
    /// Unique and stable: case, matrix row, API root and collection.
    pub id: String,
    /// Id of the case.
    pub case: String,
    /// What the case says has to hold.
    pub title: String,
    /// File of the case, for reports that can point at it.
    pub file: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Strongest level among `requirements`.
    pub level: Level,
    /// Requirements that were broken where the verdict is fail or warn; else those that the case tests.
    pub requirements: Vec<String>,
    /// Why the verdict is what it is; for a pass, what it rests on.
    pub reason: String,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Whether an immediate repeat came to another verdict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
    /// Requirements that cannot be told to hold or not, because what this builds on is broken, each with the id of
    /// the trial that shows it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub causes: BTreeMap<String, String>,
    /// Whether it may spoil a fragile server for the trials after it; it then ran last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub risky: bool,
    /// Whether it was not run because the user chose so: further flags would have it run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_choice: bool,
    /// Why its failure or warning was expected, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
    /// How servers usually come to break this, and how to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Which readings of the standard are accepted, where it leaves room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambiguity: Option<String>,
    /// Options and readings that were seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
    /// The evidence.
    pub exchanges: Vec<Exchange>,
    /// Wall time, in milliseconds.
    pub duration_ms: f64,
}
