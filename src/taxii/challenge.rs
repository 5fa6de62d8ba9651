//! Challenges of `WWW-Authenticate` (RFC 9110 section 11.6.1).

use super::media_type::split_outside_quotes;

/// Names of the authentication schemes in a field value, in lower case.
///
/// A comma separates challenges as well as the parameters of one, so a part that is no
/// `name=value` starts a challenge. Gives an empty list where there is none.
pub fn schemes(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in split_outside_quotes(value, ',') {
        let part = part.trim();
        let (first, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        let token =
            !first.is_empty() && first.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        // `realm = "x"` is a parameter with optional white space, not a scheme
        if token && !rest.trim_start().starts_with('=') {
            found.push(first.to_ascii_lowercase());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::schemes;

    #[test]
    fn challenges_are_told_from_parameters() {
        assert_eq!(schemes("Basic realm=\"a, b\""), ["basic"]);
        assert_eq!(schemes("Basic realm=\"x\", charset=\"UTF-8\", Bearer realm = \"y\""), ["basic", "bearer"]);
        assert_eq!(
            schemes("Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\""),
            ["newauth", "basic"]
        );
        assert_eq!(schemes("Negotiate"), ["negotiate"]);
        assert!(schemes("").is_empty());
        assert!(schemes("realm=\"x\"").is_empty());
    }
}
