//! Data markings (7.2): marking definitions, and granular markings with their selectors.

use super::node::{Entry, Node, member};
use super::tables::Owner;
use super::timestamp;
use super::view::View;
use super::walk::Walk;

/// The properties of the marking definitions for TLP (7.2.1.4).
const OF_TLP: [&str; 7] = ["type", "spec_version", "id", "created", "definition_type", "name", "definition"];

impl<'a> Walk<'_, 'a, '_> {
    /// A marking definition: what `definition` holds follows from `definition_type`.
    pub(super) fn marking_definition(&mut self, view: &View<'_, '_, 'a>) {
        self.refers_to_itself(view);
        let Some(kind) = view.text("definition_type") else {
            return;
        };
        match kind {
            "tlp" => self.tlp(view),
            "statement" => {}
            _ => {
                let here = view.path.key("definition_type");
                self.should(&here, "marking-type", "S21-7.2-02", || {
                    format!("{kind:?} is none of statement and tlp; new markings use extensions (7.3)")
                });
            }
        }
        let Some(Node::Object(definition)) = view.named("definition") else {
            return;
        };
        if let Some(meant) = other_marking(kind, definition) {
            let rule = if meant == "tlp" { "S21-7.2-08" } else { "S21-7.2-07" };
            self.must(&view.path.key("definition_type"), "marking-type-mismatch", rule, || {
                format!("`definition` is that of a {meant} marking, `definition_type` is {kind:?}")
            });
        }
    }

    /// Only the four marking definitions of 7.2.1.4 may stand for TLP.
    fn tlp(&mut self, view: &View<'_, '_, 'a>) {
        let Some(level) = view.named("definition").and_then(|d| d.get("tlp")).and_then(Node::as_str) else {
            return;
        };
        let Some(fixed) = self.tables.tlp.iter().find(|t| t.level == level) else {
            return;
        };
        let wrong = if view.text("id") != Some(fixed.id) {
            Some(("id", fixed.id))
        } else if !same_instant(view.text("created"), fixed.created) {
            Some(("created", fixed.created))
        } else if view.text("name") != Some(fixed.name) {
            Some(("name", fixed.name))
        } else {
            None
        };
        if let Some((property, value)) = wrong {
            let here = view.path.key(property);
            let place = if view.named(property).is_some() { &here } else { view.path };
            return self.must(place, "tlp-instance", "S21-7.2-09", || {
                format!("TLP {level} is only the marking definition whose `{property}` is {value}")
            });
        }
        // Properties of one's own get their advice; what the standard could have given it and did not makes it another one.
        let more = view.owner.props.iter().map(|p| p.name).find(|p| !OF_TLP.contains(p) && view.named(p).is_some());
        if let Some(property) = more {
            self.must(&view.path.key(property), "tlp-instance", "S21-7.2-09", || {
                format!("the marking definition of TLP {level} has no `{property}`")
            });
        }
    }

    fn refers_to_itself(&mut self, view: &View<'_, '_, 'a>) {
        let Some(id) = view.text("id") else { return };
        let marks = view.path.key("object_marking_refs");
        for (i, item) in view.named("object_marking_refs").and_then(Node::as_array).unwrap_or(&[]).iter().enumerate() {
            if item.as_str() == Some(id) {
                self.must(&marks.index(i), "marking-cycle", "S21-3.2-14", || {
                    "a marking definition does not mark itself".into()
                });
            }
        }
        let marks = view.path.key("granular_markings");
        for (i, item) in view.named("granular_markings").and_then(Node::as_array).unwrap_or(&[]).iter().enumerate() {
            if item.get("marking_ref").and_then(Node::as_str) == Some(id) {
                self.must(&marks.index(i).key("marking_ref"), "marking-cycle", "S21-3.2-15", || {
                    "a marking definition does not mark itself".into()
                });
            }
        }
    }

    /// The selectors of one granular marking, from the object that bears it.
    pub(super) fn selectors(&mut self, view: &View<'_, '_, 'a>) {
        let list = view.path.key("selectors");
        for (i, item) in view.named("selectors").and_then(Node::as_array).unwrap_or(&[]).iter().enumerate() {
            let Some(selector) = item.as_str() else {
                continue;
            };
            let here = list.index(i);
            match resolve(self.object, selector) {
                Ok(()) => {}
                Err(Unresolved::Syntax(why)) => {
                    let rule = if why.contains("full stop") { "S21-7.2-18" } else { "S21-7.2-19" };
                    self.must(&here, "selector-syntax", rule, || format!("the selector {selector:?} {why}"));
                }
                Err(Unresolved::Missing) => {
                    self.must(&here, "selector-unresolved", "S21-7.2-20", || {
                        format!("the selector {selector:?} selects nothing on this object")
                    });
                }
            }
        }
    }

    /// The content of `definition`, for the two marking types of the standard; where it is that of the other one, as such.
    pub(super) fn marking_content(&self, view: &View<'_, '_, 'a>) -> Option<&'static Owner> {
        let kind = view.text("definition_type")?;
        let other = view.named("definition").and_then(Node::as_object).and_then(|d| other_marking(kind, d));
        match other.unwrap_or(kind) {
            "statement" => Some(&self.tables.owners[self.tables.statement_marking]),
            "tlp" => Some(&self.tables.owners[self.tables.tlp_marking]),
            _ => None,
        }
    }
}

/// The marking type that the content is of, where it is not of the one named.
fn other_marking(kind: &str, definition: &[Entry<'_>]) -> Option<&'static str> {
    match kind {
        "statement" if member(definition, "tlp").is_some() => Some("tlp"),
        "tlp" if member(definition, "statement").is_some() => Some("statement"),
        _ => None,
    }
}

enum Unresolved {
    Syntax(&'static str),
    Missing,
}

fn resolve(root: &[Entry<'_>], selector: &str) -> Result<(), Unresolved> {
    if selector.is_empty() {
        return Err(Unresolved::Syntax("is empty"));
    }
    if selector.split('.').any(|step| step.len() > 1 && !step.starts_with('[') && step.contains('[')) {
        return Err(Unresolved::Syntax("has an index that no full stop sets apart"));
    }
    let mut at: Option<&Node<'_>> = None;
    for step in selector.split('.') {
        let next = if let Some(index) = step.strip_prefix('[') {
            let index = index.strip_suffix(']').filter(|d| !d.is_empty() && d.bytes().all(|c| c.is_ascii_digit()));
            let Some(index) = index else {
                return Err(Unresolved::Syntax("has an index that is no number in brackets"));
            };
            let items = at.and_then(Node::as_array);
            items.and_then(|items| items.get(index.parse::<usize>().ok()?))
        } else if step.is_empty() {
            return Err(Unresolved::Syntax("has an empty component"));
        } else if step.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_')) {
            match at {
                None => member(root, step),
                Some(node) => node.get(step),
            }
        } else {
            return Err(Unresolved::Syntax("has a component that is neither a name nor an index"));
        };
        at = Some(next.ok_or(Unresolved::Missing)?);
    }
    Ok(())
}

fn same_instant(found: Option<&str>, wanted: &str) -> bool {
    match (found.map(timestamp::parse), timestamp::parse(wanted)) {
        (Some(Ok(a)), Ok(b)) => a == b,
        _ => false,
    }
}
