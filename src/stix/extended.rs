//! References to objects of types that extensions have brought (7.3): whether such a type is that of an SDO, SCO or SRO is
//! said by the object itself, so it is known only where that is at hand.

use std::collections::HashMap;

use super::custom;
use super::node::{Entry, Node, member};
use super::scope::{Between, Scope};
use super::tables::TABLES;

/// A reference to an object of a type that the standard does not define.
struct Reference {
    index: u32,
    /// The object that refers.
    id: String,
    property: &'static str,
    target: String,
}

/// The references of a document to types of extensions, and what those types are.
#[derive(Default)]
pub(crate) struct Extended {
    references: Vec<Reference>,
    /// By id: what the object says that it is, once for each version.
    classes: HashMap<String, Vec<&'static str>>,
}

/// Property, its pointer, its rule, and what it may refer to.
const ENDS: [(&str, &str, &str, &[&str]); 3] = [
    ("sighting_of_ref", "/sighting_of_ref", "S21-5.2-04", &["new-sdo"]),
    ("source_ref", "/source_ref", "S21-5.1-06", &["new-sdo", "new-sco"]),
    ("target_ref", "/target_ref", "S21-5.1-07", &["new-sdo", "new-sco"]),
];

impl Extended {
    /// Takes note of an object that is no SCO of the standard.
    pub(crate) fn see(&mut self, kind: &str, id: &str, entries: &[Entry<'_>], index: u32) {
        if TABLES.types.get(kind).is_none() {
            let said = custom::new_object_class(entries);
            let class = ["new-sdo", "new-sco", "new-sro"].into_iter().find(|class| said == Some(class));
            if let Some(class) = class {
                self.classes.entry(id.to_owned()).or_default().push(class);
            }
        }
        if !matches!(kind, "sighting" | "relationship") {
            return;
        }
        for (property, ..) in ENDS {
            let Some(target) = member(entries, property).and_then(Node::as_str) else {
                continue;
            };
            if target.split_once("--").is_some_and(|(name, _)| TABLES.types.get(name).is_none()) {
                self.references.push(Reference { index, id: id.to_owned(), property, target: target.to_owned() });
            }
        }
    }

    /// Adds what was seen elsewhere of the same document.
    pub(crate) fn merge(&mut self, other: Self) {
        self.references.extend(other.references);
        for (id, classes) in other.classes {
            self.classes.entry(id).or_default().extend(classes);
        }
    }

    /// Judges the references whose target is at hand.
    pub(crate) fn finish(self, out: &mut Vec<Between>) {
        for reference in self.references {
            let row = ENDS.iter().find(|(property, ..)| *property == reference.property);
            let (Some(classes), Some((property, pointer, rule, fitting))) = (self.classes.get(&reference.target), row)
            else {
                continue;
            };
            if !classes.iter().any(|class| fitting.contains(class)) {
                let message = format!("`{property}` refers to an object whose extension says {}", classes[0]);
                Scope::add(out, reference.index, reference.id, pointer, "reference-type", rule, message);
            }
        }
    }
}
