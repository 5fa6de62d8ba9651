//! Constants (section 9.2): how they are written and what they stand for.

use base64::Engine;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use super::ast::{Constant, Located, Number, Timestamp};
use super::error::{Error, Finding, code};
use super::lexer::Lexer;

/// The greatest absolute value of an integer constant, 2^53 - 1 (section 2.10).
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// What may stand where a constant has to, for messages.
const ANY: &str = "a constant";

/// Accepts unused bits that are not zero: RFC 4648 lets decoders do so, and a remark tells the author.
const LENIENT_BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Reads the constant at the cursor. Whatever is odd but valid goes to `remarks`.
pub(super) fn constant(lexer: &mut Lexer<'_>, remarks: &mut Vec<Finding>) -> Result<Located<Constant>, Error> {
    let start = lexer.pos();
    let value = match (lexer.peek(), lexer.rest().get(1..2)) {
        (Some('\''), _) => Constant::String(string(lexer, "a string")?.value),
        (Some('h'), Some("'")) => Constant::Hex(hex(lexer)?),
        (Some('b'), Some("'")) => Constant::Binary(binary(lexer, remarks)?),
        (Some('t'), Some("'")) => Constant::Timestamp(timestamp(lexer)?.value),
        (Some('-' | '+' | '.' | '0'..='9'), _) => Constant::Number(number(lexer, ANY)?),
        _ => match lexer.peek_word() {
            word @ ("true" | "false") => {
                lexer.advance(word.len());
                Constant::Boolean(word == "true")
            }
            word if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") => {
                let mut error = lexer.unexpected(ANY);
                error.message.push_str("; booleans are in lower case");
                return Err(error);
            }
            word if word.len() > 1 && word.starts_with('h') && word[1..].bytes().all(|c| c.is_ascii_hexdigit()) => {
                let mut error = lexer.unexpected(ANY);
                error.message.push_str("; hex constants stand within apostrophes after the `h`");
                return Err(error.citing("S21-9.2-04"));
            }
            _ => return Err(lexer.unexpected(ANY)),
        },
    };
    Ok(Located::new(value, start))
}

/// Reads text within apostrophes. Only an apostrophe or a backslash may follow a backslash.
pub(super) fn string(lexer: &mut Lexer<'_>, expected: &str) -> Result<Located<String>, Error> {
    let start = lexer.pos();
    if !lexer.eat("'") {
        return Err(lexer.unexpected(expected));
    }
    let mut value = String::new();
    loop {
        value.push_str(lexer.take_while(|c| c != '\'' && c != '\\'));
        if lexer.eat("'") {
            return Ok(Located::new(value, start));
        }
        let at = lexer.pos();
        if !lexer.eat("\\") {
            return Err(Error::new(start, "the string has no closing apostrophe"));
        }
        match lexer.peek() {
            Some(c @ ('\'' | '\\')) => {
                value.push(c);
                lexer.advance(1);
            }
            Some(c) => {
                let message =
                    format!("`\\{}` is no escape: only an apostrophe or a backslash may follow a backslash", shown(c));
                return Err(Error::new(at, message));
            }
            None => return Err(Error::new(start, "the string has no closing apostrophe")),
        }
    }
}

/// Reads a number: `-`, digits, and digits after a full stop. No plus sign, no exponent, no needless zero in front.
pub(super) fn number(lexer: &mut Lexer<'_>, expected: &str) -> Result<Number, Error> {
    let start = lexer.pos();
    if lexer.rest().starts_with('+') {
        let rest = lexer.rest()[1..].trim_start_matches(|c: char| c.is_ascii_digit());
        let rule = if rest.starts_with('.') { "S21-9.2-07" } else { "S21-9.2-05" };
        return Err(Error::new(start, format!("found `+`, expected {expected}; positive numbers have no plus sign"))
            .citing(rule));
    }
    let negative = lexer.eat("-");
    let whole = lexer.take_while(|c| c.is_ascii_digit());
    let is_float = lexer.eat(".");
    let fraction = if is_float { lexer.take_while(|c| c.is_ascii_digit()) } else { "" };
    if (whole.is_empty() && fraction.is_empty()) || (is_float && fraction.is_empty()) || lexer.at_word() {
        return Err(malformed_number(lexer, start, expected, negative || is_float || !whole.is_empty()));
    }
    let text = lexer.since(start);
    if is_float {
        let value: f64 = text.parse().unwrap_or(f64::INFINITY);
        return if value.is_finite() {
            Ok(Number::Float(value))
        } else {
            Err(Error::new(start, "the number is beyond the range of a double"))
        };
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(Error::new(start, format!("the integer `{}` begins with a needless zero", cut(text))));
    }
    match text.parse::<i64>() {
        Ok(value) if value.abs() <= MAX_INTEGER => Ok(Number::Integer(value)),
        _ => {
            let message = format!("the integer `{}` is outside the range of ±(2^53 - 1)", cut(text));
            Err(Error::new(start, message).citing("S21-2.10-01"))
        }
    }
}

/// Why the text from `start` on is no number.
fn malformed_number(lexer: &mut Lexer<'_>, start: usize, expected: &str, begun: bool) -> Error {
    let run_on = lexer.pos();
    lexer.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let text = lexer.since(start);
    if !begun || text.is_empty() {
        return lexer.unexpected_at(start, expected);
    }
    let message = if run_on > start && lexer.pos() > run_on {
        format!("`{}` is no number; one is digits, perhaps with `-` in front and a full stop within", cut(text))
    } else {
        format!("`{}` is no number: digits are missing", cut(text))
    };
    Error::new(start, message)
}

