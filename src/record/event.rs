//! The stream that a run is told as; every report is made from it.

use super::{CleanUp, Planned, Server, Shard, Suite, Summary, Trial};

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
    /// The server has no time, and the run waits for it. No part of any report: another run need not wait.
    Waiting(String),
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
    CleanedUp(CleanUp),
    /// The run ended.
    Finished(Summary),
}
