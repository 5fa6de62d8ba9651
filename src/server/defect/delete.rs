//! Deleting objects (section 5.7).

use std::collections::HashSet;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::super::handle::Call;
use super::super::http::Response as Sent;
use super::super::route::Endpoint;
use super::super::state::Store;
use super::Defect;
use super::Effect::{Request, Response, Rule};

/// Answers 200 to a DELETE that was answered 404 for want of this.
fn deleted_all_the_same(call: &Call, response: &mut Sent, missing: &str) {
    let said = response.value().unwrap_or_default()["description"].as_str().is_some_and(|text| text.contains(missing));
    if call.endpoint() == Some(Endpoint::Delete) && response.status == StatusCode::NOT_FOUND && said {
        *response = Sent::taxii(StatusCode::OK, "{}");
    }
}

/// Hides each record of which there is a tombstone.
fn bury(store: &mut Store, _: u64, _: Timestamp) {
    for records in store.records.values_mut() {
        let dead: HashSet<(usize, Timestamp)> =
            records.iter().filter(|r| r.deleted).map(|r| (r.entity, r.object.instant)).collect();
        for record in records.iter_mut().filter(|r| dead.contains(&(r.entity, r.object.instant))) {
            record.deleted = true;
        }
    }
}

/// Makes each DELETE take what was added up to then of the same type.
fn sweep(store: &mut Store, _: u64, _: Timestamp) {
    for records in store.records.values_mut() {
        let dead: Vec<(String, Timestamp)> =
            records.iter().filter(|r| r.deleted).map(|r| (r.object.kind.clone(), r.date_added)).collect();
        for record in records.iter_mut() {
            record.deleted |= dead.iter().any(|(kind, at)| *kind == record.object.kind && record.date_added <= *at);
        }
    }
}

/// Gives what is left of an object a new date, later than that of the version that was deleted.
fn renew(store: &mut Store, _: u64, _: Timestamp) {
    for records in store.records.values_mut() {
        let dead: Vec<(usize, Timestamp)> =
            records.iter().filter(|r| r.deleted).map(|r| (r.entity, r.date_added)).collect();
        for record in records.iter_mut().filter(|r| !r.deleted) {
            let last = dead.iter().filter(|(entity, _)| *entity == record.entity).map(|(_, at)| *at).max();
            if let Some(last) = last.filter(|last| record.date_added <= *last) {
                record.date_added = last + SignedDuration::from_micros(1);
            }
        }
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "delete-204",
        &["T21-5.7-01"],
        "DELETE is answered 204",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Delete) && response.status == StatusCode::OK {
                response.status = StatusCode::NO_CONTENT;
                response.body = bytes::Bytes::new();
            }
        })],
    ),
    Defect::new(
        "delete-202",
        &["T21-5.7-01"],
        "DELETE is answered 202",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Delete) && response.status == StatusCode::OK {
                response.status = StatusCode::ACCEPTED;
            }
        })],
    ),
    Defect::new(
        "delete-does-nothing",
        &["T21-5.7-02"],
        "DELETE answers 200 and deletes nothing; seen in OpenTAXII",
        &[Rule(|rules| rules.deletes = |_, _, _| false)],
    ),
    Defect::new(
        "deleted-for-ever",
        &["T21-5.5-07"],
        "what was deleted and is added again is counted as a success, and never shown",
        &[Rule(|rules| rules.meanwhile = bury)],
    ),
    Defect::new(
        "delete-takes-the-type",
        &["T21-5.7-02"],
        "DELETE takes every object of that type, whatever its id",
        &[Rule(|rules| rules.meanwhile = sweep)],
    ),
    Defect::new(
        "delete-renews-dates",
        &["T21-5.3-04"],
        "deleting a version renews the date added of the others",
        &[Rule(|rules| rules.meanwhile = renew)],
    ),
    Defect::new(
        "delete-leaves-manifest",
        &["T21-5.7-02"],
        "what is deleted stays in the manifest",
        &[Rule(|rules| rules.hides = |at, record| record.deleted && at != Endpoint::Manifest)],
    ),
    Defect::new(
        "delete-leaves-versions",
        &["T21-5.7-02"],
        "versions of what is deleted are still listed",
        &[Rule(|rules| rules.hides = |at, record| record.deleted && at != Endpoint::Versions)],
    ),
    Defect::new(
        "delete-leaves-objects",
        &["T21-5.7-02"],
        "what is deleted stays among the objects",
        &[Rule(|rules| rules.hides = |at, record| record.deleted && at != Endpoint::Objects)],
    ),
    Defect::new(
        "delete-version-deletes-all",
        &["T21-5.7-03"],
        "DELETE with match[version] removes every version",
        &[Rule(|rules| {
            rules.deletes = |filter, _, selected| selected || filter.versions.is_some();
        })],
    ),
    Defect::new(
        "delete-version-does-nothing",
        &["T21-5.7-03"],
        "DELETE with match[version] answers 200 and deletes nothing",
        &[Rule(|rules| {
            rules.deletes = |filter, _, selected| selected && filter.versions.is_none();
        })],
    ),
    Defect::new(
        "delete-version-deletes-others",
        &["T21-5.7-03"],
        "DELETE with match[version] keeps that version and removes the others",
        &[Rule(|rules| {
            rules.deletes = |filter, _, selected| selected != filter.versions.is_some();
        })],
    ),
    Defect::new(
        "delete-unknown-200",
        &["T21-5.7-06"],
        "deleting an unknown object is answered 200",
        &[Response(|_, call, response| deleted_all_the_same(call, response, "object or version"))],
    ),
    Defect::new(
        "delete-latest-alone",
        &["T21-5.7-07"],
        "DELETE without match[version] removes the latest version alone",
        &[Rule(|rules| {
            rules.default_versions = |at| match at {
                Endpoint::Versions => &[super::super::query::Pick::All],
                _ => &[super::super::query::Pick::Last],
            };
        })],
    ),
    Defect::new(
        "delete-from-unknown-collection-200",
        &["T21-5.2-06"],
        "DELETE in a collection that does not exist is answered 200",
        &[Response(|_, call, response| deleted_all_the_same(call, response, "collection"))],
    ),
    Defect::new(
        "delete-ignores-spec-version",
        &["T21-3.1-12"],
        "DELETE ignores match[spec_version]",
        &[Request(|request| {
            if request.method == http::Method::DELETE {
                super::drop_parameters(request, |name, _| name == "match[spec_version]");
            }
        })],
    ),
    Defect::new(
        "delete-by-specification-takes-every-version",
        &["T21-5.7-03"],
        "DELETE ignores match[version] beside match[spec_version]",
        &[Request(|request| {
            let query = super::super::query::percent_decode(&request.query).unwrap_or_default();
            if request.method == http::Method::DELETE && query.contains("match[spec_version]=") {
                super::drop_parameters(request, |name, _| name == "match[version]");
            }
        })],
    ),
];
