//! Word `content`: the objects served are valid STIX 2.1 (section 8.2.1).

use std::collections::{BTreeMap, HashSet};

use super::body::members_of;
use super::selection::count;
use super::{Context, Outcome, some};
use crate::record::Reading;
use crate::stix::{Level, SpecVersion, Validator, spec_version};
use crate::taxii::Endpoint;

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

/// Validates every object on all pages of a step once, and puts findings of one code together: a slip
/// that is made in every object is one finding.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let endpoint = context.record.endpoint.unwrap_or(Endpoint::Objects);
    let validator = Validator::new().at_least(Level::Must);
    let mut groups: BTreeMap<&'static str, Group> = BTreeMap::new();
    let mut seen: HashSet<String> = HashSet::new();
    let (mut judged, mut older) = (0usize, 0usize);
    for member in members_of(endpoint, context.record.object.as_deref(), context.exchanges()) {
        let Some(object) = member.object else { continue };
        if !seen.insert(object.to_string()) {
            continue;
        }
        if spec_version(object) == SpecVersion::V20 {
            older += 1;
            continue;
        }
        judged += 1;
        let mut codes: HashSet<&'static str> = HashSet::new();
        for finding in validator.validate(object) {
            let group = groups.entry(finding.code).or_default();
            if codes.insert(finding.code) {
                group.objects += 1;
                if group.examples.len() < 3 {
                    group.examples.push(format!("{} at {}", member.id, finding.pointer));
                }
            }
            if group.message.is_empty() {
                group.message = finding.message;
                group.rule = finding.rule;
                group.place = (member.page, format!("{}{}", member.pointer, finding.pointer));
            }
        }
    }
    for (code, group) in groups {
        let rule = group.rule.map_or(String::new(), |r| format!(", {r}"));
        let message = format!("{code}{rule}: {} ({} of {judged})", group.message, count(group.objects, "object"));
        let mut finding = context.finding(group.place.0, message);
        finding.actual = Some(some(&group.examples));
        finding.pointer = Some(group.place.1);
        outcome.findings.push(finding);
    }
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
