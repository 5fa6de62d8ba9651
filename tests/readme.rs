//! What the README shows is true.

use taxii_conformance::case::load;
use taxii_conformance::record::exit;

const README: &str = include_str!("../README.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_examples_of_cases_are_good() {
    let cases = blocks("toml");
    assert_eq!(cases.len(), 2);
    for text in cases {
        if let Err(errors) = load::parse("README.md", text) {
            panic!("{errors:?}");
        }
    }
}

#[test]
fn the_first_commands_are_the_two_to_begin_with() {
    let first: Vec<&str> = blocks("")[0].lines().collect();
    assert_eq!(first, ["cargo run --release -- run --reference", "cargo test"]);
}

#[test]
fn the_exit_codes_are_those_of_the_code() {
    for (code, word) in [
        (exit::OK, "no MUST failed"),
        (exit::FAILED, "a MUST failed"),
        (exit::USAGE, "wrong usage"),
        (exit::UNTESTABLE, "could not be tested, or not to the end"),
        (exit::NOTHING_JUDGED, "nothing was judged"),
    ] {
        let row = README.lines().find(|line| line.starts_with(&format!("| {code} |"))).expect("a row");
        assert!(row.contains(word), "{row}");
    }
}
