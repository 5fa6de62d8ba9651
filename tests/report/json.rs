use serde_json::Value;
use taxii_conformance::record::Event;
use taxii_conformance::report::json;

use crate::fixture::{HOSTILE, clean, events, report, unreachable};
use crate::snapshot;

const SCHEMA: &str = include_str!("../../schemas/report.schema.json");

fn text(events: &[Event]) -> String {
    let mut out = Vec::new();
    json::write(&report(events), &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("JSON is UTF-8")
}

#[test]
fn everything_at_once() {
    snapshot("json", &text(&events()));
}

#[test]
fn text_survives_and_is_harmless() {
    let text = text(&events());
    let hostile = |c: char| c != '\n' && taxii_conformance::report::sanitize::is_hostile(c);
    assert!(!text.contains(hostile));
    let value: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(value["trials"][3]["findings"][0]["message"], HOSTILE);
    assert_eq!(value["trials"][2]["exchanges"][0]["response"]["body"]["size"], 20_000);
    assert_eq!(value["trials"][2]["exchanges"][0]["response"]["body"]["truncated"], true);
}

#[test]
fn same_events_same_bytes() {
    assert_eq!(text(&events()), text(&events()));
}

/// The schema as published, and as strict as it gets: only what it describes may be there.
fn schemas() -> [Value; 2] {
    let published: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let mut strict = published.clone();
    close(&mut strict);
    [published, strict]
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.get("type") == Some(&"object".into()) && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".into(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn reports_follow_the_schema() {
    for schema in schemas() {
        let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
        for events in [events(), clean(0), unreachable(), Vec::new()] {
            let report: Value = serde_json::from_str(&text(&events)).expect("it is JSON");
            let errors: Vec<String> =
                validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let [published, _] = schemas();
    let validator = jsonschema::draft202012::new(&published).expect("the schema is one");
    let good: Value = serde_json::from_str(&text(&events())).expect("it is JSON");
    for (pointer, wrong) in [
        ("/format", Value::from("other")),
        ("/version", 2.into()),
        ("/trials/0/verdict", "passed".into()),
        ("/trials/0/requirements", "T21-3.4-20".into()),
        ("/summary/verdicts", serde_json::json!({"passed": 1})),
        ("/trials", Value::Null),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect("is in the report") = wrong;
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
}

#[test]
fn every_property_is_described() {
    fn walk(schema: &Value, path: &str, bare: &mut Vec<String>) {
        let Value::Object(map) = schema else { return };
        for (name, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if property.get("description").is_none() {
                bare.push(format!("{path}/{name}"));
            }
        }
        for (key, value) in map {
            walk(value, &format!("{path}/{key}"), bare);
        }
    }
    let mut bare = Vec::new();
    walk(&schemas()[0], "", &mut bare);
    assert!(bare.is_empty(), "{bare:#?}");
}
