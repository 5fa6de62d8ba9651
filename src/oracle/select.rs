//! Which holdings a query selects. Where the standard leaves room, each reading gives a selection.

use std::collections::HashMap;

use super::{Holding, Holdings, Query, VersionWord};
use crate::taxii::Timestamp;

/// What part of a collection an endpoint looks at.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// The whole collection: objects and manifest (sections 5.3 and 5.4).
    Collection,
    /// One object, latest version by default (section 5.6).
    Object(&'a str),
    /// The versions of one object: all of them (section 5.8).
    Versions(&'a str),
}

/// What one reading of the standard selects, in ascending order of date added (section 3.3).
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    /// The reading in words; empty where all readings agree.
    pub reading: String,
    /// What is selected.
    pub items: Vec<&'a Holding>,
}

/// A way to read the standard where it is ambiguous.
#[derive(Clone, Copy)]
struct Reading {
    /// `first` and `last` are taken of what `added_after` leaves, not of the whole collection.
    versions_after_date: bool,
    /// An object without `spec_version` is of the collection's version, not 2.0 for SDO and SRO.
    spec_by_collection: bool,
    /// The latest specification version is taken per id, not per id and version.
    spec_per_id: bool,
    /// `match[version]` compares text, not instants.
    version_as_text: bool,
}

