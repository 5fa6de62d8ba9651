//! Words `has`, `lacks`, `unchanged`, `ascending`: what was added is read back.

use serde_json::Value;

use super::body::{key, members_of};
use super::selection::{Borders, count, names};
use super::{Context, Outcome, brief};
use crate::taxii::{Endpoint, Timestamp};

/// Judges which objects came back, and whether they came as they were sent.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let endpoint = context.record.endpoint.unwrap_or(Endpoint::Objects);
    let exchanges = context.exchanges();
    let members = members_of(endpoint, context.record.object.as_deref(), exchanges);
    let own = |name: &str| {
        let object = context.transcript.objects.get(name)?;
        let id = object.get("id")?.as_str()?;
        let version = object.get("modified").or(object.get("created")).and_then(Value::as_str);
        Some((object, id, version))
    };
    let last = exchanges.len().saturating_sub(1);
    let borders = Borders::of(context, exchanges, &members);
    let unchanged = all(context, &context.expect.unchanged);
    for name in all(context, &context.expect.has).iter().chain(&unchanged) {
        let Some((object, id, version)) = own(name) else { continue };
        let Some(found) = members.iter().find(|m| names(m, id, version)) else {
            if let Some(why) = &context.record.stopped {
                outcome.block(format!("not all pages could be read: {why}"));
            } else if borders.any() {
                outcome.block("pages go on by added_after, where objects that share a date can be lost (section 3.5)");
            } else {
                let mut finding = context.finding(last, "an object that was added is not there");
                finding.expected = Some(key(id, version));
                finding.actual = Some(count(members.len(), "object"));
                outcome.findings.push(finding);
            }
            continue;
        };
        outcome.saw(format!("{id} is there"));
        if unchanged.contains(name)
            && let Some(returned) = &found.object
            && let Some((place, was, is)) = changed(object, returned, String::new())
        {
            let mut finding = context.finding(found.page, format!("an object came back changed at {place}"));
            finding.expected = Some(was);
            finding.actual = Some(is);
            finding.pointer = Some(format!("{}{place}", found.pointer));
            outcome.findings.push(finding);
        }
    }
    for name in &all(context, &context.expect.lacks) {
        let Some((_, id, version)) = own(name) else { continue };
        match members.iter().find(|m| names(m, id, version)) {
            Some(found) => {
                let mut finding = context.finding(found.page, "an object is there that should not be");
                finding.actual = Some(found.key());
                finding.pointer = Some(found.pointer.clone());
                outcome.findings.push(finding);
            }
            None => match &context.record.stopped {
                Some(why) => outcome.block(format!("not all pages could be read: {why}")),
                None => outcome.saw(format!("{id} is not there")),
            },
        }
    }
    outcome
}

/// The names of all objects that these names stand for.
fn all(context: &Context<'_>, names: &[toml::Spanned<String>]) -> Vec<String> {
    let objects = &context.transcript.case.objects;
    let copies = |name: &toml::Spanned<String>| {
        let name = name.get_ref();
        objects.get(name).map_or_else(|| vec![name.clone()], |o| crate::case::object::copies(name, o))
    };
    names.iter().flat_map(copies).collect()
}

/// Whether the dates added that the answer tells of own objects do not descend. Equal dates are no fault: clocks are coarse.
pub fn ascending(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let endpoint = context.record.endpoint.unwrap_or(Endpoint::Manifest);
    let members = members_of(endpoint, context.record.object.as_deref(), context.exchanges());
    let mut dated: Vec<(String, Timestamp)> = Vec::new();
    for name in all(context, &context.expect.ascending) {
        let id = context.transcript.objects.get(&name).and_then(|o| o.get("id")?.as_str());
        let member = members.iter().find(|m| Some(m.id.as_str()) == id);
        match member.and_then(|m| m.added.as_deref()).and_then(Timestamp::parse) {
            Some(date) => dated.push((name, date)),
            None => outcome.block(format!("the date added of {name} is not told")),
        }
    }
    for pair in dated.windows(2) {
        if pair[0].1 > pair[1].1 {
            let mut finding = context.finding(0, "what was added later has an earlier date added");
            finding.expected = Some(format!("not before {}", pair[0].1));
            finding.actual = Some(pair[1].1.to_string());
            outcome.findings.push(finding);
        } else {
            outcome.saw(format!("{} is not before {}", pair[1].1, pair[0].1));
        }
    }
    outcome
}

/// The first place at which an object came back other than it was sent: pointer, sent, came.
pub fn changed(sent: &Value, came: &Value, at: String) -> Option<(String, String, String)> {
    match (sent, came) {
        (Value::Object(a), Value::Object(b)) => {
            let lost = a.iter().find_map(|(k, v)| match b.get(k) {
                Some(w) => changed(v, w, format!("{at}/{k}")),
                None => Some((format!("{at}/{k}"), brief(v), "absent".to_owned())),
            });
            lost.or_else(|| {
                let invented = b.iter().find(|(k, _)| !a.contains_key(*k));
                invented.map(|(k, v)| (format!("{at}/{k}"), "absent".to_owned(), brief(v)))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (v, w))| changed(v, w, format!("{at}/{i}")))
        }
        (Value::Number(a), Value::Number(b)) if a.is_i64() && b.is_i64() => {
            (a != b).then(|| (at, brief(sent), brief(came)))
        }
        // 0.1 and 1e-1 are one number
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ if sent == came => None,
        _ => Some((at, brief(sent), brief(came))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_found() {
        let sent = json!({"a": [1, {"b": 9007199254740991i64}], "modified": "2024-01-01T00:00:00.500Z", "ü": "x"});
        assert_eq!(changed(&sent, &sent, String::new()), None);
        let mut other = sent.clone();
        other["modified"] = json!("2024-01-01T00:00:00.500000Z");
        assert_eq!(changed(&sent, &other, String::new()).map(|c| c.0).as_deref(), Some("/modified"));
        other = sent.clone();
        other["a"][1]["b"] = json!(9007199254740992i64);
        assert_eq!(changed(&sent, &other, String::new()).map(|c| c.0).as_deref(), Some("/a/1/b"));
        assert_eq!(
            changed(&sent, &json!({"a": [1], "modified": "", "ü": "x"}), String::new()).map(|c| c.0).as_deref(),
            Some("/a")
        );
        let mut more = sent.clone();
        more["x"] = json!(1);
        assert_eq!(changed(&sent, &more, String::new()).map(|c| c.0).as_deref(), Some("/x"));
    }
}
