//! The suite's model of what a collection contains.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Query, Scope, VersionWord, select};
use crate::taxii::{Endpoint, Timestamp};

/// One version of one object in a collection.
#[derive(Clone, Debug)]
pub struct Holding {
    /// STIX id.
    pub id: String,
    /// STIX type: the part of the id before `--`.
    pub kind: String,
    /// `modified`, else `created`, else what the server uses (section 5.3.1).
    pub version: Option<String>,
    /// `version` as an instant.
    pub at: Option<Timestamp>,
    /// `spec_version` of the object, where it has one.
    pub spec: Option<String>,
    /// Date added, where known.
    pub added: Option<Timestamp>,
    /// Position in the order of addition, where dates are not known or equal.
    pub sequence: usize,
    /// The object, where it was read or is our own.
    pub object: Option<Arc<Value>>,
    /// Whether a full read of the objects showed it.
    pub in_objects: bool,
    /// Whether a full read of the manifest showed it.
    pub in_manifest: bool,
    /// Whether the manifest was asked for its id, and does not show it.
    pub unlisted: bool,
    /// Whether the suite added it in this run.
    pub own: bool,
    /// Whether it is beyond doubt that it is there. Two reads that disagree make doubt.
    pub certain: bool,
}

impl Holding {
    /// The holding that `object` is, as far as the object itself tells. `None` if it has no id.
    pub fn of(object: &Value, sequence: usize) -> Option<Holding> {
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = text("id")?;
        let version = text("modified").or_else(|| text("created"));
        Some(Holding {
            kind: kind(&id).to_owned(),
            at: version.as_deref().and_then(Timestamp::parse),
            version,
            spec: text("spec_version"),
            added: None,
            sequence,
            object: Some(Arc::new(object.clone())),
            in_objects: true,
            in_manifest: true,
            unlisted: false,
            own: false,
            certain: true,
            id,
        })
    }

    /// Whether this is the version that `text` names: the same instant, or the same text.
    pub fn is_version(&self, text: &str) -> bool {
        match (self.at, Timestamp::parse(text)) {
            (Some(a), Some(b)) => a == b,
            _ => self.version.as_deref() == Some(text),
        }
    }

    /// The specification version that leaves no room: what the object says, or 2.1 where STIX 2.0 has no such objects.
    pub fn spec_beyond_doubt(&self) -> Option<&str> {
        self.spec.as_deref().or_else(|| super::select::is_sco(&self.kind).then_some("2.1"))
    }

    /// Whether a full read by this endpoint showed it: what that lacks, a filter cannot be blamed for.
    pub fn shown_by(&self, endpoint: Endpoint) -> bool {
        match endpoint {
            Endpoint::Objects | Endpoint::Object => self.in_objects,
            Endpoint::Manifest => self.in_manifest,
            _ => self.in_objects || self.in_manifest,
        }
    }

    /// Whether this endpoint may show it: a walk by date over a manifest, which has no `next`, does not reach everything.
    pub fn may_be_in(&self, endpoint: Endpoint) -> bool {
        self.shown_by(endpoint) || endpoint == Endpoint::Manifest && self.in_objects && !self.unlisted
    }

    /// Whether the object has a `modified` property (STIX 2.1 section 3.2).
    pub fn versioned(&self) -> bool {
        self.object.as_ref().is_some_and(|o| o.get("modified").is_some())
    }
}

/// STIX type of an id.
pub fn kind(id: &str) -> &str {
    id.split_once("--").map_or(id, |(kind, _)| kind)
}

/// What a collection is known to hold, in the order of addition.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// All versions of all objects.
    pub items: Vec<Holding>,
    /// Whether this is all that the collection holds, as far as a full read can tell.
    pub complete: bool,
    /// Whether the manifest tells other versions than the objects themselves.
    pub versions_disagree: bool,
}

impl Holdings {
    /// All versions of one object, earliest version first.
    pub fn versions<'a>(&'a self, id: &'a str) -> Vec<&'a Holding> {
        let mut found: Vec<&Holding> = self.items.iter().filter(|h| h.id == id).collect();
        found.sort_by_key(|h| (h.at, h.sequence));
        found
    }

    /// All versions of every object, in the order of addition.
    pub fn by_id(&self) -> HashMap<&str, Vec<&Holding>> {
        let mut all: HashMap<&str, Vec<&Holding>> = HashMap::new();
        for holding in &self.items {
            all.entry(&holding.id).or_default().push(holding);
        }
        all
    }

    /// Distinct ids, in the order in which they first occur.
    pub fn ids(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        self.items.iter().map(|h| h.id.as_str()).filter(|id| seen.insert(*id)).collect()
    }

    /// Takes in an object that the suite added. The same version of an object is held once (section 5.5); whether a
    /// duplicate has the old date or a new one is left open, so its date is not known until a manifest tells it.
    pub fn add(&mut self, object: &Value) {
        let sequence = self.items.iter().map(|h| h.sequence + 1).max().unwrap_or(0);
        let Some(new) = Holding::of(object, sequence) else { return };
        let same = |h: &Holding| h.id == new.id && h.at == new.at && h.spec == new.spec;
        match self.items.iter().position(same) {
            Some(at) => self.items[at].added = None,
            None => self.items.push(Holding { own: true, ..new }),
        }
    }

    /// Takes away what a DELETE of this object with this query removes: the versions that it names, or
    /// all of them (section 5.7).
    pub fn delete(&mut self, id: &str, query: &Query) {
        let specs = || self.items.iter().filter_map(|h| h.spec.clone()).chain(["2.0".into(), "2.1".into()]).collect();
        let query = Query {
            versions: Some(query.versions.clone().unwrap_or_else(|| vec![VersionWord::All])),
            specs: Some(query.specs.clone().unwrap_or_else(specs)),
            ..Query::default()
        };
        let gone: Vec<usize> =
            select(self, Scope::Object(id), &query).iter().flat_map(|s| &s.items).map(|h| h.sequence).collect();
        self.items.retain(|h| !gone.contains(&h.sequence));
    }

    /// Takes over the dates that a manifest tells of versions, by id, where none was known.
    pub fn learn<'a>(&mut self, told: impl IntoIterator<Item = (&'a str, Option<&'a str>, Timestamp)>) {
        let mut dateless: HashMap<String, Vec<&mut Holding>> = HashMap::new();
        for holding in self.items.iter_mut().filter(|h| h.added.is_none()) {
            dateless.entry(holding.id.clone()).or_default().push(holding);
        }
        for (id, version, added) in told {
            for holding in dateless.get_mut(id).into_iter().flatten() {
                if holding.added.is_none()
                    && (holding.version.is_none() || version.is_some_and(|v| holding.is_version(v)))
                {
                    holding.added = Some(added);
                }
            }
        }
    }

    /// The holding with this id and version.
    pub fn find(&self, id: &str, version: &str) -> Option<&Holding> {
        self.items.iter().find(|h| h.id == id && h.is_version(version))
    }
}
