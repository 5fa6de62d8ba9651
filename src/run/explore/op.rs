//! What an explored sequence is made of: operations on a small world of objects.
//!
//! Operations name objects by their place in this world, not by what went before, so that a sequence from which
//! operations are taken away still means something: that is what makes it shrink well.

/// An object of the world, by its place in [`WORLD`].
pub type Slot = usize;

/// Names and templates of the objects.
pub const WORLD: [(&str, &str); 5] =
    [("a", "indicator"), ("b", "indicator"), ("c", "malware"), ("mark", "statement"), ("sco", "domain-name")];

/// STIX types of the objects, in the order of the world and each once.
pub const TYPES: [&str; 4] = ["indicator", "malware", "marking-definition", "domain-name"];

/// Seconds from `created` to `modified` of each version: some a hair's breadth apart, some hours.
pub const LATER: [f64; 4] = [0.0, 0.001, 0.25, 7200.0];

/// Place of the unversioned object.
pub const MARK: Slot = 3;
/// Place of the cyber-observable, which has no version of its own.
pub const SCO: Slot = 4;

/// One version of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// The object.
    pub slot: Slot,
    /// Index into [`LATER`]; 0 for objects without versions.
    pub version: usize,
}

impl Item {
    /// The item as it is: what has no versions is there in one.
    pub fn new(slot: Slot, version: usize) -> Item {
        Item { slot, version: if slot >= MARK { 0 } else { version } }
    }

    /// Its name in a case file: `a`, then `a2`, `a3` and `a4` for later versions.
    pub fn name(self) -> String {
        let name = WORLD[self.slot].0;
        if self.version == 0 { name.to_owned() } else { format!("{name}{}", self.version + 1) }
    }

    /// Its line in the `objects` table of a case file. `created` of the object is any where none is given.
    pub fn definition(self, created: Option<&str>) -> String {
        let (name, like) = WORLD[self.slot];
        match (self.version, created) {
            (0, Some(at)) if self.slot < MARK => {
                format!("{name} = {{ like = \"{like}\", set = {{ created = \"{at}\", modified = \"{at}\" }} }}\n")
            }
            (0, Some(at)) if self.slot == MARK => {
                format!("{name} = {{ like = \"{like}\", set = {{ created = \"{at}\" }} }}\n")
            }
            (0, _) => format!("{name} = {{ like = \"{like}\" }}\n"),
            (v, _) => format!("{} = {{ version_of = \"{name}\", later = {:?} }}\n", self.name(), LATER[v]),
        }
    }
}

/// One value of `match[version]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pick {
    /// `last`
    Last,
    /// `first`
    First,
    /// `all`
    All,
    /// The version of this item.
    Exact(Item),
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Adds these in one envelope.
    Add(Vec<Item>),
    /// Deletes versions of an object; every version where none is named.
    Delete(Slot, Option<Pick>),
    /// Asks, and judges the answer.
    Ask(Ask),
}

/// Where a query goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// `objects/`
    Objects,
    /// `manifest/`
    Manifest,
    /// `objects/{id}/`
    Object(Slot),
    /// `objects/{id}/versions/`
    Versions(Slot),
}

/// A query, and what of its answer is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Endpoint.
    pub at: Where,
    /// `match[id]`
    pub ids: Option<Vec<Slot>>,
    /// `match[type]`
    pub types: Option<Vec<&'static str>>,
    /// `match[version]`
    pub versions: Option<Vec<Pick>>,
    /// `match[spec_version]`
    pub specs: Option<&'static str>,
    /// `added_after` with the date of this item.
    pub after: Option<Item>,
    /// What is judged.
    pub word: Word,
}

/// What of an answer is judged. One thing at a time, so that one requirement is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Which objects and versions come.
    Selection,
    /// That nothing comes twice.
    Once,
    /// Their order.
    Order,
    /// The date headers.
    Dates,
    /// How many come with this limit.
    Limit(usize),
    /// Whether `more` is true with this limit.
    More(usize),
    /// All pages together with this limit, by `next` where there is one.
    Walk(usize),
    /// The same by `added_after`.
    WalkByDate(usize),
}
