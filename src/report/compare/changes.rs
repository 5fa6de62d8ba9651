//! What changed between two runs against one server.

use serde::Serialize;
use url::Url;

use super::{Section, Standing, verdicts};
use crate::record::{Report, Trial, Verdict};

/// What changed from one run to the next.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// Requirements that were met or warned of, and are broken now.
    pub regressed: Vec<Change>,
    /// Requirements that are broken now, and were not judged before: whether they were met is not known.
    pub found: Vec<Change>,
    /// Trials that fail now and did not fail, though they ran before; a known failure is none.
    pub failing: Vec<TrialChange>,
    /// Requirements that were broken, and are met now or only warned of.
    pub fixed: Vec<Change>,
    /// Requirements that were met, and are warned of now.
    pub warned: Vec<Change>,
    /// Requirements that were judged, and are not any more: neither better nor worse is known.
    pub unjudged: Vec<Change>,
    /// Requirements that were not judged, and are met now or only warned of.
    pub judged: Vec<Change>,
    /// Trials that fail now and that the earlier run did not have.
    pub new: Vec<TrialChange>,
}

impl Changes {
    /// Whether anything is worse for sure; with `strict`, new warnings and what is no longer judged count too.
    pub fn regression(&self, strict: bool) -> bool {
        let worse = !(self.regressed.is_empty() && self.found.is_empty() && self.failing.is_empty());
        worse || strict && !(self.warned.is_empty() && self.unjudged.is_empty())
    }
}

/// A requirement that stands otherwise than before.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// Id of the requirement.
    pub requirement: String,
    /// How it stood.
    pub before: Standing,
    /// How it stands.
    pub after: Standing,
}

/// A trial that came to something else than before.
#[derive(Clone, Debug, Serialize)]
pub struct TrialChange {
    /// Id of the trial.
    pub trial: String,
    /// What it came to; none where there was no such trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Verdict>,
    /// What it comes to.
    pub after: Verdict,
    /// Why.
    pub reason: String,
}

/// Compares the first two reports of `sections`, the earlier first.
pub fn changes(old: &Report, new: &Report, sections: &[Section]) -> Changes {
    let mut changes = Changes::default();
    for row in sections.iter().flat_map(|s| &s.rows) {
        let (before, after) = (row.standings[0], row.standings[1]);
        let known = |s: Standing| !matches!(s, Standing::Inconclusive | Standing::NotJudged);
        let list = match (before, after) {
            _ if before == after => continue,
            (b, a) if a.breaks() && b.breaks() => continue,
            (b, Standing::Broken) if known(b) => &mut changes.regressed,
            (_, Standing::Broken) => &mut changes.found,
            // expected, and in the list of known failures
            (_, Standing::Known) => continue,
            (b, a) if known(b) && !known(a) => &mut changes.unjudged,
            (b, a) if !known(b) && !known(a) => continue,
            (b, _) if b.breaks() => &mut changes.fixed,
            (Standing::Met, Standing::Warned) => &mut changes.warned,
            (Standing::Warned, Standing::Met) => &mut changes.fixed,
            _ => &mut changes.judged,
        };
        list.push(Change { requirement: row.id.clone(), before, after });
    }
    let before = verdicts(old);
    for trial in new.trials.iter().filter(|t| t.verdict == Verdict::Fail && t.known.is_none()) {
        let change = |before| TrialChange {
            trial: trial.id.clone(),
            before,
            after: trial.verdict,
            reason: trial.reason.clone(),
        };
        match before.get(trial.id.as_str()) {
            Some(Trial { verdict: Verdict::Fail, .. }) => {}
            Some(earlier) => changes.failing.push(change(Some(earlier.verdict))),
            None => changes.new.push(change(None)),
        }
    }
    changes
}

/// Whether two reports are of one server: of the same URL and title. The embedded reference server is itself,
/// whatever its port and flags.
pub fn same_server(a: &Report, b: &Report) -> bool {
    if a.suite.reference.is_some() || b.suite.reference.is_some() {
        return a.suite.reference.is_some() && b.suite.reference.is_some();
    }
    let plain = |url: &str| match Url::parse(url) {
        Ok(url) => url.into(),
        Err(_) => url.to_owned(),
    };
    let (one, other): (String, String) = (plain(&a.server.url), plain(&b.server.url));
    one == other && a.server.title == b.server.title
}
