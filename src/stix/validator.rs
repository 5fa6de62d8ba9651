//! The validator: one object or a whole document in, findings out.

use serde_json::Value;

use super::finding::Path;
use super::node::Node;
use super::scope::Scope;
use super::tables::TABLES;
use super::version::{self, SpecVersion};
use super::walk::Walk;
use super::{Finding, Level, object};

/// Judges STIX 2.1 content. Cheap to make and to share between threads: what it knows is compiled once a process.
#[derive(Clone, Copy, Debug)]
pub struct Validator {
    advice: bool,
}

impl Default for Validator {
    fn default() -> Self {
        Self::new()
    }
}

impl Validator {
    /// A validator that reports broken MUSTs and advice.
    #[must_use]
    pub fn new() -> Self {
        std::sync::LazyLock::force(&TABLES);
        Self { advice: true }
    }

    /// Leaves out findings below this level.
    #[must_use]
    pub const fn at_least(mut self, level: Level) -> Self {
        self.advice = matches!(level, Level::Should);
        self
    }

    /// Whether findings of this level are asked for.
    pub(crate) fn wants(&self, finding: &Finding) -> bool {
        self.advice || finding.level == Level::Must
    }

    /// Judges one STIX Object, a bundle, a TAXII envelope or a list of objects. Pointers are within that value.
    #[must_use]
    pub fn validate(&self, content: &Value) -> Vec<Finding> {
        self.validate_node(&Node::borrow(content))
    }

    /// As [`Validator::validate`], from text: faster, and repeated keys are seen.
    ///
    /// # Errors
    /// What is wrong with the JSON, with line and column.
    pub fn validate_slice(&self, json: &[u8]) -> Result<Vec<Finding>, serde_json::Error> {
        Ok(self.validate_node(&Node::parse(json)?))
    }

    /// As [`Validator::validate`], from a parsed document.
    #[must_use]
    pub fn validate_node(&self, content: &Node<'_>) -> Vec<Finding> {
        let mut out = Vec::new();
        let objects = Path::ROOT.key("objects");
        match Shape::of(content) {
            Shape::Object => self.object(content, &Path::ROOT, false, &mut out),
            Shape::List => self.all(content.as_array().unwrap_or(&[]), &Path::ROOT, false, &mut out),
            Shape::Envelope => {
                let items = content.get("objects").and_then(Node::as_array).unwrap_or(&[]);
                self.all(items, &objects, false, &mut out);
            }
            Shape::Bundle => {
                let old = self.bundle(content, &mut out);
                let items = content.get("objects").and_then(Node::as_array).unwrap_or(&[]);
                self.all(items, &objects, old, &mut out);
            }
        }
        out
    }

    /// Judges a bundle but for its objects; whether it says that it is of STIX 2.0.
    pub(crate) fn bundle(&self, content: &Node<'_>, out: &mut Vec<Finding>) -> bool {
        if version::of(content) == SpecVersion::V20 {
            self.say_20(content, &Path::ROOT, "bundle", out);
            return true;
        }
        object::judge(content, &Path::ROOT, self.advice, out);
        false
    }

    /// Judges one object of a document.
    pub(crate) fn object(&self, content: &Node<'_>, path: &Path<'_>, in_20_bundle: bool, out: &mut Vec<Finding>) {
        if version::of_object(content, in_20_bundle) == SpecVersion::V20 {
            if !in_20_bundle {
                self.say_20(content, path, "object", out);
            }
            return;
        }
        object::judge(content, path, self.advice, out);
    }

    /// Judges an object of a list or bundle, where a bundle may not stand.
    pub(crate) fn member(&self, content: &Node<'_>, path: &Path<'_>, in_20_bundle: bool, out: &mut Vec<Finding>) {
        if content.get("type").and_then(Node::as_str) == Some("bundle") {
            let mut walk = Walk::new(&[], self.advice, out);
            walk.must(path, "bundle-in-list", "S21-8.1-02", || {
                "a bundle is not a STIX Object and stands in no list of them".into()
            });
            return;
        }
        self.object(content, path, in_20_bundle, out);
    }

    fn say_20(&self, content: &Node<'_>, path: &Path<'_>, what: &str, out: &mut Vec<Finding>) {
        let from = out.len();
        Walk::new(&[], self.advice, out)
            .should(path, "stix-2-0", "", || format!("this {what} is of STIX 2.0 and not judged by the rules of 2.1"));
        for finding in &mut out[from..] {
            finding.object = content.get("id").and_then(Node::as_str).map(str::to_owned);
        }
    }

    fn all(&self, items: &[Node<'_>], path: &Path<'_>, in_20_bundle: bool, out: &mut Vec<Finding>) {
        let mut scope = Scope::default();
        for (i, item) in items.iter().enumerate() {
            self.member(item, &path.index(i), in_20_bundle, out);
            if version::of_object(item, in_20_bundle) == SpecVersion::V21 {
                scope.see(item, u32::try_from(i).unwrap_or(u32::MAX));
            }
        }
        let between = scope.finish(|wanted| {
            wanted.iter().filter_map(|i| Some((*i, items.get(*i as usize)?.clone().into_owned()))).collect()
        });
        for found in between.into_iter().filter(|b| self.wants(&b.finding)) {
            let pointer = path.index(found.index as usize).pointer() + &found.finding.pointer;
            out.push(Finding { pointer, ..found.finding });
        }
    }
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One STIX Object, or what should be one.
    Object,
    Bundle,
    /// A TAXII envelope: objects, and no type or id of its own.
    Envelope,
    List,
}

impl Shape {
    pub(crate) fn of(content: &Node<'_>) -> Self {
        if content.as_array().is_some() {
            return Self::List;
        }
        match content.get("type") {
            Some(kind) if kind.as_str() == Some("bundle") => Self::Bundle,
            None if content.get("id").is_none() && is_envelope(content) => Self::Envelope,
            _ => Self::Object,
        }
    }
}

/// Whether an object without type and id is an envelope: it has a list of objects, or nothing but what only envelopes have
/// (TAXII 2.1, section 3.7; an empty page may leave the list out).
fn is_envelope(content: &Node<'_>) -> bool {
    match content.get("objects") {
        Some(objects) => objects.as_array().is_some(),
        None => content.as_object().is_some_and(|entries| {
            !entries.is_empty() && entries.iter().all(|(name, _)| matches!(&**name, "more" | "next"))
        }),
    }
}
