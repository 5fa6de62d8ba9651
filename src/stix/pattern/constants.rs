//! Constants against the property that they are compared with, and against each other (9.2 and 9.6.1).

use super::ast::{Constant, Located, Number};
use super::error::{Finding, code};
use super::facts::Kind;
use super::resolve::{Place, Target};

/// The type of a constant as section 9.2 names it.
fn type_name(constant: &Constant) -> &'static str {
    match constant {
        Constant::Boolean(_) => "boolean",
        Constant::Number(Number::Integer(_)) => "integer",
        Constant::Number(Number::Float(_)) => "float",
        Constant::String(_) => "string",
        Constant::Hex(_) => "hex",
        Constant::Binary(_) => "binary",
        Constant::Timestamp(_) => "timestamp",
    }
}

/// The members of a set have one type (9.6.1). Numbers of both kinds, and octets of both kinds, compare with the
/// same properties (9.2), so they only earn a word of advice together.
pub(super) fn set(members: &[Located<Constant>], offset: usize, findings: &mut Vec<Finding>) {
    const RULE: &str = "S21-9.6-17";
    let family = |constant: &Constant| match constant {
        Constant::Hex(_) | Constant::Binary(_) => "octets",
        Constant::Number(_) => "number",
        other => type_name(other),
    };
    let Some(first) = members.first() else {
        let message = "the set has no members, so nothing is in it";
        findings.push(Finding::should(code::SET_EMPTY, Some("S21-9.6-16"), offset, message));
        return;
    };
    let differs = |member: &&Located<Constant>| family(&member.value) != family(&first.value);
    if let Some(other) = members.iter().find(differs) {
        let message = format!(
            "the set mixes types: its first member is of type {}, this one of type {}",
            type_name(&first.value),
            type_name(&other.value)
        );
        findings.push(Finding::must(code::SET_TYPES, RULE, other.at.0, message));
    } else if let Some(other) = members.iter().find(|member| type_name(&member.value) != type_name(&first.value)) {
        let message = format!("the set mixes {} and {}", type_name(&first.value), type_name(&other.value));
        findings.push(Finding::should(code::SET_TYPES, Some(RULE), other.at.0, message));
    }
}

/// Whether a constant of this kind can equal a value of that type (the table of 9.2). `None`: not known.
fn comparable(place: &Place, constant: &Constant) -> Option<bool> {
    let Place::Value { kind, .. } = place else {
        return if matches!(place, Place::Unknown) { None } else { Some(false) };
    };
    let kind = if let Kind::List(item) = kind { item } else { *kind };
    Some(match kind {
        Kind::Boolean => matches!(constant, Constant::Boolean(_)),
        Kind::Number => matches!(constant, Constant::Number(_)),
        Kind::Timestamp => matches!(constant, Constant::Timestamp(_)),
        Kind::Identifier => matches!(constant, Constant::String(_)),
        Kind::String | Kind::Bytes => {
            matches!(constant, Constant::String(_) | Constant::Hex(_) | Constant::Binary(_))
        }
        Kind::Hashes | Kind::Extensions | Kind::Dictionary(_) | Kind::List(_) | Kind::Object(_) => false,
    })
}

/// Section 9.6.1 asks for a constant of the property's type, and then says what the result is where it is not: so
/// this is advice.
pub(super) fn constant_type(target: &Target, constant: &Located<Constant>, findings: &mut Vec<Finding>) {
    list_end(target, constant.at.0, findings);
    if target.places.iter().all(|place| comparable(place, &constant.value) == Some(false)) {
        let message = format!(
            "the constant is of type {}, the property {}: they never compare",
            type_name(&constant.value),
            target.places.first().map_or("is unknown", place_name)
        );
        findings.push(Finding::should(code::CONSTANT_TYPE, Some("S21-9.6-08"), constant.at.0, message));
    }
}

pub(super) fn string_type(target: &Target, text: &Located<String>, findings: &mut Vec<Finding>) {
    constant_type(target, &Located::new(Constant::String(String::new()), text.at.0), findings);
}

/// A list as a whole is not compared with a constant.
fn list_end(target: &Target, offset: usize, findings: &mut Vec<Finding>) {
    let list = |place: &Place| matches!(place, Place::Value { kind: Kind::List(_), .. });
    if target.places.iter().all(list) {
        let message = "the property is a list and has no index; `[*]` stands for any element";
        findings.push(Finding::should(code::INDEX_MISSING, Some("S21-9.7-06"), offset, message));
    }
}

/// What a place is, for messages.
fn place_name(place: &Place) -> &'static str {
    let Place::Value { kind, .. } = place else {
        return "is an object";
    };
    let kind = if let Kind::List(item) = kind { item } else { *kind };
    match kind {
        Kind::Boolean => "is a boolean",
        Kind::Number => "is a number",
        Kind::String => "is a string",
        Kind::Bytes => "is binary or hex",
        Kind::Timestamp => "is a timestamp",
        Kind::Identifier => "is an identifier",
        Kind::Hashes => "holds hashes by algorithm",
        Kind::Extensions => "holds extensions by name",
        Kind::Dictionary(_) => "is a dictionary",
        Kind::List(_) => "is a list",
        Kind::Object(_) => "is an object",
    }
}

/// A hash of the wrong length or with other characters than its algorithm gives matches nothing. Section 9 does not
/// forbid it (its own examples shorten hashes).
pub(super) fn hash_value(target: &Target, constant: &Located<Constant>, findings: &mut Vec<Finding>) {
    let (Some(algorithm), Constant::String(value)) = (&target.hash, &constant.value) else {
        return;
    };
    let digits = match algorithm.as_str() {
        "MD5" => 32,
        "SHA-1" => 40,
        "SHA-256" | "SHA3-256" => 64,
        "SHA-512" | "SHA3-512" => 128,
        _ => return,
    };
    if value.len() != digits || !value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("no {algorithm} hash has this value: it takes {digits} hexadecimal digits");
        findings.push(Finding::should(code::HASH_VALUE, Some("S21-2.7-04"), constant.at.0, message));
    }
}
