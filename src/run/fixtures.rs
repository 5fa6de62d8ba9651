//! What of the fixtures is on a server whose operator says that they were loaded.

use serde_json::Value;

use super::read::read;
use super::session::Session;
use super::survey::{self, Collection, Survey};
use crate::case::fixtures::{name, objects};
use crate::oracle::{Holding, Holdings};
use crate::taxii::paths;

/// Finds the collection that holds most of the fixtures, and reads it again, now knowing what to look for. What is
/// there counts as the suite's own, so that cases prefer it; what is not is told in a note, and is no finding: that
/// it was loaded is the operator's word.
pub async fn find(session: &Session, survey: &mut Survey) {
    let best = survey
        .roots
        .iter()
        .enumerate()
        .flat_map(|(r, root)| root.collections.iter().enumerate().map(move |(c, found)| (shown(found), r, c)))
        .filter(|(count, ..)| *count > 0)
        .max_by_key(|(count, r, c)| (*count, std::cmp::Reverse((*r, *c))));
    let Some((_, r, c)) = best else {
        survey.notes.push(
            "--fixtures says that the fixtures are loaded, and no collection that was read holds any of them: load \
             them as `taxii-conformance fixtures` says, or name the collection with --collection"
                .into(),
        );
        return;
    };
    let url = survey.roots[r].url.clone();
    let collection = &mut survey.roots[r].collections[c];
    let mut known = Holdings::default();
    objects().for_each(|object| known.add(object));
    collection.holdings = std::sync::Arc::new(known);
    collection.fixtures = true;
    read(session, &paths::under(&url, &["collections", &collection.id]), collection).await;
    let missing: Vec<String> = objects().filter(|o| !holds(collection, o)).map(words).collect();
    if !missing.is_empty() {
        survey.notes.push(format!(
            "--fixtures says that the fixtures are loaded, and these are not there, in collection {}: {}. What needs \
             them is inconclusive; load them again, all versions and in order, as `taxii-conformance fixtures` says",
            collection.id,
            missing.join(", ")
        ));
    }
    survey.server.api_roots = survey.roots.iter().map(survey::summary).collect();
}

/// How many of the fixtures a collection shows.
fn shown(collection: &Collection) -> usize {
    objects().filter(|o| holds(collection, o)).count()
}

fn holds(collection: &Collection, object: &Value) -> bool {
    let (id, version) = name(object);
    let same = |h: &Holding| h.id == id && version.is_none_or(|v| h.is_version(v));
    collection.holdings.items.iter().any(same)
}

fn words(object: &Value) -> String {
    match name(object) {
        (id, Some(version)) => format!("{id} of {version}"),
        (id, None) => id.to_owned(),
    }
}
