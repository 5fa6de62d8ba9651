//! The `requirements` command in each of its formats.

use std::process::Command;

use serde_json::Value;
use taxii_conformance::case;

fn requirements(flags: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"))
        .arg("requirements")
        .args(flags)
        .env_clear()
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn every_format_has_every_requirement() {
    let all = case::requirements();
    for flags in [&[][..], &["--coverage"][..]] {
        for (format, head) in [("text", 2), ("markdown", 2), ("csv", 1)] {
            let text = requirements(&[&["--format", format], flags].concat());
            assert!(all.iter().all(|r| text.contains(&r.id)), "{format}");
            if format != "text" {
                assert_eq!(text.lines().count(), all.len() + head, "{format}");
            }
        }
        let json: Value = serde_json::from_str(&requirements(&[&["--format", "json"], flags].concat())).expect("JSON");
        assert_eq!(json["requirements"].as_array().expect("a list").len(), all.len());
    }
}

#[test]
fn coverage_names_cases_defects_and_reasons() {
    let json: Value = serde_json::from_str(&requirements(&["--coverage", "--format", "json"])).expect("JSON");
    let row = |id: &str| {
        let rows = json["requirements"].as_array().expect("a list");
        rows.iter().find(|row| row["requirement"]["id"] == id).expect("a row").clone()
    };
    let strict = row("T21-3.4-02");
    let names = |value: &Value, name: &str| value.as_array().expect("a list").iter().any(|v| v == name);
    assert!(names(&strict["cases"], "filter/added-after"), "{strict}");
    assert!(names(&strict["defects"], "added-after-inclusive"), "{strict}");
    assert_eq!(strict["reason"], Value::Null);
    let text = requirements(&["--coverage"]);
    assert!(text.contains("cases    filter/added-after"), "{text}");
    assert!(text.contains(" with a case, "), "{text}");
}

#[test]
fn coverage_tells_how_each_requirement_stood_in_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("run.json");
    let to = format!("json={}", report.display());
    let run = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"))
        .args(["run", "--reference", "--only", "filter/malformed", "--defect", "limit-zero-taken-on-manifest", "-q"])
        .args(["--report", &to])
        .output()
        .expect("the binary starts");
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let path = report.to_str().expect("a path");
    let csv = requirements(&["--coverage", "--report", path, "--format", "csv"]);
    let row = |id: &str| csv.lines().find(|line| line.starts_with(id)).expect("a row").to_owned();
    assert!(row("T21-3.4-01").contains(",broken,"), "{}", row("T21-3.4-01"));
    assert!(row("T21-3.4-02").contains(",not run,"), "{}", row("T21-3.4-02"));
}

#[test]
fn the_rules_of_stix_are_a_register_too() {
    let json: Value =
        serde_json::from_str(&requirements(&["--standard", "stix-2.1", "--coverage", "--format", "json"]))
            .expect("JSON");
    let rows = json["requirements"].as_array().expect("a list");
    assert_eq!(rows.len(), taxii_conformance::stix::rules().len());
    let judged = |row: &&Value| row["cases"].as_array().is_some_and(|c| !c.is_empty());
    let open = |row: &&Value| !judged(row) && row["reason"].is_null();
    assert!(rows.iter().filter(judged).count() > 500);
    assert_eq!(rows.iter().find(open), None, "a rule that nothing judges needs a reason");
    assert!(requirements(&["--standard", "stix-2.1"]).contains("rules: "));
}

#[test]
fn cells_of_csv_are_quoted() {
    let text = requirements(&["--format", "csv"]);
    assert!(text.starts_with("id,section,level,statement\r\n"));
    let row = text.lines().find(|line| line.starts_with("T21-2-01,")).expect("a row");
    assert!(row.contains(",\"A boolean is the JSON literal true or false, "), "{row}");
}
