//! What the server holds when it starts: API roots, collections and their content, all of it fixed.

use std::collections::HashSet;

use serde::Deserialize;

use super::rules::Rules;
use super::state::{ApiRoot, Collection, Store};
use super::{json, time, write};

const STIX_20: &str = "application/stix+json;version=2.0";
const STIX_21: &str = "application/stix+json;version=2.1";

/// The API roots.
pub const ROOTS: &[ApiRoot] = &[
    ApiRoot {
        name: "api1",
        title: "Reference API root",
        description: "Collections of every kind of permission.",
        max_content_length: 1024 * 1024,
        collections: &[
            Collection {
                id: "1b6ee5f6-2d1c-4e5c-9f9e-7a4b0c8d3e21",
                title: "Full sample",
                description: "Every object type of STIX 2.1, several of them in several versions.",
                alias: Some("full-sample"),
                read: true,
                write: true,
                internal: false,
                media_types: &[STIX_21],
            },
            Collection {
                id: "2c7ff607-3e2d-4f6d-8a0f-8b5c1d9e4f32",
                title: "Read only",
                description: "Objects that nobody may change.",
                alias: Some("read-only"),
                read: true,
                write: false,
                internal: false,
                media_types: &[STIX_21],
            },
            Collection {
                id: "3d80a718-4f3e-4a7e-9b10-9c6d2eaf5043",
                title: "Write only",
                description: "A letter box: objects go in and are not shown.",
                alias: Some("letter-box"),
                read: false,
                write: true,
                internal: false,
                media_types: &[STIX_21],
            },
            Collection {
                id: "4e91b829-504f-4b8f-8c21-ad7e3fb06154",
                title: "No access",
                description: "A collection that is listed, but neither read nor written.",
                alias: Some("no-access"),
                read: false,
                write: false,
                internal: false,
                media_types: &[STIX_21],
            },
            Collection {
                id: "5fa2c93a-6150-4ca0-9d32-be8f40c17265",
                title: "Empty",
                description: "Nothing yet.",
                alias: None,
                read: true,
                write: true,
                internal: false,
                media_types: &[],
            },
            Collection {
                id: "60b3da4b-7261-4db1-8e43-cf9051d28376",
                title: "Mixed specifications",
                description: "Objects in STIX 2.0, in STIX 2.1, and in both.",
                alias: Some("mixed"),
                read: true,
                write: false,
                internal: false,
                media_types: &[STIX_20, STIX_21],
            },
        ],
    },
    ApiRoot {
        name: "api2",
        title: "Second API root",
        description: "Small: little content, and small requests alone.",
        max_content_length: 65536,
        collections: &[
            Collection {
                id: "71c4eb5c-8372-4ec2-9f54-d0a162e39487",
                title: "Small sample",
                description: "A few objects.",
                alias: Some("small-sample"),
                read: true,
                write: true,
                internal: false,
                media_types: &[STIX_21],
            },
            Collection {
                id: "82d5fc6d-9483-4fd3-8a65-e1b273f4a598",
                title: "Archive",
                description: "A few old objects, which nobody may change, and which are not for everybody.",
                alias: None,
                read: true,
                write: false,
                internal: true,
                media_types: &[STIX_21],
            },
        ],
    },
];

/// The content, by the id of its collection.
const CONTENT: &[(&str, &str)] = &[
    ("1b6ee5f6-2d1c-4e5c-9f9e-7a4b0c8d3e21", include_str!("seed/full.json")),
    ("2c7ff607-3e2d-4f6d-8a0f-8b5c1d9e4f32", include_str!("seed/read-only.json")),
    ("3d80a718-4f3e-4a7e-9b10-9c6d2eaf5043", include_str!("seed/read-only.json")),
    ("4e91b829-504f-4b8f-8c21-ad7e3fb06154", include_str!("seed/read-only.json")),
    ("60b3da4b-7261-4db1-8e43-cf9051d28376", include_str!("seed/mixed.json")),
    ("71c4eb5c-8372-4ec2-9f54-d0a162e39487", include_str!("seed/small.json")),
    ("82d5fc6d-9483-4fd3-8a65-e1b273f4a598", include_str!("seed/archive.json")),
];

/// Objects that were added together.
#[derive(Deserialize)]
struct Batch {
    date_added: String,
}

/// Fills a store. Data that cannot be read is left out; a test sees to it that there is none.
pub fn fill(store: &mut Store, rules: &Rules) {
    for &(collection, text) in CONTENT {
        for (batch, texts) in batches(text) {
            let Some(date) = time::parse(&batch.date_added).map(rules.loaded) else {
                continue;
            };
            for object in texts.iter().filter_map(|text| write::seeded(rules, text, date)) {
                store.later(date);
                store.add(collection, date, object);
            }
        }
        store.prune(collection, rules.retention);
    }
}

/// The collection that a file is loaded into.
const LOADED: &str = "2c7ff607-3e2d-4f6d-8a0f-8b5c1d9e4f32";
/// When the first objects of a file that is loaded were added.
const FIRST_LOADED: &str = "2024-06-01T00:00:00.000000Z";
/// How many objects of a file that is loaded were added at one time.
const BATCH: usize = 100;

/// How many objects [`load`] would take from a text; `None` where it has no list of objects.
pub fn loadable(text: &str) -> Option<usize> {
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let date = time::parse(FIRST_LOADED)?;
    let rules = Rules::default();
    Some(json::items(text, "objects")?.into_iter().filter(|text| write::seeded(&rules, text, date).is_some()).count())
}

/// What tells the versions of objects apart.
#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Named {
    id: Option<String>,
    created: Option<String>,
    modified: Option<String>,
    spec_version: Option<String>,
}

/// Adds the objects of a bundle or an envelope to [`LOADED`], a second apart for each [`BATCH`]. What is no object of
/// STIX is left out.
pub fn load(store: &mut Store, rules: &Rules, text: &str) {
    let objects = json::items(text, "objects").unwrap_or_default();
    let mut date = time::parse(FIRST_LOADED).unwrap_or_default();
    let mut seen = HashSet::new();
    for batch in objects.chunks(BATCH) {
        date = store.later(date + jiff::SignedDuration::from_secs(1));
        // the same version of the same object is held once (section 5.5)
        let new = batch.iter().filter(|text| serde_json::from_str::<Named>(text).is_ok_and(|named| seen.insert(named)));
        for object in new.filter_map(|text| write::seeded(rules, text, date)) {
            store.add(LOADED, (rules.loaded)(date), object);
        }
    }
    store.prune(LOADED, rules.retention);
}

/// The batches of a seed file, each with the texts of its objects.
fn batches(text: &str) -> Vec<(Batch, Vec<&str>)> {
    let whole = json::items(text, "batches").unwrap_or_default();
    let read = |text| Some((serde_json::from_str::<Batch>(text).ok()?, json::items(text, "objects")?));
    whole.into_iter().filter_map(read).collect()
}
