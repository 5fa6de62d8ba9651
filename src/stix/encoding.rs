//! Hexadecimal (2.8) and binary (2.1) values.

use super::finding::Path;
use super::tables::Prop;
use super::walk::Walk;

/// An even number of digits in lower case.
pub(crate) fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

/// Base64 with padding (RFC 4648, section 4), without line breaks.
pub(crate) fn is_base64(text: &str) -> bool {
    let b = text.as_bytes();
    let data = match b {
        [data @ .., b'=', b'='] | [data @ .., b'='] => data,
        data => data,
    };
    let padding = b.len() - data.len();
    b.len().is_multiple_of(4)
        && (padding == 0 || data.len() % 4 == 4 - padding)
        && data.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/'))
}

impl Walk<'_, '_, '_> {
    pub(super) fn hex(&mut self, prop: &'static Prop, text: &str, path: &Path<'_>) {
        if !is_hex(text) {
            self.must(path, "hex-format", "S21-2.8-01", || {
                format!("`{}` has to be an even number of digits 0-9 and a-f", prop.name)
            });
        }
    }

    pub(super) fn binary(&mut self, prop: &'static Prop, text: &str, path: &Path<'_>) {
        // The standard's own examples shorten long values in this way (6.1, 6.7).
        if text.ends_with(" ...") {
            return self.should(path, "base64-elided", "U21-2.1-01", || {
                format!("`{}` is cut short by an ellipsis", prop.name)
            });
        }
        if !is_base64(text) {
            self.must(path, "base64-format", "S21-12.1-03", || format!("`{}` is not base64 as of RFC 4648", prop.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex() {
        assert!(is_hex("") && is_hex("00ff"));
        assert!(!is_hex("0") && !is_hex("FF") && !is_hex("0x") && !is_hex("é0"));
    }

    #[test]
    fn base64() {
        for good in ["", "TQ==", "TWE=", "TWFu", "+/+/"] {
            assert!(is_base64(good), "{good}");
        }
        for bad in ["T", "TQ=", "TQ", "TQ==\n", "T===", "====", "TW-_", "TQ==TQ=="] {
            assert!(!is_base64(bad), "{bad}");
        }
    }
}
