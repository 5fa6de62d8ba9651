//! Content negotiation and media types (sections 1.6.8 and 3.1).

use http::{HeaderValue, StatusCode, header};

use super::super::http::{Request, Response};
use super::super::negotiate;
use super::super::route::Endpoint;
use super::Defect;
use super::Effect::{Response as Answer, Rule};

fn accept(request: &Request) -> String {
    request.header(&header::ACCEPT).unwrap_or_default()
}

fn content_type(request: &Request) -> String {
    request.header(&header::CONTENT_TYPE).unwrap_or_default()
}

/// Names another media type in successful responses.
fn label(response: &mut Response, kind: &str) {
    if response.status.is_success() {
        response.set("content-type", kind);
    }
}

fn label_error(response: &mut Response, kind: &str) {
    if !response.status.is_success() {
        response.set("content-type", kind);
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "content-type-json",
        &["T21-3.1-05"],
        "successful responses are application/json",
        &[Answer(|_, _, response| label(response, "application/json"))],
    ),
    Defect::new(
        "content-type-without-version",
        &["T21-3.1-05"],
        "successful responses are application/taxii+json without a version",
        &[Answer(|_, _, response| label(response, "application/taxii+json"))],
    ),
    Defect::new(
        "content-type-of-taxii-2.0",
        &["T21-3.1-05"],
        "successful responses are of the media type of TAXII 2.0",
        &[Answer(|_, _, response| label(response, "application/vnd.oasis.taxii+json; version=2.0"))],
    ),
    Defect::new(
        "content-type-stix",
        &["T21-3.1-05"],
        "envelopes are of the media type of STIX; seen in attack-workbench-taxii-server",
        &[Answer(|_, call, response| {
            if call.endpoint().is_some_and(Endpoint::envelope) {
                label(response, "application/stix+json;version=2.1");
            }
        })],
    ),
    Defect::new(
        "content-type-missing-on-delete",
        &["T21-3.1-05"],
        "the answer to DELETE has no Content-Type",
        &[Answer(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Delete) && response.status.is_success() {
                response.headers.remove(header::CONTENT_TYPE);
            }
        })],
    ),
    Defect::new(
        "error-as-json",
        &["T21-3.6-04"],
        "error messages are application/json; seen in attack-workbench-taxii-server",
        &[Answer(|_, _, response| label_error(response, "application/json"))],
    ),
    Defect::new(
        "error-without-version",
        &["T21-3.6-04"],
        "error messages are application/taxii+json without a version",
        &[Answer(|_, _, response| label_error(response, "application/taxii+json"))],
    ),
    Defect::new(
        "unversioned-accept-gets-2.0",
        &["T21-3.1-06"],
        "an Accept header without a version is answered with version 2.0",
        &[Answer(|_, call, response| {
            let accept = accept(&call.request);
            if accept.contains("taxii+json") && !accept.contains("version") {
                label(response, "application/taxii+json;version=2.0");
            }
        })],
    ),
    Defect::new(
        "accept-without-space",
        &["T21-3.1-07"],
        "a space after the semicolon in Accept leads to 406",
        &[Rule(|rules| {
            rules.accepts = |endpoint, request| negotiate::accepts(endpoint, request) && !accept(request).contains("; ")
        })],
    ),
    Defect::new(
        "accept-without-quality",
        &["T21-3.1-07"],
        "a q value in Accept leads to 406; seen in medallion",
        &[Rule(|rules| {
            rules.accepts = |endpoint, request| negotiate::accepts(endpoint, request) && !accept(request).contains("q=")
        })],
    ),
    Defect::new(
        "accept-with-version-alone",
        &["T21-3.1-07"],
        "application/taxii+json without a version in Accept leads to 406; seen in medallion",
        &[Rule(|rules| {
            rules.accepts = |endpoint, request| {
                let unversioned = accept(request)
                    .to_lowercase()
                    .split(',')
                    .all(|range| range.contains("taxii+json") && !range.contains("version"));
                negotiate::accepts(endpoint, request) && !unversioned
            }
        })],
    ),
    Defect::new(
        "accept-first-range-alone",
        &["T21-3.1-07"],
        "only the first media range of Accept counts",
        &[Rule(|rules| {
            rules.accepts = |endpoint, request| {
                let first = accept(request).split(',').next().unwrap_or_default().to_owned();
                let mut request = request.clone();
                if let Ok(value) = first.parse() {
                    request.headers.insert(header::ACCEPT, value);
                }
                negotiate::accepts(endpoint, &request)
            }
        })],
    ),
    Defect::new(
        "accept-case-sensitive",
        &["T21-3.1-07"],
        "capital letters in the media type of Accept lead to 406",
        &[Rule(|rules| {
            rules.accepts = |endpoint, request| {
                let accept = accept(request);
                negotiate::accepts(endpoint, request) && accept == accept.to_lowercase()
            }
        })],
    ),
    Defect::new(
        "accept-unquoted",
        &["T21-3.1-07"],
        "a quoted version in Accept leads to 406",
        &[Rule(|rules| {
            rules.accepts = |endpoint, request| negotiate::accepts(endpoint, request) && !accept(request).contains('"')
        })],
    ),
    Defect::new(
        "manifest-refuses-stix",
        &["T21-3.1-07"],
        "the manifest answers 406 to the media type of STIX, which its definition lists",
        &[Rule(|rules| {
            rules.accepts = |at, request| {
                let stix = request
                    .headers
                    .get(hyper::header::ACCEPT)
                    .is_some_and(|a| a.to_str().is_ok_and(|a| a.contains("stix")));
                !(at == Endpoint::Manifest && stix) && negotiate::accepts(at, request)
            };
        })],
    ),
    Defect::new(
        "unknown-accept-500",
        &["T21-3.1-09"],
        "an Accept header that admits nothing leads to 500",
        &[Answer(|_, _, response| {
            if response.status == StatusCode::NOT_ACCEPTABLE {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "content-type-with-charset",
        &["T21-3.1-08"],
        "a charset in the Content-Type of a POST leads to 415; seen in medallion",
        &[Rule(|rules| {
            rules.takes = |request| negotiate::takes(request) && !content_type(request).contains("charset");
        })],
    ),
    Defect::new(
        "content-type-with-space",
        &["T21-3.1-08"],
        "a space after the semicolon in the Content-Type of a POST leads to 415; seen in OpenTAXII",
        &[Rule(|rules| {
            rules.takes = |request| negotiate::takes(request) && !content_type(request).contains("; ");
        })],
    ),
    Defect::new(
        "content-type-quoted",
        &["T21-3.1-08"],
        "a quoted version in the Content-Type of a POST leads to 415",
        &[Rule(|rules| {
            rules.takes = |request| negotiate::takes(request) && !content_type(request).contains('"');
        })],
    ),
    Defect::new(
        "content-type-case-sensitive",
        &["T21-3.1-08"],
        "capital letters in the Content-Type of a POST lead to 415",
        &[Rule(|rules| {
            rules.takes = |request| {
                let kind = content_type(request);
                negotiate::takes(request) && kind == kind.to_lowercase()
            }
        })],
    ),
    Defect::new(
        "unknown-content-type-500",
        &["T21-3.1-10"],
        "a Content-Type that is not known leads to 500; seen in OpenTAXII",
        &[Answer(|_, _, response| {
            if response.status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "no-accept-500",
        &["T21-3.1-04"],
        "an Accept header without a media type of TAXII leads to 500",
        &[Answer(|_, call, response| {
            if accept(&call.request) == "*/*" {
                *response = super::super::error::Problem::not_acceptable().response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "content-type-of-one-collection",
        &["T21-3.1-05"],
        "the objects of one collection are application/json; seen in OpenCTI, for public collections",
        &[Answer(|_, call, response| {
            let concerned = call.route.as_ref().is_some_and(|route| {
                ["2c7ff607-3e2d-4f6d-8a0f-8b5c1d9e4f32", "read-only"].contains(&route.collection.as_str())
            });
            if concerned && call.endpoint().is_some_and(Endpoint::reads) {
                label(response, "application/json");
            }
        })],
    ),
    Defect::new(
        "content-type-twice-on-manifest",
        &["T21-3.1-05"],
        "the Content-Type of the manifest comes twice, from the application and from the proxy before it",
        &[Answer(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Manifest) && response.status.is_success() {
                response.headers.append(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
        })],
    ),
    Defect::new(
        "content-type-stix-on-collections",
        &["T21-3.1-05"],
        "collections are of the media type of STIX; seen in attack-workbench-taxii-server",
        &[Answer(|_, call, response| {
            if matches!(call.endpoint(), Some(Endpoint::Collections | Endpoint::Collection)) {
                label(response, "application/stix+json;version=2.1");
            }
        })],
    ),
    Defect::new(
        "manifest-for-stix-alone-500",
        &["T21-3.1-07"],
        "a client that accepts STIX alone gets 500 for the manifest",
        &[Answer(|_, call, response| {
            let accept = accept(&call.request);
            let alone = accept.contains("stix+json") && !accept.contains("taxii+json");
            if call.endpoint() == Some(Endpoint::Manifest) && response.status.is_success() && alone {
                *response = super::super::error::Problem::not_acceptable().response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "json-for-the-second-user",
        &["T21-3.1-05"],
        "who may only read gets application/json",
        &[Answer(|_, call, response| {
            if call.user.is_some_and(|user| !user.writes) && response.status.is_success() {
                response.set("content-type", "application/json");
            }
        })],
    ),
];
