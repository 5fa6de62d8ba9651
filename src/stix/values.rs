//! Numbers, timestamps, vocabularies and references: the values of single properties.

use super::finding::Path;
use super::node::Node;
use super::tables::{Prop, Range};
use super::walk::{Walk, number, suggestion};
use super::{Level, identifier, timestamp};

/// The greatest whole number that every JSON reader keeps exactly (2.10).
const MAX_INTEGER: i64 = (1 << 53) - 1;

impl Walk<'_, '_, '_> {
    pub(super) fn integer(&mut self, prop: &'static Prop, value: &Node<'_>, path: &Path<'_>) {
        let number = number(value);
        if number.fract() != 0.0 {
            return self.must(path, "wrong-type", "S21-12.1-03", || {
                format!("`{}` has to be an integer, not {number}", prop.name)
            });
        }
        // A bound of the property's own says more than the bound of the type.
        if let Some(range) = &prop.range
            && self.range(prop, range, number, path)
            && range.level == Level::Must
        {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact in a double")]
        if number.abs() > MAX_INTEGER as f64 || matches!(value, Node::UInt(_)) {
            self.must(path, "integer-too-large", "S21-2.10-01", || format!("`{}` is beyond ±(2^53 - 1)", prop.name));
        }
    }

    /// Whether the number is out of range.
    pub(super) fn range(&mut self, prop: &'static Prop, range: &Range, number: f64, path: &Path<'_>) -> bool {
        if number >= range.min && number <= range.max {
            return false;
        }
        self.report(path, range.level, "out-of-range", range.rule.unwrap_or(""), || {
            let upper = if range.max.is_finite() {
                format!("between {} and {}", range.min, range.max)
            } else {
                format!("at least {}", range.min)
            };
            format!("`{}` has to be {upper}, not {number}", prop.name)
        });
        true
    }

    pub(super) fn timestamp(&mut self, prop: &'static Prop, text: &str, decimals: u8, whole: bool, path: &Path<'_>) {
        match timestamp::parse(text) {
            Err(timestamp::Fault::Format) => {
                let (rule, why) = timestamp_slip(text);
                self.must(path, "timestamp-format", rule, || format!("`{}` {why}: {text:?}", prop.name));
            }
            Err(timestamp::Fault::Value) => {
                self.must(path, "timestamp-value", "S21-2.16-01", || {
                    format!("`{}` is a moment that does not exist: {text}", prop.name)
                });
            }
            Ok(t) if t.fraction.len() < usize::from(decimals) => {
                let rule = if prop.name == "modified" { "S21-3.2-05" } else { "S21-3.2-03" };
                self.must(path, "timestamp-precision", rule, || {
                    format!("`{}` needs at least {decimals} decimals: {text}", prop.name)
                });
            }
            Ok(t) if whole && !t.fraction.is_empty() => {
                let level = if timestamp::trimmed(t.fraction).is_empty() { Level::Should } else { Level::Must };
                self.report(path, level, "timestamp-too-precise", "S21-6.7-32", || {
                    format!("`{}` is precise to the second: {text}", prop.name)
                });
            }
            Ok(_) => {}
        }
    }

    pub(super) fn vocabulary(&mut self, prop: &'static Prop, index: usize, text: &str, path: &Path<'_>) {
        let vocabulary = &self.tables.vocabularies[index];
        if vocabulary.values.get(text).is_some() {
            return;
        }
        if !vocabulary.open {
            let rule =
                prop.vocabulary_rule.unwrap_or(if prop.name == "extension_type" { "S21-3.2-19" } else { "S21-2.4-01" });
            return self.must(path, "not-in-enumeration", rule, || {
                format!("{text:?} is not in {}{}", vocabulary.name, suggestion(text, vocabulary.values.iter()))
            });
        }
        self.should(path, "not-in-vocabulary", prop.vocabulary_rule.unwrap_or("S21-2.14-01"), || {
            format!("{text:?} is not in {}{}", vocabulary.name, suggestion(text, vocabulary.values.iter()))
        });
        if text.chars().any(char::is_uppercase) {
            self.should(path, "vocabulary-case", "S21-2.14-02", || format!("{text:?} should be in lower case"));
        }
        if text.contains([' ', '_']) {
            self.should(path, "vocabulary-separator", "S21-2.14-03", || {
                format!("{text:?} should separate its words by hyphens")
            });
        }
    }

    pub(super) fn reference(&mut self, prop: &'static Prop, text: &str, path: &Path<'_>) {
        // In the container references are local; markings are no observables and keep their ids.
        let remote = matches!(prop.name, "object_marking_refs" | "marking_ref" | "created_by_ref");
        if self.container.is_some() && !remote {
            return self.local_reference(prop, text, path);
        }
        let id = match identifier::parse(text) {
            Ok(id) => id,
            Err(fault) => {
                let rule = if fault == identifier::Fault::Rfc4122 { "S21-2.9-02" } else { "S21-2.9-01" };
                return self.must(path, "identifier-format", rule, || {
                    format!("`{}`: {text:?} {}", prop.name, fault.message())
                });
            }
        };
        if id.upper_case {
            self.should(path, "uuid-case", "S21-2.9-02", || "UUIDs are written in lower case".into());
        }
        self.reference_type(prop, id.object_type, path);
    }

    pub(crate) fn reference_type(&mut self, prop: &'static Prop, object_type: &str, path: &Path<'_>) {
        let Some(refs) = &prop.refs else { return };
        let ends_of_relationship = matches!(prop.name, "source_ref" | "target_ref");
        if object_type == "bundle" && (refs.level == Level::Should || ends_of_relationship) {
            return self.must(path, "reference-type", "S21-8.2-01", || {
                format!("`{}` refers to a bundle, to which nothing is related", prop.name)
            });
        }
        let fits = match self.tables.types.get(object_type) {
            Some(index) => refs.types & 1 << index != 0,
            None => refs.custom,
        };
        if fits {
            return;
        }
        self.report(path, refs.level, "reference-type", refs.rule.unwrap_or(""), || {
            format!("`{}` has to refer to {}, not to {object_type}", prop.name, refs.wanted)
        });
    }
}

/// Which rule a string that is no timestamp breaks.
fn timestamp_slip(text: &str) -> (&'static str, &'static str) {
    if text.ends_with(".Z") {
        return ("S21-2.16-02", "has a decimal point without decimals");
    }
    let local = text.len() >= 19 && text.as_bytes().get(10) == Some(&b'T') && !text.ends_with('Z');
    if local {
        return ("S21-2.16-03", "is not in UTC marked by Z");
    }
    ("S21-2.16-01", "is not of the form YYYY-MM-DDTHH:mm:ss[.s+]Z")
}
