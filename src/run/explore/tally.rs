//! Counts of an exploration, and what they come to.

use std::collections::BTreeSet;

use crate::record::{Trial, Verdict};

/// How the sequences went.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) tried: usize,
    pub(super) held: usize,
    pub(super) answers: usize,
    pub(super) unjudged: usize,
    pub(super) in_a_row: usize,
    pub(super) why: Option<String>,
    /// Requirements that judged answers rest on.
    pub(super) judged: BTreeSet<&'static str>,
    /// The last sequence that held.
    pub(super) last: Option<Box<Trial>>,
    /// Why the exploration ended early.
    pub(super) ended: Option<String>,
    /// Whether the server was lost.
    pub(super) lost: bool,
}

impl Tally {
    pub(super) fn verdict(&self, wanted: usize, differences: usize, requests: usize) -> (Verdict, String) {
        let mut reason = format!(
            "{} of {} sequences were answered as the oracle says: {} answers judged, {requests} requests",
            self.held, self.tried, self.answers
        );
        if differences > 0 {
            reason += &format!("; what differs is told in {differences} more");
        }
        if let Some(why) = &self.why {
            reason += &format!("; {} could not be judged, the first because {why}", self.unjudged);
        }
        if let Some(why) = &self.ended {
            reason += &format!("; ended after {} of {wanted}: {why}", self.tried);
        }
        if self.tried == 0 && self.ended.is_none() {
            reason += "; nothing is left to ask that does not rest on something that is broken or missing here";
        }
        match (self.lost, self.held) {
            (true, _) => (Verdict::Error, reason),
            (_, 0) => (Verdict::Inconclusive, reason),
            _ => (Verdict::Pass, reason),
        }
    }
}
