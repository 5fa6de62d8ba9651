//! The `pattern` command: what it prints, and how it ends.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// Runs `pattern` with `args` and `input` on standard input.
fn pattern(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"))
        .arg("pattern")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // A command that refuses its arguments closes the pipe early.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("the command ends")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn json_has_one_line_a_pattern_in_order() {
    let input = b"[file:size = 1]\n\n[file:size = ]\r\n   \n[fle:name = 'a']\r\n[file:size IN (1, 'a')]";
    let output = pattern(&["--format", "json", "-"], input);
    assert_eq!(code(&output), 1);
    let lines = lines(&output);
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[0],
        json!({"pattern": "[file:size = 1]", "valid": true, "message": null, "offset": null, "findings": []})
    );
    assert_eq!(lines[1]["pattern"], "[file:size = ]");
    assert_eq!(lines[1]["valid"], false);
    assert_eq!(lines[1]["message"], "found `]`, expected a constant");
    assert_eq!(lines[1]["offset"], 13);
    assert_eq!(lines[2]["valid"], true);
    assert_eq!(lines[2]["message"], Value::Null);
    assert_eq!(lines[2]["findings"][0]["level"], "should");
    assert_eq!(lines[2]["findings"][0]["code"], "pattern-unknown-type");
    assert_eq!(lines[3]["valid"], false);
    assert_eq!(lines[3]["offset"], 18);
    assert_eq!(lines[3]["findings"][0]["rule"], "S21-9.6-17");
}

#[test]
fn people_get_place_excerpt_caret_and_count() {
    let output = pattern(&["-"], "[file:size = 1]\n[file:name = 'ü' AN]\n".as_bytes());
    assert_eq!(code(&output), 1);
    let expected = "\
<stdin>:2:18: error: found `AN`, expected a boolean operator or `]`
  | [file:name = 'ü' AN]
  |                  ^
2 patterns: 1 valid, 1 invalid; 0 warnings
";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

#[test]
fn long_lines_and_control_characters_are_shown_with_care() {
    let input = format!("[file:name = '{}\u{1b}[31m' XOR]\n", "a".repeat(100_000));
    let output = pattern(&["-"], input.as_bytes());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.starts_with("<stdin>:1:100022: error: "), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 120), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    let caret = lines[2].find('^').expect("a caret");
    assert_eq!(lines[1].chars().nth(caret), Some('X'));
}

#[test]
fn valid_input_ends_with_0_and_warnings_do_not_change_that() {
    let output = pattern(&["-"], "\u{feff}[file:size = 1]\n[file:size = 'a']\n".as_bytes());
    assert_eq!(code(&output), 0, "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("2 patterns: 2 valid, 0 invalid; 1 warnings\n"));
}

#[test]
fn text_that_is_not_utf_8_is_an_invalid_pattern() {
    let output = pattern(&["--format=json", "-"], b"[file:name = 'a\xff']\n[file:size = 1]\n");
    assert_eq!(code(&output), 1);
    let lines = lines(&output);
    assert_eq!((&lines[0]["valid"], &lines[0]["offset"]), (&json!(false), &json!(15)));
    assert!(lines[0]["message"].as_str().is_some_and(|message| message.contains("not UTF-8")));
    assert_eq!(lines[1]["valid"], true);
}

#[test]
fn wrong_usage_and_unreadable_files_end_with_2() {
    assert_eq!(code(&pattern(&[], b"")), 2);
    assert_eq!(code(&pattern(&["--format", "xml", "-"], b"")), 2);
    let output = pattern(&["--format", "json", "no/such/file", "-"], b"[file:size = 1]\n");
    assert_eq!(code(&output), 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no/such/file"));
    // What can be read is judged all the same.
    assert_eq!(lines(&output).len(), 1);
}

#[test]
fn input_without_patterns_ends_with_4() {
    let output = pattern(&["-"], b"\n  \n");
    assert_eq!(code(&output), 4);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no patterns"));
}
