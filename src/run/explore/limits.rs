//! What an exploration may ask of a server: what it can do at all, and what is not known to be broken.
//!
//! A sequence that rests on something broken would only tell again, under another name, what a case has told.

use std::collections::BTreeSet;

use crate::case::Fact;

/// What sequences keep to.
#[derive(Clone, Debug)]
pub struct Limits {
    facts: BTreeSet<Fact>,
    broken: BTreeSet<String>,
    /// Whether queries have to name own ids, because there is too much else.
    pub isolated: bool,
}

impl Limits {
    /// Limits of a collection with these facts, on a server where these requirements are known to be broken.
    ///
    /// `pages`: what is there besides does not fit on one page. Each query would have to read all of it, and what is
    /// wrong on a later page may be the fault of paging.
    pub fn new(facts: BTreeSet<Fact>, pages: bool, broken: BTreeSet<String>) -> Limits {
        Limits { facts, broken, isolated: pages }
    }

    /// No limits: everything works.
    pub fn none() -> Limits {
        Limits { facts: Fact::ALL.iter().copied().collect(), broken: BTreeSet::new(), isolated: false }
    }

    /// Whether a fact holds.
    pub fn has(&self, fact: Fact) -> bool {
        self.facts.contains(&fact)
    }

    /// Whether one of these requirements is known to be broken.
    pub fn any_broken(&self, requirements: &[&str]) -> bool {
        requirements.iter().any(|r| self.broken.contains(*r))
    }

    /// From now on nothing is asked that rests on this requirement.
    pub fn give_up(&mut self, requirement: &str) {
        self.broken.insert(requirement.to_owned());
    }

    /// Whether several versions of one object are kept: servers may drop old ones (section 1.6.11).
    pub fn versions(&self) -> bool {
        self.has(Fact::ThreeVersions) && !self.any_broken(&["T21-5.5-08"])
    }

    /// Whether objects can be deleted.
    pub fn deletes(&self) -> bool {
        self.has(Fact::Deletes) && !self.any_broken(&["T21-5.7-01", "T21-5.7-02"])
    }

    /// Whether dates of addition can be learnt.
    pub fn dates(&self) -> bool {
        [Fact::ManifestAnswers, Fact::MatchIdOnManifest, Fact::VersionsAgree, Fact::DatesKnown]
            .iter()
            .all(|f| self.has(*f))
    }
}
