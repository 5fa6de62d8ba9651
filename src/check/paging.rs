//! Words `order`, `limit`, `more`, `pages`, `dates`: sections 3.2 to 3.5.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::body::{Known, Member, key_in, members_of, more};
use super::selection::{Beginning, Borders, count, is_own, selections};
use super::{Context, Outcome, some};
use crate::case::expect::{MoreWord, OrderWord, PagesWord};
use crate::oracle::{Holding, Query, Selection};
use crate::record::Reading;
use crate::taxii::{Endpoint, Timestamp};

/// Judges whichever of the words are there.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let expect = context.expect;
    let endpoint = context.record.endpoint.unwrap_or(Endpoint::Objects);
    let members = members_of(endpoint, context.record.object.as_deref(), context.exchanges());
    if let Some(word) = expect.order {
        outcome.merge(order(context, endpoint, &members, word));
    }
    if expect.limit.is_some() {
        outcome.merge(limit(context, &members));
    }
    if let Some(word) = expect.more {
        outcome.merge(more_word(context, endpoint, &members, word));
    }
    if let Some(word) = expect.pages {
        outcome.merge(pages(context, endpoint, &members, word));
    }
    if expect.dates.is_some() {
        outcome.merge(dates(context, &members));
    }
    outcome
}

fn order(context: &Context<'_>, endpoint: Endpoint, members: &[Member<'_>], word: OrderWord) -> Outcome {
    let mut outcome = Outcome::default();
    let known = Known::of(&context.transcript.bound.holdings);
    // what comes again on a later page is a fault of paging
    let mut first = BTreeSet::new();
    let members: Vec<&Member<'_>> = members.iter().filter(|m| first.insert(m.key())).collect();
    let dated: Vec<(&Member<'_>, Timestamp)> = members.iter().filter_map(|m| Some((*m, known.added(m)?))).collect();
    if word == OrderWord::DateAdded {
        if let Some(pair) = dated.windows(2).find(|p| p[0].1 > p[1].1) {
            let mut finding = context.finding(pair[1].0.page, "objects are not in ascending order of date added");
            finding.expected = Some(format!("{} before {}", pair[1].0.key(), pair[0].0.key()));
            finding.actual = Some(format!(
                "{} (added {}) comes after {} (added {})",
                pair[1].0.key(),
                pair[1].1,
                pair[0].0.key(),
                pair[0].1
            ));
            finding.pointer = Some(pair[1].0.pointer.clone());
            outcome.findings.push(finding);
        }
        let dates: BTreeSet<Timestamp> = dated.iter().map(|(_, t)| *t).collect();
        if dates.len() < 2 {
            outcome.block("fewer than 2 different dates of addition to put in order");
        } else {
            outcome.saw(format!("{} in order, with {} different dates", count(dated.len(), "object"), dates.len()));
        }
        return outcome;
    }
    let selections = selections(context);
    let shown: BTreeSet<String> = members.iter().map(|m| m.key()).collect();
    let last = dated.iter().map(|(_, t)| *t).max();
    let passed_over = |s: &crate::oracle::Selection<'_>| -> Vec<String> {
        s.items
            .iter()
            .filter(|h| h.shown_by(endpoint) && h.added.is_some_and(|a| Some(a) < last))
            .filter(|h| !shown.contains(&key_in(endpoint, h)))
            .map(|h| key_in(endpoint, h))
            .collect()
    };
    match selections.iter().map(passed_over).min_by_key(Vec::len) {
        Some(older) if !older.is_empty() => {
            let mut finding = context.finding(0, "the oldest objects do not come first");
            finding.expected = Some(some(&older));
            finding.actual = Some(some(&shown.into_iter().collect::<Vec<_>>()));
            outcome.findings.push(finding);
        }
        Some(_) if !dated.is_empty() => outcome.saw(format!("the oldest {} first", count(dated.len(), "object"))),
        _ => outcome.block("nothing to judge, or no date of addition is known"),
    }
    outcome
}

