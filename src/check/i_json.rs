//! Rule `i-json`: what JSON has to be on the wire.

use super::rule::{Said, broken};
use crate::record::Exchange;

/// I-JSON (RFC 7493): UTF-8, no duplicate names, no lone surrogates.
pub(super) fn said(exchange: &Exchange) -> Said {
    let Some(response) = &exchange.response else { return Said::Nothing("no answer") };
    let bytes = &response.body.bytes;
    if response.body.cut {
        return Said::Nothing("the body is too long to be read");
    }
    if bytes.is_empty() {
        return Said::Nothing("the body is empty");
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return broken(
            "the body begins with a byte order mark",
            "",
            "EF BB BF",
            "JSON without one (RFC 8259 section 8.1)",
        );
    }
    if std::str::from_utf8(bytes).is_err() {
        return broken("the body is not UTF-8", "", super::cut(&response.body.excerpt(), 100), "UTF-8");
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    match serde::Deserialize::deserialize(&mut deserializer).map(|_: Unique| ()).and_then(|()| deserializer.end()) {
        Ok(()) => Said::Holds(format!("{} bytes of I-JSON", bytes.len())),
        Err(e) => broken(
            format!("the body is no I-JSON: {e}"),
            "",
            super::cut(&response.body.excerpt(), 100),
            "I-JSON (RFC 7493)",
        ),
    }
}

/// JSON in which no object has a name twice.
struct Unique;

impl<'de> serde::Deserialize<'de> for Unique {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> serde::de::Visitor<'de> for V {
            type Value = Unique;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_unit<E>(self) -> Result<Unique, E> {
                Ok(Unique)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Unique, A::Error> {
                while seq.next_element::<Unique>()?.is_some() {}
                Ok(Unique)
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut names = std::collections::HashSet::new();
                while let Some(name) = map.next_key::<String>()? {
                    map.next_value::<Unique>()?;
                    if names.contains(&name) {
                        return Err(serde::de::Error::custom(format!("the name `{name}` occurs twice")));
                    }
                    names.insert(name);
                }
                Ok(Unique)
            }
        }
        deserializer.deserialize_any(V)
    }
}
