//! Every rule that content can show, by a valid and an invalid object: `tests/stix/vectors/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use taxii_conformance::stix::{Coverage, Finding, Level, Validator, rules};

#[path = "stix/bases.rs"]
mod bases;

use bases::{bases, merge};

#[derive(Deserialize)]
struct Family {
    family: String,
    vectors: Vec<Vector>,
}

/// A pair: `base` with the merge patches (RFC 7396) `valid` and `invalid`, or two texts.
#[derive(Deserialize)]
struct Vector {
    name: String,
    /// The rules that the pair shows; the finding cites one of them.
    rules: Vec<String>,
    level: String,
    code: String,
    base: Option<String>,
    #[serde(default)]
    valid: Value,
    #[serde(default)]
    invalid: Value,
    valid_text: Option<String>,
    invalid_text: Option<String>,
    /// Codes of other MUST findings that the slip entails.
    #[serde(default)]
    also: Vec<String>,
}

fn families() -> Vec<Family> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stix/vectors");
    let mut paths: Vec<_> = fs::read_dir(folder).expect("vectors").map(|e| e.expect("entry").path()).collect();
    paths.sort();
    paths
        .iter()
        .filter(|p| !p.ends_with("bases.json"))
        .map(|p| {
            serde_json::from_slice(&fs::read(p).expect("readable")).unwrap_or_else(|e| panic!("{}: {e}", p.display()))
        })
        .collect()
}

/// What the validator says; what is no JSON at all counts as one finding.
fn judge(text: &str) -> Vec<Finding> {
    Validator::new().validate_slice(text.as_bytes()).unwrap_or_else(|e| {
        vec![Finding {
            level: Level::Must,
            code: "invalid-json",
            rule: Some("S21-12.1-01"),
            object: None,
            pointer: String::new(),
            message: e.to_string(),
        }]
    })
}

fn text_of(vector: &Vector, text: Option<&String>, patch: &Value, bases: &BTreeMap<String, Value>) -> String {
    text.cloned().unwrap_or_else(|| {
        let base = vector.base.as_deref().unwrap_or("");
        let mut object = bases.get(base).unwrap_or_else(|| panic!("no base {base:?}")).clone();
        merge(&mut object, patch);
        object.to_string()
    })
}

fn shown(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|f| format!("\n      {} {} {} {} {}", f.level, f.code, f.rule.unwrap_or("-"), f.pointer, f.message))
        .collect()
}

/// What a vector gets wrong, if anything.
fn fault(vector: &Vector, bases: &BTreeMap<String, Value>) -> Option<String> {
    let valid = judge(&text_of(vector, vector.valid_text.as_ref(), &vector.valid, bases));
    let about = |f: &Finding| f.code == vector.code && f.rule.is_some_and(|r| vector.rules.iter().any(|w| w == r));
    if let Some(f) = valid.iter().find(|f| f.level == Level::Must || about(f)) {
        return Some(format!("the valid one gives {}", shown(std::slice::from_ref(f))));
    }
    let found = judge(&text_of(vector, vector.invalid_text.as_ref(), &vector.invalid, bases));
    let hit = found.iter().any(|f| about(f) && f.level.as_str() == vector.level);
    if !hit {
        return Some(format!("the invalid one gives only{}", shown(&found)));
    }
    let stray =
        |f: &&Finding| f.level == Level::Must && f.code != vector.code && !vector.also.iter().any(|a| a == f.code);
    found.iter().find(stray).map(|f| format!("one slip, another finding:{}", shown(std::slice::from_ref(f))))
}

#[test]
fn every_vector_is_judged_as_it_says() {
    let bases = bases();
    let mut faults = Vec::new();
    for family in families() {
        for vector in &family.vectors {
            if let Some(why) = fault(vector, &bases) {
                faults.push(format!("{} / {} {:?}: {why}", family.family, vector.name, vector.rules));
            }
        }
    }
    assert!(faults.is_empty(), "{} vectors:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn bases_are_valid() {
    for (name, object) in bases() {
        let findings = judge(&object.to_string());
        assert!(!findings.iter().any(|f| f.level == Level::Must), "{name}: {}", shown(&findings));
    }
}

/// The register's coverage is what the vectors show.
#[test]
fn every_rule_is_covered_or_has_a_reason() {
    let shown: BTreeSet<String> = families()
        .into_iter()
        .flat_map(|f| f.vectors)
        .flat_map(|v| v.rules)
        .filter(|r| r.starts_with("S21-"))
        .collect();
    let mut wrong = Vec::new();
    for rule in rules() {
        let has_pair = shown.contains(rule.id);
        match rule.coverage {
            Coverage::Judged if !has_pair => wrong.push(format!("{} is called judged, but has no vectors", rule.id)),
            Coverage::Reason(_) | Coverage::Pattern if has_pair => {
                wrong.push(format!("{} has vectors after all", rule.id))
            }
            Coverage::Missing => {
                wrong.push(format!("{} has neither vectors nor a reason: {}", rule.id, rule.statement))
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known: BTreeSet<&str> = rules().iter().map(|r| r.id).collect();
    let unknown: Vec<&String> = shown.iter().filter(|r| !known.contains(r.as_str())).collect();
    assert!(unknown.is_empty(), "vectors cite unknown rules: {unknown:?}");
}
