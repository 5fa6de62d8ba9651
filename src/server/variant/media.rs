//! Content negotiation (sections 1.6.8 and 3.1; RFC 9110, sections 8.3 and 12.5.1).

use http::{StatusCode, header};

use super::super::effect::Effect::{Response, Rule};
use super::super::http::Response as Answer;
use super::Variant;

/// Spells the Content-Type of a TAXII message otherwise.
fn spell(response: &mut Answer, spelling: &'static str) {
    if response.header("content-type") == Some(super::super::http::TAXII) {
        response.set("content-type", spelling);
    }
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "answers-with-space",
        "spelling of Content-Type",
        "RFC 9110, section 8.3.1; policy row 26",
        "there are spaces around the semicolon of the Content-Type",
        &[Response(|_, _, response| spell(response, "application/taxii+json ; version=2.1"))],
    ),
    Variant::new(
        "answers-with-quotes",
        "spelling of Content-Type",
        "RFC 9110, section 8.3.1; policy row 26",
        "the version in the Content-Type is a quoted string",
        &[Response(|_, _, response| spell(response, "application/taxii+json;version=\"2.1\""))],
    ),
    Variant::new(
        "answers-in-capitals",
        "spelling of Content-Type",
        "RFC 9110, section 8.3.1; policy row 26",
        "the Content-Type is written with capitals",
        &[Response(|_, _, response| spell(response, "Application/TAXII+JSON;Version=2.1"))],
    ),
    Variant::new(
        "answers-with-charset",
        "spelling of Content-Type",
        "RFC 9110, section 8.3.1; policy row 26",
        "the Content-Type has a charset before the version",
        &[Response(|_, _, response| spell(response, "application/taxii+json; charset=utf-8; version=2.1"))],
    ),
    Variant::new(
        "accept-anything",
        "undefined Accept",
        "section 3.1; T21-3.1-09",
        "whatever a client accepts, it gets TAXII 2.1",
        &[Rule(|rules| rules.accepts = |_, _| true)],
    ),
    Variant::new(
        "accept-needed",
        "missing Accept",
        "section 3.1: the media range is the client's duty",
        "a request whose Accept does not name TAXII is answered 406",
        &[Rule(|rules| {
            rules.accepts = |endpoint, request| {
                let named = request.header(&header::ACCEPT).is_some_and(|text| {
                    let text = text.to_ascii_lowercase();
                    text.contains("application/taxii+json") || text.contains("application/stix+json")
                });
                named && super::super::negotiate::accepts(endpoint, request)
            };
        })],
    ),
    Variant::new(
        "post-of-any-type",
        "undefined Content-Type",
        "section 3.1; T21-3.1-10",
        "a POST is taken whatever its Content-Type says",
        &[Rule(|rules| rules.takes = |_| true)],
    ),
    Variant::new(
        "post-of-exact-type",
        "undefined Content-Type",
        "section 5.5; policy on T21-3.1-08: a warning",
        "a POST without a version, or with a charset, is answered 415",
        &[Rule(|rules| {
            rules.takes = |request| {
                let text = request.header(&header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
                let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '"')).collect();
                plain == super::super::http::TAXII
            };
        })],
    ),
    Variant::new(
        "answers-to-every-method",
        "other methods",
        "section 8.2.1, item 4; policy row 23",
        "HEAD and OPTIONS are answered, and other methods 404",
        &[Response(|_, call, response| {
            if response.status != StatusCode::METHOD_NOT_ALLOWED {
                return;
            }
            let allow = response.header("allow").unwrap_or("GET").to_owned();
            *response = match call.request.method {
                http::Method::HEAD => Answer::taxii(StatusCode::OK, "{}"),
                http::Method::OPTIONS => {
                    let mut answer = Answer::taxii(StatusCode::NO_CONTENT, "");
                    answer.headers.remove(header::CONTENT_TYPE);
                    answer.set("allow", &format!("{allow}, HEAD, OPTIONS"));
                    answer
                }
                _ => super::super::error::Problem::not_found("method").response(),
            };
        })],
    ),
];
