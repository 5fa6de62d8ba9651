//! The report as a whole: the JSON report is this, serialised.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Trial, Verdict};

/// Value of `format` in a JSON report.
pub const FORMAT: &str = "taxii-conformance/report";
/// Version of the JSON report; raised when a reader of the old form would misread the new.
pub const VERSION: u32 = 1;

/// Everything that a run found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Who tested, and how.
    pub suite: Suite,
    /// What was tested.
    pub server: Server,
    /// Counts.
    pub summary: Summary,
    /// Remarks that belong to no trial.
    pub notes: Vec<String>,
    /// What became of the objects that the suite added.
    pub cleanup: CleanUp,
    /// The trials, in the order of the plan.
    pub trials: Vec<Trial>,
}

/// Who tested, and how.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Suite {
    /// `taxii-conformance`.
    pub name: String,
    /// Version of the suite.
    pub version: String,
    /// Where the standard can be read whose sections are cited.
    pub standard: String,
    /// SHA-256 over the cases and registers, shortened: tells whether two runs asked the same.
    pub cases: String,
    /// Seed of the run.
    pub seed: u64,
    /// When the run began, RFC 3339.
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Whether the run was allowed to write, and where.
    pub write: Option<String>,
    /// Flags with which the embedded reference server was set up, where that was tested. Its address is
    /// another in every run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Whether warnings and MUSTs that could not be judged fail the run too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// Whether a broken requirement that follows from the text without a keyword only warns.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub derived_warns: bool,
    /// Which part of the plan was run, where it was not all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// A part of a plan, so that several runs can share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Number of this part, from 1.
    pub index: usize,
    /// Number of parts.
    pub count: usize,
    /// Number of trials in the whole plan.
    pub planned: usize,
    /// SHA-256 over the ids of the whole plan, a line each, in hexadecimal: [`Shard::digest`].
    pub plan_sha256: String,
}

impl Shard {
    /// SHA-256 over the ids of trials in the order of their plan, each followed by a line feed.
    pub fn digest<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
        let mut hash = Sha256::new();
        for id in ids {
            hash.update(id);
            hash.update("\n");
        }
        super::hex(&hash.finalize())
    }
}

/// What was tested, as the survey saw it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Server {
    /// URL that the user gave.
    pub url: String,
    /// Title in the discovery resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `Server` header, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// API roots that were tested.
    pub api_roots: Vec<ApiRoot>,
    /// Advertised API roots on other origins, which were not contacted.
    pub not_contacted: Vec<String>,
    /// Why the server could not be tested, where it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untestable: Option<String>,
}

/// An API root that was tested.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ApiRoot {
    /// Absolute URL.
    pub url: String,
    /// Title in the API root resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Collections that the client sees.
    pub collections: Vec<Collection>,
}

/// A collection that the client sees.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Collection {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Whether the client may read.
    pub can_read: bool,
    /// Whether the client may write.
    pub can_write: bool,
    /// How many versions of objects were seen in it, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions_seen: Option<usize>,
}

/// What became of the objects that the suite added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanUp {
    /// How many objects were added and removed again.
    pub removed: usize,
    /// URLs of objects that were added and could not be removed.
    pub left: Vec<String>,
    /// Why not, by URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, String>,
}

impl CleanUp {
    /// Adds what came of another clean-up.
    pub fn add(&mut self, other: &CleanUp) {
        self.removed += other.removed;
        self.left.extend(other.left.iter().cloned());
        self.reasons.extend(other.reasons.iter().map(|(url, why)| (url.clone(), why.clone())));
    }

    /// What is left, each with the reason.
    pub fn told(&self) -> Vec<String> {
        let why = |url| self.reasons.get(url).map(|why| format!(" ({why})")).unwrap_or_default();
        self.left.iter().map(|url| format!("{url}{}", why(url))).collect()
    }
}

/// How a profile, which is a named claim, stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Name of the profile.
    pub profile: String,
    /// What it claims.
    pub title: String,
    /// Whether it is met: nothing is broken, nothing is open, and something was judged.
    pub met: bool,
    /// MUST and derived requirements that are broken, known failures among them.
    pub broken: Vec<String>,
    /// MUST and derived requirements that the server offers to be judged, and that no trial judged.
    pub open: Vec<String>,
}

/// Counts over the trials.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Number of trials by verdict.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// Ids of MUST and derived requirements that failed.
    pub failed: Vec<String>,
    /// Ids of requirements that broke in nothing but known failures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// Entries of the list of known failures that have to go, each with what is wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<String>,
    /// Ids of SHOULD requirements that were broken, and of waived ones.
    pub warned: Vec<String>,
    /// Ids of MUST and derived requirements that no trial could judge, with what would help.
    pub inconclusive: BTreeMap<String, String>,
    /// Ids of requirements that were seen to hold, and by no trial to be broken.
    pub passed: Vec<String>,
    /// How the profiles stand that the run was about; none where it was about a part of one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<Standing>,
    /// Exit code of the run.
    pub exit: u8,
    /// Whether the run was ended early by the user.
    pub interrupted: bool,
    /// How long the run took, in milliseconds; a report shows it as [`Suite::duration_ms`].
    #[serde(skip)]
    pub duration_ms: f64,
}

impl Summary {
    /// Number of trials with this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or(0)
    }
}
