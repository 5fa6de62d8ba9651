//! Words `counts`, `details`, `value`, `differs`, `absent`: what is told of adding and deleting.

use serde_json::Value;

use super::body::key;
use super::{Context, Outcome, brief, read_back, some};
use crate::case::expect::{CountsWord, DetailsWord};
use crate::record::{Exchange, Level};
use crate::taxii::Timestamp;

/// Judges whichever of the words are there.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let expect = context.expect;
    if let Some(word) = expect.counts {
        outcome.merge(counts(context, word));
    }
    if let Some(word) = expect.details {
        outcome.merge(details(context, word));
    }
    if !(expect.has.is_empty() && expect.lacks.is_empty() && expect.unchanged.is_empty()) {
        outcome.merge(read_back::check(context));
    }
    if !expect.ascending.is_empty() {
        outcome.merge(read_back::ascending(context));
    }
    if let Some(last) = context.last()
        && !(expect.value.is_empty() && expect.differs.is_empty() && expect.absent.is_empty())
    {
        outcome.merge(values(context, last));
    }
    outcome
}

/// Status resources among the answers of a step.
fn statuses<'a>(context: &Context<'a>) -> Vec<(usize, &'a Exchange, &'a Value)> {
    let status = |(i, e): (usize, &'a Exchange)| {
        let body = e.json().filter(|b| b.get("status").is_some() && b.get("total_count").is_some())?;
        Some((i, e, body))
    };
    context.exchanges().iter().enumerate().filter_map(status).collect()
}

fn word_of(body: &Value) -> &str {
    body.get("status").and_then(Value::as_str).unwrap_or_default()
}

fn number(body: &Value, name: &str) -> Option<u64> {
    body.get(name).and_then(Value::as_u64)
}

/// Objects that were posted in this step, or in the last step that posted any.
fn posted<'a>(context: &Context<'a>) -> &'a [Value] {
    let steps = context.transcript.steps;
    let mut all = std::iter::once(context.record).chain(steps.iter().rev());
    all.find(|s| !s.posted.is_empty()).map_or(&[], |s| &s.posted)
}

fn counts(context: &Context<'_>, word: CountsWord) -> Outcome {
    let mut outcome = Outcome::default();
    let statuses = statuses(context);
    let Some((last, _, _)) = statuses.last() else {
        match context.last() {
            // whether refusing was right is what the step's status says
            Some(e) if (400..500).contains(&e.status()) => outcome.saw("all objects are refused together"),
            _ => outcome.block("no status resource came"),
        }
        return outcome;
    };
    let total = posted(context).len() as u64;
    for (i, _, body) in &statuses {
        let n = |name| number(body, name);
        let shown = format!(
            "total {:?}, success {:?}, failure {:?}, pending {:?}",
            n("total_count"),
            n("success_count"),
            n("failure_count"),
            n("pending_count")
        );
        let shown = shown.replace("Some(", "").replace(')', "").replace("None", "none");
        let (Some(all), Some(good), Some(bad), Some(pending)) =
            (n("total_count"), n("success_count"), n("failure_count"), n("pending_count"))
        else {
            outcome.block("a count is missing or no number");
            continue;
        };
        let complete = word_of(body) == "complete";
        let wrong = match word {
            // before processing has begun, total_count may be 0 (section 4.3.1)
            CountsWord::AddUp if all == 0 && !complete => None,
            CountsWord::AddUp if all != total => {
                Some(format!("total_count is not the number of posted objects, {total}"))
            }
            CountsWord::AddUp if good + bad + pending != all => {
                Some("the counts do not add up to total_count".to_owned())
            }
            CountsWord::NothingPending if complete && pending != 0 => {
                Some("the status is complete although objects are pending".to_owned())
            }
            CountsWord::NothingPending if i == last && !complete => {
                outcome.block("the status does not become complete: see status/completes");
                None
            }
            CountsWord::Complete if i == last && word_of(body).eq_ignore_ascii_case("pending") => {
                Some("the status does not become complete".to_owned())
            }
            CountsWord::Complete if i == last && !complete => {
                outcome.block(format!(
                    "the status is `{}`, which is no word of the standard: see status/words",
                    word_of(body)
                ));
                None
            }
            CountsWord::AllSucceeded | CountsWord::NoneFailed if bad > 0 => {
                Some("objects are counted as failures that are good".to_owned())
            }
            CountsWord::AllSucceeded if i == last && complete && pending == 0 && good != total => {
                Some("not all good objects are counted as successes".to_owned())
            }
            CountsWord::Mixed if i == last => mixed(body, good + bad + pending, total, bad),
            _ => None,
        };
        match wrong {
            Some(message) => {
                let mut finding = context.finding(*i, message.as_str());
                if message == SILENT {
                    finding.level = finding.level.min(Level::Should);
                }
                finding.actual = Some(shown);
                outcome.findings.push(finding);
            }
            None => outcome.saw(shown),
        }
    }
    outcome
}

