//! One recorded request with its response: the evidence of a trial.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::de::Deserializer;
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How much of a body a report shows, in bytes.
pub const EXCERPT: usize = 8 * 1024;

/// A request that was sent, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exchange {
    /// Name of the step that sent it.
    pub step: String,
    /// What was sent; secrets are replaced.
    pub request: Request,
    /// What came back, if anything did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// Why nothing came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// What a first attempt came to, where the request was sent a second time and may have been carried out twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resent: Option<String>,
    /// When it was sent, RFC 3339 in UTC with microseconds.
    pub started: String,
    /// Wall time from sending to the last byte, in milliseconds.
    pub duration_ms: f64,
    /// The same request as a command line; secrets are shell variables.
    pub curl: String,
    /// The body as JSON, read once for all checks.
    #[serde(skip)]
    pub parsed: Arc<OnceLock<Option<serde_json::Value>>>,
}

impl Exchange {
    /// The status code, or 0 where no response came.
    pub fn status(&self) -> u16 {
        self.response.as_ref().map_or(0, |r| r.status)
    }

    /// The body as JSON, whatever its Content-Type says.
    pub fn json(&self) -> Option<&serde_json::Value> {
        let parse = || super::lenient::json(&self.response.as_ref()?.body.bytes);
        self.parsed.get_or_init(parse).as_ref()
    }

    /// Whether the body is nested deeper than the suite reads, so that nothing can be said of it.
    pub fn is_too_deep(&self) -> bool {
        self.json().is_none() && self.response.as_ref().is_some_and(|r| super::lenient::is_too_deep(&r.body.bytes))
    }
}

/// What was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Header fields in order.
    pub headers: Vec<(String, String)>,
    /// Body, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// What came back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// Header fields in the order in which they came; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Most octets that the server's session tickets allow to be sent as early data (0-RTT of TLS 1.3); none where
    /// no ticket was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_data: Option<u32>,
    /// Body, decompressed.
    pub body: Body,
}

impl Response {
    /// First value of a header field; the name is compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The value of a header field; where the field was sent more than once, its values with commas between, as
    /// recipients read it (RFC 9110, section 5.3).
    pub fn combined(&self, name: &str) -> Option<String> {
        let mut values = self.headers(name);
        let first = values.next()?.to_owned();
        Some(values.fold(first, |all, value| all + ", " + value))
    }

    /// All values of a header field.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// A body: all of it in a run, an excerpt with size and hash in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The bytes; of a body that was read from a report, the excerpt.
    pub bytes: Bytes,
    /// Whether the body was cut off by the suite's own limit; of a body that was read from a report,
    /// whether the excerpt is less than the whole.
    pub cut: bool,
    /// Size and hash where they cannot be told from `bytes`.
    pub stored: Option<Stored>,
}

/// What a report tells of the whole body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Number of bytes.
    pub size: usize,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Body {
    /// A body as it came, or as it was sent; `cut` where the suite took only the beginning.
    pub fn new(bytes: impl Into<Bytes>, cut: bool) -> Body {
        Body { bytes: bytes.into(), cut, stored: None }
    }

    /// Keeps no more than a report needs: the excerpt, with size and hash of the whole.
    pub fn shorten(&mut self) {
        if self.stored.is_none() && self.bytes.len() > EXCERPT {
            let stored = Stored { size: self.size(), sha256: self.sha256() };
            // copied, so that the whole can go
            *self = Body { bytes: Bytes::copy_from_slice(&self.bytes[..EXCERPT]), cut: true, stored: Some(stored) };
        }
    }

    /// The first [`EXCERPT`] bytes as text; what is not UTF-8 is replaced.
    pub fn excerpt(&self) -> String {
        let shown = match self.stored {
            // replacements may have made it longer
            Some(_) => self.bytes.len(),
            None => self.bytes.len().min(EXCERPT),
        };
        String::from_utf8_lossy(&self.bytes[..shown]).into_owned()
    }

    /// Number of bytes of the whole body.
    pub fn size(&self) -> usize {
        self.stored.as_ref().map_or(self.bytes.len(), |s| s.size)
    }

    /// SHA-256 of the whole body, in hexadecimal.
    pub fn sha256(&self) -> String {
        match &self.stored {
            Some(stored) => stored.sha256.clone(),
            None => super::hex(&Sha256::digest(&self.bytes)),
        }
    }

    /// Whether the excerpt is less than the whole body.
    pub fn truncated(&self) -> bool {
        self.cut || self.stored.is_none() && self.bytes.len() > EXCERPT
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Body", 4)?;
        s.serialize_field("size", &self.size())?;
        s.serialize_field("sha256", &self.sha256())?;
        s.serialize_field("excerpt", &self.excerpt())?;
        s.serialize_field("truncated", &self.truncated())?;
        s.end()
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Body")]
        struct Written {
            size: usize,
            sha256: String,
            excerpt: String,
            truncated: bool,
        }
        let Written { size, sha256, excerpt, truncated } = Written::deserialize(deserializer)?;
        Ok(Body { bytes: excerpt.into(), cut: truncated, stored: Some(Stored { size, sha256 }) })
    }
}
