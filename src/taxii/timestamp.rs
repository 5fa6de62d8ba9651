//! Timestamps of section 2, read leniently and judged strictly.

use std::fmt;

/// An instant, in nanoseconds since 1970-01-01T00:00:00Z. Digits beyond the ninth are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i128);

/// How a text that names an instant is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// Number of fractional digits; 0 where there is no fraction.
    pub digits: usize,
    /// Whether the zone is the upper-case designator `Z`, and the separator an upper-case `T`.
    pub zulu: bool,
}

impl Timestamp {
    /// One microsecond, the precision of TAXII (section 2).
    pub const MICROSECOND: i128 = 1_000;

    /// Reads any RFC 3339 date-time: any precision, any offset, either case. `None` for anything else.
    pub fn parse(text: &str) -> Option<Timestamp> {
        Self::parse_spelled(text).map(|(t, _)| t)
    }

    /// Like [`Timestamp::parse`], with how it was spelled.
    pub fn parse_spelled(text: &str) -> Option<(Timestamp, Spelling)> {
        let b = text.as_bytes();
        let number = |from: usize, to: usize| -> Option<i64> {
            let s = b.get(from..to)?;
            s.iter().all(u8::is_ascii_digit).then(|| s.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0')))
        };
        let sign = |at: usize, c: u8| (b.get(at) == Some(&c)).then_some(());
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        sign(4, b'-')?;
        sign(7, b'-')?;
        let separator = *b.get(10)?;
        if !matches!(separator, b'T' | b't') {
            return None;
        }
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        sign(13, b':')?;
        sign(16, b':')?;
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?;
        let mut at = 19;
        let mut nanos: i128 = 0;
        let mut digits = 0;
        if b.get(at) == Some(&b'.') {
            at += 1;
            let mut unit = 100_000_000;
            while let Some(d) = b.get(at).filter(|d| d.is_ascii_digit()) {
                nanos += i128::from(d - b'0') * unit;
                unit /= 10;
                digits += 1;
                at += 1;
            }
            if digits == 0 {
                return None;
            }
        }
        let zone = *b.get(at)?;
        let offset = match zone {
            b'Z' | b'z' if b.len() == at + 1 => 0,
            b'+' | b'-' if b.len() == at + 6 => {
                let (h, m) = (number(at + 1, at + 3)?, number(at + 4, at + 6)?);
                sign(at + 3, b':')?;
                if h > 23 || m > 59 {
                    return None;
                }
                (h * 3600 + m * 60) * if zone == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        let epoch = jiff::civil::date(1970, 1, 1);
        let days = i64::from(epoch.until(date).ok()?.get_days());
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset;
        let instant = Timestamp(i128::from(seconds) * 1_000_000_000 + nanos);
        Some((instant, Spelling { digits, zulu: zone == b'Z' && separator == b'T' }))
    }

    /// The instant that is `nanoseconds` later, or earlier where negative.
    pub fn plus(self, nanoseconds: i128) -> Timestamp {
        Timestamp(self.0 + nanoseconds)
    }

    /// Spelled with this many fractional digits and `Z`; what does not fit is cut off.
    pub fn spelled(self, digits: usize) -> String {
        let seconds = self.0.div_euclid(1_000_000_000);
        let nanos = self.0.rem_euclid(1_000_000_000);
        let text = i64::try_from(seconds)
            .ok()
            .and_then(|s| jiff::Timestamp::from_second(s).ok())
            .map_or_else(|| "0000-00-00T00:00:00Z".to_owned(), |t| t.to_string());
        let text = text.trim_end_matches('Z');
        if digits == 0 {
            return format!("{text}Z");
        }
        let fraction = format!("{nanos:09}");
        format!("{text}.{}Z", &fraction[..digits.min(9)])
    }
}

/// TAXII's own spelling: six digits and `Z` (section 2).
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled(6))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_every_spelling_of_an_instant() {
        let t = Timestamp::parse("2024-02-29T12:30:00.500000Z").expect("valid");
        for same in ["2024-02-29T12:30:00.5Z", "2024-02-29t12:30:00.500z", "2024-02-29T14:30:00.5+02:00"] {
            assert_eq!(Timestamp::parse(same), Some(t), "{same}");
        }
        assert_eq!(t.to_string(), "2024-02-29T12:30:00.500000Z");
        assert_eq!(t.spelled(0), "2024-02-29T12:30:00Z");
        assert_eq!(
            Timestamp::parse("1969-12-31T23:59:59.999999Z").map(|t| t.to_string()).as_deref(),
            Some("1969-12-31T23:59:59.999999Z")
        );
    }

    #[test]
    fn refuses_what_is_no_date_time() {
        for bad in [
            "",
            "yesterday",
            "2024-02-30T00:00:00Z",
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00Zx",
            "2024-01-01T00:00:00+0100",
            "undefined",
            "Tue Jan 02 2024 10:00:00 GMT+0000",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_agree(micros in -60_000_000_000_000_000i64..250_000_000_000_000_000) {
            let t = Timestamp(i128::from(micros) * 1000);
            prop_assert_eq!(Timestamp::parse(&t.to_string()), Some(t));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".*") {
            let _ = Timestamp::parse(&text);
        }
    }
}
