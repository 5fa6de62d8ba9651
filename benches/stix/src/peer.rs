//! rstix 0.23, the strictest of its profiles.

use rstix::validate::Validator;

/// Parses and validates the bundle.
pub fn run(text: &[u8]) -> usize {
    let text = std::str::from_utf8(text).expect("UTF-8");
    let report = Validator::consumer_strict().validate_json_str(text);
    std::hint::black_box(report);
    0
}
