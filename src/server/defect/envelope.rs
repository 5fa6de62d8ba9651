//! Envelopes, and which objects are in them (sections 3.7, 5.3, 5.4, 5.6 and 5.8).

use http::StatusCode;
use serde_json::{Value, json};

use super::super::handle::Call;
use super::super::http::Response as Answer;
use super::super::route::Endpoint;
use super::Effect::{Json, Response};
use super::{Defect, ENVELOPES, each, remove, rename};

const BUNDLE: &str = "bundle--00000000-0000-4000-8000-00000000b0d1";

fn turned_203(endpoint: Option<Endpoint>, at: Endpoint, response: &mut Answer) {
    if endpoint == Some(at) && response.status == StatusCode::OK {
        response.status = StatusCode::NON_AUTHORITATIVE_INFORMATION;
    }
}

fn partial(call: &Call, response: &mut Answer, at: Endpoint) {
    if call.endpoint() == Some(at) && response.value().is_some_and(|body| body["more"] == true) {
        response.status = StatusCode::PARTIAL_CONTENT;
    }
}

fn unknown_is_empty(endpoint: Option<Endpoint>, at: Endpoint, response: &mut Answer) {
    let object =
        response.value().unwrap_or_default()["description"].as_str().is_some_and(|text| text.contains("object"));
    if endpoint == Some(at) && response.status == StatusCode::NOT_FOUND && object {
        *response = Answer::taxii(StatusCode::OK, "{}");
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "bundle",
        &["T21-3.7-01"],
        "objects come in a bundle instead of an envelope",
        &[Json(ENVELOPES, |_, body| {
            let objects = remove(body, "objects").unwrap_or_else(|| json!([]));
            *body = json!({ "type": "bundle", "id": BUNDLE, "objects": objects });
        })],
    ),
    Defect::new(
        "bare-list",
        &["T21-3.7-01"],
        "objects come as a bare list",
        &[Json(ENVELOPES, |_, body| *body = remove(body, "objects").unwrap_or_else(|| json!([])))],
    ),
    Defect::new(
        "bare-object",
        &["T21-3.7-01"],
        "one object that is asked for comes without an envelope",
        &[Json(&[Endpoint::Object], |_, body| {
            if let Some(Value::Array(mut objects)) = remove(body, "objects")
                && objects.len() == 1
            {
                *body = objects.remove(0);
            }
        })],
    ),
    Defect::new(
        "items",
        &["T21-3.7-01"],
        "the objects of an envelope are called items; seen in attack-workbench-taxii-server",
        &[Json(ENVELOPES, |_, body| rename(body, "objects", "items"))],
    ),
    Defect::new(
        "bundle-among-objects",
        &["T21-3.7-02"],
        "the objects of an envelope are in a bundle inside it; seen in OpenCTI",
        &[Json(ENVELOPES, |_, body| {
            if let Some(objects) = remove(body, "objects") {
                body["objects"] = json!([{ "type": "bundle", "id": BUNDLE, "objects": objects }]);
            }
        })],
    ),
    Defect::new(
        "object-as-text",
        &["T21-3.7-02"],
        "the objects of an envelope are strings that hold JSON",
        &[Json(ENVELOPES, |_, body| each(body, "objects", |object| *object = object.to_string().into()))],
    ),
    Defect::new(
        "empty-objects",
        &["T21-3.7-03", "T21-2-04"],
        "an empty envelope has an empty list of objects",
        &[Json(ENVELOPES, |_, body| {
            if body.get("objects").is_none() {
                body["objects"] = json!([]);
            }
        })],
    ),
    Defect::new(
        "empty-is-null",
        &["T21-3.7-03"],
        "objects of an empty envelope is null",
        &[Json(ENVELOPES, |_, body| {
            if body.get("objects").is_none() {
                body["objects"] = Value::Null;
            }
        })],
    ),
    Defect::new(
        "empty-is-404",
        &["T21-3.7-03"],
        "a filter that matches nothing is answered 404",
        &[Response(|_, call, response| {
            let empty = response.value().is_some_and(|body| body.get("objects").is_none());
            if call.endpoint() == Some(Endpoint::Objects) && response.status.is_success() && empty {
                *response = super::super::error::Problem::not_found("object").response();
            }
        })],
    ),
    Defect::new(
        "empty-manifest-list",
        &["T21-5.3-07", "T21-2-04"],
        "an empty manifest has an empty list of objects",
        &[Json(&[Endpoint::Manifest], |_, body| {
            if body.get("objects").is_none() {
                body["objects"] = json!([]);
            }
        })],
    ),
    Defect::new(
        "manifest-bare",
        &["T21-5.3-01"],
        "the manifest comes as a bare list",
        &[Json(&[Endpoint::Manifest], |_, body| {
            *body = remove(body, "objects").unwrap_or_else(|| json!([]));
        })],
    ),
    Defect::new(
        "manifest-without-one-version",
        &["T21-5.3-08", "T21-3.4-29"],
        "the manifest of all versions lacks one of them",
        &[super::Effect::Rule(|rules| {
            rules.hides = |at, record| {
                let lacking = record.object.version == "2023-11-20T12:30:00.000Z";
                record.deleted || at == Endpoint::Manifest && lacking
            };
        })],
    ),
    Defect::new(
        "objects-203",
        &["T21-5.4-01"],
        "objects are answered 203 instead of 200",
        &[Response(|_, call, response| turned_203(call.endpoint(), Endpoint::Objects, response))],
    ),
    Defect::new(
        "object-with-company",
        &["T21-5.6-01"],
        "an object comes with the identity that created it",
        &[Response(|state, call, response| {
            let (Some(Endpoint::Object), Some(user)) = (call.endpoint(), call.user) else {
                return;
            };
            let body = response.value().unwrap_or_default();
            let Some(creator) = body["objects"][0]["created_by_ref"].as_str().map(str::to_owned) else {
                return;
            };
            let Some(route) = &call.route else { return };
            let target = format!("/{}/collections/{}/objects/{creator}/", route.root, route.collection);
            let request = super::super::http::Request::new(http::Method::GET, &target)
                .with("authorization", &format!("Bearer {}", user.token));
            if let Some(identity) = super::plain(state, request).and_then(|body| body["objects"].get(0).cloned()) {
                super::edit(response, |body| {
                    if let Some(objects) = body["objects"].as_array_mut() {
                        objects.push(identity);
                    }
                });
            }
        })],
    ),
    Defect::new(
        "unknown-object-empty",
        &["T21-5.6-02"],
        "an unknown object is answered 200 with an empty envelope",
        &[Response(|_, call, response| unknown_is_empty(call.endpoint(), Endpoint::Object, response))],
    ),
    Defect::new(
        "unknown-versions-empty",
        &["T21-5.8-03"],
        "versions of an unknown object is answered 200 with an empty object",
        &[Response(|_, call, response| unknown_is_empty(call.endpoint(), Endpoint::Versions, response))],
    ),
    Defect::new(
        "unknown-object-500",
        &["T21-5.6-02"],
        "an unknown object leads to 500",
        &[Response(|_, call, response| {
            let object = response.value().unwrap_or_default()["description"]
                .as_str()
                .is_some_and(|text| text.contains("object"));
            if call.endpoint() == Some(Endpoint::Object) && response.status == StatusCode::NOT_FOUND && object {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "missing-version-gives-latest",
        &["T21-5.6-06"],
        "a version that an object does not have is answered with its latest",
        &[Response(|state, call, response| {
            let empty = response.value().is_some_and(|body| body.get("objects").is_none());
            if call.endpoint() == Some(Endpoint::Object)
                && response.status == StatusCode::OK
                && empty
                && super::asks(call, "match[version]")
            {
                let mut request = call.request.clone();
                request.query.clear();
                if let Some(body) = super::plain(state, request) {
                    *response = Answer::json(StatusCode::OK, &body);
                }
            }
        })],
    ),
    Defect::new(
        "object-203",
        &["T21-5.6-01"],
        "one object that is asked for is answered 203 instead of 200",
        &[Response(|_, call, response| turned_203(call.endpoint(), Endpoint::Object, response))],
    ),
    Defect::new(
        "versions-203",
        &["T21-5.8-01"],
        "versions are answered 203 instead of 200",
        &[Response(|_, call, response| turned_203(call.endpoint(), Endpoint::Versions, response))],
    ),
    Defect::new(
        "objects-500",
        &["T21-5.4-01"],
        "objects answer 500 for the sake of one object, while the manifest works; seen in OpenCTI",
        &[Response(|_, call, response| {
            let broken = String::from_utf8_lossy(&response.body).contains("\"type\":\"malware-analysis\"")
                || String::from_utf8_lossy(&response.body).contains("\"type\": \"malware-analysis\"");
            if call.endpoint() == Some(Endpoint::Objects) && broken {
                *response = super::super::error::Problem::not_found("relation").response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "pages-of-an-object-206",
        &["T21-5.6-01"],
        "a page of the versions of an object is answered 206 where more is true",
        &[Response(|_, call, response| partial(call, response, Endpoint::Object))],
    ),
    Defect::new(
        "pages-of-versions-206",
        &["T21-5.8-01"],
        "a page of versions is answered 206 where more is true",
        &[Response(|_, call, response| partial(call, response, Endpoint::Versions))],
    ),
];