fn limit(context: &Context<'_>, members: &[Member<'_>]) -> Outcome {
    let mut outcome = Outcome::default();
    for (page, exchange) in context.exchanges().iter().enumerate() {
        let Some(limit) = Query::of_url(&exchange.request.url).limit else { continue };
        let shown = members.iter().filter(|m| m.page == page).count();
        if shown as u64 > limit {
            let mut finding =
                context.finding(page, format!("{} come where at most {limit} were asked for", count(shown, "object")));
            finding.expected = Some(format!("at most {limit}"));
            finding.actual = Some(shown.to_string());
            outcome.findings.push(finding);
        } else if shown > 0 {
            outcome.saw(format!("{} under limit {limit}", count(shown, "object")));
        }
    }
    if outcome.findings.is_empty() && outcome.seen.is_empty() {
        outcome.block("no page held an object");
    }
    outcome
}

/// `more` of the last exchange of the step, against what the selection leaves.
fn more_word(context: &Context<'_>, endpoint: Endpoint, members: &[Member<'_>], word: MoreWord) -> Outcome {
    let mut outcome = Outcome::default();
    let exchanges = context.exchanges();
    let Some((last, exchange)) = exchanges.len().checked_sub(1).and_then(|i| Some((i, exchanges.get(i)?))) else {
        return outcome;
    };
    if word == MoreWord::NextOnlyWithMore {
        for (i, exchange) in exchanges.iter().enumerate() {
            let next = exchange.json().and_then(|b| b.get("next").cloned());
            match next {
                Some(next) if !more(exchange) => {
                    let mut finding = context.finding(i, "next is there although more is not true");
                    finding.actual = Some(super::brief(&next));
                    finding.pointer = Some("/next".into());
                    outcome.findings.push(finding);
                }
                _ => outcome.saw("next only where more is true"),
            }
        }
        return outcome;
    }
    let on_page = || members.iter().filter(|m| context.record.walked || m.page == last);
    // what others have added since the survey leaves a rest that is not known
    let known: HashSet<&str> = context.transcript.bound.holdings.items.iter().map(|h| h.id.as_str()).collect();
    let foreign = on_page().filter(|m| !known.contains(m.id.as_str()) && !is_own(context, &m.id)).count();
    let shown = on_page().count() - foreign;
    let selections = selections(context);
    let shown_of = |s: &Selection<'_>| s.items.iter().filter(|h| h.shown_by(endpoint)).count();
    let most_of = |s: &Selection<'_>| s.items.iter().filter(|h| h.may_be_in(endpoint)).count();
    let least = selections.iter().map(shown_of).min().unwrap_or(0);
    let most = selections.iter().map(most_of).max().unwrap_or(0);
    // a page that comes again shows nothing further
    let distinct = members.iter().map(|m| m.key()).collect::<std::collections::HashSet<_>>().len();
    let over = word == MoreWord::False && shown.min(distinct) >= most;
    if over && last > 0 && members.iter().all(|m| m.page != last) && more(&exchanges[last - 1]) {
        let mut finding = context.finding(last - 1, "more is true, and the page that follows is empty");
        finding.expected = Some("false, or none".into());
        finding.pointer = Some("/more".into());
        outcome.findings.push(finding);
        return outcome;
    }
    if let Some(why) = context.record.stopped.as_ref().filter(|_| !over) {
        outcome.block(format!("not all pages could be read: {why}"));
        return outcome;
    }
    let word = match word {
        MoreWord::Right if shown < least => MoreWord::True,
        MoreWord::Right if shown >= most => MoreWord::False,
        word => word,
    };
    let says = exchange.json().and_then(|b| b.get("more").cloned());
    let mut finding = match context.expect.more {
        Some(MoreWord::Right) if shown >= most => context.finding_on("T21-3.4-09", last, ""),
        Some(MoreWord::Right) => context.finding_on("T21-3.4-08", last, ""),
        _ => context.finding(last, ""),
    };
    finding.pointer = Some("/more".into());
    finding.actual = Some(says.map_or("no more".to_owned(), |m| format!("more: {m}")));
    match word {
        MoreWord::Right => outcome.block("readings of the standard differ in what is left"),
        MoreWord::True if shown >= least => outcome.block(format!("nothing is left after {}", count(shown, "object"))),
        MoreWord::True if !more(exchange) => {
            finding.message =
                format!("more is not true although {} of at least {least} were shown", count(shown, "object"));
            finding.expected = Some("more: true".into());
            outcome.findings.push(finding);
        }
        MoreWord::False if shown < most => {
            outcome.block(format!("the server shows {shown} of {most} objects a page, so something is left"))
        }
        MoreWord::False if more(exchange) && foreign > 0 => {
            outcome.block("others have added objects meanwhile, so that something may be left");
        }
        MoreWord::False if more(exchange) => {
            finding.message = format!("more is true although all {} were shown", count(shown, "object"));
            finding.expected = Some("more: false, or none".into());
            outcome.findings.push(finding);
        }
        _ => {
            // where all came, nothing shows what the server says of a rest, and the other way round
            match context.expect.more {
                Some(MoreWord::Right) if shown >= most => outcome.tests("T21-3.4-09", "T21-3.4-08"),
                Some(MoreWord::Right) => outcome.tests("T21-3.4-08", "T21-3.4-09"),
                _ => {}
            }
            outcome.saw(format!("{} shown of {most}", count(shown, "object")));
        }
    }
    outcome
}

