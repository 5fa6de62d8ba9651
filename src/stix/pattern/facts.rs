//! What section 6 says about cyber-observable objects: `facts.json`, read once.
//!
//! The file is written by `facts.py` from the table of all STIX objects.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

/// The properties of an object, an extension or a nested type.
pub(super) type Properties = BTreeMap<String, Property>;

/// A property: its type, and what it may refer to.
#[derive(Debug)]
pub(super) struct Property {
    pub kind: Kind,
    /// Object types, `@sco` for any, where `kind` is an identifier or a list of them.
    pub refs: Vec<String>,
}

/// The data types of section 2, as far as patterns tell them apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    /// Integer or float: either kind of constant compares with both (9.2).
    Number,
    /// String, enumeration or open vocabulary.
    String,
    /// Binary or hex.
    Bytes,
    Timestamp,
    Identifier,
    Hashes,
    /// The keys of `extensions`.
    Extensions,
    /// A dictionary; with the type of its values where there is one.
    Dictionary(Option<Box<Kind>>),
    List(Box<Kind>),
    /// A nested type by its name.
    Object(String),
}

/// A predefined extension.
#[derive(Debug)]
pub(super) struct Extension {
    pub applies_to: Vec<String>,
    pub properties: Properties,
}

/// All facts.
#[derive(Debug)]
pub(super) struct Facts {
    pub types: BTreeMap<String, Properties>,
    pub extensions: BTreeMap<String, Extension>,
    pub nested: BTreeMap<String, Properties>,
}

/// The facts. The file is part of the program, so a fault in it is a fault of the program.
pub(super) fn facts() -> &'static Facts {
    static FACTS: LazyLock<Facts> = LazyLock::new(|| {
        let text = include_str!("facts.json");
        let value: Value = serde_json::from_str(text).expect("facts.json is JSON");
        Facts {
            types: each(&value["types"], properties),
            extensions: each(&value["extensions"], |entry| Extension {
                applies_to: strings(&entry["applies_to"]),
                properties: properties(&entry["properties"]),
            }),
            nested: each(&value["nested"], properties),
        }
    });
    &FACTS
}

fn each<T>(value: &Value, read: impl Fn(&Value) -> T) -> BTreeMap<String, T> {
    let entries = value.as_object().expect("facts.json has an object here");
    entries.iter().map(|(name, entry)| (name.clone(), read(entry))).collect()
}

fn properties(value: &Value) -> Properties {
    each(value, |fact| Property {
        kind: kind(fact["type"].as_str().expect("a property has a type")),
        refs: strings(&fact["refs"]),
    })
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Reads a type in the notation of the table: `list<object:NAME>`, `enum:NAME`, `dictionary<integer|string>`.
fn kind(text: &str) -> Kind {
    let inner = |prefix: &str| text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
    if let Some(item) = inner("list<") {
        return Kind::List(Box::new(kind(item)));
    }
    match inner("dictionary<") {
        Some("extension") => return Kind::Extensions,
        // Alternatives are left open: no constant can be called wrong.
        Some(value) if value.contains('|') => return Kind::Dictionary(None),
        Some(value) => return Kind::Dictionary(Some(Box::new(kind(value)))),
        None => {}
    }
    match text.split_once(':') {
        Some(("enum" | "open-vocab", _)) => return Kind::String,
        Some(("object", name)) => return Kind::Object(name.to_owned()),
        _ => {}
    }
    match text {
        "boolean" => Kind::Boolean,
        "integer" | "float" => Kind::Number,
        "string" => Kind::String,
        "binary" | "hex" => Kind::Bytes,
        "timestamp" => Kind::Timestamp,
        "identifier" => Kind::Identifier,
        "hashes" => Kind::Hashes,
        "dictionary" => Kind::Dictionary(None),
        other => panic!("facts.json has the type {other}, which patterns do not know"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_property() -> impl Iterator<Item = (&'static String, &'static Property)> {
        let facts = facts();
        let extensions = facts.extensions.values().map(|extension| &extension.properties);
        facts.types.values().chain(facts.nested.values()).chain(extensions).flatten()
    }

    #[test]
    fn every_observable_type_of_section_6_is_there_with_the_common_properties() {
        assert_eq!(facts().types.len(), 18);
        for (name, properties) in &facts().types {
            for common in ["type", "id", "spec_version", "object_marking_refs", "granular_markings", "defanged"] {
                assert!(properties.contains_key(common), "{name} has no {common}");
            }
            assert_eq!(properties["extensions"].kind, Kind::Extensions, "{name}");
        }
        assert_eq!(facts().extensions.len(), 12);
    }

    #[test]
    fn whatever_a_fact_names_is_there() {
        let facts = facts();
        for (name, property) in every_property() {
            let item = if let Kind::List(item) = &property.kind { item } else { &property.kind };
            if let Kind::Object(nested) = item {
                assert!(facts.nested.contains_key(nested), "{name} is of an unknown type {nested}");
            }
            for target in &property.refs {
                let known = target.starts_with('@') || facts.types.contains_key(target);
                assert!(known || target == "marking-definition", "{name} refers to {target}");
            }
        }
        for (name, extension) in &facts.extensions {
            assert!(extension.applies_to.iter().all(|target| facts.types.contains_key(target)), "{name}");
        }
    }

    #[test]
    fn names_tell_types_as_section_3_1_demands() {
        for (name, property) in every_property() {
            let reference = matches!(property.kind, Kind::Identifier) && name != "id";
            assert_eq!(name.ends_with("_ref"), reference, "{name}");
            let references = matches!(&property.kind, Kind::List(item) if **item == Kind::Identifier);
            assert_eq!(name.ends_with("_refs"), references, "{name}");
            let bytes = matches!(property.kind, Kind::Bytes);
            assert_eq!(name.ends_with("_bin") || name.ends_with("_hex"), bytes, "{name}");
        }
    }
}
