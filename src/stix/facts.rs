//! The facts as they stand in `schemas/stix/facts/`, before they are compiled into tables.

use serde::Deserialize;
use serde_json::Map;

pub(super) const OBJECTS: &str = include_str!("../../schemas/stix/facts/objects.json");
pub(super) const VOCABULARIES: &str = include_str!("../../schemas/stix/facts/vocabularies.json");
pub(super) const RELATIONSHIPS: &str = include_str!("../../schemas/stix/facts/relationships.json");
pub(super) const RULE_MAP: &str = include_str!("../../schemas/stix/facts/rule-map.tsv");

#[derive(Deserialize)]
pub(super) struct Facts {
    pub(super) common_properties: Vec<Property>,
    pub(super) objects: Map<String, serde_json::Value>,
    pub(super) extensions: Map<String, serde_json::Value>,
    pub(super) nested_types: Map<String, serde_json::Value>,
}

/// An object type, an extension or a nested type.
#[derive(Deserialize)]
pub(super) struct Holder {
    #[serde(default)]
    pub(super) class: String,
    pub(super) common: Option<Common>,
    #[serde(default)]
    pub(super) id_contributing: Vec<String>,
    #[serde(default)]
    pub(super) predefined_extensions: Vec<String>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) properties: Vec<Property>,
    pub(super) protocol_value: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Common {
    pub(super) required: Vec<String>,
    pub(super) not_applicable: Vec<String>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Property {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) fixed: Option<String>,
    #[serde(default)]
    pub(super) ref_types: Vec<String>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) bound_basis: Option<String>,
    pub(super) min_fraction_digits: Option<u8>,
    pub(super) fraction_digits: Option<u8>,
    pub(super) format: Option<String>,
    pub(super) item_format: Option<String>,
    #[serde(default)]
    pub(super) allowed_values: Vec<String>,
    pub(super) dispute: Option<String>,
}

/// A cross-property fact. Which members it has depends on its kind.
#[derive(Deserialize)]
pub(super) struct Constraint {
    pub(super) kind: String,
    pub(super) rules: Vec<String>,
    pub(super) later: Option<String>,
    pub(super) earlier: Option<String>,
    pub(super) op: Option<String>,
    #[serde(default)]
    pub(super) props: Vec<String>,
    #[serde(default)]
    pub(super) sets: Vec<Vec<String>>,
    pub(super) if_present: Option<String>,
    pub(super) if_absent: Option<String>,
    #[serde(default)]
    pub(super) if_equals: Map<String, serde_json::Value>,
    #[serde(default)]
    pub(super) then: Vec<String>,
    #[serde(default)]
    pub(super) absent: Vec<String>,
    #[serde(default)]
    pub(super) excluding: Vec<String>,
    pub(super) prop: Option<String>,
    pub(super) list: Option<String>,
    pub(super) value: Option<String>,
    pub(super) class: Option<String>,
    #[serde(rename = "type")]
    pub(super) item_type: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Vocabularies {
    pub(super) vocabularies: Vec<Vocabulary>,
    pub(super) reserved_names: ReservedNames,
    pub(super) hash_constraints: HashConstraints,
    pub(super) tlp_marking_definitions: TlpMarkings,
}

#[derive(Deserialize)]
pub(super) struct Vocabulary {
    pub(super) name: String,
    pub(super) open: bool,
    pub(super) values: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct ReservedNames {
    pub(super) names: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct HashConstraints {
    pub(super) algorithms: Vec<HashAlgorithm>,
}

#[derive(Deserialize)]
pub(super) struct HashAlgorithm {
    pub(super) name: String,
    pub(super) hex_length: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct TlpMarkings {
    pub(super) objects: Vec<TlpMarking>,
}

#[derive(Deserialize)]
pub(super) struct TlpMarking {
    pub(super) id: String,
    pub(super) created: String,
    pub(super) name: String,
    pub(super) definition: TlpDefinition,
}

#[derive(Deserialize)]
pub(super) struct TlpDefinition {
    pub(super) tlp: String,
}

#[derive(Deserialize)]
pub(super) struct Relationships {
    pub(super) triples: Vec<Triple>,
    pub(super) common: Vec<CommonRelationship>,
}

#[derive(Deserialize)]
pub(super) struct Triple {
    pub(super) source: String,
    #[serde(rename = "type")]
    pub(super) name: String,
    pub(super) target: String,
}

#[derive(Deserialize)]
pub(super) struct CommonRelationship {
    #[serde(rename = "type")]
    pub(super) name: String,
    pub(super) same_type: bool,
}
