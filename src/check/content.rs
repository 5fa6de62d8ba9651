//! Word `content`: the objects served are valid STIX 2.1 (section 8.2.1).

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::media_types;
use super::selection::count;
use super::{Context, Outcome, some};
use crate::record::Reading;
use crate::stix::{self, Level, SpecVersion, Validator, spec_version};

/// What one code found.
#[derive(Default)]
struct Group {
    objects: usize,
    /// The first three: object id and pointer.
    examples: Vec<String>,
    message: String,
    rule: Option<&'static str>,
    /// Page and pointer of the first.
    place: (usize, String),
}

impl Group {
    fn add(&mut self, served: &Served<'_>, finding: stix::Finding, again: bool) {
        if !again {
            self.objects += 1;
            if self.examples.len() < 3 {
                let id = served.object.get("id").and_then(Value::as_str).unwrap_or("an object without id");
                let at = if finding.pointer.is_empty() { "" } else { " at " };
                self.examples.push(format!("{id}{at}{}", finding.pointer));
            }
        }
        if self.message.is_empty() {
            self.place = (served.page, format!("/objects/{}{}", served.index, finding.pointer));
            self.message = finding.message;
            self.rule = finding.rule;
        }
    }
}

/// An object where it came. Nothing is asked of it, not even an id.
struct Served<'a> {
    object: &'a Value,
    page: usize,
    index: usize,
}

fn served<'a>(context: &Context<'a>) -> impl Iterator<Item = Served<'a>> {
    context.exchanges().iter().enumerate().flat_map(|(page, exchange)| {
        let objects = exchange.json().and_then(|body| body.get("objects")).and_then(Value::as_array);
        let objects = objects.map_or(&[][..], Vec::as_slice).iter().enumerate();
        objects.map(move |(index, object)| Served { object, page, index })
    })
}

/// Whether an object that does not name its version may be STIX 2.0: of a type that 2.0 defines, or a custom one.
fn may_be_stix_20(object: &Value) -> bool {
    const LATER: [&str; 9] = [
        "grouping",
        "incident",
        "infrastructure",
        "location",
        "malware-analysis",
        "note",
        "opinion",
        "language-content",
        "extension-definition",
    ];
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    object.get("spec_version").is_none() && object.get("created").is_some() && !LATER.contains(&kind)
}

/// The findings of all objects, by level and code.
type Groups = BTreeMap<(Level, &'static str), Group>;

/// Validates every object on all pages of a step once, and puts findings of one code together: a slip
/// that is made in every object is one finding.
///
/// Objects are judged one by one. What two of them say about each other (versions with other creators, an id used
/// twice) is the business of their producers, who need not know of each other.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let validator = Validator::new();
    let mut groups = Groups::new();
    let mut seen: HashSet<[u8; 32]> = HashSet::new();
    // where a collection may hold STIX 2.0 too, an object that does not name its version is of that
    let holds_older = media_types::admit_stix(&context.transcript.bound.resource, "2.0");
    let (mut judged, mut older) = (0usize, 0usize);
    for served in served(context) {
        let object = served.object;
        if !seen.insert(Sha256::digest(object.to_string()).into()) {
            continue;
        }
        if holds_older && may_be_stix_20(object) || spec_version(object) == SpecVersion::V20 {
            older += 1;
            continue;
        }
        judged += 1;
        let mut codes = HashSet::new();
        for finding in validator.validate(object) {
            let key = (finding.level, finding.code);
            groups.entry(key).or_default().add(&served, finding, !codes.insert(key));
        }
    }
    report(context, groups, judged, &mut outcome);
    if older > 0 {
        let answer = format!("{}, recognised and not judged as 2.1", count(older, "object"));
        outcome.readings.push(Reading { question: "STIX 2.0 content".into(), answer });
    }
    match judged {
        0 => outcome.block("no STIX 2.1 object came"),
        n => outcome.saw(format!("{} valid by STIX 2.1", count(n, "object"))),
    }
    outcome
}

/// One finding a code; remarks are readings.
fn report(context: &Context<'_>, groups: Groups, judged: usize, outcome: &mut Outcome) {
    for ((level, code), group) in groups {
        let of = format!("{} of {judged}", count(group.objects, "object"));
        // the object is valid, and what its producer might do better is not held against the server
        if level == Level::Should {
            let answer = format!("{} ({of})", group.message);
            outcome.readings.push(Reading { question: format!("STIX content: {code}"), answer });
            continue;
        }
        let rule = group.rule.map_or(String::new(), |r| format!(", {r}"));
        let mut finding = context.finding(group.place.0, format!("{code}{rule}: {} ({of})", group.message));
        finding.actual = Some(some(&group.examples));
        finding.pointer = Some(group.place.1);
        outcome.findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::case::model::Object;
    use crate::case::object;
    use crate::case::template::Values;

    #[test]
    fn what_the_suite_adds_earns_no_remark() {
        for template in object::templates() {
            // what a grouping holds is up to the case
            let refs = "[\"tool--e2e1a340-4415-4ba8-9671-f7343fbf0836\"]";
            let set = if template == "grouping" { format!("object_refs = {refs}") } else { String::new() };
            let one: Object = toml::from_str(&format!("like = {template:?}\nset = {{ {set} }}")).expect("an object");
            let made = object::make(&BTreeMap::from([("a".to_owned(), one)]), 1, "test", &Values::new());
            let findings = Validator::new().validate(&made.expect("made")["a"]);
            assert!(findings.is_empty(), "{template}: {findings:?}");
        }
    }
}
