//! Status resources (section 4.3).

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::super::http::Response as Answer;
use super::super::route::Endpoint;
use super::super::types;
use super::Effect::{Json, Response, Rule};
use super::{Defect, STATUSES, each, remove, rename};

const LISTS: [&str; 3] = ["successes", "failures", "pendings"];
const COUNTS: [&str; 4] = ["total_count", "success_count", "failure_count", "pending_count"];

fn details(body: &mut Value, mut change: impl FnMut(&mut Value)) {
    for list in LISTS {
        each(body, list, &mut change);
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "status-of-another-id",
        &["T21-4.3-01"],
        "the status that is read has another id than the one asked for",
        &[Json(&[Endpoint::Status], |_, body| {
            body["id"] = uuid::Uuid::new_v4().to_string().into();
        })],
    ),
    Defect::new(
        "status-unknown-200",
        &["T21-4.3-02"],
        "an unknown status answers 200 with an empty object",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Status) && response.status == StatusCode::NOT_FOUND {
                *response = Answer::taxii(StatusCode::OK, "{}");
            }
        })],
    ),
    Defect::new(
        "status-malformed-id-500",
        &["T21-4.3-02"],
        "a status id that is no UUID leads to 500",
        &[Response(|_, call, response| {
            let id = call.route.as_ref().map(|route| route.status.as_str()).unwrap_or_default();
            if call.endpoint() == Some(Endpoint::Status)
                && response.status == StatusCode::NOT_FOUND
                && uuid::Uuid::try_parse(id).is_err()
            {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "status-completed",
        &["T21-4.3-03"],
        "the status says completed instead of complete",
        &[Json(STATUSES, |_, body| {
            if body["status"] == "complete" {
                body["status"] = "completed".into();
            }
        })],
    ),
    Defect::new(
        "status-in-capitals",
        &["T21-4.3-03", "T21-3.8-01"],
        "the status says Complete and Pending, with capitals",
        &[Json(STATUSES, |_, body| {
            body["status"] = if body["status"] == "complete" { "Complete".into() } else { "Pending".into() };
        })],
    ),
    Defect::new(
        "request-timestamp-in-camel-case",
        &["T21-3.8-01"],
        "request_timestamp is called requestTimestamp",
        &[Json(STATUSES, |_, body| rename(body, "request_timestamp", "requestTimestamp"))],
    ),
    Defect::new(
        "counts-as-strings",
        &["T21-2-03"],
        "the counts of a status are strings",
        &[Json(STATUSES, |_, body| {
            for count in COUNTS {
                body[count] = body[count].to_string().into();
            }
        })],
    ),
    Defect::new(
        "pending-count-negative",
        &["T21-4.3-04"],
        "pending_count of a complete status is -1",
        &[Json(STATUSES, |_, body| {
            if body["pending_count"] == 0 {
                body["pending_count"] = (-1).into();
            }
        })],
    ),
    Defect::new(
        "status-without-pending-count",
        &["T21-3.8-02"],
        "a status has no pending_count",
        &[Json(STATUSES, |_, body| drop(remove(body, "pending_count")))],
    ),
    Defect::new(
        "total-count-off",
        &["T21-4.3-05"],
        "total_count is one more than was posted",
        &[Json(STATUSES, |_, body| {
            body["total_count"] = (body["total_count"].as_u64().unwrap_or(0) + 1).into();
        })],
    ),
    Defect::new(
        "total-count-zero",
        &["T21-4.3-05"],
        "total_count of a complete status is zero",
        &[Json(STATUSES, |_, body| body["total_count"] = 0.into())],
    ),
    Defect::new(
        "failures-not-counted",
        &["T21-4.3-05"],
        "total_count leaves out what failed",
        &[Json(STATUSES, |_, body| {
            let failed = body["failure_count"].as_u64().unwrap_or(0);
            body["total_count"] = body["total_count"].as_u64().unwrap_or(0).saturating_sub(failed).into();
        })],
    ),
    Defect::new(
        "observables-without-version-in-status",
        &["T21-4.3-08"],
        "the details of an object without created and modified have no version",
        &[Json(STATUSES, |_, body| {
            details(body, |detail| {
                let kind = detail["id"].as_str().and_then(|id| id.split("--").next()).unwrap_or_default();
                if types::SCO.contains(&kind) {
                    remove(detail, "version");
                }
            });
        })],
    ),
    Defect::new(
        "complete-while-pending",
        &["T21-4.3-06"],
        "the status says complete while objects are pending",
        &[
            Rule(|rules| rules.delay = Some(Duration::from_millis(300))),
            Json(STATUSES, |_, body| body["status"] = "complete".into()),
        ],
    ),
    Defect::new(
        "successes-short",
        &["T21-4.3-07"],
        "successes names one object less than success_count counts",
        &[Json(STATUSES, |_, body| {
            if let Some(list) = body.get_mut("successes").and_then(Value::as_array_mut).filter(|list| list.len() > 1) {
                list.pop();
            }
        })],
    ),
    Defect::new(
        "successes-name-others",
        &["T21-4.3-07"],
        "successes names objects that were not posted",
        &[Json(STATUSES, |_, body| {
            each(body, "successes", |detail| {
                let kind = detail["id"].as_str().and_then(|id| id.split("--").next()).unwrap_or("note").to_owned();
                detail["id"] = format!("{kind}--00000000-0000-4000-8000-0000000000ff").into();
            });
        })],
    ),
    Defect::new(
        "details-as-ids",
        &["T21-4.3-08"],
        "successes and failures are lists of ids, as in TAXII 2.0",
        &[Json(STATUSES, |_, body| {
            details(body, |detail| *detail = detail["id"].take());
        })],
    ),
    Defect::new(
        "details-without-version",
        &["T21-4.3-08"],
        "successes and failures have no version, as in one example of the standard",
        &[Json(STATUSES, |_, body| details(body, |detail| drop(remove(detail, "version"))))],
    ),
    Defect::new(
        "details-version-is-added",
        &["T21-4.3-09"],
        "version in a status is the time of the request",
        &[Json(STATUSES, |_, body| {
            let time = body["request_timestamp"].clone();
            details(body, |detail| detail["version"] = time.clone());
        })],
    ),
    Defect::new(
        "status-gone-at-once",
        &["T21-4.3-01", "T21-4.3-10"],
        "a status is gone as soon as it is complete",
        &[Response(|_, call, response| {
            let complete = response.value().is_some_and(|body| body["status"] == "complete");
            if call.endpoint() == Some(Endpoint::Status) && complete {
                *response = super::super::error::Problem::not_found("status").response();
            }
        })],
    ),
    Defect::new(
        "pending-forever",
        &["T21-4.3-11"],
        "a status never becomes complete",
        &[Rule(|rules| {
            rules.delay = Some(Duration::from_millis(30));
            rules.settles = false;
        })],
    ),
    Defect::new(
        "status-changes",
        &["T21-4.3-06"],
        "request_timestamp of a complete status is the time of asking",
        &[Json(&[Endpoint::Status], |_, body| {
            body["request_timestamp"] = super::super::time::micros(jiff::Timestamp::now()).into();
        })],
    ),
    Defect::new(
        "request-timestamp-of-local-time",
        &["T21-4.3-01"],
        "request_timestamp is the local time of the server, two hours ahead, with Z behind it",
        &[Json(STATUSES, |_, body| {
            let requested = body["request_timestamp"].as_str().and_then(super::super::time::parse);
            if let Some(local) = requested.and_then(|at| at.checked_add(Duration::from_secs(7200)).ok()) {
                body["request_timestamp"] = super::super::time::micros(local).into();
            }
        })],
    ),
    Defect::new(
        "status-with-hyphen",
        &["T21-7-01"],
        "a custom property of status resources has a hyphen in its name",
        &[Json(STATUSES, |_, body| body["x-vendor-node"] = "1".into())],
    ),
    Defect::new(
        "status-with-hyphen-when-asked",
        &["T21-7-01"],
        "a custom property of the status that is asked for has a hyphen in its name",
        &[Json(&[Endpoint::Status], |_, body| body["x-vendor-node"] = "1".into())],
    ),
    Defect::new(
        "status-without-prefix",
        &["T21-7-02"],
        "a status resource names its collection in a property without x_",
        &[Json(STATUSES, |_, body| body["collection_id"] = "5fa2c93a-6150-4ca0-9d32-be8f40c17265".into())],
    ),
];
