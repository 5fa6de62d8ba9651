//! Reads JSON that is not quite JSON, so that one slip of a server does not hide all else that it says. What is
//! wrong with the bytes themselves is the matter of the rule `i-json`.

use serde_json::Value;

/// The body as JSON: with a byte order mark, in another encoding than UTF-8, or with half surrogate pairs too.
pub fn json(bytes: &[u8]) -> Option<Value> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).ok().or_else(|| {
        let text = String::from_utf8_lossy(bytes);
        serde_json::from_str(&paired(&text)).ok()
    })
}

/// Whether the body is JSON that is nested deeper than is read here: a limit of the reader (RFC 8259, section 9), and no
/// fault of who wrote it.
pub fn is_too_deep(bytes: &[u8]) -> bool {
    // how serde_json words it; it has no kind of its own for this
    serde_json::from_slice::<Value>(bytes).is_err_and(|e| e.to_string().starts_with("recursion limit exceeded"))
}

/// The text with U+FFFD in the place of escapes of half a surrogate pair.
fn paired(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            (Some(_), _) => 6,
            // a backslash and what it escapes
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// The code unit of an escape such as `\u00e9` at the start of a text.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn slips_are_read_over() {
        let read = |bytes: &[u8]| json(bytes).map(|v| v["a"].clone());
        assert_eq!(read(b"\xef\xbb\xbf{\"a\":1}"), Some(json!(1)));
        assert_eq!(read(b"{\"a\":\"\xe9\"}"), Some(json!("\u{fffd}")));
        assert_eq!(read(br#"{"a":"\ud83d"}"#), Some(json!("\u{fffd}")));
        assert_eq!(read(br#"{"a":"\udc00\ud83d\u0041"}"#), Some(json!("\u{fffd}\u{fffd}A")));
        // what is whole stays whole
        assert_eq!(read(br#"{"a":"\\ud83d \ud83d\udc00\"","b":"\ud800"}"#), Some(json!("\\ud83d \u{1f400}\"")));
    }

    #[test]
    fn what_is_too_deep_is_told_apart() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(json(nested(100).as_bytes()).is_some());
        assert!(is_too_deep(nested(200).as_bytes()));
        assert!(!is_too_deep(nested(100).as_bytes()));
        assert!(!is_too_deep(b"[["));
    }

    #[test]
    fn what_is_no_json_is_none() {
        for bytes in [&b""[..], b"{\"a\":", b"\\", b"\\u", b"\\ud8", b"\xff", "\\ué000".as_bytes()] {
            assert_eq!(json(bytes), None);
        }
    }
}
