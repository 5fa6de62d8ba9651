//! An HTTP client that records what it sends and gets, and that is careful with credentials.
//!
//! It follows no redirects, keeps no cookies, uses no proxy, bounds time and size of every
//! answer, and sends credentials only to origins that they were given for.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures_util::stream::iter;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::failure::{BROKE_OFF, NO_ANSWER};
use super::paths::same_origin;
use super::tls::{self, Tickets};
use crate::record::{Body, Exchange, Request, Response};

/// Longest body that is read, in bytes, before and after decompression.
pub const MAX_BODY: usize = 64 * 1024 * 1024;

/// `User-Agent` of the suite (section 3.2).
pub const USER_AGENT: &str = concat!("taxii-conformance/", env!("CARGO_PKG_VERSION"));

/// How to reach a server.
#[derive(Clone, Debug, Default)]
pub struct Transport {
    /// Further trusted certificate authorities, PEM.
    pub ca_pem: Vec<u8>,
    /// Certificate chain and key of the client, PEM; empty where it has none.
    pub certificate_pem: Vec<u8>,
    /// Whether a certificate of the server that does not hold is let pass.
    pub insecure: bool,
    /// How long one request may take.
    pub timeout: Duration,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The file of certificate authorities is not PEM, or holds none.
    #[error("the CA file holds no usable PEM certificate: {0}")]
    Ca(String),
    /// The client's certificate or key is not PEM, or they do not fit each other.
    #[error("the client certificate cannot be used: {0}")]
    Certificate(String),
    /// The TLS or HTTP library refused the configuration.
    #[error("no HTTP client could be made: {0}")]
    Build(String),
}

/// A header field that shows who the client is, and how to write it in a curl command.
#[derive(Clone, Default)]
pub struct Identity {
    /// Name and value of the field; none for an anonymous client.
    pub header: Option<(String, String)>,
    /// Arguments for curl, with shell variables in place of secrets.
    pub curl: String,
    /// Whether it shows the client's certificate, where there is one.
    pub certificate: bool,
    /// Whether it keeps off the connections that others use: some servers know a client by its connection.
    pub apart: bool,
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Name of the step, for the record.
    pub step: String,
    /// HTTP method.
    pub method: String,
    /// Where to.
    pub url: Url,
    /// Header fields but for credentials and `User-Agent`.
    pub headers: Vec<(String, String)>,
    /// Whether to send `User-Agent`.
    pub user_agent: bool,
    /// Version of TLS to speak, on a connection of its own; the best that both speak where it is not given.
    pub tls: Option<tls::Version>,
    /// Body, if any.
    pub body: Option<Bytes>,
}

impl Outgoing {
    /// A GET with TAXII's own `Accept` (section 3.1).
    pub fn get(step: impl Into<String>, url: Url) -> Outgoing {
        Outgoing {
            step: step.into(),
            method: "GET".into(),
            url,
            headers: vec![("Accept".into(), super::TAXII.into())],
            user_agent: true,
            tls: None,
            body: None,
        }
    }
}

/// Sends requests and records them. Cheap to clone; connections are shared.
#[derive(Clone)]
pub struct Client {
    http: Connections,
    /// The same with the client's certificate, where there is one.
    certified: Option<Connections>,
    transport: Arc<Transport>,
    /// Origins that credentials may go to.
    trusted: Arc<Vec<Url>>,
}

/// How requests reach the server.
#[derive(Clone)]
struct Connections {
    /// Over connections that are kept for the next request.
    shared: reqwest::Client,
    /// The same, over connections that are kept for whoever keeps off those of others.
    apart: reqwest::Client,
    /// Each over a connection of its own.
    fresh: reqwest::Client,
}

impl Client {
    /// A client that trusts the system's certificate authorities and those of `transport`.
    ///
    /// `trusted` are the origins that credentials may be sent to.
    pub fn new(transport: &Transport, trusted: Vec<Url>) -> Result<Client, ClientError> {
        let client = |certified| {
            let config = tls::config(transport, certified, None)?;
            let http = |keep| http(transport, config.clone(), keep);
            Ok(Connections { shared: http(true)?, apart: http(true)?, fresh: http(false)? })
        };
        let certified = if transport.certificate_pem.is_empty() { None } else { Some(client(true)?) };
        Ok(Client {
            http: client(false)?,
            certified,
            transport: Arc::new(transport.clone()),
            trusted: Arc::new(trusted),
        })
    }

    /// How long one request may take.
    pub fn timeout(&self) -> Duration {
        self.transport.timeout
    }

    /// Whether credentials may go to this URL.
    pub fn trusts(&self, url: &Url) -> bool {
        self.trusted.iter().any(|t| same_origin(t, url))
    }

