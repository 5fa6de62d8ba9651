//! A JSON document as the rules see it: borrowed from the input, keys in order, repeated keys kept.
//!
//! `serde_json::Value` would copy every string, hash every key and silently drop repeated keys (2.3, 2.7 forbid them).

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize as _;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// How deep values are looked at; what nests deeper is skipped. Less than the 127 levels that `serde_json` reads, so that
/// nesting alone makes nothing unreadable: skipping takes no stack.
pub const MAX_DEPTH: usize = 100;

/// A name and its value.
pub type Entry<'a> = (Cow<'a, str>, Node<'a>);

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number that fits
    Int(i64),
    /// A whole number beyond `i64`
    UInt(u64),
    /// Any other number
    Float(f64),
    /// A string
    String(Cow<'a, str>),
    /// An array
    Array(Vec<Node<'a>>),
    /// An object: its entries as they come
    Object(Vec<Entry<'a>>),
    /// Whatever nests deeper than [`MAX_DEPTH`]
    Deep,
}

impl<'a> Node<'a> {
    /// Parses one JSON value that fills the whole input.
    ///
    /// # Errors
    /// What is wrong with the JSON, with line and column.
    pub fn parse(input: &'a [u8]) -> Result<Self, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(input);
        let node = Seed { levels: MAX_DEPTH }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(node)
    }

    /// Borrows a parsed value.
    #[must_use]
    pub fn borrow(value: &'a Value) -> Self {
        Self::borrow_at(value, MAX_DEPTH)
    }

    fn borrow_at(value: &'a Value, depth: usize) -> Self {
        if depth == 0 {
            return Self::Deep;
        }
        match value {
            Value::Null => Self::Null,
            Value::Bool(b) => Self::Bool(*b),
            Value::Number(n) => n.as_i64().map_or_else(
                || n.as_u64().map_or_else(|| Self::Float(n.as_f64().unwrap_or(f64::MAX)), Self::UInt),
                Self::Int,
            ),
            Value::String(s) => Self::String(Cow::Borrowed(s)),
            Value::Array(items) => Self::Array(items.iter().map(|v| Self::borrow_at(v, depth - 1)).collect()),
            Value::Object(map) => Self::Object(
                map.iter().map(|(k, v)| (Cow::Borrowed(k.as_str()), Self::borrow_at(v, depth - 1))).collect(),
            ),
        }
    }

    /// A copy that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Node<'static> {
        match self {
            Node::Null => Node::Null,
            Node::Bool(b) => Node::Bool(b),
            Node::Int(n) => Node::Int(n),
            Node::UInt(n) => Node::UInt(n),
            Node::Float(n) => Node::Float(n),
            Node::String(s) => Node::String(Cow::Owned(s.into_owned())),
            Node::Array(items) => Node::Array(items.into_iter().map(Node::into_owned).collect()),
            Node::Object(entries) => {
                Node::Object(entries.into_iter().map(|(k, v)| (Cow::Owned(k.into_owned()), v.into_owned())).collect())
            }
            Node::Deep => Node::Deep,
        }
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The items, if this is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node<'a>]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if this is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[Entry<'a>]> {
        match self {
            Self::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The member of this name, if this is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        member(self.as_object()?, name)
    }

    /// What kind of JSON value this is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::UInt(_) => "an integer",
            Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
            Self::Deep => "a value that nests too deeply",
        }
    }
}

/// The value of the first entry of this name.
#[must_use]
pub fn member<'n, 'a>(entries: &'n [Entry<'a>], name: &str) -> Option<&'n Node<'a>> {
    entries.iter().find(|(k, _)| k == name).map(|(_, v)| v)
}

/// Reads a value of so many levels.
#[derive(Clone, Copy)]
struct Seed {
    levels: usize,
}

impl Seed {
    const fn inner(self) -> Self {
        Self { levels: self.levels - 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Node<'de>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        if self.levels == 0 {
            return IgnoredAny::deserialize(deserializer).map(|_| Node::Deep);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Node<'de>, E> {
        Ok(Node::Int(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Node<'de>, E> {
        Ok(i64::try_from(n).map_or(Node::UInt(n), Node::Int))
    }

    fn visit_f64<E>(self, n: f64) -> Result<Node<'de>, E> {
        Ok(Node::Float(n))
    }

    fn visit_borrowed_str<E>(self, s: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::String(Cow::Borrowed(s)))
    }

    fn visit_str<E>(self, s: &str) -> Result<Node<'de>, E> {
        Ok(Node::String(Cow::Owned(s.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.inner())? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let mut entries = Vec::with_capacity(8);
        while let Some(key) = map.next_key_seed(Key)? {
            entries.push((key, map.next_value_seed(self.inner())?));
        }
        Ok(Node::Object(entries))
    }
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, s: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(s))
    }

    fn visit_str<E>(self, s: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(s.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_are_kept() {
        let node = Node::parse(br#"{"a":1,"a":2}"#).expect("valid JSON");
        assert_eq!(node.as_object().map(<[_]>::len), Some(2));
    }

    #[test]
    fn plain_strings_are_borrowed() {
        let node = Node::parse(br#"["plain","\u00e9"]"#).expect("valid JSON");
        let items = node.as_array().expect("array");
        assert!(matches!(items[0], Node::String(Cow::Borrowed(_))));
        assert_eq!(items[1].as_str(), Some("é"));
    }
}
