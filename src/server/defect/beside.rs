//! What goes wrong beside what is usually looked at: in another collection, under another API root, for the second client,
//! or on a connection that others have used.

use http::{Method, StatusCode, header};
use serde_json::Value;

use super::super::access::{self, USERS, User};
use super::super::error::Problem;
use super::super::handle::Call;
use super::super::http::{Request, Response as Answer};
use super::super::negotiate;
use super::super::read::{FIRST, LAST};
use super::super::route::Endpoint;
use super::super::seed::ROOTS;
use super::super::time;
use super::Effect::{Json, Request as Asked, Response, Rule, Wire};
use super::credentials::open_where;
use super::{Defect, asks, drop_parameters, list, put, value};

/// Whether a path is under the second API root.
fn second(path: &str) -> bool {
    path.starts_with("/api2/")
}

/// Whether a path is that of the collection of mixed specifications.
fn mixed(path: &str) -> bool {
    path.contains("/60b3da4b-7261-4db1-8e43-cf9051d28376/") || path.contains("/mixed/")
}

/// Where a request is such a one, every user is the first on one endpoint.
fn promote(such: bool, endpoint: Option<Endpoint>, to: Endpoint, request: &Request) -> Option<&'static User> {
    let user = access::authenticate(endpoint, request)?;
    if such && endpoint == Some(to) { USERS.first() } else { Some(user) }
}

/// Whether the second user asks.
fn reader(call: &Call) -> bool {
    call.user.is_some_and(|user| !user.writes)
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "manifest-open-under-second-root",
        &["T21-5.3-03"],
        "the manifest is shown to everybody under the second API root",
        &[Rule(|rules| {
            rules.authenticate = |at, request| open_where(second(&request.path), at, Endpoint::Manifest, request);
        })],
    ),
    Defect::new(
        "objects-open-under-second-root",
        &["T21-5.4-03"],
        "objects are shown to everybody under the second API root",
        &[Rule(|rules| {
            rules.authenticate = |at, request| open_where(second(&request.path), at, Endpoint::Objects, request);
        })],
    ),
    Defect::new(
        "post-open-under-second-root",
        &["T21-5.5-03"],
        "everybody may add objects under the second API root",
        &[Rule(|rules| {
            rules.authenticate = |at, request| open_where(second(&request.path), at, Endpoint::Add, request);
        })],
    ),
    Defect::new(
        "delete-open-under-second-root",
        &["T21-5.7-05"],
        "everybody may delete objects under the second API root",
        &[Rule(|rules| {
            rules.authenticate = |at, request| open_where(second(&request.path), at, Endpoint::Delete, request);
        })],
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
        "content-type-with-space-under-second-root",
        &["T21-3.1-08"],
        "a space after the semicolon in the Content-Type of a POST leads to 415 under the second API root",
        &[Rule(|rules| {
            rules.takes = |request| {
                let spaced = request.header(&header::CONTENT_TYPE).is_some_and(|kind| kind.contains("; "));
                negotiate::takes(request) && !(spaced && second(&request.path))
            }
        })],
    ),
    Defect::new(
        "max-content-length-ignored-under-second-root",
        &["T21-4.2-05"],
        "bodies above max_content_length are taken under the second API root",
        &[Rule(|rules| {
            rules.max_body = |root| if root.name == ROOTS[1].name { u64::MAX } else { root.max_content_length };
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
        &[Rule(|rules| {
            rules.authenticate =
                |at, request| promote(value(&request.query, "next").is_some(), at, Endpoint::Objects, request);
        })],
    ),
    Defect::new(
        "alias-opens-writing-to-the-second-user",
        &["T21-5.5-02"],
        "by the alias of a collection the second user may add",
        &[Rule(|rules| {
            rules.authenticate =
                |at, request| promote(request.path.contains("/full-sample/"), at, Endpoint::Add, request);
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
];