    /// Sends a request and records what comes; `fresh` wants a connection on which nothing was sent before. Never fails:
    /// what goes wrong is in the exchange.
    pub async fn send(&self, outgoing: &Outgoing, identity: &Identity, fresh: bool) -> Exchange {
        let (clock, started) = (jiff::Timestamp::now(), Instant::now());
        let identity = if self.trusts(&outgoing.url) { identity.clone() } else { Identity::default() };
        let answer = tokio::time::timeout(self.transport.timeout, self.exchange(outgoing, &identity, fresh)).await;
        let (response, failure) = match answer {
            Ok(Ok(response)) => (Some(response), None),
            Ok(Err(failure)) => (None, Some(failure)),
            Err(_) => (None, Some(format!("{NO_ANSWER} {} seconds", self.transport.timeout.as_secs_f64()))),
        };
        Exchange {
            step: outgoing.step.clone(),
            request: self.recorded(outgoing, &identity),
            response,
            failure,
            resent: None,
            started: format!("{clock:.6}"),
            duration_ms: crate::record::milliseconds(started),
            curl: curl(outgoing, &identity, self.transport.insecure),
            parsed: Arc::default(),
        }
    }

    async fn exchange(&self, outgoing: &Outgoing, identity: &Identity, fresh: bool) -> Result<Response, String> {
        if outgoing.tls == Some(tls::Version::Blocked) {
            return Err(super::hello::offer(&outgoing.url).await);
        }
        let method = reqwest::Method::from_bytes(outgoing.method.as_bytes()).map_err(|e| e.to_string())?;
        let mut headers = HeaderMap::new();
        let own = outgoing.user_agent.then(|| ("User-Agent".to_owned(), USER_AGENT.to_owned()));
        let mut chunked = false;
        for (name, value) in own.iter().chain(&outgoing.headers).chain(&identity.header) {
            // the connection writes this field itself, where its version of HTTP has it
            if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = true;
                continue;
            }
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| e.to_string())?;
            headers.append(name, HeaderValue::from_str(value).map_err(|e| e.to_string())?);
        }
        let usual = self.certified.as_ref().filter(|_| identity.certificate).unwrap_or(&self.http);
        let tickets = Tickets::default();
        let http = match outgoing.tls {
            None if fresh => usual.fresh.clone(),
            None if identity.apart => usual.apart.clone(),
            None => usual.shared.clone(),
            // a connection of its own: only a handshake shows what the server speaks
            Some(version) => {
                let certified = identity.certificate && self.certified.is_some();
                let config = tls::config(&self.transport, certified, Some(version));
                let client = config.and_then(|mut config| {
                    tickets.watch(&mut config);
                    http(&self.transport, config, true)
                });
                client.map_err(|e| e.to_string())?
            }
        };
        let mut request = http.request(method, outgoing.url.clone()).headers(headers);
        if let Some(body) = outgoing.body.clone() {
            request = match chunked {
                // the body of a stream goes without Content-Length, in chunks where HTTP has them
                true => request.body(reqwest::Body::wrap_stream(iter([Ok::<_, std::io::Error>(body)]))),
                false => request.body(body),
            };
        }
        let mut answer = request.send().await.map_err(|e| chain(&e))?;
        let status = answer.status().as_u16();
        let version = format!("{:?}", answer.version());
        let headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
            .collect();
        let mut bytes = BytesMut::new();
        let mut cut = false;
        while let Some(chunk) = answer.chunk().await.map_err(|e| {
            format!("{BROKE_OFF}, after status {status} and {} bytes of its body: {}", bytes.len(), chain(&e))
        })? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_BODY {
                bytes.truncate(MAX_BODY);
                cut = true;
                break;
            }
        }
        let encoding = headers.iter().find(|(n, _)| n == "content-encoding").map_or("", |(_, v)| v.as_str());
        let (bytes, also_cut) = decompress(bytes.freeze(), encoding)?;
        let body = Body::new(bytes, cut || also_cut);
        Ok(Response { status, version, headers, early_data: tickets.early_data(), body })
    }

    fn recorded(&self, outgoing: &Outgoing, identity: &Identity) -> Request {
        let own = outgoing.user_agent.then(|| ("User-Agent".to_owned(), USER_AGENT.to_owned()));
        let mut headers: Vec<(String, String)> =
            own.iter().chain(&outgoing.headers).map(|(n, v)| (n.clone(), v.clone())).collect();
        if let Some((name, _)) = &identity.header {
            headers.push((name.clone(), super::redact::REDACTED.to_owned()));
        }
        Request {
            method: outgoing.method.clone(),
            url: outgoing.url.to_string(),
            headers,
            body: outgoing.body.clone().map(|b| Body::new(b, false)),
        }
    }
}

