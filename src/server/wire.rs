//! How answers go over the connection: what HTTP leaves open and TAXII says nothing of.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use http::{HeaderValue, Response as HttpResponse, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;

use super::http::Response;

/// The versions of HTTP that a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocols {
    /// HTTP/1.1 and HTTP/2, as the client likes.
    Both,
    /// HTTP/1.1 alone.
    One,
    /// HTTP/2 alone; over TLS, where it can be agreed on.
    Two,
}

/// The manners of a connection.
#[derive(Debug, Clone)]
pub struct Wire {
    /// Versions of HTTP.
    pub protocols: Protocols,
    /// Whether each connection is closed after one answer.
    pub close: bool,
    /// Whether bodies are sent in chunks, without Content-Length.
    pub chunked: bool,
    /// Whether bodies are compressed, although nobody asks for it.
    pub gzip: bool,
    /// Whether answers have a Date.
    pub date: bool,
    /// Whether the names of header fields are written with capitals, which HTTP/1.1 alone can show.
    pub capitals: bool,
    /// How long an answer takes at least.
    pub pause: Duration,
    /// Whether requests are answered one after the other.
    pub alone: bool,
    /// Every how manieth request is answered 429 and has to be sent again; 0 stands for none.
    pub busy: u64,
    /// Whether credentials that came once count for all that comes over the connection.
    pub remembers: bool,
    /// Whether an answer is not given, and the connection closed in its place.
    pub silent: fn(&Response) -> bool,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            protocols: Protocols::Both,
            close: false,
            chunked: false,
            gzip: false,
            date: true,
            capitals: false,
            pause: Duration::ZERO,
            alone: false,
            busy: 0,
            remembers: false,
            silent: |_| false,
        }
    }
}

/// A body as the HTTP library takes it.
pub type Body = UnsyncBoxBody<Bytes, std::convert::Infallible>;

impl Wire {
    /// The protocols to offer in the handshake (ALPN).
    pub fn alpn(&self) -> Vec<Vec<u8>> {
        match self.protocols {
            Protocols::Both => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            Protocols::One => vec![b"http/1.1".to_vec()],
            Protocols::Two => vec![b"h2".to_vec()],
        }
    }

    /// The answer to a request that came at a bad time.
    pub fn busy() -> Response {
        let mut response = Response::taxii(StatusCode::TOO_MANY_REQUESTS, Bytes::new());
        response.headers.remove(header::CONTENT_TYPE);
        response.set("retry-after", "0");
        response
    }

    /// A response as it goes out; `bodiless` where the client asked for the headers alone.
    pub fn pack(&self, response: Response, bodiless: bool) -> HttpResponse<Body> {
        let Response { status, mut headers, body, .. } = response;
        let mut body = if bodiless { Bytes::new() } else { body };
        if self.gzip && !body.is_empty() {
            body = gzip(&body);
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if self.close {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let body = if self.chunked && !body.is_empty() { chunks(&body) } else { Full::new(body).boxed_unsync() };
        let mut packed = HttpResponse::new(body);
        *packed.status_mut() = status;
        *packed.headers_mut() = headers;
        packed
    }
}

fn gzip(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // writing to memory does not fail
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}

/// A body of unknown length, in pieces that are cut anywhere.
fn chunks(body: &[u8]) -> Body {
    let pieces: Vec<_> = body.chunks(1000).map(|piece| Ok(Frame::data(Bytes::copy_from_slice(piece)))).collect();
    StreamBody::new(stream::iter(pieces)).boxed_unsync()
}
