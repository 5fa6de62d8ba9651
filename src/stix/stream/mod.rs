//! Judging a stream of any size: cut into objects, judged on all cores, reported in the order of the input.
//!
//! Memory is bounded by the largest object, by a few batches of text, and by some fifty bytes for each versioned object,
//! which the rules between objects need.

mod place;
mod scan;
mod split;

use std::collections::HashMap;
use std::io::{self, Read};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

pub use self::place::Place;
use self::place::Places;
use self::split::{Batch, Error, Item, Role, Splitter};
use super::finding::Path;
use super::node::{MAX_DEPTH, Node};
use super::scope::Scope;
use super::validator::{Shape, Validator};
use super::version::{self, SpecVersion};
use super::{Finding, Level};

/// A finding in a stream.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The finding; its pointer is within the document.
    pub finding: Finding,
    /// Which document of the stream it is in, from 0; more than one where objects are delimited by newlines.
    pub document: u32,
    /// Where it stands, if places were asked for and the text is still at hand.
    pub place: Option<Place>,
}

/// What a stream held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// STIX Objects seen, bundles not counted.
    pub objects: u64,
    /// Of these, or of bundles, how many were recognised as STIX 2.0.
    pub stix_20: u64,
    /// Whether the stream held more than one document.
    pub documents: u32,
}

/// What a stream is judged for.
pub struct Options<'a> {
    /// The rules.
    pub validator: Validator,
    /// Whether findings come with their places.
    pub places: bool,
    /// Which findings are wanted.
    pub wanted: &'a (dyn Fn(&Finding) -> bool + Sync),
}

/// Judges a stream. `again` opens it once more, for the rare rules that need an object twice.
///
/// # Errors
/// Only where reading fails. What is no JSON is a finding.
pub fn judge<R: Read + Send>(
    reader: R,
    again: Option<&dyn Fn() -> io::Result<Box<dyn Read>>>,
    options: &Options<'_>,
    sink: &mut dyn FnMut(Placed),
) -> io::Result<Summary> {
    let mut splitter = Splitter::new(reader);
    let mut summary = Summary::default();
    let mut scope = Scope::default();
    let mut role = None;
    let mut group = read(&mut splitter)?;
    loop {
        let Group { batches, fault, head_is_20 } = group;
        if batches.is_empty() && fault.is_none() {
            break;
        }
        // While the cores judge these batches, the next ones are read.
        let (judged, next) = rayon::join(
            || batches.into_par_iter().map(|b| of_batch(&b, head_is_20, options)).collect::<Vec<_>>(),
            || {
                if fault.is_some() { Ok(Group::default()) } else { read(&mut splitter) }
            },
        );
        for part in judged {
            summary.objects += part.summary.objects;
            summary.stix_20 += part.summary.stix_20;
            summary.documents = summary.documents.max(part.summary.documents);
            scope.merge(part.scope);
            role = role.or(part.role);
            part.out.into_iter().for_each(&mut *sink);
            if part.broken {
                return Ok(summary);
            }
        }
        if let Some(fault) = fault {
            let finding = syntax(fault.message, fault.line, fault.column);
            let place = Place { line: fault.line, column: fault.column, excerpt: String::new(), before: 0, width: 0 };
            sink(Placed { finding, document: summary.documents.saturating_sub(1), place: Some(place) });
            return Ok(summary);
        }
        group = next?;
    }
    let between = scope.finish(|wanted| again.and_then(|open| fetch(open().ok()?, wanted)).unwrap_or_default());
    for found in between.into_iter().filter(|b| options.validator.wants(&b.finding) && (options.wanted)(&b.finding)) {
        let (document, prefix) = match role {
            Some(Role::Document(_)) => (found.index, String::new()),
            Some(Role::ListItem(_)) => (0, format!("/{}", found.index)),
            _ => (0, format!("/objects/{}", found.index)),
        };
        let pointer = prefix + &found.finding.pointer;
        sink(Placed { finding: Finding { pointer, ..found.finding }, document, place: None });
    }
    Ok(summary)
}

/// Batches for all cores, and the fault that ends the stream, if one does.
#[derive(Default)]
struct Group {
    batches: Vec<Batch>,
    fault: Option<split::Fault>,
    head_is_20: bool,
}

fn read<R: Read>(splitter: &mut Splitter<R>) -> io::Result<Group> {
    let mut out = Group::default();
    for _ in 0..rayon::current_num_threads() {
        match splitter.next_batch() {
            Ok(Some(batch)) => out.batches.push(batch),
            Ok(None) => break,
            Err(Error::Io(e)) => return Err(e),
            Err(Error::Syntax(fault)) => {
                out.fault = Some(fault);
                break;
            }
        }
    }
    out.head_is_20 = splitter.head_is_20();
    Ok(out)
}

/// What a batch gave.
#[derive(Default)]
struct Part {
    out: Vec<Placed>,
    scope: Scope,
    summary: Summary,
    /// The role of its values, for pointers of findings between objects.
    role: Option<Role>,
    /// Whether a value is no JSON; what follows it is not judged.
    broken: bool,
}

