//! What a run leaves behind: versioned data types without logic.
//!
//! Everything that a report shows is in here; reports are made from these types alone.

pub mod event;
pub mod exchange;
pub mod exit;
pub mod finding;
mod lenient;
pub mod report;
pub mod requirement;
pub mod trial;

pub use event::Event;
pub use exchange::{Body, Exchange, Request, Response};
pub use finding::Finding;
pub use report::{ApiRoot, CleanUp, Collection, Report, Server, Shard, Standing, Suite, Summary};
pub use requirement::{Actor, Level, Requirement};
pub use trial::{Known, Planned, Reading, Trial, Verdict};

/// Milliseconds since `started`, as [`microseconds`].
pub(crate) fn milliseconds(started: std::time::Instant) -> f64 {
    microseconds(started.elapsed().as_secs_f64() * 1000.0)
}

/// Milliseconds with three decimals at most. Rounded where they come from, so that a report that is read
/// again shows in every format what the run showed; and nobody needs more.
pub(crate) fn microseconds(milliseconds: f64) -> f64 {
    (milliseconds * 1000.0).round() / 1000.0
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
