//! TLS, methods and the request as such (sections 3.1, 8.2.1 and 8.2.2).

use http::{Method, StatusCode, header};

use super::super::error::Problem;
use super::super::route::Endpoint;
use super::Defect;
use super::Effect::{Response, Rule, Tls};

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "tls-1.3-alone",
        &["T21-8-02"],
        "TLS 1.2 is not spoken",
        &[Tls(|tls| tls.versions = vec![&rustls::version::TLS13])],
    ),
    Defect::new(
        "tls-1.2-alone",
        &["T21-8-03"],
        "TLS 1.3 is not spoken",
        &[Tls(|tls| tls.versions = vec![&rustls::version::TLS12])],
    ),
    Defect::new(
        "tls-early-data",
        &["T21-8-04"],
        "session tickets of TLS 1.3 allow 0-RTT",
        &[Tls(|tls| tls.early_data = 16384)],
    ),
    Defect::new(
        "tls-blocked-suites",
        &["T21-8-05"],
        "TLS 1.2 is spoken with suites of the block list of HTTP/2",
        &[Tls(|tls| tls.weak = true)],
    ),
    Defect::new(
        "certificate-expired",
        &["T21-8-07"],
        "the certificate has expired",
        &[Tls(|tls| tls.valid_until = 2020)],
    ),
    Defect::new(
        "certificate-of-another-host",
        &["T21-8-07"],
        "the certificate is for another host",
        &[Tls(|tls| tls.names = &["taxii.example.com"])],
    ),
    Defect::new(
        "user-agent-needed",
        &["T21-3.2-04"],
        "a request without User-Agent is refused",
        &[Response(|_, call, response| {
            if !call.request.headers.contains_key(header::USER_AGENT) {
                *response = Problem::forbidden("use this program on").response();
            }
        })],
    ),
    Defect::new(
        "put-500",
        &["T21-3.1-13"],
        "a method that the server does not know leads to 500",
        &[Response(|_, _, response| {
            if response.status == StatusCode::METHOD_NOT_ALLOWED {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
                response.headers.remove(header::ALLOW);
            }
        })],
    ),
    Defect::new(
        "empty-body-of-collections",
        &["T21-3.1-02"],
        "the collections resource has no body at all",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Collections) && call.request.method == Method::GET {
                response.body = bytes::Bytes::new();
            }
        })],
    ),
    Defect::new(
        "empty-body-of-accepted",
        &["T21-3.1-02"],
        "a good POST is answered 202 without a body",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::ACCEPTED {
                response.body = bytes::Bytes::new();
            }
        })],
    ),
    Defect::new(
        "plain-http",
        &["T21-8-01"],
        "the server speaks plain HTTP, not HTTPS",
        &[Tls(|tls| tls.spoken = false)],
    ),
    Defect::new(
        "no-slash-500",
        &["T21-3.1-01"],
        "a path without its final slash leads to 500",
        &[Response(|_, call, response| {
            if !call.request.path.ends_with('/') {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "empty-body-of-versions",
        &["T21-3.1-02"],
        "versions are answered 200 without a body",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Versions) && response.status == StatusCode::OK {
                response.body = bytes::Bytes::new();
            }
        })],
    ),
    Defect::new(
        "large-body-cut",
        &["T21-2-06"],
        "a body of more than 16 kB breaks off within its JSON; seen at cti-taxii.mitre.org",
        &[Response(|_, _, response| response.body.truncate(16 * 1024))],
    ),
    Defect::new(
        "ids-not-serialised",
        &["T21-5.1-01", "T21-5.2-01", "T21-5.5-01"],
        "every answer with a UUID of the server's own is a 500; seen in OpenTAXII",
        &[Response(|_, call, response| {
            use Endpoint::{Add, Collection, Collections, Status};
            if matches!(call.endpoint(), Some(Collections | Collection | Status | Add)) && response.status.is_success()
            {
                *response = Problem::not_found("serialiser").response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "discovery-as-html",
        &["T21-3.1-02"],
        "discovery is answered 200 with the page of a web application",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Discovery) && response.status == StatusCode::OK {
                response.set("content-type", "text/html");
                response.body = "<!doctype html><title>TAXII</title><script src=\"/main.js\"></script>".into();
            }
        })],
    ),
    Defect::new(
        "max-content-length-in-characters",
        &["T21-4.2-05"],
        "of a body the characters are counted, not the octets",
        &[Rule(|rules| rules.size = |body| String::from_utf8_lossy(body).chars().count() as u64)],
    ),
];
