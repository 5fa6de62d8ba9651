//! The objects themselves (sections 5.4 and 8.2.1).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::types;
use super::Effect::{Json, Response};
use super::combined::with_records;
use super::{Defect, ENVELOPES, each, edit, list, remove};

/// Changes each object of an envelope.
fn objects(body: &mut Value, change: impl FnMut(&mut Value)) {
    each(body, "objects", change);
}

/// Changes a property of an object that is text.
fn reword(object: &mut Value, name: &str, change: impl Fn(&str) -> String) {
    if let Some(text) = object.get(name).and_then(Value::as_str) {
        object[name] = change(text).into();
    }
}

/// Turns integers that a float of 64 bits with 15 digits does not hold into such floats, at any depth.
fn coarsen(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_u64().is_some_and(|number| number > 1 << 50) => {
            *value = json!((number.as_f64().unwrap_or(0.0) / 1000.0).round() * 1000.0);
        }
        Value::Array(items) => items.iter_mut().for_each(coarsen),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| coarsen(value)),
        _ => {}
    }
}

/// Replaces what is not ASCII by question marks, at any depth.
fn question(value: &mut Value) {
    match value {
        Value::String(text) if !text.is_ascii() => {
            *text = text.chars().map(|one| if one.is_ascii() { one } else { '?' }).collect();
        }
        Value::Array(items) => items.iter_mut().for_each(question),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| question(value)),
        _ => {}
    }
}

/// Makes one backslash of two, at any depth.
fn halve(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("\\\\") => *text = text.replace("\\\\", "\\"),
        Value::Array(items) => items.iter_mut().for_each(halve),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| halve(value)),
        _ => {}
    }
}

