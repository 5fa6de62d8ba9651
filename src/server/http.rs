//! Requests and responses as plain values, so that the core needs no sockets.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// The media type of every TAXII 2.1 message (section 1.6.8.1).
pub const TAXII: &str = "application/taxii+json;version=2.1";

/// A request as it came off the wire.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method, as sent.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
    /// What stands behind the question mark, still percent-encoded; empty if nothing does.
    pub query: String,
    /// All headers, names in lower case.
    pub headers: HeaderMap,
    /// The whole body; longer than the API root takes where the client sent too much.
    pub body: Bytes,
}

impl Request {
    /// A request without headers and body. `target` is a path with an optional query.
    pub fn new(method: Method, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { method, path: path.to_owned(), query: query.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// The same request with one more header; a value that HTTP does not allow is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(HeaderName::from_static(name), value);
        }
        self
    }

    /// The values of a header joined by commas (RFC 9110, section 5.3); `None` if it is absent or is not text.
    pub fn header(&self, name: &HeaderName) -> Option<String> {
        let values: Vec<&str> = self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        (!values.is_empty()).then(|| values.join(","))
    }
}

/// A response before it goes on the wire.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: StatusCode,
    /// All headers but those that the connection adds (length, date).
    pub headers: HeaderMap,
    /// The body, JSON throughout.
    pub body: Bytes,
    /// Whether the connection breaks in place of the response.
    pub dropped: bool,
}

impl Response {
    /// A TAXII message with this JSON text as its body.
    pub fn taxii(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TAXII));
        Self { status, headers, body: body.into(), dropped: false }
    }

    /// A TAXII message of this JSON value.
    pub fn json(status: StatusCode, body: &serde_json::Value) -> Self {
        Self::taxii(status, body.to_string())
    }

    /// Gives a response another status code, in its error message too where it has one.
    pub fn turn(&mut self, status: StatusCode) {
        self.status = status;
        if let Some(mut body) = self.value().filter(|body| body.get("http_status").is_some()) {
            body["http_status"] = status.as_str().into();
            self.body = body.to_string().into();
        }
    }

    /// Sets a header; a value that HTTP does not allow is left out.
    pub fn set(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// A header's value as text, `None` if it is absent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body read as JSON, `None` if it is not.
    pub fn value(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}
