//! The `extensions` property (3.2, 3.10, 7.3, 11.3).

use super::finding::Path;
use super::node::{Entry, Node, member};
use super::tables::Class;
use super::walk::{Walk, suggestion};
use super::{Level, identifier};

const DEFINITION: &str = "extension-definition--";

impl<'n, 'a> Walk<'n, 'a, '_> {
    pub(super) fn extensions(&mut self, entries: &'n [Entry<'a>], path: &Path<'_>) {
        if entries.is_empty() {
            return self
                .must(path, "empty-dictionary", "S21-2.3-05", || "`extensions` is empty; leave it out instead".into());
        }
        self.repeated(entries, "S21-2.3-01", path);
        for (key, value) in entries {
            let here = path.key(key);
            self.key(key, true, &here);
            let Node::Object(content) = value else {
                self.must(&here, "wrong-type", self.owner.extension_value_rule, || {
                    format!("an extension is an object, not {}", value.kind())
                });
                continue;
            };
            if key.starts_with(DEFINITION) {
                self.defined_extension(key, content, &here);
            } else if let Some(extension) =
                self.tables.extension(key).filter(|_| self.owner.extensions.contains(&key.as_ref()))
            {
                self.holder(extension, content, &here);
                self.protocol(extension.protocol, &here);
            } else {
                self.custom_extension(key, content, &here);
            }
        }
    }

    /// An extension of the facility of 7.3, named by its definition.
    fn defined_extension(&mut self, key: &str, content: &'n [Entry<'a>], path: &Path<'_>) {
        if identifier::parse(key).is_err() {
            self.should(path, "extension-key", self.owner.extension_names_rule, || {
                format!("{key:?} is not the id of an extension definition")
            });
        }
        match member(content, "extension_type") {
            None if identifier::parse(key).is_ok() => {
                self.must(path, "missing-property", "S21-3.2-20", || {
                    "the extension lacks the required property `extension_type`".into()
                });
            }
            None if content.is_empty() => {
                self.must(path, "empty-dictionary", "S21-2.3-05", || "the extension is empty".into())
            }
            None => {}
            Some(kind) => self.extension_type(kind, path),
        }
        let rules = ["S21-7.3-14", "S21-7.3-15", "S21-7.3-16"];
        self.extension_properties(content, rules, path);
    }

    fn extension_type(&mut self, kind: &Node<'_>, path: &Path<'_>) {
        let here = path.key("extension_type");
        let Node::String(kind) = kind else {
            return self.must(&here, "wrong-type", "S21-3.2-19", || {
                format!("`extension_type` has to be a string, not {}", kind.kind())
            });
        };
        let Some(vocabulary) = self.tables.vocabularies.iter().find(|v| v.name == "extension-type-enum") else {
            return;
        };
        if vocabulary.values.get(kind).is_none() {
            return self.must(&here, "not-in-enumeration", "S21-3.2-19", || {
                format!("{kind:?} is not in {}{}", vocabulary.name, suggestion(kind, vocabulary.values.iter()))
            });
        }
        if kind.starts_with("new-") && self.owner.class != Class::Custom {
            self.should(&here, "extension-redefines", "S21-7.3-01", || {
                format!("{kind} is for a type that the standard does not define, unlike {}", self.owner.name)
            });
        }
    }

    /// An extension of neither the standard nor the facility of 7.3: deprecated, and allowed on SCOs only (11.3).
    fn custom_extension(&mut self, key: &str, content: &'n [Entry<'a>], path: &Path<'_>) {
        if content.is_empty() {
            self.must(path, "empty-dictionary", "S21-11.3-10", || {
                "a custom extension has at least one property".into()
            });
        }
        if let Some(kind) = member(content, "extension_type") {
            self.extension_type(kind, path);
        }
        self.extension_properties(content, ["S21-11.3-11", "S21-11.3-11", "S21-11.3-11"], path);
        if self.advice {
            self.custom_extension_advice(key, path);
        }
    }

    fn custom_extension_advice(&mut self, key: &str, path: &Path<'_>) {
        // A near miss of a predefined name is more likely a slip than an extension of somebody's own.
        let plain = key.to_ascii_lowercase().replace('_', "-");
        if let Some(meant) =
            self.owner.extensions.iter().find(|name| **name == plain || plain == name.trim_end_matches("-ext"))
        {
            let rule = self.tables.extension(meant).and_then(|e| e.name_rule).unwrap_or("S21-3.2-17");
            return self.should(path, "extension-key", rule, || {
                format!("{key:?} is no extension of the standard; did you mean {meant:?}?")
            });
        }
        let rule = self.owner.extension_names_rule;
        self.should(path, "extension-key", rule, || {
            format!("{key:?} is neither the id of an extension definition nor an extension of {}", self.owner.name)
        });
        let (rule, why) = if !key.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-') {
            ("S21-11.3-03", "has only the characters a-z, 0-9 and hyphen")
        } else if key.len() < 3 {
            ("S21-11.3-06", "has at least 3 characters")
        } else if key.len() > 250 {
            ("S21-11.3-07", "has at most 250 characters")
        } else if !key.ends_with("-ext") {
            ("S21-11.3-04", "ends with -ext")
        } else if !key.starts_with("x-") {
            ("S21-11.3-05", "begins with x-")
        } else if self.owner.class != Class::Sco {
            return self
                .should(path, "custom-extension", "U21-11.3-01", || "custom extensions are for SCOs only".into());
        } else {
            return self.should(path, "custom-extension", "S21-11.3-01", || {
                format!("{key} should be defined by an extension definition (7.3)")
            });
        };
        self.should(path, "custom-extension-name", rule, || {
            format!("the name of a custom extension {why}, unlike {key:?}")
        });
    }

    /// Names and values of an extension's properties. `rules`: characters, least length, greatest length.
    fn extension_properties(&mut self, content: &'n [Entry<'a>], rules: [&'static str; 3], path: &Path<'_>) {
        self.repeated(content, "S21-2.3-01", path);
        for (name, value) in content {
            let here = path.key(name);
            if name != "extension_type" {
                self.extension_property_name(name, rules, &here);
                if self.is_reserved(name) {
                    self.must(&here, "reserved-name", "S21-3.8-01", || {
                        format!("`{name}` is reserved for later versions of the standard")
                    });
                }
                self.any_value(value, &here);
            }
        }
    }

    pub(crate) fn extension_property_name(&mut self, name: &str, rules: [&'static str; 3], path: &Path<'_>) {
        let (rule, why) = if !name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_') {
            (rules[0], "has only the characters a-z, 0-9 and underscore")
        } else if name.len() < 3 && name != "id" {
            (rules[1], "has at least 3 characters")
        } else if name.len() > 250 {
            (rules[2], "has at most 250 characters")
        } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            ("S21-3.1-02", "begins with a letter")
        } else {
            return;
        };
        self.must(path, "property-name", rule, || format!("the name of an extension property {why}, unlike {name:?}"));
    }

    /// The protocol of an extension stands in `protocols` (6.12.1).
    fn protocol(&mut self, protocol: Option<&'static str>, path: &Path<'_>) {
        let Some(wanted) = protocol.filter(|_| self.advice) else {
            return;
        };
        let Some(Node::Array(listed)) = member(self.object, "protocols") else {
            return;
        };
        if !listed.iter().any(|p| p.as_str() == Some(wanted)) {
            self.report(path, Level::Should, "protocol-missing", "S21-6.12-15", || {
                format!("`protocols` should list {wanted}")
            });
        }
    }

    /// Whether an extension may have brought top-level properties of its own.
    pub(crate) fn is_extended(&self) -> bool {
        member(self.object, "extensions").and_then(Node::as_object).is_some_and(|entries| {
            entries
                .iter()
                .any(|(_, v)| v.get("extension_type").and_then(Node::as_str) == Some("toplevel-property-extension"))
        })
    }
}