/// Changes each custom property of an object.
fn each_own(object: &mut Value, change: impl FnMut(&mut Value)) {
    let own = object.as_object_mut().into_iter().flatten().filter(|(name, _)| name.starts_with("x_"));
    own.map(|(_, value)| value).for_each(change);
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "spec-version-is-type",
        &["T21-5.4-04"],
        "spec_version of objects is their type; seen in OpenTAXII",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if object.get("spec_version").is_some() {
                    object["spec_version"] = object["type"].clone();
                }
            });
        })],
    ),
    Defect::new(
        "indicator-without-pattern-type",
        &["T21-5.4-04"],
        "indicators lose pattern_type",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if object["type"] == "indicator" {
                    remove(object, "pattern_type");
                }
            });
        })],
    ),
    Defect::new(
        "empty-lists-in-objects",
        &["T21-5.4-04"],
        "objects without labels get an empty list of them",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if object.get("created").is_some()
                    && object["type"] != "marking-definition"
                    && object.get("labels").is_none()
                {
                    object["labels"] = json!([]);
                }
            });
        })],
    ),
    Defect::new(
        "custom-property-lost",
        &["T21-5.4-05"],
        "properties that the server does not know are lost",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if let Some(members) = object.as_object_mut() {
                    members.retain(|name, _| !name.starts_with("x_") && name != "rank");
                }
            });
        })],
    ),
    Defect::new(
        "extensions-lost",
        &["T21-5.4-05"],
        "extensions of objects are lost",
        &[Json(ENVELOPES, |_, body| objects(body, |object| drop(remove(object, "extensions"))))],
    ),
    Defect::new(
        "property-invented",
        &["T21-5.4-05"],
        "objects that do not say so are told not to be revoked",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if object.get("modified").is_some() && object.get("revoked").is_none() {
                    object["revoked"] = false.into();
                }
            });
        })],
    ),
    Defect::new(
        "texts-cut-at-64k",
        &["T21-5.4-05"],
        "a description ends where 64 KB are full, as in a column of the type TEXT",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if let Some(text) = object.get("description").and_then(Value::as_str) {
                    let fits = text.char_indices().take_while(|(at, one)| at + one.len_utf8() <= 65_535);
                    object["description"] = fits.map(|(_, one)| one).collect::<String>().into();
                }
            });
        })],
    ),
    Defect::new(
        "big-numbers-rounded",
        &["T21-5.4-05"],
        "big integers are rounded",
        &[Json(ENVELOPES, |_, body| objects(body, coarsen))],
    ),
    Defect::new(
        "unicode-lost",
        &["T21-5.4-05"],
        "letters beyond ASCII become question marks",
        &[Json(ENVELOPES, |_, body| objects(body, question))],
    ),
    Defect::new(
        "lists-sorted",
        &["T21-5.4-05"],
        "lists of references come sorted",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if let Some(refs) = object.get_mut("object_refs").and_then(Value::as_array_mut) {
                    refs.sort_by_key(Value::to_string);
                }
            });
        })],
    ),
    Defect::new(
        "dates-reformatted",
        &["T21-5.4-05"],
        "valid_from of indicators comes with other decimals than it was given",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                let from = object["valid_from"].as_str().and_then(super::super::time::parse);
                if let Some(from) = from {
                    object["valid_from"] = super::super::time::micros(from).into();
                }
            });
        })],
    ),
    Defect::new(
        "text-escaped-for-html",
        &["T21-5.4-05"],
        "descriptions come escaped for HTML",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if let Some(text) = object.get("description").and_then(Value::as_str) {
                    object["description"] = text.replace('&', "&amp;").replace('<', "&lt;").into();
                }
            });
        })],
    ),
    Defect::new(
        "markings-get-modified",
        &["T21-5.4-05"],
        "marking definitions get a property modified, as every other object has",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if object["type"] == "marking-definition" && object.get("modified").is_none() {
                    object["modified"] = object["created"].clone();
                }
            });
        })],
    ),
    Defect::new(
        "urls-in-small-letters",
        &["T21-5.4-05"],
        "the value of a URL comes in lower case",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if object["type"] == "url"
                    && let Some(text) = object.get("value").and_then(Value::as_str)
                {
                    object["value"] = text.to_lowercase().into();
                }
            });
        })],
    ),
    Defect::new(
        "labels-as-a-set",
        &["T21-5.4-05"],
        "labels that occur twice come once",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if let Some(labels) = list(object, "labels") {
                    let mut seen = HashSet::new();
                    labels.retain(|label| seen.insert(label.to_string()));
                }
            });
        })],
    ),
    Defect::new(
        "backslashes-halved",
        &["T21-5.4-05"],
        "of two backslashes one is taken for an escape",
        &[Json(ENVELOPES, |_, body| objects(body, halve))],
    ),
    Defect::new(
        "empty-text-lost",
        &["T21-5.4-05"],
        "properties that are an empty string are lost",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if let Some(members) = object.as_object_mut() {
                    members.retain(|_, value| *value != "");
                }
            });
        })],
    ),
    Defect::new(
        "observables-get-spec-version",
        &["T21-5.4-05"],
        "observables without spec_version get one",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                let observable = object["type"].as_str().is_some_and(|kind| types::SCO.contains(&kind));
                if observable && object.get("spec_version").is_none() {
                    object["spec_version"] = "2.1".into();
                }
            });
        })],
    ),
    Defect::new(
        "older-versions-look-like-the-latest",
        &["T21-5.4-05"],
        "older versions come with the description of the latest",
        &[Response(|state, call, response| {
            if !call.endpoint().is_some_and(|at| ENVELOPES.contains(&at)) || !response.status.is_success() {
                return;
            }
            edit(response, |body| {
                objects(body, |object| {
                    let latest = with_records(state, call, |records| {
                        let own = records.iter().filter(|record| !record.deleted && object["id"] == *record.object.id);
                        own.max_by_key(|record| record.object.instant).map(|record| record.object.text.clone())
                    });
                    let latest: Value =
                        latest.flatten().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
                    if let (true, Some(text)) = (object.get("description").is_some(), latest.get("description")) {
                        object["description"] = text.clone();
                    }
                });
            });
        })],
    ),
    Defect::new(
        "hashes-in-small-letters",
        &["T21-5.4-05"],
        "names of hashes in references come in lower case",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                each(object, "external_references", |reference| {
                    if let Some(hashes) = reference.get_mut("hashes").and_then(Value::as_object_mut) {
                        *hashes = std::mem::take(hashes).into_iter().map(|(k, v)| (k.to_lowercase(), v)).collect();
                    }
                });
            });
        })],
    ),
    Defect::new(
        "names-cut-at-255",
        &["T21-5.4-05"],
        "a name ends after 255 characters, as in a column of that width",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                reword(object, "name", |name| name.chars().take(255).collect());
            });
        })],
    ),
    Defect::new(
        "spaces-joined",
        &["T21-5.4-05"],
        "of several spaces in a description one is left",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                reword(object, "description", |text| {
                    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
                    words.join(" ")
                });
            });
        })],
    ),
    Defect::new(
        "authors-lost",
        &["T21-5.4-05"],
        "created_by_ref of indicators is lost",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                if object["type"] == "indicator" {
                    remove(object, "created_by_ref");
                }
            });
        })],
    ),
    Defect::new(
        "defanged-lost",
        &["T21-5.4-05"],
        "observables lose the mark that they are defanged",
        &[Json(ENVELOPES, |_, body| objects(body, |object| drop(remove(object, "defanged"))))],
    ),
    Defect::new(
        "sha-512-lost",
        &["T21-5.4-05"],
        "of the hashes in references SHA-512 is lost",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                each(object, "external_references", |reference| {
                    if let Some(hashes) = reference.get_mut("hashes") {
                        remove(hashes, "SHA-512");
                    }
                });
            });
        })],
    ),
    Defect::new(
        "fractions-of-six-digits",
        &["T21-5.4-05"],
        "fractions have six digits at most, but for the smallest",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                each_own(object, |value| {
                    let fraction = value.as_f64().filter(|fraction| value.is_f64() && fraction.abs() > 1e-6);
                    if let Some(fraction) = fraction {
                        *value = json!((fraction * 1e6).round() / 1e6);
                    }
                });
            });
        })],
    ),
    Defect::new(
        "truth-read-out-of-texts",
        &["T21-5.4-05"],
        "custom properties whose text is true or false become booleans",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                each_own(object, |value| {
                    let read = value.as_str().and_then(|text| text.parse::<bool>().ok());
                    *value = read.map_or_else(|| value.take(), Value::from);
                });
            });
        })],
    ),
    Defect::new(
        "lists-of-one-opened",
        &["T21-5.4-05"],
        "custom properties that are a list of one value become that value",
        &[Json(ENVELOPES, |_, body| {
            objects(body, |object| {
                each_own(object, |value| {
                    if let Some([one]) = value.as_array().map(Vec::as_slice) {
                        *value = one.clone();
                    }
                });
            });
        })],
    ),
];
