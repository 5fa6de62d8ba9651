//! The vectors as objects, for tests that do not care what they show.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

pub fn bases() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("vectors/bases.json")).expect("bases.json")
}

/// Every valid and every invalid object, by name.
pub fn objects() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stix/vectors");
    let bases = bases();
    let mut out: Vec<(String, Value)> = bases.clone().into_iter().collect();
    let mut paths: Vec<_> = fs::read_dir(folder).expect("vectors").map(|e| e.expect("entry").path()).collect();
    paths.sort();
    for path in paths.iter().filter(|p| !p.ends_with("bases.json")) {
        let family: Value = serde_json::from_slice(&fs::read(path).expect("readable")).expect("a family");
        for vector in family["vectors"].as_array().expect("vectors") {
            for side in ["valid", "invalid"] {
                let name = format!("{} / {} / {side}", family["family"], vector["name"]);
                if let Some(text) = vector.get(format!("{side}_text")).and_then(Value::as_str) {
                    out.extend(serde_json::from_str(text).ok().map(|v| (name, v)));
                } else if let Some(base) = vector["base"].as_str() {
                    let mut object = bases[base].clone();
                    merge(&mut object, vector.get(side).unwrap_or(&Value::Null));
                    out.push((name, object));
                }
            }
        }
    }
    out
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
