//! What an object path leads to, by the facts of section 6 (section 9.7).
//!
//! A path can lead to several places at once: `network-traffic:src_ref` may refer to four object types. A step is
//! wrong only where it is wrong in all of them. Beyond an unknown type, property or extension everything is possible.

use super::ast::{Located, ObjectPath, Step};
use super::error::{Finding, code};
use super::facts::{Facts, Kind, Properties, facts};

/// Somewhere that a path leads to.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// An object of a type of section 6, a nested type or an extension.
    Object(&'static str, &'static Properties),
    /// The value of a property, or of a part of one.
    Value {
        kind: &'static Kind,
        refs: &'static [String],
        /// The observable type that has the property itself, if one does.
        owner: Option<&'static str>,
    },
    /// Something that the facts do not know.
    Unknown,
}

impl Place {
    /// Whether two places are the same entry of the facts.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Object(a, _), Self::Object(b, _)) => a == b,
            (Self::Value { kind: a, .. }, Self::Value { kind: b, .. }) => std::ptr::eq(*a, *b),
            (Self::Unknown, Self::Unknown) => true,
            _ => false,
        }
    }
}

/// Where a path ends.
pub(super) struct Target {
    /// The places, at least one.
    pub places: Vec<Place>,
    /// The hash algorithm that the last step names, if it does.
    pub hash: Option<String>,
}

/// Object types that nobody defines in STIX, but custom ones do.
const CUSTOM_TYPE: &str = "x-";
/// Properties that nobody defines in STIX, but custom ones do.
const CUSTOM_PROPERTY: &str = "x_";

/// Follows `path`. What does not fit the facts goes to `findings`.
pub(super) fn follow(path: &ObjectPath, findings: &mut Vec<Finding>) -> Target {
    let facts = facts();
    let mut walk = Walk { facts, findings, hash: None };
    let mut places = walk.start(path);
    for step in &path.steps {
        walk.hash = None;
        places = match &step.value {
            Step::Key(name) => walk.key(&places, name, step),
            Step::Index(_) | Step::Any => walk.element(&places, step),
        };
    }
    Target { places, hash: walk.hash }
}

struct Walk<'w> {
    facts: &'static Facts,
    findings: &'w mut Vec<Finding>,
    hash: Option<String>,
}

