//! Word `resource`: the body against the JSON Schema of its resource.

use serde_json::Value;

use super::{Context, Outcome, schema};
use crate::case::expect::Resource;
use crate::taxii::Endpoint;

/// The resource that an endpoint answers with.
pub fn of_endpoint(endpoint: Option<Endpoint>) -> Option<Resource> {
    Some(match endpoint? {
        Endpoint::Discovery => Resource::Discovery,
        Endpoint::ApiRoot => Resource::ApiRoot,
        Endpoint::Status => Resource::Status,
        Endpoint::Collections => Resource::Collections,
        Endpoint::Collection => Resource::Collection,
        Endpoint::Manifest => Resource::Manifest,
        Endpoint::Objects | Endpoint::Object => Resource::Envelope,
        Endpoint::Versions => Resource::Versions,
    })
}

/// Judges the body of each answer of a step. Misfits of requirements that the case is not about
/// are another case's matter.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let resource = match context.expect.resource {
        Some(Resource::OfEndpoint) => of_endpoint(context.record.endpoint),
        other => other,
    };
    let Some(mut resource) = resource else { return outcome };
    for (i, exchange) in context.exchanges().iter().enumerate() {
        // what a POST answers with, and what polling gets, are status resources
        if exchange.request.method == "POST" || (!context.record.posted.is_empty() && i > 0) {
            resource = Resource::Status;
        }
        if resource != Resource::Error && exchange.status() >= 400 {
            outcome.block(format!("the answer is an error ({})", exchange.status()));
            continue;
        }
        let Some(body) = exchange.json() else {
            outcome.block(if resource == Resource::Error {
                "the answer carries no TAXII error message"
            } else {
                "the body is not JSON: see types/payload and types/i-json"
            });
            continue;
        };
        if resource == Resource::Status && !body.is_object() {
            outcome.block("the body is no JSON object: see types/payload");
            continue;
        }
        if resource == Resource::Error && !looks_like_error(exchange, body) {
            outcome.block("the answer carries no TAXII error message");
            continue;
        }
        let judgement = schema::judge(resource, body);
        let mut judged = 0;
        for requirement in context.transcript.requirements {
            judged += judgement.seen.get(requirement).copied().unwrap_or(0);
        }
        for misfit in judgement.misfits.into_iter().filter(|m| context.about(&m.requirement)) {
            let place = if misfit.pointer.is_empty() { "the body".to_owned() } else { misfit.pointer.clone() };
            let mut finding = context.finding_on(&misfit.requirement, i, format!("{place}: {}", misfit.message));
            finding.actual = body.pointer(&misfit.pointer).map(super::brief);
            finding.pointer = Some(misfit.pointer);
            outcome.findings.push(finding);
        }
        if judged > 0 {
            outcome.saw(format!("{judged} values of a {} resource", schema::name(resource)));
        } else {
            outcome.lack(format!("the {} resource has no value of this kind", schema::name(resource)));
        }
    }
    outcome
}

/// A body that claims to be a TAXII error message: by its media type, or by its title.
fn looks_like_error(exchange: &crate::record::Exchange, body: &Value) -> bool {
    let taxii = exchange
        .response
        .as_ref()
        .and_then(|r| r.header("content-type"))
        .is_some_and(|t| t.to_ascii_lowercase().contains("taxii+json"));
    taxii || body.get("title").is_some()
}
