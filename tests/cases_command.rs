//! The `cases` command: what it lists, and what it says of typical mistakes.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Exit code, standard output, standard error.
fn cases(folder: &Path, flags: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"))
        .arg("cases")
        .args(flags)
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the binary starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

const GOOD: &str = r#"id = "mine/types"
title = "objects of one type alone"
requirements = ["T21-3.4-10"]

[matrix]
endpoint = ["objects", "manifest"]

[[step]]
get = "{endpoint}"
query = { "match[type]" = "{type}" }
expect = { status = 200, selection = "ids" }
"#;

/// What is wrong, the text that is replaced, and what takes its place.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("unknown key of a case", "title =", "titel ="),
    ("unknown key of a step", "query =", "qeury ="),
    ("unknown word of an expectation", "selection =", "selektion ="),
    ("unknown value of a word", "\"ids\"", "\"idz\""),
    ("wrong type", "requirements = [\"T21-3.4-10\"]", "requirements = \"T21-3.4-10\""),
    ("missing id", "id = \"mine/types\"\n", ""),
    ("an id with capitals and spaces", "mine/types", "Mine Types"),
    ("unknown requirement", "T21-3.4-10", "T21-3.4-100"),
    ("unknown fact", "\n[matrix]", "needs = [\"writeable\"]\n\n[matrix]"),
    ("unknown variable", "{type}", "{typ}"),
    ("unknown endpoint in the matrix", "\"manifest\"", "\"manifests\""),
    ("unknown endpoint of a step", "get = \"{endpoint}\"", "get = \"object-list\""),
    ("unknown object", "get = \"{endpoint}\"\n", "add = [\"a\"]\n"),
    ("unknown template", "\n[matrix]", "objects.a = { like = \"indicater\" }\n\n[matrix]"),
    ("no expect", "expect = { status = 200, selection = \"ids\" }\n", ""),
    ("two actions in a step", "get = \"{endpoint}\"", "get = \"{endpoint}\"\ndelete = \"object\""),
    ("no action in a step", "get = \"{endpoint}\"\n", ""),
    ("bad status class", "status = 200", "status = \"4XX\""),
    ("bad status code", "status = 200", "status = 20"),
    ("no TOML", "[matrix]", "[matrix"),
    ("a table where a list is meant", "[[step]]", "[step]"),
    ("a number where a table is meant", "expect = { status = 200, selection = \"ids\" }", "expect = 200"),
    ("a requirement of another kind", "T21-3.4-10", "ACME-1"),
    ("missing requirements", "requirements = [\"T21-3.4-10\"]\n", ""),
];

#[test]
fn each_mistake_is_shown_with_its_place_and_what_to_write() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    let mut told = String::new();
    for (mistake, good, bad) in MISTAKES {
        assert!(GOOD.contains(good), "{mistake}");
        fs::create_dir_all(folder.path().join("mine")).expect("made");
        fs::write(folder.path().join("mine/types.toml"), GOOD.replacen(good, bad, 1)).expect("written");
        let (code, out, err) = cases(folder.path(), &["--lint", "mine"]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{mistake}: {err}");
        told += &format!("# {mistake}\n{err}\n");
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, { insta::assert_snapshot!("case-mistakes", told) });
}

#[test]
fn good_cases_are_counted() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    fs::create_dir_all(folder.path().join("mine/more")).expect("made");
    fs::write(folder.path().join("mine/types.toml"), GOOD).expect("written");
    fs::write(folder.path().join("mine/more/again.toml"), GOOD.replace("mine/types", "mine/again")).expect("written");
    let good = |flags: &[&str], words: &str| {
        assert_eq!(cases(folder.path(), flags), (Some(0), format!("{words}\n"), String::new()), "{flags:?}");
    };
    good(&["--lint", "mine"], "2 cases (4 trials) are good");
    good(&["--lint", "mine/types.toml"], "1 case (2 trials) is good");
}

#[test]
fn every_fault_of_every_file_is_told() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    let faulty = GOOD.replace("{type}", "{typ}").replace("T21-3.4-10", "T21");
    fs::write(folder.path().join("a.toml"), &faulty).expect("written");
    fs::write(folder.path().join("b.toml"), GOOD.replace("expect", "expcet")).expect("written");
    let (code, _, err) = cases(folder.path(), &["--lint", "."]);
    assert_eq!(code, Some(2));
    assert!(err.contains("./a.toml:3:17: ") && err.contains("./a.toml:10:27: "), "{err}");
    assert!(err.contains("./b.toml:11:1: ") && err.ends_with("3 errors\n"), "{err}");
}

#[test]
fn ids_are_used_once() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    fs::write(folder.path().join("a.toml"), GOOD.replace("mine/types", "filter/type")).expect("written");
    let (code, _, err) = cases(folder.path(), &["--lint", "."]);
    assert_eq!(code, Some(2));
    assert!(err.contains("the id `filter/type` is already used in cases/filter/type.toml"), "{err}");
    fs::write(folder.path().join("a.toml"), GOOD).expect("written");
    fs::write(folder.path().join("b.toml"), GOOD).expect("written");
    let (code, _, err) = cases(folder.path(), &["--lint", "."]);
    assert_eq!(code, Some(2));
    assert!(err.contains("./b.toml:1:6: the id `mine/types` is already used in ./a.toml"), "{err}");
}

#[test]
fn a_folder_without_cases_is_a_mistake() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    for (path, word) in [(".", "holds no case file"), ("nowhere", "cannot be read")] {
        let (code, _, err) = cases(folder.path(), &["--lint", path]);
        assert_eq!(code, Some(2));
        assert!(err.contains(word), "{err}");
    }
}

#[test]
fn the_list_has_every_case() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    let (code, out, err) = cases(folder.path(), &["--format", "json"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let list: Value = serde_json::from_str(&out).expect("JSON");
    let ids: Vec<&str> =
        list["cases"].as_array().expect("a list").iter().map(|case| case["id"].as_str().expect("an id")).collect();
    let known = taxii_conformance::case::embedded().expect("good cases");
    assert_eq!(ids, known.iter().map(|case| case.id.get_ref().as_str()).collect::<Vec<_>>());
    let (code, out, _) = cases(folder.path(), &[]);
    assert_eq!(code, Some(0));
    assert!(ids.iter().all(|id| out.contains(id)));
    assert!(out.contains(&format!("\n{} cases, ", ids.len())), "{out}");
}

#[test]
fn the_vocabulary_names_what_the_code_knows() {
    let (code, out, _) = cases(Path::new("."), &["--vocabulary"]);
    assert_eq!(code, Some(0));
    for word in ["three-versions", "{type-b}", "of-endpoint", "write-only", "manifest", "domain-name", "at_least"] {
        assert!(out.contains(word.trim_matches(['{', '}'])), "{word} in {out}");
    }
}
