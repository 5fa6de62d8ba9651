//! Error messages (sections 3.1 and 3.6.1).

use http::{StatusCode, header};
use serde_json::json;

use super::super::effect::Effect::{Error, Response};
use super::super::effect::edit;
use super::super::http::Response as Answer;
use super::super::route::Endpoint;
use super::Variant;

/// Puts a body of another media type in the place of an error message.
fn replace(response: &mut Answer, kind: &'static str, body: impl FnOnce(StatusCode) -> String) {
    if response.status.is_client_error() || response.status.is_server_error() {
        response.set("content-type", kind);
        response.body = body(response.status).into();
    }
}

/// Gives an error another status code.
fn retell(response: &mut Answer, status: StatusCode) {
    response.status = status;
    edit(response, |body| body["http_status"] = status.as_str().into());
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "errors-without-body",
        "error bodies",
        "section 3.1; policy row 20",
        "errors have no body",
        &[Response(|_, _, response| {
            if response.status.is_client_error() {
                response.headers.remove(header::CONTENT_TYPE);
                response.body = "".into();
            }
        })],
    ),
    Variant::new(
        "errors-with-title-alone",
        "error bodies",
        "section 3.6.1",
        "error messages have a title and nothing else",
        &[Error(|body| *body = json!({ "title": "Error" }))],
    ),
    Variant::new(
        "errors-at-length",
        "error bodies",
        "sections 3.6.1 and 7.1.1",
        "error messages have every property, details of many kinds, and custom properties",
        &[Error(|body| {
            body["error_id"] = "4b6f3d0e-7a50-4c2b-a1a7-0f9b6f1a0d5c".into();
            body["external_details"] = "https://taxii.example/errors/1?a=b&c".into();
            body["details"] = json!({ "hint": [1, null, { "deep": true }], "Any Name": "\u{e4}\u{1f426}" });
            body["x_example_com_trace"] = "abc".into();
        })],
    ),
    Variant::new(
        "errors-in-html",
        "error bodies",
        "policy row 20: at most a SHOULD",
        "errors are pages of HTML",
        &[Response(|_, _, response| {
            replace(response, "text/html; charset=utf-8", |status| {
                format!("<!doctype html>\n<title>{status}</title>\n<h1>{status}</h1>\n")
            });
        })],
    ),
    Variant::new(
        "errors-in-plain-text",
        "error bodies",
        "policy row 20: at most a SHOULD",
        "errors are plain text",
        &[Response(|_, _, response| replace(response, "text/plain", |status| status.to_string()))],
    ),
    Variant::new(
        "errors-as-problem-details",
        "error bodies",
        "RFC 9457; policy row 20: at most a SHOULD",
        "errors are problem details, which have a title too",
        &[Response(|_, _, response| {
            replace(response, "application/problem+json", |status| {
                json!({ "type": "about:blank", "title": status.canonical_reason(), "status": status.as_u16() })
                    .to_string()
            });
        })],
    ),
    Variant::new(
        "unprocessable-400",
        "status of a body that cannot be processed",
        "section 5.5; T21-5.5-05",
        "a body that cannot be processed is answered 400",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::UNPROCESSABLE_ENTITY {
                retell(response, StatusCode::BAD_REQUEST);
            }
        })],
    ),
    Variant::new(
        "malformed-status-id-400",
        "malformed ids",
        "section 3.6",
        "a status id that is no UUID is answered 400",
        &[Response(|_, call, response| {
            let status = call.route.as_ref().filter(|route| route.endpoint == Endpoint::Status);
            if status.is_some_and(|route| uuid::Uuid::try_parse(&route.status).is_err()) && call.user.is_some() {
                retell(response, StatusCode::BAD_REQUEST);
            }
        })],
    ),
    Variant::new(
        "firewall",
        "what a firewall forbids",
        "sections 4.3, 5.2 and 5.6 list 403",
        "a path with a quotation mark is answered 403 with a page of HTML",
        &[Response(|_, call, response| {
            if call.request.path.contains("%27") {
                response.status = StatusCode::FORBIDDEN;
                replace(response, "text/html", |_| "<h1>Forbidden</h1>".to_owned());
            }
        })],
    ),
];
