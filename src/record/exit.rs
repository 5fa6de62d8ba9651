//! Exit codes, the same for every command; part of the command line contract.

/// Nothing that had to hold was broken.
pub const OK: u8 = 0;
/// A MUST was broken, or content is invalid.
pub const FAILED: u8 = 1;
/// Wrong usage, or a faulty case or configuration file.
pub const USAGE: u8 = 2;
/// The server could not be tested, or not to the end, or a report could not be written.
pub const UNTESTABLE: u8 = 3;
/// Nothing was judged.
pub const NOTHING_JUDGED: u8 = 4;
