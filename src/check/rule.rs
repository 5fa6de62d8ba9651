//! Word `rule`: what is about one resource and no schema can say.

use std::collections::HashMap;

use serde_json::Value;

use super::body::members_of;
use super::{Context, Outcome, brief, discovery, i_json, media_types, names};
use crate::case::expect::Rule;
use crate::record::Exchange;
use crate::taxii::{Endpoint, Timestamp, challenge};

/// What a rule says of one answer: what was seen, why there is nothing to judge, or what is wrong and where.
pub(super) enum Said {
    Holds(String),
    Nothing(&'static str),
    /// What the rule is about is not there, and need not be.
    Absent(&'static str),
    Broken {
        message: String,
        pointer: &'static str,
        actual: String,
        expected: &'static str,
    },
}

/// Judges every answer of the step by one rule.
pub fn check(context: &Context<'_>, rule: Rule) -> Outcome {
    let mut outcome = Outcome::default();
    for (i, exchange) in context.exchanges().iter().enumerate() {
        match said(context, rule, exchange) {
            Said::Holds(seen) => outcome.saw(seen),
            Said::Nothing(why) => outcome.block(why),
            Said::Absent(what) => outcome.lack(what),
            Said::Broken { message, pointer, actual, expected } => {
                let mut finding = context.finding(i, message);
                finding.pointer = Some(pointer.to_owned()).filter(|p| !p.is_empty());
                finding.actual = Some(actual);
                finding.expected = Some(expected.to_owned()).filter(|e| !e.is_empty());
                outcome.findings.push(finding);
            }
        }
    }
    // one page without anything to judge does not spoil the others
    if !outcome.seen.is_empty() {
        outcome.blocked.clear();
    }
    outcome
}

pub(super) fn broken(
    message: impl Into<String>,
    pointer: &'static str,
    actual: impl Into<String>,
    expected: &'static str,
) -> Said {
    Said::Broken { message: message.into(), pointer, actual: actual.into(), expected }
}

pub(super) fn texts(body: &Value, name: &str) -> Vec<String> {
    body.get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect()
}

fn said(context: &Context<'_>, rule: Rule, exchange: &Exchange) -> Said {
    let body = exchange.json().unwrap_or(&Value::Null);
    match rule {
        Rule::JsonObject => match body {
            Value::Object(map) if !names::recognised(context, exchange, map) => broken(
                "the body is a JSON object, but not the resource of this endpoint",
                "",
                brief(body),
                "the resource that the endpoint defines",
            ),
            Value::Object(_) => Said::Holds(format!("answered {} with a JSON object", exchange.status())),
            Value::Null if exchange.json().is_none() => Said::Nothing("the body is no JSON: see types/payload"),
            _ => broken("the body is not a JSON object", "", brief(body), "the resource that the endpoint defines"),
        },
        Rule::Payload => match exchange.json() {
            Some(_) => Said::Holds(format!("answered {} with JSON", exchange.status())),
            None => {
                let text = exchange.response.as_ref().map(|r| r.body.excerpt()).unwrap_or_default();
                let what = if text.trim().is_empty() { "the body is empty" } else { "the body is no JSON" };
                broken(what, "", super::cut(&text, 200), "the resource that the endpoint defines")
            }
        },
        Rule::Spelling => names::spelling(context, exchange, body),
        Rule::DefaultInRoots => discovery::default_in_roots(exchange, body),
        Rule::RootUrls => discovery::root_urls(body),
        Rule::DistinctRoots => discovery::distinct_roots(exchange, body),
        Rule::SomeRoot => match texts(body, "api_roots").len() {
            // api_roots is optional (section 4.1.1): clients may be told by other means
            0 if context.transcript.values.contains_key("root") => {
                Said::Holds("the API root under test, which discovery does not list".into())
            }
            0 if body.get("api_roots").is_none() => Said::Nothing(
                "discovery lists no API root, which is optional (section 4.1.1): name one with --api-root",
            ),
            0 => broken("discovery names no API root", "/api_roots", brief(body), "at least one API root"),
            n => Said::Holds(format!("{n} API roots")),
        },
        Rule::TaxiiVersions => discovery::taxii_versions(body),
        Rule::UniqueAliases => unique_aliases(body),
        Rule::CollectionMediaTypes => media_types::of_collection(context, exchange),
        Rule::ManifestMediaTypes => media_types::of_manifest(context, body),
        Rule::ManifestVersions => manifest_versions(context, exchange),
        Rule::IJson => i_json::said(exchange),
        Rule::NoLeak => no_leak(exchange),
        Rule::HttpStatus => match body.get("http_status") {
            None => Said::Nothing("no error message with http_status came"),
            Some(Value::String(s)) if *s == exchange.status().to_string() => Said::Holds(format!("http_status {s}")),
            Some(other) => broken(
                "http_status is not the status code of the answer",
                "/http_status",
                brief(other),
                "the status code, as a string",
            ),
        },
        Rule::Envelope => match body {
            Value::Array(_) => broken("the objects come as a bare list", "", brief(body), "an envelope"),
            v if v.get("type").and_then(Value::as_str) == Some("bundle") => {
                broken("the objects come in a bundle", "/type", "bundle", "an envelope")
            }
            Value::Object(map) if map.contains_key("objects") => Said::Holds("an envelope".into()),
            Value::Object(map) if map.keys().all(|k| ["more", "next"].contains(&k.as_str()) || k.starts_with("x_")) => {
                Said::Nothing("the envelope is empty")
            }
            Value::Null if exchange.json().is_none() => Said::Nothing("the body is no JSON: see types/payload"),
            other => broken("the body is no envelope", "", brief(other), "an envelope with objects"),
        },
        Rule::StixObjects => stix_objects(body),
        Rule::Custom if context.about("T21-7-02") => names::custom(context, exchange, body, names::prefixed),
        Rule::Custom => names::custom(context, exchange, body, names::legal),
        Rule::OneId => {
            let members = members_of(Endpoint::Object, None, std::slice::from_ref(exchange));
            let wanted = context.record.object.as_deref().unwrap_or("");
            match members.iter().find(|m| m.id != wanted) {
                Some(m) => broken(
                    "the envelope holds another object than the one asked for",
                    "/objects",
                    m.id.clone(),
                    "that object alone",
                ),
                None if members.is_empty() => {
                    broken("the envelope holds no object", "/objects", brief(body), "the object asked for")
                }
                None => Said::Holds(format!("{wanted} alone")),
            }
        }
        // where it does not hold there is no answer to judge
        Rule::Certificate => Said::Holds("chain, dates and host name of the certificate hold".into()),
        Rule::NoEarlyData => match exchange.response.as_ref().and_then(|r| r.early_data) {
            // early data is sent with a ticket of an earlier connection, or not at all
            None => Said::Holds("no session ticket is given, and without one no early data can be sent".into()),
            Some(0) => Said::Holds("session tickets allow no early data".into()),
            Some(octets) => broken(
                "session tickets allow early data (0-RTT)",
                "",
                format!("max_early_data_size {octets}"),
                "tickets without early_data",
            ),
        },
        Rule::RequestTime => request_time(exchange, body),
        Rule::AddingTime => adding_time(exchange, body),
        Rule::Https => match (context.transcript.https, context.transcript.http_allowed) {
            (true, _) => Said::Holds("requests are accepted over HTTPS".into()),
            (false, _) => broken("the server is reached by plain HTTP", "", exchange.request.url.clone(), "https://"),
        },
        Rule::Basic => {
            let challenges: Vec<String> = exchange
                .response
                .iter()
                .flat_map(|r| r.headers("www-authenticate"))
                .flat_map(challenge::schemes)
                .collect();
            if challenges.iter().any(|c| c == "basic") {
                Said::Holds("a Basic challenge".into())
            } else if context.transcript.basic_works {
                Said::Holds("no Basic challenge, but the client was let in by Basic".into())
            } else if challenges.is_empty() {
                Said::Nothing("no challenge came")
            } else {
                broken(
                    "the challenges do not name Basic",
                    "WWW-Authenticate",
                    challenges.join(", "),
                    "Basic among them",
                )
            }
        }
    }
}

/// Whether an instant is near the time at which the server says that it answered. Nothing where it is no timestamp.
fn is_near(exchange: &Exchange, told: &str) -> Option<bool> {
    /// Half an hour, in nanoseconds: clocks may be wrong, time zones are off by more.
    const NEAR: i128 = 30 * 60 * 1_000_000_000;
    let date = exchange.response.as_ref().and_then(|r| r.header("date"));
    let answered = date.and_then(|d| jiff::fmt::rfc2822::parse(d).ok()).map(|d| d.timestamp().to_string());
    let answered = Timestamp::parse(answered.as_deref().unwrap_or(&exchange.started))?;
    let told = Timestamp::parse(told)?;
    Some(told <= answered.plus(NEAR) && told >= answered.plus(-NEAR))
}

/// The time of a request against that of its answer, as the server itself tells it where it does.
fn request_time(exchange: &Exchange, body: &Value) -> Said {
    let Some(told) = body.get("request_timestamp").and_then(Value::as_str) else {
        return Said::Absent("the status has no request_timestamp, which is optional");
    };
    match is_near(exchange, told) {
        None => Said::Nothing("request_timestamp is no timestamp: see types/status"),
        Some(true) => Said::Holds(format!("request_timestamp {told}")),
        Some(false) => broken(
            "request_timestamp is not the time of the request",
            "/request_timestamp",
            told.to_owned(),
            "the time of the request, in UTC",
        ),
    }
}

/// The dates of what was added just now against the time of the answer.
fn adding_time(exchange: &Exchange, body: &Value) -> Said {
    let records = body.get("objects").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let dates: Vec<&str> = records.iter().filter_map(|record| record.get("date_added")?.as_str()).collect();
    let judged: Vec<(&str, bool)> =
        dates.iter().filter_map(|told| is_near(exchange, told).map(|near| (*told, near))).collect();
    match judged.iter().find(|(_, near)| !near) {
        Some((told, _)) => broken(
            "date_added is not the time at which the object was added",
            "/objects",
            (*told).to_owned(),
            "the time at which it was added, in UTC",
        ),
        None if judged.is_empty() => Said::Nothing("no record has a date_added that is a timestamp"),
        None => Said::Holds(format!("date_added {}", dates.join(", "))),
    }
}

fn unique_aliases(body: &Value) -> Said {
    let list = body.get("collections").and_then(Value::as_array).cloned().unwrap_or_default();
    let aliases: Vec<&str> = list.iter().filter_map(|c| c.get("alias")?.as_str()).collect();
    match aliases.iter().enumerate().find(|(i, a)| aliases[..*i].contains(a)) {
        Some((_, alias)) => {
            broken("two collections have the same alias", "/collections", (*alias).to_owned(), "a unique alias")
        }
        None if aliases.is_empty() => Said::Absent("no collection has an alias"),
        None => Said::Holds(format!("{} aliases", aliases.len())),
    }
}

fn instant_of(version: Option<&str>) -> Option<Timestamp> {
    version.and_then(Timestamp::parse)
}

fn manifest_versions(context: &Context<'_>, exchange: &Exchange) -> Said {
    let mut judged = 0;
    let records = members_of(Endpoint::Manifest, None, context.exchanges());
    let mut records_of: HashMap<&str, Vec<_>> = HashMap::new();
    for record in &records {
        records_of.entry(&record.id).or_default().push(instant_of(record.version.as_deref()));
    }
    let held = context.transcript.bound.holdings.by_id();
    for member in members_of(Endpoint::Manifest, None, std::slice::from_ref(exchange)) {
        let of_id = held.get(member.id.as_str()).map_or(&[][..], Vec::as_slice);
        let objects: Vec<&Value> = of_id.iter().filter_map(|h| h.object.as_deref()).collect();
        let versions: Vec<&str> =
            objects.iter().filter_map(|o| o.get("modified").or(o.get("created"))?.as_str()).collect();
        let (Some(version), false) = (&member.version, versions.is_empty()) else { continue };
        judged += 1;
        let instant = Timestamp::parse(version);
        // of what could not all be read there may be a version that nobody saw
        let records = records_of.get(member.id.as_str()).map_or(0, Vec::len);
        if !context.transcript.bound.holdings.complete && instant.is_some() && records > versions.len() {
            judged -= 1;
            continue;
        }
        if instant.is_none() || !versions.iter().any(|v| Timestamp::parse(v) == instant) {
            return broken(
                format!("the version of {} is neither modified nor created of that object", member.id),
                "/objects",
                version.clone(),
                "modified, or created where there is no modified",
            );
        }
        // as many records as objects: each version has to have its own, and none that of another
        let of_id = records_of.get(member.id.as_str()).map_or(&[][..], Vec::as_slice);
        let missing = versions.iter().find(|v| !of_id.contains(&instant_of(Some(v))));
        // (a walk that stopped has not seen all of them)
        let whole = context.record.stopped.is_none() && of_id.len() == versions.len();
        if let Some(missing) = missing.filter(|_| whole) {
            return broken(
                format!("the records of {} name one version twice, and {missing} not at all", member.id),
                "/objects",
                version.clone(),
                "modified of each version",
            );
        }
    }
    if judged == 0 {
        Said::Nothing("no record could be compared with its object")
    } else {
        Said::Holds(format!("versions of {judged} records"))
    }
}

/// Words that only the inside of a program knows (appendix B of the standard, security considerations).
pub(super) fn no_leak(exchange: &Exchange) -> Said {
    const SIGNS: [&str; 22] = [
        // a line of a trace, as JSON writes it
        "\\n    at ",
        ".js:",
        ".rb:",
        ".go:",
        ".cs:line ",
        ".php on line ",
        "Traceback (most recent call last)",
        "File \"/",
        "at java.",
        "at org.",
        ".java:",
        "goroutine ",
        "panicked at",
        "SQLSTATE",
        "SELECT ",
        "/site-packages/",
        "/node_modules/",
        "Werkzeug Debugger",
        "ORA-0",
        "stack backtrace",
        "URLconf",
        "AQL: ",
    ];
    let Some(response) = exchange.response.as_ref().filter(|r| r.status >= 400) else {
        return Said::Nothing("no error came");
    };
    let text = String::from_utf8_lossy(&response.body.bytes);
    match SIGNS.iter().find(|s| text.contains(*s)) {
        Some(sign) => broken(
            "the error text shows the inside of the server",
            "",
            (*sign).to_owned(),
            "nothing but what the client may know",
        ),
        None => Said::Holds(format!("an error of {} bytes", text.len())),
    }
}

fn stix_objects(body: &Value) -> Said {
    let Some(list) = body.get("objects").and_then(Value::as_array) else {
        return Said::Nothing("the envelope holds no object");
    };
    let stix = |o: &Value| {
        o.get("type").and_then(Value::as_str).is_some_and(|t| t != "bundle")
            && o.get("id").and_then(Value::as_str).is_some()
    };
    match list.iter().find(|o| !stix(o)) {
        Some(bad) => broken(
            "the envelope holds what is no STIX object",
            "/objects",
            brief(bad),
            "objects with type and id, and no bundle",
        ),
        None if list.is_empty() => Said::Nothing("the envelope holds no object"),
        None => Said::Holds(format!("{} STIX objects", list.len())),
    }
}
