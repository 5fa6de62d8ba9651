//! Telling STIX 2.0 content from STIX 2.1.

use serde_json::Value;

use super::node::Node;
use super::tables::{Class, TABLES};

/// A version of STIX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecVersion {
    /// STIX 2.0: recognised, and not judged by the rules of 2.1.
    V20,
    /// STIX 2.1, or what claims no version.
    V21,
}

/// Which version the content is of. An object without `spec_version` is of STIX 2.0 only where something in it says so:
/// 2.1 content that lacks a required property is judged as 2.1.
#[must_use]
pub fn spec_version(content: &Value) -> SpecVersion {
    of(&Node::borrow(content))
}

pub(crate) fn of(content: &Node<'_>) -> SpecVersion {
    if content.get("type").and_then(Node::as_str) == Some("bundle") {
        let declared = content.get("spec_version").and_then(Node::as_str) == Some("2.0");
        return if declared { SpecVersion::V20 } else { SpecVersion::V21 };
    }
    of_object(content, false)
}

/// The version of one object; `in_20_bundle` where the bundle around it says that it is of STIX 2.0.
pub(crate) fn of_object(object: &Node<'_>, in_20_bundle: bool) -> SpecVersion {
    let declared = object.get("spec_version").map(Node::as_str);
    let silent = matches!(declared, None | Some(Some("2.0")));
    if silent && (in_20_bundle || has_shape_of_20(object)) { SpecVersion::V20 } else { SpecVersion::V21 }
}

/// Properties that STIX 2.1 has brought.
const OF_21: &[&str] = &[
    "confidence",
    "lang",
    "extensions",
    "defanged",
    "pattern_type",
    "pattern_version",
    "indicator_types",
    "malware_types",
    "is_family",
    "operating_system_refs",
    "architecture_execution_envs",
    "implementation_languages",
    "capabilities",
    "sample_refs",
    "report_types",
    "threat_actor_types",
    "tool_types",
    "object_refs",
];

/// Properties that STIX 2.0 requires and 2.1 has given up, without any that 2.1 has brought.
fn has_shape_of_20(object: &Node<'_>) -> bool {
    let has = |name: &str| object.get(name).is_some();
    let Some(kind) = object.get("type").and_then(Node::as_str) else {
        return false;
    };
    if TABLES.object_type(kind).is_none_or(|(_, owner)| owner.class == Class::Sco) {
        return false;
    }
    // A report has had `object_refs` all along.
    if OF_21.iter().any(|name| has(name) && (kind, *name) != ("report", "object_refs")) {
        return false;
    }
    match kind {
        "indicator" => has("labels") && has("pattern"),
        "malware" | "report" | "threat-actor" | "tool" => has("labels"),
        "observed-data" => has("objects"),
        _ => false,
    }
}
