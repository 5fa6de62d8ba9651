//! The one pass over an object: every property looked up once, its value judged by its kind.

use super::finding::Path;
use super::node::{Entry, Node};
use super::register;
use super::tables::{Class, Format, Kind, Owner, Presence, Prop, Range, TABLES, Tables};
use super::view::View;
use super::{Finding, Level, identifier, timestamp};

/// The greatest whole number that every JSON reader keeps exactly (2.10).
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// The state of judging one STIX Object.
pub(crate) struct Walk<'n, 'a, 'o> {
    pub(crate) tables: &'static Tables,
    /// The object itself.
    pub(crate) root: &'n [Entry<'a>],
    /// The keys of the deprecated observable container that is being judged, if one is.
    pub(crate) container: Option<&'n [Entry<'a>]>,
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
        Self {
            tables: &TABLES,
            root,
            container: None,
            object: root,
            owner: &TABLES.owners[TABLES.custom],
            advice,
            out,
        }
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
        debug_assert!(
            rule.is_empty() || register::rule(rule).is_some(),
            "unknown rule {rule}"
        );
        let rule = (!rule.is_empty()).then_some(rule);
        self.out.push(Finding {
            level,
            code,
            rule,
            object: None,
            pointer: path.pointer(),
            message: message(),
        });
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
    pub(crate) fn holder(
        &mut self,
        owner: &'static Owner,
        entries: &'n [Entry<'a>],
        path: &Path<'_>,
    ) {
        let mut view: View<'n, '_, 'a> = View {
            owner,
            entries,
            path,
            seen: 0,
            slots: [0; 64],
        };
        for (index, (name, value)) in entries.iter().enumerate() {
            let Some(at) = owner.names.get(name) else {
                self.unknown_property(owner, entries, index, path);
                continue;
            };
            let here = path.key(name);
            if view.has(at) {
                self.should(&here, "repeated-name", "", || {
                    format!("`{name}` is given twice; readers differ in which one they take")
                });
                continue;
            }
            view.seen |= 1 << at;
            view.slots[at] = u16::try_from(index).unwrap_or(u16::MAX);
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
                    format!(
                        "{} lacks the required property `{}`",
                        view.owner.name, prop.name
                    )
                });
            }
        }
    }

    fn property(
        &mut self,
        owner: &'static Owner,
        prop: &'static Prop,
        value: &'n Node<'a>,
        path: &Path<'_>,
    ) {
        match prop.presence {
            Presence::Allowed => {}
            Presence::NotApplicable => {
                let rule = if owner.class == Class::Sco
                    && matches!(
                        prop.name,
                        "created_by_ref" | "created" | "modified" | "revoked"
                    ) {
                    "U21-3.6-01"
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
                    format!(
                        "`{}` is reserved for later versions of the standard",
                        prop.name
                    )
                });
                return;
            }
        }
        if prop.list {
            self.list(prop, value, path);
        } else {
            self.value(prop, value, path);
        }
    }

    fn list(&mut self, prop: &'static Prop, value: &'n Node<'a>, path: &Path<'_>) {
        let Node::Array(items) = value else {
            return self.wrong_type(path, prop, "a list", value);
        };
        if items.is_empty() {
            return self.must(path, "empty-list", "S21-2.12-02", || {
                format!("`{}` is an empty list; leave it out instead", prop.name)
            });
        }
        for (i, item) in items.iter().enumerate() {
            self.value(prop, item, &path.index(i));
        }
    }

    pub(crate) fn wrong_type(
        &mut self,
        path: &Path<'_>,
        prop: &'static Prop,
        wanted: &str,
        found: &Node<'_>,
    ) {
        let rule = match prop.kind {
            _ if prop.list && wanted != "a list" => "S21-2.12-01",
            Kind::Boolean => "S21-2.2-01",
            _ => "S21-12.1-03",
        };
        self.must(path, "wrong-type", rule, || {
            format!("`{}` has to be {wanted}, not {}", prop.name, found.kind())
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
            (Kind::Integer, Node::Int(_) | Node::UInt(_) | Node::Float(_)) => {
                self.integer(prop, value, path)
            }
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
            (Kind::Vocabulary(index), Node::String(text)) => {
                self.vocabulary(prop, *index, text, path)
            }
            (Kind::MarkingType, Node::String(_)) => {}
            (Kind::Hex, Node::String(text)) => self.hex(prop, text, path),
            (Kind::Binary, Node::String(text)) => self.binary(prop, text, path),
            (Kind::Hashes, Node::Object(entries)) => self.hashes(prop, entries, path),
            (Kind::Dictionary(values), Node::Object(entries)) => {
                self.dictionary(prop, *values, entries, path)
            }
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

    fn integer(&mut self, prop: &'static Prop, value: &Node<'_>, path: &Path<'_>) {
        let number = number(value);
        if number.fract() != 0.0 {
            return self.wrong_type(path, prop, "an integer", value);
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
            self.must(path, "integer-too-large", "S21-2.10-01", || {
                format!("`{}` is beyond ±(2^53 - 1)", prop.name)
            });
        }
    }

    /// Whether the number is out of range.
    fn range(&mut self, prop: &'static Prop, range: &Range, number: f64, path: &Path<'_>) -> bool {
        if number >= range.min && number <= range.max {
            return false;
        }
        self.report(
            path,
            range.level,
            "out-of-range",
            range.rule.unwrap_or(""),
            || {
                let upper = if range.max.is_finite() {
                    format!("between {} and {}", range.min, range.max)
                } else {
                    format!("at least {}", range.min)
                };
                format!("`{}` has to be {upper}, not {number}", prop.name)
            },
        );
        true
    }

    fn timestamp(
        &mut self,
        prop: &'static Prop,
        text: &str,
        decimals: u8,
        whole: bool,
        path: &Path<'_>,
    ) {
        match timestamp::parse(text) {
            Err(timestamp::Fault::Format) => {
                let (rule, why) = timestamp_slip(text);
                self.must(path, "timestamp-format", rule, || {
                    format!("`{}` {why}: {text:?}", prop.name)
                });
            }
            Err(timestamp::Fault::Value) => {
                self.must(path, "timestamp-value", "S21-2.16-01", || {
                    format!("`{}` is a moment that does not exist: {text}", prop.name)
                });
            }
            Ok(t) if t.fraction.len() < usize::from(decimals) => {
                let rule = if prop.name == "modified" {
                    "S21-3.2-05"
                } else {
                    "S21-3.2-03"
                };
                self.must(path, "timestamp-precision", rule, || {
                    format!("`{}` needs at least {decimals} decimals: {text}", prop.name)
                });
            }
            Ok(t) if whole && !t.fraction.is_empty() => {
                let level = if timestamp::trimmed(t.fraction).is_empty() {
                    Level::Should
                } else {
                    Level::Must
                };
                self.report(path, level, "timestamp-too-precise", "S21-6.7-32", || {
                    format!("`{}` is precise to the second: {text}", prop.name)
                });
            }
            Ok(_) => {}
        }
    }

    fn vocabulary(&mut self, prop: &'static Prop, index: usize, text: &str, path: &Path<'_>) {
        let vocabulary = &self.tables.vocabularies[index];
        if vocabulary.values.get(text).is_some() {
            return;
        }
        if !vocabulary.open {
            let rule = prop
                .vocabulary_rule
                .unwrap_or(if prop.name == "extension_type" {
                    "S21-3.2-19"
                } else {
                    "S21-2.4-01"
                });
            return self.must(path, "not-in-enumeration", rule, || {
                format!(
                    "{text:?} is not in {}{}",
                    vocabulary.name,
                    suggestion(text, vocabulary.values.iter())
                )
            });
        }
        self.should(
            path,
            "not-in-vocabulary",
            prop.vocabulary_rule.unwrap_or("S21-2.14-01"),
            || {
                format!(
                    "{text:?} is not in {}{}",
                    vocabulary.name,
                    suggestion(text, vocabulary.values.iter())
                )
            },
        );
        if text.chars().any(char::is_uppercase) {
            self.should(path, "vocabulary-case", "S21-2.14-02", || {
                format!("{text:?} should be in lower case")
            });
        }
        if text.contains([' ', '_']) {
            self.should(path, "vocabulary-separator", "S21-2.14-03", || {
                format!("{text:?} should separate its words by hyphens")
            });
        }
    }

    fn reference(&mut self, prop: &'static Prop, text: &str, path: &Path<'_>) {
        if let Some(container) = self.container {
            return self.local_reference(prop, container, text, path);
        }
        let id = match identifier::parse(text) {
            Ok(id) => id,
            Err(fault) => {
                let rule = if fault == identifier::Fault::Rfc4122 {
                    "S21-2.9-02"
                } else {
                    "S21-2.9-01"
                };
                return self.must(path, "identifier-format", rule, || {
                    format!("`{}`: {text:?} {}", prop.name, fault.message())
                });
            }
        };
        if id.upper_case {
            self.should(path, "uuid-case", "S21-2.9-02", || {
                "UUIDs are written in lower case".into()
            });
        }
        self.reference_type(prop, id.object_type, path);
    }

    pub(crate) fn reference_type(
        &mut self,
        prop: &'static Prop,
        object_type: &str,
        path: &Path<'_>,
    ) {
        let Some(refs) = &prop.refs else { return };
        let fits = match self.tables.types.get(object_type) {
            Some(index) => refs.types & 1 << index != 0,
            None => refs.custom,
        };
        if fits {
            return;
        }
        let rule = if object_type == "bundle" && matches!(prop.name, "source_ref" | "target_ref") {
            "S21-8.2-01"
        } else {
            refs.rule.unwrap_or("")
        };
        self.report(path, refs.level, "reference-type", rule, || {
            format!(
                "`{}` has to refer to {}, not to {object_type}",
                prop.name, refs.wanted
            )
        });
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
    if name == "spec_version" {
        "S21-3.2-02"
    } else {
        "S21-3.2-01"
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
    (
        "S21-2.16-01",
        "is not of the form YYYY-MM-DDTHH:mm:ss[.s+]Z",
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers beyond 2^53 are out of bounds anyway"
)]
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
        .filter(|(score, _)| *score > 0.88)
        .map(|(_, n)| format!("; did you mean {n:?}?"))
        .unwrap_or_default()
}
