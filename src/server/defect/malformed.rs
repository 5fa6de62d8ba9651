//! Malformed and unusual parameters (section 3.4).

use http::StatusCode;

use super::super::handle::Call;
use super::super::http::Response;
use super::super::query::{Filter, percent_decode};
use super::super::route::Endpoint;
use super::super::time;
use super::Effect::{Request, Response as Answer};
use super::{Defect, asks, drop_parameters, value};

/// Turns a refusal of one parameter into a failure.
fn fail(call: &Call, response: &mut Response, parameter: &str) {
    if response.status == StatusCode::BAD_REQUEST && asks(call, parameter) {
        let named = response.value().unwrap_or_default()["description"]
            .as_str()
            .is_some_and(|text| text.contains(&format!(" {parameter} ")));
        if named {
            response.turn(StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}

/// The first of several parameters of the same name.
fn keep_first(request: &mut super::super::http::Request) {
    let mut seen = std::collections::HashSet::new();
    let query = request.query.clone();
    let first = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        seen.insert(percent_decode(name).unwrap_or_default())
    });
    request.query = first.collect::<Vec<_>>().join("&");
}

/// Changes the value of a parameter as a reader does that takes more than it should.
fn reread(request: &mut super::super::http::Request, parameter: &str, read: impl Fn(&str) -> Option<String>) {
    let pairs = request.query.split('&').map(|pair| {
        let asked = pair.split_once('=').filter(|(name, _)| *name == parameter);
        let value = asked.and_then(|(_, value)| percent_decode(value));
        value.and_then(|value| read(&value)).map_or_else(|| pair.to_owned(), |value| format!("{parameter}={value}"))
    });
    request.query = pairs.collect::<Vec<_>>().join("&");
}

fn asked_for_type(call: &Call, kind: &str) -> bool {
    let filter = call.endpoint().and_then(|at| Filter::strictly(at, &call.request.query).ok());
    filter.and_then(|filter| filter.types).is_some_and(|types| types.iter().any(|asked| asked == kind))
}

fn refuse_type(response: &mut Response, status: StatusCode) {
    *response = super::super::error::Problem::malformed("match[type]", "names a type that is not known").response();
    response.status = status;
    super::edit(response, |body| body["http_status"] = status.as_str().into());
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "added-after-garbage-500",
        &["T21-3.4-01"],
        "a malformed added_after leads to 500; seen in medallion",
        &[Answer(|_, call, response| fail(call, response, "added_after"))],
    ),
    Defect::new(
        "added-after-garbage-ignored",
        &["T21-3.4-01"],
        "a malformed added_after is ignored",
        &[Request(|request| {
            drop_parameters(request, |name, value| name == "added_after" && time::parse(value).is_none());
        })],
    ),
    Defect::new(
        "parameters-decoded-twice",
        &["T21-3.4-01"],
        "the values of parameters are percent-decoded twice",
        &[Request(|request| request.query = request.query.replace("%25", "%"))],
    ),
    Defect::new(
        "limit-zero-taken",
        &["T21-3.4-01"],
        "limit=0 means no limit; seen in OpenTAXII",
        &[Request(|request| drop_parameters(request, |name, value| name == "limit" && value == "0"))],
    ),
    Defect::new(
        "limit-negative-taken",
        &["T21-3.4-01"],
        "a negative limit means no limit; seen in OpenTAXII",
        &[Request(|request| {
            drop_parameters(request, |name, value| name == "limit" && value.starts_with('-'));
        })],
    ),
    Defect::new(
        "limit-word-ignored",
        &["T21-3.4-01"],
        "a limit that is not a number is ignored",
        &[Request(|request| {
            drop_parameters(request, |name, value| {
                name == "limit" && !value.is_empty() && value.parse::<f64>().is_err()
            });
        })],
    ),
    Defect::new(
        "limit-fraction-taken",
        &["T21-3.4-01"],
        "a limit with a fraction is cut to an integer",
        &[Request(|request| {
            request.query = request
                .query
                .split('&')
                .map(|pair| match pair.strip_prefix("limit=").and_then(|value| value.split_once('.')) {
                    Some((whole, _)) => format!("limit={whole}"),
                    None => pair.to_owned(),
                })
                .collect::<Vec<_>>()
                .join("&");
        })],
    ),
    Defect::new(
        "limit-empty-taken",
        &["T21-3.4-01"],
        "an empty limit is ignored",
        &[Request(|request| drop_parameters(request, |name, value| name == "limit" && value.is_empty()))],
    ),
    Defect::new(
        "limit-garbage-500",
        &["T21-3.4-01"],
        "a malformed limit leads to 500",
        &[Answer(|_, call, response| fail(call, response, "limit"))],
    ),
    Defect::new(
        "limit-zero-taken-on-manifest",
        &["T21-3.4-01"],
        "limit=0 is answered on the manifest",
        &[Request(|request| {
            if request.path.ends_with("/manifest/") {
                drop_parameters(request, |name, value| name == "limit" && value == "0");
            }
        })],
    ),
    Defect::new(
        "limit-zero-taken-on-versions",
        &["T21-3.4-01"],
        "limit=0 is answered on versions",
        &[Request(|request| {
            if request.path.ends_with("/versions/") {
                drop_parameters(request, |name, value| name == "limit" && value == "0");
            }
        })],
    ),
    Defect::new(
        "version-garbage-500",
        &["T21-3.4-01"],
        "a malformed match[version] leads to 500; seen in medallion",
        &[Answer(|_, call, response| {
            let garbage = response.value().unwrap_or_default()["description"]
                .as_str()
                .is_some_and(|text| text.contains("neither"));
            if garbage {
                fail(call, response, "match[version]");
            }
        })],
    ),
    Defect::new(
        "version-garbage-ignored",
        &["T21-3.4-01"],
        "a malformed match[version] is ignored; seen in OpenTAXII",
        &[Request(|request| {
            drop_parameters(request, |name, value| {
                let known = |item: &str| ["all", "first", "last"].contains(&item) || time::parse(item).is_some();
                name == "match[version]" && !value.is_empty() && !value.split(',').all(known)
            });
        })],
    ),
    Defect::new(
        "next-garbage-500",
        &["T21-3.5-04"],
        "a next that the server did not make leads to 500",
        &[Answer(|_, call, response| fail(call, response, "next"))],
    ),
    Defect::new(
        "parameter-twice-first-counts",
        &["T21-3.4-04"],
        "of a parameter that occurs twice the first counts; seen in medallion and OpenTAXII",
        &[Request(keep_first)],
    ),
    Defect::new(
        "version-all-with-others",
        &["T21-3.4-23"],
        "all is taken together with other versions",
        &[Request(|request| {
            let decoded = percent_decode(&request.query).unwrap_or_default();
            if decoded.contains("match[version]=all,") || decoded.contains(",all") {
                drop_parameters(request, |name, _| name == "match[version]");
                request.query.push_str("&match[version]=all");
            }
        })],
    ),
    Defect::new(
        "version-twice-500",
        &["T21-3.4-23"],
        "a version that is named twice leads to 500",
        &[Answer(|_, call, response| {
            let twice =
                response.value().unwrap_or_default()["description"].as_str().is_some_and(|text| text.contains("twice"));
            if twice {
                fail(call, response, "match[version]");
            }
        })],
    ),
    Defect::new(
        "type-opinion-400",
        &["T21-3.4-13"],
        "match[type]=opinion is refused as an unknown type",
        &[Answer(|_, call, response| {
            if response.status.is_success() && asked_for_type(call, "opinion") {
                refuse_type(response, StatusCode::BAD_REQUEST);
            }
        })],
    ),
    Defect::new(
        "type-extension-definition-404",
        &["T21-3.4-12", "T21-3.4-13"],
        "match[type]=extension-definition answers 404",
        &[Answer(|_, call, response| {
            if response.status.is_success() && asked_for_type(call, "extension-definition") {
                refuse_type(response, StatusCode::NOT_FOUND);
            }
        })],
    ),
    Defect::new(
        "type-of-observable-500",
        &["T21-3.4-13"],
        "match[type]=windows-registry-key leads to 500 on the manifest",
        &[Answer(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Manifest)
                && response.status.is_success()
                && asked_for_type(call, "windows-registry-key")
            {
                refuse_type(response, StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "custom-type-500",
        &["T21-3.4-14"],
        "match[type] of a type that begins with x- leads to 500",
        &[Answer(|_, call, response| {
            let query = percent_decode(&call.request.query).unwrap_or_default();
            if response.status.is_success() && query.contains("match[type]=x-") {
                refuse_type(response, StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "unknown-match-500",
        &["T21-3.4-28"],
        "a match field that the server does not know leads to 500",
        &[Answer(|_, call, response| {
            let known = ["match[id]", "match[type]", "match[version]", "match[spec_version]"];
            let query = percent_decode(&call.request.query).unwrap_or_default();
            let unknown = query.split('&').any(|pair| {
                let name = pair.split('=').next().unwrap_or_default();
                name.starts_with("match[") && !known.contains(&name)
            });
            if response.status.is_success() && unknown {
                refuse_type(response, StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "unlisted-match-500",
        &["T21-3.4-28"],
        "match[type] where one object is asked for, which section 5.6 does not list, leads to 500",
        &[Answer(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Object) && response.status.is_success() && asks(call, "match[type]") {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "parameter-twice-500",
        &["T21-3.4-04"],
        "a parameter that occurs twice leads to 500: it is read as a list",
        &[Answer(|_, call, response| {
            let twice = response.value().unwrap_or_default()["description"]
                .as_str()
                .is_some_and(|text| text.contains("occurs more than once"));
            if call.endpoint().is_some_and(Endpoint::reads) && response.status == StatusCode::BAD_REQUEST && twice {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "limit-beyond-64-bits-500",
        &["T21-3.4-01"],
        "a limit that 64 bits do not hold leads to 500",
        &[Answer(|_, call, response| {
            let limit = value(&call.request.query, "limit");
            let digits = limit.filter(|limit| !limit.is_empty() && limit.bytes().all(|byte| byte.is_ascii_digit()));
            if digits.is_some_and(|digits| digits.parse::<u64>().is_err()) {
                *response = super::super::error::Problem::malformed("limit", "is too large").response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "version-of-six-digits-ignored",
        &["T21-3.4-19"],
        "a timestamp in match[version] that has other than three decimals does not count",
        &[Request(|request| {
            drop_parameters(request, |name, value| {
                let decimals = value.split_once('.').map_or(0, |(_, rest)| rest.len() - 1);
                name == "match[version]" && time::parse(value).is_some() && decimals != 3
            });
        })],
    ),
    Defect::new(
        "limit-all-taken",
        &["T21-3.4-01"],
        "limit=all means no limit",
        &[Request(|request| drop_parameters(request, |name, value| name == "limit" && value == "all"))],
    ),
    Defect::new(
        "limit-in-wide-digits-taken",
        &["T21-3.4-01"],
        "a limit in digits of full width is taken",
        &[Request(|request| {
            reread(request, "limit", |value| {
                let narrow =
                    |one: char| char::from_u32(u32::from(one).checked_sub(0xFEE0)?).filter(char::is_ascii_digit);
                value.chars().map(narrow).collect()
            });
        })],
    ),
    Defect::new(
        "added-after-with-space-taken",
        &["T21-3.4-01"],
        "added_after may have a space in the place of its T",
        &[Request(|request| {
            reread(request, "added_after", |value| value.contains(' ').then(|| value.replace(' ', "T")));
        })],
    ),
];
