//! The deprecated container of observables in `observed-data` (2.13, 4.14): keys instead of ids, references within.

use std::collections::HashMap;

use super::finding::Path;
use super::identifier;
use super::node::{Entry, Node, member};
use super::tables::Prop;
use super::walk::Walk;

impl<'n, 'a> Walk<'n, 'a, '_> {
    pub(super) fn observables(&mut self, container: &'n [Entry<'a>], path: &Path<'_>) {
        self.should(path, "deprecated-container", "S21-2.13-01", || {
            "`objects` is deprecated; use `object_refs`".into()
        });
        if container.is_empty() {
            return self.must(path, "empty-dictionary", "S21-4.14-07", || "`objects` holds at least one object".into());
        }
        self.repeated(container, "S21-2.3-01", path);
        let before = (self.owner, self.object);
        self.container = Some(container.iter().map(|(key, value)| (key.as_ref(), value)).collect());
        for (key, value) in container {
            // The keys are identifiers, which in a container are any string (2.9), not keys of a dictionary (2.3).
            self.observable(value, &path.key(key));
        }
        self.container = None;
        (self.owner, self.object) = before;
        self.container_keys(container, path);
        self.connected(container, path);
    }

    fn observable(&mut self, value: &'n Node<'a>, path: &Path<'_>) {
        let Node::Object(entries) = value else {
            return self.must(path, "not-an-object", "S21-12.1-03", || {
                format!("an observable is an object, not {}", value.kind())
            });
        };
        let Some(name) = member(entries, "type").and_then(Node::as_str) else {
            return self.must(path, "missing-property", "S21-3.1-14", || {
                "the observable lacks the required property `type`".into()
            });
        };
        let tables = self.tables;
        self.object = entries;
        // Types of somebody's own may stand here too; what the table does not know is left alone.
        let Some((index, owner)) = tables.object_type(name) else {
            return;
        };
        if tables.scos & 1 << index == 0 {
            return self.must(&path.key("type"), "not-an-observable", "S21-12.1-03", || {
                format!("an observable container holds SCOs; {name} is none")
            });
        }
        self.owner = owner;
        self.holder(owner, entries, path);
    }

    /// A reference in the container names a key of the same container.
    pub(super) fn local_reference(&mut self, prop: &'static Prop, text: &str, path: &Path<'_>) {
        let Some(target) = self.container.as_ref().and_then(|c| c.get(text)).copied() else {
            return self.must(path, "unresolved-local-reference", "S21-2.13-02", || {
                format!("the container has no object {text:?}")
            });
        };
        if let Some(object_type) =
            target.get("type").and_then(Node::as_str).filter(|t| self.tables.types.get(t).is_some())
        {
            self.reference_type(prop, object_type, path);
        }
    }

    fn container_keys(&mut self, container: &[Entry<'_>], path: &Path<'_>) {
        let counted = container.iter().enumerate().all(|(i, (key, _))| key.parse() == Ok(i));
        let identifiers = container.iter().all(|(key, _)| identifier::parse(key).is_ok());
        if !counted && !identifiers {
            self.should(path, "container-keys", "S21-2.9-16", || "keys should count up from \"0\"".into());
        }
    }

    /// All objects of one container belong to one observation (4.14.1).
    fn connected(&mut self, container: &[Entry<'_>], path: &Path<'_>) {
        if container.len() < 2 {
            return;
        }
        let index: HashMap<&str, usize> = container.iter().enumerate().map(|(i, (key, _))| (key.as_ref(), i)).collect();
        let mut group: Vec<usize> = (0..container.len()).collect();
        let mut links = Vec::new();
        for (from, (_, value)) in container.iter().enumerate() {
            links.clear();
            references(value, &mut links);
            for target in &links {
                if let Some(to) = index.get(target).copied() {
                    let (a, b) = (root_of(&mut group, from), root_of(&mut group, to));
                    group[a] = b;
                }
            }
        }
        let first = root_of(&mut group, 0);
        if let Some(other) = (1..container.len()).find(|i| root_of(&mut group, *i) != first) {
            let key = &container[other].0;
            self.must(&path.key(key), "unrelated-observables", "S21-4.14-08", || {
                format!("the objects {:?} and {key:?} are not related to each other by references", container[0].0)
            });
        }
    }
}

/// The first of a group, by union and find; halves the way on each visit.
fn root_of(group: &mut [usize], mut at: usize) -> usize {
    while group[at] != at {
        group[at] = group[group[at]];
        at = group[at];
    }
    at
}

/// Every value of a property whose name says that it is a reference.
fn references<'v>(value: &'v Node<'_>, out: &mut Vec<&'v str>) {
    match value {
        Node::Object(entries) => {
            for (name, member) in entries {
                match member {
                    Node::String(text) if name.ends_with("_ref") => out.push(text),
                    Node::Array(items) if name.ends_with("_refs") => out.extend(items.iter().filter_map(Node::as_str)),
                    _ => references(member, out),
                }
            }
        }
        Node::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}
