//! Facts, schemas and walker say the same.
//!
//! The facts are the one source: `schemas/stix/generate.py` makes the schemas of them, the walker compiles its tables of
//! them. Here the two are held against each other, property by property, over all vectors, and over objects made at random.

#[path = "stix/bases.rs"]
mod bases;
#[path = "stix/schemas.rs"]
mod schemas;
#[path = "stix/vectors.rs"]
mod vectors;

use std::collections::BTreeSet;

use proptest::prelude::*;
use schemas::Schemas;
use serde_json::{Map, Value, json};
use taxii_conformance::stix::{Finding, Level, SpecVersion, Validator, spec_version};

fn facts() -> Value {
    serde_json::from_str(include_str!("../schemas/stix/facts/objects.json")).expect("objects.json")
}

fn words() -> Value {
    serde_json::from_str(include_str!("../schemas/stix/facts/vocabularies.json")).expect("vocabularies.json")
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().map(|v| v.as_str().expect("a name").to_owned()).collect()
}

/// Codes of MUST findings that no JSON Schema states.
const BEYOND_SCHEMAS: &[&str] = &[
    "timestamp-value",
    "timestamp-order",
    "timestamp-too-precise",
    "repeated-key",
    "language-tag",
    "url-format",
    "domain-format",
    "display-name",
    "cpe-format",
    "charset-name",
    "charset-alias",
    "short-hive",
    "catalogue-id",
    "catalogue-source",
    "encoded-word",
    "versioned-sco",
    "selector-syntax",
    "selector-unresolved",
    "tlp-instance",
    "marking-cycle",
    "extension-redefines",
    "reserved-namespace",
    "name-case",
];

/// Whether a schema can state what the finding says.
fn is_structural(finding: &Finding, object: &Value) -> bool {
    let custom = object["type"].as_str().is_none_or(|t| facts_has(t).is_none());
    let within = |prefix: &str| finding.pointer.starts_with(prefix);
    let beyond = BEYOND_SCHEMAS.contains(&finding.code) || finding.code.starts_with("pattern-");
    let of_custom = custom && finding.code == "id-type";
    // The container's objects and the names that an extension defines are beyond the schemas too.
    let contained = object["type"] == "observed-data" && within("/objects/") && finding.code != "not-an-object";
    let named_by_extension = within("/extension_properties/") && finding.code.ends_with("-name");
    if beyond || of_custom || contained || named_by_extension {
        return false;
    }
    finding.level == Level::Must
}

fn facts_has(name: &str) -> Option<()> {
    static NAMES: std::sync::LazyLock<BTreeSet<String>> =
        std::sync::LazyLock::new(|| facts()["objects"].as_object().expect("objects").keys().cloned().collect());
    NAMES.contains(name).then_some(())
}

/// Why schema and walker disagree about an object, if they do.
fn disagreement(schemas: &Schemas, validator: &Validator, object: &Value) -> Option<String> {
    if spec_version(object) == SpecVersion::V20 {
        return None;
    }
    let findings = validator.validate(object);
    if findings.iter().any(|f| f.code == "type-literal") {
        // The walker knows from the `id` which type was meant; which schema to take is not a question for schemas.
        return None;
    }
    let structural: Vec<Finding> = findings.into_iter().filter(|f| is_structural(f, object)).collect();
    let schema = schemas.of(object);
    let errors: Vec<String> = schema.iter_errors(object).map(|e| format!("{} {e}", e.instance_path())).collect();
    if structural.is_empty() == errors.is_empty() {
        return None;
    }
    Some(format!("walker: {structural:?}\nschema: {errors:?}\n{object}"))
}

#[test]
fn schemas_hold_every_property_of_the_facts() {
    let (facts, words, schemas) = (facts(), words(), Schemas::load());
    let reserved = names(&words["reserved_names"]["names"]);
    for (group, prefix) in [("objects", ""), ("extensions", "extension:"), ("nested_types", "nested:")] {
        for (name, entry) in facts[group].as_object().expect("a group") {
            let schema = schemas.all.get(&format!("{prefix}{name}")).unwrap_or_else(|| panic!("no schema for {name}"));
            let found: BTreeSet<String> =
                schema["properties"].as_object().expect("properties").keys().cloned().collect();
            let mut wanted: BTreeSet<String> = entry["properties"]
                .as_array()
                .expect("rows")
                .iter()
                .map(|p| p["name"].as_str().expect("name").to_owned())
                .collect();
            let mut required: BTreeSet<String> = entry["properties"]
                .as_array()
                .expect("rows")
                .iter()
                .filter(|p| p["required"] == true && p.get("dispute").is_none())
                .map(|p| p["name"].as_str().expect("name").to_owned())
                .collect();
            if let Some(common) = entry.get("common") {
                for list in ["required", "optional", "not_applicable"] {
                    wanted.extend(names(&common[list]));
                }
                required.extend(names(&common["required"]));
                if name != "bundle" {
                    wanted.extend(reserved.clone());
                }
            }
            if group == "extensions" {
                wanted.insert("extension_type".into());
            }
            assert_eq!(found, wanted, "properties of {name}");
            assert_eq!(names(&schema["required"]), required, "required properties of {name}");
            for row in entry["properties"].as_array().expect("rows") {
                property(name, row, &schema["properties"][row["name"].as_str().expect("name")], &words);
            }
        }
    }
}

