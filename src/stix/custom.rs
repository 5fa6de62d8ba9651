//! What the standard does not define: properties and types of somebody's own, by an extension (7.3) or without (11).

use super::finding::Path;
use super::node::{Entry, Node, member};
use super::tables::{Class, Owner, Presence};
use super::walk::{Walk, suggestion};
use super::{encoding, identifier};

impl<'n, 'a> Walk<'n, 'a, '_> {
    /// A property that the table of this type does not have.
    pub(super) fn unknown_property(
        &mut self,
        owner: &'static Owner,
        entries: &'n [Entry<'a>],
        index: usize,
        path: &Path<'_>,
    ) {
        let (name, value) = &entries[index];
        let here = path.key(name);
        if entries[..index].iter().any(|(k, _)| k == name) {
            self.must(&here, "repeated-name", "S21-12.1-01", || {
                format!("`{name}` is given twice, which the JSON of STIX, I-JSON, forbids")
            });
        }
        // Parts have no rows for reserved names, which are kept wherever the table of a type is extended (3.8, 11.1).
        if owner.class == Class::Part && self.is_reserved(name) {
            return self.must(&here, "reserved-name", "S21-3.8-01", || {
                format!("`{name}` is reserved for later versions of the standard")
            });
        }
        let named = self.property_name(owner, name, &here);
        // No table says which type such a value has; that it is of some type follows from section 2.
        if matches!(value, Node::Null) {
            self.should(&here, "null-property", "", || format!("`{name}` is null, which no data type allows"));
        } else {
            self.any_value(value, &here);
        }
        if self.advice && named {
            self.unknown_property_advice(owner, name, value, &here);
        }
    }

    /// Whether the name is one that a property can have (3.1, 7.3.2.1, 11.1.1).
    pub(crate) fn property_name(&mut self, owner: &Owner, name: &str, path: &Path<'_>) -> bool {
        // By an extension (7.3.2.2), of a custom type (11.2.1), or beside the properties of the standard (11.1.1).
        let rules = match (owner.class, self.is_new_object()) {
            (Class::Custom, true) => ["S21-7.3-21", "S21-7.3-22", "S21-7.3-23"],
            (Class::Custom, false) => ["S21-11.2-05", "S21-11.2-06", "S21-11.2-07"],
            _ if self.is_extended() => ["S21-7.3-14", "S21-7.3-15", "S21-7.3-16"],
            _ => ["S21-11.1-02", "S21-11.1-04", "S21-11.1-05"],
        };
        let (rule, why) = if !name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_') {
            (rules[0], "has only the characters a-z, 0-9 and underscore")
        } else if name.len() < 3 && name != "id" {
            // The standard itself calls a property `id`.
            (rules[1], "has at least 3 characters")
        } else if name.len() > 250 {
            (rules[2], "has at most 250 characters")
        } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            ("S21-3.1-02", "begins with a letter")
        } else {
            return true;
        };
        let hint = suggestion(name, owner.names.iter());
        self.must(path, "property-name", rule, || format!("a property name {why}, unlike {name:?}{hint}"));
        false
    }

    /// Whether later versions of the standard have kept the name for themselves (3.8).
    pub(crate) fn is_reserved(&self, name: &str) -> bool {
        let custom = &self.tables.owners[self.tables.custom];
        custom.names.get(name).is_some_and(|at| custom.props[at].presence == Presence::Reserved)
    }

    /// Whether an extension says that it has brought the type of the object.
    pub(crate) fn is_new_object(&self) -> bool {
        new_object_class(self.object).is_some()
    }

    fn unknown_property_advice(&mut self, owner: &Owner, name: &str, value: &Node<'_>, path: &Path<'_>) {
        let text = value.as_str();
        if let Some(hex) = text.filter(|_| name.ends_with("_hex"))
            && !encoding::is_hex(hex)
        {
            self.should(path, "hex-format", "S21-11.1-08", || {
                format!("`{name}` ends in _hex, but its value is not hexadecimal")
            });
        }
        if let Some(binary) = text.filter(|_| name.ends_with("_bin"))
            && !encoding::is_base64(binary)
        {
            self.should(path, "base64-format", "S21-11.1-09", || {
                format!("`{name}` ends in _bin, but its value is not base64")
            });
        }
        self.suffix(name, value, path);
        if matches!(owner.class, Class::Custom | Class::Bundle) || self.is_extended() || self.container.is_some() {
            return;
        }
        if !name.starts_with("x_") {
            let hint = suggestion(name, owner.names.iter());
            self.should(path, "custom-prefix", "S21-11.1-03", || {
                format!("`{name}` is no property of {}; a name of one's own begins with x_{hint}", owner.name)
            });
        }
        self.should(path, "custom-property", "S21-11.1-01", || {
            format!("`{name}` should be defined by an extension (7.3)")
        });
    }

    /// Identifiers in a property whose name does not say so (3.1).
    fn suffix(&mut self, name: &str, value: &Node<'_>, path: &Path<'_>) {
        let is_id = |n: &Node<'_>| {
            n.as_str()
                .and_then(|s| identifier::parse(s).ok())
                .is_some_and(|id| self.tables.types.get(id.object_type).is_some())
        };
        if is_id(value) && !name.ends_with("_ref") {
            self.should(path, "reference-suffix", "S21-3.1-07", || {
                format!("`{name}` holds an identifier; the name of a reference ends in _ref")
            });
        } else if value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(is_id))
            && !name.ends_with("_refs")
        {
            self.should(path, "reference-suffix", "S21-3.1-08", || {
                format!("`{name}` holds identifiers; the name of a list of references ends in _refs")
            });
        }
    }
}

