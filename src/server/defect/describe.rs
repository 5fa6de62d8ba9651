//! Discovery, API roots and collections (sections 4.1, 4.2, 5.1 and 5.2).

use std::sync::atomic::{AtomicUsize, Ordering};

use http::{StatusCode, header};
use serde_json::{Value, json};

use super::super::error::Problem;
use super::super::http::Response as Answer;
use super::super::route::Endpoint;
use super::super::seed::ROOTS;
use super::Effect::{Json, Request, Response, Rule};
use super::{Defect, each, remove, rename};

/// Changes one collection resource wherever it is shown.
fn collection(body: &mut Value, change: impl Fn(&mut Value)) {
    if body.get("id").is_some() { change(body) } else { each(body, "collections", change) }
}

const SHOWN: &[Endpoint] = &[Endpoint::Collections, Endpoint::Collection];

static ASKED: AtomicUsize = AtomicUsize::new(0);

fn found_nothing(response: &mut Answer) {
    if response.status == StatusCode::NOT_FOUND {
        *response = Answer::taxii(StatusCode::OK, "{}");
    }
}

fn known(response: &Answer, what: &str) -> bool {
    response.status != StatusCode::NOT_FOUND
        || response.value().is_none_or(|body| !body["description"].as_str().unwrap_or_default().contains(what))
}

