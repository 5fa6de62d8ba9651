//! Values of the wrong type or form (section 2).

use serde_json::{Value, json};

use super::super::route::Endpoint;
use super::Effect::{Json, Request, Response, Rule};
use super::{Defect, READS, STATUSES, each};

/// A version 4 UUID turned into one that says it is of version 1.
fn age(id: &str) -> String {
    let mut id = id.to_owned();
    if id.get(14..15) == Some("4") {
        id.replace_range(14..15, "1");
    }
    id
}

fn restyle(value: &mut Value, style: fn(&str) -> String) {
    if let Some(text) = value.as_str() {
        *value = style(text).into();
    }
}

fn stringify(value: &mut Value) {
    *value = value.to_string().into();
}

/// Text in CESU-8: what takes two units in UTF-16 takes three octets for each of them.
fn cesu_8(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    for one in text.chars() {
        let mut units = [0; 2];
        match one.encode_utf16(&mut units) {
            [_] => octets.extend(one.encode_utf8(&mut [0; 4]).bytes()),
            pair => {
                for unit in pair {
                    let [high, low] = unit.to_be_bytes();
                    octets.extend([0xe0 | high >> 4, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]);
                }
            }
        }
    }
    octets
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "can-read-as-string",
        &["T21-2-01"],
        "can_read of a collection is the string \"true\" or \"false\"",
        &[Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
            let fix = |one: &mut Value| stringify(&mut one["can_read"]);
            if body.get("id").is_some() { fix(body) } else { each(body, "collections", fix) }
        })],
    ),
    Defect::new(
        "more-as-string",
        &["T21-2-01"],
        "more is the string \"true\" or \"false\"",
        &[Json(READS, |_, body| {
            if body.get("more").is_some() {
                stringify(&mut body["more"])
            }
        })],
    ),
    Defect::new(
        "more-as-number",
        &["T21-2-01"],
        "more is 1 or 0",
        &[Json(READS, |_, body| {
            if let Some(more) = body.get("more").and_then(Value::as_bool) {
                body["more"] = u8::from(more).into();
            }
        })],
    ),
    Defect::new(
        "collection-id-not-v4",
        &["T21-2-02"],
        "the ids of collections are UUIDs of version 1",
        &[
            Rule(|rules| {
                rules.names = |collection, segment| age(collection.id) == segment || collection.alias == Some(segment)
            }),
            Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
                let fix = |one: &mut Value| restyle(&mut one["id"], age);
                if body.get("id").is_some() { fix(body) } else { each(body, "collections", fix) }
            }),
        ],
    ),
    Defect::new(
        "collection-id-is-a-name",
        &["T21-2-02"],
        "the ids of collections are words made of their titles; arango_taxii_server does so",
        &[
            Rule(|rules| {
                rules.names = |collection, segment| {
                    collection.title.replace(' ', "_") == segment || collection.alias == Some(segment)
                }
            }),
            Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
                let fix = |one: &mut Value| {
                    one["id"] = one["title"].as_str().unwrap_or_default().replace(' ', "_").into();
                };
                if body.get("id").is_some() { fix(body) } else { each(body, "collections", fix) }
            }),
        ],
    ),
    Defect::new(
        "status-id-not-v4",
        &["T21-2-02"],
        "the ids of status resources are UUIDs of version 1",
        &[
            Request(|request| {
                if let Some((head, id)) = request.path.split_once("/status/")
                    && id.get(14..15) == Some("1")
                {
                    let mut id = id.to_owned();
                    id.replace_range(14..15, "4");
                    request.path = format!("{head}/status/{id}");
                }
            }),
            Json(STATUSES, |_, body| restyle(&mut body["id"], age)),
        ],
    ),
    Defect::new(
        "max-content-length-with-fraction",
        &["T21-2-03"],
        "max_content_length is written with a fraction",
        &[Json(&[Endpoint::ApiRoot], |_, body| {
            body["max_content_length"] = body["max_content_length"].as_f64().unwrap_or(1.0).into();
        })],
    ),
    Defect::new(
        "max-content-length-beyond-i-json",
        &["T21-2-03"],
        "max_content_length is the largest number of 64 bits, far beyond what I-JSON carries",
        &[
            Rule(|rules| rules.max_body = |_| u64::MAX),
            Json(&[Endpoint::ApiRoot], |_, body| body["max_content_length"] = u64::MAX.into()),
        ],
    ),
    Defect::new(
        "counts-with-fraction",
        &["T21-2-03"],
        "the counts of a status are written with a fraction",
        &[Json(STATUSES, |_, body| {
            for count in ["total_count", "success_count", "failure_count", "pending_count"] {
                body[count] = body[count].as_f64().unwrap_or(0.0).into();
            }
        })],
    ),
    Defect::new(
        "status-with-empty-lists",
        &["T21-2-04"],
        "a status has empty lists of failures and pendings instead of none",
        &[Json(STATUSES, |_, body| {
            for list in ["successes", "failures", "pendings"] {
                if body.get(list).is_none() {
                    body[list] = json!([]);
                }
            }
        })],
    ),
    Defect::new(
        "empty-successes-where-all-failed",
        &["T21-2-04"],
        "a status has an empty list of successes where every object failed",
        &[Json(STATUSES, |_, body| {
            if body.get("failures").is_some() && body.get("successes").is_none() {
                body["successes"] = json!([]);
            }
        })],
    ),
    Defect::new(
        "media-types-empty",
        &["T21-2-04"],
        "a collection that does not name its media types has an empty list of them",
        &[Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
            let fix = |one: &mut Value| {
                if one.get("media_types").is_none() {
                    one["media_types"] = json!([]);
                }
            };
            if body.get("id").is_some() { fix(body) } else { each(body, "collections", fix) }
        })],
    ),
    Defect::new(
        "null-in-media-types",
        &["T21-2-05"],
        "the list of media types of a collection ends in null",
        &[Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
            let fix = |one: &mut Value| {
                if let Some(list) = one.get_mut("media_types").and_then(Value::as_array_mut) {
                    list.push(Value::Null);
                }
            };
            if body.get("id").is_some() { fix(body) } else { each(body, "collections", fix) }
        })],
    ),
    Defect::new(
        "number-in-versions",
        &["T21-2-05"],
        "the versions of an API root are joined by the number 2.1",
        &[Json(&[Endpoint::ApiRoot], |_, body| {
            if let Some(list) = body["versions"].as_array_mut() {
                list.push(json!(2.1));
            }
        })],
    ),
    Defect::new(
        "latin-1",
        &["T21-2-06"],
        "the discovery resource is written in ISO 8859-1, not in UTF-8",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Discovery) && response.status.is_success() {
                let text = String::from_utf8_lossy(&response.body).replace("Whoever", "Andr@");
                response.body = text.bytes().map(|byte| if byte == b'@' { 0xe9 } else { byte }).collect();
            }
        })],
    ),
    Defect::new(
        "byte-order-mark",
        &["T21-2-06"],
        "the collections resource begins with a byte order mark",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Collections) {
                response.body = [b"\xef\xbb\xbf", &response.body[..]].concat().into();
            }
        })],
    ),
    Defect::new(
        "name-twice",
        &["T21-2-06"],
        "the api-root resource has its title twice",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::ApiRoot) && response.status.is_success() {
                response.body = [b"{\"title\":\"Old title\",", &response.body[1..]].concat().into();
            }
        })],
    ),
    Defect::new(
        "lone-surrogate",
        &["T21-2-06"],
        "the discovery resource has half a surrogate pair in its description",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Discovery) && response.status.is_success() {
                let text = String::from_utf8_lossy(&response.body);
                response.body = text.replace("A TAXII", "\\ud83d A TAXII").into();
            }
        })],
    ),
    Defect::new(
        "date-added-with-offset",
        &["T21-2-07"],
        "date_added of the manifest ends in +00:00 instead of Z",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                restyle(&mut record["date_added"], |text| text.replace('Z', "+00:00"));
            });
        })],
    ),
    Defect::new(
        "date-added-without-zone",
        &["T21-2-07"],
        "date_added of the manifest has no zone",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                restyle(&mut record["date_added"], |text| text.trim_end_matches('Z').to_owned());
            });
        })],
    ),
    Defect::new(
        "request-timestamp-with-space",
        &["T21-2-07"],
        "request_timestamp of a status has a space between date and time",
        &[Json(STATUSES, |_, body| {
            restyle(&mut body["request_timestamp"], |text| text.replace('T', " "));
        })],
    ),
    Defect::new(
        "date-added-of-nine-digits",
        &["T21-2-08"],
        "date_added of the manifest has nine decimals",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                restyle(&mut record["date_added"], |text| text.replace('Z', "000Z"));
            });
        })],
    ),
    Defect::new(
        "date-added-without-trailing-zeros",
        &["T21-2-08"],
        "date_added of the manifest drops zeros at the end, so that decimals are sometimes fewer than six",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                restyle(&mut record["date_added"], |text| {
                    format!("{}Z", text.trim_end_matches(['0', 'Z']).trim_end_matches('.'))
                });
            });
        })],
    ),
    Defect::new(
        "request-timestamp-of-five-digits",
        &["T21-2-08"],
        "request_timestamp of a status has five decimals, as in the standard's own example",
        &[Json(STATUSES, |_, body| {
            restyle(&mut body["request_timestamp"], |text| {
                format!("{}Z", text.get(..text.len().saturating_sub(2)).unwrap_or_default())
            });
        })],
    ),
    Defect::new(
        "title-as-number",
        &["T21-2-06"],
        "titles that consist of digits are numbers: that of an API root is one",
        &[Json(&[Endpoint::ApiRoot], |_, body| body["title"] = 2026.into())],
    ),
    Defect::new(
        "six-octets-for-a-bird",
        &["T21-2-06"],
        "characters beyond U+FFFF of one object come as surrogates in UTF-8 (CESU-8), as some databases store them",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Object) && response.status.is_success() {
                response.body = cesu_8(&String::from_utf8_lossy(&response.body)).into();
            }
        })],
    ),
];
