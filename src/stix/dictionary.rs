//! Dictionaries (2.3): their keys, that they are not empty, and their values.

use super::borrowed::keeps_case;
use super::finding::Path;
use super::language;
use super::node::{Entry, MAX_DEPTH, Node};
use super::tables::{Prop, Values};
use super::walk::{Walk, number};

impl<'n, 'a> Walk<'n, 'a, '_> {
    pub(super) fn dictionary(
        &mut self,
        prop: &'static Prop,
        values: Values,
        entries: &'n [Entry<'a>],
        path: &Path<'_>,
    ) {
        if entries.is_empty() {
            return self.must(path, "empty-dictionary", prop.empty_rule, || {
                format!("`{}` is empty; a dictionary has at least one entry", prop.name)
            });
        }
        self.repeated(entries, "S21-2.3-01", path);
        let borrowed = keeps_case(prop.name);
        let keeps_case = values == Values::Translations || borrowed;
        for (key, value) in entries {
            let here = path.key(key);
            self.key(key, keeps_case, &here);
            if borrowed {
                self.borrowed_name(prop.name, key, &here);
            }
            self.dictionary_value(prop, values, key, value, &here);
        }
    }

    fn dictionary_value(
        &mut self,
        prop: &'static Prop,
        values: Values,
        key: &str,
        value: &'n Node<'a>,
        path: &Path<'_>,
    ) {
        let in_container = self.container.is_some();
        let mut wrong = |wanted: &str| {
            self.must(path, "wrong-type", prop.values_rule, || {
                format!("values of `{}` have to be {wanted}, not {}", prop.name, value.kind())
            });
        };
        match (values, value) {
            (Values::Any, _) => self.any_value(value, path),
            (Values::String, Node::String(_)) => {}
            (Values::String, _) => wrong("strings"),
            (Values::Integer | Values::IntegerOrString, number) if is_whole(number) => {
                self.safe_integer(number, path);
            }
            (Values::Integer, _) if in_container => self.form_of_20(prop, path),
            (Values::Integer, _) => wrong("integers"),
            (Values::IntegerOrString, Node::String(_)) => {}
            (Values::IntegerOrString, _) => wrong("integers or strings"),
            (Values::StringLists { .. }, Node::Array(items)) => self.strings(prop, items, path),
            (Values::StringLists { plain_strings_tolerated: true }, Node::String(_)) => {
                // The standard's own example writes plain strings (policy 5).
                self.should(path, "disputed-type", prop.values_rule, || {
                    format!("values of `{}` have to be lists of strings", prop.name)
                });
            }
            (Values::StringLists { .. }, Node::String(_)) if in_container => self.form_of_20(prop, path),
            (Values::StringLists { .. }, _) => wrong("lists of strings"),
            (Values::Translations, Node::Object(fields)) => {
                if let Some(why) = language::fault(key) {
                    self.must(path, "language-tag", prop.language_rule, || {
                        format!("{key:?} is not a language code of RFC 5646: {why}")
                    });
                }
                if fields.is_empty() {
                    return self.must(path, "empty-dictionary", "S21-2.3-05", || "a translation is empty".into());
                }
                self.repeated(fields, "S21-2.3-01", path);
                for (name, field) in fields {
                    let here = path.key(name);
                    self.key(name, true, &here);
                    self.any_value(field, &here);
                }
            }
            (Values::Translations, _) => wrong("dictionaries"),
        }
    }

    /// Observables of STIX 2.0 may stand in the container (2.13); what 2.0 allowed makes nothing invalid there.
    pub(crate) fn form_of_20(&mut self, prop: &'static Prop, path: &Path<'_>) {
        self.should(path, "disputed-type", prop.values_rule, || {
            format!("`{}` is of the form of STIX 2.0, which STIX 2.1 has changed", prop.name)
        });
    }

    fn safe_integer(&mut self, value: &Node<'_>, path: &Path<'_>) {
        if number(value).abs() >= 9_007_199_254_740_992.0 {
            self.must(path, "integer-too-large", "S21-2.10-01", || format!("{} is beyond ±(2^53 - 1)", number(value)));
        }
    }

    fn strings(&mut self, prop: &'static Prop, items: &[Node<'_>], path: &Path<'_>) {
        if items.is_empty() {
            return self.must(path, "empty-list", "S21-2.12-02", || "a list has at least one value".into());
        }
        for (i, item) in items.iter().enumerate() {
            if item.as_str().is_none() {
                self.must(&path.index(i), "wrong-type", prop.values_rule, || {
                    format!("a list of strings holds {}", item.kind())
                });
            }
        }
    }

    /// A value of which only is known that some data type of section 2 has to allow it.
    pub(crate) fn any_value(&mut self, value: &Node<'_>, path: &Path<'_>) {
        match value {
            Node::Null => {
                self.must(path, "null-value", "S21-2.3-07", || "no data type of the standard allows null".into())
            }
            Node::Deep => self.should(path, "nested-too-deep", "", || {
                format!("what nests deeper than {MAX_DEPTH} levels is not judged")
            }),
            Node::Array(items) if items.is_empty() => {
                self.must(path, "empty-list", "S21-2.12-02", || "a list has at least one value".into());
            }
            Node::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.any_value(item, &path.index(i));
                }
            }
            Node::Object(entries) if entries.is_empty() => {
                self.must(path, "empty-dictionary", "S21-2.3-05", || "empty dictionaries are not allowed".into());
            }
            Node::Object(entries) => {
                self.repeated(entries, "S21-2.3-01", path);
                for (key, value) in entries {
                    let here = path.key(key);
                    self.key(key, false, &here);
                    self.any_value(value, &here);
                }
            }
            _ => {}
        }
    }

    /// The characters and the length of a dictionary key.
    pub(crate) fn key(&mut self, key: &str, keeps_case: bool, path: &Path<'_>) {
        if !key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_')) {
            return self.must(path, "dictionary-key", "S21-2.3-02", || {
                format!("a dictionary key has only letters, digits, hyphens and underscores, unlike {key:?}")
            });
        }
        if key.len() > 250 {
            return self
                .must(path, "dictionary-key", "S21-2.3-03", || "a dictionary key has at most 250 characters".into());
        }
        if !keeps_case && key.bytes().any(|c| c.is_ascii_uppercase()) {
            self.should(path, "dictionary-key-case", "S21-2.3-04", || {
                format!("the key {key:?} should be in lower case")
            });
        }
    }

    /// Keys that occur more than once.
    pub(crate) fn repeated(&mut self, entries: &[Entry<'_>], rule: &'static str, path: &Path<'_>) {
        let mut report = |key: &str| {
            self.must(&path.key(key), "repeated-key", rule, || format!("the key {key:?} occurs more than once"))
        };
        if entries.len() <= 16 {
            for (i, (key, _)) in entries.iter().enumerate() {
                if entries[..i].iter().any(|(k, _)| k == key) {
                    report(key);
                }
            }
            return;
        }
        let mut keys: Vec<&str> = entries.iter().map(|(k, _)| k.as_ref()).collect();
        keys.sort_unstable();
        for pair in keys.windows(2) {
            if pair[0] == pair[1] {
                report(pair[0]);
            }
        }
    }
}

/// Whether this is a whole number, however written.
fn is_whole(value: &Node<'_>) -> bool {
    number(value).fract() == 0.0
}
