//! What the server knows: its API roots and collections, which never change, and what they hold, which does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use uuid::Uuid;

use super::effect::{self, Hooks};
use super::http::Response;
use super::rules::Rules;
use super::status::{Job, Status};
use super::{Options, seed, time};

/// An API root (section 4.2).
#[derive(Debug)]
pub struct ApiRoot {
    /// Its only path segment.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its description.
    pub description: &'static str,
    /// How many octets a request body may have.
    pub max_content_length: u64,
    /// Its collections, in the order in which they are listed.
    pub collections: &'static [Collection],
}

/// A collection (section 5.2.1), with the rights that it grants at most.
#[derive(Debug)]
pub struct Collection {
    /// A version 4 UUID.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its description.
    pub description: &'static str,
    /// A further name in paths.
    pub alias: Option<&'static str>,
    /// Whether anybody may read it.
    pub read: bool,
    /// Whether anybody may write to it.
    pub write: bool,
    /// Whether those who may write nowhere may not even read it.
    pub internal: bool,
    /// The media types of what it holds; empty means that the property is left out.
    pub media_types: &'static [&'static str],
}

impl Collection {
    /// Whether objects of this STIX version may be in it.
    pub fn holds(&self, spec_version: &str) -> bool {
        let wanted = format!("application/stix+json;version={spec_version}");
        self.media_types.is_empty() || self.media_types.contains(&wanted.as_str())
    }
}

/// One version of one object in one collection.
#[derive(Debug, Clone)]
pub struct Record {
    /// Place in the order of adding; never used twice.
    pub number: u64,
    /// Number of its object, the same for all versions of it: cheaper to compare than ids.
    pub entity: usize,
    /// When it was added; the same for all objects of one request.
    pub date_added: Timestamp,
    /// The object itself.
    pub object: Object,
    /// Deleted records stay behind as tombstones, so that positions of clients that page stay valid.
    pub deleted: bool,
}

/// An object as it was posted, and the few properties that the protocol looks at.
#[derive(Debug, Clone)]
pub struct Object {
    /// `id`
    pub id: String,
    /// `type`
    pub kind: String,
    /// `spec_version`, or what its absence means.
    pub spec_version: String,
    /// `modified`, or else `created`, or else what the server made up (section 3.4.1).
    pub version: String,
    /// `version` as an instant.
    pub instant: Timestamp,
    /// The very text of the object.
    pub text: Arc<str>,
}

/// What is kept of the versions of an object (section 1.6.11 leaves it to the server).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// All of them.
    All,
    /// So many of the latest; older ones that come later are taken, and not kept.
    Last(usize),
}

/// What changes.
#[derive(Debug, Default)]
pub struct Store {
    /// The records of each collection, by the collection's id, in the order of adding.
    pub records: HashMap<&'static str, Vec<Record>>,
    /// Status resources by id.
    pub statuses: HashMap<Uuid, Status>,
    /// Requests that are accepted, but not processed yet, the oldest first.
    pub jobs: Vec<Job>,
    /// How many requests were answered.
    pub requests: u64,
    entities: HashMap<String, usize>,
    last_date: Timestamp,
    last_number: u64,
}

impl Store {
    /// The records of a collection.
    pub fn records(&self, collection: &str) -> &[Record] {
        self.records.get(collection).map_or(&[], Vec::as_slice)
    }

    /// An instant in whole microseconds that is later than each one given before, and not before `now`.
    pub fn later(&mut self, now: Timestamp) -> Timestamp {
        let micros = now.as_microsecond().max(self.last_date.as_microsecond().saturating_add(1));
        self.last_date = Timestamp::from_microsecond(micros).unwrap_or(now);
        self.last_date
    }

    /// Adds an object to a collection.
    pub fn add(&mut self, collection: &'static str, date_added: Timestamp, object: Object) {
        self.last_number += 1;
        let next = self.entities.len();
        let entity = *self.entities.entry(object.id.clone()).or_insert(next);
        let record = Record { number: self.last_number, entity, date_added, object, deleted: false };
        self.records.entry(collection).or_default().push(record);
    }

    /// Forgets the versions of a collection's objects that are not to be kept.
    pub fn prune(&mut self, collection: &str, retention: Retention) {
        let (Retention::Last(kept), Some(records)) = (retention, self.records.get_mut(collection)) else {
            return;
        };
        let mut versions: HashMap<String, Vec<Timestamp>> = HashMap::new();
        for record in records.iter().filter(|record| !record.deleted) {
            versions.entry(record.object.id.clone()).or_default().push(record.object.instant);
        }
        for instants in versions.values_mut() {
            instants.sort_unstable_by(|a, b| b.cmp(a));
            // one version in two specifications is one
            instants.dedup();
        }
        for record in records.iter_mut() {
            let oldest = versions.get(&record.object.id).and_then(|instants| instants.get(kept - 1));
            record.deleted |= oldest.is_some_and(|oldest| record.object.instant < *oldest);
        }
    }

    /// The version that an object without one has: that of the same object in the collection, be it waiting or
    /// stored, or else the given instant.
    pub fn made_version(&self, collection: &str, id: &str, now: Timestamp) -> String {
        let stored = self.records(collection).iter().filter(|record| !record.deleted).map(|record| &record.object);
        let waiting = self.jobs.iter().filter(|job| job.collection == collection).flat_map(|job| &job.objects);
        stored.chain(waiting).find(|object| object.id == id).map_or_else(|| time::millis(now), |o| o.version.clone())
    }
}

/// A server without its sockets.
#[derive(Debug)]
pub struct State {
    /// `https://localhost:PORT`, without a slash at the end.
    pub origin: String,
    /// How many objects a page holds at most.
    pub page_size: usize,
    /// The steps of answering, each of them replaceable by a defect or a variant.
    pub rules: Rules,
    /// What defects and variants do to requests and responses.
    pub hooks: Hooks,
    /// Makes page positions unforgeable; new at each start.
    pub secret: [u8; 16],
    /// Positions that page tokens name, where the server remembers them: the query of each, and the position.
    pub cursors: Mutex<HashMap<String, (String, u64)>>,
    /// Answers that a defect gives again.
    pub kept: Mutex<HashMap<String, Response>>,
    store: Mutex<Store>,
}

impl State {
    /// A server at `origin` with its seeded content.
    pub fn new(origin: &str, options: &Options) -> Self {
        let mut rules = Rules { delay: options.asynchronous.then_some(options.delay), ..Rules::default() };
        let hooks = effect::apply(options.effects(), &mut rules);
        let mut store = Store::default();
        seed::fill(&mut store, &rules);
        if let Some(text) = &options.load {
            seed::load(&mut store, &rules, text);
        }
        Self {
            origin: origin.to_owned(),
            page_size: rules.page_size.unwrap_or(options.page_size).max(1),
            rules,
            hooks,
            secret: Uuid::new_v4().into_bytes(),
            cursors: Mutex::default(),
            kept: Mutex::default(),
            store: Mutex::new(store),
        }
    }

    /// The store, locked. A panic while it was held left nothing half done: changes are single pushes and flags.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The most octets that any API root takes.
    pub fn body_limit(&self) -> u64 {
        seed::ROOTS.iter().map(|root| (self.rules.max_body)(root).max(root.max_content_length)).max().unwrap_or(0)
    }
}
