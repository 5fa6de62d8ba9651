//! Where a trial belongs: its anchor in the page, the row of its matrix, and the endpoints that it asks.

use std::collections::HashSet;

use super::text;
use crate::record::{ApiRoot, Report, Trial};
use crate::taxii::endpoint::Endpoint;

/// The anchor of each trial, in the order of the report: its id, unique and fit for a URL.
pub(super) fn anchors(report: &Report) -> Vec<String> {
    let mut seen = HashSet::new();
    let unique = |trial: &Trial| {
        let plain = text::anchor(&trial.id);
        let mut anchor = plain.clone();
        let mut number = 2;
        while !seen.insert(anchor.clone()) {
            anchor = format!("{plain}~{number}");
            number += 1;
        }
        anchor
    };
    report.trials.iter().map(unique).collect()
}

/// The row of the matrix that an id names, and the place, `@…`; either may be empty.
pub(super) fn row(trial: &Trial) -> (String, String) {
    let rest = trial.id.strip_prefix(trial.case.as_str()).unwrap_or(&trial.id);
    let (row, place) = match rest.rfind("]@") {
        Some(at) => (&rest[..=at], &rest[at + 2..]),
        None => match rest.strip_prefix('@') {
            Some(place) => ("", place),
            None => (rest, ""),
        },
    };
    let row = row.strip_prefix('[').and_then(|r| r.strip_suffix(']')).unwrap_or(row);
    (text::line(row, 300), text::line(place, 200))
}

/// The endpoint that the matrix names; else those that the requests went to.
pub(super) fn endpoints(trial: &Trial, report: &Report) -> Vec<&'static str> {
    let (row, _) = row(trial);
    let named = |pair: &str| pair.strip_prefix("endpoint=").and_then(Endpoint::named);
    if let Some(endpoint) = row.split(',').find_map(named) {
        return vec![endpoint.name()];
    }
    let asked: Vec<Endpoint> =
        trial.exchanges.iter().filter_map(|e| endpoint(&e.request.url, &report.server.api_roots)).collect();
    Endpoint::ALL.iter().filter(|(_, e)| asked.contains(e)).map(|(name, _)| *name).collect()
}

/// The endpoint of a URL; none where it is no endpoint of the server's API roots (section 3.1).
fn endpoint(url: &str, roots: &[ApiRoot]) -> Option<Endpoint> {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    if url.ends_with("/taxii2/") {
        return Some(Endpoint::Discovery);
    }
    let roots = roots.iter().filter_map(|root| url.strip_prefix(root.url.as_str()));
    // the longest root leaves the shortest rest
    let rest = roots.min_by_key(|rest| rest.len())?;
    let segments: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    match segments[..] {
        [""] => Some(Endpoint::ApiRoot),
        ["status", _] => Some(Endpoint::Status),
        ["collections"] => Some(Endpoint::Collections),
        ["collections", _] => Some(Endpoint::Collection),
        ["collections", _, "manifest"] => Some(Endpoint::Manifest),
        ["collections", _, "objects"] => Some(Endpoint::Objects),
        ["collections", _, "objects", _] => Some(Endpoint::Object),
        ["collections", _, "objects", _, "versions"] => Some(Endpoint::Versions),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_of_endpoints() {
        let root = |url: &str| ApiRoot { url: url.into(), ..ApiRoot::default() };
        let roots = [root("https://a.example/r/"), root("https://a.example/")];
        for (url, expected) in [
            ("https://a.example/taxii2/", "discovery"),
            ("https://a.example/r/", "api-root"),
            ("https://a.example/r/status/1/", "status"),
            ("https://a.example/r/collections/?x=/", "collections"),
            ("https://a.example/r/collections/c/", "collection"),
            ("https://a.example/collections/c/manifest/?limit=1", "manifest"),
            ("https://a.example/r/collections/c/objects/", "objects"),
            ("https://a.example/r/collections/c/objects/o/", "object"),
            ("https://a.example/r/collections/c/objects/o/versions/", "versions"),
            ("https://a.example/r/other/", ""),
            ("https://b.example/r/", ""),
        ] {
            assert_eq!(endpoint(url, &roots).map_or("", Endpoint::name), expected, "{url}");
        }
    }
}
