//! What goes wrong in one collection or API root and not in another: who looks at one of them alone does not see it.

use http::{Method, StatusCode};
use serde_json::Value;

use super::super::access;
use super::super::handle::{Call, plain_response};
use super::super::http::{Request, Response as Answer};
use super::super::read::{FIRST, LAST};
use super::super::route::Endpoint;
use super::super::seed::ROOTS;
use super::super::state::State;
use super::Effect::{self, Json, Response};
use super::{Defect, asks, drop_parameters, each};

/// Whether a request is under the second API root.
fn second(call: &Call) -> bool {
    call.route.as_ref().is_some_and(|route| route.root == ROOTS[1].name)
}

/// Drops a header field under the second API root.
fn drop_under_second(call: &Call, response: &mut Answer, header: &str) {
    if second(call) {
        response.headers.remove(header);
    }
}

/// Turns a list round under the second API root.
fn turn_under_second(call: &Call, body: &mut Value, list: &str) {
    if let (true, Some(list)) = (second(call), body.get_mut(list).and_then(Value::as_array_mut)) {
        list.reverse();
    }
}

/// Makes another request of one under the second API root.
fn divert_under_second(request: &mut Request, method: &Method, to: &Method) {
    if request.method == *method && request.path.starts_with("/api2/") {
        request.method = to.clone();
    }
}

