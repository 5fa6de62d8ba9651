//! Rules that a pattern has to follow beyond its grammar.

use std::collections::BTreeSet;

use super::address::{self, Family};
use super::ast::{
    Comparison, Comparisons, Constant, Located, Number, ObjectPath, Observations, Operator,
    Pattern, Qualifier, Step, Test, each_comparison,
};
use super::error::{Finding, code};
use super::facts::Kind;
use super::regex;
use super::resolve::{self, Place, Target};

/// Judges a pattern. The pattern is valid where no finding is a [`super::Level::Must`].
///
/// Findings come in the order of the text. Offsets are those of the text that was parsed; in a pattern built by
/// program they are what the program put there.
pub fn check(pattern: &Pattern) -> Vec<Finding> {
    let mut findings = pattern.remarks.clone();
    observations(&pattern.expression, &mut findings);
    findings.sort_by_key(|finding| (finding.offset, finding.level));
    findings
}

fn observations(expression: &Observations, findings: &mut Vec<Finding>) {
    match expression {
        Observations::Single(comparisons) => {
            object_types(comparisons, findings);
            each_comparison(comparisons, &mut |one| comparison(one, findings));
        }
        Observations::And(operands)
        | Observations::Or(operands)
        | Observations::FollowedBy(operands) => {
            operands
                .iter()
                .for_each(|operand| observations(operand, findings));
        }
        Observations::Qualified {
            expression,
            qualifiers,
        } => {
            observations(expression, findings);
            check_qualifiers(qualifiers, findings);
        }
    }
}

/// At most one qualifier of each kind (9.5.1), and windows in which something can happen.
fn check_qualifiers(qualifiers: &[Located<Qualifier>], findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for qualifier in qualifiers {
        let name = match &qualifier.value {
            Qualifier::Repeats(_) => "REPEATS",
            Qualifier::Within(_) => "WITHIN",
            Qualifier::StartStop { start, stop } => {
                if start.instant() >= stop.instant() {
                    let message = "START is not before STOP, so no observation can match";
                    findings.push(Finding::should(
                        code::EMPTY_WINDOW,
                        Some("S21-9.5-18"),
                        qualifier.at.0,
                        message,
                    ));
                }
                "START ... STOP"
            }
        };
        if !seen.insert(name) {
            let message = format!("a second {name} on the same observation expression");
            findings.push(Finding::must(
                code::DUPLICATE_QUALIFIER,
                "S21-9.5-09",
                qualifier.at.0,
                message,
            ));
        }
    }
}

/// Which object types can meet `expression`, and rule 9.5: all operands of AND can be met by one object. `None`
/// where that failed already.
fn object_types<'p>(
    expression: &'p Comparisons,
    findings: &mut Vec<Finding>,
) -> Option<BTreeSet<&'p str>> {
    match expression {
        Comparisons::One(comparison) => {
            Some(BTreeSet::from([comparison.path.object_type.as_str()]))
        }
        Comparisons::Or(operands) => {
            let mut any = BTreeSet::new();
            let mut known = true;
            for operand in operands {
                match object_types(operand, findings) {
                    Some(mut types) => {
                        if types.len() > any.len() {
                            std::mem::swap(&mut types, &mut any);
                        }
                        any.extend(types);
                    }
                    None => known = false,
                }
            }
            known.then_some(any)
        }
        Comparisons::And(operands) => {
            let sets: Vec<_> = operands
                .iter()
                .map(|operand| (operand, object_types(operand, findings)))
                .collect();
            let mut common: Option<BTreeSet<&str>> = None;
            for (operand, types) in &sets {
                let types = types.as_ref()?;
                let Some(before) = common.take() else {
                    common = Some(types.clone());
                    continue;
                };
                let both: BTreeSet<&str> = before.intersection(types).copied().collect();
                if both.is_empty() {
                    findings.push(no_common_type(operand, &before, types));
                    return None;
                }
                common = Some(both);
            }
            let common = common?;
            for (operand, types) in &sets {
                if let Some(lost) = types
                    .as_ref()
                    .and_then(|types| types.iter().find(|name| !common.contains(*name)))
                {
                    let message = format!(
                        "the alternative on `{lost}` cannot be met: AND needs one object for all"
                    );
                    findings.push(Finding::should(
                        code::AND_UNREACHABLE,
                        Some("S21-9.5-08"),
                        offset(operand),
                        message,
                    ));
                }
            }
            Some(common)
        }
    }
}

