//! Rules that a pattern has to follow beyond its grammar.

use std::collections::BTreeSet;

use super::ast::{
    Comparison, Comparisons, Located, Observations, Operator, Pattern, Qualifier, Step, Test, each_comparison,
};
use super::constants::{constant_type, hash_value, set, string_type};
use super::error::{Finding, code};
use super::subset::subset;
use super::{regex, resolve};

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
        Observations::And(operands) | Observations::Or(operands) | Observations::FollowedBy(operands) => {
            operands.iter().for_each(|operand| observations(operand, findings));
        }
        Observations::Qualified { expression, qualifiers } => {
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
                    findings.push(Finding::should(code::EMPTY_WINDOW, Some("S21-9.5-18"), qualifier.at.0, message));
                }
                "START ... STOP"
            }
        };
        if !seen.insert(name) {
            let message = format!("a second {name} on the same observation expression");
            findings.push(Finding::must(code::DUPLICATE_QUALIFIER, "S21-9.5-09", qualifier.at.0, message));
        }
    }
}

/// Which object types can meet `expression`, and rule 9.5: all operands of AND can be met by one object. `None`
/// where that failed already.
fn object_types<'p>(expression: &'p Comparisons, findings: &mut Vec<Finding>) -> Option<BTreeSet<&'p str>> {
    match expression {
        Comparisons::One(comparison) => Some(BTreeSet::from([comparison.path.object_type.as_str()])),
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
            let sets: Vec<_> = operands.iter().map(|operand| (operand, object_types(operand, findings))).collect();
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
                if let Some(lost) = types.as_ref().and_then(|types| types.iter().find(|name| !common.contains(*name))) {
                    let message = format!("the alternative on `{lost}` cannot be met: AND needs one object for all");
                    findings.push(Finding::should(code::AND_UNREACHABLE, Some("S21-9.5-08"), offset(operand), message));
                }
            }
            Some(common)
        }
    }
}

fn no_common_type(operand: &Comparisons, before: &BTreeSet<&str>, types: &BTreeSet<&str>) -> Finding {
    let message = format!(
        "AND joins comparisons on {} and on {}, which no single object can meet; only OR joins object types",
        some_of(before),
        some_of(types)
    );
    Finding::must(code::AND_TYPES, "S21-9.5-07", offset(operand), message)
}

/// A few names for a message.
fn some_of(names: &BTreeSet<&str>) -> String {
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > shown.len() { " and others" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// Where an expression begins.
fn offset(expression: &Comparisons) -> usize {
    match expression {
        Comparisons::One(comparison) => comparison.at.0,
        Comparisons::And(operands) | Comparisons::Or(operands) => operands.first().map_or(0, offset),
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
                let message = format!("the regular expression is wrong at its character {}: {fault}", at + 1);
                findings.push(Finding::must(code::REGULAR_EXPRESSION, "S21-9.6-22", text.at.0, message));
            }
        }
        Test::IsSubset(text) => subset(&target, path, text, true, findings),
        Test::IsSuperset(text) => subset(&target, path, text, false, findings),
        Test::Exists => {
            if path.steps.iter().any(|step| step.value == Step::Any) {
                let message = "EXISTS takes a path to a single property; `[*]` may lead to several";
                findings.push(Finding::should(code::EXISTS_PATH, Some("S21-9.6-30"), path.at.0, message));
            }
        }
    }
}
