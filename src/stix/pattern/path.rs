//! Object paths (section 9.7): how they are written.

use super::ast::{At, Located, ObjectPath, Step};
use super::error::{Error, Finding, code};
use super::lexer::{KEYWORDS, Lexer};
use super::literal;

/// Reads the object path at the cursor. Whatever is odd but valid goes to `remarks`.
///
/// Whitespace between the parts of a path is accepted, with a remark: section 9.4 lets whitespace delimit parts and
/// does not say that a path has none, but section 9.7 shows none either.
pub(super) fn object_path(lexer: &mut Lexer<'_>, remarks: &mut Vec<Finding>) -> Result<ObjectPath, Error> {
    let start = lexer.pos();
    let object_type = lexer.peek_word();
    if object_type.is_empty() || KEYWORDS.contains(&object_type) {
        // At the end of the text it is the bracket that lacks its other half.
        let rule = if lexer.peek().is_none() { "S21-9.5-01" } else { "S21-9.6-06" };
        return Err(lexer.unexpected("an object path, such as `file:name`").citing(rule));
    }
    lexer.advance(object_type.len());
    let mut spaced = skip_space(lexer);
    if !lexer.eat(":") {
        return Err(lexer.unexpected("`:` after the object type"));
    }
    spaced = spaced.or(skip_space(lexer));
    let mut steps = vec![key(lexer, remarks, true)?];
    loop {
        let before = skip_space(lexer);
        if lexer.eat(".") {
            spaced = spaced.or(before).or(skip_space(lexer));
            steps.push(key(lexer, remarks, false)?);
        } else if lexer.rest().starts_with('[') {
            spaced = spaced.or(before);
            let (step, inside) = index(lexer)?;
            spaced = spaced.or(inside);
            steps.push(step);
        } else {
            break;
        }
    }
    if let Some(at) = spaced {
        let message = "whitespace inside an object path, which not every reader accepts";
        remarks.push(Finding::should(code::PATH_WHITESPACE, None, at, message));
    }
    Ok(ObjectPath { at: At(start), object_type: object_type.to_owned(), steps })
}

/// Skips whitespace; gives the place of any.
fn skip_space(lexer: &mut Lexer<'_>) -> Option<usize> {
    let at = lexer.pos();
    lexer.skip_space().then_some(at)
}

/// Reads a property name or dictionary key, with or without apostrophes.
fn key(lexer: &mut Lexer<'_>, remarks: &mut Vec<Finding>, first: bool) -> Result<Located<Step>, Error> {
    let start = lexer.pos();
    if lexer.rest().starts_with('\'') {
        let name = literal::string(lexer, "a property name")?;
        if name.value.is_empty() {
            return Err(Error::new(start, "the property name is empty"));
        }
        return Ok(Located::new(Step::Key(name.value), start));
    }
    let name = lexer.take_name();
    let starts_with_digit = name.starts_with(|c: char| c.is_ascii_digit());
    if name.is_empty() || (first && starts_with_digit) {
        return Err(lexer.unexpected_at(start, "a property name"));
    }
    if let Some(hyphen) = name.find('-') {
        let message = format!("found `-`, expected apostrophes around a property name that has one: '{}'", cut(name));
        return Err(Error::new(start + hyphen, message).citing("S21-9.7-03"));
    }
    if starts_with_digit {
        let message = format!("the key `{}` begins with a digit; apostrophes make it safe for every reader", cut(name));
        remarks.push(Finding::should(code::UNQUOTED_KEY, None, start, message));
    }
    Ok(Located::new(Step::Key(name.to_owned()), start))
}

/// Reads `[n]` or `[*]`; also gives the place of whitespace inside.
fn index(lexer: &mut Lexer<'_>) -> Result<(Located<Step>, Option<usize>), Error> {
    const EXPECTED: &str = "a list index: an integer from 0, or `*`";
    const RULE: &str = "S21-9.7-07";
    let start = lexer.pos();
    lexer.advance(1);
    let before = skip_space(lexer);
    let at = lexer.pos();
    let step = if lexer.eat("*") {
        Step::Any
    } else {
        let digits = lexer.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return Err(lexer.unexpected(EXPECTED).citing(RULE));
        }
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(Error::new(at, "the list index begins with a needless zero").citing(RULE));
        }
        match digits.parse() {
            Ok(index) if index <= literal::MAX_INTEGER.unsigned_abs() => Step::Index(index),
            _ => {
                return Err(Error::new(at, "the list index is beyond the range of integers").citing("S21-2.10-01"));
            }
        }
    };
    let after = skip_space(lexer);
    if !lexer.eat("]") {
        return Err(lexer.unexpected("`]` after the list index").citing(RULE));
    }
    Ok((Located::new(step, start), before.or(after)))
}

/// The beginning of a long name, for messages.
fn cut(name: &str) -> &str {
    name.get(..40).unwrap_or(name)
}
