//! Adding objects (section 5.5).

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::handle::Call;
use super::super::http::{Request as Asked, Response as Answer, TAXII};
use super::super::route::Endpoint;
use super::super::state::{Record, State};
use super::super::time;
use super::Effect::{Json, Request, Response, Rule};
use super::combined::with_records;
use super::{Defect, each, posted_objects};

/// Whether a record was posted, not seeded.
fn posted(record: &Record) -> bool {
    record.date_added.as_second() > 1_735_689_600
}

/// Changes the envelope of a POST before anything looks at it; what is no JSON stays as it is.
fn rewrite(request: &mut Asked, change: impl FnOnce(&mut Value)) {
    if request.method == http::Method::POST
        && let Ok(mut value) = serde_json::from_slice::<Value>(&request.body)
        && value.is_object()
    {
        change(&mut value);
        request.body = value.to_string().into();
    }
}

fn is_good(object: &Value) -> bool {
    let (kind, id) = (object["type"].as_str(), object["id"].as_str());
    kind.is_some_and(|kind| id.is_some_and(|id| id.strip_prefix(kind).is_some_and(|rest| rest.len() == 38)))
}

/// Answers a POST as if all of this many objects had been added.
fn pretend(response: &mut Answer, objects: u64) {
    let id = uuid::Uuid::new_v4().to_string();
    *response = Answer::json(
        StatusCode::ACCEPTED,
        &json!({ "id": id, "status": "complete", "total_count": objects, "success_count": objects,
            "failure_count": 0, "pending_count": 0 }),
    );
}

