//! The one pass over an object: every property looked up once, its value judged by its kind.

use std::collections::HashMap;

use super::finding::Path;
use super::node::{Entry, Node};
use super::register;
use super::tables::{Class, Format, Kind, Owner, Presence, Prop, TABLES, Tables};
use super::view::View;
use super::{Finding, Level};

/// The state of judging one STIX Object.
pub(crate) struct Walk<'n, 'a, 'o> {
    pub(crate) tables: &'static Tables,
    /// The object itself.
    pub(crate) root: &'n [Entry<'a>],
    /// The deprecated observable container that is being judged, if one is, by its keys.
    pub(crate) container: Option<HashMap<&'n str, &'n Node<'a>>>,
    /// The object whose properties are judged: the root, or one of the container. Granular selectors begin here.
    pub(crate) object: &'n [Entry<'a>],
    /// Its type.
    pub(crate) owner: &'static Owner,
    /// Whether advice is wanted besides MUST.
    pub(crate) advice: bool,
    pub(crate) out: &'o mut Vec<Finding>,
}

impl<'n, 'a, 'o> Walk<'n, 'a, 'o> {
    pub(crate) fn new(root: &'n [Entry<'a>], advice: bool, out: &'o mut Vec<Finding>) -> Self {
        Self { tables: &TABLES, root, container: None, object: root, owner: &TABLES.owners[TABLES.custom], advice, out }
    }

    /// Adds a finding. The message is only made where it is wanted.
    pub(crate) fn report(
        &mut self,
        path: &Path<'_>,
        level: Level,
        code: &'static str,
        rule: &'static str,
        message: impl FnOnce() -> String,
    ) {
        if level == Level::Should && !self.advice {
            return;
        }
        debug_assert!(super::is_code(code), "unknown code {code}");
        debug_assert!(rule.is_empty() || register::rule(rule).is_some(), "unknown rule {rule}");
        let rule = (!rule.is_empty()).then_some(rule);
        self.out.push(Finding { level, code, rule, object: None, pointer: path.pointer(), message: message() });
    }

    pub(crate) fn must(
        &mut self,
        path: &Path<'_>,
        code: &'static str,
        rule: &'static str,
        message: impl FnOnce() -> String,
    ) {
        self.report(path, Level::Must, code, rule, message);
    }

    pub(crate) fn should(
        &mut self,
        path: &Path<'_>,
        code: &'static str,
        rule: &'static str,
        message: impl FnOnce() -> String,
    ) {
        self.report(path, Level::Should, code, rule, message);
    }

    /// Judges the properties of an object, extension or nested value, and the rules between them.
    pub(crate) fn holder(&mut self, owner: &'static Owner, entries: &'n [Entry<'a>], path: &Path<'_>) {
        let mut view: View<'n, '_, 'a> = View { owner, entries, path, seen: 0, slots: [0; 64] };
        for (index, (name, value)) in entries.iter().enumerate() {
            let Some(at) = owner.names.get(name) else {
                self.unknown_property(owner, entries, index, path);
                continue;
            };
            let here = path.key(name);
            if view.has(at) {
                // Both are judged: readers differ in which one they take.
                self.must(&here, "repeated-name", "S21-12.1-01", || {
                    format!("`{name}` is given twice, which the JSON of STIX, I-JSON, forbids")
                });
            } else {
                view.seen |= 1 << at;
                view.slots[at] = u16::try_from(index).unwrap_or(u16::MAX);
            }
            self.property(owner, &owner.props[at], value, &here);
        }
        let missing = owner.required & !view.seen;
        if missing != 0 {
            self.missing(&view, missing);
        }
        if owner.disputed & !view.seen != 0 {
            let names = view.list(owner.disputed & !view.seen, " and ");
            self.should(path, "missing-disputed", "", || {
                format!("{names} is required by one of the standard and the OASIS schemas")
            });
        }
        for check in &owner.checks {
            self.check(check, &view);
        }
        self.of_type(&view);
    }

    fn missing(&mut self, view: &View<'n, '_, 'a>, missing: u64) {
        // In the deprecated container the key stands for the `id` (2.13).
        let missing = if self.container.is_some() && view.owner.class == Class::Sco {
            missing & !view.owner.bit("id")
        } else {
            missing
        };
        for (i, prop) in view.owner.props.iter().enumerate() {
            if missing & 1 << i != 0 {
                self.must(view.path, "missing-property", "S21-3.1-14", || {
                    format!("{} lacks the required property `{}`", view.owner.name, prop.name)
                });
            }
        }
    }

    fn property(&mut self, owner: &'static Owner, prop: &'static Prop, value: &'n Node<'a>, path: &Path<'_>) {
        match prop.presence {
            Presence::Allowed => {}
            Presence::NotApplicable => {
                let rule = if owner.class == Class::Sco
                    && matches!(prop.name, "created_by_ref" | "created" | "modified" | "revoked")
                {
                    "U21-3.6-01"
                } else if owner.name == "marking-definition" && prop.name == "modified" {
                    "U21-7.2-01"
                } else {
                    ""
                };
                self.should(path, "not-applicable", rule, || {
                    format!("`{}` does not apply to {}", prop.name, owner.name)
                });
                // A bundle may carry properties of anybody's own (8), under whatever names.
                if owner.class == Class::Bundle {
                    return;
                }
            }
            Presence::NotDefanged => {
                self.must(path, "defanged-not-on-sco", "S21-3.2-16", || {
                    format!("`defanged` is for SCOs; {} is none", owner.name)
                });
                return;
            }
            Presence::Reserved => {
                self.must(path, "reserved-name", "S21-3.8-01", || {
                    format!("`{}` is reserved for later versions of the standard", prop.name)
                });
                return;
            }
        }
        if prop.list {
            self.list(prop, value, owner.required & owner.bit(prop.name) != 0, path);
        } else {
            self.value(prop, value, path);
        }
    }

    fn list(&mut self, prop: &'static Prop, value: &'n Node<'a>, required: bool, path: &Path<'_>) {
        let Node::Array(items) = value else {
            return self.wrong_type(path, prop, "a list", value);
        };
        if items.is_empty() {
            let (rule, why) = if required {
                ("S21-2.12-04", "it is required, with at least one value")
            } else {
                ("S21-2.12-02", "leave it out instead")
            };
            return self.must(path, "empty-list", rule, || format!("`{}` is an empty list; {why}", prop.name));
        }
        for (i, item) in items.iter().enumerate() {
            self.value(prop, item, &path.index(i));
        }
    }

    pub(crate) fn wrong_type(&mut self, path: &Path<'_>, prop: &'static Prop, wanted: &str, found: &Node<'_>) {
        let rule = match prop.kind {
            _ if prop.list && wanted != "a list" => "S21-2.12-01",
            Kind::Boolean => "S21-2.2-01",
            _ => "S21-12.1-03",
        };
        let what = if prop.list && wanted != "a list" { "each item of " } else { "" };
        self.must(path, "wrong-type", rule, || {
            format!("{what}`{}` has to be {wanted}, not {}", prop.name, found.kind())
        });
    }

    /// Judges one value, or one item of a list.
    pub(crate) fn value(&mut self, prop: &'static Prop, value: &'n Node<'a>, path: &Path<'_>) {
        match (&prop.kind, value) {
            (Kind::String, Node::String(text)) => {
                if prop.format != Format::None {
                    self.format(prop, text, path);
                }
            }
            (Kind::Fixed(fixed), node) => {
                if node.as_str() != Some(*fixed) {
                    self.must(path, "wrong-literal", fixed_rule(prop.name), || {
                        format!("`{}` has to be \"{fixed}\"", prop.name)
                    });
                }
            }
            (Kind::OneOf(values), node) => {
                if !node.as_str().is_some_and(|s| values.contains(&s)) {
                    self.must(path, "unknown-tlp", "S21-7.2-10", || {
                        format!("`{}` has to be one of {}", prop.name, values.join(", "))
                    });
                }
            }
            (Kind::Boolean, Node::Bool(_)) => {}
            (Kind::StringOrBoolean, Node::String(_)) => {}
            (Kind::StringOrBoolean, Node::Bool(_)) => {
                self.should(path, "disputed-type", "U21-5.2-01", || {
                    format!("`{}` is a string in the standard's table", prop.name)
                });
            }
            (Kind::Integer, Node::Int(_) | Node::UInt(_) | Node::Float(_)) => self.integer(prop, value, path),
            (Kind::Float, Node::Int(_) | Node::UInt(_) | Node::Float(_)) => {
                if let Some(range) = &prop.range {
                    self.range(prop, range, number(value), path);
                }
            }
            (Kind::Timestamp { decimals, whole }, Node::String(text)) => {
                self.timestamp(prop, text, *decimals, *whole, path)
            }
            (Kind::OwnId, Node::String(_)) => {}
            (Kind::Identifier, Node::String(text)) => self.reference(prop, text, path),
            (Kind::Vocabulary(index), Node::String(text)) => self.vocabulary(prop, *index, text, path),
            (Kind::MarkingType, Node::String(_)) => {}
            (Kind::Hex, Node::String(text)) => self.hex(prop, text, path),
            (Kind::Binary, Node::String(text)) => self.binary(prop, text, path),
            (Kind::Hashes, Node::Object(entries)) => self.hashes(prop, entries, path),
            (Kind::Dictionary(values), Node::Object(entries)) => self.dictionary(prop, *values, entries, path),
            (Kind::Part(index), Node::Object(entries)) => {
                let owner: &'static Owner = &self.tables.owners[*index];
                self.holder(owner, entries, path);
            }
            (Kind::Marking, Node::Object(_)) => {}
            (Kind::Container, Node::Object(entries)) => self.observables(entries, path),
            (Kind::Extensions, Node::Object(entries)) => self.extensions(entries, path),
            // Judged one by one, as objects of their own.
            (Kind::Objects, _) => {}
            (Kind::Reserved, _) => {}
            (kind, node) => self.wrong_type(path, prop, wanted(kind), node),
        }
    }
}

const fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "a boolean",
        Kind::Integer => "an integer",
        Kind::Float => "a number",
        Kind::Hashes | Kind::Dictionary(_) | Kind::Extensions | Kind::Container => "a dictionary",
        Kind::Part(_) | Kind::Marking | Kind::Objects => "an object",
        _ => "a string",
    }
}

fn fixed_rule(name: &str) -> &'static str {
    if name == "spec_version" { "S21-3.2-02" } else { "S21-3.2-01" }
}

#[expect(clippy::cast_precision_loss, reason = "numbers beyond 2^53 are out of bounds anyway")]
pub(crate) fn number(value: &Node<'_>) -> f64 {
    match value {
        Node::Int(n) => *n as f64,
        Node::UInt(n) => *n as f64,
        Node::Float(n) => *n,
        _ => f64::NAN,
    }
}

/// `; did you mean …?` where one of the names is close.
pub(crate) fn suggestion(text: &str, names: impl Iterator<Item = &'static str>) -> String {
    if text.len() > 100 {
        return String::new();
    }
    let plain = text.to_lowercase().replace([' ', '_'], "-");
    names
        .map(|n| (strsim::jaro_winkler(&plain, &n.to_lowercase()), n))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, name)| *score > 0.88 && *name != text)
        .map(|(_, n)| format!("; did you mean {n:?}?"))
        .unwrap_or_default()
}
