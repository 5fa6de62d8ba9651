//! Which records a query selects, and in which order (sections 3.3 and 3.4).

use std::collections::HashMap;

use jiff::Timestamp;

use super::query::{Filter, Pick};
use super::route::Endpoint;
use super::rules::Rules;
use super::state::{Object, Record};

/// All that a query selects from the records of a collection, in order, without paging. Versions are counted among
/// all versions in the collection; `added_after` looks at what is left of them.
pub fn select<'a>(rules: &Rules, endpoint: Endpoint, filter: &Filter, records: &'a [Record]) -> Vec<&'a Record> {
    let later = |record: &Record| filter.added_after.is_none_or(|after| (rules.added_after)(endpoint, record, after));
    let matching = records
        .iter()
        .filter(|record| !(rules.hides)(endpoint, record))
        .filter(|record| (rules.join)(rules, filter, &record.object))
        .filter(|record| !rules.dates_first || later(record))
        .collect();
    let of_spec = by_spec(rules, filter, matching);
    let picks = filter.versions.as_deref().unwrap_or_else(|| (rules.default_versions)(endpoint));
    let mut selected = by_version(rules, picks, of_spec);
    selected.retain(|record| later(record));
    (rules.order)(endpoint, &mut selected);
    selected
}

/// Fields are joined by AND, values of one field by OR.
pub fn join(rules: &Rules, filter: &Filter, object: &Object) -> bool {
    filter.ids.as_deref().is_none_or(|ids| (rules.match_id)(ids, object))
        && filter.types.as_deref().is_none_or(|types| (rules.match_type)(types, object))
}

/// The latest version alone, but where versions are what is asked for.
pub fn default_versions(endpoint: Endpoint) -> &'static [Pick] {
    match endpoint {
        Endpoint::Versions | Endpoint::Delete => &[Pick::All],
        _ => &[Pick::Last],
    }
}

fn by_spec<'a>(rules: &Rules, filter: &Filter, mut records: Vec<&'a Record>) -> Vec<&'a Record> {
    match &filter.specs {
        Some(specs) => {
            records.retain(|record| (rules.match_spec)(specs, &record.object));
            records
        }
        None => (rules.latest_spec)(records),
    }
}

/// Of each version of each object the one of the latest specification version (section 3.4.1).
pub fn latest_spec(mut records: Vec<&Record>) -> Vec<&Record> {
    // of one specification version all are the latest, as in most collections
    if records.windows(2).all(|two| two[0].object.spec_version == two[1].object.spec_version) {
        return records;
    }
    let mut latest: HashMap<(&str, Timestamp), (u64, u64)> = HashMap::new();
    let key = |record: &Record| spec_number(&record.object.spec_version);
    for record in &records {
        let best = latest.entry((&record.object.id, record.object.instant)).or_default();
        *best = key(record).max(*best);
    }
    records.retain(|record| latest.get(&(record.object.id.as_str(), record.object.instant)) == Some(&key(record)));
    records
}

fn spec_number(spec: &str) -> (u64, u64) {
    let (major, minor) = spec.split_once('.').unwrap_or((spec, "0"));
    (major.parse().unwrap_or(0), minor.parse().unwrap_or(0))
}

fn by_version<'a>(rules: &Rules, picks: &[Pick], mut records: Vec<&'a Record>) -> Vec<&'a Record> {
    let objects = records.iter().map(|record| record.entity + 1).max().unwrap_or(0);
    let mut versions: Vec<Vec<&Record>> = vec![Vec::new(); objects];
    for record in &records {
        versions[record.entity].push(record);
    }
    for group in &mut versions {
        group.sort_by_key(|record| record.object.instant);
    }
    records.retain(|record| (rules.join_picks)(rules, picks, record, &versions[record.entity]));
    records
}

/// Whether one value of `match[version]` picks a record. Versions are compared as instants, so that an object that
/// is there in two specification versions counts once.
pub fn picks(pick: &Pick, record: &Record, versions: &[&Record]) -> bool {
    let instant = record.object.instant;
    match pick {
        Pick::All => true,
        Pick::First => versions.first().is_some_and(|first| first.object.instant == instant),
        Pick::Last => versions.last().is_some_and(|last| last.object.instant == instant),
        Pick::At(wanted) => *wanted == instant,
        Pick::Spelled(wanted) => *wanted == record.object.version,
    }
}
