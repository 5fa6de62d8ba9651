//! What goes wrong in one collection or API root and not in another: who looks at one of them alone does not see it.

use http::StatusCode;
use serde_json::Value;

use super::super::access;
use super::super::handle::plain_response;
use super::super::read::{FIRST, LAST};
use super::super::route::Endpoint;
use super::super::seed::ROOTS;
use super::Effect::{Json, Response};
use super::{Defect, each};

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
        "objects-of-other-collections",
        &["T21-5.6-02", "T21-5.8-03"],
        "an object that is asked for by its id is looked for in every collection that the client may read",
        &[Response(|state, call, response| {
            let Some(route) = call.route.as_ref() else { return };
            let one = matches!(route.endpoint, Endpoint::Object | Endpoint::Versions);
            let Some(root) = ROOTS.iter().find(|root| root.name == route.root) else { return };
            let known = root.collections.iter().any(|known| access::names(known, &route.collection));
            if !one || !known || response.status != StatusCode::NOT_FOUND {
                return;
            }
            for other in root.collections {
                let mut request = call.request.clone();
                request.path = request.path.replace(&route.collection, other.id);
                let found = plain_response(state, request);
                if found.status == StatusCode::OK {
                    *response = found;
                    return;
                }
            }
        })],
    ),
    Defect::new(
        "no-first-date-under-second-root",
        &["T21-3.2-01"],
        "X-TAXII-Date-Added-First is missing under the second API root",
        &[Response(|_, call, response| {
            if call.route.as_ref().is_some_and(|route| route.root == ROOTS[1].name) {
                response.headers.remove(FIRST);
            }
        })],
    ),
    Defect::new(
        "no-last-date-under-second-root",
        &["T21-3.2-02"],
        "X-TAXII-Date-Added-Last is missing under the second API root",
        &[Response(|_, call, response| {
            if call.route.as_ref().is_some_and(|route| route.root == ROOTS[1].name) {
                response.headers.remove(LAST);
            }
        })],
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
            if call.route.as_ref().is_some_and(|route| route.root == ROOTS[1].name) {
                body["versions"] = "application/taxii+json;version=2.1".into();
            }
        })],
    ),
];
