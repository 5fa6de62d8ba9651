//! The stream that a run is told as; every report is made from it.

use super::{Planned, Server, Shard, Suite, Summary, Trial};

/// One thing that happened in a run, in order.
#[derive(Clone, Debug)]
pub enum Event {
    /// The run began.
    Started {
        /// Who tests.
        suite: Suite,
        /// URL that the user gave.
        url: String,
    },
    /// Something worth telling that belongs to no trial.
    Note(String),
    /// The survey is done.
    Surveyed(Server),
    /// What will be asked.
    Planned(Vec<Planned>),
    /// Which part of a larger plan that is.
    Sharded(Shard),
    /// A trial began; its id.
    TrialStarted(String),
    /// A trial was judged.
    TrialFinished(Box<Trial>),
    /// What the suite added was removed.
    CleanedUp {
        /// How many objects were added and removed again.
        removed: usize,
        /// URLs of objects that were added and could not be removed.
        left: Vec<String>,
    },
    /// The run ended.
    Finished(Summary),
}