/// More octets than any API root says that it takes.
const TAKEN: u64 = 4 << 20;

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "discovery-of-taxii-2.0",
        &["T21-4.1-01"],
        "discovery is at /taxii/, as in TAXII 2.0, and /taxii2/ answers 404",
        &[Request(|request| match request.path.as_str() {
            "/taxii/" => request.path = "/taxii2/".to_owned(),
            "/taxii2/" => request.path = "/taxii2/none/".to_owned(),
            _ => {}
        })],
    ),
    Defect::new(
        "discovery-201",
        &["T21-4.1-02"],
        "discovery answers 201",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Discovery) && response.status.is_success() {
                response.status = StatusCode::CREATED;
            }
        })],
    ),
    Defect::new(
        "discovery-without-title",
        &["T21-3.8-02"],
        "the discovery resource has no title",
        &[Json(&[Endpoint::Discovery], |_, body| drop(remove(body, "title")))],
    ),
    Defect::new(
        "api-root-without-title",
        &["T21-3.8-02"],
        "the api-root resource has no title",
        &[Json(&[Endpoint::ApiRoot], |_, body| drop(remove(body, "title")))],
    ),
    Defect::new(
        "other-root-without-max-content-length",
        &["T21-3.8-02"],
        "only the first API root has max_content_length",
        &[Json(&[Endpoint::ApiRoot], |call, body| {
            if !call.request.path.starts_with("/api1/") {
                remove(body, "max_content_length");
            }
        })],
    ),
    Defect::new(
        "collection-without-title",
        &["T21-3.8-02"],
        "collections have no title",
        &[Json(SHOWN, |_, body| collection(body, |one| drop(remove(one, "title"))))],
    ),
    Defect::new(
        "collection-without-can-write",
        &["T21-3.8-02"],
        "collections have no can_write",
        &[Json(SHOWN, |_, body| collection(body, |one| drop(remove(one, "can_write"))))],
    ),
    Defect::new(
        "camel-case",
        &["T21-3.8-01"],
        "media_types of a collection is called mediaTypes; seen in attack-workbench-taxii-server",
        &[Json(SHOWN, |_, body| collection(body, |one| rename(one, "media_types", "mediaTypes")))],
    ),
    Defect::new(
        "custom-property-with-hyphen",
        &["T21-7-01"],
        "a custom property of discovery has a hyphen in its name",
        &[Json(&[Endpoint::Discovery], |_, body| body["x-vendor-build"] = "1".into())],
    ),
    Defect::new(
        "custom-property-without-prefix",
        &["T21-7-02"],
        "a custom property of discovery does not begin with x_",
        &[Json(&[Endpoint::Discovery], |_, body| body["vendor_build"] = "1".into())],
    ),
    Defect::new(
        "default-not-listed",
        &["T21-4.1-03"],
        "default of discovery is not in api_roots",
        &[Json(&[Endpoint::Discovery], |_, body| body["default"] = "/api3/".into())],
    ),
    Defect::new(
        "default-without-slash",
        &["T21-4.1-03"],
        "default of discovery lacks the final slash that the item of api_roots has",
        &[Json(&[Endpoint::Discovery], |_, body| body["default"] = "/api1".into())],
    ),
    Defect::new(
        "root-with-two-slashes",
        &["T21-4.1-04"],
        "a relative API root begins with two slashes",
        &[Json(&[Endpoint::Discovery], |_, body| body["api_roots"][1] = "//api2/".into())],
    ),
    Defect::new(
        "root-without-slash",
        &["T21-4.1-04"],
        "a relative API root begins without a slash; seen in attack-workbench-taxii-server",
        &[Json(&[Endpoint::Discovery], |_, body| body["api_roots"][1] = "api2/".into())],
    ),
    Defect::new(
        "root-above",
        &["T21-4.1-04"],
        "a relative API root begins with two dots",
        &[Json(&[Endpoint::Discovery], |_, body| body["api_roots"][1] = "../api2/".into())],
    ),
    Defect::new(
        "root-over-http",
        &["T21-4.1-04"],
        "an API root is a URL of plain HTTP; seen in OpenCTI",
        &[Response(|state, call, response| {
            if call.endpoint() == Some(Endpoint::Discovery) && response.status.is_success() {
                let origin = state.origin.replace("https:", "http:");
                super::edit(response, |body| body["api_roots"][1] = format!("{origin}/api2/").into());
            }
        })],
    ),
    Defect::new(
        "root-with-query",
        &["T21-4.1-04"],
        "an API root has a query",
        &[Json(&[Endpoint::Discovery], |_, body| body["api_roots"][1] = "/api2/?tenant=1".into())],
    ),
    Defect::new(
        "no-roots",
        &["T21-4.1-05", "T21-2-04"],
        "the list of API roots of discovery is empty, and there is none",
        &[
            Json(&[Endpoint::Discovery], |_, body| {
                body["api_roots"] = json!([]);
                remove(body, "default");
            }),
            Request(|request| {
                if request.path.starts_with("/api") {
                    request.path = "/none/".to_owned();
                }
            }),
        ],
    ),
    Defect::new(
        "root-twice",
        &["T21-4.1-06"],
        "discovery lists an API root twice",
        &[Json(&[Endpoint::Discovery], |_, body| {
            if let Some(roots) = body["api_roots"].as_array_mut() {
                roots.push("/api2/".into());
            }
        })],
    ),
    Defect::new(
        "root-that-is-not-there",
        &["T21-4.2-01"],
        "discovery lists an API root that answers 404 to everybody; seen with attack-stix-data",
        &[
            Json(&[Endpoint::Discovery], |_, body| {
                if let Some(roots) = body["api_roots"].as_array_mut() {
                    roots.push("/api9/".into());
                }
            }),
            Response(|_, call, response| {
                if call.request.path.starts_with("/api9/") {
                    *response = Problem::not_found("API root").response();
                }
            }),
        ],
    ),
    Defect::new(
        "root-versions-short",
        &["T21-4.2-02"],
        "versions of an API root says 2.1 instead of the media type; seen in OpenCTI, breaks Sentinel",
        &[Json(&[Endpoint::ApiRoot], |_, body| body["versions"] = json!(["2.1"]))],
    ),
    Defect::new(
        "root-versions-unversioned",
        &["T21-4.2-02"],
        "versions of an API root names the media type without its version",
        &[Json(&[Endpoint::ApiRoot], |_, body| body["versions"] = json!(["application/taxii+json"]))],
    ),
    Defect::new(
        "root-versions-of-2.0",
        &["T21-4.2-02"],
        "versions of an API root names TAXII 2.0 alone",
        &[Json(&[Endpoint::ApiRoot], |_, body| {
            body["versions"] = json!(["application/vnd.oasis.taxii+json; version=2.0"]);
        })],
    ),
    Defect::new(
        "max-content-length-as-string",
        &["T21-2-03"],
        "max_content_length is a string",
        &[Json(&[Endpoint::ApiRoot], |_, body| {
            body["max_content_length"] = body["max_content_length"].to_string().into();
        })],
    ),
    Defect::new(
        "max-content-length-zero",
        &["T21-4.2-03"],
        "max_content_length is zero",
        &[Json(&[Endpoint::ApiRoot], |_, body| body["max_content_length"] = 0.into())],
    ),
    Defect::new(
        "max-content-length-negative",
        &["T21-4.2-03"],
        "max_content_length is -1, for no limit",
        &[Json(&[Endpoint::ApiRoot], |_, body| body["max_content_length"] = (-1).into())],
    ),
    Defect::new(
        "max-content-length-halved",
        &["T21-4.2-04"],
        "bodies are too large from half of max_content_length on",
        &[Rule(|rules| rules.max_body = |root| root.max_content_length / 2)],
    ),
    Defect::new(
        "max-content-length-ignored",
        &["T21-4.2-05"],
        "bodies above max_content_length are taken",
        &[Rule(|rules| rules.max_body = |_| u64::MAX)],
    ),
    Defect::new(
        "max-content-length-by-content-length",
        &["T21-4.2-05"],
        "max_content_length is compared with Content-Length, and a body that comes in chunks has none",
        &[
            Rule(|rules| rules.max_body = |_| TAKEN),
            Request(|request| {
                let length = request.header(&header::CONTENT_LENGTH).and_then(|text| text.parse().ok()).unwrap_or(0);
                if ROOTS.iter().any(|root| request.path.contains(root.name) && length > root.max_content_length) {
                    request.body = vec![b' '; (4 << 20) + 1].into();
                }
            }),
        ],
    ),
    Defect::new(
        "unknown-root-200",
        &["T21-4.2-06"],
        "an unknown API root answers like a known one",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::ApiRoot) {
                found_nothing(response);
            }
        })],
    ),
    Defect::new(
        "unknown-root-500",
        &["T21-4.2-06"],
        "an unknown API root answers 500",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::ApiRoot) && response.status == StatusCode::NOT_FOUND {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "collections-unstable",
        &["T21-3.3-03"],
        "collections come in another order each time",
        &[Json(&[Endpoint::Collections], |_, body| {
            if let Some(list) = body["collections"].as_array_mut() {
                let turn = ASKED.fetch_add(1, Ordering::Relaxed) % list.len().max(1);
                list.rotate_left(turn);
            }
        })],
    ),
    Defect::new(
        "collections-bare",
        &["T21-5.1-01"],
        "collections come as a bare list",
        &[Json(&[Endpoint::Collections], |_, body| {
            *body = body["collections"].take();
        })],
    ),
    Defect::new(
        "collection-wrapped",
        &["T21-5.2-01"],
        "a collection comes inside a list of collections",
        &[Json(&[Endpoint::Collection], |_, body| {
            *body = json!({ "collections": [body.take()] });
        })],
    ),
    Defect::new(
        "collection-differs-from-list",
        &["T21-5.2-02"],
        "a collection by id has another title than in the list",
        &[Json(&[Endpoint::Collection], |_, body| body["title"] = "Details".into())],
    ),
    Defect::new(
        "collection-rights-differ-from-list",
        &["T21-5.2-02"],
        "a collection by id says that it can be written to, whatever the list says",
        &[Json(&[Endpoint::Collection], |_, body| body["can_write"] = true.into())],
    ),
    Defect::new(
        "alias-twice",
        &["T21-5.2-03"],
        "two collections of an API root have the same alias",
        &[Json(SHOWN, |_, body| {
            collection(body, |one| {
                if one["title"] == "Read only" {
                    one["alias"] = "full-sample".into();
                }
            });
        })],
    ),
    Defect::new(
        "alias-404",
        &["T21-5.2-04"],
        "a collection is not reached by its alias",
        &[Rule(|rules| rules.names = |collection, segment| collection.id == segment)],
    ),
    Defect::new(
        "media-types-incomplete",
        &["T21-5.2-05", "T21-5.3-06"],
        "a collection of STIX 2.0 and 2.1 names the media type of one of them",
        &[Json(SHOWN, |_, body| {
            collection(body, |one| {
                if let Some(list) = one.get_mut("media_types").and_then(Value::as_array_mut) {
                    list.retain(|kind| kind != "application/stix+json;version=2.0");
                }
            });
        })],
    ),
    Defect::new(
        "media-types-of-the-older-alone",
        &["T21-5.2-05"],
        "a collection of STIX 2.0 that has come to hold STIX 2.1 too still names STIX 2.0 alone",
        &[Json(SHOWN, |_, body| {
            collection(body, |one| {
                if let Some(list) = one.get_mut("media_types").and_then(Value::as_array_mut).filter(|l| l.len() > 1) {
                    list.truncate(1);
                }
            });
        })],
    ),
    Defect::new(
        "unknown-collection-200",
        &["T21-5.2-06"],
        "an unknown collection answers 200 with an empty object",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Collection) {
                found_nothing(response);
            }
        })],
    ),
    Defect::new(
        "unknown-collection-without-objects",
        &["T21-5.2-06"],
        "objects and manifest of an unknown collection answer 200 with nothing in them",
        &[Response(|_, call, response| {
            let concerned = matches!(call.endpoint(), Some(Endpoint::Objects | Endpoint::Manifest));
            if concerned && !known(response, "collection") {
                found_nothing(response);
            }
        })],
    ),
    Defect::new(
        "unknown-collection-500",
        &["T21-5.2-06"],
        "an unknown collection answers 500 on the endpoints of its content",
        &[Response(|_, call, response| {
            let reads = call.endpoint().is_some_and(Endpoint::reads);
            if reads && !known(response, "collection") {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "root-version-alone",
        &["T21-3.8-02"],
        "an API root has a string version instead of the list versions; seen in attack-workbench-taxii-server",
        &[Json(&[Endpoint::ApiRoot], |_, body| {
            remove(body, "versions");
            body["version"] = super::super::http::TAXII.into();
        })],
    ),
    Defect::new(
        "root-path-wrong",
        &["T21-4.2-01"],
        "discovery lists API roots under a path where there is none; seen in OpenCTI",
        &[Json(&[Endpoint::Discovery], |_, body| {
            body["api_roots"] = json!(["/root/"]);
            body["default"] = "/root/".into();
        })],
    ),
];
