//! Instants that are close together, and dates that do not stay what they were (sections 3.4.1, 5.3.1 and 5.8).

use std::collections::HashSet;
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

use super::super::handle::Call;
use super::super::query::Pick;
use super::super::route::Endpoint;
use super::super::state::{Record, State};
use super::super::{select, time};
use super::Effect::{Json, Response, Rule};
use super::{Defect, combined, list, posted_objects};

/// Gives records of the collection that is called a new date, that of what was added last where none is given.
fn renew(state: &State, call: &Call, date: Option<Timestamp>, concerned: impl Fn(&Record, &[Record]) -> bool) {
    combined::with_records(state, call, |records| {
        let Some(newest) = date.or_else(|| records.iter().map(|record| record.date_added).max()) else { return };
        let picked: Vec<bool> = records.iter().map(|record| concerned(record, records)).collect();
        for (record, _) in records.iter_mut().zip(picked).filter(|(_, picked)| *picked) {
            record.date_added = newest;
        }
    });
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "versions-in-order-of-text",
        &["T21-3.4-16", "T21-3.4-17"],
        "the earliest and the latest version are found by comparing texts, so that .500Z is later than .500001Z",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| {
                let texts = versions.iter().map(|other| &other.object.version);
                match pick {
                    Pick::First => texts.min() == Some(&record.object.version),
                    Pick::Last => texts.max() == Some(&record.object.version),
                    _ => select::picks(pick, record, versions),
                }
            };
        })],
    ),
    Defect::new(
        "version-timestamp-to-the-millisecond",
        &["T21-3.4-19"],
        "a timestamp in match[version] is compared to the millisecond",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::At(wanted) => time::millis(*wanted) == time::millis(record.object.instant),
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "versions-to-the-millisecond",
        &["T21-5.8-01"],
        "versions lists one of those that are the same to the millisecond",
        &[Json(&[Endpoint::Versions], |_, body| {
            let Some(versions) = list(body, "versions") else { return };
            let mut seen = HashSet::new();
            versions.retain(|version| seen.insert(version.as_str().and_then(time::parse).map(time::millis)));
        })],
    ),
    Defect::new(
        "date-added-renewed-by-later-versions",
        &["T21-5.3-04"],
        "an older version gets a new date_added when a later one is added: its row is updated",
        &[Response(|state, call, response| {
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::ACCEPTED {
                let objects = posted_objects(call);
                let later = |record: &Record, object: &Value| {
                    let modified = object["modified"].as_str().and_then(time::parse);
                    object["id"] == record.object.id && modified.is_some_and(|at: Timestamp| at > record.object.instant)
                };
                renew(state, call, None, |record, _| objects.iter().any(|object| later(record, object)));
            }
        })],
    ),
    Defect::new(
        "date-added-renewed-by-deletions",
        &["T21-5.3-04"],
        "what was added along with an object gets a new date_added when that is deleted",
        &[Response(|state, call, response| {
            if call.endpoint() == Some(Endpoint::Delete) && response.status == StatusCode::OK {
                let object = call.route.as_ref().map(|route| route.object.clone()).unwrap_or_default();
                renew(state, call, Some(Timestamp::now()), |record, all| {
                    let along = |gone: &Record| gone.object.id == object && gone.date_added == record.date_added;
                    record.object.id != object && all.iter().any(along)
                });
            }
        })],
    ),
    Defect::new(
        "date-added-of-local-time",
        &["T21-5.3-04"],
        "what is added is dated in the local time of the server, two hours ahead, with Z behind it",
        &[Response(|state, call, response| {
            if call.endpoint() == Some(Endpoint::Add) && response.status == StatusCode::ACCEPTED {
                let objects = posted_objects(call);
                let now = Timestamp::now();
                combined::with_records(state, call, |records| {
                    // what was added before is dated already
                    let fresh = |record: &&mut Record| {
                        record.date_added <= now && objects.iter().any(|object| object["id"] == record.object.id)
                    };
                    for record in records.iter_mut().filter(fresh) {
                        record.date_added += Duration::from_secs(7200);
                    }
                });
            }
        })],
    ),
];
