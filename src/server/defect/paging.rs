//! limit, more and next (sections 3.4, 3.5 and 3.7).

use std::collections::BTreeSet;

use http::StatusCode;

use super::super::handle::plain_response;
use super::super::page;
use super::super::route::Endpoint;
use super::Effect::{Json, Request, Response, Rule};
use super::{Defect, ENVELOPES, READS, asks, drop_parameters, remove, value};

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "pages-206",
        &["T21-5.3-01", "T21-5.4-01"],
        "a page of objects or of the manifest is answered 206 where more is true, as in TAXII 2.0",
        &[Response(|_, call, response| {
            let paged = matches!(call.endpoint(), Some(Endpoint::Objects | Endpoint::Manifest));
            if paged && response.value().is_some_and(|body| body["more"] == true) {
                response.status = StatusCode::PARTIAL_CONTENT;
            }
        })],
    ),
    Defect::new(
        "limit-plus-one",
        &["T21-3.4-06"],
        "a page holds one object more than limit",
        &[Rule(|rules| {
            rules.length = |at, left, limit, cap| page::length(at, left, limit.map(|limit| limit + 1), cap);
        })],
    ),
    Defect::new(
        "limit-ignored",
        &["T21-3.4-06"],
        "limit is ignored",
        &[Rule(|rules| rules.length = |at, left, _, cap| page::length(at, left, None, cap))],
    ),
    Defect::new(
        "limit-ignored-on-manifest",
        &["T21-3.4-06"],
        "the manifest ignores limit",
        &[Rule(|rules| {
            rules.length =
                |at, left, limit, cap| page::length(at, left, limit.filter(|_| at != Endpoint::Manifest), cap);
        })],
    ),
    Defect::new(
        "limit-ignored-on-object",
        &["T21-5.6-05"],
        "limit is ignored where one object is asked for",
        &[Rule(|rules| {
            rules.length = |at, left, limit, cap| page::length(at, left, limit.filter(|_| at != Endpoint::Object), cap);
        })],
    ),
    Defect::new(
        "limit-ignored-on-versions",
        &["T21-5.8-07"],
        "versions ignores limit",
        &[Rule(|rules| {
            rules.length =
                |at, left, limit, cap| page::length(at, left, limit.filter(|_| at != Endpoint::Versions), cap);
        })],
    ),
    Defect::new(
        "limit-ignored-with-added-after",
        &["T21-3.4-06"],
        "limit is ignored beside added_after",
        &[Request(|request| {
            if request.query.contains("added_after=") {
                drop_parameters(request, |name, _| name == "limit");
            }
        })],
    ),
    Defect::new(
        "version-ignored-on-object",
        &["T21-5.6-05"],
        "match[version] is ignored where one object is asked for",
        &[Request(|request| {
            let one = request.path.contains("/objects/") && !request.path.ends_with("/objects/");
            if one && request.method == http::Method::GET {
                drop_parameters(request, |name, _| name == "match[version]");
            }
        })],
    ),
    Defect::new(
        "last-object-withheld",
        &["T21-3.4-07"],
        "where all objects fit into limit, the last is left out",
        &[Rule(|rules| {
            rules.length = |at, left, limit, cap| {
                let length = page::length(at, left, limit, cap);
                let withheld = limit.is_some() && length >= left.len() && left.len() > 1;
                if withheld { left.len() - 1 } else { length }
            };
            rules.more = |_, left, length| length + 1 < left;
        })],
    ),
    Defect::new(
        "more-always-false",
        &["T21-3.4-08"],
        "more is false although more objects exist; seen in OpenCTI",
        &[Json(READS, |_, body| {
            if body.get("more").is_some() {
                body["more"] = false.into();
                remove(body, "next");
            }
        })],
    ),
    Defect::new(
        "no-more-on-manifest",
        &["T21-3.4-08"],
        "the manifest never has more",
        &[Json(&[Endpoint::Manifest], |_, body| drop(remove(body, "more")))],
    ),
    Defect::new(
        "no-more-on-versions",
        &["T21-3.4-08"],
        "versions never has more",
        &[Json(&[Endpoint::Versions], |_, body| drop(remove(body, "more")))],
    ),
    Defect::new(
        "more-false-after-two",
        &["T21-3.4-08"],
        "more is false from the second page on",
        &[Json(ENVELOPES, |call, body| {
            if asks(call, "next") && body["more"] == true {
                body["more"] = false.into();
                remove(body, "next");
            }
        })],
    ),
    Defect::new(
        "more-always-true",
        &["T21-3.4-09"],
        "more is true on the last page too",
        &[Rule(|rules| rules.more = |_, left, _| left > 0)],
    ),
    Defect::new(
        "more-on-full-page",
        &["T21-3.4-09"],
        "more is true where the last page is just full",
        &[Json(READS, |call, body| {
            let list = if body.get("versions").is_some() { "versions" } else { "objects" };
            let full = format!("limit={}", body[list].as_array().map_or(0, Vec::len));
            if call.request.query.split('&').any(|pair| pair == full) {
                body["more"] = true.into();
            }
        })],
    ),
    Defect::new(
        "more-on-full-page-after-next",
        &["T21-3.4-09"],
        "more is true on a last page that next led to, where it is just full",
        &[Json(ENVELOPES, |call, body| {
            let full = format!("limit={}", body["objects"].as_array().map_or(0, Vec::len));
            if asks(call, "next") && call.request.query.split('&').any(|pair| pair == full) {
                body["more"] = true.into();
            }
        })],
    ),
    Defect::new(
        "more-on-empty",
        &["T21-3.4-09"],
        "an empty answer says that there is more",
        &[Json(READS, |_, body| {
            if body.get("objects").is_none() && body.get("versions").is_none() {
                body["more"] = true.into();
            }
        })],
    ),
    Defect::new(
        "next-on-last-page",
        &["T21-3.7-04"],
        "the last page has next too; seen in OpenCTI",
        &[Json(ENVELOPES, |_, body| {
            if body.get("objects").is_some() && body.get("next").is_none() {
                body["next"] = "end".into();
            }
        })],
    ),
    Defect::new(
        "next-null-on-last-page",
        &["T21-2-06"],
        "next is null on the last page; seen in arango_taxii_server",
        &[Json(ENVELOPES, |_, body| {
            if body.get("next").is_none() {
                body["next"] = serde_json::Value::Null;
            }
        })],
    ),
    Defect::new(
        "next-repeats-first-page",
        &["T21-3.5-01"],
        "next leads to the first page again",
        &[Request(|request| drop_parameters(request, |name, _| name == "next"))],
    ),
    Defect::new(
        "next-skips-one",
        &["T21-3.5-01"],
        "next skips an object",
        &[Rule(|rules| {
            rules.position = |_, left, length| {
                let last = left.get(length).filter(|_| length + 1 < left.len());
                last.or_else(|| left.get(length.saturating_sub(1))).map_or(0, |record| record.number)
            };
        })],
    ),
    Defect::new(
        "next-repeats-one",
        &["T21-3.5-01"],
        "next repeats the last object of the page before; seen in attack-workbench-taxii-server",
        &[Rule(|rules| {
            rules.position = |_, left, length| {
                let place = length.saturating_sub(if length > 1 { 2 } else { 1 });
                left.get(place).map_or(0, |record| record.number)
            };
        })],
    ),
    Defect::new(
        "next-drops-filters",
        &["T21-3.5-01"],
        "the match parameters do not count where next is given",
        &[
            Rule(|rules| rules.bound = false),
            Request(|request| {
                if request.query.split('&').any(|pair| pair.starts_with("next=")) {
                    drop_parameters(request, |name, _| name.starts_with("match["));
                }
            }),
        ],
    ),
    Defect::new(
        "next-drops-added-after",
        &["T21-3.5-01"],
        "next begins behind the whole group of objects that were added with the last one",
        &[Rule(|rules| {
            rules.position = |_, left, length| {
                let date = length.checked_sub(1).and_then(|last| left.get(last)).map(|last| last.date_added);
                let group = left.iter().filter(|record| Some(record.date_added) == date);
                group.map(|record| record.number).max().unwrap_or(0)
            };
        })],
    ),
    Defect::new(
        "next-needs-limit",
        &["T21-3.5-01"],
        "next without limit leads to 500; seen in medallion",
        &[Response(|_, call, response| {
            if response.status == StatusCode::OK && asks(call, "next") && !asks(call, "limit") {
                *response = super::super::error::Problem::malformed("next", "is alone").response();
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "next-by-place",
        &["T21-3.5-03"],
        "next counts places, so that a deletion between pages hides an object",
        &[Rule(|rules| {
            rules.resumes = |place, _, _, position| place as u64 >= position;
            rules.position = |start, _, length| (start + length) as u64;
        })],
    ),
    Defect::new(
        "next-altered-500",
        &["T21-3.5-04"],
        "a next that was altered, or belongs elsewhere, leads to 500",
        &[Response(|_, call, response| {
            let next = value(&call.request.query, "next");
            let long = next.is_some_and(|next| next.len() >= 24);
            if response.status == StatusCode::BAD_REQUEST && long {
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "date-walk-starts-again",
        &["T21-3.5-02"],
        "manifest and versions ignore added_after where limit is given, so that the walk never ends",
        &[Request(|request| {
            let cut = request.path.ends_with("/manifest/") || request.path.ends_with("/versions/");
            if cut && request.query.split('&').any(|pair| pair.starts_with("limit=")) {
                drop_parameters(request, |name, _| name == "added_after");
            }
        })],
    ),
    Defect::new(
        "large-limit-400",
        &["T21-3.4-07", "T21-3.4-10"],
        "a limit above a thousand is refused instead of capped",
        &[Response(|_, call, response| {
            let limit = value(&call.request.query, "limit");
            if limit.and_then(|limit| limit.parse::<u64>().ok()).is_some_and(|limit| limit > 1000) {
                *response = super::super::error::Problem::malformed("limit", "is too large").response();
            }
        })],
    ),
    Defect::new(
        "more-false-at-own-cap",
        &["T21-3.4-08"],
        "more is false where the server's own cap ends the page, not limit; seen in OpenCTI",
        &[Json(READS, |call, body| {
            if body["more"] == true && !asks(call, "limit") {
                body["more"] = false.into();
                remove(body, "next");
            }
        })],
    ),
    Defect::new(
        "more-true-on-last-of-several",
        &["T21-3.4-09"],
        "more is true on the last page where there were others before",
        &[Json(ENVELOPES, |call, body| {
            if asks(call, "next") && body["more"] == false {
                body["more"] = true.into();
            }
        })],
    ),
    Defect::new(
        "limit-gives-newest",
        &["T21-3.4-03"],
        "limit without added_after gives the newest objects, not the oldest",
        &[Response(|state, call, response| {
            let limit = value(&call.request.query, "limit").and_then(|limit| limit.parse().ok());
            let (Some(limit), Some(Endpoint::Objects)) = (limit, call.endpoint()) else { return };
            if asks(call, "added_after") || asks(call, "next") || !response.status.is_success() {
                return;
            }
            let mut request = call.request.clone();
            drop_parameters(&mut request, |name, _| name == "limit");
            if let Some(all) = super::plain(state, request)
                && let Some(list) = all["objects"].as_array().filter(|list| list.len() > limit)
            {
                let newest = list[list.len() - limit..].to_vec();
                super::edit(response, |body| body["objects"] = newest.into());
            }
        })],
    ),
    Defect::new(
        "next-counts-what-is-left",
        &["T21-3.5-03"],
        "next counts what is left, so that what is added between pages hides as much",
        &[Rule(|rules| {
            rules.resumes = |place, length, _, position| (length - place) as u64 <= position;
            rules.position = |_, left, length| (left.len() - length) as u64;
        })],
    ),
    Defect::new(
        "manifest-next-drops-type",
        &["T21-3.5-01"],
        "the manifest has next, too, and there match[type] does not count",
        &[
            Rule(|rules| {
                rules.next_everywhere = true;
                rules.bound = false;
            }),
            Request(|request| {
                if request.path.ends_with("/manifest/") && request.query.contains("next=") {
                    drop_parameters(request, |name, _| name == "match[type]");
                }
            }),
        ],
    ),
    Defect::new(
        "next-ignored-on-object",
        &["T21-5.6-05"],
        "next leads to the first page again where one object is asked for",
        &[Request(|request| {
            if request.path.contains("/objects/") && !request.path.ends_with("/objects/") {
                drop_parameters(request, |name, _| name == "next");
            }
        })],
    ),
    Defect::new(
        "next-knows-its-object",
        &["T21-3.5-04"],
        "next of one object gives the next versions of that object, whichever is asked for",
        &[Response(|state, call, response| {
            let Some(route) = call.route.as_ref().filter(|route| route.endpoint == Endpoint::Object) else { return };
            if !asks(call, "next") || response.status != StatusCode::BAD_REQUEST {
                return;
            }
            let ids: BTreeSet<String> =
                state.store().records.values().flatten().map(|record| record.object.id.clone()).collect();
            let mut others = ids.iter().map(|id| {
                let mut request = call.request.clone();
                request.path = request.path.replace(&route.object, id);
                plain_response(state, request)
            });
            if let Some(found) = others.find(|found| found.status == StatusCode::OK) {
                *response = found;
            }
        })],
    ),
];
