//! What a trial builds on, as its steps show.

use super::plan::Task;
use crate::case::expect::{OrderWord, SelectionWord};
use crate::case::{Actor, By, Expect, Walk, template, texts};
use crate::taxii::Endpoint;

/// One step, as far as it matters what it builds on.
#[derive(Debug, Default)]
pub struct Step {
    endpoint: Option<Endpoint>,
    query: Vec<(String, String)>,
    walks: bool,
    /// Whether objects are posted.
    adds: bool,
    /// Whether objects that the trial posted are looked for.
    pub named: bool,
    /// Whether it is about another client or another collection.
    pub elsewhere: bool,
    /// Whether the collection is asked by its alias.
    pub by_alias: bool,
    /// Whether an object is deleted.
    pub deletes: bool,
    /// Whether the number of objects is limited.
    pub limit: bool,
    /// Whether a page is asked for by `next`.
    pub next: bool,
    /// Whether pages go on by `added_after`.
    pub by_date: bool,
    /// Whether the answer is compared with what the collection holds.
    pub holdings: bool,
    /// Whether dates of addition matter, which the manifest alone tells.
    pub dates: bool,
    /// Whether a version is used that the server made, which the manifest tells.
    pub made_version: bool,
    /// Whether the latest version has to come by itself.
    pub default_version: bool,
    /// Whether the latest specification version has to come by itself.
    pub default_spec: bool,
    /// Whether a match field has several values.
    pub list: bool,
}

impl Step {
    /// Whether it reads from this endpoint.
    pub fn reads(&self, endpoint: Endpoint) -> bool {
        self.endpoint == Some(endpoint) && !self.deletes && !self.adds
    }

    /// Whether what this endpoint shows is compared with what the collection holds.
    pub fn selects(&self, endpoint: Endpoint) -> bool {
        self.holdings && self.reads(endpoint)
    }

    /// Whether it reads all pages of this endpoint.
    pub fn walks(&self, endpoint: Endpoint) -> bool {
        self.walks && self.reads(endpoint)
    }

    /// Whether it sends a parameter whose name begins so to this endpoint.
    pub fn asks(&self, endpoint: Endpoint, name: &str) -> bool {
        self.endpoint == Some(endpoint) && self.asks_anywhere(name)
    }

    /// Whether it sends a parameter whose name begins so.
    pub fn asks_anywhere(&self, name: &str) -> bool {
        self.query.iter().any(|(n, _)| n.starts_with(name))
    }

    /// How many match fields it sends.
    pub fn matches(&self) -> usize {
        self.query.iter().filter(|(n, _)| n.starts_with("match[")).count()
    }

    /// Whether `match[version]` has this value among others; "" stands for a timestamp, "," for several.
    pub fn version(&self, word: &str) -> bool {
        let words = ["all", "first", "last"];
        self.query.iter().filter(|(n, _)| n == "match[version]").any(|(_, value)| match word {
            "" => value.split(',').any(|v| !words.contains(&v)),
            "," => value.contains(','),
            word => value.split(',').any(|v| v == word),
        })
    }
}

/// The steps of a trial.
pub fn steps(task: &Task<'_>) -> Vec<Step> {
    task.case.steps.iter().map(|step| look(task, step)).collect()
}

fn look(task: &Task<'_>, step: &crate::case::Step) -> Step {
    let fill = |text: &str| template::fill(text, &task.profile.values).unwrap_or_else(|_| text.to_owned());
    let (method, target) = step.method().map_or(("", String::new()), |(m, t)| (m, fill(t.get_ref())));
    let mut query: Vec<(String, String)> = step.query.iter().map(|(n, v)| (n.clone(), fill(v.get_ref()))).collect();
    let raw = step.query_string.as_ref().map(|q| fill(q.get_ref())).unwrap_or_default();
    query.extend(url::form_urlencoded::parse(raw.as_bytes()).into_owned());
    let adds = step.add.is_some() || method == "POST";
    let has = |name: &str| query.iter().any(|(n, _)| n == name);
    let any = |test: &dyn Fn(&Expect) -> bool| [&step.given, &step.expect].into_iter().flatten().any(test);
    let selects = any(&|e| e.selection.is_some_and(|w| w != SelectionWord::Nothing) || e.pages.is_some());
    let named = any(&|e| !e.has.is_empty() || !e.lacks.is_empty() || !e.unchanged.is_empty());
    let same = any(&|e| e.same.is_some());
    let more = any(&|e| e.more.is_some());
    let ordered = any(&|e| e.order.is_some() || e.dates.is_some());
    let (limit, next) = (has("limit"), has("next"));
    let in_order = any(&|e| e.order == Some(OrderWord::DateAdded));
    let auto = (selects || named || same || in_order) && !limit && !next;
    let endpoint = if adds { None } else { Endpoint::named(&target) };
    let counts = selects && !any(&|e| e.selection == Some(SelectionWord::Ids));
    Step {
        endpoint,
        // a few objects that are named fit on any page
        walks: match step.walk {
            Walk::No => false,
            Walk::Auto => auto && !has("match[id]"),
            _ => true,
        },
        adds,
        named,
        elsewhere: step.place.of(&task.row).is_some() || step.actor.of(&task.row).unwrap_or_default() != Actor::Client,
        by_alias: step.by.of(&task.row) == Some(By::Alias),
        deletes: method == "DELETE",
        limit,
        next,
        by_date: step.walk == Walk::AddedAfter,
        holdings: selects || more || ordered,
        dates: ordered || step.walk == Walk::AddedAfter || selects && has("added_after"),
        made_version: texts(step).iter().any(|text| text.get_ref().contains("{sco.version}")),
        default_version: !has("match[version]") && (counts || more || named),
        default_spec: !has("match[spec_version]") && counts,
        list: query.iter().any(|(n, v)| n.starts_with("match[") && v.contains(',')),
        query,
    }
}