fn no_common_type(
    operand: &Comparisons,
    before: &BTreeSet<&str>,
    types: &BTreeSet<&str>,
) -> Finding {
    let message = format!(
        "AND joins comparisons on {} and on {}, which no single object can meet; only OR joins object types",
        some_of(before),
        some_of(types)
    );
    Finding::must(code::AND_TYPES, "S21-9.5-07", offset(operand), message)
}

/// A few names for a message.
fn some_of(names: &BTreeSet<&str>) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(3)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > shown.len() {
        " and others"
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}

/// Where an expression begins.
fn offset(expression: &Comparisons) -> usize {
    match expression {
        Comparisons::One(comparison) => comparison.at.0,
        Comparisons::And(operands) | Comparisons::Or(operands) => {
            operands.first().map_or(0, offset)
        }
    }
}

fn comparison(comparison: &Comparison, findings: &mut Vec<Finding>) {
    let target = resolve::follow(&comparison.path, findings);
    let path = &comparison.path;
    match &comparison.test {
        Test::Compare(operator, constant) => {
            constant_type(&target, constant, findings);
            if matches!(operator, Operator::Equal | Operator::NotEqual) {
                hash_value(&target, constant, findings);
            }
        }
        Test::In(members) => {
            set(members, comparison.at.0, findings);
            for member in members {
                constant_type(&target, member, findings);
                hash_value(&target, member, findings);
            }
        }
        Test::Like(text) => string_type(&target, text, findings),
        Test::Matches(text) => {
            string_type(&target, text, findings);
            if let Some((at, fault)) = regex::fault(&text.value) {
                let message = format!(
                    "the regular expression is wrong at its character {}: {fault}",
                    at + 1
                );
                findings.push(Finding::must(
                    code::REGULAR_EXPRESSION,
                    "S21-9.6-22",
                    text.at.0,
                    message,
                ));
            }
        }
        Test::IsSubset(text) => subset(&target, path, text, true, findings),
        Test::IsSuperset(text) => subset(&target, path, text, false, findings),
        Test::Exists => {
            if path.steps.iter().any(|step| step.value == Step::Any) {
                let message = "EXISTS takes a path to a single property; `[*]` may lead to several";
                findings.push(Finding::should(
                    code::EXISTS_PATH,
                    Some("S21-9.6-30"),
                    path.at.0,
                    message,
                ));
            }
        }
    }
}

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
fn set(members: &[Located<Constant>], offset: usize, findings: &mut Vec<Finding>) {
    const RULE: &str = "S21-9.6-17";
    let family = |constant: &Constant| match constant {
        Constant::Hex(_) | Constant::Binary(_) => "octets",
        Constant::Number(_) => "number",
        other => type_name(other),
    };
    let Some(first) = members.first() else {
        let message = "the set has no members, so nothing is in it";
        findings.push(Finding::should(
            code::SET_EMPTY,
            Some("S21-9.6-16"),
            offset,
            message,
        ));
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
    } else if let Some(other) = members
        .iter()
        .find(|member| type_name(&member.value) != type_name(&first.value))
    {
        let message = format!(
            "the set mixes {} and {}",
            type_name(&first.value),
            type_name(&other.value)
        );
        findings.push(Finding::should(
            code::SET_TYPES,
            Some(RULE),
            other.at.0,
            message,
        ));
    }
}

/// Whether a constant of this kind can equal a value of that type (the table of 9.2). `None`: not known.
fn comparable(place: &Place, constant: &Constant) -> Option<bool> {
    let Place::Value { kind, .. } = place else {
        return if matches!(place, Place::Unknown) {
            None
        } else {
            Some(false)
        };
    };
    let kind = if let Kind::List(item) = kind {
        item
    } else {
        *kind
    };
    Some(match kind {
        Kind::Boolean => matches!(constant, Constant::Boolean(_)),
        Kind::Number => matches!(constant, Constant::Number(_)),
        Kind::Timestamp => matches!(constant, Constant::Timestamp(_)),
        Kind::Identifier => matches!(constant, Constant::String(_)),
        Kind::String | Kind::Bytes => {
            matches!(
                constant,
                Constant::String(_) | Constant::Hex(_) | Constant::Binary(_)
            )
        }
        Kind::Hashes | Kind::Extensions | Kind::Dictionary(_) | Kind::List(_) | Kind::Object(_) => {
            false
        }
    })
}

/// Section 9.6.1 asks for a constant of the property's type, and then says what the result is where it is not: so
/// this is advice.
fn constant_type(target: &Target, constant: &Located<Constant>, findings: &mut Vec<Finding>) {
    list_end(target, constant.at.0, findings);
    if target
        .places
        .iter()
        .all(|place| comparable(place, &constant.value) == Some(false))
    {
        let message = format!(
            "the constant is of type {}, the property {}: they never compare",
            type_name(&constant.value),
            target.places.first().map_or("is unknown", place_name)
        );
        findings.push(Finding::should(
            code::CONSTANT_TYPE,
            Some("S21-9.6-08"),
            constant.at.0,
            message,
        ));
    }
}