/// A message is optional (section 4.3.1), and what clients need all the same.
const SILENT: &str = "a failure is named without a message";

/// What is wrong with the status of good and bad objects, if anything.
///
/// `sum` is success, failure and pending together: whether total_count is their sum is another case's matter.
fn mixed(body: &Value, sum: u64, total: u64, bad: u64) -> Option<String> {
    let failures = body.get("failures").and_then(Value::as_array);
    let silent = |f: &Value| f.is_object() && f.get("message").and_then(Value::as_str).is_none_or(str::is_empty);
    if bad == 0 && sum >= total {
        Some("nothing is counted as a failure although an object is bad".into())
    } else if sum < total {
        Some(format!("of {total} posted objects {sum} are accounted for: the bad one vanishes"))
    } else if failures.is_some_and(|f| f.iter().any(silent)) {
        Some(SILENT.into())
    } else {
        None
    }
}

fn details(context: &Context<'_>, word: DetailsWord) -> Outcome {
    let mut outcome = Outcome::default();
    let posted = posted(context);
    for (i, _, body) in statuses(context) {
        if word == DetailsWord::Versions
            && let Some((id, version)) = unnamed(body, posted)
        {
            let mut finding =
                context.finding(i, "the details name one version of an object twice, and another not at all");
            finding.expected = Some(key(id, Some(version)));
            outcome.findings.push(finding);
        }
        for (list, counter) in
            [("successes", "success_count"), ("failures", "failure_count"), ("pendings", "pending_count")]
        {
            let Some(items) = body.get(list).and_then(Value::as_array) else { continue };
            let pointer = format!("/{list}");
            if word == DetailsWord::Match && number(body, counter).is_some_and(|n| n != items.len() as u64) {
                let mut finding = context.finding(i, format!("{list} is not as long as {counter} says"));
                finding.expected = number(body, counter).map(|n| n.to_string());
                finding.actual = Some(items.len().to_string());
                finding.pointer = Some(pointer.clone());
                outcome.findings.push(finding);
            }
            for (at, item) in items.iter().enumerate() {
                let (id, version) =
                    (item.get("id").and_then(Value::as_str).unwrap_or(""), item.get("version").and_then(Value::as_str));
                let same_id: Vec<&Value> =
                    posted.iter().filter(|o| o.get("id").and_then(Value::as_str) == Some(id)).collect();
                let versions: Vec<&str> =
                    same_id.iter().filter_map(|o| o.get("modified").or(o.get("created"))?.as_str()).collect();
                let wrong = match word {
                    // an object whose id could not be read may be named in any way
                    DetailsWord::Match if same_id.is_empty() && list != "failures" => {
                        Some("names an object that was not posted")
                    }
                    DetailsWord::Versions => match version {
                        Some(v)
                            if !versions.is_empty()
                                && !versions.iter().any(|x| {
                                    Timestamp::parse(x) == Timestamp::parse(v) && Timestamp::parse(v).is_some()
                                }) =>
                        {
                            Some("has another version than the posted object")
                        }
                        _ => None,
                    },
                    DetailsWord::Match => None,
                };
                match wrong {
                    Some(message) => {
                        let mut finding = context.finding(i, format!("an item of {list} {message}"));
                        finding.expected = Some(if versions.is_empty() {
                            some(&posted.iter().filter_map(|o| o.get("id")?.as_str()).collect::<Vec<_>>())
                        } else {
                            some(&versions)
                        });
                        finding.actual = Some(brief(item));
                        finding.pointer = Some(format!("{pointer}/{at}"));
                        outcome.findings.push(finding);
                    }
                    None if word == DetailsWord::Versions && (versions.is_empty() || version.is_none()) => {}
                    None => outcome.saw(format!("an item of {list}")),
                }
            }
        }
    }
    if outcome.findings.is_empty() && outcome.seen.is_empty() {
        outcome.block("the status resource has no details to judge");
    }
    outcome
}

