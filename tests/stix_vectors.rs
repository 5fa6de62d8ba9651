//! Every rule that content can show, by a valid and an invalid object: `tests/stix/vectors/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use taxii_conformance::stix::{Coverage, Finding, Level, Validator, rule, rules};

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
    /// The rules that the pair shows: findings on the invalid one cite each of them, or the rule that says the same.
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

/// The rule that findings cite for this one.
fn cited(id: &str) -> &str {
    match rule(id).map(|r| r.coverage) {
        Some(Coverage::Same(other)) => other,
        _ => id,
    }
}

/// What a vector gets wrong, if anything.
fn fault(vector: &Vector, bases: &BTreeMap<String, Value>) -> Option<String> {
    let valid = judge(&text_of(vector, vector.valid_text.as_ref(), &vector.valid, bases));
    let about =
        |f: &Finding| f.code == vector.code && f.rule.is_some_and(|r| vector.rules.iter().any(|w| cited(w) == r));
    if let Some(f) = valid.iter().find(|f| f.level == Level::Must || about(f)) {
        return Some(format!("the valid one gives {}", shown(std::slice::from_ref(f))));
    }
    let found = judge(&text_of(vector, vector.invalid_text.as_ref(), &vector.invalid, bases));
    let hit =
        |rule: &str| found.iter().any(|f| about(f) && f.level.as_str() == vector.level && f.rule == Some(cited(rule)));
    if let Some(rule) = vector.rules.iter().find(|rule| !hit(rule)) {
        return Some(format!("the invalid one does not show {rule}, it gives only{}", shown(&found)));
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

/// Content on which a validator may go wrong, and the codes of the MUST findings that it has; none where it is valid.
#[derive(Deserialize)]
struct Hard {
    name: String,
    section: String,
    /// A base and a merge patch, or the content itself, or its text.
    base: Option<String>,
    #[serde(default)]
    patch: Value,
    content: Option<Value>,
    text: Option<String>,
    must: BTreeSet<String>,
}

#[test]
fn hard_cases_are_judged_as_the_standard_says() {
    let cases: Vec<Hard> = serde_json::from_str(include_str!("stix/hard.json")).expect("hard.json");
    let bases = bases();
    let mut faults = Vec::new();
    for case in &cases {
        let text = case.text.clone().unwrap_or_else(|| {
            let base = || bases.get(case.base.as_deref().unwrap_or("")).expect("a base, content or text").clone();
            let mut content = case.content.clone().unwrap_or_else(base);
            merge(&mut content, &case.patch);
            content.to_string()
        });
        let found = judge(&text);
        let must: BTreeSet<String> =
            found.iter().filter(|f| f.level == Level::Must).map(|f| f.code.to_owned()).collect();
        if must != case.must {
            faults.push(format!("{} ({}): wanted {:?}, got{}", case.name, case.section, case.must, shown(&found)));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn nesting_alone_makes_nothing_invalid() {
    let object = bases()["campaign"].to_string();
    let head = object.trim_end_matches('}');
    for depth in [90, 200, 100_000] {
        let lists = format!("{head},\"x_deep\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        let maps = format!("{head},\"x_deep\":{}1{}}}", "{\"abc\":".repeat(depth), "}".repeat(depth));
        for text in [lists, maps] {
            let found = judge(&text);
            assert!(found.iter().all(|f| f.level == Level::Should), "{depth}: {}", shown(&found[..1]));
            assert_eq!(found.iter().any(|f| f.code == "nested-too-deep"), depth > 100, "{depth}");
        }
    }
}

/// A bundle of marking definitions, each marked by those that `marks` names.
fn marked(count: usize, marks: impl Fn(usize) -> Vec<usize>) -> String {
    let id = |n: usize| format!("marking-definition--e2e1a340-4415-4ba8-9671-{n:012x}");
    let objects: Vec<Value> = (0..count)
        .map(|n| {
            serde_json::json!({
                "type": "marking-definition", "spec_version": "2.1", "id": id(n), "created": "2024-01-01T00:00:00.000Z",
                "definition_type": "statement", "definition": {"statement": "s"},
                "object_marking_refs": marks(n).into_iter().map(id).collect::<Vec<_>>(),
            })
        })
        .collect();
    Value::from(objects).to_string()
}

#[test]
fn circles_of_markings_are_found_whatever_their_size() {
    let circular = |text: &str| judge(text).iter().filter(|f| f.code == "marking-cycle").count();
    assert_eq!(circular(&marked(3_000, |n| vec![(n + 1) % 3_000])), 3_000);
    // Of a tail only the end is part of the circle.
    assert_eq!(circular(&marked(2_000, |n| vec![(n + 1).min(1_990 + (n + 1) % 10)])), 10);
    // Every definition is marked by the next fifty: one finding each.
    assert_eq!(circular(&marked(400, |n| (1..=50).map(|step| (n + step) % 400).collect())), 400);
    assert_eq!(circular(&marked(400, |n| (n + 1..=n + 50).collect())), 0);
}

/// The rules that a pair of patterns shows; `tests/pattern.rs` judges the pairs.
fn pattern_pairs() -> BTreeSet<&'static str> {
    include_str!("pattern/coverage.tsv")
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (id, how) = (cells.next()?, cells.next()?);
            (!how.starts_with("not on content")).then_some(id)
        })
        .collect()
}

/// The register's coverage is what the vectors show: every pair proves by [`fault`] that findings cite its rules.
#[test]
fn every_rule_is_covered_or_has_a_reason() {
    let shown: BTreeSet<String> = families()
        .into_iter()
        .flat_map(|f| f.vectors)
        .flat_map(|v| v.rules)
        .filter(|r| r.starts_with("S21-"))
        .collect();
    let patterns = pattern_pairs();
    let mut wrong = Vec::new();
    for rule in rules() {
        let has_pair = shown.contains(rule.id);
        match rule.coverage {
            Coverage::Pattern if !patterns.contains(rule.id) => {
                wrong.push(format!("{} is called judged on patterns, but has no pair of patterns", rule.id));
            }
            Coverage::Reason(_) if patterns.contains(rule.id) => {
                wrong.push(format!("{} has a pair of patterns after all", rule.id));
            }
            Coverage::Judged | Coverage::Same(_) if !has_pair => {
                wrong.push(format!("{} is called judged, but has no vectors", rule.id));
            }
            Coverage::Same(other) if !rules().iter().any(|r| r.id == other && r.coverage == Coverage::Judged) => {
                wrong.push(format!("{} is said to be the same as {other}, which is not judged", rule.id));
            }
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