/// Adds the objects of a POST that is answered with this status, in a request that is mended so that it is taken.
fn add_though(refused: StatusCode, state: &State, call: &Call, response: &Answer, mend: impl FnOnce(&mut Asked)) {
    if call.endpoint() == Some(Endpoint::Add) && response.status == refused {
        let mut request = call.request.clone();
        mend(&mut request);
        super::plain(state, request);
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "add-200",
        &["T21-5.5-01"],
        "a good POST is answered 200",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::ACCEPTED {
                response.status = StatusCode::OK;
            }
        })],
    ),
    Defect::new(
        "add-201",
        &["T21-5.5-01"],
        "a good POST is answered 201",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::ACCEPTED {
                response.status = StatusCode::CREATED;
            }
        })],
    ),
    Defect::new(
        "duplicate-fails",
        &["T21-5.5-04"],
        "an object that is there already is a failure; seen in medallion",
        &[Rule(|rules| rules.same = |_, _| false)],
    ),
    Defect::new(
        "duplicate-stored-twice",
        &["T21-5.5-04"],
        "an object that is there already is stored once more",
        &[Rule(|rules| rules.store_again = true)],
    ),
    Defect::new(
        "array-taken",
        &["T21-5.5-05"],
        "a body that is a list is accepted, and nothing is added",
        &[Response(|_, call, response| {
            let list = call.request.body.first() == Some(&b'[');
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::UNPROCESSABLE_ENTITY && list {
                pretend(response, 0);
            }
        })],
    ),
    Defect::new(
        "invalid-utf-8-taken",
        &["T21-5.5-05"],
        "a body that is not UTF-8 is taken, with replacement characters",
        &[Request(|request| {
            if request.method == http::Method::POST {
                request.body = String::from_utf8_lossy(&request.body).into_owned().into();
            }
        })],
    ),
    Defect::new(
        "truncated-json-taken",
        &["T21-5.5-05"],
        "a body that breaks off is accepted, and nothing is added",
        &[Response(|_, call, response| {
            let cut = call.request.body.first() == Some(&b'{')
                && serde_json::from_slice::<Value>(&call.request.body).is_err_and(|error| error.is_eof());
            if call.endpoint() == Some(Endpoint::Add) && !response.status.is_success() && cut {
                pretend(response, 0);
            }
        })],
    ),
    Defect::new(
        "bad-objects-dropped",
        &["T21-5.5-06"],
        "bad objects among good ones vanish without a failure",
        &[Request(|request| {
            rewrite(request, |body| {
                if let Some(objects) = body["objects"].as_array_mut()
                    && objects.iter().any(is_good)
                {
                    objects.retain(is_good);
                }
            });
        })],
    ),
    Defect::new(
        "unsupported-objects-not-counted",
        &["T21-4.3-05"],
        "objects of an unknown specification version vanish, and total_count counts the others",
        &[Request(|request| {
            rewrite(request, |body| {
                if let Some(objects) = body["objects"].as_array_mut() {
                    objects.retain(|object| object["spec_version"] != "9.9");
                }
            });
        })],
    ),
    Defect::new(
        "refused-and-added",
        &["T21-5.5-06"],
        "a POST with an object of an unknown specification version is answered 422, and the other objects are added",
        &[Response(|_, call, response| {
            let unknown = |object: &Value| object["spec_version"] == "9.9";
            if call.endpoint() == Some(Endpoint::Add) && posted_objects(call).iter().any(unknown) {
                *response = Answer::json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "title": "Not of this world" }));
            }
        })],
    ),
    Defect::new(
        "failures-without-message",
        &["T21-5.5-06"],
        "failures have no message",
        &[Json(super::STATUSES, |_, body| {
            each(body, "failures", |failure| drop(super::remove(failure, "message")));
        })],
    ),
    Defect::new(
        "bad-objects-succeed",
        &["T21-5.5-06"],
        "bad objects among good ones are told to be successes",
        &[Json(super::STATUSES, |_, body| {
            if let (Some(failures), true) = (super::remove(body, "failures"), body.get("successes").is_some()) {
                let failed = failures.as_array().cloned().unwrap_or_default();
                if let Some(successes) = body["successes"].as_array_mut() {
                    successes.extend(failed);
                    body["success_count"] = successes.len().into();
                }
                body["failure_count"] = 0.into();
            }
        })],
    ),
    Defect::new(
        "added-not-in-manifest",
        &["T21-5.5-07"],
        "what is posted is not in the manifest",
        &[Rule(|rules| {
            rules.hides = |at, record| record.deleted || at == Endpoint::Manifest && posted(record);
        })],
    ),
    Defect::new(
        "added-not-in-objects",
        &["T21-5.5-07"],
        "what is posted is found by its id, but not among the objects",
        &[Rule(|rules| {
            rules.hides = |at, record| record.deleted || at == Endpoint::Objects && posted(record);
        })],
    ),
    Defect::new(
        "added-observables-lost",
        &["T21-5.5-07"],
        "observables that are posted are successes, but nowhere to be found",
        &[Rule(|rules| {
            rules.hides = |at, record| {
                let made = record.object.version == super::super::time::millis(record.date_added);
                record.deleted || posted(record) && made && at != Endpoint::Delete
            };
        })],
    ),
    Defect::new(
        "added-custom-types-lost",
        &["T21-5.5-07"],
        "objects of types that STIX does not define are successes, but nowhere to be found",
        &[Rule(|rules| {
            rules.hides = |at, record| {
                let custom = record.object.kind.starts_with("example-com-");
                record.deleted || posted(record) && custom && at != Endpoint::Delete
            };
        })],
    ),
    Defect::new(
        "added-sightings-lost",
        &["T21-5.5-07"],
        "sightings are successes, but nowhere to be found",
        &[Rule(|rules| {
            rules.hides = |at, record| {
                record.deleted || posted(record) && record.object.kind == "sighting" && at != Endpoint::Delete
            };
        })],
    ),
    Defect::new(
        "duplicate-answered-200",
        &["T21-5.5-01"],
        "a POST that brings nothing new is answered 200",
        &[Response(|state, call, response| {
            let asked: Value = serde_json::from_slice(&call.request.body).unwrap_or_default();
            let posted = response.value().and_then(|body| time::parse(body["request_timestamp"].as_str()?));
            let new = |record: &Record| {
                let ids = asked["objects"].as_array().into_iter().flatten();
                Some(record.date_added) == posted && ids.into_iter().any(|one| one["id"] == *record.object.id)
            };
            let brought = with_records(state, call, |records| records.iter().any(new)).unwrap_or(true);
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::ACCEPTED && !brought {
                response.status = StatusCode::OK;
            }
        })],
    ),
    Defect::new(
        "failures-answered-207",
        &["T21-5.5-01"],
        "a POST of which some objects fail is answered 207",
        &[Response(|_, call, response| {
            let failed = response.value().and_then(|body| body["failure_count"].as_u64()).unwrap_or(0);
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::ACCEPTED && failed > 0 {
                response.status = StatusCode::MULTI_STATUS;
            }
        })],
    ),
    Defect::new(
        "late-older-version-lost",
        &["T21-5.5-08"],
        "an older version that is posted late is a success, but not kept",
        &[Rule(|rules| {
            rules.join_picks = |rules, picks, record, versions| {
                let late = posted(record)
                    && versions
                        .iter()
                        .any(|other| other.number < record.number && other.object.instant > record.object.instant);
                !late && picks.iter().any(|pick| (rules.picks)(pick, record, versions))
            };
        })],
    ),
    Defect::new(
        "unknown-envelope-property-500",
        &["T21-5.5-09"],
        "an envelope with a custom property leads to 500",
        &[Response(|_, call, response| {
            let custom = serde_json::from_slice::<Value>(&call.request.body)
                .ok()
                .and_then(|body| body.as_object().map(|body| body.keys().any(|name| name.starts_with("x_"))));
            if call.endpoint() == Some(Endpoint::Add) && custom == Some(true) {
                *response = super::super::error::Problem::unprocessable("Unknown property.").response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "date-added-runs-backwards",
        &["T21-5.5-10"],
        "what is posted later has an earlier date_added",
        &[Rule(|rules| {
            rules.date = |now| {
                let ahead = Timestamp::from_second(4_000_000_000).unwrap_or(now).duration_since(now);
                let start = Timestamp::from_second(1_719_792_000).unwrap_or(now);
                start.checked_add(ahead / 100).unwrap_or(now)
            };
            rules.resumes = |place, _, _, position| place as u64 >= position;
            rules.position = |start, _, length| (start + length) as u64;
        })],
    ),
    Defect::new(
        "newer-version-replaces",
        &["T21-5.5-08"],
        "a newer version that is posted takes the place of the older ones",
        &[Rule(|rules| {
            rules.join_picks = |rules, picks, record, versions| {
                let replaced = posted(record)
                    && versions.iter().any(|other| {
                        other.number > record.number && other.object.instant > record.object.instant && posted(other)
                    });
                !replaced && picks.iter().any(|pick| (rules.picks)(pick, record, versions))
            };
        })],
    ),
    Defect::new(
        "unknown-collection-takes-objects",
        &["T21-5.2-06"],
        "a POST to a collection that does not exist is answered 202 with a status",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::NOT_FOUND {
                pretend(response, 1);
            }
        })],
    ),
    Defect::new(
        "post-500",
        &["T21-5.5-01"],
        "objects are added, and the POST is answered 500 with a page of HTML; seen in OpenTAXII",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::ACCEPTED {
                response.status = StatusCode::INTERNAL_SERVER_ERROR;
                response.set("content-type", "text/html");
                response.body = "<!doctype html><title>500 Internal Server Error</title>".into();
            }
        })],
    ),
    Defect::new(
        "no-content-type-500",
        &["T21-3.1-11"],
        "a POST without Content-Type leads to 500",
        &[Response(|_, call, response| {
            let silent = !call.request.headers.contains_key(http::header::CONTENT_TYPE);
            if call.endpoint() == Some(Endpoint::Add) && silent && !response.status.is_success() {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "bundle-taken-for-nothing",
        &["T21-5.5-05"],
        "a body that is a bundle is accepted, and nothing of it is added",
        &[
            Rule(|rules| rules.knows_member = |name| name != "type"),
            Response(|_, call, response| {
                if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::UNPROCESSABLE_ENTITY {
                    let posted: Value = serde_json::from_slice(&call.request.body).unwrap_or_default();
                    if posted["type"] == "bundle" {
                        pretend(response, posted["objects"].as_array().map_or(0, |list| list.len() as u64));
                    }
                }
            }),
        ],
    ),
    Defect::new(
        "duplicates-compared-as-text",
        &["T21-5.5-04"],
        "an object that is there already is a failure where its properties come in another order",
        &[Rule(|rules| rules.same = |one, other| one.text == other.text)],
    ),
    Defect::new(
        "refused-type-and-added",
        &["T21-5.5-05"],
        "a POST of another Content-Type is answered 415, and its objects are added",
        &[Response(|state, call, response| {
            add_though(StatusCode::UNSUPPORTED_MEDIA_TYPE, state, call, response, |request| {
                request.headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(TAXII));
            });
        })],
    ),
    Defect::new(
        "refused-size-and-added",
        &["T21-5.5-05"],
        "a POST that is too large is answered 413, and its objects are added",
        &[Response(|state, call, response| {
            add_though(StatusCode::PAYLOAD_TOO_LARGE, state, call, response, |request| {
                rewrite(request, |body| each(body, "objects", |object| drop(super::remove(object, "description"))));
            });
        })],
    ),
    Defect::new(
        "held-elsewhere-not-added",
        &["T21-5.5-07"],
        "what another collection holds already is a success, and not added to this one",
        &[Response(|state, call, response| {
            if call.endpoint() != Some(Endpoint::Add) || response.status != StatusCode::ACCEPTED {
                return;
            }
            let posted: Value = serde_json::from_slice(&call.request.body).unwrap_or_default();
            let ids = posted["objects"].as_array().into_iter().flatten().filter_map(|object| object["id"].as_str());
            for id in ids {
                let held = |records: &&Vec<Record>| records.iter().any(|r| !r.deleted && r.object.id == id);
                let collections = state.store().records.values().filter(held).count();
                with_records(state, call, |records| {
                    let own = records.iter_mut().filter(|record| collections > 1 && record.object.id == id);
                    own.for_each(|record| record.deleted = true);
                });
            }
        })],
    ),
];
