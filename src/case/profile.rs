//! Profiles: named claims, each over some of the cases. `cases/profiles.toml` holds them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::Case;

/// A named claim.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name.
    #[serde(skip)]
    pub name: String,
    /// What it claims, in one sentence.
    pub title: String,
    /// Globs of the cases that it takes.
    cases: Vec<String>,
    /// Globs of the cases that it leaves out of these.
    #[serde(default)]
    skip: Vec<String>,
    /// Whether it takes cases that add or delete objects.
    #[serde(default = "yes")]
    writes: bool,
    #[serde(skip)]
    sets: (GlobSet, GlobSet),
}

fn yes() -> bool {
    true
}

impl Profile {
    /// Whether the claim is about this case.
    pub fn takes(&self, case: &Case) -> bool {
        let id = case.id.get_ref();
        (self.writes || !case.writes()) && self.sets.0.is_match(id) && !self.sets.1.is_match(id)
    }
}

static ALL: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    // the file is part of the program, and a test reads it
    read(include_str!("../../cases/profiles.toml")).unwrap_or_default()
});

fn read(text: &str) -> Result<Vec<Profile>, Box<dyn std::error::Error>> {
    let set = |globs: &[String]| -> Result<GlobSet, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            set.add(Glob::new(glob)?);
        }
        set.build()
    };
    let mut all = Vec::new();
    for (name, profile) in toml::from_str::<BTreeMap<String, Profile>>(text)? {
        let sets = (set(&profile.cases)?, set(&profile.skip)?);
        all.push(Profile { name, sets, ..profile });
    }
    Ok(all)
}

/// All profiles, by name.
pub fn profiles() -> &'static [Profile] {
    &ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_takes_cases_and_every_glob_matches() {
        let cases = crate::case::embedded().expect("good cases");
        let all = read(include_str!("../../cases/profiles.toml")).expect("a good file");
        assert!(all.len() >= 4);
        for profile in &all {
            assert!(cases.iter().any(|c| profile.takes(c)), "{}", profile.name);
            for glob in profile.cases.iter().chain(&profile.skip) {
                let matcher = Glob::new(glob).expect("a glob").compile_matcher();
                assert!(cases.iter().any(|c| matcher.is_match(c.id.get_ref())), "{}: {glob}", profile.name);
            }
        }
        let full = all.iter().find(|p| p.name == "full").expect("there");
        assert!(cases.iter().all(|c| full.takes(c)));
    }
}
