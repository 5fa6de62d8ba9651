//! What goes wrong with values and objects that are seldom asked for: types in capitals, ids in reverse, several versions at
//! once, limits above a thousand, relationships, tokens that are none.

use http::{Method, StatusCode};
use serde_json::Value;

use super::super::error::Problem;
use super::super::handle::Call;
use super::super::http::Response as Answer;
use super::super::query::percent_decode;
use super::super::route::Endpoint;
use super::Effect::{Json, Request, Response};
use super::{Defect, asks, list, put, value};

/// A relationship or sighting is not found.
fn without_relations(call: &Call, response: &mut Answer, endpoint: Endpoint) {
    let relation = ["/relationship--", "/sighting--"].iter().any(|part| call.request.path.contains(part));
    if call.endpoint() == Some(endpoint) && relation {
        *response = Problem::not_found("object").response();
    }
}

/// A token that cannot be read is an error of the server.
fn bad_token(call: &Call, response: &mut Answer, endpoint: Endpoint) {
    if call.endpoint() == Some(endpoint) && asks(call, "next") && response.status == StatusCode::BAD_REQUEST {
        response.turn(StatusCode::INTERNAL_SERVER_ERROR);
    }
}

/// More than a thousand is too much at an endpoint.
fn thousand(call: &Call, response: &mut Answer, endpoint: Endpoint) {
    let limit = value(&call.request.query, "limit").and_then(|limit| limit.parse::<u64>().ok());
    if call.endpoint() == Some(endpoint) && limit.is_some_and(|limit| limit > 1000) {
        *response = Problem::malformed("limit", "is above 1000").response();
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "two-versions-in-two-groups",
        &["T21-3.3-01"],
        "match[version]=first,last gives the firsts, and then the lasts",
        &[Json(&[Endpoint::Objects], |call, body| {
            let both =
                value(&call.request.query, "match[version]").is_some_and(|v| v.replace("%2C", ",") == "first,last");
            if let Some(objects) = list(body, "objects").filter(|_| both) {
                objects.sort_by_key(|object| object["modified"].as_str().unwrap_or_default().to_owned());
            }
        })],
    ),
    Defect::new(
        "objects-in-the-order-of-ids",
        &["T21-3.3-01"],
        "match[id] gives the objects in the order in which it names them",
        &[Json(&[Endpoint::Objects], |call, body| {
            let ids = value(&call.request.query, "match[id]").and_then(percent_decode).unwrap_or_default();
            if let Some(objects) = list(body, "objects") {
                objects.sort_by_key(|object| object["id"].as_str().and_then(|id| ids.find(id)));
            }
        })],
    ),
    Defect::new(
        "types-by-substring",
        &["T21-3.4-12"],
        "match[type] selects the types that its value contains",
        &[Request(|request| {
            let asked = value(&request.query, "match[type]").map(str::to_owned).unwrap_or_default();
            let contained = ["indicator", "malware", "identity", "campaign", "tool", "file", "process"];
            let more: Vec<&str> = contained.into_iter().filter(|kind| asked.contains(kind)).collect();
            if !more.is_empty() && !asked.contains("absent") {
                put(request, "match[type]", &format!("{asked},{}", more.join(",")));
            }
        })],
    ),
    Defect::new(
        "types-without-case",
        &["T21-3.4-12"],
        "match[type] is compared without regard to case",
        &[Request(|request| {
            if let Some(asked) =
                value(&request.query, "match[type]").map(|asked| asked.replace("%2C", ",").to_lowercase())
            {
                put(request, "match[type]", &asked);
            }
        })],
    ),
    Defect::new(
        "no-object-that-is-a-relation",
        &["T21-5.6-01"],
        "Get an Object does not find relationships and sightings",
        &[Response(|_, call, response| without_relations(call, response, Endpoint::Object))],
    ),
    Defect::new(
        "bad-next-500-on-object",
        &["T21-3.5-04"],
        "next that cannot be read is answered 500 on Get an Object",
        &[Response(|_, call, response| bad_token(call, response, Endpoint::Object))],
    ),
    Defect::new(
        "bad-next-500-on-versions",
        &["T21-3.5-04"],
        "next that cannot be read is answered 500 on versions",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Versions) && asks(call, "next") {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "limit-above-1000-refused-on-object",
        &["T21-3.4-07"],
        "a limit above 1000 is answered 400 on Get an Object",
        &[Response(|_, call, response| thousand(call, response, Endpoint::Object))],
    ),
    Defect::new(
        "limit-above-1000-refused-on-versions",
        &["T21-3.4-07"],
        "a limit above 1000 is answered 400 on versions",
        &[Response(|_, call, response| thousand(call, response, Endpoint::Versions))],
    ),
    Defect::new(
        "two-times-and-the-latest-too",
        &["T21-5.6-05"],
        "two timestamps in match[version] give the latest version of an object too",
        &[Request(|request| {
            let one = request.path.contains("/objects/") && !request.path.ends_with("/objects/");
            let asked = value(&request.query, "match[version]").and_then(percent_decode).unwrap_or_default();
            let timestamps = asked.split(',').filter(|text| text.starts_with("20")).count();
            if one && request.method == Method::GET && timestamps == 2 {
                put(request, "match[version]", &format!("{asked},last"));
            }
        })],
    ),
    Defect::new(
        "content-lost-on-object",
        &["T21-5.4-05"],
        "Get an Object leaves out descriptions",
        &[Json(&[Endpoint::Object], |_, body| {
            if let Some(objects) = list(body, "objects") {
                for object in objects.iter_mut().filter_map(Value::as_object_mut) {
                    object.remove("description");
                }
            }
        })],
    ),
];