/// The exchange of a request that was not sent, and why not.
pub fn unsent(outgoing: &Outgoing, why: &str) -> Exchange {
    Exchange {
        step: outgoing.step.clone(),
        request: Request {
            method: outgoing.method.clone(),
            url: outgoing.url.to_string(),
            headers: outgoing.headers.clone(),
            body: outgoing.body.clone().map(|bytes| Body::new(bytes, false)),
        },
        response: None,
        failure: Some(why.to_owned()),
        resent: None,
        started: format!("{:.6}", jiff::Timestamp::now()),
        duration_ms: 0.0,
        curl: String::new(),
        parsed: Arc::default(),
    }
}

/// The message of an error and of everything beneath it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    text
}

fn http(transport: &Transport, tls: rustls::ClientConfig, keep: bool) -> Result<reqwest::Client, ClientError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(transport.timeout.min(Duration::from_secs(10)))
        // servers close idle connections after a few seconds; a POST must not meet one of these
        .pool_idle_timeout(Duration::from_secs(1))
        .pool_max_idle_per_host(if keep { usize::MAX } else { 0 })
        .build()
        .map_err(|e| ClientError::Build(chain(&e)))
}

/// A server may compress although nobody asked it to; the result is bounded like any body. The answer to HEAD names a coding,
/// and has no body.
fn decompress(bytes: Bytes, encoding: &str) -> Result<(Bytes, bool), String> {
    if bytes.is_empty() {
        return Ok((bytes, false));
    }
    let mut out = Vec::new();
    let limit = MAX_BODY as u64 + 1;
    let read = match encoding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => flate2::read::MultiGzDecoder::new(&bytes[..]).take(limit).read_to_end(&mut out),
        "deflate" => flate2::read::ZlibDecoder::new(&bytes[..]).take(limit).read_to_end(&mut out),
        _ => return Ok((bytes, false)),
    };
    read.map_err(|e| format!("the {encoding} body cannot be decompressed: {e}"))?;
    let cut = out.len() > MAX_BODY;
    out.truncate(MAX_BODY);
    Ok((out.into(), cut))
}

/// The request as a command line that can be pasted into a shell.
fn curl(outgoing: &Outgoing, identity: &Identity, insecure: bool) -> String {
    let quote = |s: &str| format!("'{}'", s.replace('\'', r"'\''"));
    let mut line = String::from("curl -sS -i -g");
    if insecure && outgoing.tls != Some(tls::Version::Verified) {
        line += " -k";
    }
    if outgoing.method != "GET" {
        line += &format!(" -X {}", outgoing.method);
    }
    if !identity.curl.is_empty() {
        line += &format!(" {}", identity.curl);
    }
    for (name, value) in &outgoing.headers {
        line += &format!(" -H {}", quote(&format!("{name}: {value}")));
    }
    if let Some(version) = outgoing.tls {
        line += &version.curl();
    }
    if !outgoing.user_agent {
        line += " -H 'User-Agent:'";
    }
    if let Some(body) = &outgoing.body {
        match std::str::from_utf8(body) {
            Ok(text) if text.len() <= 4096 => line += &format!(" --data-binary {}", quote(text)),
            // a remark ends the line
            _ => {
                let url = quote(outgoing.url.as_str());
                return format!("{line} --data-binary @body {url} # body: a file of {} bytes", body.len());
            }
        }
    }
    format!("{line} {}", quote(outgoing.url.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curl_line_survives_quotes_and_hides_nothing_but_secrets() {
        let mut o = Outgoing::get("s", Url::parse("https://e.org/a/?x=1").expect("url"));
        o.method = "POST".into();
        o.body = Some("it's".into());
        let id = Identity { curl: "-u \"$TAXII_USER:$TAXII_PASSWORD\"".into(), ..Identity::default() };
        assert_eq!(
            curl(&o, &id, false),
            "curl -sS -i -g -X POST -u \"$TAXII_USER:$TAXII_PASSWORD\" -H 'Accept: application/taxii+json;version=2.1' --data-binary 'it'\\''s' 'https://e.org/a/?x=1'"
        );
    }

    #[test]
    fn a_long_body_does_not_hide_the_url_behind_a_remark() {
        let mut o = Outgoing::get("s", Url::parse("https://e.org/a/").expect("url"));
        o.body = Some("x".repeat(5000).into());
        let line = curl(&o, &Identity::default(), false);
        assert!(line.ends_with(" --data-binary @body 'https://e.org/a/' # body: a file of 5000 bytes"), "{line}");
    }

    #[test]
    fn compressed_bodies_are_bounded() {
        use std::io::Write;
        let mut z = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        for _ in 0..80 {
            z.write_all(&vec![0u8; 1024 * 1024]).expect("memory");
        }
        let bomb: Bytes = z.finish().expect("memory").into();
        let (out, cut) = decompress(bomb, "gzip").expect("gzip");
        assert_eq!(out.len(), MAX_BODY);
        assert!(cut);
        assert!(decompress("x".into(), "gzip").is_err());
        assert_eq!(decompress(Bytes::new(), "gzip"), Ok((Bytes::new(), false)), "HEAD has no body");
    }
}
