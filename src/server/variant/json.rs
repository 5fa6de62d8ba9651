//! How JSON is written: all the same to RFC 8259 and RFC 7493.

use serde_json::{Map, Value};

use super::super::effect::Effect::Response;
use super::super::http::Response as Answer;
use super::Variant;

/// Writes the body anew.
fn rewrite(response: &mut Answer, write: impl FnOnce(&Value) -> String) {
    if let Some(value) = response.value() {
        response.body = write(&value).into();
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by(|one, other| other.0.cmp(one.0));
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// ASCII alone, and every slash escaped.
fn ascii(value: &Value) -> String {
    let mut units = [0; 2];
    value.to_string().chars().fold(String::new(), |mut text, character| {
        match character {
            '/' => text.push_str("\\/"),
            c if c.is_ascii() => text.push(c),
            c => c.encode_utf16(&mut units).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04X}"))),
        }
        text
    })
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "json-with-white-space",
        "spelling of JSON",
        "RFC 8259, section 2",
        "JSON is written with line breaks and indentation, before and after it too",
        &[Response(|_, _, response| {
            rewrite(response, |value| format!("\r\n\t {value:#} \n"));
        })],
    ),
    Variant::new(
        "json-in-ascii",
        "spelling of JSON",
        "RFC 8259, section 7",
        "characters beyond ASCII, and slashes, are escaped in JSON",
        &[Response(|_, _, response| rewrite(response, ascii))],
    ),
    Variant::new(
        "json-in-another-order",
        "order of properties",
        "RFC 8259, section 4",
        "properties come in descending order of their names, in STIX objects too",
        &[Response(|_, _, response| rewrite(response, |value| sorted(value).to_string()))],
    ),
];