fn pages(context: &Context<'_>, endpoint: Endpoint, members: &[Member<'_>], word: PagesWord) -> Outcome {
    let mut outcome = Outcome::default();
    let exchanges = context.exchanges();
    let pages = exchanges.len();
    let mut seen: BTreeMap<String, &Member<'_>> = BTreeMap::new();
    let repeated = members.iter().find(|m| {
        // the STIX 2.0 and 2.1 forms of one version are two
        let key = format!("{} {}", m.full_key(), m.spec.as_deref().or(m.media).unwrap_or("-"));
        seen.insert(key, m).is_some_and(|before| before.page != m.page || endpoint != Endpoint::Versions)
    });
    if let Some(member) = repeated {
        let mut finding = context.finding(member.page, "an object comes twice on the pages of one walk");
        finding.actual = Some(member.key());
        finding.pointer = Some(member.pointer.clone());
        outcome.findings.push(finding);
    }
    let selections = selections(context);
    let beginning = Beginning::of(context, members);
    // the suite's own bound is no fault of the server, but where everything has come already
    let most = selections.iter().map(|s| s.items.len()).max().unwrap_or(0);
    let expected = context.record.enough && members.len() < most;
    if let Some(why) = context.record.stopped.as_ref().filter(|_| !expected) {
        let mut finding = context.finding(pages.saturating_sub(1), format!("the pages do not come to an end: {why}"));
        finding.expected = Some("pages until more is false or absent".into());
        outcome.findings.push(finding);
    }
    if !outcome.findings.is_empty() || word == PagesWord::NoRepeats {
        if outcome.findings.is_empty() && !members.is_empty() {
            outcome.saw(format!("{} on {}, none twice", count(members.len(), "object"), count(pages, "page")));
        }
        return outcome;
    }
    let known = Known::of(&context.transcript.bound.holdings);
    let shown: BTreeSet<String> = members.iter().map(|m| known.key(m)).collect();
    let borders = Borders::of(context, exchanges, members);
    // when something was added is not always known, and then not whether that is later
    let by_date = exchanges.first().is_some_and(|e| Query::of_url(&e.request.url).added_after.is_some());
    let lost = |s: &Selection<'_>| -> (Vec<String>, usize) {
        let (due, _) = beginning.part(
            s.items.iter().copied().filter(|h| h.shown_by(endpoint) && (h.added.is_some() || !by_date)).collect(),
        );
        let gone: Vec<&Holding> = due.into_iter().filter(|h| !shown.contains(&key_in(endpoint, h))).collect();
        let tie = |h: &&Holding| borders.may_lose(h);
        let ties = gone.iter().filter(|h| tie(h)).count();
        (gone.iter().filter(|h| !tie(h)).map(|h| key_in(endpoint, h)).collect(), ties)
    };
    let ids: HashSet<&str> = members.iter().map(|m| m.id.as_str()).collect();
    let of_members = || selections.iter().flat_map(|s| &s.items).filter(|h| ids.contains(h.id.as_str()));
    let selected: HashSet<String> = of_members().map(|h| key_in(endpoint, h)).collect();
    let selected_ids: HashSet<&str> = of_members().map(|h| h.id.as_str()).collect();
    // of first and last a later date selects others, as one of the readings of section 3.4 has it
    let other_version = |m: &&Member<'_>| borders.any() && selected_ids.contains(m.id.as_str());
    let is_known = |m: &&Member<'_>| (known.has(&m.id) || is_own(context, &m.id)) && !other_version(m);
    if let Some(alien) = members.iter().filter(is_known).find(|m| !selected.contains(&known.key(m))) {
        let mut finding = context.finding(alien.page, "a page holds an object that the query does not select");
        finding.actual = Some(alien.key());
        finding.pointer = Some(alien.pointer.clone());
        outcome.findings.push(finding);
    }
    match selections.iter().map(lost).min_by_key(|(gone, _)| gone.len()) {
        Some((gone, _)) if !gone.is_empty() => {
            let mut finding = context.finding(
                pages.saturating_sub(1),
                format!("the pages lack {} that the query selects", count(gone.len(), "object")),
            );
            finding.expected = Some(some(&gone));
            finding.actual = Some(format!("{} on {}", count(members.len(), "object"), count(pages, "page")));
            outcome.findings.push(finding);
        }
        Some((_, ties)) if ties > 0 => outcome.readings.push(Reading {
            question: "continuing by added_after where objects share a date added".into(),
            answer: format!("{} at page borders inside such a group are not shown", count(ties, "object")),
        }),
        _ => {}
    }
    if beginning.is_void() {
        outcome.block(beginning.why());
    }
    if pages < 2 && !matches!(word, PagesWord::Whole | PagesWord::WholeButTies) {
        outcome.block("everything came on one page");
    } else {
        let rest = if expected { format!(" of {most}; no more was read") } else { String::new() };
        outcome.saw(format!("{} on {}{rest}", count(members.len(), "object"), count(pages, "page")));
    }
    outcome
}

