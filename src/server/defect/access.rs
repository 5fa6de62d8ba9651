//! What a client may do: rights that are not looked at, or looked at in the wrong place (sections 4.3 and 5).

use http::{HeaderValue, StatusCode, header};

use super::super::access;
use super::super::effect::{conceal, unlist};
use super::super::error::Problem;
use super::super::handle::{Call, plain_response};
use super::super::http::Response as Answer;
use super::super::route::Endpoint;
use super::Defect;
use super::Effect::{Json, Response, Rule};

/// As [`access::admit`], but rights do not matter on one endpoint.
fn admit_all(endpoint: Endpoint, to: Endpoint, read: bool, write: bool) -> Result<(), Problem> {
    if endpoint == to { Ok(()) } else { access::admit(endpoint, read, write) }
}

/// What one endpoint shows is refused to who may not write as well.
fn for_writers(to: Endpoint, call: &Call, response: &mut Answer) {
    let reader = call.user.is_some_and(|user| !user.writes);
    if reader && call.endpoint() == Some(to) && response.status == StatusCode::OK {
        response.turn(StatusCode::FORBIDDEN);
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "manifest-of-write-only",
        &["T21-5.3-02"],
        "the manifest is shown where can_read is false",
        &[Rule(|rules| rules.admit = |at, read, write| admit_all(at, Endpoint::Manifest, read, write))],
    ),
    Defect::new(
        "objects-of-write-only",
        &["T21-5.4-02"],
        "objects are shown where can_read is false",
        &[Rule(|rules| rules.admit = |at, read, write| admit_all(at, Endpoint::Objects, read, write))],
    ),
    Defect::new(
        "objects-forbidden-401",
        &["T21-5.4-02"],
        "objects answer 401 where can_read is false",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Objects) && response.status == StatusCode::FORBIDDEN {
                *response = Problem::unauthenticated().response();
            }
        })],
    ),
    Defect::new(
        "objects-forbidden-empty",
        &["T21-5.4-02"],
        "objects answer with an empty envelope where can_read is false",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Objects) && response.status == StatusCode::FORBIDDEN {
                *response = super::super::http::Response::taxii(StatusCode::OK, "{}");
            }
        })],
    ),
    Defect::new(
        "object-of-write-only",
        &["T21-5.6-03"],
        "an object is shown where can_read is false",
        &[Rule(|rules| rules.admit = |at, read, write| admit_all(at, Endpoint::Object, read, write))],
    ),
    Defect::new(
        "versions-of-write-only",
        &["T21-5.8-04"],
        "the versions of an object are shown where can_read is false",
        &[Rule(|rules| rules.admit = |at, read, write| admit_all(at, Endpoint::Versions, read, write))],
    ),
    Defect::new(
        "add-to-read-only",
        &["T21-5.5-02"],
        "objects are added where can_write is false",
        &[Rule(|rules| rules.admit = |at, read, write| admit_all(at, Endpoint::Add, read, write))],
    ),
    Defect::new(
        "delete-from-read-only",
        &["T21-5.7-04"],
        "objects are deleted where can_write is false",
        &[Rule(|rules| {
            rules.admit = |at, read, write| access::admit(at, read, write || (at == Endpoint::Delete && read))
        })],
    ),
    Defect::new(
        "delete-from-read-only-404",
        &["T21-5.7-04"],
        "DELETE answers 404 instead of 403 where a client may read, but not write",
        &[Rule(|rules| {
            rules.admit = |at, read, write| access::admit(at, read && (write || at != Endpoint::Delete), write)
        })],
    ),
    Defect::new(
        "delete-without-rights-403",
        &["T21-5.7-04"],
        "DELETE answers 403 instead of 404 where a client may neither read nor write",
        &[Rule(|rules| {
            rules.admit = |at, read, write| access::admit(at, read || (at == Endpoint::Delete && !write), write)
        })],
    ),
    Defect::new(
        "status-for-everybody",
        &["T21-4.3-12"],
        "any user reads any status",
        &[Rule(|rules| rules.shows_status = |status, _, root| status.root == root.name)],
    ),
    Defect::new(
        "status-under-every-root",
        &["T21-4.3-12"],
        "a status is there under every API root",
        &[Rule(|rules| rules.shows_status = |status, user, _| status.owner == user.name)],
    ),
    Defect::new(
        "delete-from-write-only",
        &["T21-5.7-04"],
        "DELETE is admitted where a client may write, but not read",
        &[Rule(|rules| {
            rules.admit = |at, read, write| access::admit(at, read || (at == Endpoint::Delete && write), write);
        })],
    ),
    Defect::new(
        "manifest-for-writers-alone",
        &["T21-5.3-01"],
        "the manifest is refused to who may read the collection and not write to it",
        &[Response(|_, call, response| for_writers(Endpoint::Manifest, call, response))],
    ),
    Defect::new(
        "objects-for-writers-alone",
        &["T21-5.4-01"],
        "objects are refused to who may read the collection and not write to it",
        &[Response(|_, call, response| for_writers(Endpoint::Objects, call, response))],
    ),
    Defect::new(
        "object-for-whoever-knows-its-id",
        &["T21-5.6-03", "T21-5.8-04"],
        "whether the client itself may read is looked at where objects are listed, not where one is asked for",
        &[Response(|state, call, response| {
            let one = matches!(call.endpoint(), Some(Endpoint::Object | Endpoint::Versions));
            let reader = call.user.is_some_and(|user| !user.writes);
            if one && reader && response.status == StatusCode::FORBIDDEN {
                let mut request = call.request.clone();
                request.headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer admin-token"));
                *response = plain_response(state, request);
            }
        })],
    ),
    Defect::new(
        "hidden-collection-open-to-whoever-knows-its-id",
        &["T21-5.4-02"],
        "a collection that is hidden from a client shows it its objects all the same",
        &[
            Json(&[Endpoint::Collections], |_, body| unlist(body)),
            Response(|_, call, response| conceal(call, response)),
            Response(|state, call, response| {
                if call.endpoint() == Some(Endpoint::Objects) && response.status == StatusCode::FORBIDDEN {
                    let mut request = call.request.clone();
                    request.headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer admin-token"));
                    *response = plain_response(state, request);
                }
            }),
        ],
    ),
];
