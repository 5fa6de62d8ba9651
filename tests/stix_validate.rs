//! `validate` on the command line: forms of input, formats of output, exit codes.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

const TOOL: &str = r#"{"type":"tool","spec_version":"2.1","id":"tool--e2e1a340-4415-4ba8-9671-f7343fbf0836","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","name":"nmap"}"#;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn run(arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"))
        .arg("validate")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let _ = child.stdin.take().expect("stdin").write_all(input.as_bytes());
    let done = child.wait_with_output().expect("it ends");
    Ran {
        code: done.status.code().expect("an exit code"),
        out: String::from_utf8(done.stdout).expect("UTF-8"),
        err: String::from_utf8(done.stderr).expect("UTF-8"),
    }
}

fn json(input: &str) -> (i32, Value) {
    let ran = run(&["--format", "json", "-"], input);
    (ran.code, serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.out)))
}

#[test]
fn every_form_of_input_is_valid() {
    let forms = [
        (TOOL.to_owned(), 1),
        (format!("[{TOOL}]"), 1),
        (format!("{TOOL}\n{TOOL}\n"), 2),
        (format!(r#"{{"more":false,"objects":[{TOOL}]}}"#), 1),
        (format!(r#"{{"type":"bundle","id":"bundle--e2e1a340-4415-4ba8-9671-f7343fbf0837","objects":[{TOOL}]}}"#), 1),
        (r#"{"more":false,"objects":[]}"#.to_owned(), 0),
        (r#"{"more":false}"#.to_owned(), 0),
        ("[]".to_owned(), 0),
        (format!("{TOOL}{TOOL}"), 2),
        (format!("\u{feff}{TOOL}"), 1),
    ];
    for (input, objects) in forms {
        let (code, row) = json(&input);
        assert_eq!(
            (code, &row["valid"], &row["objects"]),
            (0, &Value::Bool(true), &Value::from(objects)),
            "{input}: {row}"
        );
        assert_eq!(row["file"], "-");
        assert_eq!(row["findings"], Value::Array(vec![]));
    }
}

#[test]
fn findings_point_into_the_document() {
    let wrong = TOOL.replace("\"nmap\"", "5");
    let (code, row) = json(&format!(r#"{{"objects":[{TOOL},{wrong}]}}"#));
    assert_eq!((code, &row["valid"]), (1, &Value::Bool(false)));
    let found = &row["findings"][0];
    assert_eq!(found["level"], "must");
    assert_eq!(found["code"], "wrong-type");
    assert_eq!(found["pointer"], "/objects/1/name");
    assert_eq!(found["object"], "tool--e2e1a340-4415-4ba8-9671-f7343fbf0836");
    let (_, row) = json(&format!("{TOOL}\n{wrong}"));
    assert_eq!(
        (&row["findings"][0]["document"], &row["findings"][0]["pointer"]),
        (&Value::from(2), &Value::from("/name"))
    );
}

#[test]
fn advice_leaves_content_valid_and_can_be_left_out() {
    let input = TOOL.replace("\"nmap\"", "\"nmap\",\"tool_types\":[\"Scan_ner\"]");
    let (code, row) = json(&input);
    assert_eq!((code, &row["valid"]), (0, &Value::Bool(true)));
    assert_eq!(row["findings"].as_array().map(Vec::len), Some(3));
    let ran = run(&["--format", "json", "--level", "must", "-"], &input);
    assert!(ran.out.contains("\"findings\":[]"));
    let ran = run(&["--format", "json", "--disable", "vocabulary-case,not-in-vocabulary", "-"], &input);
    assert_eq!(ran.out.matches("\"code\"").count(), 1);
}

#[test]
fn stix_20_is_named_and_not_judged() {
    let old = r#"{"type":"bundle","id":"bundle--e2e1a340-4415-4ba8-9671-f7343fbf0837","spec_version":"2.0","objects":[{"type":"indicator","id":"indicator--e2e1a340-4415-4ba8-9671-f7343fbf0836","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","labels":["x"],"pattern":"[a:b = 1]","valid_from":"2020-01-01T00:00:00Z"}]}"#;
    let (code, row) = json(old);
    assert_eq!((code, &row["valid"]), (0, &Value::Bool(true)));
    assert_eq!(row["findings"][0]["code"], "stix-2-0");
}

#[test]
fn what_is_no_json_is_a_finding_with_its_place() {
    let (code, row) = json("{\n \"a\": ,\n}");
    assert_eq!((code, &row["valid"]), (1, &Value::Bool(false)));
    let found = &row["findings"][0];
    assert_eq!((&found["code"], &found["line"]), (&Value::from("invalid-json"), &Value::from(2)));
}

#[test]
fn a_missing_file_is_named_and_the_others_are_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = folder.path().join("a.json");
    std::fs::write(&good, TOOL).expect("written");
    let ran = run(&["--format", "json", "no-such-file.json", good.to_str().expect("UTF-8")], "");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot read no-such-file.json"), "{}", ran.err);
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&rows[0]["file"], &rows[0]["valid"]), (&"no-such-file.json".into(), &false.into()));
    assert!(rows[0]["error"].as_str().is_some_and(|why| why.contains("No such file")), "{}", rows[0]);
    assert_eq!((rows.len(), &rows[1]["valid"]), (2, &true.into()));
}

#[test]
fn links_that_lead_in_circles_end() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.json"), TOOL).expect("written");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).expect("a link");
    let ran = run(&["--format", "json", folder.path().to_str().expect("UTF-8")], "");
    assert_eq!((ran.code, ran.out.lines().count()), (0, 1));
}

#[test]
fn other_encodings_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = |file: &str| folder.path().join(file).to_str().expect("UTF-8").to_owned();
    let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { TOOL.encode_utf16().flat_map(bytes).collect() };
    std::fs::write(name("le"), wide(u16::to_le_bytes)).expect("written");
    std::fs::write(name("be"), wide(u16::to_be_bytes)).expect("written");
    std::fs::write(name("bom"), [&[0xFF, 0xFE], &wide(u16::to_le_bytes)[..]].concat()).expect("written");
    for file in ["le", "be", "bom"] {
        let ran = run(&[&name(file)], "");
        assert_eq!(ran.code, 1);
        assert!(ran.out.contains("UTF-16 or UTF-32"), "{file}: {}", ran.out);
    }
}

#[test]
fn many_findings_each_have_their_place() {
    let many = format!("[{}]", vec![TOOL.replace("\"nmap\"", "5"); 3_000].join(",\n"));
    let ran = run(&["-"], &many);
    for (line, column) in [(2, 169), (1_500, 169), (3_000, 169)] {
        assert!(ran.out.contains(&format!("\n-:{line}:{column}: error[wrong-type]")), "line {line}");
    }
    assert!(ran.out.starts_with("-:1:170: error[wrong-type]"));
    // A slip in every item of one list: those beyond what is affordable stand where the object begins.
    let refs: Vec<String> = (0..2_000).map(|n| format!("\"bad-{n}\"")).collect();
    let report = TOOL.replace("\"nmap\"", &format!("\"a\",\"object_marking_refs\":[{}]", refs.join(",")));
    let ran = run(&["-"], &report);
    assert_eq!(ran.out.matches("error[").count(), 2_000);
}

#[test]
fn content_cannot_steer_a_terminal() {
    let ran = run(&["-"], &TOOL.replace("\"nmap\"", "\"a\u{202e}b\",\"x\u{1b}[31m\":1").replace('\u{1b}', "\\u001b"));
    assert!(!ran.out.contains(['\u{202e}', '\u{1b}']), "{}", ran.out);
}

#[test]
fn directories_are_read_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["b.json", "a.json", "c.txt", "d.ndjson"] {
        std::fs::write(folder.path().join(name), TOOL).expect("written");
    }
    let ran = run(&["--format", "json", folder.path().to_str().expect("UTF-8")], "");
    let names: Vec<String> = ran
        .out
        .lines()
        .map(|l| {
            serde_json::from_str::<Value>(l).expect("JSON")["file"]
                .as_str()
                .expect("a name")
                .rsplit('/')
                .next()
                .unwrap_or("")
                .to_owned()
        })
        .collect();
    assert_eq!((ran.code, names), (0, vec!["a.json".to_owned(), "b.json".into(), "d.ndjson".into()]));
}

#[test]
fn people_see_the_line_and_the_value() {
    let pretty = TOOL.replace(",", ",\n  ").replace("\"nmap\"", "5");
    let ran = run(&["-"], &pretty);
    assert_eq!(ran.code, 1);
    let wanted = "-:6:10: error[wrong-type] S21-12.1-03: `name` has to be a string, not an integer\n    \
                  at tool--e2e1a340-4415-4ba8-9671-f7343fbf0836 /name\n     \
                  6 |   \"name\":5}\n       |          ^\n\
                  -: invalid, 1 object, 1 error, 0 advice\n";
    assert_eq!(ran.out, wanted);
}

#[test]
fn wrong_usage_is_told() {
    assert_eq!(run(&[], "").code, 2);
    let ran = run(&["--disable", "wrong-tipe", "-"], TOOL);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean wrong-type"), "{}", ran.err);
}
