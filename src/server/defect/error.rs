//! Error messages (section 3.6.1).

use http::StatusCode;
use serde_json::{Value, json};

use super::super::route::Endpoint;
use super::Effect::{Error, Response};
use super::{Defect, remove, rename};

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "error-without-title",
        &["T21-3.6-01"],
        "error messages have no title",
        &[Error(|body| drop(remove(body, "title")))],
    ),
    Defect::new(
        "error-with-name",
        &["T21-3.6-01"],
        "error messages have name and code instead of title; seen in OpenTAXII",
        &[Error(|body| {
            rename(body, "title", "name");
            rename(body, "error_code", "code");
        })],
    ),
    Defect::new(
        "not-found-without-title",
        &["T21-3.6-01"],
        "the error message of 404 has no title",
        &[Error(|body| {
            if body["http_status"] == "404" {
                remove(body, "title");
            }
        })],
    ),
    Defect::new(
        "http-status-as-number",
        &["T21-3.6-02"],
        "http_status is a number",
        &[Error(|body| {
            body["http_status"] =
                body["http_status"].as_str().and_then(|text| text.parse::<u16>().ok()).unwrap_or(500).into();
        })],
    ),
    Defect::new(
        "http-status-other",
        &["T21-3.6-02"],
        "http_status is 400 whatever the status code is",
        &[Error(|body| body["http_status"] = "400".into())],
    ),
    Defect::new(
        "http-status-with-reason",
        &["T21-3.6-02"],
        "http_status is the code with its reason phrase",
        &[Error(|body| {
            let text = body["http_status"].as_str().unwrap_or_default();
            body["http_status"] = format!("{text} {}", body["title"].as_str().unwrap_or_default()).into();
        })],
    ),
    Defect::new(
        "error-code-as-number",
        &["T21-3.6-03"],
        "error_code is a number",
        &[Error(|body| body["error_code"] = 17.into())],
    ),
    Defect::new(
        "error-description-as-list",
        &["T21-3.6-03"],
        "description of an error message is a list",
        &[Error(|body| body["description"] = json!([body["description"].take()]))],
    ),
    Defect::new(
        "error-details-as-string",
        &["T21-3.6-03"],
        "details of an error message is a string",
        &[Error(|body| body["details"] = "none".into())],
    ),
    Defect::new(
        "errors-in-xml",
        &["T21-3.1-03"],
        "errors are XML, as a framework makes them",
        &[Response(|_, _, response| {
            if response.status.is_client_error() || response.status.is_server_error() {
                response.set("content-type", "application/xml");
                response.body = format!("<error><status>{}</status></error>", response.status.as_u16()).into();
            }
        })],
    ),
    Defect::new(
        "error-id-as-number",
        &["T21-3.6-03"],
        "error_id is a number",
        &[Error(|body| body["error_id"] = 4711.into())],
    ),
    Defect::new(
        "error-with-stack-trace",
        &["T21-3.6-05"],
        "the error message of 400 shows a stack trace",
        &[Error(|body| {
            if body["http_status"] == "400" {
                body["description"] = "Traceback (most recent call last):\n  File \"/srv/taxii/filters.py\", \
                    line 88, in parse\n    int(value)\nValueError: invalid literal for int()"
                    .into();
            }
        })],
    ),
    Defect::new(
        "error-with-sql",
        &["T21-3.6-05"],
        "the error message of 404 shows the query to the data base",
        &[Error(|body| {
            if body["http_status"] == "404" {
                body["description"] = "no rows: SELECT * FROM objects WHERE collection_id = $1 AND stix_id = $2".into();
            }
        })],
    ),
    Defect::new(
        "unprocessable-500",
        &["T21-5.5-05"],
        "a body that is no JSON leads to 500; seen in OpenTAXII",
        &[Response(|_, call, response| {
            let refused = response.status == StatusCode::UNPROCESSABLE_ENTITY;
            if call.endpoint() == Some(Endpoint::Add) && refused {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "too-large-with-number",
        &["T21-3.6-02"],
        "http_status is a number where a body is too large",
        &[Error(|body| {
            if body["http_status"] == "413" {
                body["http_status"] = 413.into();
            }
        })],
    ),
    Defect::new(
        "too-large-without-text",
        &["T21-3.6-03"],
        "description is null where a body is too large",
        &[Error(|body| {
            if body["http_status"] == "413" {
                body["description"] = Value::Null;
            }
        })],
    ),
];