/// A posted version that no item names, where items name its object as often as it was posted.
fn unnamed<'a>(body: &Value, posted: &'a [Value]) -> Option<(&'a str, &'a str)> {
    let items: Vec<(&str, Option<Timestamp>)> = ["successes", "failures", "pendings"]
        .iter()
        .filter_map(|list| body.get(list)?.as_array())
        .flatten()
        .filter_map(|item| Some((item.get("id")?.as_str()?, item.get("version")?.as_str().and_then(Timestamp::parse))))
        .collect();
    let of = |object: &'a Value| {
        Some((object.get("id")?.as_str()?, object.get("modified").or(object.get("created"))?.as_str()?))
    };
    posted.iter().filter_map(of).find(|(id, version)| {
        let times = items.iter().filter(|item| item.0 == *id).count();
        let wanted = posted.iter().filter(|o| o.get("id").and_then(Value::as_str) == Some(*id)).count();
        times == wanted && !items.contains(&(*id, Timestamp::parse(version)))
    })
}

fn values(context: &Context<'_>, last: &Exchange) -> Outcome {
    let mut outcome = Outcome::default();
    let index = context.exchanges().len() - 1;
    let Some(body) = last.json() else {
        outcome.block("the body is not JSON");
        return outcome;
    };
    for (pointer, wanted) in &context.expect.value {
        let wanted = context.filled(wanted.get_ref());
        let is = body.pointer(pointer).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
        if is.as_deref() == Some(wanted.as_str()) {
            outcome.saw(format!("{pointer} is {wanted}"));
        } else {
            let mut finding = context.finding(index, format!("{pointer} is not what it has to be"));
            finding.expected = Some(wanted);
            finding.actual = Some(is.unwrap_or_else(|| "absent".into()));
            finding.pointer = Some(pointer.clone());
            outcome.findings.push(finding);
        }
    }
    for (pointer, unwanted) in &context.expect.differs {
        let unwanted = context.filled(unwanted.get_ref());
        match body.pointer(pointer).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)) {
            None => outcome.block(format!("the answer has no {pointer}")),
            Some(is) if is == unwanted => {
                let mut finding = context.finding(index, format!("{pointer} is the same as before"));
                finding.expected = Some(format!("other than {unwanted}"));
                finding.actual = Some(is);
                finding.pointer = Some(pointer.clone());
                outcome.findings.push(finding);
            }
            Some(is) => outcome.saw(format!("{pointer} is {is}")),
        }
    }
    for pointer in &context.expect.absent {
        match body.pointer(pointer) {
            Some(value) => {
                let mut finding = context.finding(index, format!("{pointer} is there, and has to be left out"));
                finding.actual = Some(brief(value));
                finding.pointer = Some(pointer.clone());
                outcome.findings.push(finding);
            }
            None => outcome.saw(format!("no {pointer}")),
        }
    }
    outcome
}
