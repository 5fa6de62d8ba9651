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

/// Milliseconds with three decimals at most: what is written can be read and written again, byte for
/// byte, and nobody needs more.
fn microseconds<S: serde::Serializer>(milliseconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((milliseconds * 1000.0).round() / 1000.0)
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
