//! ISSUBSET and ISSUPERSET, which are about IP addresses (9.6.1).

use super::address::{self, Family};
use super::ast::{Located, ObjectPath, Step};
use super::error::{Finding, code};
use super::facts::Kind;
use super::resolve::{Place, Target};

/// ISSUBSET and ISSUPERSET: the path leads to an IP address object, the constant is an address of its family.
pub(super) fn subset(
    target: &Target,
    path: &ObjectPath,
    text: &Located<String>,
    is_subset: bool,
    findings: &mut Vec<Finding>,
) {
    let (operator, path_rule, address_rule) =
        if is_subset { ("ISSUBSET", "S21-9.6-26", "S21-9.6-27") } else { ("ISSUPERSET", "S21-9.6-28", "S21-9.6-29") };
    let families = families(target, path, is_subset);
    if families.is_empty() {
        let message =
            format!("{operator} takes a path to an address, the `value` of an `ipv4-addr` or `ipv6-addr` object");
        // As with unknown types and properties: what the facts do not know is not judged hard.
        let unknown = target.places.iter().any(|place| matches!(place, Place::Unknown));
        findings.push(if unknown {
            Finding::should(code::SUBSET_PATH, Some(path_rule), path.at.0, message)
        } else {
            Finding::must(code::SUBSET_PATH, path_rule, path.at.0, message)
        });
    }
    let fits = match address::family(&text.value) {
        Some(family) => families.is_empty() || families.contains(&family),
        None => false,
    };
    if !fits {
        let kind = match (families.contains(&Family::V4), families.contains(&Family::V6)) {
            (true, false) => "IPv4",
            (false, true) => "IPv6",
            _ => "IP",
        };
        let message = format!("the constant is no {kind} address or CIDR block");
        findings.push(Finding::must(code::SUBSET_ADDRESS, address_rule, text.at.0, message));
    }
}

/// Which addresses a path is known to lead to. ISSUBSET takes the property `value` alone; ISSUPERSET takes a path that
/// refers to the object, which the text does not narrow down to one property.
fn families(target: &Target, path: &ObjectPath, is_subset: bool) -> Vec<Family> {
    let value = matches!(path.steps.last(), Some(Located { value: Step::Key(name), .. }) if name == "value");
    let named = |name: &str| match name {
        "ipv4-addr" => Some(Family::V4),
        "ipv6-addr" => Some(Family::V6),
        _ => None,
    };
    let mut families = Vec::new();
    for place in &target.places {
        match place {
            Place::Value { kind, refs, owner } => {
                if value || !is_subset {
                    families.extend(owner.and_then(named));
                }
                if **kind == Kind::Identifier && !is_subset {
                    families.extend(refs.iter().filter_map(|target| named(target)));
                }
            }
            // Behind a reference that the facts do not know there may be an address.
            Place::Unknown if value && behind_reference(path) => families.extend([Family::V4, Family::V6]),
            _ => {}
        }
    }
    families
}

/// Whether the last name of a path follows a reference, going by the suffixes of section 3.1.
fn behind_reference(path: &ObjectPath) -> bool {
    let names = path.steps.iter().rev().filter_map(|step| match &step.value {
        Step::Key(name) => Some(name),
        Step::Index(_) | Step::Any => None,
    });
    names.skip(1).take(1).any(|name| name.ends_with("_ref") || name.ends_with("_refs"))
}
