//! The objects that vectors are made from, and how.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Valid objects, by name.
pub fn bases() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("vectors/bases.json")).expect("bases.json")
}

/// A merge patch (RFC 7396); null for no patch at all.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        if !patch.is_null() {
            *target = patch.clone();
        }
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(map) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            map.shift_remove(name);
        } else {
            merge(map.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}