fn of_batch(batch: &Batch, head_is_20: bool, options: &Options<'_>) -> Part {
    let mut part = Part::default();
    let mut findings = Vec::new();
    let mut places = Places::new(batch);
    for item in &batch.items {
        let raw = &batch.text[item.start..item.end];
        let document = match item.role {
            Role::Document(n) => n,
            _ => 0,
        };
        part.summary.documents = document + 1;
        let node = match Node::parse(raw) {
            Ok(node) => node,
            Err(error) => {
                part.out.push(unparsable(batch, item, document, &error));
                part.broken = true;
                return part;
            }
        };
        of_item(&node, item.role, head_is_20, options.validator, &mut part, &mut findings);
        for finding in findings.drain(..).filter(|f| (options.wanted)(f)) {
            let place = (options.places && item.role != Role::Head).then(|| places.of(item, &finding.pointer));
            part.out.push(Placed { finding, document, place });
        }
    }
    part
}

fn of_item(
    node: &Node<'_>,
    role: Role,
    head_is_20: bool,
    validator: Validator,
    part: &mut Part,
    out: &mut Vec<Finding>,
) {
    let (root, objects) = (Path::ROOT, Path::ROOT.key("objects"));
    match role {
        Role::Document(index) => {
            part.role = part.role.or(Some(role));
            let shape = Shape::of(node);
            if shape == Shape::Object {
                part.summary.objects += 1;
                one(node, &root, false, validator, index, part, out);
                return;
            }
            let items =
                if shape == Shape::List { node.as_array() } else { node.get("objects").and_then(Node::as_array) };
            let items = items.unwrap_or(&[]);
            part.summary.objects += items.len() as u64;
            let old = shape == Shape::Bundle && version::of(node) == SpecVersion::V20;
            part.summary.stix_20 +=
                items.iter().filter(|i| version::of_object(i, old) == SpecVersion::V20).count() as u64 + u64::from(old);
            out.extend(validator.validate_node(node));
        }
        Role::ListItem(index) => {
            part.role = part.role.or(Some(role));
            part.summary.objects += 1;
            one(node, &root.index(index as usize), false, validator, index, part, out);
        }
        Role::Object(index) => {
            part.role = part.role.or(Some(role));
            part.summary.objects += 1;
            one(node, &objects.index(index as usize), head_is_20, validator, index, part, out);
        }
        // An envelope owes nothing that is judged here.
        Role::Head => {
            if Shape::of(node) != Shape::Envelope {
                let from = out.len();
                validator.bundle(node, out);
                // The head was cut off its objects: they are not missing.
                let mut i = 0;
                out.retain(|f| {
                    i += 1;
                    i <= from || f.code != "empty-list" || f.pointer != "/objects"
                });
            }
        }
    }
}

fn one(
    node: &Node<'_>,
    path: &Path<'_>,
    old: bool,
    validator: Validator,
    index: u32,
    part: &mut Part,
    out: &mut Vec<Finding>,
) {
    validator.member(node, path, old, out);
    if version::of_object(node, old) == SpecVersion::V20 {
        part.summary.stix_20 += 1;
    } else {
        part.scope.see(node, index);
    }
}

fn syntax(message: &str, line: u64, column: u64) -> Finding {
    Finding {
        level: Level::Must,
        code: "invalid-json",
        rule: Some("S21-12.1-01"),
        object: None,
        pointer: String::new(),
        message: format!("cannot be read as JSON: {message} at line {line} column {column}"),
    }
}

fn unparsable(batch: &Batch, item: &Item, document: u32, error: &serde_json::Error) -> Placed {
    let raw = &batch.text[item.start..item.end];
    // The parser counts lines from 1 and columns in bytes; 0 stands for the end of a line.
    let line_start =
        raw.split_inclusive(|c| *c == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum::<usize>();
    let at = (item.start + line_start + error.column().saturating_sub(1)).min(batch.text.len());
    let text = error.to_string();
    let message = match text.split(" at line ").next().unwrap_or("") {
        "recursion limit exceeded" => {
            format!("it nests deeper than {MAX_DEPTH} levels, which this program does not read")
        }
        "number out of range" => "a number beyond the range of a double".to_owned(),
        other => other.to_owned(),
    };
    let place = Places::new(batch).at(at, at + 1);
    let finding = syntax(&message, place.line, place.column);
    Placed { finding, document, place: Some(place) }
}

/// Reads a stream once more for the objects at these positions.
fn fetch(reader: Box<dyn Read>, wanted: &[u32]) -> Option<HashMap<u32, Node<'static>>> {
    let mut splitter = Splitter::new(reader);
    let mut out = HashMap::new();
    while let Ok(Some(batch)) = splitter.next_batch() {
        for item in &batch.items {
            let index = match item.role {
                Role::Document(i) | Role::ListItem(i) | Role::Object(i) => i,
                Role::Head => continue,
            };
            if wanted.binary_search(&index).is_ok() {
                out.insert(index, Node::parse(&batch.text[item.start..item.end]).ok()?.into_owned());
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests;