/// Every selection that some reading of the standard gives, without repetitions; at least one.
pub fn select<'a>(holdings: &'a Holdings, scope: Scope<'_>, query: &Query) -> Vec<Selection<'a>> {
    let mut found: Vec<(Vec<usize>, Selection<'a>)> = Vec::new();
    let mattering = mattering(holdings, query);
    for bits in (0..16u8).filter(|bits| bits & !mattering == 0) {
        let reading = Reading {
            versions_after_date: bits & 1 != 0,
            spec_by_collection: bits & 2 != 0,
            spec_per_id: bits & 4 != 0,
            version_as_text: bits & 8 != 0,
        };
        let mut items = apply(holdings, scope, query, reading);
        items.sort_by_key(|h| (h.added, h.sequence));
        let key: Vec<usize> = items.iter().map(|h| h.sequence).collect();
        if !found.iter().any(|(k, _)| *k == key) {
            found.push((key, Selection { reading: words(reading), items }));
        }
    }
    if found.len() == 1 {
        found[0].1.reading.clear();
    }
    found.into_iter().map(|(_, s)| s).collect()
}

/// The readings, as bits, that can make a difference for this query: most queries have one answer.
fn mattering(holdings: &Holdings, query: &Query) -> u8 {
    let exact = |w: &VersionWord| matches!(w, VersionWord::Exact(_));
    let mut bits = 0;
    bits |= u8::from(query.added_after.is_some());
    bits |= u8::from(holdings.items.iter().any(|h| h.spec.is_none())) << 1;
    bits |= u8::from(query.specs.is_none() && holdings.items.iter().any(|h| h.spec.as_deref() != Some("2.1"))) << 2;
    bits | u8::from(query.versions.iter().flatten().any(exact)) << 3
}

fn words(reading: Reading) -> String {
    let mut words = Vec::new();
    if reading.versions_after_date {
        words.push("first and last are taken of what added_after leaves");
    }
    if reading.spec_by_collection {
        words.push("the collection decides the version of objects without spec_version");
    }
    if reading.spec_per_id {
        words.push("the latest specification version is taken per id");
    }
    if reading.version_as_text {
        words.push("match[version] compares text");
    }
    if words.is_empty() { "the plain reading".into() } else { words.join("; ") }
}

fn apply<'a>(holdings: &'a Holdings, scope: Scope<'_>, query: &Query, reading: Reading) -> Vec<&'a Holding> {
    let mut items: Vec<&Holding> = holdings.items.iter().collect();
    match scope {
        Scope::Collection => {}
        Scope::Object(id) | Scope::Versions(id) => items.retain(|h| h.id == id),
    }
    if let Some(ids) = &query.ids {
        items.retain(|h| ids.contains(&h.id));
    }
    if let Some(types) = &query.types {
        items.retain(|h| types.contains(&h.kind));
    }
    match &query.specs {
        Some(specs) => items.retain(|h| specs.iter().any(|s| s == spec(h, reading))),
        None => keep_latest_spec(&mut items, reading),
    }
    let after = |items: &mut Vec<&Holding>| {
        if let Some(limit) = query.added_after {
            items.retain(|h| h.added.is_none_or(|a| a > limit));
        }
    };
    if reading.versions_after_date {
        after(&mut items);
    }
    let words = match scope {
        Scope::Versions(_) => &[VersionWord::All][..],
        _ => query.versions.as_deref().unwrap_or(&[VersionWord::Last]),
    };
    keep_versions(&mut items, words, reading);
    after(&mut items);
    items
}

/// Specification version of an object (section 3.4.1 and STIX 2.1 section 3.2).
fn spec(holding: &Holding, reading: Reading) -> &str {
    match &holding.spec {
        Some(spec) => spec,
        None if reading.spec_by_collection || is_sco(&holding.kind) || holding.object.is_none() => "2.1",
        None => "2.0",
    }
}

pub(super) fn is_sco(kind: &str) -> bool {
    const SCOS: [&str; 18] = [
        "artifact",
        "autonomous-system",
        "directory",
        "domain-name",
        "email-addr",
        "email-message",
        "file",
        "ipv4-addr",
        "ipv6-addr",
        "mac-addr",
        "mutex",
        "network-traffic",
        "process",
        "software",
        "url",
        "user-account",
        "windows-registry-key",
        "x509-certificate",
    ];
    SCOS.contains(&kind)
}

fn keep_latest_spec(items: &mut Vec<&Holding>, reading: Reading) {
    fn key(h: &Holding, reading: Reading) -> (&str, Option<Timestamp>) {
        (h.id.as_str(), if reading.spec_per_id { None } else { h.at })
    }
    // of two that count as one version the one that says so itself is the later: no reading gives both
    fn rank(h: &Holding, reading: Reading) -> (&str, bool) {
        (spec(h, reading), h.spec.is_some())
    }
    let mut latest: HashMap<_, (&str, bool)> = HashMap::with_capacity(items.len());
    for h in items.iter() {
        let h: &Holding = h;
        let best = latest.entry(key(h, reading)).or_default();
        *best = rank(h, reading).max(*best);
    }
    items.retain(|h| latest.get(&key(h, reading)).is_some_and(|best| *best == rank(h, reading)));
}

fn keep_versions(items: &mut Vec<&Holding>, words: &[VersionWord], reading: Reading) {
    if words.contains(&VersionWord::All) {
        return;
    }
    fn rank(h: &Holding) -> (Option<Timestamp>, Option<&str>) {
        (h.at, h.version.as_deref())
    }
    let mut ends: HashMap<&str, _> = HashMap::with_capacity(items.len());
    for h in items.iter() {
        let h: &Holding = h;
        let (first, last) = ends.entry(h.id.as_str()).or_insert_with(|| (rank(h), rank(h)));
        if rank(h) < *first {
            *first = rank(h);
        }
        if rank(h) > *last {
            *last = rank(h);
        }
    }
    items.retain(|h| {
        words.iter().any(|word| match word {
            VersionWord::All => true,
            VersionWord::First => ends.get(h.id.as_str()).is_some_and(|(first, _)| *first == rank(h)),
            VersionWord::Last => ends.get(h.id.as_str()).is_some_and(|(_, last)| *last == rank(h)),
            VersionWord::Exact(text) if reading.version_as_text => h.version.as_deref() == Some(text),
            VersionWord::Exact(text) => h.is_version(text),
        })
    });
}

#[cfg(test)]
mod tests;
