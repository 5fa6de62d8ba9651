//! Optional and custom properties of the resources (sections 3.7, 4, 5 and 7.1).

use serde_json::{Value, json};

use super::super::effect::Effect::{Json, Response};
use super::super::effect::{READS, each, edit, list, remove};
use super::super::read::{FIRST, LAST};
use super::super::route::Endpoint;
use super::Variant;

const RESOURCES: &[Endpoint] = &[
    Endpoint::Discovery,
    Endpoint::ApiRoot,
    Endpoint::Collections,
    Endpoint::Collection,
    Endpoint::Manifest,
    Endpoint::Objects,
    Endpoint::Object,
    Endpoint::Versions,
    Endpoint::Add,
    Endpoint::Status,
];

/// Leaves out what may be left out, in this object and in those that it lists.
fn bare(body: &mut Value) {
    for name in ["description", "contact", "default", "media_types", "alias", "request_timestamp", "media_type"] {
        remove(body, name);
    }
    if body.get("more") == Some(&Value::Bool(false)) {
        remove(body, "more");
    }
}

/// Adds what nobody but this server knows.
fn custom(body: &mut Value) {
    if let Some(object) = body.as_object_mut() {
        object.insert("x_example_com_note".into(), json!({"added": ["by", 1, null, {"deep": true}]}));
        object.insert("x_example_com_2".into(), "short".into());
    }
}

fn text(body: &mut Value, names: &[&str], value: &str) {
    for name in names {
        if body.get(*name).is_some() {
            body[*name] = value.into();
        }
    }
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "bare-resources",
        "optional properties",
        "sections 4 and 5: all of them are optional",
        "no resource has a property that is optional, but for what carries data; aliases are gone",
        &[Json(RESOURCES, |call, body| {
            if matches!(call.endpoint(), Some(Endpoint::Objects | Endpoint::Object)) {
                if body.get("more") == Some(&Value::Bool(false)) {
                    remove(body, "more");
                }
                return;
            }
            bare(body);
            for list in ["collections", "objects"] {
                each(body, list, bare);
            }
        })],
    ),
    Variant::new(
        "custom-properties",
        "custom properties",
        "section 7.1.1",
        "every resource, also within lists, has custom properties",
        &[Json(RESOURCES, |call, body| {
            custom(body);
            let lists: &[&str] = match call.endpoint() {
                Some(Endpoint::Objects | Endpoint::Object) => &[],
                _ => &["collections", "objects", "successes", "failures", "pendings"],
            };
            for list in lists {
                each(body, list, custom);
            }
        })],
    ),
    Variant::new(
        "hard-titles",
        "titles",
        "section 2: strings hold any character",
        "titles and descriptions are long and hold quotes, mark-up, line breaks and characters of many scripts",
        &[Json(&[Endpoint::Discovery, Endpoint::ApiRoot, Endpoint::Collections, Endpoint::Collection], |_, body| {
            let long = format!("\u{202e}\u{8a66}\u{9a13} <b>\"&amp;\"</b> \\ \u{1f426}\n\u{7}{}", "x".repeat(5000));
            text(body, &["title", "description", "contact"], &long);
            each(body, "collections", |collection| text(collection, &["title", "description"], &long));
        })],
    ),
    Variant::new(
        "media-types-absent",
        "media_types",
        "section 5.2.1",
        "collections do not list their media types, and records name the type without a version",
        &[
            Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
                remove(body, "media_types");
                each(body, "collections", |collection| drop(remove(collection, "media_types")));
            }),
            Json(&[Endpoint::Manifest], |_, body| {
                each(body, "objects", |record| text(record, &["media_type"], "application/stix+json"));
            }),
        ],
    ),
    Variant::new(
        "media-types-many",
        "media_types",
        "sections 1.6.10 and 5.2.1",
        "collections list further media types, of other formats too",
        &[Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
            let more = |collection: &mut Value| {
                let mut types = collection["media_types"].as_array().cloned().unwrap_or_default();
                types.insert(0, "application/pdf".into());
                types.push("application/stix+json;version=2.1;profile=\"x, y\"".into());
                collection["media_types"] = types.into();
            };
            let has = |collection: &Value| collection.get("media_types").is_some();
            each(body, "collections", |collection| {
                if has(collection) {
                    more(collection)
                }
            });
            if has(body) {
                more(body);
            }
        })],
    ),
    Variant::new(
        "media-types-spelled-otherwise",
        "media_types",
        "RFC 9110, section 8.3.1; policy row 26",
        "media types of collections have a space and capitals, those of records do not",
        &[Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
            let spell = |collection: &mut Value| {
                each(collection, "media_types", |kind| {
                    *kind = kind
                        .as_str()
                        .unwrap_or_default()
                        .replace("application/stix+json;", "Application/STIX+json; ")
                        .into();
                });
            };
            each(body, "collections", spell);
            spell(body);
        })],
    ),
    Variant::new(
        "no-media-type-in-manifest",
        "media type of records",
        "section 5.3.1",
        "records of the manifest name no media type",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| drop(remove(record, "media_type")));
        })],
    ),
    Variant::new(
        "dates-of-nothing",
        "date headers of an empty answer",
        "section 3.2; policy row 1",
        "an answer without objects has the date headers too",
        &[Response(|_, call, response| {
            if call.endpoint().is_some_and(|at| READS.contains(&at))
                && response.status.is_success()
                && response.header(FIRST).is_none()
            {
                response.set(FIRST, "1970-01-01T00:00:00.000000Z");
                response.set(LAST, "1970-01-01T00:00:00.000000Z");
            }
        })],
    ),
    Variant::new(
        "dates-everywhere",
        "date headers elsewhere",
        "section 3.2: not defined on other endpoints",
        "the date headers are on every other answer too, with what is no timestamp",
        &[Response(|_, call, response| {
            if !call.endpoint().is_some_and(Endpoint::reads) {
                response.set(FIRST, "none");
                response.set(LAST, "none");
            }
        })],
    ),
    Variant::new(
        "collection-of-no-description",
        "descriptions",
        "section 5.2.1",
        "collections have an empty description",
        &[Response(|_, call, response| {
            if matches!(call.endpoint(), Some(Endpoint::Collections | Endpoint::Collection)) {
                edit(response, |body| {
                    text(body, &["description"], "");
                    each(body, "collections", |collection| text(collection, &["description"], ""));
                });
            }
        })],
    ),
    Variant::new(
        "status-in-another-order",
        "order of a status",
        "section 4.3.1: its lists have no order; seen in OpenTAXII",
        "a status that is asked for lists its objects in another order than the answer to the request did",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Status) {
                edit(response, |body| {
                    for name in ["successes", "failures", "pendings"] {
                        list(body, name).into_iter().for_each(|items| items.reverse());
                    }
                });
            }
        })],
    ),
];
