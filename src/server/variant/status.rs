//! Statuses (section 4.3).

use std::time::Duration;

use serde_json::Value;

use super::super::effect::Effect::{Json, Rule};
use super::super::effect::{STATUSES, each, remove};
use super::super::status::Pace;
use super::Variant;

const LISTS: [&str; 3] = ["successes", "failures", "pendings"];

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "later",
        "processing",
        "section 5.5",
        "objects are added some time after the request is accepted",
        &[Rule(|rules| rules.delay = Some(Duration::from_millis(30)))],
    ),
    Variant::new(
        "not-begun",
        "processing",
        "section 4.3.1: total_count is 0 until processing begins",
        "objects are added later, and until then all counts are zero",
        &[Rule(|rules| {
            rules.delay = Some(Duration::from_millis(30));
            rules.pace = Pace::Late;
        })],
    ),
    Variant::new(
        "one-by-one",
        "processing",
        "section 4.3.1",
        "objects are added one after the other, so that a status grows from poll to poll",
        &[Rule(|rules| {
            rules.delay = Some(Duration::from_millis(15));
            rules.pace = Pace::OneByOne;
        })],
    ),
    Variant::new(
        "counts-alone",
        "lists of a status",
        "section 4.3.1; policy row 19",
        "a status has no lists of objects",
        &[Json(STATUSES, |_, body| {
            for list in LISTS {
                remove(body, list);
            }
        })],
    ),
    Variant::new(
        "messages-for-all",
        "messages of a status",
        "section 4.3.1",
        "every object of a status has a message",
        &[Json(STATUSES, |_, body| {
            for list in LISTS {
                each(body, list, |item| {
                    if item.get("message").is_none() {
                        item["message"] = "nothing to say".into();
                    }
                });
            }
        })],
    ),
    Variant::new(
        "failures-unexplained",
        "messages of a status",
        "section 4.3.1: message is optional; T21-5.5-06 wants one, a warning",
        "failures have no message",
        &[Json(STATUSES, |_, body| each(body, "failures", |item| drop(remove(item, "message"))))],
    ),
    Variant::new(
        "status-forgotten",
        "life of a status",
        "section 4.3: 24 hours are a SHOULD, a warning",
        "a status is forgotten when it has been shown complete",
        &[Rule(|rules| rules.forgets = true)],
    ),
    Variant::new(
        "status-without-time",
        "request_timestamp",
        "section 4.3.1: optional",
        "a status does not tell when the request came",
        &[Json(STATUSES, |_, body: &mut Value| drop(remove(body, "request_timestamp")))],
    ),
];
