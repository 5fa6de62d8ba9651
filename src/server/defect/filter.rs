//! Filters by date, id, type and specification version (section 3.4).

use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

use super::super::error::Problem;
use super::super::query::{Filter, percent_decode};
use super::super::route::Endpoint;
use super::super::state::Record;
use super::super::{rules::Rules, select};
use super::Effect::{Json, Request, Response, Rule};
use super::{Defect, drop_parameters};

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

/// Whether one object is asked for.
pub(super) fn is_one(request: &super::super::http::Request) -> bool {
    let rest = request.path.split_once("/objects/").map_or("", |(_, rest)| rest);
    request.method == http::Method::GET && !rest.is_empty() && !rest.ends_with("/versions/")
}

/// Ignores `added_after` on one endpoint.
fn always_after(rules: &mut Rules, endpoint: Endpoint) {
    rules.added_after = match endpoint {
        Endpoint::Manifest => |at, record, after| at == Endpoint::Manifest || record.date_added > after,
        Endpoint::Object => |at, record, after| at == Endpoint::Object || record.date_added > after,
        Endpoint::Versions => |at, record, after| at == Endpoint::Versions || record.date_added > after,
        _ => |_, _, _| true,
    };
}

fn created(record: &Record) -> Option<Timestamp> {
    let value: serde_json::Value = serde_json::from_str(&record.object.text).ok()?;
    super::super::time::parse(value.get("created")?.as_str()?)
}

