//! The facts, compiled once into what the walker needs: no strings to compare but names, no maps but bit sets.

use std::sync::LazyLock;

use super::Level;
use super::compile;
use super::constraint::Check;
use super::names::Names;

/// Everything the walker looks up. Built once for the whole process.
pub(crate) static TABLES: LazyLock<Tables> = LazyLock::new(compile::load);

/// A set of standard object types, by their position in [`Tables::owners`].
pub(crate) type TypeSet = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Sdo,
    Sro,
    Sco,
    Meta,
    Bundle,
    /// A type that the standard does not define.
    Custom,
    /// An extension or nested type.
    Part,
}

pub(crate) struct Tables {
    /// Object types, then extensions, then nested types, then the custom type.
    pub(crate) owners: Vec<Owner>,
    /// Names of the standard object types; the position is the owner's.
    pub(crate) types: Names,
    pub(crate) extensions: Names,
    pub(crate) first_extension: usize,
    pub(crate) custom: usize,
    pub(crate) statement_marking: usize,
    pub(crate) tlp_marking: usize,
    pub(crate) vocabularies: Vec<Vocabulary>,
    pub(crate) hash_names: Names,
    pub(crate) hash_lengths: Vec<Option<usize>>,
    pub(crate) tlp: Vec<Tlp>,
    pub(crate) relationships: Relationships,
    pub(crate) scos: TypeSet,
}

pub(crate) struct Vocabulary {
    pub(crate) name: &'static str,
    pub(crate) open: bool,
    pub(crate) values: Names,
}

/// One of the four TLP marking definitions of 7.2.1.4.
pub(crate) struct Tlp {
    pub(crate) id: &'static str,
    pub(crate) created: &'static str,
    pub(crate) name: &'static str,
    pub(crate) level: &'static str,
}

/// An object type, extension or nested type with its properties.
pub(crate) struct Owner {
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    pub(crate) names: Names,
    pub(crate) props: Vec<Prop>,
    /// Properties that have to be there, as bits.
    pub(crate) required: u64,
    /// Properties that the OASIS schemas require and the standard does not, or the other way round.
    pub(crate) disputed: u64,
    pub(crate) checks: Vec<Check>,
    /// Properties that enter a deterministic id (2.9).
    pub(crate) contributing: Vec<&'static str>,
    /// Names of the extensions that the standard defines for this type.
    pub(crate) extensions: Vec<&'static str>,
    /// The value that `protocols` should have beside this extension.
    pub(crate) protocol: Option<&'static str>,
    /// The rule that fixes the value of `type`, or the key of an extension.
    pub(crate) name_rule: Option<&'static str>,
    /// The rule on keys of `extensions`, and on their values.
    pub(crate) extension_names_rule: &'static str,
    pub(crate) extension_value_rule: &'static str,
}

impl Owner {
    pub(crate) fn bit(&self, name: &str) -> u64 {
        self.names.get(name).map_or(0, |i| 1 << i)
    }
}

pub(crate) struct Prop {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) list: bool,
    pub(crate) format: Format,
    pub(crate) presence: Presence,
    pub(crate) range: Option<Range>,
    pub(crate) refs: Option<Refs>,
    pub(crate) vocabulary_rule: Option<&'static str>,
    pub(crate) hash_rule: &'static str,
    pub(crate) values_rule: &'static str,
    /// The rule that an empty dictionary breaks.
    pub(crate) empty_rule: &'static str,
    pub(crate) language_rule: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Allowed,
    /// The table of 3.2 calls the property not applicable to this type.
    NotApplicable,
    /// `defanged` on anything but an SCO.
    NotDefanged,
    /// A reserved name (3.8).
    Reserved,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    String,
    Fixed(&'static str),
    OneOf(Vec<&'static str>),
    StringOrBoolean,
    Boolean,
    Integer,
    Float,
    Hex,
    Binary,
    /// With at least so many decimals, or none at all where `whole`.
    Timestamp {
        decimals: u8,
        whole: bool,
    },
    Identifier,
    /// The object's own `id`.
    OwnId,
    Vocabulary(usize),
    /// `definition_type`: its two values are no vocabulary of section 10.
    MarkingType,
    Marking,
    Hashes,
    Dictionary(Values),
    Part(usize),
    Container,
    Extensions,
    Objects,
    Reserved,
}

/// What the values of a dictionary are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    Any,
    String,
    Integer,
    IntegerOrString,
    StringLists { plain_strings_tolerated: bool },
    Translations,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    None,
    Language,
    Url,
    UrlReference,
    Domain,
    Email,
    Ipv4,
    Ipv6,
    Mac,
    Cpe,
    Country,
    Subdivision,
    MediaType,
    Charset,
    HyphenatedLowerCase,
    LowerCase,
    ServiceName,
    RegistryKey,
    RelationshipType,
    PriorityClass,
    BasicConstraints,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) level: Level,
    pub(crate) rule: Option<&'static str>,
}

/// What a reference may refer to.
#[derive(Clone, Debug)]
pub(crate) struct Refs {
    pub(crate) types: TypeSet,
    pub(crate) custom: bool,
    pub(crate) level: Level,
    pub(crate) rule: Option<&'static str>,
    /// For messages: `an identity or a location`.
    pub(crate) wanted: String,
}

/// Which relationship types the standard defines between which types.
pub(crate) struct Relationships {
    pub(crate) names: Names,
    /// By relationship type, by source: the targets.
    pub(crate) targets: Vec<Vec<TypeSet>>,
    pub(crate) same_type: Vec<bool>,
    /// Common to all SDOs and SCOs (3.7).
    pub(crate) common: Vec<bool>,
}

impl Tables {
    /// The owner of a standard object type.
    pub(crate) fn object_type(&self, name: &str) -> Option<(usize, &Owner)> {
        let index = self.types.get(name)?;
        Some((index, &self.owners[index]))
    }

    pub(crate) fn extension(&self, name: &str) -> Option<&Owner> {
        self.extensions.get(name).map(|i| &self.owners[self.first_extension + i])
    }
}
