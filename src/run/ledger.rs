//! What the suite added to a server, so that all of it can be removed again.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::session::{CLEAN_UP, Session};
use crate::case::Actor;
use crate::record::{CleanUp, Exchange};
use crate::taxii::{Outgoing, paths};

/// How long the clean-up waits for additions that are pending.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it waits where the server answers its client 401.
const LOCKED_OUT: Duration = Duration::from_secs(20);

/// Objects that were added, as URL of the collection's objects and object id.
#[derive(Default)]
pub struct Ledger {
    open: Mutex<BTreeSet<(String, String)>>,
    /// URLs of statuses that were pending when they were last seen: what they are about may still be added.
    pending: Mutex<BTreeSet<String>>,
}

impl Ledger {
    /// Remembers objects that are about to be posted to `url`. Called before the request is sent:
    /// an answer says nothing about whether objects were stored.
    pub fn added(&self, url: &Url, objects: &[Value]) {
        let mut url = url.clone();
        url.set_query(None);
        let Ok(mut open) = self.open.lock() else { return };
        for object in objects {
            if let Some(id) = object.get("id").and_then(Value::as_str) {
                open.insert((url.to_string(), id.to_owned()));
            }
        }
    }

    /// Takes note of a status that is pending, or is so no longer.
    pub fn observe(&self, exchange: &Exchange) {
        let Some(body) = exchange.json().filter(|_| (200..300).contains(&exchange.status())) else { return };
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let Ok(mut pending) = self.pending.lock() else { return };
        match (exchange.request.method.as_str(), text("id"), text("status")) {
            ("POST", Some(id), Some("pending")) => {
                let root = exchange.request.url.split("collections/").next().and_then(|root| Url::parse(root).ok());
                pending.extend(root.map(|root| paths::under(&root, &["status", id]).to_string()));
            }
            ("GET", _, Some(status)) if status != "pending" => {
                pending.remove(&exchange.request.url);
            }
            _ => {}
        }
    }

