//! What parsing and checking say about a pattern.

use std::fmt;

/// Why a text is not a pattern.
///
/// Only the first fault is reported: what follows a fault in the grammar cannot be read with confidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Byte offset into the text at which the fault was found; at most the text's length.
    pub offset: usize,
    /// What was found and what was expected.
    pub message: String,
    /// The requirement of the STIX 2.1 register that the text breaks, where one names it.
    pub rule: Option<&'static str>,
    /// Whether a limit of this parser was reached, so that nothing is known about the pattern.
    pub unjudged: bool,
}

impl Error {
    /// An error without a requirement of its own: the text does not follow the grammar.
    pub(super) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), rule: None, unjudged: false }
    }

    /// The same error, citing a requirement.
    pub(super) fn citing(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The pattern breaks a MUST of section 9: it is invalid.
    Must,
    /// The pattern is valid, but probably does not do what its author wants.
    Should,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "must",
            Self::Should => "should",
        })
    }
}

/// Something that [`super::check`] has to say about a pattern that parses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether the finding makes the pattern invalid.
    pub level: Level,
    /// One of [`super::code`].
    pub code: &'static str,
    /// The requirement of the STIX 2.1 register on which the finding rests, where there is one.
    pub rule: Option<&'static str>,
    /// Byte offset into the text of the pattern.
    pub offset: usize,
    /// What is wrong, in words.
    pub message: String,
}

impl Finding {
    pub(super) fn must(code: &'static str, rule: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self { level: Level::Must, code, rule: Some(rule), offset, message: message.into() }
    }

    pub(super) fn should(
        code: &'static str,
        rule: Option<&'static str>,
        offset: usize,
        message: impl Into<String>,
    ) -> Self {
        Self { level: Level::Should, code, rule, offset, message: message.into() }
    }
}

/// The codes of findings. Stable: reports and `--disable` name them.
pub mod code {
    /// The object type is neither one of section 6 nor marked as custom by the prefix `x-`.
    pub const UNKNOWN_TYPE: &str = "pattern-unknown-type";
    /// The property is not defined for the object type that the path has reached.
    pub const UNKNOWN_PROPERTY: &str = "pattern-unknown-property";
    /// A predefined extension of another object type.
    pub const EXTENSION_TYPE: &str = "pattern-extension-type";
    /// A list is used without an index.
    pub const INDEX_MISSING: &str = "pattern-index-missing";
    /// An index follows a property that is not a list.
    pub const INDEX_NOT_LIST: &str = "pattern-index-not-list";
    /// Whitespace inside an object path.
    pub const PATH_WHITESPACE: &str = "pattern-path-whitespace";
    /// A dictionary key that begins with a digit, without apostrophes.
    pub const UNQUOTED_KEY: &str = "pattern-unquoted-key";
    /// The constant's type can never equal the property's type.
    pub const CONSTANT_TYPE: &str = "pattern-constant-type";
    /// A constant that is no value of its hash algorithm.
    pub const HASH_VALUE: &str = "pattern-hash-value";
    /// Base64 whose unused bits are not zero.
    pub const BASE64_BITS: &str = "pattern-base64-bits";
    /// The members of a set differ in type.
    pub const SET_TYPES: &str = "pattern-set-types";
    /// A set without members.
    pub const SET_EMPTY: &str = "pattern-set-empty";
    /// The operands of AND inside brackets cannot be met by one object.
    pub const AND_TYPES: &str = "pattern-and-types";
    /// An alternative that the other operands of AND rule out.
    pub const AND_UNREACHABLE: &str = "pattern-and-unreachable";
    /// Parentheses around a single comparison expression.
    pub const LONE_PARENTHESES: &str = "pattern-lone-parentheses";
    /// Two qualifiers of one kind on one observation expression.
    pub const DUPLICATE_QUALIFIER: &str = "pattern-duplicate-qualifier";
    /// START is not before STOP.
    pub const EMPTY_WINDOW: &str = "pattern-empty-window";
    /// ISSUBSET or ISSUPERSET on something other than an IP address.
    pub const SUBSET_PATH: &str = "pattern-subset-path";
    /// ISSUBSET or ISSUPERSET with something other than an address or CIDR block.
    pub const SUBSET_ADDRESS: &str = "pattern-subset-address";
    /// EXISTS on a path that may name several properties.
    pub const EXISTS_PATH: &str = "pattern-exists-path";
    /// A regular expression that no version of PCRE2 compiles.
    pub const REGULAR_EXPRESSION: &str = "pattern-regular-expression";
}
