//! What is shown of a body, and what is marked.

use super::*;

fn shown(body: &str, marks: &[&str], room: usize) -> String {
    let line = |l: &Line| format!("{}{}{}\n", if l.mark { ">" } else { " " }, l.indent.replace('\t', "  "), l.text);
    show(body.as_bytes(), marks, room).iter().map(line).collect()
}

#[test]
fn tokens_stay_as_they_came() {
    let body = r#"{"a" :1.0,"a":1e400,"b":[],"c":[{"d":"x  y\u0041"},[true,null]],"e":{}}"#;
    let expected = r#" {
   "a": 1.0,
   "a": 1e400,
   "b": [],
   "c": [
     {
>      "d": "x  y\u0041"
     },
     [
       true,
       null
     ]
   ],
   "e": {}
 }
"#;
    assert_eq!(shown(body, &["/c/0/d"], 10_000), expected);
}

#[test]
fn what_is_missing_marks_what_should_hold_it() {
    let body = r#"{"objects":[{"id":"x"},{"id":"y"}]}"#;
    let marked = |marks: &[&str]| -> Vec<String> {
        show(body.as_bytes(), marks, 10_000).into_iter().filter(|l| l.mark).map(|l| l.indent + &l.text).collect()
    };
    assert_eq!(marked(&["/objects/1/type"]), ["\t\t{"]);
    assert_eq!(marked(&["/objects/7"]), ["\t\"objects\": ["]);
    assert_eq!(marked(&["", "/nothing"]), ["{"]);
    assert_eq!(marked(&["/objects/0/id", "/objects/1/id"]), ["\t\t\t\"id\": \"x\"", "\t\t\t\"id\": \"y\""]);
}

#[test]
fn names_are_compared_unescaped_and_twice_is_twice() {
    let body = r#"{"a/b~":1,"\u0061/b~":2}"#;
    assert_eq!(shown(body, &["/a~1b~0"], 100), " {\n>  \"a/b~\": 1,\n>  \"\\u0061/b~\": 2\n }\n");
}

#[test]
fn long_bodies_keep_what_is_around_the_place() {
    let objects: Vec<String> = (0..5000).map(|i| format!(r#"{{"id":"indicator--{i}","n":{i}}}"#)).collect();
    let body = format!(r#"{{"more":false,"objects":[{}]}}"#, objects.join(","));
    let text = shown(&body, &["/objects/4321/n"], 2000);
    assert!(text.len() < 6000, "{}", text.len());
    assert!(text.starts_with(" {\n   \"more\": false,\n   \"objects\": [\n"), "{text}");
    assert!(text.contains("\n>      \"n\": 4321\n"), "{text}");
    assert!(text.contains(" lines left out\n"), "{text}");
    assert!(text.contains("\"id\": \"indicator--4322\""), "{text}");
}

#[test]
fn what_is_no_json_is_shown_as_it_came() {
    assert_eq!(shown("<html>\n<b>no</b>", &["/a"], 100), "><html>\n><b>no</b>\n");
    assert_eq!(shown(&"x".repeat(100), &[], 10), format!(" {}\n … 90 more bytes left out\n", "x".repeat(10)));
    assert_eq!(shown("", &["/a"], 10), "");
    for body in [
        "{",
        "[",
        "{\"a",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":\"b",
        "[1,",
        "[,",
        "{\"a\":}",
        "[1}",
        "{,}",
        "[tru",
        "{\"a\":1} x",
    ] {
        let text: String = shown(body, &["/a", "/0"], 1000).split(['\n', ' ', '>']).collect();
        assert_eq!(text, body.replace(' ', ""), "nothing is lost");
    }
}

#[test]
fn depth_is_bounded() {
    let body = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let lines = show(body.as_bytes(), &["/0/0/0"], 4000);
    assert!(lines.len() < 2 * DEEPEST + 4);
    assert!(lines.iter().all(|l| l.indent.len() <= DEEPEST));
}
