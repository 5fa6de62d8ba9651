//! Versions: match[version], and what counts as a version (sections 3.4.1, 5.3.1 and 5.8).

use serde_json::{Value, json};

use super::super::query::Pick;
use super::super::route::Endpoint;
use super::super::{rules::Rules, select, time};
use super::Effect::{Json, Request, Rule};
use super::{Defect, drop_parameters, each, remove};

fn is_marking(id: &Value) -> bool {
    id.as_str().is_some_and(|id| id.starts_with("marking-definition--"))
}

/// Whether an object has neither `modified` nor `created`.
fn is_observable(id: &Value) -> bool {
    let kind = id.as_str().and_then(|id| id.split("--").next()).unwrap_or_default();
    ["ipv4-addr", "ipv6-addr", "url", "mutex", "domain-name", "file", "email-addr", "process"].contains(&kind)
}

/// Has every version where the query names none, whatever becomes of `all`.
fn leave_the_default(rules: &mut Rules) {
    rules.default_versions = |at| match at {
        Endpoint::Versions | Endpoint::Delete => &[EVER],
        _ => &[Pick::Last],
    };
    rules.join_picks = |rules, picks, record, versions| {
        picks == [EVER] || picks.iter().any(|pick| (rules.picks)(pick, record, versions))
    };
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "version-all-by-default",
        &["T21-3.4-15"],
        "without match[version] every version comes",
        &[Rule(|rules| rules.default_versions = |_| &[Pick::All])],
    ),
    Defect::new(
        "version-first-by-default",
        &["T21-3.4-15"],
        "without match[version] the earliest version comes",
        &[Rule(|rules| {
            rules.default_versions = |at| match at {
                Endpoint::Versions | Endpoint::Delete => &[Pick::All],
                _ => &[Pick::First],
            };
        })],
    ),
    Defect::new(
        "version-all-by-default-on-object",
        &["T21-3.4-15"],
        "without match[version] every version comes where one object is asked for",
        &[Rule(|rules| {
            rules.default_versions = |at| match at {
                Endpoint::Objects | Endpoint::Manifest => &[Pick::Last],
                _ => &[Pick::All],
            };
        })],
    ),
    Defect::new(
        "version-all-by-default-on-manifest",
        &["T21-3.4-15"],
        "without match[version] the manifest has a record of every version",
        &[Rule(|rules| {
            rules.default_versions = |at| match at {
                Endpoint::Objects | Endpoint::Object => &[Pick::Last],
                _ => &[Pick::All],
            };
        })],
    ),
    Defect::new(
        "version-last-by-date-added",
        &["T21-3.4-16", "T21-3.4-15"],
        "the latest version is the one that was added last",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::Last => versions.iter().all(|other| other.number <= record.number),
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "version-first-by-date-added",
        &["T21-3.4-17"],
        "the earliest version is the one that was added first",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::First => versions.iter().all(|other| other.number >= record.number),
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "version-first-is-last",
        &["T21-3.4-17"],
        "match[version]=first gives the latest version",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::First => select::picks(&Pick::Last, record, versions),
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "version-last-is-first",
        &["T21-3.4-16"],
        "match[version]=last gives the earliest version, the default gives the latest",
        &[Request(|request| {
            let asks_last = request.query.split('&').any(|pair| {
                super::super::query::percent_decode(pair).is_some_and(|pair| pair == "match[version]=last")
            });
            if asks_last && request.method == http::Method::GET {
                drop_parameters(request, |name, _| name == "match[version]");
                request.query.push_str("&match[version]=first");
            }
        })],
    ),
    Defect::new(
        "version-first-and-last-swapped",
        &["T21-3.4-16", "T21-3.4-17", "T21-3.4-15"],
        "first and last are swapped",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::First => select::picks(&Pick::Last, record, versions),
                Pick::Last => select::picks(&Pick::First, record, versions),
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "version-all-without-middle",
        &["T21-3.4-18"],
        "match[version]=all gives the first and the last version",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::All if versions.len() > 2 => {
                    select::picks(&Pick::First, record, versions) || select::picks(&Pick::Last, record, versions)
                }
                _ => select::picks(pick, record, versions),
            };
            leave_the_default(rules);
        })],
    ),
    Defect::new(
        "version-all-of-ten-at-most",
        &["T21-3.4-18"],
        "match[version]=all gives the ten latest versions of an object that has more",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::All => versions.iter().rev().take(10).any(|other| other.number == record.number),
                _ => select::picks(pick, record, versions),
            };
            leave_the_default(rules);
        })],
    ),
    Defect::new(
        "version-all-is-last",
        &["T21-3.4-18"],
        "match[version]=all gives the latest version alone",
        &[Request(|request| {
            drop_parameters(request, |name, value| name == "match[version]" && value == "all");
        })],
    ),
    Defect::new(
        "version-timestamp-ignored",
        &["T21-3.4-19"],
        "a timestamp in match[version] gives every version",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::At(_) => true,
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "version-timestamp-from-there-on",
        &["T21-3.4-19"],
        "a timestamp in match[version] gives later versions too",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::At(at) => record.object.instant >= *at,
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "version-timestamp-to-the-second",
        &["T21-3.4-19"],
        "a timestamp in match[version] is compared in whole seconds",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| match pick {
                Pick::At(at) => record.object.instant.as_second() == at.as_second(),
                _ => select::picks(pick, record, versions),
            };
        })],
    ),
    Defect::new(
        "version-timestamp-falls-back",
        &["T21-3.4-19"],
        "a timestamp in match[version] that no version has gives the latest",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| {
                select::picks(pick, record, versions)
                    || matches!(pick, Pick::At(at) if versions.iter().all(|other| other.object.instant != *at))
                        && select::picks(&Pick::Last, record, versions)
            };
        })],
    ),
    Defect::new(
        "versions-first-alone",
        &["T21-3.4-20"],
        "of several values in match[version] the first counts",
        &[Rule(|rules| {
            rules.join_picks = |rules, picks, record, versions| {
                picks.first().is_some_and(|pick| (rules.picks)(pick, record, versions))
            };
        })],
    ),
    Defect::new(
        "versions-by-and",
        &["T21-3.4-20"],
        "several values in match[version] are joined by AND",
        &[Rule(|rules| {
            rules.join_picks =
                |rules, picks, record, versions| picks.iter().all(|pick| (rules.picks)(pick, record, versions));
        })],
    ),
    Defect::new(
        "marking-not-matched-by-created",
        &["T21-3.4-21"],
        "a marking definition is not found by its created in match[version]",
        &[Rule(|rules| {
            rules.picks = |pick, record, versions| {
                select::picks(pick, record, versions)
                    && !(matches!(pick, Pick::At(_)) && record.object.kind == "marking-definition")
            };
        })],
    ),
    Defect::new(
        "observable-versions-differ",
        &["T21-3.4-22"],
        "the manifest gives observables another version than match[version] knows",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                if is_observable(&record["id"]) {
                    record["version"] = "2000-01-01T00:00:00.000Z".into();
                }
            });
        })],
    ),
    Defect::new(
        "observable-version-of-now",
        &["T21-3.4-22"],
        "versions gives observables the time of the request as their version",
        &[Json(&[Endpoint::Versions], |call, body| {
            let id = call.route.as_ref().map(|route| route.object.clone()).unwrap_or_default();
            if is_observable(&id.into()) && body.get("versions").is_some() {
                body["versions"] = json!([time::millis(jiff::Timestamp::now())]);
            }
        })],
    ),
    Defect::new(
        "manifest-version-rounded",
        &["T21-5.3-05"],
        "version of manifest records has other decimals than modified",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                let version = record["version"].as_str().and_then(|text| text.split('.').next());
                record["version"] = format!("{}.999Z", version.unwrap_or_default()).into();
            });
        })],
    ),
    Defect::new(
        "manifest-version-of-milliseconds",
        &["T21-5.3-05"],
        "version of manifest records is modified, cut to milliseconds",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                let decimals = record["version"].as_str().and_then(|text| text.split_once('.'));
                if let Some((seconds, decimals)) = decimals.filter(|(_, decimals)| decimals.len() > 4) {
                    record["version"] = format!("{seconds}.{}Z", &decimals[..3]).into();
                }
            });
        })],
    ),
    Defect::new(
        "manifest-version-of-markings",
        &["T21-5.3-05"],
        "version of a marking definition in the manifest is its date_added",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                if is_marking(&record["id"]) {
                    record["version"] = record["date_added"].clone();
                }
            });
        })],
    ),
    Defect::new(
        "manifest-without-version",
        &["T21-5.3-04"],
        "manifest records have no version",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| drop(remove(record, "version")));
        })],
    ),
    Defect::new(
        "manifest-version-null-for-observables",
        &["T21-5.3-04"],
        "version of observables in the manifest is null",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                if is_observable(&record["id"]) {
                    record["version"] = Value::Null;
                }
            });
        })],
    ),
    Defect::new(
        "manifest-without-date",
        &["T21-5.3-04"],
        "manifest records have no date_added",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| drop(remove(record, "date_added")));
        })],
    ),
    Defect::new(
        "manifest-media-type-foreign",
        &["T21-5.3-06"],
        "media_type of manifest records is one that the collection does not list",
        &[Json(&[Endpoint::Manifest], |_, body| {
            each(body, "objects", |record| {
                if record.get("media_type").is_some() {
                    record["media_type"] = "application/vnd.oasis.stix+json; version=2.1".into();
                }
            });
        })],
    ),
    Defect::new(
        "versions-latest-alone",
        &["T21-5.8-01"],
        "versions lists the latest version alone",
        &[Rule(|rules| {
            rules.default_versions = |at| match at {
                Endpoint::Delete => &[Pick::All],
                _ => &[Pick::Last],
            };
        })],
    ),
    Defect::new(
        "versions-without-first",
        &["T21-5.8-01"],
        "versions leaves out the version that was added first",
        &[Json(&[Endpoint::Versions], |_, body| {
            if let Some(list) = body["versions"].as_array_mut().filter(|list| list.len() > 1) {
                list.remove(0);
            }
        })],
    ),
    Defect::new(
        "versions-as-objects",
        &["T21-5.8-01"],
        "versions is a list of objects with a version each",
        &[Json(&[Endpoint::Versions], |_, body| {
            each(body, "versions", |version| *version = json!({ "version": version.take() }));
        })],
    ),
    Defect::new(
        "versions-of-markings-by-date",
        &["T21-5.8-02"],
        "versions of a marking definition tells another date than created",
        &[Json(&[Endpoint::Versions], |call, body| {
            let id = call.route.as_ref().map(|route| route.object.clone()).unwrap_or_default();
            if is_marking(&id.into()) {
                each(body, "versions", |version| *version = "2024-01-02T03:04:05.000Z".into());
            }
        })],
    ),
    Defect::new(
        "versions-of-markings-empty",
        &["T21-5.8-02"],
        "versions of a marking definition is an empty object",
        &[Json(&[Endpoint::Versions], |call, body| {
            let id = call.route.as_ref().map(|route| route.object.clone()).unwrap_or_default();
            if is_marking(&id.into()) {
                *body = json!({});
            }
        })],
    ),
    Defect::new(
        "versions-ignore-spec-version",
        &["T21-5.8-07"],
        "versions ignores match[spec_version]",
        &[Request(|request| {
            if request.path.ends_with("/versions/") {
                drop_parameters(request, |name, _| name == "match[spec_version]");
            }
        })],
    ),
    Defect::new(
        "versions-empty-list",
        &["T21-5.8-06"],
        "versions without any is an empty list",
        &[Json(&[Endpoint::Versions], |_, body| {
            if body.get("versions").is_none() {
                body["versions"] = json!([]);
            }
        })],
    ),
    Defect::new(
        "versions-of-ten-at-most",
        &["T21-5.8-01"],
        "versions lists ten versions of an object that has more",
        &[Json(&[Endpoint::Versions], |_, body| {
            if let Some(list) = super::list(body, "versions") {
                list.truncate(10);
            }
        })],
    ),
];

/// Stands for every version where the query does not say so.
const EVER: Pick = Pick::At(jiff::Timestamp::MIN);
