//! Word `error`: the body of an error, by section 3.6.1 as far as the trial's requirement is about it.

use serde_json::Value;

use super::rule::{Said, no_leak};
use super::{Context, Outcome, schema};
use crate::case::expect::Resource;
use crate::record::{Exchange, Reading};
use crate::taxii::MediaType;

/// Bodies are optional: `May` (section 3.1).
const OPTIONAL: &str = "T21-3.1-03";
const STATUS: &str = "T21-3.6-02";
const MEDIA_TYPE: &str = "T21-3.6-04";
const LEAK: &str = "T21-3.6-05";

/// What the body of an error is.
enum Kind<'a> {
    /// Nothing.
    None,
    /// Something that does not claim to be TAXII: a page of a proxy, or another API's error.
    Foreign(String),
    /// A TAXII error message, or what claims to be one.
    Message(&'a Value),
}

/// Judges the body of each answer of the step that is an error.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for (i, exchange) in context.exchanges().iter().enumerate().filter(|(_, e)| e.status() >= 400) {
        if context.about(LEAK) {
            outcome.merge(leak(context, i, exchange));
        }
        match kind(exchange) {
            Kind::None if context.about(OPTIONAL) => {
                let question = format!("an error {}", exchange.status());
                outcome.readings.push(Reading { question, answer: "carries no message".into() });
                outcome.saw("no error message, which is optional");
            }
            Kind::Foreign(what) if context.about(OPTIONAL) => {
                let mut finding = context.finding_on(OPTIONAL, i, "the body of the error is no TAXII error message");
                finding.expected = Some("none, or an error message as application/taxii+json;version=2.1".into());
                finding.actual = Some(what);
                outcome.findings.push(finding);
            }
            Kind::Message(_) if context.about(OPTIONAL) => {
                let question = format!("an error {}", exchange.status());
                outcome.readings.push(Reading { question, answer: "carries a TAXII error message".into() });
                outcome.saw(format!("an error message with {}", exchange.status()));
            }
            Kind::None => outcome.lack("errors carry no message, which is optional (section 3.1)"),
            Kind::Foreign(_) => outcome.lack("the body of the error is no TAXII error message: see errors/message"),
            Kind::Message(body) => outcome.merge(message(context, i, exchange, body)),
        }
    }
    if outcome.findings.is_empty() && outcome.seen.is_empty() && outcome.absent.is_empty() {
        outcome.lack("the request is not refused, so that there is no error to judge");
    }
    outcome
}

fn kind(exchange: &Exchange) -> Kind<'_> {
    let Some(response) = &exchange.response else { return Kind::None };
    let media_type = response.header("content-type").map(str::to_ascii_lowercase).unwrap_or_default();
    let claims = media_type.contains("taxii+json");
    // a format of its own may have a title too, such as the problem details of RFC 9457
    let another = media_type.contains("+json") && !claims;
    // names that section 3.6.1 alone defines; a description may be anybody's
    let own = ["title", "error_id", "error_code", "http_status", "external_details"];
    match exchange.json() {
        Some(body) if claims || !another && own.iter().any(|name| body.get(name).is_some()) => Kind::Message(body),
        _ if response.body.bytes.iter().all(u8::is_ascii_whitespace) => Kind::None,
        _ if claims => Kind::Message(&Value::Null),
        _ => {
            let kind = response.header("content-type").unwrap_or("no Content-Type");
            Kind::Foreign(format!("{kind}: {}", super::cut(&response.body.excerpt(), 120)))
        }
    }
}

fn message(context: &Context<'_>, i: usize, exchange: &Exchange, body: &Value) -> Outcome {
    let mut outcome = Outcome::default();
    let judgement = schema::judge(Resource::Error, body);
    for misfit in judgement.misfits.iter().filter(|m| m.requirement == "T21-3.1-02" && context.about("T21-3.6-01")) {
        // what is no object has no title either
        let mut finding = context.finding_on("T21-3.6-01", i, format!("the error message: {}", misfit.message));
        finding.actual = Some(super::brief(body));
        outcome.findings.push(finding);
    }
    for misfit in judgement.misfits.into_iter().filter(|m| context.about(&m.requirement)) {
        let place = if misfit.pointer.is_empty() { "the error message".to_owned() } else { misfit.pointer.clone() };
        let mut finding = context.finding_on(&misfit.requirement, i, format!("{place}: {}", misfit.message));
        finding.actual = body.pointer(&misfit.pointer).map(super::brief);
        finding.pointer = Some(misfit.pointer);
        outcome.findings.push(finding);
    }
    let judged: usize = context.transcript.requirements.iter().filter_map(|r| judgement.seen.get(r)).sum();
    if outcome.findings.is_empty() && judged > 0 {
        outcome.saw(format!("{judged} properties of an error message"));
    }
    if context.about(STATUS) && outcome.findings.is_empty() {
        outcome.merge(status(context, i, exchange, body));
    }
    if context.about(MEDIA_TYPE) {
        outcome.merge(media_type(context, i, exchange));
    }
    if outcome.findings.is_empty() && outcome.seen.is_empty() {
        outcome.lack("the error message has none of these properties, which are optional (section 3.6.1)");
    }
    outcome
}

fn status(context: &Context<'_>, i: usize, exchange: &Exchange, body: &Value) -> Outcome {
    let mut outcome = Outcome::default();
    match body.get("http_status") {
        None => outcome.lack("the error message has no http_status, which is optional (section 3.6.1)"),
        Some(Value::String(s)) if *s == exchange.status().to_string() => outcome.saw(format!("http_status {s}")),
        Some(other) => {
            let mut finding = context.finding_on(STATUS, i, "http_status is not the status code of the answer");
            finding.expected = Some(format!("\"{}\"", exchange.status()));
            finding.actual = Some(super::brief(other));
            finding.pointer = Some("/http_status".into());
            outcome.findings.push(finding);
        }
    }
    outcome
}

fn media_type(context: &Context<'_>, i: usize, exchange: &Exchange) -> Outcome {
    let mut outcome = Outcome::default();
    let text = exchange.response.as_ref().and_then(|r| r.combined("content-type"));
    let text = text.as_deref();
    if text.and_then(MediaType::parse).is_some_and(|m| m.is_taxii_21()) {
        outcome.saw(format!("Content-Type {}", text.unwrap_or_default()));
    } else {
        let mut finding = context.finding_on(MEDIA_TYPE, i, "the error message is not sent as TAXII 2.1");
        finding.expected = Some("application/taxii+json;version=2.1".into());
        finding.actual = Some(text.unwrap_or("none").to_owned());
        finding.pointer = Some("Content-Type".into());
        outcome.findings.push(finding);
    }
    outcome
}

fn leak(context: &Context<'_>, i: usize, exchange: &Exchange) -> Outcome {
    let mut outcome = Outcome::default();
    match no_leak(exchange) {
        Said::Holds(seen) => outcome.saw(seen),
        Said::Nothing(why) | Said::Absent(why) => outcome.block(why),
        Said::Broken { message, actual, expected, .. } => {
            let mut finding = context.finding_on(LEAK, i, message);
            finding.expected = Some(expected.to_owned());
            finding.actual = Some(actual);
            outcome.findings.push(finding);
        }
    }
    outcome
}
