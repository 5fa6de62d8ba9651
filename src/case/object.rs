//! Objects that trials add: made from templates, so that every trial has its own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::model::Object;
use super::template::{Values, fill};
use crate::taxii::Timestamp;

static TEMPLATES: LazyLock<toml::Table> = LazyLock::new(|| {
    // the file is part of the program, and a test reads it
    include_str!("../../cases/templates.toml").parse().unwrap_or_default()
});

/// Namespace of deterministic ids of cyber-observable objects (STIX 2.1 section 2.9).
const SCO_NAMESPACE: Uuid = Uuid::from_u128(0x00abedb4_aa42_466c_9c01_fed23315a9b7);

/// Names of the templates.
pub fn templates() -> Vec<&'static str> {
    TEMPLATES.keys().map(String::as_str).collect()
}

/// Bytes that depend on seed, trial and name alone.
fn bytes(seed: u64, trial: &str, name: &str) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update(trial)
        .chain_update([0])
        .chain_update(name)
        .finalize();
    let mut out = [0; 16];
    out.copy_from_slice(&digest[..16]);
    out
}

/// A version 4 UUID that depends on seed, trial and name alone.
pub fn uuid(seed: u64, trial: &str, name: &str) -> Uuid {
    uuid::Builder::from_random_bytes(bytes(seed, trial, name)).into_uuid()
}

/// Makes the objects of a trial; the same seed and trial give the same objects.
///
/// `values` are the trial's variables; texts in `set` may use them. Objects that are versions of
/// others share id and `created` with these. `Err` names an object whose template or base is missing.
pub fn make(
    objects: &BTreeMap<String, Object>,
    seed: u64,
    trial: &str,
    values: &Values,
) -> Result<BTreeMap<String, Value>, String> {
    let objects = &copied(objects);
    let mut made: BTreeMap<String, Value> = BTreeMap::new();
    // ids first, so that objects can refer to each other; those of cyber-observables depend on their content
    let mut values = values.clone();
    for (name, object) in objects.iter().filter(|(_, o)| o.version_of.is_none()) {
        let like = object.like.as_ref().map_or("indicator", |l| l.get_ref());
        let kind = TEMPLATES.get(like).and_then(|t| t.get("type")).and_then(toml::Value::as_str);
        if let Some(kind) = kind {
            values.insert(format!("{name}.id"), format!("{kind}--{}", uuid(seed, trial, name)));
        }
    }
    let values = &values;
    // bases first: a version can only be made of what is there
    let (bases, versions): (Vec<_>, Vec<_>) = objects.iter().partition(|(_, o)| o.version_of.is_none());
    for (name, object) in bases {
        let like = object.like.as_ref().map_or("indicator", |l| l.get_ref());
        let template = TEMPLATES.get(like).and_then(toml::Value::as_table).ok_or_else(|| name.clone())?;
        let value = base(template, object, seed, trial, name, values);
        made.insert(name.clone(), value);
    }
    for (name, object) in versions {
        let of = object.version_of.as_ref().map_or("", |o| o.get_ref());
        let mut value = made.get(of).ok_or_else(|| name.clone())?.clone();
        let modified =
            value.get("modified").and_then(Value::as_str).and_then(Timestamp::parse).ok_or_else(|| name.clone())?;
        value["modified"] = json!(modified.plus((object.later * 1000.0) as i128 * 1_000_000).spelled(3));
        change(&mut value, object, values);
        made.insert(name.clone(), value);
    }
    Ok(made)
}

/// Values of the variables that objects bring, such as `{a.id}`.
pub fn values(objects: &BTreeMap<String, Value>) -> Values {
    let mut values = Values::new();
    for (name, object) in objects {
        for (key, property) in [("id", "id"), ("version", "modified"), ("created", "created"), ("type", "type")] {
            let value = object.get(property).or_else(|| object.get("created")).and_then(Value::as_str);
            values.extend(value.map(|v| (format!("{name}.{key}"), v.to_owned())));
        }
    }
    values
}

/// Every object once for each of its copies, whose names are those of [`copies`].
fn copied(objects: &BTreeMap<String, Object>) -> BTreeMap<String, Object> {
    objects.iter().flat_map(|(name, object)| copies(name, object).into_iter().map(|n| (n, object.clone()))).collect()
}

/// The names of the objects that an object of a case stands for: its own, or `many.1`, `many.2` and so on.
pub fn copies(name: &str, object: &Object) -> Vec<String> {
    match object.copies {
        None => vec![name.to_owned()],
        Some(n) => (1..=n).map(|i| format!("{name}.{i}")).collect(),
    }
}