/// Removes parameters on one endpoint, told by the end of its path.
fn without(request: &mut super::super::http::Request, end: &str, parameter: &str) {
    if request.path.ends_with(end) {
        drop_parameters(request, |name, _| name == parameter);
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "added-after-inclusive",
        &["T21-3.4-02"],
        "added_after takes in what was added at that very instant",
        &[Rule(|rules| rules.added_after = |_, record, after| record.date_added >= after)],
    ),
    Defect::new(
        "added-after-to-the-second",
        &["T21-3.4-02"],
        "added_after is compared in whole seconds, so that what came later in that second is lost",
        &[Rule(|rules| {
            rules.added_after = |_, record, after| seconds(record.date_added) > seconds(after);
        })],
    ),
    Defect::new(
        "added-after-cut-to-the-second",
        &["T21-3.4-02"],
        "added_after loses its decimals, so that what came before it in that second is repeated; seen in OpenCTI",
        &[Rule(|rules| {
            rules.added_after =
                |_, record, after| record.date_added > Timestamp::from_second(seconds(after)).unwrap_or(after);
        })],
    ),
    Defect::new(
        "versions-joined-without-distinct",
        &["T21-3.4-20"],
        "an object that several values of match[version] select comes several times",
        &[Json(&[Endpoint::Objects], |call, body| {
            let filter = Filter::strictly(Endpoint::Objects, &call.request.query).ok();
            let several = filter.and_then(|filter| filter.versions).is_some_and(|versions| versions.len() > 1);
            if let Some(list) = body.get_mut("objects").and_then(Value::as_array_mut).filter(|_| several)
                && let Some(one) = list.first().cloned()
            {
                list.insert(0, one);
            }
        })],
    ),
    Defect::new(
        "added-after-without-its-zone",
        &["T21-3.4-02"],
        "added_after is read as if any zone were Z",
        &[Request(|request| {
            let zone = ["%2B02%3A00", "%2B02:00", "+02:00"].into_iter().find(|zone| request.query.contains(zone));
            if let Some(zone) = zone {
                request.query = request.query.replace(zone, "Z");
            }
        })],
    ),
    Defect::new(
        "added-after-cut-to-the-millisecond",
        &["T21-3.4-02"],
        "added_after loses its decimals from the fourth on",
        &[Rule(|rules| {
            rules.added_after = |_, record, after| {
                record.date_added > Timestamp::from_millisecond(after.as_millisecond()).unwrap_or(after)
            };
        })],
    ),
    Defect::new(
        "added-after-ignored",
        &["T21-3.4-02"],
        "added_after is ignored",
        &[Rule(|rules| always_after(rules, Endpoint::Objects))],
    ),
    Defect::new(
        "added-after-ignored-on-manifest",
        &["T21-3.4-02", "T21-3.4-29"],
        "the manifest ignores added_after",
        &[Rule(|rules| always_after(rules, Endpoint::Manifest))],
    ),
    Defect::new(
        "added-after-ignored-on-object",
        &["T21-3.4-02"],
        "added_after is ignored where one object is asked for",
        &[Rule(|rules| always_after(rules, Endpoint::Object))],
    ),
    Defect::new(
        "added-after-ignored-on-versions",
        &["T21-5.8-07"],
        "versions ignore added_after",
        &[Rule(|rules| always_after(rules, Endpoint::Versions))],
    ),
    Defect::new(
        "added-after-by-modified",
        &["T21-3.4-05"],
        "added_after is compared with modified, not with the date of adding",
        &[Rule(|rules| rules.added_after = |_, record, after| record.object.instant > after)],
    ),
    Defect::new(
        "added-after-by-created",
        &["T21-3.4-05"],
        "added_after is compared with created, not with the date of adding",
        &[Rule(|rules| {
            rules.added_after = |_, record, after| created(record).unwrap_or(record.date_added) > after;
        })],
    ),
    Defect::new(
        "match-id-ignored",
        &["T21-3.4-11"],
        "match[id] is ignored; seen in OpenCTI",
        &[Request(|request| drop_parameters(request, |name, _| name == "match[id]"))],
    ),
    Defect::new(
        "match-id-ignored-on-manifest",
        &["T21-3.4-11", "T21-3.4-29"],
        "the manifest ignores match[id]; seen in unfetter",
        &[Request(|request| without(request, "/manifest/", "match[id]"))],
    ),
    Defect::new(
        "match-id-first-alone",
        &["T21-3.4-11"],
        "of several ids in match[id] the first counts",
        &[Rule(|rules| rules.match_id = |ids, object| ids.first() == Some(&object.id))],
    ),
    Defect::new(
        "match-id-by-prefix",
        &["T21-3.4-11"],
        "match[id] takes in every id that begins with a value",
        &[Rule(|rules| rules.match_id = |ids, object| ids.iter().any(|id| object.id.starts_with(id.as_str())))],
    ),
    Defect::new(
        "match-id-by-uuid",
        &["T21-3.4-11"],
        "match[id] compares the UUID alone, not the type before it",
        &[Rule(|rules| {
            rules.match_id = |ids, object| {
                let uuid = |id: &str| id.split_once("--").map(|(_, uuid)| uuid.to_owned());
                ids.iter().any(|id| id == &object.id || uuid(id).is_some_and(|u| Some(u) == uuid(&object.id)))
            };
        })],
    ),
    Defect::new(
        "match-id-two-500",
        &["T21-3.4-11"],
        "two ids in match[id] lead to 500; seen in medallion",
        &[Response(|_, call, response| {
            let filter = call.endpoint().and_then(|at| Filter::strictly(at, &call.request.query).ok());
            if filter.and_then(|filter| filter.ids).is_some_and(|ids| ids.len() > 1) {
                *response = Problem::malformed("match[id]", "has two values").response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "match-type-ignored",
        &["T21-3.4-12"],
        "match[type] is ignored",
        &[Request(|request| drop_parameters(request, |name, _| name == "match[type]"))],
    ),
    Defect::new(
        "match-type-by-prefix",
        &["T21-3.4-12"],
        "match[type]=malware takes in malware-analysis too",
        &[Rule(|rules| {
            rules.match_type = |types, object| types.iter().any(|kind| object.kind.starts_with(kind.as_str()));
        })],
    ),
    Defect::new(
        "match-type-with-relationships",
        &["T21-3.4-12"],
        "match[type] brings relationships along",
        &[Rule(|rules| {
            rules.match_type = |types, object| types.contains(&object.kind) || object.kind == "relationship";
        })],
    ),
    Defect::new(
        "match-type-first-alone",
        &["T21-3.4-27"],
        "of several types in match[type] the first counts",
        &[Rule(|rules| rules.match_type = |types, object| types.first() == Some(&object.kind))],
    ),
    Defect::new(
        "comma-encoded-is-no-comma",
        &["T21-3.4-27"],
        "a percent-encoded comma does not separate values",
        &[Request(|request| {
            request.query = request.query.replace("%2C", "%252C").replace("%2c", "%252C");
        })],
    ),
    Defect::new(
        "brackets-encoded-are-unknown",
        &["T21-3.4-27"],
        "match parameters with percent-encoded brackets are ignored",
        &[Request(|request| {
            let kept: Vec<&str> =
                request.query.split('&').filter(|pair| !pair.to_lowercase().starts_with("match%5b")).collect();
            request.query = kept.join("&");
        })],
    ),
    Defect::new(
        "match-fields-by-or",
        &["T21-3.4-26"],
        "match[id] and match[type] are joined by OR",
        &[Rule(|rules| {
            rules.join = |rules, filter, object| match (&filter.ids, &filter.types) {
                (Some(ids), Some(types)) => (rules.match_id)(ids, object) || (rules.match_type)(types, object),
                _ => select::join(rules, filter, object),
            };
        })],
    ),
    Defect::new(
        "match-type-loses-to-id",
        &["T21-3.4-26"],
        "match[type] is ignored where match[id] is given",
        &[Rule(|rules| {
            rules.join = |rules, filter, object| match &filter.ids {
                Some(ids) => (rules.match_id)(ids, object),
                None => select::join(rules, filter, object),
            };
        })],
    ),
    Defect::new(
        "match-version-loses-to-type",
        &["T21-3.4-26"],
        "match[version] is ignored where match[type] is given",
        &[Request(|request| {
            let query = percent_decode(&request.query).unwrap_or_default();
            if query.contains("match[type]=") {
                drop_parameters(request, |name, _| name == "match[version]");
            }
        })],
    ),
    Defect::new(
        "manifest-ignores-type",
        &["T21-3.4-29"],
        "the manifest ignores match[type]",
        &[Request(|request| without(request, "/manifest/", "match[type]"))],
    ),
    Defect::new(
        "manifest-ignores-version",
        &["T21-3.4-29", "T21-5.3-08"],
        "the manifest ignores match[version]",
        &[Request(|request| without(request, "/manifest/", "match[version]"))],
    ),
    Defect::new(
        "manifest-without-observables",
        &["T21-3.4-29", "T21-5.3-08"],
        "the manifest leaves out observables of network addresses",
        &[Rule(|rules| {
            rules.hides =
                |at, record| record.deleted || at == Endpoint::Manifest && record.object.kind.starts_with("ipv");
        })],
    ),
    Defect::new(
        "and-of-three-drops-version",
        &["T21-3.4-26"],
        "match[version] is ignored where both match[id] and match[type] are given",
        &[Request(|request| {
            let query = percent_decode(&request.query).unwrap_or_default();
            if query.contains("match[type]=") && query.contains("match[id]=") {
                drop_parameters(request, |name, _| name == "match[version]");
            }
        })],
    ),
    Defect::new(
        "match-version-loses-to-id",
        &["T21-3.4-26", "T21-3.4-17", "T21-3.4-18", "T21-3.4-19"],
        "match[version] is ignored where match[id] is given and match[type] is not",
        &[Request(|request| {
            let query = percent_decode(&request.query).unwrap_or_default();
            if query.contains("match[id]=") && !query.contains("match[type]=") {
                drop_parameters(request, |name, _| name == "match[version]");
            }
        })],
    ),
    Defect::new(
        "match-id-unknown-gives-all",
        &["T21-3.4-11"],
        "match[id] is ignored where the collection has none of the ids",
        &[Response(|state, call, response| {
            let empty = response.value().is_some_and(|body| body.get("objects").is_none());
            if call.endpoint() == Some(Endpoint::Objects) && empty && super::asks(call, "match[id]") {
                let mut request = call.request.clone();
                drop_parameters(&mut request, |name, _| name == "match[id]");
                if let Some(body) = super::plain(state, request) {
                    *response = super::super::http::Response::json(StatusCode::OK, &body);
                }
            }
        })],
    ),
    Defect::new(
        "added-after-drops-connection",
        &["T21-3.4-02"],
        "added_after makes the server drop the connection; seen in FreeTAXII",
        &[Response(|_, call, response| response.dropped = super::asks(call, "added_after"))],
    ),
    Defect::new(
        "brackets-in-small-digits-are-unknown-on-object",
        &["T21-5.6-05"],
        "where one object is asked for, brackets are decoded that are encoded in capital digits alone",
        &[Request(|request| {
            if is_one(request) {
                let pairs = request.query.split('&').filter(|pair| !pair.starts_with("match%5b"));
                request.query = pairs.collect::<Vec<_>>().join("&");
            }
        })],
    ),
    Defect::new(
        "object-by-specification-or-date",
        &["T21-3.1-12"],
        "added_after is ignored beside match[spec_version] where one object is asked for",
        &[Request(|request| {
            let query = percent_decode(&request.query).unwrap_or_default();
            if is_one(request) && query.contains("match[spec_version]=") {
                drop_parameters(request, |name, _| name == "added_after");
            }
        })],
    ),
    Defect::new(
        "specification-ignored-beside-id",
        &["T21-3.4-26"],
        "match[spec_version] is ignored beside match[id]",
        &[Request(|request| {
            if percent_decode(&request.query).unwrap_or_default().contains("match[id]=") {
                drop_parameters(request, |name, _| name == "match[spec_version]");
            }
        })],
    ),
    Defect::new(
        "limit-ignored-beside-specification",
        &["T21-3.4-06"],
        "limit is ignored beside match[spec_version]",
        &[Request(|request| {
            if percent_decode(&request.query).unwrap_or_default().contains("match[spec_version]=") {
                drop_parameters(request, |name, _| name == "limit");
            }
        })],
    ),
    Defect::new(
        "hyphen-encoded-is-no-hyphen",
        &["T21-3.4-11"],
        "percent-encoded hyphens in match[id] are not decoded",
        &[Request(|request| request.query = request.query.replace("%2D", "%252D"))],
    ),
    Defect::new(
        "hyphen-encoded-is-no-hyphen-in-paths",
        &["T21-5.6-01", "T21-5.8-01"],
        "percent-encoded hyphens in a path are not decoded",
        &[Request(|request| request.path = request.path.replace("%2D", "%252D"))],
    ),
];
