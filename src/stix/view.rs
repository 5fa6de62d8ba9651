//! One JSON object seen through the table of its type: which properties it has, and where.

use super::finding::Path;
use super::node::{Entry, Node};
use super::tables::Owner;

/// An object, extension or nested value on which the rules between properties are judged.
pub(crate) struct View<'w, 'p, 'n> {
    pub(crate) owner: &'static Owner,
    pub(crate) entries: &'w [Entry<'n>],
    pub(crate) path: &'p Path<'p>,
    /// The properties it has, as bits.
    pub(crate) seen: u64,
    /// Where each of them stands among the entries.
    pub(crate) slots: [u16; 64],
}

impl<'w, 'n> View<'w, '_, 'n> {
    pub(crate) fn has(&self, prop: usize) -> bool {
        self.seen & 1 << prop != 0
    }

    pub(crate) fn get(&self, prop: usize) -> Option<&'w Node<'n>> {
        if !self.has(prop) {
            return None;
        }
        self.entries.get(usize::from(self.slots[prop])).map(|(_, v)| v)
    }

    pub(crate) fn bool(&self, prop: usize) -> Option<bool> {
        self.get(prop).and_then(Node::as_bool)
    }

    pub(crate) fn name(&self, prop: usize) -> &'static str {
        self.owner.props[prop].name
    }

    /// The property of this name; for the rules that belong to one type.
    pub(crate) fn named(&self, name: &str) -> Option<&'w Node<'n>> {
        self.owner.names.get(name).and_then(|i| self.get(i))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'w str> {
        self.named(name).and_then(Node::as_str)
    }

    /// The names of a set of properties, for messages.
    pub(crate) fn list(&self, set: u64, between: &str) -> String {
        let names: Vec<String> = self
            .owner
            .props
            .iter()
            .enumerate()
            .filter(|(i, _)| set & 1 << i != 0)
            .map(|(_, p)| format!("`{}`", p.name))
            .collect();
        names.join(between)
    }
}
