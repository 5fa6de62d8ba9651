//! limit, more and next (sections 3.4, 3.5 and 3.7).

use std::sync::PoisonError;

use http::StatusCode;

use super::super::effect::Effect::{Json, Response, Rule};
use super::super::effect::{ENVELOPES, READS, remove, value};
use super::super::page::{self, Cursors};
use super::super::route::Endpoint;
use super::Variant;

/// Three digits for each octet.
fn digits(token: &str) -> String {
    token.bytes().map(|octet| format!("{octet:03}")).collect()
}

fn from_digits(text: &str) -> Option<String> {
    let groups = text.as_bytes().chunks(3).map(|group| std::str::from_utf8(group).ok()?.parse::<u8>().ok());
    String::from_utf8(groups.collect::<Option<Vec<u8>>>()?).ok()
}

/// What goes before a token that is hard to put into a URL: the characters that mean something there.
const AWKWARD: &str = "a b+c%20&d=e#f?g/h\\\"'<>|;,:@[]{}~\t";
/// What goes before a token that is not ASCII.
const UNICODE: &str = "n\u{e4}chste Seite \u{8a66}\u{1f426}\u{202e}\u{301}";

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "no-next",
        "next",
        "section 3.5: next is optional",
        "there is no next; where it can be, a page is not cut between objects of one date",
        &[
            Rule(|rules| rules.length = |_, left, limit, cap| page::length(Endpoint::Manifest, left, limit, cap)),
            Json(ENVELOPES, |_, body| drop(remove(body, "next"))),
        ],
    ),
    Variant::new(
        "next-very-long",
        "next",
        "section 3.7; policy row 24",
        "next has more than 3000 characters",
        &[Rule(|rules| {
            rules.dress = |token| format!("{}{token}", "x".repeat(3000));
            rules.undress = |text| text.strip_prefix("x".repeat(3000).as_str()).map(str::to_owned);
        })],
    ),
    Variant::new(
        "next-of-digits",
        "next",
        "section 3.7: an integer in a string",
        "next is a string of digits, longer than any integer",
        &[Rule(|rules| {
            rules.dress = |token| digits(&token);
            rules.undress = from_digits;
        })],
    ),
    Variant::new(
        "next-of-unicode",
        "next",
        "section 3.7; policy row 24",
        "next has characters of many scripts",
        &[Rule(|rules| {
            rules.dress = |token| format!("{UNICODE}{token}");
            rules.undress = |text| text.strip_prefix(UNICODE).map(str::to_owned);
        })],
    ),
    Variant::new(
        "next-to-be-encoded",
        "next",
        "section 3.7; policy row 24",
        "next has every character that means something in a URL",
        &[Rule(|rules| {
            rules.dress = |token| format!("{AWKWARD}{token}");
            rules.undress = |text| text.strip_prefix(AWKWARD).map(str::to_owned);
        })],
    ),
    Variant::new(
        "next-remembered",
        "next",
        "section 3.7: a cursor or scroll id",
        "next names a position that the server remembers, and is new at each request",
        &[Rule(|rules| rules.cursors = Cursors::New)],
    ),
    Variant::new(
        "next-constant",
        "next",
        "section 3.7; policy row 24",
        "next stays the same from page to page, and each use brings the page after",
        &[Rule(|rules| rules.cursors = Cursors::Constant)],
    ),
    Variant::new(
        "next-once",
        "next",
        "section 3.7: a cursor or scroll id",
        "next can be used once",
        &[
            Rule(|rules| rules.cursors = Cursors::New),
            Response(|state, call, response| {
                let next = value(&call.request.query, "next");
                if let Some(next) = next.filter(|_| response.status == StatusCode::OK) {
                    state.cursors.lock().unwrap_or_else(PoisonError::into_inner).remove(next);
                }
            }),
        ],
    ),
    Variant::new(
        "next-of-one-limit",
        "limit beside next",
        "section 3.5: next goes with the original query",
        "next with another limit than that of the page before is answered 400",
        &[Rule(|rules| rules.bound_to_limit = true)],
    ),
    Variant::new(
        "next-everywhere",
        "next of manifest and versions",
        "sections 5.3 and 5.8 list the parameter; policy row 2",
        "the manifest and versions have next too",
        &[Rule(|rules| rules.next_everywhere = true)],
    ),
    Variant::new(
        "pages-of-1",
        "size of pages",
        "section 3.4",
        "a page holds one object",
        &[Rule(|rules| rules.page_size = Some(1))],
    ),
    Variant::new(
        "pages-of-2",
        "size of pages",
        "section 3.4",
        "a page holds two objects",
        &[Rule(|rules| rules.page_size = Some(2))],
    ),
    Variant::new(
        "pages-of-7",
        "size of pages",
        "section 3.4",
        "a page holds seven objects",
        &[Rule(|rules| rules.page_size = Some(7))],
    ),
    Variant::new(
        "pages-half-full",
        "size of pages",
        "section 3.4: a server may give fewer than it was asked for",
        "a page holds half as many objects as limit asks for, rounded up",
        &[Rule(|rules| {
            rules.length = |at, left, limit, cap| page::length(at, left, limit.map(|limit| limit.div_ceil(2)), cap);
        })],
    ),
    Variant::new(
        "pages-of-uneven-size",
        "size of pages",
        "section 3.4: a server may give fewer than it was asked for",
        "where an odd number of objects is left, a page holds one",
        &[Rule(|rules| {
            rules.length = |at, left, limit, cap| match left.len() % 2 {
                0 => page::length(at, left, limit, cap),
                _ => 1,
            };
        })],
    ),
    Variant::new(
        "more-absent",
        "more on the last page",
        "section 3.7: absent means false",
        "where more would be false it is left out",
        &[Json(READS, |_, body| {
            if body["more"] == false {
                remove(body, "more");
            }
        })],
    ),
    Variant::new(
        "more-on-nothing",
        "more of an empty answer",
        "section 3.7",
        "an empty envelope says that there is no more",
        &[Json(ENVELOPES, |_, body| {
            if body.get("objects").is_none() {
                body["more"] = false.into();
            }
        })],
    ),
];
