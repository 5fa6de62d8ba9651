//! What goes wrong only where several things come together: filters, versions, deletions, duplicates.

use std::collections::HashMap;

use http::StatusCode;
use serde_json::Value;

use super::super::handle::Call;
use super::super::http::{Request, Response as Answer};
use super::super::query::percent_decode;
use super::super::route::Endpoint;
use super::super::seed::ROOTS;
use super::super::state::{Record, State};
use super::super::{access, select};
use super::Effect::{Json, Request as Before, Response, Rule};
use super::{Defect, ENVELOPES, asks, drop_parameters, posted_objects};

/// The value of a parameter of a raw query.
fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (percent_decode(key)? == name).then(|| percent_decode(value)).flatten()
    })
}

/// Answers again, as a server without defects would, after a change to the request.
fn again(state: &State, call: &Call, response: &mut Answer, change: impl FnOnce(&mut Request)) {
    let mut request = call.request.clone();
    change(&mut request);
    *response = super::super::handle::plain_response(state, request);
}

/// Does something with the records of the collection that is called, in the order of adding.
pub(super) fn with_records<T>(state: &State, call: &Call, then: impl FnOnce(&mut Vec<Record>) -> T) -> Option<T> {
    let route = call.route.as_ref()?;
    let root = ROOTS.iter().find(|root| root.name == route.root)?;
    let collection = root.collections.iter().find(|known| access::names(known, &route.collection))?;
    state.store().records.get_mut(collection.id).map(then)
}

/// How many versions of each object are there.
fn versions(records: &[Record]) -> HashMap<String, usize> {
    let mut count = HashMap::new();
    for record in records.iter().filter(|record| !record.deleted) {
        *count.entry(record.object.id.clone()).or_default() += 1;
    }
    count
}

/// Keeps the objects of a body that pass; a list that becomes empty goes.
fn keep(response: &mut Answer, pass: impl Fn(&Value) -> bool) {
    super::edit(response, |body| {
        let Some(list) = body.get_mut("objects").and_then(Value::as_array_mut) else { return };
        list.retain(&pass);
        if list.is_empty() {
            super::remove(body, "objects");
        }
    });
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_default()
}

