//! Problems and the error messages that tell of them (section 3.6.1).

use http::{StatusCode, header};
use serde_json::json;

use super::http::Response;

/// Why a request is not fulfilled. Becomes an error message.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The status code of the response.
    pub status: StatusCode,
    /// A word for this kind of problem: `error_code`.
    pub code: &'static str,
    /// What went wrong in this very request.
    pub description: String,
    /// The methods that the resource knows, for `Allow`.
    allow: Option<&'static str>,
}

impl Problem {
    /// With a status code, a word for this kind of problem, and what went wrong.
    pub(super) fn new(status: StatusCode, code: &'static str, description: impl Into<String>) -> Self {
        Self { status, code, description: description.into(), allow: None }
    }

    /// 400: a query parameter is malformed (section 3.4).
    pub fn malformed(parameter: &str, why: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-parameter", format!("The parameter {parameter} {why}."))
    }

    /// 401: no credentials, or wrong ones.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Send valid credentials with the request.")
    }

    /// 403: the client is known, but lacks the right.
    pub fn forbidden(right: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", format!("You may not {right} this collection."))
    }

    /// 404: there is no such thing, or the client may not know of it.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("There is no such {what}."))
    }

    /// 405: the resource does not know the method.
    pub fn method(allow: &'static str) -> Self {
        let problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            format!("This resource knows {allow} alone."),
        );
        Self { allow: Some(allow), ..problem }
    }

    /// 406: no media range of Accept matches.
    pub fn not_acceptable() -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "not-acceptable",
            "The Accept header has to admit application/taxii+json;version=2.1.",
        )
    }

    /// 413: the body is longer than the API root takes.
    pub fn too_large(max: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", format!("The body may have {max} octets at most."))
    }

    /// 415: the body is not said to be TAXII 2.1.
    pub fn unsupported() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The Content-Type header has to be application/taxii+json;version=2.1.",
        )
    }

    /// 422: the body cannot be processed.
    pub fn unprocessable(why: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", why)
    }

    /// The error message that goes to the client.
    pub fn response(&self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = json!({
            "title": title,
            "description": self.description,
            "error_code": self.code,
            "http_status": self.status.as_str(),
        });
        let mut response = Response::json(self.status, &body);
        if let Some(allow) = self.allow {
            response.set("allow", allow);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            for challenge in ["Basic realm=\"taxii\", charset=\"UTF-8\"", "Bearer realm=\"taxii\""] {
                response.headers.append(header::WWW_AUTHENTICATE, http::HeaderValue::from_static(challenge));
            }
        }
        response
    }
}
