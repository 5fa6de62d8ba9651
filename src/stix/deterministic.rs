//! Deterministic ids of SCOs (2.9): UUIDv5 over the contributing properties as canonical JSON (RFC 8785).

use std::fmt::Write as _;

use super::node::{Entry, Node, member};
use super::tables::Owner;
use super::walk::number;

/// The namespace reserved for SCOs.
const NAMESPACE: uuid::Uuid = uuid::uuid!("00abedb4-aa42-466c-9c01-fed23315a9b7");
/// Which hash enters the name, first come first served.
const PREFERENCE: [&str; 4] = ["MD5", "SHA-1", "SHA-256", "SHA-512"];

/// The UUID that the contributing properties give; none where the standard leaves the choice of a hash open.
pub(crate) fn uuid(owner: &Owner, entries: &[Entry<'_>]) -> Option<u128> {
    let mut name = String::with_capacity(128);
    let mut contributing: Vec<&str> = owner.contributing.clone();
    contributing.sort_unstable();
    name.push('{');
    for property in contributing {
        let Some(value) = member(entries, property) else {
            continue;
        };
        if name.len() > 1 {
            name.push(',');
        }
        string(property, &mut name);
        name.push(':');
        if property == "hashes" {
            let (algorithm, digest) = PREFERENCE.iter().find_map(|p| value.get(p).map(|d| (*p, d)))?;
            name.push('{');
            string(algorithm, &mut name);
            name.push(':');
            canonical(digest, &mut name);
            name.push('}');
        } else {
            canonical(value, &mut name);
        }
    }
    name.push('}');
    Some(of_name(&name))
}

/// The UUIDv5 of a name in the namespace of SCOs.
pub(crate) fn of_name(name: &str) -> u128 {
    uuid::Uuid::new_v5(&NAMESPACE, name.as_bytes()).as_u128()
}

/// Properties, in the order of their names, as a canonical JSON object; `plain` trims strings and puts them in lower case.
pub(crate) fn name_of(properties: &[(&str, &Node<'_>)], plain: bool) -> String {
    let mut sorted = properties.to_vec();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    let mut out = String::with_capacity(128);
    out.push('{');
    for (i, (name, value)) in sorted.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        string(name, &mut out);
        out.push(':');
        match value {
            Node::String(text) if plain => string(&text.trim().to_lowercase(), &mut out),
            _ => canonical(value, &mut out),
        }
    }
    out.push('}');
    out
}

/// Writes a value as RFC 8785 wants it.
fn canonical(node: &Node<'_>, out: &mut String) {
    match node {
        Node::Null | Node::Deep => out.push_str("null"),
        Node::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Node::Int(_) | Node::UInt(_) | Node::Float(_) => float(number(node), out),
        Node::String(s) => string(s, out),
        Node::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        Node::Object(entries) => {
            let mut sorted: Vec<&Entry<'_>> = entries.iter().collect();
            sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push('{');
            for (i, (key, value)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
    }
}

/// ECMAScript's number form: whole numbers up to 10^21 without exponent.
fn float(n: f64, out: &mut String) {
    if n == 0.0 {
        out.push('0');
        return;
    }
    let magnitude = n.abs();
    if (1e-6..1e21).contains(&magnitude) {
        let _ = write!(out, "{n}");
    } else {
        let text = format!("{n:e}");
        // Rust writes 1e21, ECMAScript 1e+21.
        out.push_str(&if text.contains("e-") { text } else { text.replace('e', "e+") });
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stix::tables::TABLES;

    /// Ids that follow from the procedure, in the standard's own examples.
    #[test]
    fn known_ids() {
        for (json, id) in [
            (r#"{"type":"ipv4-addr","value":"198.51.100.3"}"#, "28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
            (r#"{"type":"domain-name","value":"example.com"}"#, "bedb4899-d24b-5401-bc86-8f6b4cc18ec7"),
            (r#"{"type":"mutex","name":"__CLEANSWEEP__"}"#, "f93fe911-e545-5239-b9b0-597840d0c871"),
        ] {
            let node = Node::parse(json.as_bytes()).expect("valid JSON");
            let entries = node.as_object().expect("object");
            let (_, owner) = TABLES.object_type(node.get("type").and_then(Node::as_str).expect("type")).expect("known");
            let found = uuid(owner, entries).map(uuid::Uuid::from_u128);
            assert_eq!(found.map(|u| u.to_string()).as_deref(), Some(id), "{json}");
        }
    }

    #[test]
    fn numbers() {
        let mut out = String::new();
        for n in [0.0, -0.0, 1.0, 1e21, 1.5e-7, 333_333_333.333_333_3] {
            float(n, &mut out);
            out.push(' ');
        }
        assert_eq!(out, "0 0 1 1e+21 1.5e-7 333333333.3333333 ");
    }
}
