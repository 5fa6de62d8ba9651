//! Digests of an object's content, the same for all ways to write one version (3.6): the order of names, the decimals of
//! a timestamp and properties that have their default value make no difference.

use super::node::{Entry, Node};
use super::timestamp;

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// The digest of an object.
pub(crate) fn digest(entries: &[Entry<'_>]) -> u32 {
    let mut sum = 0u64;
    for (name, value) in entries {
        if !is_default(name, value) {
            sum = sum.wrapping_add(mix(bytes(name.as_bytes()), node(value)));
        }
    }
    fold(sum)
}

/// The digest of one text; timestamps count as instants.
pub(crate) fn digest_text(text: &str) -> u32 {
    fold(string(text))
}

/// A value that may as well be left out (3.2).
fn is_default(name: &str, value: &Node<'_>) -> bool {
    match name {
        "revoked" | "defanged" => value.as_bool() == Some(false),
        "lang" => value.as_str() == Some("en"),
        // The standard gives it the type of a string and the default of a boolean (5.2.1).
        "summary" => value.as_bool() == Some(false) || value.as_str() == Some("false"),
        _ => false,
    }
}

fn node(value: &Node<'_>) -> u64 {
    match value {
        Node::Null => 1,
        Node::Deep => 4,
        Node::Bool(b) => 2 + u64::from(*b),
        #[expect(clippy::cast_precision_loss, reason = "1 and 1.0 are the same number")]
        Node::Int(n) => mix(5, (*n as f64).to_bits()),
        #[expect(clippy::cast_precision_loss, reason = "1 and 1.0 are the same number")]
        Node::UInt(n) => mix(5, (*n as f64).to_bits()),
        Node::Float(n) => mix(5, n.to_bits()),
        Node::String(s) => string(s),
        Node::Array(items) => items.iter().fold(7, |hash, item| mix(hash, node(item))),
        Node::Object(entries) => {
            entries.iter().fold(11u64, |sum, (k, v)| sum.wrapping_add(mix(bytes(k.as_bytes()), node(v))))
        }
    }
}

fn string(text: &str) -> u64 {
    if text.len() >= 20
        && text.ends_with('Z')
        && let Ok(t) = timestamp::parse(text)
    {
        return mix(t.seconds.cast_unsigned(), bytes(timestamp::trimmed(t.fraction)));
    }
    bytes(text.as_bytes())
}

fn bytes(data: &[u8]) -> u64 {
    let mut hash = SEED ^ data.len() as u64;
    let (words, rest) = data.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash, u64::from_le_bytes(last))
}

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ SEED).wrapping_mul(u128::from(b ^ 0xD6E8_FEB8_6659_FD93) | 1);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let folded = (product >> 64) as u64 ^ product as u64;
    folded.rotate_left(23).wrapping_add(a)
}

const fn fold(hash: u64) -> u32 {
    (hash >> 32) as u32 ^ hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> u32 {
        let parsed = Node::parse(json.as_bytes()).expect("valid JSON");
        digest(parsed.as_object().expect("object"))
    }

    #[test]
    fn ways_to_write_one_version() {
        let one = of(r#"{"a":"2020-01-01T00:00:00.000Z","b":[1,2],"revoked":false}"#);
        assert_eq!(one, of(r#"{"b":[1,2.0],"a":"2020-01-01T00:00:00Z"}"#));
        assert_ne!(one, of(r#"{"b":[2,1],"a":"2020-01-01T00:00:00Z"}"#));
        assert_ne!(one, of(r#"{"b":[1,2],"a":"2020-01-01T00:00:01Z"}"#));
    }
}
