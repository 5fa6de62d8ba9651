//! The vectors as objects, for tests that do not care what they show.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::bases::{bases, merge};

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
