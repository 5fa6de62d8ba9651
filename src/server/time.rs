//! Timestamps: those of TAXII with six decimals (section 2), those of STIX with any number of them.

use jiff::Timestamp;

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction]Z`; `None` for any other form. Decimals beyond the ninth are cut off.
pub fn parse(text: &str) -> Option<Timestamp> {
    let bare = text.strip_suffix('Z')?;
    let (seconds, fraction) = match bare.split_once('.') {
        Some((seconds, fraction)) if !fraction.is_empty() => (seconds, fraction),
        Some(_) => return None,
        None => (bare, "0"),
    };
    let shape = b"0000-00-00T00:00:00";
    let fits = seconds.len() == shape.len()
        && seconds.bytes().zip(shape).all(|(byte, &want)| match want {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        });
    if !fits || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = &fraction[..fraction.len().min(9)];
    format!("{seconds}.{fraction}Z").parse().ok()
}

/// The form that TAXII asks for: six decimals and Z (section 2).
pub fn micros(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// The usual form of STIX: three decimals and Z, cut off, not rounded.
pub fn millis(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_any_precision_with_z() {
        for text in ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00.123456789123Z"] {
            assert!(parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "",
            "yesterday",
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00+00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01 00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-02-30T00:00:00Z",
            "2024-01-01t00:00:00z",
            "2024-01-01T00:00:00.1 Z",
            "+2024-01-01T00:00:00Z",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn writes_the_digits_asked_for() {
        let at = parse("2024-01-01T00:00:00.1239999Z").expect("valid");
        assert_eq!(micros(at), "2024-01-01T00:00:00.123999Z");
        assert_eq!(millis(at), "2024-01-01T00:00:00.123Z");
    }
}