/// Whether the request reads the whole collection, by its objects or by its manifest.
fn lists(call: &Call, response: &Answer) -> bool {
    matches!(call.endpoint(), Some(Endpoint::Objects | Endpoint::Manifest)) && response.status == StatusCode::OK
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "type-and-version-of-three",
        &["T21-3.4-26"],
        "match[version] does not count beside match[type] for objects that are there in more than three versions",
        &[Response(|state, call, response| {
            if !lists(call, response) || !asks(call, "match[type]") || !asks(call, "match[version]") {
                return;
            }
            let count = with_records(state, call, |records| versions(records)).unwrap_or_default();
            let many = count.values().any(|count| *count > 3);
            if many {
                again(state, call, response, |request| drop_parameters(request, |name, _| name == "match[version]"));
            }
        })],
    ),
    Defect::new(
        "ids-and-exact-version",
        &["T21-3.4-26", "T21-3.4-19"],
        "of several values of match[id] the first counts where match[version] names a timestamp",
        &[Before(|request| {
            let exact = parameter(&request.query, "match[version]").is_some_and(|v| v.starts_with('2'));
            let first = parameter(&request.query, "match[id]").and_then(|ids| Some(ids.split_once(',')?.0.to_owned()));
            if let (true, Some(first)) = (exact, first) {
                drop_parameters(request, |name, _| name == "match[id]");
                request.query.push_str(&format!("&match[id]={first}"));
            }
        })],
    ),
    Defect::new(
        "unversioned-and-first",
        &["T21-3.4-26"],
        "match[type]=marking-definition with match[version]=first finds nothing",
        &[Response(|_, call, response| {
            let first = parameter(&call.request.query, "match[version]").is_some_and(|v| v == "first");
            let typed = asks(call, "match[type]");
            if first && typed && lists(call, response) {
                keep(response, |object| !id(object).starts_with("marking-definition--"));
            }
        })],
    ),
    Defect::new(
        "spec-version-and-all",
        &["T21-3.4-26"],
        "match[version]=all gives the latest version alone where match[spec_version] and match[id] are given too",
        &[Before(|request| {
            let asked = |name| parameter(&request.query, name).is_some();
            if asked("match[spec_version]") && asked("match[id]") {
                drop_parameters(request, |name, value| name == "match[version]" && value == "all");
            }
        })],
    ),
    Defect::new(
        "first-and-last-by-adding",
        &["T21-3.4-20"],
        "where match[version] has several values, first is the version that was added first",
        &[Rule(|rules| {
            rules.join_picks = |rules, picks, record, versions| {
                picks.iter().any(|pick| match pick {
                    super::super::query::Pick::First if picks.len() > 1 => {
                        versions.iter().all(|other| other.number >= record.number)
                    }
                    _ => (rules.picks)(pick, record, versions),
                })
            };
        })],
    ),
    Defect::new(
        "last-to-the-millisecond",
        &["T21-3.4-16", "T21-3.4-15", "T21-5.7-03"],
        "of versions less than a hundredth of a second apart all are the latest",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                super::super::query::Pick::Last => versions.last().is_some_and(|last| {
                    last.object.instant.as_millisecond() - record.object.instant.as_millisecond() < 10
                }),
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "delete-first-then-last",
        &["T21-5.7-03"],
        "deleting the latest version takes every version along, where another one was deleted before",
        &[Response(|state, call, response| {
            let last = parameter(&call.request.query, "match[version]").is_some_and(|v| v == "last");
            if call.endpoint() != Some(Endpoint::Delete) || !last || response.status != StatusCode::OK {
                return;
            }
            let object = call.route.as_ref().map(|route| route.object.clone()).unwrap_or_default();
            with_records(state, call, |records| {
                let own = records.iter_mut().filter(|record| record.object.id == object);
                let own: Vec<&mut Record> = own.collect();
                if own.iter().filter(|record| record.deleted).count() > 1 {
                    own.into_iter().for_each(|record| record.deleted = true);
                }
            });
        })],
    ),
    Defect::new(
        "delete-latest-leaves-none",
        &["T21-5.7-03"],
        "after the latest version was deleted, the object does not come without match[version]",
        &[Response(|state, call, response| {
            if !lists(call, response) || asks(call, "match[version]") {
                return;
            }
            let latest = with_records(state, call, |records| {
                let mut latest: HashMap<String, (jiff::Timestamp, bool)> = HashMap::new();
                for record in records.iter() {
                    let best =
                        latest.entry(record.object.id.clone()).or_insert((record.object.instant, record.deleted));
                    if record.object.instant >= best.0 {
                        *best = (record.object.instant, record.deleted);
                    }
                }
                latest
            });
            let latest = latest.unwrap_or_default();
            keep(response, |object| !latest.get(id(object)).is_some_and(|(_, deleted)| *deleted));
        })],
    ),
    Defect::new(
        "deleted-version-in-manifest",
        &["T21-5.7-03"],
        "the manifest keeps a deleted version for match[version]=all as long as the object has others",
        &[Response(|state, call, response| {
            let all = parameter(&call.request.query, "match[version]").is_some_and(|v| v == "all");
            if call.endpoint() != Some(Endpoint::Manifest) || !all || response.status != StatusCode::OK {
                return;
            }
            let back: Vec<(String, String, String)> = with_records(state, call, |records| {
                let there = versions(records);
                let gone = records.iter().filter(|r| r.deleted && there.contains_key(&r.object.id));
                gone.map(|r| (r.object.id.clone(), r.object.version.clone(), super::super::time::micros(r.date_added)))
                    .collect()
            })
            .unwrap_or_default();
            let wanted = parameter(&call.request.query, "match[id]");
            super::edit(response, |body| {
                let Some(list) = body.get_mut("objects").and_then(Value::as_array_mut) else { return };
                for (id, version, date_added) in back {
                    if wanted.as_ref().is_some_and(|ids| ids.split(',').any(|i| i == id)) {
                        list.push(serde_json::json!({ "id": id, "version": version, "date_added": date_added }));
                    }
                }
                list.sort_by_key(|record| record["date_added"].as_str().unwrap_or_default().to_owned());
            });
        })],
    ),
    Defect::new(
        "duplicate-ends-the-envelope",
        &["T21-5.5-04"],
        "what stands behind an exact duplicate in an envelope is not stored",
        &[Response(|state, call, response| {
            if call.endpoint() != Some(Endpoint::Add) || response.status != StatusCode::ACCEPTED {
                return;
            }
            let objects = posted_objects(call);
            with_records(state, call, |records| {
                let newest = records.iter().map(|r| r.date_added).max();
                let mut over = false;
                for object in &objects {
                    let version = object["modified"].as_str().or(object["created"].as_str());
                    let found = records.iter_mut().find(|r| {
                        r.object.id == id(object) && !r.deleted && version.is_none_or(|v| r.object.version == v)
                    });
                    let Some(record) = found else { continue };
                    // what was there before this request has an earlier date
                    over |= Some(record.date_added) != newest;
                    if over && Some(record.date_added) == newest {
                        record.deleted = true;
                    }
                }
            });
        })],
    ),
    Defect::new(
        "next-drops-type-beside-version",
        &["T21-3.5-01"],
        "match[type] does not count on later pages where match[version] is given too",
        &[
            Rule(|rules| rules.bound = false),
            Before(|request| {
                let asked = |name| parameter(&request.query, name).is_some();
                if asked("next") && asked("match[version]") {
                    drop_parameters(request, |name, _| name == "match[type]");
                }
            }),
        ],
    ),
    Defect::new(
        "more-false-where-filtered",
        &["T21-3.4-08"],
        "more is false where limit cuts what match[version]=all selects of one id",
        &[Json(ENVELOPES, |call, body| {
            let all = parameter(&call.request.query, "match[version]").is_some_and(|v| v == "all");
            if all && asks(call, "match[id]") && asks(call, "limit") {
                super::remove(body, "more");
                super::remove(body, "next");
            }
        })],
    ),
    Defect::new(
        "added-after-beside-first",
        &["T21-3.4-02"],
        "added_after takes in its very instant where match[version] has first in it",
        &[Before(|request| {
            let first = parameter(&request.query, "match[version]").is_some_and(|v| v.contains("first"));
            let after = parameter(&request.query, "added_after").and_then(|t| super::super::time::parse(&t));
            let earlier = after.and_then(|at| at.checked_sub(std::time::Duration::from_micros(1)).ok());
            if let (true, Some(earlier)) = (first, earlier) {
                drop_parameters(request, |name, _| name == "added_after");
                request.query.push_str(&format!("&added_after={}", super::super::time::micros(earlier)));
            }
        })],
    ),
    Defect::new(
        "delete-takes-what-came-along",
        &["T21-5.7-02"],
        "DELETE takes along what was added in the same request as the object",
        &[Response(|state, call, response| {
            if call.endpoint() != Some(Endpoint::Delete) || response.status != StatusCode::OK {
                return;
            }
            let object = call.route.as_ref().map(|route| route.object.clone()).unwrap_or_default();
            with_records(state, call, |records| {
                let gone = records.iter().filter(|record| record.object.id == object && record.deleted);
                let dates: Vec<jiff::Timestamp> = gone.map(|record| record.date_added).collect();
                for record in records.iter_mut().filter(|record| dates.contains(&record.date_added)) {
                    record.deleted = true;
                }
            });
        })],
    ),
    Defect::new(
        "delete-missing-version-takes-latest",
        &["T21-5.7-03"],
        "DELETE with a match[version] that the object does not have removes its latest version",
        &[Response(|state, call, response| {
            let missing = call.endpoint() == Some(Endpoint::Delete) && response.status == StatusCode::NOT_FOUND;
            if missing && asks(call, "match[version]") {
                again(state, call, response, |request| {
                    drop_parameters(request, |name, _| name == "match[version]");
                    request.query.push_str("&match[version]=last");
                });
            }
        })],
    ),
    Defect::new(
        "limit-and-date-give-newest",
        &["T21-3.5-02"],
        "limit beside added_after gives the newest of what was added since, not the oldest",
        &[Response(|state, call, response| {
            let limit = parameter(&call.request.query, "limit").and_then(|limit| limit.parse::<usize>().ok());
            let (Some(limit), Some(Endpoint::Objects)) = (limit, call.endpoint()) else { return };
            if !asks(call, "added_after") || asks(call, "next") || response.status != StatusCode::OK {
                return;
            }
            let next = response.value().unwrap_or_default()["next"].clone();
            let mut request = call.request.clone();
            request.path = request.path.replace("/objects/", "/manifest/");
            drop_parameters(&mut request, |name, _| name == "limit");
            let all = super::plain(state, request).unwrap_or_default();
            let records = all["objects"].as_array().map_or(&[][..], Vec::as_slice);
            let before = records.len().checked_sub(limit + 1).and_then(|last| records[last]["date_added"].as_str());
            if let Some(date) = before {
                again(state, call, response, |request| {
                    drop_parameters(request, |name, _| name == "added_after");
                    request.query.push_str(&format!("&added_after={date}"));
                });
                super::edit(response, |body| {
                    body["more"] = true.into();
                    body["next"] = next;
                });
            }
        })],
    ),
    Defect::new(
        "observables-lost-among-types",
        &["T21-3.4-27"],
        "where match[type] has several values, objects that have no created are passed over",
        &[Response(|_, call, response| {
            let several = parameter(&call.request.query, "match[type]").is_some_and(|kinds| kinds.contains(','));
            if call.endpoint() == Some(Endpoint::Objects) && several {
                keep(response, |object| object.get("created").is_some());
            }
        })],
    ),
];
