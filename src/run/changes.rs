//! What others do to the collections while a run goes on. A server is not to be blamed for it.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Task;
use super::read::read;
use super::session::Session;
use super::survey::Survey;
use crate::oracle::Holdings;
use crate::taxii::paths;

/// How often a failure is tried again while others change the collection.
pub const ATTEMPTS: u32 = 3;

/// Looks again at the collections that failed trials are bound to.
pub struct Watch<'a> {
    session: &'a Session,
    /// What is known now.
    pub survey: Survey,
    /// Indices of API roots and collections that are looked at.
    places: BTreeSet<(usize, usize)>,
}

impl<'a> Watch<'a> {
    /// A watch over the collections of these trials, as the survey saw them.
    pub fn new(session: &'a Session, survey: &Survey, failed: &[&Task<'_>]) -> Watch<'a> {
        let places: BTreeSet<(usize, usize)> =
            failed.iter().filter_map(|t| t.binding).filter_map(|b| Some((b.root, b.collection?))).collect();
        // nothing is copied where nothing failed
        let survey = if places.is_empty() { Survey::default() } else { survey.clone() };
        Watch { session, survey, places }
    }

    /// Reads the collections again; tells whether anything has changed that was known before. `scope` names this look in
    /// a record.
    pub async fn look(&mut self, scope: &str) -> bool {
        let mut changed = false;
        for &(root, collection) in &self.places {
            let session = self.session.scoped(&format!("{scope}, look at {root}/{collection}"));
            let url = self.survey.roots[root].url.clone();
            let known = &mut self.survey.roots[root].collections[collection];
            if !known.read {
                continue;
            }
            let before = known.holdings.clone();
            let mut now = known.clone();
            read(&session, &paths::under(&url, &["collections", &known.id]), &mut now).await;
            if differ(&before, &now.holdings) {
                changed = true;
                *known = now;
            }
        }
        changed
    }
}

/// A version of an object, and its specification version.
type Version<'a> = (Option<&'a str>, Option<&'a str>);

/// Versions of each object.
fn versions(holdings: &Holdings) -> BTreeMap<&str, BTreeSet<Version<'_>>> {
    let mut all: BTreeMap<&str, BTreeSet<Version<'_>>> = BTreeMap::new();
    for item in &holdings.items {
        all.entry(&item.id).or_default().insert((item.version.as_deref(), item.spec.as_deref()));
    }
    all
}

/// Whether something that was held is gone, or what was held has further versions. Objects that were not known before
/// make no difference: they are told apart wherever they come.
fn differ(before: &Holdings, now: &Holdings) -> bool {
    let now = versions(now);
    versions(before).iter().any(|(id, versions)| now.get(id) != Some(versions))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oracle::Holding;

    fn holdings(versions: &[(&str, &str)]) -> Holdings {
        let object = |(id, modified): &(&str, &str)| Holding::of(&json!({"id": id, "modified": modified}), 0);
        Holdings { items: versions.iter().filter_map(object).collect(), ..Holdings::default() }
    }

    #[test]
    fn arrivals_are_no_change_and_all_else_is() {
        let before = holdings(&[("a--1", "2024"), ("b--1", "2024")]);
        assert!(!differ(&before, &before));
        assert!(!differ(&before, &holdings(&[("b--1", "2024"), ("a--1", "2024"), ("c--1", "2024")])));
        assert!(differ(&before, &holdings(&[("a--1", "2024")])));
        assert!(differ(&before, &holdings(&[("a--1", "2024"), ("b--1", "2024"), ("b--1", "2025")])));
    }
}
