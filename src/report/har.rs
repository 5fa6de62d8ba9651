//! HAR 1.2, the HTTP Archive: every exchange of the run, for the tools that show one.
//!
//! Bodies are the excerpts that reports hold; their size is that of the whole. What HAR has no place for
//! is told in `comment`. An exchange without an answer has status 0, as browsers write it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::json::Harmless;
use super::sanitize::line;
use crate::record::{Body, Exchange, Report, Request, Response, Trial};

/// Writes the archive, one exchange after the other in the order in which they were sent.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut sent: Vec<(&Trial, &Exchange)> =
        report.trials.iter().flat_map(|trial| trial.exchanges.iter().map(move |e| (trial, e))).collect();
    // stable, so that what began in the same microsecond stays in the order of the plan
    sent.sort_by(|a, b| a.1.started.cmp(&b.1.started));
    let started = &report.suite.started;
    let entries: Vec<Value> = sent.iter().map(|(trial, exchange)| entry(trial, exchange, started)).collect();
    let archive = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": report.suite.name, "version": report.suite.version },
            "pages": [],
            "entries": entries,
            "comment": format!("{}, seed {}", line(&report.server.url, 300), report.suite.seed),
        }
    });
    let mut serializer = serde_json::ser::Serializer::with_formatter(&mut *out, Harmless::default());
    archive.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

fn entry(trial: &Trial, exchange: &Exchange, run: &str) -> Value {
    // an archive without a time is none; the run's own is the nearest
    let started = if exchange.started.is_empty() { run } else { &exchange.started };
    let time = (exchange.duration_ms * 1000.0).round() / 1000.0;
    let mut entry = json!({
        "startedDateTime": started,
        "time": time,
        "request": request(&exchange.request, exchange.response.as_ref()),
        "response": response(exchange.response.as_ref()),
        "cache": {},
        "timings": { "send": 0, "wait": time, "receive": 0 },
        "comment": format!("{} ({}), step {}", line(&trial.id, 300), trial.verdict.word(), line(&exchange.step, 100)),
    });
    if let Some(failure) = &exchange.failure {
        entry["response"]["_error"] = failure.as_str().into();
        entry["response"]["comment"] = format!("no answer: {}", line(failure, 300)).into();
    }
    entry
}

fn request(request: &Request, answer: Option<&Response>) -> Value {
    let url = Url::parse(&request.url).ok();
    let query: Vec<Value> =
        url.iter().flat_map(Url::query_pairs).map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut out = json!({
        "method": request.method,
        "url": url.as_ref().map_or(request.url.as_str(), Url::as_str),
        "httpVersion": answer.map_or("HTTP/1.1", |a| a.version.as_str()),
        "cookies": [],
        "headers": headers(&request.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body.as_ref().map_or(0, Body::size),
    });
    if let Some(body) = &request.body {
        let kind = header(&request.headers, "content-type").unwrap_or("");
        out["postData"] = json!({ "mimeType": kind, "text": body.excerpt(), "comment": told(body) });
    }
    out
}

fn response(response: Option<&Response>) -> Value {
    let Some(Response { status, version, headers: fields, body, .. }) = response else {
        return json!({
            "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
            "content": { "size": 0, "mimeType": "" }, "redirectURL": "", "headersSize": -1, "bodySize": -1,
        });
    };
    let kind = header(fields, "content-type").unwrap_or("");
    json!({
        "status": status,
        "statusText": http::StatusCode::from_u16(*status).ok().and_then(|s| s.canonical_reason()).unwrap_or(""),
        "httpVersion": version,
        "cookies": [],
        "headers": headers(fields),
        "content": { "size": body.size(), "mimeType": kind, "text": body.excerpt(), "comment": told(body) },
        "redirectURL": header(fields, "location").unwrap_or(""),
        "headersSize": -1,
        // the size on the wire is not known: bodies are recorded decompressed
        "bodySize": -1,
    })
}

fn told(body: &Body) -> String {
    let excerpt = if body.truncated() { "; the text is an excerpt" } else { "" };
    format!("{} bytes, SHA-256 {}{excerpt}", body.size(), body.sha256())
}

fn headers(fields: &[(String, String)]) -> Vec<Value> {
    fields.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn header<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}