/// The name of a type that the standard does not define.
pub(crate) fn type_name(walk: &mut Walk<'_, '_, '_>, name: &str, entries: &[Entry<'_>], path: &Path<'_>) {
    let here = path.key("type");
    let rules = if new_object_class(entries).is_some() {
        ["S21-7.3-24", "S21-7.3-25", "S21-7.3-26", "S21-7.3-27"]
    } else {
        ["S21-11.2-08", "S21-11.2-09", "S21-11.2-10", "S21-11.2-11"]
    };
    let (rule, why) = if !name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-') {
        (rules[0], "has only the characters a-z, 0-9 and hyphen")
    } else if name.contains("--") {
        (rules[1], "has no two hyphens in a row")
    } else if name.len() < 3 {
        (rules[2], "has at least 3 characters")
    } else if name.len() > 250 {
        (rules[3], "has at most 250 characters")
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        ("S21-3.1-02", "begins with a letter")
    } else {
        return type_name_advice(walk, name, entries, &here);
    };
    let hint = suggestion(name, walk.tables.types.iter());
    walk.must(&here, "type-name", rule, || format!("the name of a type {why}, unlike {name:?}{hint}"));
}

fn type_name_advice(walk: &mut Walk<'_, '_, '_>, name: &str, entries: &[Entry<'_>], here: &Path<'_>) {
    if !walk.advice || new_object_class(entries).is_some() {
        return;
    }
    if !name.starts_with("x-") {
        let hint = suggestion(name, walk.tables.types.iter());
        walk.should(here, "custom-prefix", "S21-11.2-12", || {
            format!("{name:?} is no type of the standard; a name of one's own begins with x-{hint}")
        });
    }
    walk.should(here, "custom-type", "S21-11.2-01", || {
        format!("the type {name} should be defined by an extension (7.3)")
    });
}

/// What an extension says this object is: the `extension_type` of the entry that makes a new object.
pub(crate) fn new_object_class<'n>(entries: &'n [Entry<'_>]) -> Option<&'n str> {
    member(entries, "extensions")?
        .as_object()?
        .iter()
        .filter_map(|(_, v)| v.get("extension_type").and_then(Node::as_str))
        .find(|t| matches!(*t, "new-sdo" | "new-sco" | "new-sro"))
}

/// Which common properties an object of such a type owes (7.3.2.2, 11.2.1).
pub(crate) fn owes(walk: &mut Walk<'_, '_, '_>, entries: &[Entry<'_>], path: &Path<'_>) {
    let has = |name: &str| member(entries, name).is_some();
    let class = new_object_class(entries);
    let looks_like_sco = || {
        let version = member(entries, "id")
            .and_then(Node::as_str)
            .and_then(|id| id.as_bytes().get(id.len().checked_sub(22)?).copied());
        !has("created") && !has("modified") && version == Some(b'5')
    };
    let sco = class == Some("new-sco") || (class.is_none() && looks_like_sco());
    if !sco {
        let rule = if class.is_some() { "S21-7.3-18" } else { "S21-11.2-02" };
        for name in ["spec_version", "created", "modified"] {
            if has(name) {
                continue;
            }
            // The standard's own custom object (11.2.1) has no `spec_version`, as none had in STIX 2.0.
            if name == "spec_version" && class.is_none() {
                walk.should(path, "missing-recommended", rule, || "the object should have `spec_version`".into());
            } else {
                walk.must(path, "missing-property", rule, || format!("the object lacks the common property `{name}`"));
            }
        }
    }
    if matches!(class, Some("new-sdo" | "new-sro")) && has("defanged") {
        walk.must(&path.key("defanged"), "defanged-not-on-sco", "S21-3.2-16", || {
            "`defanged` is for SCOs, and the extension says that this is none".into()
        });
    }
    let owner = &walk.tables.owners[walk.tables.custom];
    if walk.advice && !entries.iter().any(|(k, _)| owner.names.get(k).is_none()) {
        let rule = if class.is_some() { "S21-7.3-20" } else { "S21-11.2-04" };
        walk.should(path, "no-own-property", rule, || "the object has no property but the common ones".into());
    }
}
