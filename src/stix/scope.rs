//! Rules between objects (2.9, 3.2, 3.6, 4.11, 7.1): they apply where both objects are at hand.
//!
//! Of each object only a few dozen bytes are kept, so that a bundle of a million objects fits in little memory.

use std::collections::HashMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::content;
use super::extended::Extended;
use super::finding::Path;
use super::identifier;
use super::malware::Malware;
use super::node::{Node, member};
use super::tables::{Class, TABLES};
use super::translation::{self, Translation};
use super::{Finding, Level, timestamp};

/// What is remembered of a versioned object.
#[derive(Clone, Copy)]
struct Record {
    uuid: u128,
    /// As [`timestamp::Timestamp::nanoseconds`] counts; meaningless where there are no versions.
    modified: i64,
    versioned: bool,
    /// Digests of the values; equal values have equal digests.
    created: u32,
    creator: u32,
    content: u32,
    /// Where the object stands in its document.
    index: u32,
    /// Standard types by their position, others after them in order of appearance.
    kind: u16,
    revoked: bool,
}

/// A marking definition and what marks it.
struct Marked {
    index: u32,
    id: String,
    marks: Vec<(String, bool)>,
}

/// The objects of one document, as far as rules between objects need them.
#[derive(Default)]
pub(crate) struct Scope {
    records: Vec<Record>,
    other_types: Vec<String>,
    other_kinds: HashMap<String, u16>,
    malware: Malware,
    extended: Extended,
    marked: Vec<Marked>,
    translations: Vec<Translation>,
}

/// A finding of a rule between objects, and the object that it is about.
pub(crate) struct Between {
    pub(crate) index: u32,
    /// Its pointer is within the object.
    pub(crate) finding: Finding,
}

impl Scope {
    /// Takes note of an object.
    pub(crate) fn see(&mut self, node: &Node<'_>, index: u32) {
        let Some(entries) = node.as_object() else {
            return;
        };
        let text = |name: &str| member(entries, name).and_then(Node::as_str);
        let (Some(kind), Some(id)) = (text("type"), text("id")) else {
            return;
        };
        let Ok(parsed) = identifier::parse(id) else {
            return;
        };
        let position = TABLES.types.get(kind);
        self.malware.see(kind, entries, parsed.uuid, index);
        if position.is_some_and(|i| TABLES.owners[i].class == Class::Sco) {
            return;
        }
        self.extended.see(kind, id, entries, index);
        match kind {
            "marking-definition" => self.see_marking(node, id, index),
            "language-content" => self.translations.extend(Translation::of(node, id, index)),
            _ => {}
        }
        let modified = text("modified").and_then(|t| timestamp::parse(t).ok()).map(|t| t.nanoseconds());
        // What is not versioned can still share the UUID of something else, of the same creator.
        if modified.is_none() && text("created_by_ref").is_none() {
            return;
        }
        let created = text("created").map_or(0, |t| content::digest_text(t) | 1);
        let kind = match position {
            Some(i) => u16::try_from(i).unwrap_or(u16::MAX),
            None => self.other_type(kind),
        };
        self.records.push(Record {
            uuid: parsed.uuid,
            versioned: modified.is_some(),
            modified: modified.unwrap_or(i64::MIN),
            created,
            creator: text("created_by_ref").map_or(0, |t| content::digest_text(t) | 1),
            content: content::digest(entries),
            index,
            kind,
            revoked: member(entries, "revoked").and_then(Node::as_bool) == Some(true),
        });
    }

    /// Adds what another scope has seen of the same document.
    pub(crate) fn merge(&mut self, other: Self) {
        let first = TABLES.custom;
        let kinds: Vec<u16> = other.other_types.iter().map(|name| self.other_type(name)).collect();
        self.records.extend(other.records.into_iter().map(|mut record| {
            if let Some(kind) = usize::from(record.kind).checked_sub(first).and_then(|i| kinds.get(i)) {
                record.kind = *kind;
            }
            record
        }));
        self.malware.merge(other.malware);
        self.extended.merge(other.extended);
        self.marked.extend(other.marked);
        self.translations.extend(other.translations);
    }

