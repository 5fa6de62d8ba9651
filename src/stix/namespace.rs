//! The namespace of deterministic SCO ids where it may not be used (2.9).
//!
//! A UUID does not tell from which namespace it was made. But where a name that producers use gives this very UUID, the
//! namespace is known beyond doubt; where none does, nothing is said.

use super::deterministic::{name_of, of_name};
use super::node::{Entry, Node, member};
use super::tables::{Class, Owner};

/// Properties from which producers make the ids of objects that are no SCOs; each list that an object has in full is tried.
const RECIPES: &[&[&str]] = &[
    &["name"],
    &["name", "type"],
    &["name", "identity_class"],
    &["name", "published"],
    &["name", "created"],
    &["name", "context"],
    &["name", "context", "created"],
    &["x_mitre_id"],
    &["pattern"],
    &["content"],
    &["content", "created"],
    &["opinion", "created"],
    &["product", "result_name"],
    &["definition", "definition_type"],
    &["relationship_type", "source_ref", "target_ref"],
    &["relationship_type", "source_ref", "start_time", "stop_time", "target_ref"],
    &["first_seen", "last_seen", "sighting_of_ref", "type", "where_sighted_refs"],
];

/// Properties whose bare text is taken as name.
const TEXTS: &[&str] = &["value", "name", "pattern", "path", "key", "id"];

/// The name that gives the UUID together with the namespace, although the object's id may not come from that namespace.
/// For SCOs, names are tried that are not those of the procedure of 2.9.
pub(crate) fn misused(owner: &Owner, entries: &[Entry<'_>], uuid: u128) -> Option<String> {
    let fits = |name: &str| of_name(name) == uuid;
    let text = |property: &&str| member(entries, property).and_then(Node::as_str);
    for bare in TEXTS.iter().filter_map(text) {
        let plain = bare.trim().to_lowercase();
        if fits(bare) || fits(&plain) {
            return Some(bare.to_owned());
        }
    }
    if owner.class == Class::Sco {
        // As the usual JSON writers space it, which RFC 8785 does not.
        let given: Vec<_> = owner.contributing.iter().filter_map(|p| member(entries, p).map(|v| (*p, v))).collect();
        let compact = name_of(&given, false);
        let spaced = compact.replace("\":", "\": ").replace(",\"", ", \"");
        return fits(&spaced).then_some(spaced);
    }
    RECIPES.iter().filter_map(|recipe| present(entries, recipe)).find_map(|parts| {
        let names = [name_of(&parts, false), name_of(&parts, true)];
        names.into_iter().find(|name| fits(name))
    })
}

/// These properties with their values, if the object has all of them.
fn present<'n, 'a>(entries: &'n [Entry<'a>], names: &[&'static str]) -> Option<Vec<(&'static str, &'n Node<'a>)>> {
    names.iter().map(|name| member(entries, name).map(|value| (*name, value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stix::tables::TABLES;

    fn name(json: &str, uuid: &str) -> Option<String> {
        let node = Node::parse(json.as_bytes()).expect("valid JSON");
        let kind = node.get("type").and_then(Node::as_str).expect("a type");
        let (_, owner) = TABLES.object_type(kind).expect("a type of the standard");
        misused(owner, node.as_object().expect("an object"), uuid.parse::<uuid::Uuid>().expect("a UUID").as_u128())
    }

    /// The UUIDs are those that Python's `uuid.uuid5` gives.
    #[test]
    fn names_that_producers_use() {
        let identity = r#"{"type":"identity","name":" ACME ","identity_class":"organization"}"#;
        let found = name(identity, "882d3335-e134-5049-af19-3299dd029463");
        assert_eq!(found.as_deref(), Some(r#"{"identity_class":"organization","name":"acme"}"#));
        let url = r#"{"type":"url","value":"https://example.com/"}"#;
        assert_eq!(name(url, "e4b88a5f-bc84-56f9-bd46-784984c6ba35").as_deref(), Some("https://example.com/"));
        assert_eq!(
            name(url, "a84e2803-e9b6-5faa-89b5-60109f83c795").as_deref(),
            Some(r#"{"value": "https://example.com/"}"#)
        );
        assert_eq!(name(url, "be22e93a-5e33-5678-b19f-8b4ea06df0bd"), None);
    }
}
