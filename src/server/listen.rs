//! The edge: sockets, TLS and HTTP around the core.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::http::Request;
use super::state::State;
use super::wire::{Body, Protocols, Wire};
use super::{Options, effect, handle, tls};

/// How many times the largest body is read and thrown away, so that a client that sends too much gets its answer.
const PATIENCE: u64 = 4;
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on 127.0.0.1, port {port}: {source}")]
    Listen {
        /// The port that was asked for; 0 means any.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// No certificate could be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS refused the configuration.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// A running server. It stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    ca_pem: Option<String>,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// The URL of the discovery resource, for example `https://localhost:6100/taxii2/`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate of the authority to trust, as PEM; `None` without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// URLs of API roots that clients have to be told of, because discovery does not list them.
    pub fn unlisted_roots(&self) -> Vec<String> {
        let user = super::USERS.iter().find(|user| user.writes).map_or("", |user| user.token);
        let request = Request::new(http::Method::GET, "/taxii2/").with("authorization", &format!("Bearer {user}"));
        let lists = handle::handle(&self.state, request).value().is_some_and(|body| body.get("api_roots").is_some());
        let urls = super::ROOTS.iter().map(|root| format!("{}/{}/", self.state.origin, root.name));
        if lists { Vec::new() } else { urls.collect() }
    }

    /// The state behind the sockets.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Closes all connections and frees the port.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // An aborted task ends with an error that says so; there is nothing else to learn from it.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Starts a server on 127.0.0.1, in the Tokio runtime of the caller.
pub async fn start(options: Options) -> Result<Server, StartError> {
    let refused = |source| StartError::Listen { port: options.port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(refused)?;
    let port = listener.local_addr().map_err(refused)?.port();
    let (tls, wire) = effect::connection(options.effects());
    let secure = options.tls && tls.spoken;
    let (acceptor, ca_pem) = if secure {
        let (config, ca_pem) = tls::configure(&tls, wire.alpn())?;
        (Some(TlsAcceptor::from(config)), Some(ca_pem))
    } else {
        (None, None)
    };
    let scheme = if secure { "https" } else { "http" };
    let origin = format!("{scheme}://localhost:{port}");
    let state = Arc::new(State::new(&origin, &options));
    let edge =
        Edge { state: Arc::clone(&state), wire, weak: tls.weak, requests: AtomicU64::new(0), turn: Mutex::new(()) };
    let accepting = tokio::spawn(accept(listener, acceptor, Arc::new(edge)));
    Ok(Server { url: format!("{origin}/taxii2/"), ca_pem, state, accepting })
}

/// What all connections share.
struct Edge {
    state: Arc<State>,
    wire: Wire,
    /// Whether weak suites are taken.
    weak: bool,
    /// How many requests came so far.
    requests: AtomicU64,
    /// Held while a request is answered, where they are answered one after the other.
    turn: Mutex<()>,
}

/// Takes connections until it is aborted; the connections end with it.
async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, edge: Arc<Edge>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connect(stream, acceptor.clone(), Arc::clone(&edge)));
                }
                // Out of descriptors, most likely: wait for connections to close.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connect(mut stream: TcpStream, acceptor: Option<TlsAcceptor>, edge: Arc<Edge>) {
    // Small answers should not wait for further ones; where this fails they merely wait.
    let _ = stream.set_nodelay(true);
    match acceptor {
        None => serve(stream, edge).await,
        Some(_) if edge.weak && tls::take_weak(&mut stream).await => {}
        Some(acceptor) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                serve(stream, edge).await;
            }
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, edge: Arc<Edge>) {
    let mut builder = Builder::new(TokioExecutor::new());
    let Wire { protocols, date, capitals, .. } = edge.wire;
    builder.http1().auto_date_header(date).title_case_headers(capitals);
    builder.http2().auto_date_header(date);
    let builder = match protocols {
        Protocols::Both => builder,
        Protocols::One => builder.http1_only(),
        Protocols::Two => builder.http2_only(),
    };
    let seen: std::sync::Mutex<Option<HeaderValue>> = std::sync::Mutex::default();
    let service = service_fn(|mut request: http::Request<Incoming>| {
        let edge = Arc::clone(&edge);
        if edge.wire.remembers {
            remember(&mut seen.lock().unwrap_or_else(PoisonError::into_inner), request.headers_mut());
        }
        async move { respond(&edge, request).await }
    });
    // A broken connection is the client's business: there is nobody left to tell.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

/// Keeps the credentials that come, and puts those that came before where none come.
fn remember(seen: &mut Option<HeaderValue>, headers: &mut HeaderMap) {
    match headers.get(header::AUTHORIZATION) {
        Some(credentials) => *seen = Some(credentials.clone()),
        None => {
            if let Some(credentials) = seen {
                headers.insert(header::AUTHORIZATION, credentials.clone());
            }
        }
    }
}

/// No answer is given, and the connection ends.
#[derive(Debug, thiserror::Error)]
#[error("no answer")]
struct Silence;

async fn respond(edge: &Edge, request: http::Request<Incoming>) -> Result<http::Response<Body>, Silence> {
    let Edge { state, wire, .. } = edge;
    let (parts, body) = request.into_parts();
    let bodiless = parts.method == http::Method::HEAD;
    let request = Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: collect(body, state.body_limit()).await,
    };
    let count = edge.requests.fetch_add(1, Ordering::Relaxed) + 1;
    if wire.busy > 0 && count.is_multiple_of(wire.busy) {
        return Ok(wire.pack(Wire::busy(), bodiless));
    }
    let _turn = if wire.alone { Some(edge.turn.lock().await) } else { None };
    if !wire.pause.is_zero() {
        tokio::time::sleep(wire.pause).await;
    }
    let response = handle::handle(state, request);
    if response.dropped || (wire.silent)(&response) { Err(Silence) } else { Ok(wire.pack(response, bodiless)) }
}

/// Reads a body, but keeps hardly more than `limit` octets of it: enough to see that it is too long.
async fn collect(mut body: Incoming, limit: u64) -> Bytes {
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen += data.len() as u64;
        if kept.len() as u64 <= limit {
            kept.extend_from_slice(&data);
        }
        if seen > limit.saturating_mul(PATIENCE) {
            break;
        }
    }
    kept.freeze()
}