fn string_type(target: &Target, text: &Located<String>, findings: &mut Vec<Finding>) {
    constant_type(
        target,
        &Located::new(Constant::String(String::new()), text.at.0),
        findings,
    );
}

/// A list as a whole is not compared with a constant.
fn list_end(target: &Target, offset: usize, findings: &mut Vec<Finding>) {
    let list = |place: &Place| {
        matches!(
            place,
            Place::Value {
                kind: Kind::List(_),
                ..
            }
        )
    };
    if target.places.iter().all(list) {
        let message = "the property is a list and has no index; `[*]` stands for any element";
        findings.push(Finding::should(
            code::INDEX_MISSING,
            Some("S21-9.7-06"),
            offset,
            message,
        ));
    }
}

/// What a place is, for messages.
fn place_name(place: &Place) -> &'static str {
    let Place::Value { kind, .. } = place else {
        return "is an object";
    };
    let kind = if let Kind::List(item) = kind {
        item
    } else {
        *kind
    };
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
fn hash_value(target: &Target, constant: &Located<Constant>, findings: &mut Vec<Finding>) {
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
        let message =
            format!("no {algorithm} hash has this value: it takes {digits} hexadecimal digits");
        findings.push(Finding::should(
            code::HASH_VALUE,
            Some("S21-2.7-04"),
            constant.at.0,
            message,
        ));
    }
}

/// ISSUBSET and ISSUPERSET: the path leads to an IP address object, the constant is an address of its family.
fn subset(
    target: &Target,
    path: &ObjectPath,
    text: &Located<String>,
    is_subset: bool,
    findings: &mut Vec<Finding>,
) {
    let (operator, path_rule, address_rule) = if is_subset {
        ("ISSUBSET", "S21-9.6-26", "S21-9.6-27")
    } else {
        ("ISSUPERSET", "S21-9.6-28", "S21-9.6-29")
    };
    let families = families(target, path, is_subset);
    if families.is_empty() {
        let message = format!(
            "{operator} takes a path to an address, the `value` of an `ipv4-addr` or `ipv6-addr` object"
        );
        findings.push(Finding::must(
            code::SUBSET_PATH,
            path_rule,
            path.at.0,
            message,
        ));
    }
    let fits = match address::family(&text.value) {
        Some(family) => families.is_empty() || families.contains(&family),
        None => false,
    };
    if !fits {
        let kind = match (
            families.contains(&Family::V4),
            families.contains(&Family::V6),
        ) {
            (true, false) => "IPv4",
            (false, true) => "IPv6",
            _ => "IP",
        };
        let message = format!("the constant is no {kind} address or CIDR block");
        findings.push(Finding::must(
            code::SUBSET_ADDRESS,
            address_rule,
            text.at.0,
            message,
        ));
    }
}

/// Which addresses a path can lead to; none where it certainly leads to something else. ISSUBSET takes the property
/// `value` alone, ISSUPERSET a path to the object, which a reference is, too.
fn families(target: &Target, path: &ObjectPath, is_subset: bool) -> Vec<Family> {
    let value = matches!(path.steps.last(), Some(Located { value: Step::Key(name), .. }) if name == "value");
    let named = |name: &str| match name {
        "ipv4-addr" => vec![Family::V4],
        "ipv6-addr" => vec![Family::V6],
        _ => Vec::new(),
    };
    let mut families = Vec::new();
    for place in &target.places {
        families.extend(match place {
            Place::Value {
                owner: Some(owner), ..
            } if value => named(owner),
            Place::Value {
                kind: Kind::Identifier,
                refs,
                ..
            } if !is_subset => refs.iter().flat_map(|target| named(target)).collect(),
            // Behind a reference that the facts do not know there may be an address.
            Place::Unknown if value && behind_reference(path) => vec![Family::V4, Family::V6],
            _ => Vec::new(),
        });
    }
    families
}

/// Whether the last name of a path follows a reference, going by the suffixes of section 3.1.
fn behind_reference(path: &ObjectPath) -> bool {
    let names = path
        .steps
        .iter()
        .rev()
        .filter_map(|step| match &step.value {
            Step::Key(name) => Some(name),
            Step::Index(_) | Step::Any => None,
        });
    names
        .skip(1)
        .take(1)
        .any(|name| name.ends_with("_ref") || name.ends_with("_refs"))
}