    fn see_marking(&mut self, node: &Node<'_>, id: &str, index: u32) {
        let mut marks = Vec::new();
        for mark in node.get("object_marking_refs").and_then(Node::as_array).unwrap_or(&[]) {
            marks.extend(mark.as_str().map(|m| (m.to_owned(), false)));
        }
        for mark in node.get("granular_markings").and_then(Node::as_array).unwrap_or(&[]) {
            marks.extend(mark.get("marking_ref").and_then(Node::as_str).map(|m| (m.to_owned(), true)));
        }
        // What marks itself is found without knowing any other object.
        marks.retain(|(m, _)| m != id);
        if !marks.is_empty() {
            self.marked.push(Marked { index, id: id.to_owned(), marks });
        }
    }

    fn other_type(&mut self, name: &str) -> u16 {
        if let Some(kind) = self.other_kinds.get(name) {
            return *kind;
        }
        let kind = u16::try_from(TABLES.custom + self.other_types.len()).unwrap_or(u16::MAX);
        self.other_types.push(name.to_owned());
        self.other_kinds.insert(name.to_owned(), kind);
        kind
    }

    fn id(&self, record: &Record) -> String {
        let kind = usize::from(record.kind);
        let name = if kind < TABLES.first_extension {
            TABLES.owners[kind].name
        } else {
            self.other_types.get(kind.wrapping_sub(TABLES.custom)).map_or("", String::as_str)
        };
        format!("{name}--{}", uuid::Uuid::from_u128(record.uuid))
    }

    /// Judges the rules between all objects seen. `fetch` brings objects back for which more has to be known.
    pub(crate) fn finish(mut self, fetch: impl FnOnce(&[u32]) -> HashMap<u32, Node<'static>>) -> Vec<Between> {
        self.records.sort_unstable_by_key(|r| (r.uuid, r.kind, r.versioned, r.modified, r.index));
        let mut out = Vec::new();
        for same_uuid in self.records.chunk_by(|a, b| a.uuid == b.uuid) {
            for versions in same_uuid.chunk_by(|a, b| a.kind == b.kind) {
                let versions = &versions[versions.partition_point(|r| !r.versioned)..];
                if versions.len() > 1 {
                    self.versions(versions, &mut out);
                }
            }
            self.shared_uuid(same_uuid, &mut out);
        }
        std::mem::take(&mut self.malware).finish(&mut out);
        std::mem::take(&mut self.extended).finish(&mut out);
        self.marking_cycles(&mut out);
        self.translations(fetch, &mut out);
        out.sort_by_key(|b| b.index);
        out
    }

    pub(super) fn add(
        out: &mut Vec<Between>,
        index: u32,
        id: String,
        pointer: &str,
        code: &'static str,
        rule: &'static str,
        message: String,
    ) {
        let finding = Finding {
            level: Level::Must,
            code,
            rule: Some(rule),
            object: Some(id),
            pointer: pointer.to_owned(),
            message,
        };
        out.push(Between { index, finding });
    }

    /// Versions of one object, oldest first.
    fn versions(&self, versions: &[Record], out: &mut Vec<Between>) {
        let first = &versions[0];
        let mut revoked: Option<&Record> = None;
        for (i, this) in versions.iter().enumerate().skip(1) {
            let before = &versions[i - 1];
            if before.revoked && revoked.is_none_or(|r| r.modified > before.modified) {
                revoked = Some(before);
            }
            let id = || self.id(this);
            let other_creator = |r: &Record| this.creator != 0 && r.creator != 0 && this.creator != r.creator;
            let same_version = this.modified == before.modified;
            if same_version && this.content != before.content && !other_creator(before) {
                let message = "two copies of one version (same `id` and `modified`) differ".to_owned();
                Self::add(out, this.index, id(), "", "version-differs", "S21-3.6-08", message);
            }
            // Where it is missing, that is said already.
            if this.created != first.created && this.created != 0 && first.created != 0 {
                Self::add(
                    out,
                    this.index,
                    id(),
                    "/created",
                    "created-changed",
                    "S21-3.2-04",
                    "`created` differs from that of an earlier version".into(),
                );
            }
            if other_creator(first) {
                // One version under two names was published again; another version was made by somebody else.
                let rule = if same_version && other_creator(before) { "S21-3.5-02" } else { "S21-3.6-05" };
                let message = "`created_by_ref` differs from that of an earlier version".to_owned();
                Self::add(out, this.index, id(), "/created_by_ref", "creator-changed", rule, message);
            }
            if revoked.is_some_and(|r| r.modified < this.modified) {
                Self::add(
                    out,
                    this.index,
                    id(),
                    "/modified",
                    "version-after-revoked",
                    "S21-3.2-08",
                    "the version is later than one that revoked the object".into(),
                );
            }
        }
    }

