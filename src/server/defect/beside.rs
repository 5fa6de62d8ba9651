//! What goes wrong beside what is usually looked at: in another collection, under another API root, for the second client,
//! or on a connection that others have used.

use http::{HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use super::super::access::USERS;
use super::super::error::Problem;
use super::super::handle::{Call, plain_response};
use super::super::http::{Request, Response as Answer};
use super::super::query::percent_decode;
use super::super::read::{FIRST, LAST};
use super::super::route::Endpoint;
use super::super::state::State;
use super::super::time;
use super::Effect::{Json, Request as Asked, Response, Wire};
use super::{Defect, asks, drop_parameters, list};

/// Whether a path is under the second API root.
fn second(path: &str) -> bool {
    path.starts_with("/api2/")
}

/// Whether a path is that of the collection of mixed specifications.
fn mixed(path: &str) -> bool {
    path.contains("/60b3da4b-7261-4db1-8e43-cf9051d28376/") || path.contains("/mixed/")
}

/// The value of a parameter, as it was sent.
fn value<'a>(query: &'a str, wanted: &str) -> Option<&'a str> {
    let named = |pair: &&str| pair.split('=').next().and_then(percent_decode).is_some_and(|name| name == wanted);
    query.split('&').find(named)?.split_once('=').map(|(_, value)| value)
}

/// Puts another value in the place of a parameter's.
fn put(request: &mut Request, name: &str, text: &str) {
    drop_parameters(request, |other, _| other == name);
    let sign = if request.query.is_empty() { "" } else { "&" };
    request.query += &format!("{sign}{name}={text}");
}

/// Answers as if the first user had asked.
fn let_in(state: &State, call: &Call, response: &mut Answer) {
    use base64::Engine;
    let Some(user) = USERS.first() else { return };
    let known = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", user.name, user.password));
    let mut request = call.request.clone();
    if let Ok(value) = HeaderValue::from_str(&format!("Basic {known}")) {
        request.headers.insert(header::AUTHORIZATION, value);
        *response = plain_response(state, request);
    }
}

/// Lets everybody in at an endpoint of the second API root.
fn open_second(state: &State, call: &Call, response: &mut Answer, endpoint: Endpoint) {
    let such = call.endpoint() == Some(endpoint) && second(&call.request.path);
    if such && response.status == StatusCode::UNAUTHORIZED {
        let_in(state, call, response);
    }
}

