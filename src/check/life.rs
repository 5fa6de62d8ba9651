//! Word `life`: what a status resource tells from the POST to its end (section 4.3.1).

use serde_json::Value;

use super::{Context, Outcome};

/// Requirement that the id is the one asked for.
const ID: &str = "T21-4.3-01";
/// Requirement that what is complete no longer changes.
const FINAL: &str = "T21-4.3-06";
/// Requirement on the counts.
const COUNTS: &str = "T21-4.3-05";

/// Compares every status resource of the trial so far with the one before it.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let first = context.record.exchanges.start;
    let all: Vec<(usize, &Value)> = context
        .transcript
        .exchanges
        .iter()
        .enumerate()
        .filter_map(|(i, e)| Some((i, e.json().filter(|b| b.get("status").is_some() && e.status() < 300)?)))
        .collect();
    for pair in all.windows(2) {
        let ((_, before), (at, now)) = (pair[0], pair[1]);
        if let Some((requirement, pointer, message)) = broken(before, now).filter(|(r, ..)| context.about(r)) {
            let mut finding = context.finding_on(requirement, 0, message);
            // the place may be in an earlier step
            finding.exchange = Some(at);
            finding.expected = before.pointer(pointer).map(super::brief);
            finding.actual = now.pointer(pointer).map(super::brief);
            finding.pointer = Some(pointer.to_owned());
            outcome.findings.push(finding);
            return outcome;
        }
    }
    let here = context.transcript.exchanges.len() - first;
    match all.len() {
        0 | 1 => outcome.block("fewer than 2 answers with a status resource to compare"),
        n => outcome.saw(format!("{n} answers of one life, {here} of them here")),
    }
    outcome
}

/// A status with its lists in one order: the standard gives them none, and a store tells them as they come. The order of
/// members is none of JSON's matters.
fn in_order(status: &Value) -> Value {
    let mut status = status.clone();
    for name in ["successes", "failures", "pendings"] {
        if let Some(list) = status.get_mut(name).and_then(Value::as_array_mut) {
            list.iter_mut().for_each(Value::sort_all_objects);
            list.sort_by_cached_key(Value::to_string);
        }
    }
    status
}

/// Requirement, place and words of what a later answer may not tell after an earlier one.
fn broken(before: &Value, now: &Value) -> Option<(&'static str, &'static str, &'static str)> {
    let number = |body: &Value, name: &str| body.get(name).and_then(Value::as_u64);
    let (was, is) = (|name| number(before, name), |name| number(now, name));
    let complete = |body: &Value| body.get("status").and_then(Value::as_str) == Some("complete");
    let less = |name| was(name).zip(is(name)).is_some_and(|(was, is)| is < was);
    if before.get("id") != now.get("id") {
        Some((ID, "/id", "the id of the status changes"))
    } else if complete(before) && !complete(now) {
        Some((FINAL, "/status", "a complete status is pending again"))
    } else if complete(before) && in_order(before) != in_order(now) {
        Some((FINAL, "", "a complete status still changes"))
    } else if before.get("request_timestamp") != now.get("request_timestamp") {
        Some((ID, "/request_timestamp", "the time of the request changes"))
    // before processing has begun, total_count may be 0 (section 4.3.1)
    } else if was("total_count").is_some_and(|n| n > 0) && was("total_count") != is("total_count") {
        Some((COUNTS, "/total_count", "the number of posted objects changes"))
    } else if less("success_count") {
        Some((COUNTS, "/success_count", "what has succeeded is counted less than before"))
    } else if less("failure_count") {
        Some((COUNTS, "/failure_count", "what has failed is counted less than before"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_life_goes_one_way() {
        let status = |status: &str, total: u64, good: u64, pending: u64| {
            json!({"id": "a", "status": status, "request_timestamp": "t", "total_count": total,
                "success_count": good, "failure_count": 0, "pending_count": pending})
        };
        let said = |a: &Value, b: &Value| broken(a, b).map(|(requirement, ..)| requirement);
        let (new, half, done) = (status("pending", 0, 0, 0), status("pending", 2, 1, 1), status("complete", 2, 2, 0));
        assert_eq!(said(&new, &half), None);
        assert_eq!(said(&half, &done), None);
        assert_eq!(said(&done, &done), None);
        assert_eq!(said(&done, &half), Some(FINAL));
        assert_eq!(said(&half, &new), Some(COUNTS));
        assert_eq!(said(&half, &status("pending", 2, 0, 2)), Some(COUNTS));
        let mut listed = done.clone();
        listed["successes"] = json!([{"id": "a", "version": "v"}, {"id": "b", "version": "w"}]);
        let mut spelled = done.clone();
        spelled["successes"] = json!([{"version": "w", "id": "b"}, {"version": "v", "id": "a"}]);
        assert_eq!(said(&listed, &spelled), None, "neither the list nor its members have an order");
        spelled["successes"][0]["version"] = json!("x");
        assert_eq!(said(&listed, &spelled), Some(FINAL));
        let mut other = half.clone();
        other["id"] = json!("b");
        assert_eq!(said(&half, &other), Some(ID));
    }
}
