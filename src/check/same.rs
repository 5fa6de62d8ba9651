//! Word `same`: two answers that have to agree.

use serde_json::Value;

use super::body::{Member, members_of};
use super::read_back::changed;
use super::{Context, Outcome, brief, some};
use crate::case::expect::{Same, SameWhat};
use crate::taxii::Endpoint;

/// Compares the last answer of a step, or all its pages, with those of an earlier step.
pub fn check(context: &Context<'_>, same: &Same) -> Outcome {
    let mut outcome = Outcome::default();
    let steps = &context.transcript.case.steps;
    let Some(index) = steps.iter().position(|s| s.name.as_deref() == Some(&same.step)) else { return outcome };
    let Some(earlier) = context.transcript.steps.get(index) else { return outcome };
    let before = &context.transcript.exchanges[earlier.exchanges.clone()];
    let now = context.exchanges();
    let (Some(a), Some(b)) = (before.last().and_then(|e| e.json()), now.last().and_then(|e| e.json())) else {
        outcome.block(format!("the answer of step {} or of this one is not JSON", same.step));
        return outcome;
    };
    let named = |record: &super::StepRecord, exchanges| {
        members_of(record.endpoint.unwrap_or(Endpoint::Objects), record.object.as_deref(), exchanges)
    };
    let last = now.len() - 1;
    let mut differ = |message: &str, expected: String, actual: String| {
        let mut finding = context.finding(last, message);
        finding.expected = Some(expected);
        finding.actual = Some(actual);
        outcome.findings.push(finding);
    };
    match same.what {
        SameWhat::Body if a != b => differ("two answers that have to agree differ", brief(a), brief(b)),
        SameWhat::Body => outcome.saw("two answers that agree"),
        SameWhat::CollectionOrder => {
            let ids = |v: &Value| -> Vec<String> {
                let list = v.get("collections").and_then(Value::as_array);
                list.into_iter().flatten().filter_map(|c| Some(c.get("id")?.as_str()?.to_owned())).collect()
            };
            let (a, b) = (ids(a), ids(b));
            // a collection that came or went in between is no change of order
            let common = |x: &[String], y: &[String]| x.iter().filter(|i| y.contains(i)).cloned().collect::<Vec<_>>();
            if common(&a, &b) != common(&b, &a) {
                differ("the order of collections changes between requests", a.join(", "), b.join(", "));
            } else if a.len() < 2 {
                outcome.block("fewer than 2 collections to put in order");
            } else {
                outcome.saw(format!("{} collections in the same order", a.len()));
            }
        }
        SameWhat::CollectionEntry => {
            let list = if a.get("collections").is_some() { &a } else { &b };
            let single = if a.get("collections").is_some() { &b } else { &a };
            let entry = list
                .get("collections")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .find(|c| c.get("id") == single.get("id"));
            match entry {
                // what is shown by its id need not be listed
                None => outcome.block("the list of collections has no entry with this id"),
                // a description may say how many objects there are, or be left out of the list (sections 5.1 and 5.2.1)
                Some(entry) => match difference(entry, single) {
                    Some(name) => {
                        let value = |v: &Value| v.get(&name).map_or("absent".to_owned(), brief);
                        differ(
                            &format!("{name} differs between the list and the collection itself"),
                            value(entry),
                            value(single),
                        );
                    }
                    None => outcome.saw("the entry of the list and the collection agree"),
                },
            }
        }
        SameWhat::Covers => {
            let (a, b) = (named(earlier, before), named(context.record, now));
            let alike = |x: &Member<'_>, y: &Member<'_>| {
                x.id == y.id && (x.version.is_none() || y.version.is_none() || x.key() == y.key())
            };
            // either walk may lose what shares a date at a border of its pages
            let borders =
                [(before, &a), (now, &b)].map(|(e, members)| super::selection::Borders::of(context, e, members));
            let holdings = &context.transcript.bound.holdings.items;
            let tied = |m: &Member<'_>, i: usize| holdings.iter().any(|h| m.may_be(h) && borders[i].may_lose(h));
            let cut = earlier.stopped.as_ref().or(context.record.stopped.as_ref());
            let (a, b) = if cut.is_some() { Default::default() } else { (a, b) };
            let lost = a.iter().filter(|m| !b.iter().any(|n| alike(m, n)) && !tied(m, 1));
            let lost: Vec<String> = lost.map(Member::key).collect();
            let alien = b.iter().filter(|n| !a.iter().any(|m| m.id == n.id) && !tied(n, 0));
            // what nobody knew of may have been added between the two
            let (alien, arrived): (Vec<_>, Vec<_>) =
                alien.partition(|n| holdings.iter().any(|h| h.id == n.id) || super::selection::is_own(context, &n.id));
            let alien: Vec<String> = alien.into_iter().map(Member::key).collect();
            if let Some(why) = cut {
                outcome.block(format!("not all pages could be read: {why}"));
            } else if !lost.is_empty() || !alien.is_empty() {
                differ("two answers that have to name the same objects differ", some(&lost), some(&alien));
            } else if !arrived.is_empty() {
                outcome.block("others have added objects between the two answers");
            } else if a.is_empty() {
                outcome.block("neither answer names an object");
            } else {
                outcome.saw(format!("{} named by both", super::selection::count(a.len(), "object")));
            }
        }
        SameWhat::Content => {
            let (a, b) = (named(earlier, before), named(context.record, now));
            let in_a = |n: &Member<'_>| a.iter().find(|m| m.key() == n.key() && m.spec == n.spec)?.object;
            let mut both = 0;
            for (member, x, y) in b.iter().filter_map(|n| Some((n, in_a(n)?, n.object?))) {
                both += 1;
                if let Some((place, was, is)) = changed(x, y, String::new()) {
                    let message = format!("{} differs between two answers at {place}", member.id);
                    let mut finding = context.finding(last, message);
                    finding.expected = Some(was);
                    finding.actual = Some(is);
                    finding.pointer = Some(format!("{}{place}", member.pointer));
                    outcome.findings.push(finding);
                }
            }
            match both {
                0 => outcome.block("no version of an object is in both answers"),
                n => outcome.saw(format!("{} alike in both", super::selection::count(n, "object"))),
            }
        }
        SameWhat::Members => {
            let keys = |members: Vec<Member<'_>>| members.iter().map(Member::key).collect::<Vec<_>>();
            let (mut a, mut b) = (keys(named(earlier, before)), keys(named(context.record, now)));
            let in_sequence =
                if earlier.enough || context.record.enough { (a.clone(), b.clone()) } else { Default::default() };
            a.sort();
            b.sort();
            // of two beginnings the shorter is judged; in which order equal dates come is open
            let cut = earlier.enough || context.record.enough;
            if cut && a != b {
                let both = a.len().min(b.len());
                if in_sequence.0[..both] == in_sequence.1[..both] {
                    outcome.saw(format!("the first {} named by both", super::selection::count(both, "object")));
                } else {
                    outcome
                        .block("only the beginning was read of so many objects, and the two begin in different ways");
                }
            } else if a != b {
                let only = |x: &[String], y: &[String]| {
                    some(&x.iter().filter(|i| !y.contains(i)).cloned().collect::<Vec<_>>())
                };
                differ("two answers that have to name the same objects differ", only(&a, &b), only(&b, &a));
            } else if a.is_empty() {
                outcome.block("neither answer names an object");
            } else {
                outcome.saw(format!("{} named by both", super::selection::count(a.len(), "object")));
            }
        }
    }
    outcome
}

/// The first property, of those that the standard defines, in which two collection resources differ. Lists count as sets.
fn difference(a: &Value, b: &Value) -> Option<String> {
    let normal = |v: Option<&Value>| match v {
        Some(Value::Array(items)) => {
            let mut items: Vec<String> = items.iter().map(Value::to_string).collect();
            items.sort();
            Some(items.join(","))
        }
        other => other.map(Value::to_string),
    };
    super::schema::properties(crate::case::expect::Resource::Collection)
        .into_iter()
        .filter(|name| *name != "description")
        .find(|name| normal(a.get(name)) != normal(b.get(name)))
}
