//! Rules about the names of properties: sections 3.8 and 7.1.1.

use serde_json::Value;

use super::Context;
use super::rule::{Said, broken};
use crate::case::expect::Resource;
use crate::record::Exchange;

/// Names at the root of the resource and of collections and records in it, each with those that the standard defines there.
fn names(context: &Context<'_>, exchange: &Exchange, body: &Value) -> Vec<(String, Vec<String>)> {
    let resource = match super::resource::of_endpoint(context.record.endpoint) {
        _ if exchange.status() >= 400 => Resource::Error,
        // what polling gets after a POST is a status, too
        _ if exchange.request.method == "POST" || !context.record.posted.is_empty() => Resource::Status,
        Some(r) => r,
        None => return Vec::new(),
    };
    let mut found = Vec::new();
    let mut look = |map: &Value, known: Vec<String>| {
        found.extend(map.as_object().into_iter().flatten().map(|(name, _)| (name.clone(), known.clone())));
    };
    let mut known = super::schema::properties(resource);
    if matches!(resource, Resource::Manifest | Resource::Versions) {
        // no property of theirs in 5.3.1 and 5.8.1, but a parameter of their endpoints
        known.push("next".into());
    }
    look(body, known);
    for entry in body.get("collections").and_then(Value::as_array).into_iter().flatten() {
        look(entry, super::schema::properties(Resource::Collection));
    }
    if resource == Resource::Manifest {
        for record in body.get("objects").and_then(Value::as_array).into_iter().flatten() {
            look(record, ["id", "date_added", "version", "media_type"].map(str::to_owned).to_vec());
        }
    }
    found
}

/// Whether an object has any property of the resource that was asked for; an empty one, or one with custom properties alone,
/// may be any that has nothing required.
pub(super) fn recognised(context: &Context<'_>, exchange: &Exchange, map: &serde_json::Map<String, Value>) -> bool {
    let resource = match super::resource::of_endpoint(context.record.endpoint) {
        // what polling gets after a POST is a status, too
        _ if exchange.request.method == "POST" || !context.record.posted.is_empty() => Resource::Status,
        Some(resource) => resource,
        None => return true,
    };
    let optional =
        matches!(resource, Resource::Collections | Resource::Manifest | Resource::Envelope | Resource::Versions);
    let known = super::schema::properties(resource);
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    // what is misspelt, or a bundle, is another case's matter
    map.keys().any(|k| known.iter().any(|n| plain(n) == plain(k)))
        || optional
            && (map.keys().all(|k| k.starts_with("x_")) || map.contains_key("type") || map.contains_key("items"))
}

/// Whether a name is one that the standard defines, spelled otherwise.
fn misspelt(name: &str, known: &[String]) -> bool {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    !known.iter().any(|k| k == name) && known.iter().any(|k| plain(k) == plain(name))
}

/// Whether a custom property may have this name (section 7.1.1, MUST).
pub(super) fn legal(name: &str) -> bool {
    (3..=250).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a custom property has the prefix and source that it should have (section 7.1.1, SHOULD). A name that is
/// not legal at all is another case's matter.
pub(super) fn prefixed(name: &str) -> bool {
    !legal(name) || name.strip_prefix("x_").is_some_and(|rest| rest.contains('_'))
}

pub(super) fn custom(context: &Context<'_>, exchange: &Exchange, body: &Value, fits: impl Fn(&str) -> bool) -> Said {
    let names = names(context, exchange, body);
    let custom: Vec<&String> =
        names.iter().filter(|(name, known)| !known.contains(name) && !misspelt(name, known)).map(|(n, _)| n).collect();
    let bad: Vec<&&String> = custom.iter().filter(|name| !fits(name)).collect();
    if let Some(first) = bad.first() {
        broken(
            "a custom property is not named as section 7.1.1 wants",
            "",
            first.as_str(),
            "3 to 250 characters of a-z, 0-9 and _, and x_ with a source at the start",
        )
    } else if names.is_empty() {
        Said::Nothing("the resource has no property")
    } else {
        Said::Holds(format!("{} property names, {} of them custom", names.len(), custom.len()))
    }
}

pub(super) fn spelling(context: &Context<'_>, exchange: &Exchange, body: &Value) -> Said {
    let names = names(context, exchange, body);
    let wrong = names.iter().find(|(name, known)| misspelt(name, known));
    match wrong {
        Some((name, _)) => broken(
            format!("`{name}` is spelled otherwise than the standard does"),
            "",
            name.clone(),
            "the names of the property tables, case included",
        ),
        None if names.is_empty() => Said::Nothing("the resource has no property"),
        None => Said::Holds(format!("{} property names", names.len())),
    }
}