/// The date headers against the dates of the first and last object of each page (section 3.2).
fn dates(context: &Context<'_>, members: &[Member<'_>]) -> Outcome {
    let mut outcome = Outcome::default();
    let known = Known::of(&context.transcript.bound.holdings);
    for (page, exchange) in context.exchanges().iter().enumerate() {
        let on_page: Vec<&Member<'_>> = members.iter().filter(|m| m.page == page).collect();
        let Some(response) = &exchange.response else { continue };
        for (name, member) in
            [("X-TAXII-Date-Added-First", on_page.first()), ("X-TAXII-Date-Added-Last", on_page.last())]
        {
            let header = response.header(name).and_then(Timestamp::parse);
            let (Some(header), Some(date)) = (header, member.and_then(|m| known.added(m))) else { continue };
            // neither 3.3 nor 5.8 orders versions: the earliest and latest date will do there as well
            let ends: BTreeSet<Timestamp> = on_page.iter().filter_map(|m| known.added(m)).collect();
            let end = if name.ends_with("First") { ends.first() } else { ends.last() };
            let unordered = context.record.endpoint == Some(Endpoint::Versions) && end == Some(&header);
            if header == date || unordered {
                outcome.saw(format!("{name} is {date}"));
            } else {
                let mut finding = context.finding(page, format!("{name} is not the date added of that object"));
                finding.expected = Some(date.to_string());
                finding.actual = response.header(name).map(str::to_owned);
                finding.pointer = Some(name.into());
                outcome.findings.push(finding);
            }
        }
    }
    if outcome.findings.is_empty() && outcome.seen.is_empty() {
        outcome.block("no date header and date of addition to compare");
    }
    outcome
}

/// Value of `next`, if it can be sent back: a string that is not empty, or leniently a number.
pub fn next_of(body: &Value) -> Option<String> {
    match body.get("next")? {
        Value::String(s) if !s.is_empty() => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}
