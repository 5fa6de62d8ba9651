use super::*;

const IDENTITY: &str = r#"{"type":"identity","spec_version":"2.1","id":"identity--e2e1a340-4415-4ba8-9671-f7343fbf0836","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","name":"a"}"#;

fn run(text: &str) -> (Summary, Vec<Placed>) {
    let mut out = Vec::new();
    let options = Options { validator: Validator::new(), places: true, wanted: &|_| true };
    let summary = judge(text.as_bytes(), None, &options, &mut |p| out.push(p)).expect("reading from memory");
    (summary, out)
}

/// A bundle larger than what is judged whole, so that it is cut.
fn large(object: &str) -> String {
    let filler = format!(r#"{IDENTITY},"#).repeat(split::WHOLE / IDENTITY.len() + 10);
    format!(r#"{{"type":"bundle","id":"bundle--e2e1a340-4415-4ba8-9671-f7343fbf0837","objects":[{filler}{object}]}}"#)
}

#[test]
fn all_forms_are_counted() {
    let bundle =
        format!(r#"{{"type":"bundle","id":"bundle--e2e1a340-4415-4ba8-9671-f7343fbf0837","objects":[{IDENTITY}]}}"#);
    for (text, objects) in [
        (IDENTITY.to_owned(), 1),
        (format!("[{IDENTITY}, {IDENTITY}]"), 2),
        (format!("{IDENTITY}\n{IDENTITY}\n\n{IDENTITY}"), 3),
        (format!(r#"{{"more":false,"objects":[{IDENTITY}]}}"#), 1),
        (bundle, 1),
    ] {
        let (summary, out) = run(&text);
        assert_eq!((summary.objects, out.len()), (objects, 0), "{text}: {out:?}");
    }
}

#[test]
fn a_large_bundle_is_cut_and_judged_alike() {
    let wrong = IDENTITY.replace(r#""name":"a""#, r#""name":1"#);
    let text = large(&wrong);
    let (summary, out) = run(&text);
    let last = summary.objects - 1;
    let found: Vec<(&str, String)> = out.iter().map(|p| (p.finding.code, p.finding.pointer.clone())).collect();
    assert_eq!(
        found,
        [("wrong-type", format!("/objects/{last}/name")), ("version-differs", format!("/objects/{last}"))]
    );
    let place = out[0].place.as_ref().expect("a place");
    assert_eq!((place.line, usize::try_from(place.column)), (1, Ok(text.rfind(r#":1}"#).expect("there") + 2)));
}

#[test]
fn what_is_no_json_says_where() {
    for (text, line, column) in [("{\"a\":1,\n \"b\":}", 2, 6), ("[1,2", 1, 4), ("}", 1, 1), ("", 1, 1)] {
        let (_, out) = run(text);
        let place = out[0].place.as_ref().expect("a place");
        assert_eq!((out[0].finding.code, place.line, place.column), ("invalid-json", line, column), "{text}");
    }
    let text = large("1 2").replace("1 2]", "{} {}]");
    let (_, out) = run(&text);
    assert_eq!(out.last().map(|p| p.finding.code), Some("invalid-json"));
}

/// What the splitter cuts out of a text, with buffers of these sizes.
fn cut(text: &[u8], chunk: usize, whole: usize) -> Result<Vec<(Role, Vec<u8>)>, ()> {
    let mut splitter = Splitter::with_sizes(text, chunk, whole);
    let mut out = Vec::new();
    loop {
        match splitter.next_batch() {
            Ok(Some(batch)) => out.extend(batch.items.iter().map(|i| (i.role, batch.text[i.start..i.end].to_vec()))),
            Ok(None) => return Ok(out),
            Err(_) => return Err(()),
        }
    }
}

fn values() -> impl proptest::strategy::Strategy<Value = Vec<serde_json::Value>> {
    use proptest::prelude::*;
    let text = "[ -~é\\n\"\\\\]{0,12}";
    let object = prop::collection::vec(("[a-z]{1,4}", text), 0..4)
        .prop_map(|m| serde_json::Value::Object(m.into_iter().map(|(k, v)| (k, v.into())).collect()));
    prop::collection::vec(object, 1..6)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn objects_are_cut_out_as_they_are(objects in values(), chunk in 1usize..40, whole in 1usize..60, pretty: bool) {
        let bundle = serde_json::json!({"type": "bundle", "objects": objects, "id": "x"});
        let text = if pretty { serde_json::to_string_pretty(&bundle) } else { serde_json::to_string(&bundle) }.expect("JSON");
        let parts = cut(text.as_bytes(), chunk, whole).expect("valid JSON is cut");
        let parsed: Vec<serde_json::Value> = parts.iter().map(|(_, raw)| serde_json::from_slice(raw).expect("JSON")).collect();
        match parts[0].0 {
            Role::Document(_) => proptest::prop_assert_eq!(&parsed, &[bundle]),
            _ => {
                let (head, items) = parsed.split_last().expect("a head");
                proptest::prop_assert_eq!(items, &objects[..]);
                proptest::prop_assert_eq!(head, &serde_json::json!({"type": "bundle", "objects": [], "id": "x"}));
            }
        }
    }

    #[test]
    fn any_bytes_are_cut_without_panic(text in "[{}\\[\\],:\"\\\\a1 ]{0,40}", chunk in 1usize..10, whole in 1usize..10) {
        let _ = cut(text.as_bytes(), chunk, whole);
        let _ = run(&text);
    }
}
