//! What an exploration may ask of a server: what it can do at all, and what is not known to be broken.
//!
//! A sequence that rests on something broken would only tell again, under another name, what a case has told.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::blame::ALL;
use super::op::WORLD;
use crate::case::Fact;
use crate::taxii::Timestamp;

/// What sequences keep to.
#[derive(Clone, Debug)]
pub struct Limits {
    facts: BTreeSet<Fact>,
    broken: BTreeSet<String>,
    /// Whether queries have to name own ids, because there is too much else.
    pub isolated: bool,
    /// `created` of each object of the world; any where there is none.
    pub created: Vec<String>,
}

impl Limits {
    /// Limits of a collection with these facts, on a server where these requirements are known to be broken.
    ///
    /// `pages`: what is there besides does not fit on one page. Each query would have to read all of it, and what is
    /// wrong on a later page may be the fault of paging.
    pub fn new(facts: BTreeSet<Fact>, pages: bool, broken: BTreeSet<String>) -> Limits {
        Limits { facts, broken, isolated: pages, created: Vec::new() }
    }

    /// Dates the objects of the next sequence. Every attempt at it has the same dates, and so has the case that it is kept
    /// as: what depends on how many milliseconds there are would not come again otherwise.
    pub fn date(&mut self, seed: u64, sequence: usize) {
        let Some(start) = Timestamp::parse("2024-02-01T00:00:00Z") else { return };
        let dates = (0..WORLD.len()).map(|slot| {
            let hash = Sha256::new().chain_update(format!("{seed} {sequence} {slot}")).finalize();
            let steps = u32::from_be_bytes([0, hash[0], hash[1], hash[2]]);
            start.plus(i128::from(steps) * 97_000_000).spelled(3)
        });
        self.created = dates.collect();
    }

    /// What sequences do not ask for, since it is missing or broken here.
    pub fn left_out(&self) -> Vec<String> {
        let missing = [
            (Fact::ObjectsAnswer, "objects"),
            (Fact::ManifestAnswers, "the manifest"),
            (Fact::VersionsAgree, "versions by the manifest"),
            (Fact::ObjectAnswers, "one object"),
            (Fact::VersionsAnswer, "versions"),
            (Fact::MatchId, "match[id] on objects"),
            (Fact::MatchIdOnManifest, "match[id] on the manifest"),
            (Fact::AddedAfterWorks, "added_after"),
            (Fact::NextOffered, "next"),
            (Fact::ThreeVersions, "several versions of one object"),
            (Fact::Unversioned, "objects without modified"),
            (Fact::Sco, "cyber-observable objects"),
        ];
        let missing = missing.into_iter().filter(|(fact, _)| !self.has(*fact)).map(|(_, what)| what.to_owned());
        let broken = self.broken.iter().filter(|id| ALL.contains(&id.as_str())).cloned();
        missing.chain(broken).collect()
    }

    /// No limits: everything works.
    pub fn none() -> Limits {
        Limits {
            facts: Fact::ALL.iter().copied().collect(),
            broken: BTreeSet::new(),
            isolated: false,
            created: Vec::new(),
        }
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