/// One property's schema against its row of the facts.
fn property(owner: &str, row: &Value, schema: &Value, words: &Value) {
    let what = format!("{owner}.{}", row["name"]);
    let kind = row["type"].as_str().expect("type");
    let (kind, schema) = match kind.strip_prefix("list<") {
        Some(inner) => {
            assert_eq!(schema["type"], "array", "{what}");
            assert_eq!(schema["minItems"], 1, "{what}");
            (inner.trim_end_matches('>'), &schema["items"])
        }
        None => (kind, schema),
    };
    match kind {
        _ if row.get("fixed").is_some() => assert_eq!(schema["const"], row["fixed"], "{what}"),
        "integer" | "float" => {
            assert_eq!(schema["type"], if kind == "integer" { "integer" } else { "number" }, "{what}");
            if row["bound_basis"] == "MUST" {
                for (bound, keyword) in [("min", "minimum"), ("max", "maximum")] {
                    if let Some(value) = row.get(bound) {
                        assert_eq!(schema[keyword].as_f64(), value.as_f64(), "{what}");
                    }
                }
            }
        }
        "boolean" => assert_eq!(schema["type"], "boolean", "{what}"),
        "reserved" => assert_eq!(schema, &json!(false), "{what}"),
        _ if kind.starts_with("enum:") => {
            let vocabulary = words["vocabularies"].as_array().expect("list").iter().find(|v| v["name"] == kind[5..]);
            assert_eq!(schema["enum"], vocabulary.expect("a vocabulary")["values"], "{what}");
        }
        _ if kind.starts_with("object:") => {
            assert_eq!(schema["$ref"], format!("urn:taxii-conformance:stix-2.1:nested:{}", &kind[7..]), "{what}");
        }
        "hex" | "binary" | "hashes" | "timestamp" => {
            let text = schema["$ref"].as_str().unwrap_or("");
            assert!(text.contains(&format!("#/$defs/{kind}")), "{what}: {text}");
        }
        _ => assert_ne!(schema, &Value::Null, "{what}"),
    }
}

#[test]
fn schemas_and_walker_agree_on_all_vectors() {
    let (schemas, validator) = (Schemas::load(), Validator::new());
    let mut faults = Vec::new();
    for (name, object) in vectors::objects() {
        if object["type"] != "bundle" || object["objects"].as_array().is_none_or(Vec::is_empty) {
            faults.extend(disagreement(&schemas, &validator, &object).map(|why| format!("{name}: {why}")));
        }
    }
    assert!(faults.is_empty(), "{} of them:\n{}", faults.len(), faults.join("\n\n"));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-5i64..70_000).prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |f| serde_json::Number::from_f64(f).map(Value::from)),
        ".{0,12}".prop_map(Value::from),
        "[a-z_]{0,6}".prop_map(Value::from),
        Just(json!("identity--e2e1a340-4415-4ba8-9671-f7343fbf0836")),
        Just(json!("file--e2e1a340-4415-4ba8-9671-f7343fbf0836")),
        Just(json!("2024-01-01T00:00:00.000Z")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[A-Za-z_-]{0,6}|extensions|id|type|objects|hashes", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A valid object in which one place, whichever, has another value or none.
fn changed() -> impl Strategy<Value = Value> {
    let bases: Vec<Value> = bases::bases().into_values().filter(|v| v["type"] != "bundle").collect();
    (prop::sample::select(bases), any::<prop::sample::Index>(), prop::option::weighted(0.8, any_value())).prop_map(
        |(mut object, at, value)| {
            let mut places = Vec::new();
            collect(&object, String::new(), &mut places);
            let place = at.get(&places).clone();
            match value {
                Some(value) => *object.pointer_mut(&place).expect("a place") = value,
                None => remove(&mut object, &place),
            }
            object
        },
    )
}

fn collect(value: &Value, at: String, out: &mut Vec<String>) {
    if !at.is_empty() && at != "/type" {
        out.push(at.clone());
    }
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(k, v)| collect(v, format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")), out))
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| collect(v, format!("{at}/{i}"), out)),
        _ => {}
    }
}

fn remove(object: &mut Value, place: &str) {
    let (parent, name) = place.rsplit_once('/').expect("a pointer");
    match object.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.shift_remove(name);
        }
        Some(Value::Array(items)) => {
            items.remove(name.parse().expect("an index"));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_judged_without_panic(value in any_value()) {
        let validator = Validator::new();
        let _ = validator.validate(&value);
        let _ = validator.validate(&json!({"type": "bundle", "id": value.clone(), "objects": [value]}));
    }

    #[test]
    fn any_change_of_an_object_is_judged_as_its_schema_does(objects in prop::collection::vec(changed(), 8)) {
        static SCHEMAS: std::sync::LazyLock<Schemas> = std::sync::LazyLock::new(Schemas::load);
        let validator = Validator::new();
        for object in objects {
            if let Some(why) = disagreement(&SCHEMAS, &validator, &object) {
                prop_assert!(false, "{}", why);
            }
        }
    }
}