impl Walk<'_> {
    fn start(&mut self, path: &ObjectPath) -> Vec<Place> {
        let name = &path.object_type;
        if let Some((name, properties)) = self.facts.types.get_key_value(name) {
            return vec![Place::Object(name, properties)];
        }
        if !name.starts_with(CUSTOM_TYPE) {
            let like = suggestion(name, self.facts.types.keys());
            let message = format!("`{name}` is no cyber-observable object type of STIX 2.1{like}");
            self.findings.push(Finding::should(code::UNKNOWN_TYPE, Some("S21-9.7-01"), path.at.0, message));
        }
        vec![Place::Unknown]
    }

    /// A step by name: a property, a key, or a property of what is referred to.
    fn key(&mut self, places: &[Place], name: &str, step: &Located<Step>) -> Vec<Place> {
        let mut found = Vec::new();
        let mut list = false;
        for place in places {
            match place {
                Place::Value { kind: Kind::List(item), refs, .. } => {
                    list = true;
                    self.below(Place::Value { kind: item, refs, owner: None }, name, &mut found);
                }
                place => self.below(*place, name, &mut found),
            }
        }
        if list && !places.iter().any(|place| matches!(place, Place::Unknown)) {
            let message = format!("the list before `{name}` has no index; `[*]` stands for any element");
            self.findings.push(Finding::should(code::INDEX_MISSING, Some("S21-9.7-06"), step.at.0, message));
        }
        self.extension(places, name, step.at.0);
        if found.is_empty() {
            self.unknown_property(places, name, step.at.0);
            found.push(Place::Unknown);
        }
        found
    }

    /// Adds what `name` means below `place`.
    fn below(&mut self, place: Place, name: &str, found: &mut Vec<Place>) {
        let mut add = |place: Place| {
            if !found.iter().any(|other| other.is(&place)) {
                found.push(place);
            }
        };
        match place {
            Place::Unknown => add(Place::Unknown),
            Place::Object(object, properties) => {
                if let Some(property) = properties.get(name) {
                    let owner = self.facts.types.contains_key(object).then_some(object);
                    add(Place::Value { kind: &property.kind, refs: &property.refs, owner });
                }
            }
            Place::Value { kind, refs, .. } => match kind {
                Kind::Hashes => {
                    self.hash = Some(name.to_owned());
                    add(Place::Value { kind: &Kind::String, refs: &[], owner: None });
                }
                Kind::Dictionary(Some(value)) => add(Place::Value { kind: value, refs: &[], owner: None }),
                Kind::Dictionary(None) => add(Place::Unknown),
                Kind::Extensions => match self.facts.extensions.get_key_value(name) {
                    Some((name, extension)) => add(Place::Object(name, &extension.properties)),
                    None => add(Place::Unknown),
                },
                Kind::Object(nested) => self.below_object(nested, name, found),
                Kind::Identifier => self.below_reference(refs, name, found),
                Kind::Boolean | Kind::Number | Kind::String | Kind::Bytes | Kind::Timestamp | Kind::List(_) => {}
            },
        }
    }

    fn below_object(&mut self, nested: &'static str, name: &str, found: &mut Vec<Place>) {
        if let Some(properties) = self.facts.nested.get(nested) {
            self.below(Place::Object(nested, properties), name, found);
        }
    }

    /// Adds what `name` means on the objects that a reference may have as its targets.
    fn below_reference(&mut self, refs: &'static [String], name: &str, found: &mut Vec<Place>) {
        for (target, properties) in &self.facts.types {
            if refs.iter().any(|allowed| allowed == target || allowed == "@sco") {
                self.below(Place::Object(target, properties), name, found);
            }
        }
        if refs.iter().all(|allowed| !self.facts.types.contains_key(allowed) && allowed != "@sco") {
            // Nothing observable: marking definitions and the like have properties that are not among the facts.
            self.below(Place::Unknown, name, found);
        }
    }

    fn unknown_property(&mut self, places: &[Place], name: &str, offset: usize) {
        if name.starts_with(CUSTOM_PROPERTY) {
            return;
        }
        let message = match places {
            [Place::Object(object, properties)] => {
                let like = suggestion(name, properties.keys());
                format!("`{object}` has no property `{name}`{like}")
            }
            _ => format!("`{name}` is no property of what the path before it leads to"),
        };
        self.findings.push(Finding::should(code::UNKNOWN_PROPERTY, Some("S21-9.7-02"), offset, message));
    }

    /// A step by index.
    fn element(&mut self, places: &[Place], step: &Located<Step>) -> Vec<Place> {
        let items: Vec<Place> = places
            .iter()
            .filter_map(|place| match *place {
                Place::Value { kind: Kind::List(item), refs, .. } => {
                    Some(Place::Value { kind: item, refs, owner: None })
                }
                Place::Unknown => Some(Place::Unknown),
                _ => None,
            })
            .collect();
        if items.is_empty() {
            let message = "the property before the index is not a list";
            self.findings.push(Finding::must(code::INDEX_NOT_LIST, "S21-9.7-06", step.at.0, message));
            return vec![Place::Unknown];
        }
        items
    }

    /// Says where a predefined extension stands on objects that it is not made for.
    fn extension(&mut self, places: &[Place], name: &str, offset: usize) {
        let Some(extension) = self.facts.extensions.get(name) else {
            return;
        };
        let mut owners = places.iter().filter_map(|place| match place {
            Place::Value { kind: Kind::Extensions, owner, .. } => *owner,
            _ => None,
        });
        let Some(first) = owners.next() else { return };
        if !std::iter::once(first).chain(owners).any(|owner| extension.applies_to.iter().any(|name| name == owner)) {
            let message = format!("`{name}` extends {}, not `{first}`", extension.applies_to.join(", "));
            self.findings.push(Finding::should(code::EXTENSION_TYPE, Some("S21-9.7-02"), offset, message));
        }
    }
}

/// `, did you mean ...` where one of `known` is close to `name`.
fn suggestion<'k>(name: &str, known: impl Iterator<Item = &'k String>) -> String {
    // Distances are only worth their time on names of a sensible length.
    if name.len() > 64 {
        return String::new();
    }
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map_or_else(String::new, |(_, candidate)| format!("; did you mean `{candidate}`?"))
}