    /// Waits for what is still pending: an object that is added after the clean-up would stay.
    async fn settle(&self, session: &Session) {
        let mut waited = Duration::ZERO;
        let mut pause = Duration::from_millis(20);
        loop {
            let pending: Vec<String> = self.pending.lock().map(|p| p.iter().cloned().collect()).unwrap_or_default();
            if pending.is_empty() || waited > PATIENCE {
                return;
            }
            for url in pending.iter().filter_map(|url| Url::parse(url).ok()) {
                let exchange = session.get("clean-up", url.clone()).await;
                self.observe(&exchange);
                if exchange.status() != 200 {
                    // it cannot be asked for: waiting is of no use
                    self.pending.lock().map(|mut p| p.remove(url.as_str())).unwrap_or_default();
                }
            }
            session.sleep(pause).await;
            waited += pause;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// Deletes what is still there, and believes only what it reads afterwards: some servers say 200 and delete nothing.
    pub async fn clean_up(&self, session: &Session) -> CleanUp {
        let entries: Vec<(String, String)> =
            self.open.lock().map(|mut o| std::mem::take(&mut *o).into_iter().collect()).unwrap_or_default();
        let mut result = CleanUp::default();
        let mut gone = entries.clone();
        let session = session.scoped(CLEAN_UP);
        session.look_again().await;
        self.settle(&session).await;
        if let Some(url) = entries.first().and_then(|(objects, _)| Url::parse(objects).ok()) {
            admitted(&session, &url).await;
        }
        let mut tasks = tokio::task::JoinSet::new();
        for (objects, id) in entries {
            let session = session.clone();
            tasks.spawn(async move {
                let url = Url::parse(&objects).ok().map(|u| paths::under(&u, &[&id]))?;
                let gone = remove(&session, &url).await;
                Some((url, gone))
            });
            if tasks.len() >= 8 {
                count(&mut result, tasks.join_next().await);
            }
        }
        while let Some(done) = tasks.join_next().await {
            count(&mut result, Some(done));
        }
        // an object that spoils the whole collection hides that others are gone until it is gone itself
        let doubtful = std::mem::take(&mut result.left);
        for url in doubtful {
            let gone = match Url::parse(&url) {
                Ok(url) => remove(&session, &url).await,
                Err(e) => Gone::No(e.to_string()),
            };
            match gone {
                Gone::Removed | Gone::Before => {
                    result.removed += 1;
                    result.reasons.remove(&url);
                }
                Gone::No(why) => {
                    result.reasons.insert(url.clone(), why);
                    result.left.push(url);
                }
            }
        }
        result.left.sort();
        let is_left = |(objects, id): &(String, String)| {
            let url = Url::parse(objects).map(|url| paths::under(&url, &[id]).to_string());
            url.is_ok_and(|url| result.left.binary_search(&url).is_ok())
        };
        gone.retain(|entry| !is_left(entry));
        session.added().gone(gone);
        result
    }
}

/// Waits, for [`LOCKED_OUT`] at most, until the server knows its client again: some lock out for a while who came with wrong
/// passwords.
async fn admitted(session: &Session, objects: &Url) {
    let mut url = objects.clone();
    url.set_query(Some("limit=1"));
    let pause = Duration::from_millis(500);
    let mut waited = Duration::ZERO;
    while waited < LOCKED_OUT && session.get("clean-up", url.clone()).await.status() == 401 {
        session.sleep(pause).await;
        waited += pause;
    }
}

fn count(result: &mut CleanUp, done: Option<Result<Option<(Url, Gone)>, tokio::task::JoinError>>) {
    match done {
        Some(Ok(Some((_, Gone::Removed)))) => result.removed += 1,
        Some(Ok(Some((url, Gone::No(_))))) => result.left.push(url.to_string()),
        _ => {}
    }
}

/// What an attempt to delete came to.
pub enum Gone {
    /// It was there, and is no more.
    Removed,
    /// It was not there: refused, or deleted by the trial itself.
    Before,
    /// It is still there, or may be, and why.
    No(String),
}

/// Deletes one object: plainly, and again with every version named where a server takes the plain request
/// for the latest version alone.
pub async fn remove(session: &Session, url: &Url) -> Gone {
    let mut all = url.clone();
    all.set_query(Some("match%5Bversion%5D=all"));
    let mut deleted = false;
    let mut why = String::new();
    // some servers say 200 to the deletion of what never was
    if shows_nothing(&session.get("clean-up", all.clone()).await) == Some(true) && !listed(session, url).await {
        return Gone::Before;
    }
    for attempt in 0..6 {
        let target = if attempt % 2 == 0 { url } else { &all };
        let outgoing = Outgoing { method: "DELETE".into(), ..Outgoing::get("clean-up", target.clone()) };
        let deletion = session.send(&outgoing, Actor::Client).await;
        let answer = deletion.status();
        deleted |= matches!(answer, 200 | 204);
        let read = session.get("clean-up", all.clone()).await;
        // of a collection that cannot be read, what the server said is all there is
        // (a client that is locked out for a while is told nothing)
        let said = matches!((read.status(), answer), (401 | 403, 200 | 204 | 404) | (403, 403));
        // a collection that is spoilt shows none of its objects, and its manifest often does all the same
        let gone = match shows_nothing(&read) {
            Some(nothing) => nothing && !listed(session, url).await,
            None if deleted && read.status() >= 500 => !listed(session, url).await,
            None => said,
        };
        match (gone, deleted) {
            (true, true) => return Gone::Removed,
            (true, false) => return Gone::Before,
            (false, _) => why = still_there(&deletion, &read),
        }
        if !deleted && attempt > 0 {
            break;
        }
    }
    Gone::No(why)
}

/// Why an object is not known to be gone: what its deletion was answered, and what was seen afterwards.
fn still_there(deletion: &Exchange, read: &Exchange) -> String {
    let said = match &deletion.failure {
        Some(failure) => return format!("DELETE got no answer: {failure}"),
        None => format!("DELETE was answered {}", deletion.status()),
    };
    match read.status() {
        _ if deletion.status() >= 300 => said,
        200 | 404 | 410 => format!("{said}, and it is still there"),
        status => format!("{said}, and whether it is gone does not show: GET was answered {status}"),
    }
}

/// Whether the manifest still names the object at `url`.
async fn listed(session: &Session, url: &Url) -> bool {
    let id = url.path_segments().and_then(|s| s.rev().find(|part| !part.is_empty()).map(str::to_owned));
    let (Some(id), Ok(objects)) = (id, url.join("../")) else { return false };
    !named(session, &objects, &[id]).await.is_empty()
}

/// Which of these ids the manifest beside `objects` names. One that does not answer names nothing.
pub async fn named(session: &Session, objects: &Url, ids: &[String]) -> Vec<String> {
    let Ok(mut manifest) = objects.join("../manifest/") else { return Vec::new() };
    let query = [("match[id]".to_owned(), ids.join(",")), ("match[version]".to_owned(), "all".to_owned())];
    manifest.set_query(Some(&session.query(&query)));
    let read = session.get("clean-up", manifest).await;
    let records = read.json().and_then(|b| b.get("objects")).and_then(Value::as_array);
    let records = records.filter(|_| (200..300).contains(&read.status())).into_iter().flatten();
    let named: BTreeSet<&str> = records.filter_map(|record| record.get("id").and_then(Value::as_str)).collect();
    ids.iter().filter(|id| named.contains(id.as_str())).cloned().collect()
}

/// Whether an answer shows that the object is not there; nothing where it tells neither.
fn shows_nothing(read: &Exchange) -> Option<bool> {
    match read.status() {
        404 | 410 => Some(true),
        200 => Some(read.json().and_then(|b| b.get("objects").and_then(Value::as_array)).is_none_or(Vec::is_empty)),
        _ => None,
    }
}
