//! Reading on over pages, by `next` or by `added_after` (section 3.5).

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::session::Session;
use super::slim;
use crate::case::{Actor, Walk};
use crate::check::body::{members, more};
use crate::check::paging::next_of;
use crate::check::selection::count;
use crate::record::Exchange;
use crate::taxii::{Endpoint, Outgoing, Timestamp};

/// Of more objects than this a trial reads the beginning alone: what it asks is judged on that. The survey reads all.
pub const LARGE: usize = 2_000;

const FIRST: &str = "x-taxii-date-added-first";
const LAST: &str = "x-taxii-date-added-last";

/// How much one walk reads at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Pages.
    pub pages: usize,
    /// Objects, records or versions; the page on which their number is reached is the last.
    pub objects: usize,
    /// Whether pages are kept whole, and not only what tells what they name.
    pub whole: bool,
}

impl Bounds {
    /// Everything, of a server that comes to an end at all.
    pub const ALL: Bounds = Bounds { pages: 500, objects: usize::MAX, whole: true };
    /// Everything, where it is read once for all trials.
    pub const SURVEY: Bounds = Bounds { pages: 1_500, objects: usize::MAX, whole: false };
    /// The beginning.
    pub const BEGINNING: Bounds = Bounds { pages: 50, objects: LARGE, whole: true };

    /// What one trial reads of a collection that holds so many versions of objects.
    pub fn of(held: usize) -> Bounds {
        if held > LARGE { Bounds::BEGINNING } else { Bounds::ALL }
    }
}

/// What a walk brought.
pub struct Walked {
    /// One exchange a page.
    pub exchanges: Vec<Exchange>,
    /// Why it stopped before the end, in words.
    pub stopped: Option<String>,
    /// Whether it stopped because the suite reads no more, and not because it could not.
    pub enough: bool,
}

/// Reads from `first` to the last page.
///
/// With [`Walk::Auto`] it goes on by `next` where there is one and by `added_after` otherwise, and
/// where a page fails that was asked for without `limit`, it begins again with one: some servers
/// page only so, and most cases are about something else.
pub async fn walk(
    session: &Session,
    first: &Outgoing,
    actor: Actor,
    endpoint: Endpoint,
    (mode, bounds): (Walk, Bounds),
) -> Walked {
    let walked = pages(session, actor, Walker::new(first, endpoint, mode).within(bounds)).await;
    let size = walked.exchanges.first().and_then(|e| e.json()).map_or(0, |b| members(endpoint, Some("-"), b, 0).len());
    let limited = first.url.query_pairs().any(|(n, _)| n == "limit");
    if !matches!(mode, Walk::Auto) || walked.stopped.is_none() || limited || size == 0 || walked.enough {
        return walked;
    }
    let mut again = first.clone();
    again.url.query_pairs_mut().append_pair("limit", &size.to_string());
    let second = pages(session, actor, Walker::new(&again, endpoint, mode).within(bounds)).await;
    if second.stopped.is_none() { second } else { walked }
}

/// What comes after the end of a walk, where the server says that there is nothing more: some say so wherever their own
/// limit ends a page. Which case tells of that is not the reader's matter.
pub async fn beyond(session: &Session, first: &Outgoing, walked: &[Exchange], endpoint: Endpoint) -> Vec<Exchange> {
    let shown = |exchanges: &[Exchange]| {
        let bodies = exchanges.iter().filter_map(|e| e.json());
        bodies.flat_map(|b| members(endpoint, Some("-"), b, 0)).map(|m| m.full_key()).collect::<HashSet<_>>()
    };
    let mut further: Vec<Exchange> = Vec::new();
    let mut known = shown(walked);
    while let Some(last) = further.last().or(walked.last()).and_then(|e| last_date(e, endpoint, e.json()?)) {
        let mut outgoing = first.clone();
        outgoing.url = with(&first.url, "added_after", &last.to_string());
        let walker = Walker::new(&outgoing, endpoint, Walk::Auto).within(Bounds::SURVEY);
        let pages = pages(session, Actor::Client, walker).await.exchanges;
        let found = shown(&pages);
        if found.is_subset(&known) || further.len() + pages.len() > Bounds::SURVEY.pages {
            break;
        }
        known.extend(found);
        further.extend(pages);
    }
    further
}

/// What shares its date with the last object of a page that is followed by way of `added_after`: going on from that
/// date loses the rest (section 3.5), and a trial must not take what was lost for something that is not held. Tells also
/// whether that is all: where more objects share a date than a page holds, the rest cannot be read at all.
pub async fn at_borders(
    session: &Session,
    first: &Outgoing,
    walked: &[Exchange],
    endpoint: Endpoint,
) -> (Vec<Exchange>, bool) {
    let border = |e: &Exchange| {
        let body = e.json().filter(|b| more(e) && next_of(b).is_none())?;
        last_date(e, endpoint, body)
    };
    let borders: Vec<Timestamp> = walked.iter().filter_map(border).collect();
    let (mut found, mut whole) = (Vec::new(), true);
    // of more than that a trial reads the beginning alone
    for at in borders.into_iter().take(Bounds::BEGINNING.pages) {
        let mut outgoing = first.clone();
        outgoing.url = with(&first.url, "added_after", &at.plus(-Timestamp::MICROSECOND).to_string());
        let exchange = session.send(&outgoing, Actor::Client).await;
        let on = |header: &str| exchange.response.as_ref().and_then(|r| r.header(header)).and_then(Timestamp::parse);
        whole &= !more(&exchange) || on(FIRST) != Some(at) || on(LAST) != Some(at);
        found.push(exchange);
    }
    (found, whole)
}