fn base(template: &toml::Table, object: &Object, seed: u64, trial: &str, name: &str, values: &Values) -> Value {
    let id = uuid(seed, trial, name);
    let mut values = values.clone();
    values.insert("unique".into(), id.simple().to_string());
    values.insert("unique-uuid".into(), id.to_string());
    let mut value = Value::Object(Map::new());
    let kind = template.get("type").and_then(toml::Value::as_str).unwrap_or("indicator");
    value["type"] = json!(kind);
    value["spec_version"] = json!("2.1");
    value["id"] = json!(format!("{kind}--{id}"));
    let b = bytes(seed, trial, name);
    // some instant of early 2024, so that `created` has nothing to do with the date of addition
    let created = Timestamp::parse("2024-02-01T00:00:00Z")
        .map(|t| t.plus(i128::from(u32::from_be_bytes([0, b[0], b[1], b[2]])) * 97_000_000));
    let dated = template.get("dated").and_then(toml::Value::as_str).unwrap_or("modified");
    if let Some(created) = created {
        if dated != "never" {
            value["created"] = json!(created.spelled(3));
        }
        if dated == "modified" {
            value["modified"] = json!(created.spelled(3));
        }
    }
    for (key, v) in template.get("set").and_then(toml::Value::as_table).into_iter().flatten() {
        value[key.as_str()] = to_json(v, &values);
    }
    if let Some(contributing) = template.get("contributing").and_then(toml::Value::as_array) {
        let parts: BTreeMap<&str, &Value> =
            contributing.iter().filter_map(|c| c.as_str().and_then(|c| value.get(c).map(|v| (c, v)))).collect();
        let canonical = serde_json::to_string(&parts).unwrap_or_default();
        value["id"] = json!(format!("{kind}--{}", Uuid::new_v5(&SCO_NAMESPACE, canonical.as_bytes())));
    }
    change(&mut value, object, &values);
    value
}

/// What long texts are made of: letters of one, two and three octets.
const WORDS: &str = "Lorem ipsum 0123456789 äöü 試験 ";

fn change(value: &mut Value, object: &Object, values: &Values) {
    for (key, v) in &object.set {
        value[key.as_str()] = to_json(v, values);
    }
    for (key, length) in &object.long {
        value[key.as_str()] = WORDS.chars().cycle().take(*length).collect::<String>().into();
    }
    if let Some(map) = value.as_object_mut() {
        for key in &object.without {
            map.shift_remove(key);
        }
    }
}

/// TOML as JSON, with variables filled in; a name without a value stays as it is.
pub fn to_json(value: &toml::Value, values: &Values) -> Value {
    match value {
        toml::Value::String(s) => json!(fill(s, values).unwrap_or_else(|_| s.clone())),
        toml::Value::Integer(i) => json!(i),
        toml::Value::Float(f) => json!(f),
        toml::Value::Boolean(b) => json!(b),
        toml::Value::Datetime(d) => json!(d.to_string()),
        toml::Value::Array(a) => a.iter().map(|v| to_json(v, values)).collect(),
        toml::Value::Table(t) => t.iter().map(|(k, v)| (k.clone(), to_json(v, values))).collect::<Map<_, _>>().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_read_and_make_objects_of_their_own() {
        assert!(templates().contains(&"indicator"), "{:?}", templates());
        for name in templates() {
            let object = Object { like: Some(toml::Spanned::new(0..0, name.to_owned())), ..Object::default() };
            let objects = BTreeMap::from([("a".to_owned(), object)]);
            let a = make(&objects, 1, "t", &Values::new()).expect("made");
            let again = make(&objects, 1, "t", &Values::new()).expect("made");
            let other = make(&objects, 1, "u", &Values::new()).expect("made");
            assert_eq!(a, again);
            assert_ne!(a["a"]["id"], other["a"]["id"], "{name}");
            assert!(!a["a"].to_string().contains('{') || a["a"].is_object());
        }
    }

    #[test]
    fn a_version_shares_id_and_creation() {
        let version =
            Object { version_of: Some(toml::Spanned::new(0..0, "a".to_owned())), later: 60.0, ..Object::default() };
        let objects = BTreeMap::from([("a".to_owned(), Object::default()), ("b".to_owned(), version)]);
        let made = make(&objects, 1, "t", &Values::new()).expect("made");
        assert_eq!(made["a"]["id"], made["b"]["id"]);
        assert_eq!(made["a"]["created"], made["b"]["created"]);
        assert!(made["a"]["modified"].as_str() < made["b"]["modified"].as_str());
    }
}
