//! The date headers (section 3.2).

use http::StatusCode;
use jiff::Timestamp;

use super::super::handle::Call;
use super::super::http::Response;
use super::super::read::{FIRST, LAST};
use super::super::route::Endpoint;
use super::super::time;
use super::Effect::Response as Answer;
use super::{Defect, asks};

fn drop_on(call: &Call, response: &mut Response, endpoint: Endpoint, header: &str) {
    if call.endpoint() == Some(endpoint) {
        response.headers.remove(header);
    }
}

fn drop_after_next(call: &Call, response: &mut Response, header: &str) {
    if call.request.query.contains("next=") {
        response.headers.remove(header);
    }
}

fn drop_of_observables(call: &Call, response: &mut Response, header: &str) {
    let unversioned = |body: serde_json::Value| body["objects"][0]["modified"].is_null();
    if response.value().is_some_and(unversioned) {
        drop_on(call, response, Endpoint::Object, header);
    }
}

/// Rewrites both headers where they are.
fn restyle(response: &mut Response, style: impl Fn(&str) -> String) {
    for header in [FIRST, LAST] {
        if let Some(value) = response.header(header).map(&style) {
            response.set(header, &value);
        }
    }
}

/// The form that JavaScript gives a date when it is turned into text.
fn javascript(text: &str) -> String {
    let at = time::parse(text).unwrap_or_default();
    format!("{} (Coordinated Universal Time)", at.strftime("%a %b %d %Y %H:%M:%S GMT+0000"))
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "no-first-date",
        &["T21-3.2-01"],
        "X-TAXII-Date-Added-First is missing everywhere",
        &[Answer(|_, _, response| {
            response.headers.remove(FIRST);
        })],
    ),
    Defect::new(
        "last-date-twice-on-versions",
        &["T21-3.2-02", "T21-2-07"],
        "X-TAXII-Date-Added-Last comes twice on versions, with both ends of the page",
        &[Answer(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Versions)
                && let Some(first) = response.headers.get(FIRST).cloned()
            {
                response.headers.append(LAST, first);
            }
        })],
    ),
    Defect::new(
        "no-dates-with-match-type",
        &["T21-3.2-01", "T21-3.2-02"],
        "both date headers are missing where match[type] filters",
        &[Answer(|_, call, response| {
            if call.request.query.contains("type") {
                response.headers.remove(FIRST);
                response.headers.remove(LAST);
            }
        })],
    ),
    Defect::new(
        "no-first-date-on-versions",
        &["T21-3.2-01"],
        "X-TAXII-Date-Added-First is missing on versions",
        &[Answer(|_, call, response| drop_on(call, response, Endpoint::Versions, FIRST))],
    ),
    Defect::new(
        "no-first-date-on-next-pages",
        &["T21-3.2-01"],
        "X-TAXII-Date-Added-First is missing where next is used",
        &[Answer(|_, call, response| drop_after_next(call, response, FIRST))],
    ),
    Defect::new(
        "no-last-date-on-next-pages",
        &["T21-3.2-02"],
        "X-TAXII-Date-Added-Last is missing where next is used",
        &[Answer(|_, call, response| drop_after_next(call, response, LAST))],
    ),
    Defect::new(
        "no-first-date-on-manifest-after-a-date",
        &["T21-3.2-01"],
        "X-TAXII-Date-Added-First is missing where the manifest is asked with added_after",
        &[Answer(|_, call, response| {
            if asks(call, "added_after") {
                drop_on(call, response, Endpoint::Manifest, FIRST);
            }
        })],
    ),
    Defect::new(
        "no-last-date-on-manifest-after-a-date",
        &["T21-3.2-02"],
        "X-TAXII-Date-Added-Last is missing where the manifest is asked with added_after",
        &[Answer(|_, call, response| {
            if asks(call, "added_after") {
                drop_on(call, response, Endpoint::Manifest, LAST);
            }
        })],
    ),
    Defect::new(
        "no-last-date",
        &["T21-3.2-02"],
        "X-TAXII-Date-Added-Last is missing everywhere",
        &[Answer(|_, _, response| {
            response.headers.remove(LAST);
        })],
    ),
    Defect::new(
        "no-last-date-on-object",
        &["T21-3.2-02"],
        "X-TAXII-Date-Added-Last is missing where one object is asked for",
        &[Answer(|_, call, response| drop_on(call, response, Endpoint::Object, LAST))],
    ),
    Defect::new(
        "no-last-date-on-manifest",
        &["T21-3.2-02"],
        "X-TAXII-Date-Added-Last is missing on the manifest",
        &[Answer(|_, call, response| drop_on(call, response, Endpoint::Manifest, LAST))],
    ),
    Defect::new(
        "dates-of-javascript",
        &["T21-3.2-01", "T21-3.2-02"],
        "the date headers have the form of JavaScript; seen in attack-workbench-taxii-server",
        &[Answer(|_, _, response| restyle(response, javascript))],
    ),
    Defect::new(
        "dates-undefined",
        &["T21-3.2-01", "T21-3.2-02"],
        "the date headers of an empty answer say undefined; seen in OpenCTI",
        &[Answer(|_, call, response| {
            let empty = response.header(FIRST).is_none() && response.status == StatusCode::OK;
            if empty && call.endpoint().is_some_and(Endpoint::reads) {
                response.set(FIRST, "undefined");
                response.set(LAST, "undefined");
            }
        })],
    ),
    Defect::new(
        "date-headers-with-offset",
        &["T21-2-07"],
        "the date headers end in +00:00 instead of Z",
        &[Answer(|_, _, response| restyle(response, |text| text.replace('Z', "+00:00")))],
    ),
    Defect::new(
        "date-headers-of-nine-digits",
        &["T21-2-08"],
        "the date headers have nine decimals",
        &[Answer(|_, _, response| restyle(response, |text| text.replace('Z', "000Z")))],
    ),
    Defect::new(
        "date-headers-of-now",
        &["T21-3.2-03"],
        "the date headers tell when the answer was made",
        &[Answer(|_, _, response| restyle(response, |_| time::micros(Timestamp::now())))],
    ),
    Defect::new(
        "date-headers-swapped",
        &["T21-3.2-03"],
        "the date headers are swapped",
        &[Answer(|_, _, response| {
            let first = response.header(FIRST).map(str::to_owned);
            let last = response.header(LAST).map(str::to_owned);
            if let (Some(first), Some(last)) = (first, last) {
                response.set(FIRST, &last);
                response.set(LAST, &first);
            }
        })],
    ),
    Defect::new(
        "last-date-is-first",
        &["T21-3.2-03"],
        "X-TAXII-Date-Added-Last tells the date of the first object",
        &[Answer(|_, _, response| {
            if let Some(first) = response.header(FIRST).map(str::to_owned) {
                response.set(LAST, &first);
            }
        })],
    ),
    Defect::new(
        "dates-of-versions-by-version",
        &["T21-3.2-03"],
        "the date headers of versions tell the versions instead of their dates",
        &[Answer(|_, call, response| {
            let body = response.value().unwrap_or_default();
            let versions = body["versions"].as_array().filter(|_| call.endpoint() == Some(Endpoint::Versions));
            let at = |place: Option<&serde_json::Value>| Some(time::micros(time::parse(place?.as_str()?)?));
            if let (Some(first), Some(last)) =
                (versions.and_then(|list| at(list.first())), versions.and_then(|list| at(list.last())))
            {
                response.set(FIRST, &first);
                response.set(LAST, &last);
            }
        })],
    ),
    Defect::new(
        "no-first-date-of-observables",
        &["T21-3.2-01"],
        "X-TAXII-Date-Added-First is missing where an object without versions is asked for",
        &[Answer(|_, call, response| drop_of_observables(call, response, FIRST))],
    ),
    Defect::new(
        "no-last-date-of-observables",
        &["T21-3.2-02"],
        "X-TAXII-Date-Added-Last is missing where an object without versions is asked for",
        &[Answer(|_, call, response| drop_of_observables(call, response, LAST))],
    ),
];
