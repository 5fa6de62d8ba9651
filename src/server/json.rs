//! JSON as I-JSON wants it (RFC 7493), and the text of the objects in it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reads a JSON text strictly: a name that occurs twice in an object is an error.
pub fn strict(text: &str) -> Result<(), serde_json::Error> {
    serde_json::from_str::<Strict>(text).map(|_| ())
}

struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_str<E>(self, _: &str) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        while items.next_element::<Strict>()?.is_some() {}
        Ok(Strict)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value::<Strict>()?;
            if let Some(name) = names.replace(name) {
                return Err(de::Error::custom(format_args!("the name {name:?} occurs twice")));
            }
        }
        Ok(Strict)
    }
}

/// The very text of each item of a list that is a member of a JSON object. The text has to be valid; `None` if it is
/// no object, or the member is missing or no list.
pub fn items<'a>(text: &'a str, member: &str) -> Option<Vec<&'a str>> {
    let mut scan = Scan { text, at: 0 };
    scan.take(b'{')?;
    while scan.peek()? != b'}' {
        let name: String = serde_json::from_str(scan.value()?).ok()?;
        scan.take(b':')?;
        if name == member {
            return scan.list();
        }
        scan.value()?;
        scan.skip(b',');
    }
    None
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, byte: u8) {
        if self.peek() == Some(byte) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The text of the next value, which is behind us afterwards.
    fn value(&mut self) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (offset, byte) in self.text.as_bytes()[start..].iter().enumerate() {
            let end = start + offset;
            if quoted {
                quoted = escaped || *byte != b'"';
                escaped = !escaped && *byte == b'\\';
                if !quoted && depth == 0 {
                    return self.until(start, end + 1);
                }
                continue;
            }
            match byte {
                b'"' => quoted = true,
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' | b':' if depth == 0 => return self.until(start, end),
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return self.until(start, end + 1);
                    }
                }
                _ => {}
            }
        }
        self.until(start, self.text.len())
    }

    fn until(&mut self, start: usize, end: usize) -> Option<&'a str> {
        self.at = end;
        self.text.get(start..end).map(str::trim_ascii_end)
    }

    fn list(&mut self) -> Option<Vec<&'a str>> {
        self.take(b'[')?;
        let mut items = Vec::new();
        while self.peek()? != b']' {
            items.push(self.value()?);
            self.skip(b',');
        }
        Some(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_the_very_text() {
        let text = r#" { "a" : [1, {"objects": 2}], "x\"" : "}," , "obj\u0065cts" : [ {"n": 1.10, "s": "a\\\"]}" } , 12345678901234567890123 ,[ ] ,"," ] } "#;
        let found = items(text, "objects").expect("a list");
        assert_eq!(found, [r#"{"n": 1.10, "s": "a\\\"]}" }"#, "12345678901234567890123", "[ ]", "\",\""]);
        assert_eq!(items("{}", "objects"), None);
        assert_eq!(items("[]", "objects"), None);
        assert_eq!(items(r#"{"objects":{}}"#, "objects"), None);
        assert_eq!(items(r#"{"objects":[]}"#, "objects"), Some(Vec::new()));
    }

    #[test]
    fn strict_refuses_names_that_occur_twice() {
        assert!(strict(r#"{"a":{"b":1,"c":[{"b":null}]},"b":-0.5}"#).is_ok());
        assert!(strict(r#"{"a":{"b":1,"\u0062":2}}"#).is_err());
        assert!(strict(r#"{"a":"\ud800"}"#).is_err());
        assert!(strict("{} {}").is_err());
    }
}