/// Asks the other collections of the API root, where this one does not know the object or selects nothing.
fn elsewhere(state: &State, call: &Call, response: &mut Answer, endpoint: Endpoint) {
    let Some(route) = call.route.as_ref().filter(|route| route.endpoint == endpoint) else { return };
    let Some(root) = ROOTS.iter().find(|root| root.name == route.root) else { return };
    let is_known = root.collections.iter().any(|known| access::names(known, &route.collection));
    let nothing = match endpoint {
        Endpoint::Objects | Endpoint::Manifest => &response.body[..] == b"{}",
        _ => response.status == StatusCode::NOT_FOUND,
    };
    for other in root.collections.iter().filter(|_| is_known && nothing) {
        let mut request = call.request.clone();
        request.path = request.path.replace(&route.collection, other.id);
        let found = plain_response(state, request);
        if found.status.is_success() && (endpoint == Endpoint::Delete || &found.body[..] != b"{}") {
            *response = found;
            return;
        }
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "can-read-of-everything",
        &["T21-5.3-01", "T21-5.4-01"],
        "can_read is true for collections that are then answered 403",
        &[Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
            let readable = |one: &mut Value| one["can_read"] = true.into();
            each(body, "collections", readable);
            if body.get("id").is_some() {
                body["can_read"] = true.into();
            }
        })],
    ),
    Defect::new(
        "object-of-any-collection",
        &["T21-5.6-02"],
        "an object is looked up by its id alone, whichever collection is asked",
        &[Response(|state, call, response| elsewhere(state, call, response, Endpoint::Object))],
    ),
    Defect::new(
        "versions-of-any-collection",
        &["T21-5.8-03"],
        "versions are looked up by the id of the object alone, whichever collection is asked",
        &[Response(|state, call, response| elsewhere(state, call, response, Endpoint::Versions))],
    ),
    Defect::new(
        "match-id-of-any-collection",
        &["T21-3.4-11"],
        "match[id] selects objects of every collection, whichever is asked",
        &[Response(|state, call, response| {
            if asks(call, "match[id]") {
                for endpoint in [Endpoint::Objects, Endpoint::Manifest] {
                    elsewhere(state, call, response, endpoint);
                }
            }
        })],
    ),
    Defect::new(
        "delete-from-any-collection",
        &["T21-5.7-06"],
        "an object is deleted by its id alone, whichever collection is asked",
        &[Response(|state, call, response| elsewhere(state, call, response, Endpoint::Delete))],
    ),
    Defect::new(
        "type-ignored-under-the-second-root",
        &["T21-3.4-12"],
        "match[type] is ignored under the second API root",
        &[Effect::Request(|request| {
            if request.path.starts_with("/api2/") {
                drop_parameters(request, |name, _| name == "match[type]");
            }
        })],
    ),
    Defect::new(
        "limit-ignored-in-read-only-collections",
        &["T21-3.4-06"],
        "limit is ignored in a collection that is read-only, and so comes out of a cache",
        &[Effect::Request(|request| {
            let read_only = ["/2c7ff607-3e2d-4f6d-8a0f-8b5c1d9e4f32/", "/read-only/"];
            if read_only.iter().any(|part| request.path.contains(part)) {
                drop_parameters(request, |name, _| name == "limit");
            }
        })],
    ),
    Defect::new(
        "no-first-date-under-second-root",
        &["T21-3.2-01"],
        "X-TAXII-Date-Added-First is missing under the second API root",
        &[Response(|_, call, response| drop_under_second(call, response, FIRST))],
    ),
    Defect::new(
        "no-last-date-under-second-root",
        &["T21-3.2-02"],
        "X-TAXII-Date-Added-Last is missing under the second API root",
        &[Response(|_, call, response| drop_under_second(call, response, LAST))],
    ),
    Defect::new(
        "archive-said-to-be-closed",
        &["T21-5.3-02", "T21-5.4-02"],
        "can_read of one collection is false, and it is served all the same",
        &[Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
            let closed = |one: &mut Value| {
                if one["title"] == "Archive" {
                    one["can_read"] = false.into();
                }
            };
            each(body, "collections", closed);
            closed(body);
        })],
    ),
    Defect::new(
        "versions-of-second-root-as-text",
        &["T21-2-04"],
        "versions of the second API root is its only value, not a list",
        &[Json(&[Endpoint::ApiRoot], |call, body| {
            if second(call) {
                body["versions"] = "application/taxii+json;version=2.1".into();
            }
        })],
    ),
    Defect::new(
        "titles-of-second-root-as-numbers",
        &["T21-2-06"],
        "titles of the second API root and of its collections are numbers",
        &[Json(&[Endpoint::ApiRoot, Endpoint::Collections, Endpoint::Collection], |call, body| {
            if second(call) && body.get("title").is_some() {
                body["title"] = 2.into();
            }
            if second(call) {
                each(body, "collections", |collection| collection["title"] = 2.into());
            }
        })],
    ),
    Defect::new(
        "post-refused-under-second-root",
        &["T21-5.5-01"],
        "POST is answered 403 under the second API root, where can_write is true",
        &[Effect::Request(|request| {
            if request.method == Method::POST {
                // into one that cannot be written
                let [writable, other] = ROOTS[1].collections else { return };
                request.path = request.path.replace(writable.id, other.id);
            }
        })],
    ),
    Defect::new(
        "delete-not-allowed-under-second-root",
        &["T21-5.7-01"],
        "DELETE is answered 405 under the second API root, where can_write is true",
        &[Effect::Request(|request| divert_under_second(request, &Method::DELETE, &Method::PATCH))],
    ),
    Defect::new(
        "posts-to-the-first-collection",
        &["T21-5.5-07"],
        "POST stores objects in the first collection of the API root, whichever is asked",
        &[Effect::Request(|request| {
            if request.method == Method::POST {
                let first = ROOTS[0].collections[0].id;
                for other in ROOTS[0].collections.iter().filter(|other| other.read && other.write) {
                    request.path = request.path.replace(other.id, first);
                }
            }
        })],
    ),
    Defect::new(
        "delete-does-nothing-under-second-root",
        &["T21-5.7-02"],
        "DELETE answers 200 and deletes nothing under the second API root",
        &[Effect::Request(|request| divert_under_second(request, &Method::DELETE, &Method::GET))],
    ),
    Defect::new(
        "objects-newest-first-under-second-root",
        &["T21-3.3-01"],
        "objects come with the newest first under the second API root",
        &[Json(&[Endpoint::Objects], |call, body| turn_under_second(call, body, "objects"))],
    ),
    Defect::new(
        "manifest-newest-first-under-second-root",
        &["T21-3.3-02"],
        "manifest records come with the newest first under the second API root",
        &[Json(&[Endpoint::Manifest], |call, body| turn_under_second(call, body, "objects"))],
    ),
    Defect::new(
        "no-versions-under-second-root",
        &["T21-5.8-01"],
        "versions lists none under the second API root",
        &[Json(&[Endpoint::Versions], |call, body| {
            if second(call) {
                *body = serde_json::json!({});
            }
        })],
    ),
    Defect::new(
        "status-of-second-root-not-counted",
        &["T21-4.3-05"],
        "total_count of a status of the second API root is 0",
        &[Json(&[Endpoint::Status], |call, body| {
            if second(call) && body.get("total_count").is_some() {
                body["total_count"] = 0.into();
            }
        })],
    ),
];
