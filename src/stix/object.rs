//! Judging one STIX Object: which type it is, its `id`, and what its type owes besides its properties.

use super::finding::Path;
use super::node::{Entry, Node, member};
use super::tables::{Class, Owner};
use super::walk::{Walk, suggestion};
use super::{Finding, custom, deterministic, identifier, namespace};

/// Judges one STIX Object. `advice` asks for findings on SHOULD besides MUST.
pub(crate) fn judge(node: &Node<'_>, path: &Path<'_>, advice: bool, out: &mut Vec<Finding>) {
    let from = out.len();
    let Some(entries) = node.as_object() else {
        Walk::new(&[], advice, out).must(path, "not-an-object", "S21-8.1-02", || {
            format!("a STIX Object is a JSON object, not {}", node.kind())
        });
        return;
    };
    judge_entries(entries, path, advice, out);
    if let Some(id) = member(entries, "id").and_then(Node::as_str) {
        for finding in &mut out[from..] {
            finding.object = Some(id.to_owned());
        }
    }
}

fn judge_entries(entries: &[Entry<'_>], path: &Path<'_>, advice: bool, out: &mut Vec<Finding>) {
    let mut walk = Walk::new(entries, advice, out);
    let object_type = match member(entries, "type") {
        Some(Node::String(name)) => name.as_ref(),
        Some(other) => {
            return walk.must(&path.key("type"), "wrong-type", "S21-12.1-03", || {
                format!("`type` has to be a string, not {}", other.kind())
            });
        }
        None => {
            return walk.must(path, "missing-property", "S21-3.1-14", || {
                "the object lacks the required property `type`".into()
            });
        }
    };
    if let Some((_, owner)) = walk.tables.object_type(object_type) {
        walk.owner = owner;
        walk.holder(owner, entries, path);
        walk.own_id(owner, owner.name, entries, path);
        return;
    }
    // A slip in `type` rather than a type of somebody's own: the `id` says which type was meant.
    let meant = member(entries, "id")
        .and_then(Node::as_str)
        .and_then(|id| id.split_once("--"))
        .and_then(|(prefix, _)| walk.tables.object_type(prefix));
    if let Some((_, meant)) = meant {
        return walk.must(&path.key("type"), "type-literal", meant.name_rule.unwrap_or("S21-3.2-01"), || {
            format!("`type` is {object_type:?}, but the `id` is that of {}", meant.name)
        });
    }
    let owner: &'static Owner = &walk.tables.owners[walk.tables.custom];
    custom::type_name(&mut walk, object_type, entries, path);
    walk.holder(owner, entries, path);
    walk.own_id(owner, object_type, entries, path);
    custom::owes(&mut walk, entries, path);
}

impl Walk<'_, '_, '_> {
    /// The form of the object's `id`, its type prefix, and which UUID it is made of.
    fn own_id(&mut self, owner: &Owner, object_type: &str, entries: &[Entry<'_>], path: &Path<'_>) {
        let Some(Node::String(text)) = member(entries, "id") else {
            return;
        };
        let here = path.key("id");
        let id = match identifier::parse(text) {
            Ok(id) => id,
            // The name of the type has been judged where it stands.
            Err(identifier::Fault::Type) if owner.class == Class::Custom && text.starts_with(object_type) => {
                return;
            }
            Err(fault) => {
                let rule = match fault {
                    identifier::Fault::Rfc4122 => "S21-2.9-02",
                    _ if owner.class == Class::Custom && self.is_new_object() => "S21-7.3-28",
                    _ if owner.class == Class::Custom => "S21-11.2-14",
                    _ => "S21-2.9-01",
                };
                return self.must(&here, "identifier-format", rule, || format!("`id` {}: {text:?}", fault.message()));
            }
        };
        if id.object_type != object_type {
            let hint = suggestion(id.object_type, self.tables.types.iter());
            self.must(&here, "id-type", "S21-2.9-01", || {
                format!("the `id` of a {object_type} begins with {:?}{hint}", id.object_type)
            });
        }
        if self.namespace(owner, &id, entries, &here) || !self.advice {
            return;
        }
        if id.upper_case {
            self.should(&here, "uuid-case", "S21-2.9-02", || "UUIDs are written in lower case".into());
        }
        match owner.class {
            Class::Sco => self.sco_id(owner, &id, entries, &here),
            Class::Custom if id.version() == 4 || id.version() == 5 => {}
            _ if id.version() != 4 => {
                self.should(&here, "uuid-version", "S21-2.9-05", || {
                    format!("the UUID is of version {}, version 4 is advised", id.version())
                });
            }
            _ => {}
        }
    }

    /// Whether the id is made in the namespace of SCO ids although it may not be (2.9).
    fn namespace(
        &mut self,
        owner: &Owner,
        id: &identifier::Identifier<'_>,
        entries: &[Entry<'_>],
        here: &Path<'_>,
    ) -> bool {
        if id.version() != 5 || owner.class == Class::Custom {
            return false;
        }
        let sco = owner.class == Class::Sco;
        if sco && deterministic::uuid(owner, entries) == Some(id.uuid) {
            return false;
        }
        let Some(name) = namespace::misused(owner, entries, id.uuid) else {
            return false;
        };
        let (rule, why) = if sco {
            ("S21-2.9-13", "whose names are the canonical JSON of the contributing properties")
        } else {
            ("S21-2.9-06", "which is kept for SCOs")
        };
        self.must(here, "reserved-namespace", rule, || {
            format!("the UUID is made of the name {name:?} in the namespace 00abedb4-…, {why}")
        });
        true
    }

    fn sco_id(&mut self, owner: &Owner, id: &identifier::Identifier<'_>, entries: &[Entry<'_>], here: &Path<'_>) {
        if owner.contributing.is_empty() {
            if id.version() != 4 {
                self.should(here, "uuid-version", "U21-6.13-01", || {
                    format!("the `id` of a {} is made of a UUID of version 4", owner.name)
                });
            }
            return;
        }
        let present = owner.contributing.iter().any(|name| member(entries, name).is_some());
        if !present {
            if id.version() != 4 {
                self.should(here, "uuid-version", "S21-2.9-12", || {
                    format!("without {} the UUID has to be of version 4", owner.contributing.join(", "))
                });
            }
        } else if id.version() != 5 {
            self.should(here, "uuid-version", "S21-2.9-07", || {
                format!("the UUID is of version {}, version 5 is advised for SCOs", id.version())
            });
        } else if let Some(expected) = deterministic::uuid(owner, entries)
            && expected != id.uuid
        {
            self.should(here, "deterministic-id", "S21-2.9-08", || {
                format!("the contributing properties give {}--{}", owner.name, uuid::Uuid::from_u128(expected))
            });
        }
    }
}
