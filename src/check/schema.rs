//! The JSON Schemas of the TAXII resources, compiled once.
//!
//! `x-requirement` beside a keyword names the requirement that a value breaks; `x-required` the one
//! that a missing property breaks.

use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::case::expect::Resource;

macro_rules! schema {
    ($name:literal) => {
        ($name, include_str!(concat!("../../schemas/taxii/", $name, ".json")))
    };
}

static DEFINITIONS: &str = include_str!("../../schemas/taxii/definitions.json");
static FILES: [(&str, &str); 9] = [
    schema!("discovery"),
    schema!("api-root"),
    schema!("status"),
    schema!("collections"),
    schema!("collection"),
    schema!("manifest"),
    schema!("envelope"),
    schema!("versions"),
    schema!("error"),
];

struct Schema {
    document: Value,
    validator: Validator,
}

static SCHEMAS: LazyLock<HashMap<&'static str, Schema>> = LazyLock::new(|| {
    // a test compiles all of them, so a schema that cannot be read never ships
    FILES.iter().filter_map(|(name, text)| Some((*name, compile(text)?))).collect()
});

/// One document with the definitions inside, so that no reference leaves it.
fn compile(text: &str) -> Option<Schema> {
    let mut document: Value = serde_json::from_str(&text.replace("definitions.json#", "#")).ok()?;
    let definitions: Value = serde_json::from_str(DEFINITIONS).ok()?;
    document["$defs"] = definitions["$defs"].clone();
    if let Some(map) = document.as_object_mut() {
        map.shift_remove("$id");
    }
    let validator = jsonschema::draft202012::options().build(&document).ok()?;
    Some(Schema { document, validator })
}

/// A value that does not fit.
#[derive(Debug, PartialEq)]
pub struct Misfit {
    /// Requirement that it breaks.
    pub requirement: String,
    /// JSON pointer to it.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

/// What a schema says of a body.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Values that do not fit.
    pub misfits: Vec<Misfit>,
    /// Number of values seen by requirement, fitting or not.
    pub seen: HashMap<String, usize>,
}

/// Name of the schema file of a resource.
pub fn name(resource: Resource) -> &'static str {
    match resource {
        Resource::Discovery => "discovery",
        Resource::ApiRoot => "api-root",
        Resource::Status => "status",
        Resource::Collections => "collections",
        Resource::Collection => "collection",
        Resource::Manifest => "manifest",
        Resource::Envelope => "envelope",
        Resource::Versions => "versions",
        Resource::Error | Resource::OfEndpoint => "error",
    }
}

/// Judges `body` by the schema of `resource`.
pub fn judge(resource: Resource, body: &Value) -> Judgement {
    let mut judgement = Judgement::default();
    let Some(schema) = SCHEMAS.get(name(resource)) else { return judgement };
    for error in schema.validator.iter_errors(body) {
        let path = error.schema_path().as_str().to_owned();
        let pointer = error.instance_path().as_str().to_owned();
        let requirement = requirement(&schema.document, &path);
        judgement.misfits.push(Misfit { requirement, pointer, message: error.to_string() });
    }
    // JSON Schema takes 1.0 for an integer; section 2 does not
    for name in ["max_content_length", "total_count", "success_count", "failure_count", "pending_count"] {
        if body.get(name).is_some_and(Value::is_f64) {
            let message = format!("{} is written with a fraction or exponent", body[name]);
            judgement.misfits.push(Misfit { requirement: "T21-2-03".into(), pointer: format!("/{name}"), message });
        }
    }
    count(&schema.document, &schema.document, body, &mut judgement.seen);
    judgement
}

/// Counts the values that a schema says something about, by requirement, whether they fit or not.
fn count(document: &Value, node: &Value, value: &Value, seen: &mut HashMap<String, usize>) {
    for key in ["x-requirement", "x-required"] {
        if let Some(id) = node.get(key).and_then(Value::as_str) {
            *seen.entry(id.to_owned()).or_default() += 1;
        }
    }
    if let Some(target) = node.get("$ref").and_then(Value::as_str).and_then(|r| document.pointer(r.strip_prefix('#')?))
    {
        count(document, target, value, seen);
    }
    for condition in node.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        count(document, condition.get("then").unwrap_or(condition), value, seen);
    }
    for (name, property) in node.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = value.get(name) {
            count(document, property, value, seen);
        }
    }
    if let (Some(items), Some(values)) = (node.get("items"), value.as_array()) {
        for value in values {
            count(document, items, value, seen);
        }
    }
}

/// The requirement of the nearest annotation around the keyword at `path`.
fn requirement(document: &Value, path: &str) -> String {
    let missing = path.ends_with("/required");
    let mut at = path;
    while let Some((parent, _)) = at.rsplit_once('/') {
        let node = document.pointer(parent).unwrap_or(&Value::Null);
        let id = if missing { node.get("x-required").or(node.get("x-requirement")) } else { node.get("x-requirement") };
        if let Some(id) = id.and_then(Value::as_str) {
            return id.to_owned();
        }
        at = parent;
    }
    "T21-3.1-02".into()
}

