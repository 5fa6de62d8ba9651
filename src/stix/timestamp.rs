//! Timestamps (2.16): RFC 3339 in UTC, with a capital T and Z, seconds, and any number of decimals.

use std::cmp::Ordering;

/// The most seconds that a UTC day can have: 86,400 and a leap second (RFC 3339, section 5.7).
const SECONDS_A_DAY: i64 = 86_401;

/// A point in time; compared as an instant, whatever the number of decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timestamp<'a> {
    /// Seconds since 1970, as if every day had room for a leap second: so 23:59:60 is a moment of its own, after 23:59:59
    /// and before the next midnight. Good for comparing; differences over a midnight are one too many.
    pub(crate) seconds: i64,
    /// The decimals as written.
    pub(crate) fraction: &'a [u8],
}

/// Why a string is no timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not of the form `YYYY-MM-DDTHH:mm:ss[.s+]Z`.
    Format,
    /// Of that form, but no such moment exists, such as 30 February.
    Value,
}

/// Reads a timestamp.
pub(crate) fn parse(text: &str) -> Result<Timestamp<'_>, Fault> {
    let b = text.as_bytes();
    if b.len() < 20 || b[b.len() - 1] != b'Z' {
        return Err(Fault::Format);
    }
    if b[4] != b'-' || b[7] != b'-' || b[10] != b'T' || b[13] != b':' || b[16] != b':' {
        return Err(Fault::Format);
    }
    let two = |at: usize| pair(b[at], b[at + 1]);
    let (Some(century), Some(years), Some(month), Some(day)) = (two(0), two(2), two(5), two(8)) else {
        return Err(Fault::Format);
    };
    let (Some(hour), Some(minute), Some(second)) = (two(11), two(14), two(17)) else {
        return Err(Fault::Format);
    };
    let fraction = match &b[19..b.len() - 1] {
        [] => &[][..],
        [b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return Err(Fault::Format),
    };
    let year = century * 100 + years;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return Err(Fault::Format);
    }
    // A leap second stands at the end of a UTC day and nowhere else.
    if day > days_in(year, month) || (second == 60 && (hour, minute) != (23, 59)) {
        return Err(Fault::Value);
    }
    let seconds = days_before(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
    Ok(Timestamp { seconds, fraction })
}

impl Timestamp<'_> {
    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.seconds.cmp(&other.seconds).then_with(|| trimmed(self.fraction).cmp(trimmed(other.fraction)))
    }

    /// The same in nanoseconds; finer decimals are dropped, years beyond the range saturate.
    pub(crate) fn nanoseconds(&self) -> i64 {
        let mut nanos: i64 = 0;
        for i in 0..9 {
            nanos = nanos * 10 + self.fraction.get(i).map_or(0, |d| i64::from(d - b'0'));
        }
        self.seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
    }
}

impl PartialEq for Timestamp<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp_instant(other) == Ordering::Equal
    }
}

impl PartialOrd for Timestamp<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp_instant(other))
    }
}

/// Decimals without trailing zeros: then comparing them digit by digit compares their values.
pub(crate) fn trimmed(fraction: &[u8]) -> &[u8] {
    let end = fraction.iter().rposition(|d| *d != b'0').map_or(0, |i| i + 1);
    &fraction[..end]
}

const fn pair(tens: u8, ones: u8) -> Option<i64> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        Some((tens - b'0') as i64 * 10 + (ones - b'0') as i64)
    } else {
        None
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to this date, in the proleptic Gregorian calendar.
const fn days_before(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is the last of its year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * m + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_calendar() {
        for text in ["1970-01-01T00:00:00Z", "2016-02-29T23:59:59.5Z", "1600-03-01T12:00:00Z", "2400-12-31T00:00:01Z"] {
            let ours = parse(text).expect("valid").seconds;
            let theirs: jiff::Timestamp = text.parse().expect("valid");
            let (day, second) = (theirs.as_second().div_euclid(86_400), theirs.as_second().rem_euclid(86_400));
            assert_eq!(ours, day * SECONDS_A_DAY + second, "{text}");
        }
    }

    #[test]
    fn forms() {
        for text in [
            "2016-01-20T12:31:12Z",
            "2016-01-20T12:31:12.1Z",
            "2016-12-31T23:59:60Z",
            "0000-01-01T00:00:00.0000000000001Z",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "2016-01-20T12:31:12.Z",
            "2016-01-20 12:31:12Z",
            "2016-01-20T12:31:12+00:00",
            "2016-01-20t12:31:12z",
            "2016-13-20T12:31:12Z",
            "2016-01-20T24:00:00Z",
            "2016-01-20T12:31Z",
            "２016-01-20T12:31:1Z",
        ] {
            assert_eq!(parse(text).err(), Some(Fault::Format), "{text}");
        }
        for text in ["2015-02-29T00:00:00Z", "2016-04-31T00:00:00Z", "2016-04-30T12:00:60Z"] {
            assert_eq!(parse(text).err(), Some(Fault::Value), "{text}");
        }
    }

    #[test]
    fn instants_compare_whatever_the_decimals() {
        let t = |s| parse(s).expect("valid");
        assert!(t("2016-01-20T12:31:12.1Z") == t("2016-01-20T12:31:12.100Z"));
        assert!(t("2016-01-20T12:31:12.09Z") < t("2016-01-20T12:31:12.1Z"));
        assert!(t("2016-01-20T12:31:12Z") < t("2016-01-20T12:31:12.000000000001Z"));
    }

    #[test]
    fn a_leap_second_comes_before_midnight() {
        let t = |s| parse(s).expect("valid");
        assert!(t("2016-12-31T23:59:59.9Z") < t("2016-12-31T23:59:60Z"));
        assert!(t("2016-12-31T23:59:60.5Z") < t("2017-01-01T00:00:00Z"));
        assert_ne!(t("2016-12-31T23:59:60Z").nanoseconds(), t("2017-01-01T00:00:00Z").nanoseconds());
    }
}
