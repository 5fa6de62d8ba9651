//! Specification versions: `match[spec_version]`, and what comes without it (section 3.4.1).

use super::super::http::Request as HttpRequest;
use super::Effect::{Request, Rule};
use super::filter::is_one;
use super::{Defect, drop_parameters};

/// Asks for every specification version where none is asked for.
fn in_every_spec(request: &mut HttpRequest) {
    let query = super::super::query::percent_decode(&request.query).unwrap_or_default();
    if !query.contains("match[spec_version]=") {
        request.query = format!("{}&match[spec_version]=2.0,2.1", request.query).trim_start_matches('&').to_owned();
    }
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "spec-version-ignored",
        &["T21-3.4-24"],
        "match[spec_version] is ignored",
        &[Request(|request| drop_parameters(request, |name, _| name == "match[spec_version]"))],
    ),
    Defect::new(
        "spec-version-from-there-on",
        &["T21-3.4-24"],
        "match[spec_version] takes in later specification versions",
        &[Rule(|rules| {
            rules.match_spec = |specs, object| specs.iter().any(|spec| spec.as_str() <= object.spec_version.as_str());
        })],
    ),
    Defect::new(
        "spec-version-first-alone",
        &["T21-3.4-27"],
        "of several values in match[spec_version] the first counts",
        &[Rule(|rules| {
            rules.match_spec = |specs, object| specs.first() == Some(&object.spec_version);
        })],
    ),
    Defect::new(
        "spec-version-all-by-default",
        &["T21-3.4-25"],
        "without match[spec_version] an object comes in every specification version",
        &[Rule(|rules| rules.latest_spec = |records| records)],
    ),
    Defect::new(
        "spec-version-2.0-by-default",
        &["T21-3.4-25"],
        "without match[spec_version] an object comes in its earliest specification version",
        &[Rule(|rules| {
            rules.latest_spec = |mut records| {
                let all = records.clone();
                records.retain(|record| {
                    !all.iter().any(|other| {
                        other.object.id == record.object.id
                            && other.object.instant == record.object.instant
                            && other.object.spec_version < record.object.spec_version
                    })
                });
                records
            };
        })],
    ),
    Defect::new(
        "spec-version-all-by-default-on-manifest",
        &["T21-3.4-25"],
        "without match[spec_version] the manifest lists an object in every specification version",
        &[Request(|request| {
            if request.path.ends_with("/manifest/") {
                in_every_spec(request);
            }
        })],
    ),
    Defect::new(
        "spec-version-all-by-default-on-object",
        &["T21-3.4-25"],
        "one object comes in every specification version",
        &[Request(|request| {
            if is_one(request) {
                in_every_spec(request);
            }
        })],
    ),
    Defect::new(
        "spec-version-ignored-on-object",
        &["T21-5.6-05"],
        "match[spec_version] is ignored where one object is asked for",
        &[Request(|request| {
            if is_one(request) {
                drop_parameters(request, |name, _| name == "match[spec_version]");
            }
        })],
    ),
];
