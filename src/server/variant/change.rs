//! Collections that others use at the same time (section 1.6.11 and every sharing community).

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::effect::Effect::Rule;
use super::super::rules::Rules;
use super::super::state::Store;
use super::super::{time, write};
use super::Variant;

/// The collections that can be read.
const COLLECTIONS: &[&str] = &[
    "1b6ee5f6-2d1c-4e5c-9f9e-7a4b0c8d3e21",
    "2c7ff607-3e2d-4f6d-8a0f-8b5c1d9e4f32",
    "71c4eb5c-8372-4ec2-9f54-d0a162e39487",
];

/// The collection that is empty.
const EMPTY: &str = "5fa2c93a-6150-4ca0-9d32-be8f40c17265";

fn add(store: &mut Store, collection: &'static str, value: &Value, now: Timestamp) {
    let date = store.later(now);
    // A rule table as it stands: nothing of it counts for an object that has a version.
    if let Some(object) = write::seeded(&Rules::default(), &value.to_string(), date) {
        store.add(collection, date, object);
    }
}

/// Whether an object is of the suite.
fn is_ours(text: &str) -> bool {
    text.contains("onformance test")
}

/// Another client adds a new object.
fn arrive(store: &mut Store, collection: &'static str, now: Timestamp) {
    let instant = time::millis(now);
    let object = json!({
        "type": "tool", "spec_version": "2.1", "id": format!("tool--{}", Uuid::new_v4()),
        "created": instant, "modified": instant, "name": "Added by somebody else",
    });
    add(store, collection, &object, now);
}

/// Another client adds a new version of an object that came with the seed.
fn renew(store: &mut Store, collection: &'static str, count: usize, now: Timestamp) {
    let records = store.records(collection).iter().filter(|record| !record.deleted && !is_ours(&record.object.text));
    let versioned: Vec<Value> = records
        .filter_map(|record| serde_json::from_str::<Value>(&record.object.text).ok())
        .filter(|object| object["spec_version"] == "2.1" && object.get("modified").is_some())
        .collect();
    if let Some(mut object) = versioned.get(count % versioned.len().max(1)).cloned() {
        object["modified"] = time::millis(now).into();
        add(store, collection, &object, now);
    }
}

/// Another client deletes an object that came with the seed.
fn vanish(store: &mut Store, collection: &'static str) {
    let Some(records) = store.records.get_mut(collection) else { return };
    let first = records.iter().find(|record| !record.deleted && !is_ours(&record.object.text));
    if let Some(id) = first.map(|record| record.object.id.clone()) {
        records.iter_mut().filter(|record| record.object.id == id).for_each(|record| record.deleted = true);
    }
}

/// Another client deletes an object that came with the seed, and adds it again.
fn again(store: &mut Store, collection: &'static str, now: Timestamp) {
    let dated = |text: &str| text.contains("\"modified\"") && !is_ours(text);
    let first = store.records(collection).iter().find(|record| !record.deleted && dated(&record.object.text));
    let Some(id) = first.map(|record| record.object.id.clone()) else { return };
    let date = store.later(now);
    let mut versions = Vec::new();
    for record in store.records.get_mut(collection).into_iter().flatten() {
        if record.object.id == id && !record.deleted {
            record.deleted = true;
            versions.push(record.object.clone());
        }
    }
    versions.into_iter().for_each(|object| store.add(collection, date, object));
}

fn turn(count: u64, every: u64) -> Option<usize> {
    count.is_multiple_of(every).then(|| usize::try_from(count / every).unwrap_or_default())
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "others-add",
        "what others do",
        "a collection is shared: section 1.6.4",
        "somebody else adds an object every 23 requests",
        &[Rule(|rules| {
            rules.meanwhile = |store, count, now| {
                if let Some(turn) = turn(count, 23) {
                    arrive(store, COLLECTIONS[turn % COLLECTIONS.len()], now);
                }
            };
        })],
    ),
    Variant::new(
        "others-renew",
        "what others do",
        "a collection is shared: section 1.6.4",
        "somebody else adds a new version of an object that is there every 101 requests",
        &[Rule(|rules| {
            rules.meanwhile = |store, count, now| {
                if let Some(turn) = turn(count, 101) {
                    renew(store, COLLECTIONS[turn % COLLECTIONS.len()], turn, now);
                }
            };
        })],
    ),
    Variant::new(
        "others-delete",
        "what others do",
        "a collection is shared, and objects go: section 1.6.11",
        "somebody else deletes an object that is there every 151 requests",
        &[Rule(|rules| {
            rules.meanwhile = |store, count, _| {
                if let Some(turn) = turn(count, 151) {
                    vanish(store, COLLECTIONS[turn % COLLECTIONS.len()]);
                }
            };
        })],
    ),
    Variant::new(
        "others-fill",
        "what others do",
        "a collection is shared: section 1.6.4",
        "somebody else adds an object to the empty collection",
        &[Rule(|rules| {
            rules.meanwhile = |store, count, now| {
                if count == 400 {
                    arrive(store, EMPTY, now);
                }
            };
        })],
    ),
    Variant::new(
        "others-add-again",
        "what others do",
        "sections 1.6.11 and 5.3.1: what was deleted and is added again has a new date",
        "somebody else deletes an object that is there, and adds it again, every 211 requests",
        &[Rule(|rules| {
            rules.meanwhile = |store, count, now| {
                if let Some(turn) = turn(count, 211) {
                    again(store, COLLECTIONS[turn % COLLECTIONS.len()], now);
                }
            };
        })],
    ),
];
