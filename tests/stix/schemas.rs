//! The published schemas, compiled by the `jsonschema` crate: one validator a type.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::{Registry, Validator};
use serde_json::Value;

/// All schemas by their `$id` without the common prefix.
pub struct Schemas {
    pub all: HashMap<String, Value>,
    validators: HashMap<String, Validator>,
}

const PREFIX: &str = "urn:taxii-conformance:stix-2.1:";

impl Schemas {
    pub fn load() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/stix");
        let mut all = HashMap::new();
        for path in files(&root) {
            let schema: Value = serde_json::from_slice(&fs::read(&path).expect("readable")).expect("a schema");
            let id = schema["$id"].as_str().expect("$id").strip_prefix(PREFIX).expect("our own prefix").to_owned();
            assert!(all.insert(id, schema).is_none(), "two schemas have the $id of {}", path.display());
        }
        let mut registry = Registry::new();
        for (id, schema) in &all {
            registry = registry.add(format!("{PREFIX}{id}"), schema).expect("a schema");
        }
        let registry = registry.prepare().expect("references resolve");
        let validators: HashMap<String, Validator> = all
            .iter()
            .filter(|(id, _)| *id != "common")
            .map(|(id, schema)| {
                let validator = jsonschema::options().with_registry(&registry).build(schema);
                (id.clone(), validator.unwrap_or_else(|e| panic!("{id}: {e}")))
            })
            .collect();
        drop(registry);
        Self { all, validators }
    }

    /// The validator of an object's type; that of custom types where the standard has no such type.
    pub fn of(&self, object: &Value) -> &Validator {
        let name = object["type"].as_str().unwrap_or("custom");
        self.validators.get(name).unwrap_or_else(|| &self.validators["custom"])
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("facts") {
            out.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "json") {
            out.push(path);
        }
    }
    out.sort();
    out
}