async fn pages(session: &Session, actor: Actor, mut walker: Walker) -> Walked {
    while let Some(outgoing) = walker.next.take() {
        walker.take(session.send(&outgoing, actor).await);
    }
    walker.walked
}

/// A walk step by step: whoever walks sends what is [`Walker::next`], and hands in what comes.
pub struct Walker {
    first: Outgoing,
    endpoint: Endpoint,
    mode: Walk,
    bounds: Bounds,
    shown: usize,
    cursor: Option<Timestamp>,
    empty: usize,
    /// What is to be sent next; nothing at the end.
    pub next: Option<Outgoing>,
    /// What came so far.
    pub walked: Walked,
}

impl Walker {
    /// A walk that begins with `first`.
    pub fn new(first: &Outgoing, endpoint: Endpoint, mode: Walk) -> Walker {
        let (next, bounds) = (Some(first.clone()), Bounds::ALL);
        let walked = Walked { exchanges: Vec::new(), stopped: None, enough: false };
        let first = first.clone();
        Walker { first, endpoint, mode, bounds, shown: 0, cursor: None, empty: 0, next, walked }
    }

    /// The same walk within other bounds.
    pub fn within(self, bounds: Bounds) -> Walker {
        Walker { bounds, ..self }
    }

    /// Takes in a page, and says in [`Walker::next`] how to go on.
    pub fn take(&mut self, exchange: Exchange) {
        self.walked.exchanges.push(exchange);
        match self.after() {
            Ok(next) => self.next = next,
            Err(why) => (self.next, self.walked.stopped) = (None, Some(why)),
        }
        if !self.bounds.whole
            && let Some(exchange) = self.walked.exchanges.last_mut()
        {
            slim::slim(exchange);
        }
    }

    /// The request for the next page, none at the end; `Err` says why it cannot go on.
    fn after(&mut self) -> Result<Option<Outgoing>, String> {
        let page = self.walked.exchanges.len() - 1;
        let exchange = &self.walked.exchanges[page];
        let status = exchange.status();
        let Some(body) = exchange.json().filter(|_| (200..300).contains(&status)) else {
            // what nothing is left of by date may be answered as what is not there
            if status == 404 && self.cursor.is_some() {
                return Ok(None);
            }
            // the first answer is judged by the step itself
            let answered = if status == 0 { "gets no answer".to_owned() } else { format!("is answered {status}") };
            return if page > 0 { Err(format!("page {} {answered}", page + 1)) } else { Ok(None) };
        };
        if !more(exchange) {
            return Ok(None);
        }
        let previous = page.checked_sub(1).and_then(|p| self.walked.exchanges[p].json());
        let shown =
            |b: &Value| members(self.endpoint, Some("-"), b, 0).iter().map(|m| m.full_key()).collect::<Vec<_>>();
        let now = shown(body);
        self.shown += now.len();
        self.empty = if now.is_empty() { self.empty + 1 } else { 0 };
        if self.empty == 3 {
            return Err("three pages without an object, and still more is true".into());
        }
        if !now.is_empty() && previous.is_some_and(|p| shown(p) == now) {
            return Err(format!("page {} is the same as the page before", page + 1));
        }
        if page + 1 >= self.bounds.pages || self.shown >= self.bounds.objects {
            self.walked.enough = true;
            let held = (self.bounds.objects == LARGE).then(|| format!(" where more than {LARGE} objects are held"));
            let held = held.unwrap_or_default();
            return Err(format!("more is still true after {}, and no more is read{held}", count(page + 1, "page")));
        }
        let next = if self.mode == Walk::AddedAfter { None } else { next_of(body) };
        let url = match next {
            Some(next) => with(&self.first.url, "next", &next),
            None if self.mode == Walk::Next => return Err("more is true and there is no next".into()),
            None => {
                let last = last_date(exchange, self.endpoint, body)
                    .ok_or("more is true, and neither next nor X-TAXII-Date-Added-Last says how to go on")?;
                if self.cursor.is_some_and(|c| last <= c) {
                    return Err(format!("X-TAXII-Date-Added-Last stays at {last}"));
                }
                self.cursor = Some(last);
                with(&self.first.url, "added_after", &last.to_string())
            }
        };
        Ok(Some(Outgoing { url, ..self.first.clone() }))
    }
}

/// The date to go on from: of the header, or else of the last record.
fn last_date(exchange: &Exchange, endpoint: Endpoint, body: &Value) -> Option<Timestamp> {
    let header = exchange.response.as_ref().and_then(|r| r.header(LAST));
    let record = || members(endpoint, Some("-"), body, 0).last()?.added.as_deref().and_then(Timestamp::parse);
    header.and_then(Timestamp::parse).or_else(record)
}

/// The URL with this parameter added or replaced; the others stay as they were spelled.
fn with(url: &Url, name: &str, value: &str) -> Url {
    let kept: Vec<&str> =
        url.query().unwrap_or("").split('&').filter(|p| !p.is_empty() && p.split('=').next() != Some(name)).collect();
    let added = crate::taxii::paths::query(&[(name.to_owned(), value.to_owned())], false);
    let query = kept.into_iter().chain(std::iter::once(added.as_str())).collect::<Vec<_>>().join("&");
    let mut url = url.clone();
    url.set_query(Some(&query));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_replaced_and_others_stay_as_spelled() {
        let url = Url::parse("https://e.org/o/?match[type]=a,b&added_after=x").expect("url");
        assert_eq!(
            with(&url, "added_after", "2024-01-01T00:00:00Z").query(),
            Some("match[type]=a,b&added_after=2024-01-01T00%3A00%3A00Z")
        );
        assert_eq!(with(&url, "next", "a b|=").query(), Some("match[type]=a,b&added_after=x&next=a%20b%7C%3D"));
    }
}