/// Names of the properties that the standard defines for the object at the root of a resource, or of its list items.
pub fn properties(resource: Resource) -> Vec<String> {
    let document = SCHEMAS.get(name(resource)).map_or(json!({}), |s| s.document.clone());
    let target = if resource == Resource::Collection {
        document.pointer("/$defs/collection").cloned().unwrap_or_default()
    } else {
        document
    };
    target["properties"].as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misfits(resource: Resource, body: Value) -> Vec<(String, String)> {
        judge(resource, &body).misfits.into_iter().map(|m| (m.requirement, m.pointer)).collect()
    }

    #[test]
    fn every_schema_compiles() {
        assert_eq!(SCHEMAS.len(), FILES.len());
    }

    #[test]
    fn misfits_name_the_requirement_that_they_break() {
        let id = "0f14d0ab-9605-4a62-a9e4-5ed26688389b";
        let good =
            json!({"id": id, "title": "t", "can_read": true, "can_write": false, "media_types": ["a"], "x_more": 1});
        assert!(misfits(Resource::Collection, good.clone()).is_empty());
        let j = judge(Resource::Collection, &good);
        assert_eq!(j.seen.get("T21-2-01"), Some(&2));
        assert_eq!(j.seen.get("T21-3.8-02"), Some(&1));
        let case = |key: &str, value: Value, id: &str, pointer: &str| {
            let mut bad = good.clone();
            bad[key] = value;
            assert_eq!(misfits(Resource::Collection, bad), [(id.to_owned(), pointer.to_owned())]);
        };
        case("can_read", json!("true"), "T21-2-01", "/can_read");
        case("id", json!("0f14d0ab-9605-1a62-a9e4-5ed26688389b"), "T21-2-02", "/id");
        case("media_types", json!([]), "T21-2-04", "/media_types");
        case("media_types", json!([1]), "T21-2-05", "/media_types/0");
        case("title", json!(5), "T21-2-06", "/title");
        let mut bad = good.clone();
        bad.as_object_mut().expect("object").remove("title");
        assert_eq!(misfits(Resource::Collection, bad.clone()), [("T21-3.8-02".to_owned(), String::new())]);
        assert_eq!(
            misfits(Resource::Collections, json!({"collections": [bad]})),
            [("T21-3.8-02".to_owned(), "/collections/0".to_owned())]
        );
        assert!(misfits(Resource::Collections, json!({})).is_empty());
    }

    #[test]
    fn timestamps_break_form_and_precision_apart() {
        let record = |date: &str| {
            misfits(Resource::Manifest, json!({"objects": [{"id": "a--b", "date_added": date, "version": "1"}]}))
        };
        assert!(record("2024-01-01T00:00:00.000000Z").is_empty());
        let ids = |v: Vec<(String, String)>| v.into_iter().map(|(r, _)| r).collect::<Vec<_>>();
        assert_eq!(ids(record("2024-01-01T00:00:00.000Z")), ["T21-2-08"]);
        assert_eq!(ids(record("2024-01-01T00:00:00Z")), ["T21-2-08"]);
        assert_eq!(ids(record("2024-01-01T00:00:00.000000+00:00")), ["T21-2-07"]);
        assert_eq!(ids(record("undefined")), ["T21-2-07"]);
    }

    #[test]
    fn status_and_api_root() {
        let status = json!({"id": "0f14d0ab-9605-4a62-a9e4-5ed26688389b", "status": "complete", "total_count": 1, "success_count": 1, "failure_count": 0, "pending_count": 0, "successes": [{"id": "a"}]});
        assert_eq!(misfits(Resource::Status, status.clone()), [("T21-4.3-08".to_owned(), "/successes/0".to_owned())]);
        let mut bad = status.clone();
        bad["successes"] = json!([{"id": "a", "version": "b"}]);
        bad["status"] = json!("Complete");
        bad["pending_count"] = json!(-1);
        assert_eq!(
            misfits(Resource::Status, bad),
            [("T21-4.3-03".to_owned(), "/status".to_owned()), ("T21-4.3-04".to_owned(), "/pending_count".to_owned())]
        );
        let root = json!({"title": "t", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 0});
        assert_eq!(
            misfits(Resource::ApiRoot, root.clone()),
            [("T21-4.2-03".to_owned(), "/max_content_length".to_owned())]
        );
        let mut text = root;
        text["max_content_length"] = json!("1000");
        assert_eq!(misfits(Resource::ApiRoot, text), [("T21-2-03".to_owned(), "/max_content_length".to_owned())]);
    }
}
