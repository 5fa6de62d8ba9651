//! stix
pub mod pattern;
