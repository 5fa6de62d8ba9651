//! What others do to the collections while a run goes on. A server is not to be blamed for it.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Task;
use super::read::read;
use super::session::Session;
use super::survey::Survey;
use crate::oracle::{Holding, Holdings};
use crate::record::{Finding, Trial};
use crate::taxii::{Timestamp, paths};

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

    /// Reads the collections again, and tells what has changed. `scope` names this look in a record.
    pub async fn look(&mut self, scope: &str) -> Look {
        let mut seen = Look { changed: false, grown: false };
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
            let mut is_changed = differ(&before, &now.holdings);
            let (again, dated) = redated(&before, &now.holdings);
            if !is_changed && again > 0 && again * 2 <= dated {
                is_changed = true;
            } else if !is_changed && again > 0 {
                // a feed that is loaded anew keeps its new dates; those that are others at each look are the server's own
                let earlier = now.holdings.clone();
                read(&session, &paths::under(&url, &["collections", &known.id]), &mut now).await;
                is_changed = differ(&earlier, &now.holdings) || redated(&earlier, &now.holdings).0 == 0;
            }
            let is_grown = now.holdings.items.len() > before.items.len();
            seen.changed |= is_changed;
            seen.grown |= is_grown;
            if is_changed || is_grown {
                *known = now;
            }
        }
        seen
    }
}

/// What a look at the collections showed.
#[derive(Clone, Copy)]
pub struct Look {
    /// Whether anything has changed that was known before.
    changed: bool,
    /// Whether there are objects that were not known before.
    grown: bool,
}

impl Look {
    /// Whether it may be for what others did that the trial is broken. That there are more where some have come concerns
    /// what is said of `more`, and only where the suite adds nothing itself.
    pub fn may_explain(self, task: &Task<'_>, trial: &Trial) -> bool {
        let about_more = |f: &Finding| ["T21-3.4-08", "T21-3.4-09"].contains(&f.requirement.as_str());
        self.changed || self.grown && !task.planned.writes && trial.findings.iter().all(about_more)
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

/// How many of the versions whose dates are known before and now were added again since, and so are dated later; and how
/// many such versions there are.
fn redated(before: &Holdings, now: &Holdings) -> (usize, usize) {
    let dates = |holdings: &Holdings| -> BTreeMap<(String, Option<String>, Option<String>), Timestamp> {
        let dated = |h: &Holding| Some(((h.id.clone(), h.version.clone(), h.spec.clone()), h.added?));
        holdings.items.iter().filter_map(dated).collect()
    };
    let now = dates(now);
    let before = dates(before);
    let both: Vec<_> = before.iter().filter_map(|(version, added)| Some((added, now.get(version)?))).collect();
    (both.iter().filter(|(before, now)| now > before).count(), both.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    #[test]
    fn what_was_added_again_has_a_later_date() {
        let dated = |dates: [&str; 2]| {
            let mut holdings = holdings(&[("a--1", "2024"), ("b--1", "2024")]);
            for (item, date) in holdings.items.iter_mut().zip(dates) {
                item.added = Timestamp::parse(date);
            }
            holdings
        };
        let (first, second) = ("2026-01-02T03:04:05.000000Z", "2026-01-02T03:04:06.000000Z");
        let before = dated([first, first]);
        assert_eq!(redated(&before, &dated([first, "2026-01-02T03:04:05Z"])), (0, 2));
        assert_eq!(redated(&before, &dated([first, second])), (1, 2));
        assert_eq!(redated(&dated([second, first]), &before), (0, 2));
        // a date that is not known is no other date
        assert_eq!(redated(&before, &dated([second, ""])), (1, 1));
    }
}
