//! Language content against the object that it translates (7.1.1).

use super::finding::Path;
use super::identifier;
use super::node::{Node, member};
use super::tables::{Format, Kind, TABLES};
use super::{Level, timestamp};

/// A language-content object whose target may be in the same document.
pub(crate) struct Translation {
    pub(crate) index: u32,
    pub(crate) id: String,
    pub(crate) target: u128,
    pub(crate) target_type: String,
    /// `object_modified`, as [`timestamp::Timestamp::nanoseconds`] counts.
    pub(crate) modified: Option<i64>,
    pub(crate) contents: Node<'static>,
}

/// Pointer, level, code, rule and message of a slip.
pub(crate) type Slip = (String, Level, &'static str, &'static str, String);

impl Translation {
    pub(crate) fn of(node: &Node<'_>, id: &str, index: u32) -> Option<Self> {
        let target = identifier::parse(node.get("object_ref")?.as_str()?).ok()?;
        let modified = match node.get("object_modified").and_then(Node::as_str) {
            None => None,
            Some(text) => Some(timestamp::parse(text).ok()?.nanoseconds()),
        };
        Some(Self {
            index,
            id: id.to_owned(),
            target: target.uuid,
            target_type: target.object_type.to_owned(),
            modified,
            contents: node.get("contents")?.clone().into_owned(),
        })
    }
}

/// Compares the shape of all translations with the object's.
pub(crate) fn compare(contents: &Node<'_>, target: &Node<'_>, path: &Path<'_>, out: &mut Vec<Slip>) {
    for (language, fields) in contents.as_object().unwrap_or(&[]) {
        for (name, translated) in fields.as_object().unwrap_or(&[]) {
            // Names that the object does not have are to be ignored, and those of values that are no text.
            if let Some(original) = target.get(name).filter(|_| is_translatable(target, name)) {
                let here = path.key(language);
                shape(translated, original, &here.key(name), out);
            }
        }
    }
}

/// Whether a property of the object holds text: no time, no reference, no term of a vocabulary, and no other value that
/// reads the same in all languages. Of properties that the standard does not have it is taken from the value.
fn is_translatable(object: &Node<'_>, name: &str) -> bool {
    let kind = object.get("type").and_then(Node::as_str).and_then(|kind| TABLES.object_type(kind));
    let owner = kind.map_or(&TABLES.owners[TABLES.custom], |(_, owner)| owner);
    let Some(prop) = owner.names.get(name).map(|at| &owner.props[at]) else {
        return true;
    };
    match prop.kind {
        Kind::String => prop.format == Format::None,
        Kind::Dictionary(_) | Kind::Part(_) => true,
        _ => false,
    }
}

fn shape(translated: &Node<'_>, original: &Node<'_>, path: &Path<'_>, out: &mut Vec<Slip>) {
    match (original, translated) {
        (Node::String(_), Node::String(_)) => {}
        (Node::String(_), other) => {
            let message = format!("the translation of a string is a string, not {}", other.kind());
            out.push((path.pointer(), Level::Must, "translation-type", "S21-7.1-05", message));
        }
        (Node::Array(items), Node::Array(parts)) => {
            if items.len() != parts.len() {
                let message = format!("the original list has {} items, its translation {}", items.len(), parts.len());
                return out.push((path.pointer(), Level::Must, "translation-length", "S21-7.1-06", message));
            }
            for (i, (item, part)) in items.iter().zip(parts).enumerate() {
                // An empty string stands for an item that is not translated, and nothing else does.
                match part {
                    Node::String(text) if text.is_empty() => {}
                    Node::Null => {
                        let message = "an item that is not translated is an empty string".to_owned();
                        out.push((path.index(i).pointer(), Level::Must, "translation-type", "S21-7.1-07", message));
                    }
                    _ => shape(part, item, &path.index(i), out),
                }
            }
        }
        (Node::Object(fields), Node::Object(parts)) => {
            for (name, part) in parts {
                if let Some(field) = member(fields, name) {
                    shape(part, field, &path.key(name), out);
                }
            }
        }
        // Lists and objects "must" have their kind in lower case: nobody fails over it.
        (Node::Array(_) | Node::Object(_), other) => {
            let (wanted, rule) =
                if original.as_array().is_some() { ("list", "U21-7.1-01") } else { ("dictionary", "U21-7.1-02") };
            let message = format!("the translation of a {wanted} is a {wanted}, not {}", other.kind());
            out.push((path.pointer(), Level::Should, "translation-type", rule, message));
        }
        // Other values have no text.
        _ => {}
    }
}
