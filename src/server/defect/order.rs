//! The order of objects and manifest records (section 3.3).

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::route::Endpoint;
use super::super::rules::Rules;
use super::super::state::Store;
use super::Defect;
use super::Effect::{Response, Rule};
use super::combined::with_records;

/// Lets pages follow one another by place, so that they join to the whole in any order.
fn by_place(rules: &mut Rules) {
    rules.resumes = |place, _, _, position| place as u64 >= position;
    rules.position = |start, _, length| (start + length) as u64;
}

/// Gives every version of an object the date of the one that came first.
fn date_by_object(store: &mut Store, _: u64, _: Timestamp) {
    for records in store.records.values_mut() {
        let mut first: HashMap<usize, Timestamp> = HashMap::new();
        for record in records.iter_mut().filter(|r| !r.deleted) {
            record.date_added = *first.entry(record.entity).or_insert(record.date_added);
        }
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "dates-of-objects-not-of-versions",
        &["T21-5.5-10"],
        "a new version takes over the date added of its object, and its place in the order",
        &[Rule(|rules| {
            by_place(rules);
            rules.meanwhile = date_by_object;
            rules.order = |_, records| records.sort_by_key(|record| (record.date_added, record.number));
        })],
    ),
    Defect::new(
        "objects-newest-first",
        &["T21-3.3-01", "T21-3.4-03"],
        "objects come with the newest first",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at.envelope() {
                    records.reverse();
                }
            };
        })],
    ),
    Defect::new(
        "objects-by-modified",
        &["T21-3.3-01"],
        "objects come in the order of their modified; OpenCTI once did not sort by date added",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at.envelope() {
                    records.sort_by_key(|record| record.object.instant);
                }
            };
        })],
    ),
    Defect::new(
        "objects-by-type",
        &["T21-3.3-01"],
        "objects come in the order of their types",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at == Endpoint::Objects {
                    records.sort_by(|one, other| one.object.kind.cmp(&other.object.kind));
                }
            };
        })],
    ),
    Defect::new(
        "manifest-newest-first",
        &["T21-3.3-02"],
        "manifest records come with the newest first",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at == Endpoint::Manifest {
                    records.reverse();
                }
            };
        })],
    ),
    Defect::new(
        "manifest-by-id",
        &["T21-3.3-02"],
        "manifest records come in the order of their ids",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at == Endpoint::Manifest {
                    records.sort_by(|one, other| one.object.id.cmp(&other.object.id));
                }
            };
        })],
    ),
    Defect::new(
        "duplicate-with-a-new-date",
        &["T21-3.3-02"],
        "what is posted again gets a new date added, and stays where it was",
        &[
            Rule(|rules| rules.order = |_, records| records.sort_by_key(|record| record.number)),
            Response(|state, call, response| {
                if call.endpoint() != Some(Endpoint::Add) || !response.status.is_success() {
                    return;
                }
                let body: Value = serde_json::from_slice(&call.request.body).unwrap_or_default();
                let ids: Vec<&str> = body["objects"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|object| object["id"].as_str())
                    .collect();
                with_records(state, call, |records| {
                    let Some(latest) = records.iter().map(|record| record.date_added).max() else { return };
                    let again = records.iter_mut().filter(|record| ids.contains(&record.object.id.as_str()));
                    for record in again.filter(|record| record.date_added < latest) {
                        record.date_added = latest.checked_add(Duration::from_micros(1)).unwrap_or(latest);
                    }
                });
            }),
        ],
    ),
];