/// Reads `h'...'`: an even count of digits and letters a to f, in lower case.
fn hex(lexer: &mut Lexer<'_>) -> Result<Vec<u8>, Error> {
    let start = lexer.pos();
    lexer.advance(2);
    let digits = lexer.take_while(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let found = lexer.peek();
    if !lexer.eat("'") {
        let mut error = lexer.unexpected("a digit, a letter from a to f, or an apostrophe").citing("S21-9.2-03");
        if found.is_some_and(|c| matches!(c, 'A'..='F')) {
            error.message.push_str("; hex letters are in lower case");
        }
        return Err(error);
    }
    if digits.len() % 2 == 1 {
        let message = format!("the hex constant has {} digits, expected an even count", digits.len());
        return Err(Error::new(start, message).citing("S21-9.2-03"));
    }
    let nibble = |digit: u8| {
        if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 }
    };
    Ok(digits.as_bytes().chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect())
}

/// Reads `b'...'`: base64 of RFC 4648 section 4 with padding; line feeds are skipped.
fn binary(lexer: &mut Lexer<'_>, remarks: &mut Vec<Finding>) -> Result<Vec<u8>, Error> {
    const RULE: &str = "S21-9.2-01";
    let start = lexer.pos();
    lexer.advance(2);
    let text = lexer.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '\n'));
    if !lexer.eat("'") {
        return Err(lexer.unexpected("a base64 character or an apostrophe").citing(RULE));
    }
    let compact: String = text.split('\n').collect();
    let bytes = LENIENT_BASE64.decode(&compact).map_err(|error| {
        let message = match error {
            base64::DecodeError::InvalidByte(..) => "the base64 padding does not stand at the end",
            _ => "the base64 text is not a multiple of four characters, padded with `=`",
        };
        Error::new(start, message).citing(RULE)
    })?;
    if LENIENT_BASE64.encode(&bytes) != compact {
        let message = "the last base64 character carries bits that no octet takes; encoders leave them zero";
        remarks.push(Finding::should(code::BASE64_BITS, Some(RULE), start, message));
    }
    Ok(bytes)
}

/// Reads `t'...'`.
pub(super) fn timestamp(lexer: &mut Lexer<'_>) -> Result<Located<Timestamp>, Error> {
    let start = lexer.pos();
    if !lexer.rest().starts_with("t'") {
        let mut error = lexer.unexpected("a timestamp constant");
        if lexer.rest().starts_with('\'') {
            error.message.push_str("; timestamps have the prefix `t`");
        }
        return Err(error.citing("S21-9.2-09"));
    }
    lexer.advance(2);
    let text = lexer.take_while(|c| c != '\'');
    if !lexer.eat("'") {
        return Err(Error::new(start, "the timestamp has no closing apostrophe").citing("S21-9.2-09"));
    }
    match Timestamp::parse(text) {
        Ok(value) => Ok(Located::new(value, start)),
        Err((at, message)) => Err(Error::new(start + 2 + at, message).citing("S21-2.16-01")),
    }
}

/// Whether `text` is a STIX timestamp (section 2.16.1); otherwise the byte where it goes wrong, and why.
pub(super) fn check_timestamp(text: &str) -> Result<(), (usize, String)> {
    const FORM: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let bytes = text.as_bytes();
    for (at, &form) in FORM.iter().enumerate() {
        let fits = match (form, bytes.get(at)) {
            (b'd', Some(byte)) => byte.is_ascii_digit(),
            (_, Some(byte)) => *byte == form,
            (_, None) => false,
        };
        if !fits {
            let expected = if form == b'd' { "a digit".to_owned() } else { format!("`{}`", char::from(form)) };
            let message = format!("the timestamp is not of the form YYYY-MM-DDTHH:mm:ss[.s+]Z: expected {expected}");
            return Err((at, message));
        }
    }
    let mut at = FORM.len();
    if bytes.get(at) == Some(&b'.') {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return Err((at, "the timestamp has a full stop without digits after it".to_owned()));
        }
        at += 1 + digits;
    }
    if &bytes[at..] != b"Z" {
        return Err((at, "the timestamp does not end in `Z`, which marks UTC".to_owned()));
    }
    let field = |from: usize, to: usize| bytes[from..to].iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0'));
    let (year, month, day) = (field(0, 4), field(5, 7), field(8, 10));
    let (hour, minute, second) = (field(11, 13), field(14, 16), field(17, 19));
    let last_day = days_in_month(year, month);
    // RFC 3339 knows a second 60 for leap seconds, which end a month of UTC.
    let leap_second = second == 60 && (hour, minute, day) == (23, 59, last_day);
    let wrong = |at, what: &str| Err((at, format!("the timestamp names {what} that does not exist")));
    match () {
        () if last_day == 0 => wrong(5, "a month"),
        () if day == 0 || day > last_day => wrong(8, "a day"),
        () if hour > 23 => wrong(11, "an hour"),
        () if minute > 59 => wrong(14, "a minute"),
        () if second > 59 && !leap_second => wrong(17, "a second"),
        () => Ok(()),
    }
}

/// How many days a month has; none where there is no such month.
fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// A character for a message, control characters made visible.
fn shown(c: char) -> String {
    if c.is_control() || c.is_whitespace() { format!("U+{:04X}", u32::from(c)) } else { c.to_string() }
}

/// The beginning of a long ASCII text, for messages.
fn cut(text: &str) -> String {
    text.get(..24).map_or_else(|| text.to_owned(), |head| format!("{head}..."))
}
