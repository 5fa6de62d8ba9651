//! What HTTP leaves open (RFC 9110 and 9112).

use std::time::Duration;

use http::StatusCode;

use super::super::effect::Effect::{Request, Response, Tls, Wire};
use super::super::wire::Protocols;
use super::Variant;

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "http-1.1-alone",
        "version of HTTP",
        "section 8.2.2: HTTPS of any version",
        "HTTP/2 is not spoken",
        &[Wire(|wire| wire.protocols = Protocols::One)],
    ),
    Variant::new(
        "http-2-alone",
        "version of HTTP",
        "section 8.2.2: HTTPS of any version",
        "HTTP/1.1 is not spoken, where the server speaks TLS",
        &[Wire(|wire| wire.protocols = Protocols::Two)],
    ),
    Variant::new(
        "closes-each-time",
        "version of HTTP",
        "RFC 9112, section 9.6",
        "the connection is closed after each answer; HTTP/1.1",
        &[Wire(|wire| {
            wire.protocols = Protocols::One;
            wire.close = true;
        })],
    ),
    Variant::new(
        "long-urls-414",
        "length of a URL",
        "RFC 9110, sections 4.1 and 15.5.15",
        "a URL of more than 500 characters is answered 414",
        &[Response(|_, call, response| {
            if call.request.path.len() + call.request.query.len() > 500 {
                response.turn(StatusCode::URI_TOO_LONG);
            }
        })],
    ),
    Variant::new(
        "self-signed",
        "certificate",
        "section 8.5.2: certificates that are pinned",
        "the certificate is its own authority, and says so",
        &[Tls(|tls| tls.self_signed = true)],
    ),
    Variant::new(
        "capitals-in-header-names",
        "version of HTTP",
        "RFC 9110, section 5.1; policy row 26",
        "names of header fields are written with capitals; HTTP/1.1",
        &[Wire(|wire| {
            wire.protocols = Protocols::One;
            wire.capitals = true;
        })],
    ),
    Variant::new(
        "chunked",
        "framing of bodies",
        "RFC 9112, section 7.1",
        "bodies come in chunks, without Content-Length",
        &[Wire(|wire| wire.chunked = true)],
    ),
    Variant::new(
        "gzip",
        "content coding",
        "RFC 9110, section 12.5.3: a request without Accept-Encoding admits every coding",
        "bodies are compressed",
        &[Wire(|wire| wire.gzip = true)],
    ),
    Variant::new(
        "no-date",
        "Date",
        "RFC 9110, section 6.6.1: a server without a clock sends none",
        "answers have no Date",
        &[Wire(|wire| wire.date = false)],
    ),
    Variant::new(
        "further-header-fields",
        "further header fields",
        "RFC 9110, section 5.1",
        "answers have cookies, validators, rules for caches and browsers, and fields of the server's own",
        &[Response(|_, _, response| {
            for (name, value) in [
                ("set-cookie", "session=abc; Path=/; HttpOnly"),
                ("etag", "W/\"1\""),
                ("cache-control", "no-store"),
                ("vary", "Accept, Authorization"),
                ("strict-transport-security", "max-age=63072000"),
                ("access-control-allow-origin", "*"),
                ("server", "Example/1.0 (\"odd; name\")"),
                ("x-taxii-something-else", "1"),
                ("link", "</api1/>; rel=\"next\""),
            ] {
                response.set(name, value);
            }
        })],
    ),
    Variant::new(
        "slow",
        "pace of answers",
        "nothing in the standard bounds the time of an answer",
        "every answer takes 20 ms",
        &[Wire(|wire| wire.pause = Duration::from_millis(20))],
    ),
    Variant::new(
        "one-at-a-time",
        "pace of answers",
        "nothing in the standard asks for answers side by side",
        "requests are answered one after the other",
        &[Wire(|wire| {
            wire.pause = Duration::from_millis(1);
            wire.alone = true;
        })],
    ),
    Variant::new(
        "busy-now-and-then",
        "limit on requests",
        "section 3.6; RFC 6585, section 4",
        "every 17th request is answered 429 with Retry-After, and without a body",
        &[Wire(|wire| wire.busy = 17)],
    ),
    Variant::new(
        "no-slash-redirects",
        "path without its slash",
        "section 3.1; policy row 22",
        "a path without its final slash is redirected to the one with it",
        &[Response(|_, call, response| {
            if !call.request.path.ends_with('/') && call.user.is_some() {
                let target = format!("{}/", call.request.path);
                *response = super::super::http::Response::taxii(StatusCode::PERMANENT_REDIRECT, "");
                response.headers.remove(http::header::CONTENT_TYPE);
                response.set("location", &target);
            }
        })],
    ),
    Variant::new(
        "no-slash-is-as-good",
        "path without its slash",
        "section 3.1; policy row 22",
        "a path without its final slash is answered as one with it",
        &[Request(|request| {
            if !request.path.ends_with('/') {
                request.path.push('/');
            }
        })],
    ),
    Variant::new(
        "no-slash-empty",
        "path without its slash",
        "section 3.1; policy row 22",
        "a path without its final slash is answered 200 with an empty object; seen in OpenCTI",
        &[Response(|_, call, response| {
            if call.request.method == http::Method::GET && !call.request.path.ends_with('/') && call.user.is_some() {
                *response = super::super::http::Response::taxii(StatusCode::OK, "{}");
            }
        })],
    ),
];
