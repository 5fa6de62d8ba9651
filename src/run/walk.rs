//! Reading on over pages, by `next` or by `added_after` (section 3.5).

use serde_json::Value;
use url::Url;

use super::session::Session;
use crate::case::{Actor, Walk};
use crate::check::body::{members, more};
use crate::check::paging::next_of;
use crate::record::Exchange;
use crate::taxii::{Endpoint, Outgoing, Timestamp};

/// Most pages that one walk reads.
pub const MAX_PAGES: usize = 500;

/// What a walk brought.
pub struct Walked {
    /// One exchange a page.
    pub exchanges: Vec<Exchange>,
    /// Why it stopped before the end, in words.
    pub stopped: Option<String>,
}

/// Reads from `first` to the last page.
///
/// With [`Walk::Auto`] it goes on by `next` where there is one and by `added_after` otherwise, and
/// where a page fails that was asked for without `limit`, it begins again with one: some servers
/// page only so, and most cases are about something else.
pub async fn walk(session: &Session, first: &Outgoing, actor: Actor, endpoint: Endpoint, mode: Walk) -> Walked {
    let walked = pages(session, first, actor, endpoint, mode).await;
    let size = walked.exchanges.first().and_then(|e| e.json()).map_or(0, |b| members(endpoint, Some("-"), b, 0).len());
    let limited = first.url.query_pairs().any(|(n, _)| n == "limit");
    let endless = walked.exchanges.len() >= MAX_PAGES;
    if !matches!(mode, Walk::Auto) || walked.stopped.is_none() || limited || size == 0 || endless {
        return walked;
    }
    let mut again = first.clone();
    again.url.query_pairs_mut().append_pair("limit", &size.to_string());
    let second = pages(session, &again, actor, endpoint, mode).await;
    if second.stopped.is_none() { second } else { walked }
}

async fn pages(session: &Session, first: &Outgoing, actor: Actor, endpoint: Endpoint, mode: Walk) -> Walked {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut outgoing = first.clone();
    let mut cursor: Option<Timestamp> = None;
    let mut empty = 0;
    let stopped = loop {
        let exchange = session.send(&outgoing, actor).await;
        let page = exchanges.len();
        let status = exchange.status();
        exchanges.push(exchange);
        let body = exchanges[page].json();
        let is_more = more(&exchanges[page]);
        let previous = page.checked_sub(1).and_then(|p| exchanges[p].json());
        let Some(body) = body.filter(|_| (200..300).contains(&status)) else {
            // the first answer is judged by the step itself
            break (page > 0).then(|| format!("page {} is answered {status}", page + 1));
        };
        if !is_more {
            break None;
        }
        let shown = |b: &Value| members(endpoint, Some("-"), b, 0).iter().map(|m| m.key()).collect::<Vec<_>>();
        let now = shown(body);
        empty = if now.is_empty() { empty + 1 } else { 0 };
        if empty == 3 {
            break Some("three pages without an object, and still more is true".into());
        }
        if !now.is_empty() && previous.is_some_and(|p| shown(p) == now) {
            break Some(format!("page {} is the same as the page before", page + 1));
        }
        if page + 1 == MAX_PAGES {
            break Some(format!("more is still true after {MAX_PAGES} pages"));
        }
        let next = if mode == Walk::AddedAfter { None } else { next_of(body) };
        match next {
            Some(next) => outgoing.url = with(&first.url, "next", &next),
            None if mode == Walk::Next => break Some("more is true and there is no next".into()),
            None => {
                let last = exchanges[page]
                    .response
                    .as_ref()
                    .and_then(|r| r.header("x-taxii-date-added-last"))
                    .and_then(Timestamp::parse);
                let last = last.or_else(|| {
                    members(endpoint, Some("-"), body, 0)
                        .last()
                        .and_then(|m| m.added.as_deref().and_then(Timestamp::parse))
                });
                match last {
                    None => {
                        break Some(
                            "more is true, and neither next nor X-TAXII-Date-Added-Last says how to go on".into(),
                        );
                    }
                    Some(last) if cursor.is_some_and(|c| last <= c) => {
                        break Some(format!("X-TAXII-Date-Added-Last stays at {last}"));
                    }
                    Some(last) => {
                        cursor = Some(last);
                        outgoing.url = with(&first.url, "added_after", &last.to_string());
                    }
                }
            }
        }
    };
    Walked { exchanges, stopped }
}

/// The URL with this parameter added or replaced; the others stay as they were spelled.
fn with(url: &Url, name: &str, value: &str) -> Url {
    let kept: Vec<&str> =
        url.query().unwrap_or("").split('&').filter(|p| !p.is_empty() && p.split('=').next() != Some(name)).collect();
    let added = crate::taxii::paths::query(&[(name.to_owned(), value.to_owned())]);
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
