//! Readings of versions and specification versions (sections 1.6.11 and 3.4.1).

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::effect::Effect::{Response, Rule};
use super::super::effect::{edit, list};
use super::super::route::Endpoint;
use super::super::state::{Object, Record, Retention};
use super::super::time;
use super::Variant;

/// Whether an object says itself which specification version it is of.
fn says(object: &Object) -> bool {
    serde_json::from_str::<serde_json::Value>(&object.text).is_ok_and(|value| value.get("spec_version").is_some())
}

/// The specification version, where that of the collection counts for objects that name none.
fn of_collection(object: &Object) -> &str {
    if says(object) { &object.spec_version } else { "2.1" }
}

/// Of the records that count as one version the one of the latest specification version.
fn latest<'a, K: std::hash::Hash + Eq>(
    mut records: Vec<&'a Record>,
    key: impl Fn(&'a Record) -> K,
    rank: impl Fn(&'a Record) -> (String, bool),
) -> Vec<&'a Record> {
    let mut best: HashMap<K, (String, bool)> = HashMap::new();
    for record in &records {
        let known = best.entry(key(record)).or_default();
        *known = rank(record).max(known.clone());
    }
    records.retain(|record| best.get(&key(record)) == Some(&rank(record)));
    records
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "latest-version-alone",
        "old versions",
        "section 1.6.11; policy row 8",
        "the latest version of an object is kept alone; older ones that come later are taken, and not kept",
        &[Rule(|rules| rules.retention = Retention::Last(1))],
    ),
    Variant::new(
        "two-versions-alone",
        "old versions",
        "section 1.6.11",
        "the latest two versions of an object are kept; older ones that come later are taken, and not kept",
        &[Rule(|rules| rules.retention = Retention::Last(2))],
    ),
    Variant::new(
        "old-versions-refused",
        "old versions",
        "section 1.6.11; policy row 8",
        "the latest version of an object is kept alone; older ones that come later are failures",
        &[Rule(|rules| {
            rules.retention = Retention::Last(1);
            rules.refuses_older = true;
        })],
    ),
    Variant::new(
        "older-versions-refused",
        "old versions",
        "sections 1.6.11, 4.3.1 and 5.5; policy row 8",
        "every version is kept, and one that comes after a later one is a failure",
        &[Rule(|rules| rules.refuses_older = true)],
    ),
    Variant::new(
        "version-as-text",
        "comparison of versions",
        "section 3.4.1; policy row 10",
        "match[version] compares text, so that another spelling of the same instant matches nothing",
        &[Rule(|rules| rules.reading.version_as_text = true)],
    ),
    Variant::new(
        "versions-of-what-is-later",
        "added_after with first and last",
        "section 3.4; policy row 4",
        "first and last are taken of what added_after leaves",
        &[Rule(|rules| rules.dates_first = true)],
    ),
    Variant::new(
        "spec-version-of-collection",
        "objects without spec_version",
        "section 3.4.1; policy row 12",
        "an object that names no specification version is of the latest that the collection holds",
        &[Rule(|rules| {
            rules.match_spec = |specs, object| specs.iter().any(|spec| spec == of_collection(object));
            rules.latest_spec = |records| {
                let key = |record: &'_ Record| (record.object.id.clone(), record.object.instant);
                latest(records, key, |record| (of_collection(&record.object).to_owned(), says(&record.object)))
            };
        })],
    ),
    Variant::new(
        "spec-version-per-id",
        "latest specification version",
        "section 3.4.1; policy row 13",
        "the latest specification version is taken for all versions of an id together",
        &[Rule(|rules| {
            rules.latest_spec = |records| {
                latest(records, |record| record.object.id.clone(), |record| (record.object.spec_version.clone(), true))
            };
        })],
    ),
    Variant::new(
        "observables-of-version-one",
        "version of what has none",
        "sections 3.4.1 and 5.3.1: any value that is consistent",
        "the version of an object without created and modified is \"1\", and is matched so",
        &[Rule(|rules| {
            rules.made_version = |_, _| "1".to_owned();
            rules.reading.is_version = |text| text == "1";
        })],
    ),
    Variant::new(
        "observables-of-one-instant",
        "version of what has none",
        "sections 3.4.1 and 5.3.1: any value that is consistent",
        "the version of every object without created and modified is the same instant, in six digits",
        &[Rule(|rules| rules.made_version = |_, _| time::micros(Timestamp::UNIX_EPOCH))],
    ),
    Variant::new(
        "versions-latest-first",
        "order of versions",
        "section 3.3 orders objects and manifests alone",
        "the list of versions has the latest first on each page",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Versions) && response.status.is_success() {
                edit(response, |body| {
                    if let Some(versions) = list(body, "versions") {
                        versions.sort_by_key(|version| std::cmp::Reverse(version.as_str().and_then(time::parse)));
                    }
                });
            }
        })],
    ),
];
