//! TLS, methods and the request as such (sections 3.1, 8.2.1 and 8.2.2).

use http::{Method, StatusCode, header};

use super::super::error::Problem;
use super::super::route::Endpoint;
use super::Defect;
use super::Effect::{Response, Tls};

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
                response.status = StatusCode::INTERNAL_SERVER_ERROR;
                response.headers.remove(header::ALLOW);
                super::edit(response, |body| body["http_status"] = "500".into());
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
];
