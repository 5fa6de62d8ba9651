//! Adding and deleting objects (sections 5.5 and 5.7).

use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;

use super::super::effect::Effect::{self, Response, Rule};
use super::super::query::Pick;
use super::super::route::Endpoint;
use super::super::types;
use super::Variant;

/// The `Date` of a response is that of the server's clock.
const DATED: Effect = Response(|state, _, response| {
    let date = (state.rules.clock)(Timestamp::now()).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    response.headers.extend(HeaderValue::from_str(&date).map(|date| (header::DATE, date)));
});

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "mixed-refused",
        "good objects with bad ones",
        "section 5.5; policy row 18",
        "a request with a bad object is refused as a whole, 422",
        &[Rule(|rules| rules.whole_or_nothing = true)],
    ),
    Variant::new(
        "custom-envelope-refused",
        "custom properties of an envelope",
        "section 7.1.1",
        "an envelope with a property that the server does not know is refused, 422",
        &[Rule(|rules| rules.knows_member = |name| matches!(name, "objects" | "more" | "next"))],
    ),
    Variant::new(
        "no-observables",
        "types that are taken",
        "section 5.5: 422 where a type is not supported",
        "cyber-observables are not supported: 422",
        &[Rule(|rules| rules.supports = |object| !types::SCO.contains(&object.kind.as_str()))],
    ),
    Variant::new(
        "indicators-alone",
        "types that are taken",
        "sections 4.3.1 and 5.5: what a server does not support may also be named in failures",
        "objects of other types than indicator are counted as failures",
        &[Rule(|rules| {
            rules.supports = |object| object.kind == "indicator";
            rules.counts_unsupported = true;
        })],
    ),
    Variant::new(
        "no-indicators",
        "types that are taken",
        "section 5.5: 422 where a type is not supported",
        "indicators are not supported: 422",
        &[Rule(|rules| rules.supports = |object| object.kind != "indicator")],
    ),
    Variant::new(
        "no-malware",
        "types that are taken",
        "section 5.5: 422 where a type is not supported",
        "malware is not supported: 422 for a request that has some",
        &[Rule(|rules| rules.supports = |object| object.kind != "malware")],
    ),
    Variant::new(
        "authors-needed",
        "objects that are taken",
        "sections 4.3.1 and 5.5: what is taken is up to the server",
        "an object that names no author is counted as a failure, but for authors and markings",
        &[Rule(|rules| {
            rules.supports = |object| {
                object.text.contains("created_by_ref") || ["identity", "marking-definition"].contains(&&*object.kind)
            };
            rules.counts_unsupported = true;
        })],
    ),
    Variant::new(
        "custom-properties-refused",
        "objects that are taken",
        "sections 4.3.1 and 5.5: what is taken is up to the server",
        "an object with a custom property is counted as a failure",
        &[Rule(|rules| {
            rules.supports = |object| !object.text.contains("\"x_");
            rules.counts_unsupported = true;
        })],
    ),
    Variant::new(
        "same-version-ignored",
        "same version with other content",
        "policy row 18",
        "a version that is there already is a success, whatever it holds, and what is there stays",
        &[Rule(|rules| rules.same = |_, _| true)],
    ),
    Variant::new(
        "date-for-each-object",
        "date added",
        "section 5.3.1",
        "each object of a request has a date of its own",
        &[Rule(|rules| rules.date_each = true)],
    ),
    Variant::new(
        "dates-of-whole-seconds",
        "date added",
        "section 2 asks for six digits, not for a clock that tells them",
        "dates are whole seconds, written with six digits, so that objects of several requests share one",
        &[Rule(|rules| {
            rules.date = |at| Timestamp::from_second(at.as_second()).unwrap_or(at);
        })],
    ),
    Variant::new(
        "loaded-at-once",
        "date of what is there",
        "section 5.3.1",
        "all objects that a collection holds at the start have one date",
        &[Rule(|rules| {
            rules.loaded = |_| Timestamp::from_second(1_700_000_000).unwrap_or_default();
        })],
    ),
    Variant::new(
        "clock-ahead",
        "clock",
        "section 3.4: the Date header tells of a skew",
        "the clock of the server is five hours ahead",
        &[Rule(|rules| rules.clock = |now| now.checked_add(Duration::from_secs(5 * 3600)).unwrap_or(now)), DATED],
    ),
    Variant::new(
        "clock-behind",
        "clock",
        "section 3.4: the Date header tells of a skew",
        "the clock of the server is five hours behind",
        &[Rule(|rules| rules.clock = |now| now.checked_sub(Duration::from_secs(5 * 3600)).unwrap_or(now)), DATED],
    ),
    Variant::new(
        "batches-by-id",
        "order within a request",
        "section 3.3: objects of one date come in any order",
        "the objects of a request are added in the order of their ids",
        &[Rule(|rules| rules.queue = |objects| objects.sort_by(|one, other| one.id.cmp(&other.id)))],
    ),
    Variant::new(
        "delete-without-body",
        "body of a deletion",
        "section 5.7: no payload",
        "the answer to DELETE has no body",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Delete) && response.status == StatusCode::OK {
                response.body = "".into();
            }
        })],
    ),
    Variant::new(
        "deleted-404",
        "objects that were deleted",
        "section 5.7; policy row 7",
        "objects answers 404 where match[id] names an object that was deleted",
        &[Rule(|rules| rules.deleted_is_404 = true)],
    ),
    Variant::new(
        "delete-latest-by-default",
        "DELETE without a version",
        "sections 3.4.1 and 5.7 can be read so; policy on T21-5.7-07: a warning",
        "DELETE without match[version] deletes the latest version alone",
        &[Rule(|rules| {
            rules.default_versions = |at| match at {
                Endpoint::Versions => &[Pick::All],
                _ => &[Pick::Last],
            };
        })],
    ),
];
