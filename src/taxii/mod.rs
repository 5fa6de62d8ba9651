//! The protocol: a client that records exchanges, media types, timestamps, paths. Knows nothing of cases.

mod certificate;
pub mod challenge;
pub mod client;
pub mod endpoint;
pub mod failure;
pub mod front_end;
pub mod hello;
pub mod media_type;
pub mod paths;
pub mod redact;
pub mod timestamp;
pub mod tls;

pub use client::{Client, Outgoing};
pub use endpoint::Endpoint;
pub use media_type::MediaType;
pub use timestamp::Timestamp;

/// Media type of TAXII 2.1 (section 1.6.8.2).
pub const TAXII: &str = "application/taxii+json;version=2.1";
