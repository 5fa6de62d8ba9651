//! Rules about the media types of a collection and of the records in its manifest: sections 5.2.1 and 5.3.1.

use serde_json::Value;

use super::Context;
use super::body::members_of;
use super::rule::{Said, broken, texts};
use crate::record::Exchange;
use crate::taxii::{Endpoint, MediaType};

/// The media types of the collection; without the property it is STIX of any version (section 5.2.1).
fn allowed(context: &Context<'_>) -> Vec<String> {
    let listed = texts(&context.transcript.bound.resource, "media_types");
    if listed.is_empty() { vec!["application/stix+json".into()] } else { listed }
}

/// Whether a collection may hold STIX of this version. A media type without a version stands for every version, and a
/// collection that lists none is as one that lists it so (section 5.2.1).
pub fn admit_stix(collection: &Value, version: &str) -> bool {
    let listed = collection.get("media_types").and_then(Value::as_array);
    listed.is_none_or(|listed| listed.iter().filter_map(Value::as_str).any(|listed| names(listed, &stix(version))))
}

/// Whether all that a collection lists is STIX 2.0, in the spelling of TAXII 2.1 or of TAXII 2.0.
pub fn is_of_older_stix(collection: &Value) -> bool {
    let older = [stix("2.0"), "application/vnd.oasis.stix+json; version=2.0".to_owned()];
    let is_older = |kind: &Value| kind.as_str().is_some_and(|kind| older.iter().any(|older| names(older, kind)));
    let listed = collection.get("media_types").and_then(Value::as_array);
    listed.is_some_and(|listed| !listed.is_empty() && listed.iter().all(is_older))
}

/// Whether `wanted` names `kind`: a type without version stands for every version of it.
fn names(wanted: &str, kind: &str) -> bool {
    match (MediaType::parse(wanted), MediaType::parse(kind)) {
        (Some(w), Some(k)) => {
            w.essence == k.essence
                && (w.parameter("version").is_none() || w.parameter("version") == k.parameter("version"))
        }
        _ => wanted == kind,
    }
}

fn stix(spec: &str) -> String {
    format!("application/stix+json;version={spec}")
}

/// Whether the collection names the media types of the objects that it shows.
pub(super) fn of_collection(context: &Context<'_>, exchange: &Exchange) -> Said {
    let allowed = allowed(context);
    let endpoint = context.record.endpoint.unwrap_or(Endpoint::Objects);
    let members = members_of(endpoint, None, std::slice::from_ref(exchange));
    let kinds: Vec<(&str, String)> =
        members.iter().filter_map(|m| Some((m.id.as_str(), stix(m.spec.as_deref()?)))).collect();
    // a spec_version that is no version is no media type either
    let version = |kind: &str| kind.ends_with(|c: char| c.is_ascii_digit());
    let mut judged = kinds.iter().filter(|(_, kind)| version(kind));
    match judged.clone().find(|(_, kind)| !allowed.iter().any(|a| names(a, kind))) {
        Some((id, kind)) => broken(
            format!("the collection holds {id}, which is {kind}, and does not name that type"),
            "/objects",
            allowed.join(", "),
            "every media type that the collection can store",
        ),
        None if judged.next().is_none() => Said::Nothing("no object came that tells its version"),
        None => Said::Holds(format!("media types of {} objects", kinds.len())),
    }
}

/// Whether the media types of records are among those of the collection.
pub(super) fn of_manifest(context: &Context<'_>, body: &Value) -> Said {
    let allowed = allowed(context);
    let records: Vec<(&str, &str)> = body
        .get("objects")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|r| Some((r.get("id")?.as_str()?, r.get("media_type")?.as_str()?)))
        .collect();
    let holdings = &context.transcript.bound.holdings.items;
    // where the object really is of that type, it is the collection that does not say so
    let true_to = |id: &str, kind: &str| {
        holdings.iter().any(|h| h.id == id && h.spec_beyond_doubt().is_some_and(|s| names(kind, &stix(s))))
    };
    match records.iter().find(|(id, kind)| !allowed.iter().any(|a| names(a, kind)) && !true_to(id, kind)) {
        Some((_, bad)) => broken(
            format!("the manifest names {bad}, which the collection does not"),
            "/objects",
            (*bad).to_owned(),
            "one of the collection's media_types",
        ),
        None if records.is_empty() => Said::Absent("no manifest record has a media_type, which is optional"),
        None => Said::Holds(format!("media types of {} records", records.len())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn older_stix_alone_is_told_apart() {
        let older = |kinds: Value| is_of_older_stix(&json!({ "media_types": kinds }));
        assert!(older(json!(["application/stix+json;version=2.0"])));
        assert!(older(json!(["application/vnd.oasis.stix+json;version=2.0", "application/stix+json; version=2.0"])));
        for open in [
            json!([]),
            json!(["application/stix+json"]),
            json!(["application/stix+json;version=2.0", "application/stix+json;version=2.1"]),
            json!(["application/taxii+json;version=2.1"]),
        ] {
            assert!(!older(open));
        }
        assert!(!is_of_older_stix(&json!({})));
    }
}