/// Whether the second user asks.
fn reader(call: &Call) -> bool {
    call.user.is_some_and(|user| !user.writes)
}

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
        "manifest-open-under-second-root",
        &["T21-5.3-03"],
        "the manifest is shown to everybody under the second API root",
        &[Response(|state, call, response| open_second(state, call, response, Endpoint::Manifest))],
    ),
    Defect::new(
        "objects-open-under-second-root",
        &["T21-5.4-03"],
        "objects are shown to everybody under the second API root",
        &[Response(|state, call, response| open_second(state, call, response, Endpoint::Objects))],
    ),
    Defect::new(
        "post-open-under-second-root",
        &["T21-5.5-03"],
        "everybody may add objects under the second API root",
        &[Response(|state, call, response| open_second(state, call, response, Endpoint::Add))],
    ),
    Defect::new(
        "delete-open-under-second-root",
        &["T21-5.7-05"],
        "everybody may delete objects under the second API root",
        &[Response(|state, call, response| open_second(state, call, response, Endpoint::Delete))],
    ),
    Defect::new(
        "credentials-stick-to-the-connection",
        &["T21-5.3-03", "T21-5.4-03"],
        "who was let in once need show no credentials on that connection any more",
        &[Wire(|wire| wire.remembers = true)],
    ),
    Defect::new(
        "second-root-500",
        &["T21-4.2-01"],
        "everything under the second API root is answered 500",
        &[Response(|_, call, response| {
            if second(&call.request.path) {
                *response = Problem::not_found("API root").response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "accept-without-version-406-under-second-root",
        &["T21-3.1-07"],
        "Accept without a version is answered 406 under the second API root",
        &[Response(|_, call, response| {
            let bare = call.request.header(&header::ACCEPT).is_some_and(|accept| accept == "application/taxii+json");
            if bare && second(&call.request.path) {
                *response = Problem::not_acceptable().response();
            }
        })],
    ),
    Defect::new(
        "limit-zero-taken-under-second-root",
        &["T21-3.4-01"],
        "limit=0 counts as none under the second API root",
        &[Asked(|request| {
            if second(&request.path) {
                drop_parameters(request, |name, value| name == "limit" && value == "0");
            }
        })],
    ),
    Defect::new(
        "after-ignored-on-manifest-of-second-root",
        &["T21-3.4-02"],
        "added_after is ignored on the manifest under the second API root",
        &[Asked(|request| {
            if second(&request.path) && request.path.ends_with("/manifest/") {
                drop_parameters(request, |name, value| name == "added_after" && value.starts_with('2'));
            }
        })],
    ),
    Defect::new(
        "status-unknown-under-second-root",
        &["T21-4.3-10"],
        "no status is found under the second API root",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Status) && second(&call.request.path) {
                *response = Problem::not_found("status").response();
            }
        })],
    ),
    Defect::new(
        "all-versions-by-default-in-mixed",
        &["T21-3.4-15"],
        "all versions come by default in one collection",
        &[Asked(|request| {
            let bare = value(&request.query, "match[version]").is_none();
            if bare && mixed(&request.path) && request.path.ends_with("/objects/") && request.method == Method::GET {
                put(request, "match[version]", "all");
            }
        })],
    ),
    Defect::new(
        "first-of-an-object-ignored-in-mixed",
        &["T21-5.6-05"],
        "match[version]=first gives the latest version of one object in one collection",
        &[Asked(|request| {
            if mixed(&request.path) && request.path.contains("/objects/") && !request.path.ends_with("/objects/") {
                drop_parameters(request, |name, value| name == "match[version]" && value == "first");
            }
        })],
    ),
    Defect::new(
        "latest-version-alone-in-mixed",
        &["T21-5.8-01"],
        "versions lists the latest alone in one collection",
        &[Json(&[Endpoint::Versions], |call, body| {
            if let Some(versions) = list(body, "versions").filter(|_| mixed(&call.request.path)) {
                versions.drain(..versions.len().saturating_sub(1));
            }
        })],
    ),
    Defect::new(
        "manifest-lacks-a-type-in-mixed",
        &["T21-5.3-08"],
        "the manifest of one collection leaves out malware",
        &[Json(&[Endpoint::Manifest], |call, body| {
            let kept = |record: &Value| !record["id"].as_str().is_some_and(|id| id.starts_with("malware--"));
            if let Some(records) = list(body, "objects").filter(|_| mixed(&call.request.path)) {
                records.retain(kept);
            }
        })],
    ),
    Defect::new(
        "next-restarts-in-mixed",
        &["T21-3.5-01"],
        "next leads to the first page again in one collection",
        &[Asked(|request| {
            if mixed(&request.path) {
                drop_parameters(request, |name, _| name == "next");
            }
        })],
    ),
    Defect::new(
        "dates-of-now-in-mixed",
        &["T21-3.2-03"],
        "the date headers are those of the answer, in one collection",
        &[Response(|_, call, response| {
            if mixed(&call.request.path) && response.header(FIRST).is_some() {
                let now = time::micros(jiff::Timestamp::now());
                response.set(FIRST, &now);
                response.set(LAST, &now);
            }
        })],
    ),
    Defect::new(
        "collection-tells-all-the-rights-of-the-first",
        &["T21-5.2-02"],
        "a collection tells everybody that it can be written where the first user may write",
        &[Json(&[Endpoint::Collection], |call, body| {
            if reader(call) && call.request.path.contains("/1b6ee5f6-") {
                body["can_write"] = true.into();
            }
        })],
    ),
    Defect::new(
        "empty-list-of-collections-for-second-user",
        &["T21-2-04"],
        "a list without collections is sent empty to the second user, under the second API root",
        &[Json(&[Endpoint::Collections], |call, body| {
            if reader(call) && second(&call.request.path) {
                *body = serde_json::json!({"collections": []});
            }
        })],
    ),
    Defect::new(
        "next-is-a-credential",
        &["T21-3.5-04"],
        "who shows the next of a client that may read need not have the right",
        &[Response(|state, call, response| {
            let kept_out = matches!(response.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
            if call.endpoint() == Some(Endpoint::Objects) && asks(call, "next") && reader(call) && kept_out {
                let_in(state, call, response);
            }
        })],
    ),
    Defect::new(
        "alias-opens-writing-to-the-second-user",
        &["T21-5.5-02"],
        "by the alias of a collection the second user may add",
        &[Response(|state, call, response| {
            let by_alias = call.request.path.contains("/full-sample/");
            if call.endpoint() == Some(Endpoint::Add) && by_alias && response.status == StatusCode::FORBIDDEN {
                let_in(state, call, response);
            }
        })],
    ),
    Defect::new(
        "rights-not-asked-where-filtered-by-id",
        &["T21-5.4-02"],
        "match[id] is answered before can_read is looked at",
        &[Response(|_, call, response| {
            let filtered = call.endpoint() == Some(Endpoint::Objects) && asks(call, "match[id]");
            if filtered && response.status == StatusCode::FORBIDDEN {
                *response = Answer::json(StatusCode::OK, &serde_json::json!({}));
            }
        })],
    ),
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
        &[Asked(|request| {
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
        &[Asked(|request| {
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
        &[Asked(|request| {
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
