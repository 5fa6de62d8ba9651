//! Rules about what discovery and API roots tell of themselves: sections 4.1 and 4.2.

use serde_json::Value;

use super::brief;
use super::rule::{Said, broken, texts};
use crate::record::Exchange;
use crate::taxii::{MediaType, paths};

fn resolved(exchange: &Exchange, text: &str) -> String {
    let base = url::Url::parse(&exchange.request.url).ok();
    base.and_then(|b| paths::resolve_root(&b, text)).map_or_else(|| text.to_owned(), |u| u.to_string())
}

/// Whether `default`, where it is given, is an item of `api_roots` (section 4.1.1).
pub(super) fn default_in_roots(exchange: &Exchange, body: &Value) -> Said {
    let Some(default) = body.get("default") else { return Said::Absent("discovery names no default") };
    let roots = texts(body, "api_roots");
    // absolute or relative, it is the same item; with another final slash it is another URL
    let base = url::Url::parse(&exchange.request.url).ok();
    let url = |text: &str| base.as_ref().and_then(|base| base.join(text).ok());
    let equal = |r: &String| default.as_str().is_some_and(|d| d == r || url(d).is_some() && url(d) == url(r));
    if roots.iter().any(equal) {
        Said::Holds(format!("default is one of {} API roots", roots.len()))
    } else {
        broken("default is not one of api_roots", "/default", brief(default), "an item of api_roots")
    }
}

/// Whether every API root has a URL that one may have (section 4.1.1).
pub(super) fn root_urls(body: &Value) -> Said {
    let roots = texts(body, "api_roots");
    let fits = |root: &str| match url::Url::parse(root) {
        Ok(url) => url.scheme() == "https" && url.host_str().is_some() && !root.contains('?'),
        Err(_) => root.starts_with('/') && !root.starts_with("//") && !root.contains('?'),
    };
    match roots.iter().find(|r| !fits(r)) {
        Some(bad) => broken(
            format!("`{bad}` is not a URL that an API root may have"),
            "/api_roots",
            bad.clone(),
            "an absolute HTTPS URL, or a path with one slash at its start, without query",
        ),
        None if roots.is_empty() => Said::Nothing("discovery names no API root"),
        None => Said::Holds(format!("{} API root URLs", roots.len())),
    }
}

/// Whether every API root has a URL of its own (section 4.2).
pub(super) fn distinct_roots(exchange: &Exchange, body: &Value) -> Said {
    let roots: Vec<String> = texts(body, "api_roots").iter().map(|r| resolved(exchange, r)).collect();
    let twice = roots.iter().enumerate().find(|(i, r)| roots[..*i].contains(r));
    match twice {
        Some((_, url)) => {
            broken("two API roots have the same URL", "/api_roots", url.clone(), "a URL of its own for each")
        }
        None if roots.is_empty() => Said::Nothing("discovery names no API root"),
        None if roots.len() == 1 => {
            Said::Absent("discovery names one API root alone, so that there is nothing to tell apart")
        }
        None => Said::Holds(format!("{} API roots, all different", roots.len())),
    }
}

/// Whether `versions` of an API root lists media types with a version, TAXII 2.1 among them (section 4.2.1).
pub(super) fn taxii_versions(body: &Value) -> Said {
    let versions = texts(body, "versions");
    let taxii = |v: &String| {
        MediaType::parse(v).is_some_and(|m| m.essence == "application/taxii+json" && m.parameter("version").is_some())
    };
    let legacy = |v: &String| MediaType::parse(v).is_some_and(|m| m.essence == "application/vnd.oasis.taxii+json");
    if versions.is_empty() {
        return Said::Nothing("the API root names no versions");
    }
    if let Some(bad) = versions.iter().find(|v| !taxii(v) && !legacy(v)) {
        return broken(
            "versions holds what is no TAXII media type with a version",
            "/versions",
            bad.clone(),
            "application/taxii+json;version=2.1",
        );
    }
    if versions.iter().any(|v| MediaType::parse(v).is_some_and(|m| m.is_taxii_21())) {
        Said::Holds(versions.join(", "))
    } else {
        broken(
            "versions does not name TAXII 2.1",
            "/versions",
            versions.join(", "),
            "application/taxii+json;version=2.1",
        )
    }
}
