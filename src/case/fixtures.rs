//! Objects that an operator can load into a server that the suite may only read.
//!
//! They are always the same, so that a run can rely on them: several types, one object in three versions of which the
//! second is added last, objects without versions, and objects that share a date of addition.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// Objects that are to be loaded together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What it is, in a few words.
    pub title: String,
    /// The objects.
    pub objects: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixtures {
    batches: Vec<Batch>,
}

static BATCHES: LazyLock<Vec<Batch>> = LazyLock::new(|| {
    // the file is part of the program, and a test reads it
    serde_json::from_str::<Fixtures>(include_str!("../../cases/fixtures.json"))
        .map_or_else(|_| Vec::new(), |f| f.batches)
});

/// The batches, in the order in which they are to be loaded.
pub fn batches() -> &'static [Batch] {
    &BATCHES
}

/// All objects, in that order.
pub fn objects() -> impl Iterator<Item = &'static Value> {
    batches().iter().flat_map(|batch| &batch.objects)
}

/// Id and version of an object: `modified`, else `created`, else none.
pub fn name(object: &Value) -> (&str, Option<&str>) {
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    (text("id").unwrap_or_default(), text("modified").or_else(|| text("created")))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn there_is_something_of_everything() {
        assert!(batches().len() >= 3 && batches().iter().all(|b| !b.objects.is_empty()));
        let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
        objects().for_each(|o| *versions.entry(name(o).0).or_default() += 1);
        let counts: BTreeSet<usize> = versions.into_values().collect();
        assert_eq!(counts, BTreeSet::from([1, 2, 3]));
        let types: BTreeSet<&str> = objects().filter_map(|o| o["type"].as_str()).collect();
        assert!(types.len() > 8 && types.contains("marking-definition") && types.contains("domain-name"));
        assert!(batches().iter().any(|b| b.objects.len() > 2), "some objects are to share a date");
    }
}
