//! A comparison as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::Comparison;
use crate::report::json::Harmless;

/// Value of `format` in a comparison.
pub const FORMAT: &str = "taxii-conformance/comparison";
/// Version of its form.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

/// Writes the comparison.
pub fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::ser::Serializer::with_formatter(&mut *out, Harmless::default());
    Document { format: FORMAT, version: VERSION, comparison }.serialize(&mut serializer)?;
    out.write_all(b"\n")
}