    /// One producer gives no UUID to two objects of different types (2.9).
    fn shared_uuid(&self, records: &[Record], out: &mut Vec<Between>) {
        let first = &records[0];
        for other in &records[1..] {
            if other.kind != first.kind && other.creator != 0 && other.creator == first.creator {
                let message = format!("its UUID is that of {}, of the same creator", self.id(first));
                Self::add(out, other.index, self.id(other), "/id", "shared-uuid", "S21-2.9-04", message);
            }
        }
    }

    /// Marking definitions do not mark each other in a circle (3.2). A mark is part of a circle where both its ends lie in
    /// one strongly connected component; time is linear in the number of marks.
    fn marking_cycles(&self, out: &mut Vec<Between>) {
        let mut nodes: HashMap<&str, NodeIndex> = HashMap::new();
        let mut graph: DiGraph<(), ()> = DiGraph::new();
        for m in &self.marked {
            nodes.entry(&m.id).or_insert_with(|| graph.add_node(()));
        }
        for m in &self.marked {
            let ends =
                m.marks.iter().filter_map(|(mark, _)| Some((*nodes.get(m.id.as_str())?, *nodes.get(mark.as_str())?)));
            graph.extend_with_edges(ends);
        }
        let mut component = vec![0; graph.node_count()];
        for (number, members) in kosaraju_scc(&graph).into_iter().enumerate() {
            for node in members {
                component[node.index()] = number;
            }
        }
        let component = |id: &str| nodes.get(id).map(|node| component[node.index()]);
        for m in &self.marked {
            let own = component(&m.id);
            for (granular, pointer, rule) in
                [(false, "/object_marking_refs", "S21-3.2-14"), (true, "/granular_markings", "S21-3.2-15")]
            {
                // One finding for each property: in a dense circle every mark leads back.
                if let Some((mark, _)) = m.marks.iter().find(|(mark, g)| *g == granular && component(mark) == own) {
                    let message = format!("through {mark} the marking definition marks itself");
                    Self::add(out, m.index, m.id.clone(), pointer, "marking-cycle", rule, message);
                }
            }
        }
    }

    fn translations(&self, fetch: impl FnOnce(&[u32]) -> HashMap<u32, Node<'static>>, out: &mut Vec<Between>) {
        let mut pairs: Vec<(&Translation, u32)> = Vec::new();
        for t in &self.translations {
            // Sorted by UUID, type and time.
            let kind = TABLES.types.get(&t.target_type).unwrap_or_else(|| {
                self.other_types.iter().position(|o| *o == t.target_type).map_or(usize::MAX, |i| TABLES.custom + i)
            });
            let from = self.records.partition_point(|r| r.uuid < t.target);
            let known = self.records[from..]
                .iter()
                .take_while(|r| r.uuid == t.target)
                .filter(|r| r.versioned && usize::from(r.kind) == kind);
            let versions: Vec<&Record> = known.collect();
            let Some(latest) = versions.last() else {
                continue;
            };
            let meant = match t.modified {
                None => Some(latest),
                Some(modified) => versions.iter().find(|r| r.modified == modified),
            };
            match meant {
                Some(record) => pairs.push((t, record.index)),
                None => {
                    let message = "no version of the object referred to has this `modified`".to_owned();
                    Self::add(out, t.index, t.id.clone(), "/object_modified", "object-modified", "S21-7.1-03", message);
                }
            }
        }
        if pairs.is_empty() {
            return;
        }
        let mut wanted: Vec<u32> = pairs.iter().map(|(_, index)| *index).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let targets = fetch(&wanted);
        for (t, index) in pairs {
            if let Some(target) = targets.get(&index) {
                let mut slips = Vec::new();
                translation::compare(&t.contents, target, &Path::ROOT.key("contents"), &mut slips);
                for (pointer, level, code, rule, message) in slips {
                    Self::add(out, t.index, t.id.clone(), &pointer, code, rule, message);
                    if let Some(added) = out.last_mut() {
                        added.finding.level = level;
                    }
                }
            }
        }
    }
}
