//! A conformance test suite for TAXII 2.1 servers and STIX 2.1 content.
//!
//! The rooms, from top to bottom; each knows only those below it:
//! [`cli`] → [`report`], [`run`] → [`check`] → [`case`] → [`oracle`] → [`stix`] → [`record`], [`taxii`].
//! [`server`], the reference server, stands apart: it shares no selection code with the oracle.

pub mod case;
pub mod check;
pub mod cli;
pub mod oracle;
pub mod record;
pub mod report;
pub mod run;
pub mod server;
pub mod stix;
pub mod taxii;

/// Runs one after the other in one process, as `selftest` and the tests of variants have them, spend half of their time in
/// the system's allocator: with this one 40 defects take half as long (`selftest`, two cores).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
