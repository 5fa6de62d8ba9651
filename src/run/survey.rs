//! The first look at a server: discovery, API roots, collections, rights, and what they hold.

use serde_json::{Value, json};
use url::Url;

use super::options::{Credentials, Options, Write};
use super::read::read;
use super::session::Session;
use super::trouble::{self, Trouble};
use super::{protocol, roots};
use crate::case::Actor;
use crate::oracle::Holdings;
use crate::record::{self, Exchange};
use crate::taxii::failure::is_of_certificate;
use crate::taxii::{Endpoint, Outgoing, paths};

/// Most collections whose content is read.
const MAX_READ: usize = 16;

/// What the survey found.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// For the report.
    pub server: record::Server,
    /// Whether there is an answer to judge, or a certificate.
    pub answered: bool,
    /// Whether discovery answers with a resource.
    pub discovery: bool,
    /// Whether what is asked for a sign of life answers with a resource while the server is up.
    pub control: bool,
    /// Whether discovery answers 401 to a client without credentials.
    pub closed_discovery: bool,
    /// Whether nobody's credentials are refused where collections are listed.
    pub authentication: bool,
    /// Whether a second client was given, and its credentials are taken.
    pub other_client: bool,
    /// API roots under test.
    pub roots: Vec<Root>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// An API root under test.
#[derive(Clone, Debug)]
pub struct Root {
    /// Absolute URL with a final slash.
    pub url: Url,
    /// The API root resource, if it answers.
    pub resource: Option<Value>,
    /// Whether the list of collections answers.
    pub lists: bool,
    /// Whether the client is refused by the API root and its list of collections, as section 4.2 allows.
    pub closed: bool,
    /// Whether it answers 404 as one that is not there does, and may be withheld from the client for all that is seen.
    pub hidden: bool,
    /// Whether it and its list of collections answer with errors of the server.
    pub down: bool,
    /// Whether something there is of TAXII 2.1.
    pub taxii_21: bool,
    /// Collections that the client sees or that the user named.
    pub collections: Vec<Collection>,
}

/// A collection under test.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// Id.
    pub id: String,
    /// Entry of the list, or what is known of it.
    pub resource: Value,
    /// Whether the client may read, as the server says.
    pub can_read: bool,
    /// Whether the client may write, as the server says.
    pub can_write: bool,
    /// Whether the collection itself answers with a resource.
    pub answers_itself: bool,
    /// Read endpoints that answer a plain request with their resource.
    pub answers: Vec<Endpoint>,
    /// What it holds.
    pub holdings: std::sync::Arc<Holdings>,
    /// Whether pages carry `next`.
    pub next: bool,
    /// Whether its content was read.
    pub read: bool,
    /// Whether the dataset goes to it: what it holds changes, or shows late. Ids do not tell it: another API root may have
    /// a collection of the same.
    pub written: bool,
    /// Whether it is closed to clients without credentials.
    pub private: bool,
    /// Whether the server tells the second client that it may not read it.
    pub closed_to_other: bool,
    /// Whether objects that share a date cannot all be read.
    pub lossy: bool,
    /// Whether it holds the fixtures, as the user says.
    pub fixtures: bool,
    /// What works there that cases use as tools.
    pub facts: std::collections::BTreeSet<crate::case::Fact>,
}

impl Collection {
    /// Whether `name` is its id, alias or title.
    pub fn is(&self, name: &str) -> bool {
        let text = |key: &str| self.resource.get(key).and_then(Value::as_str);
        self.id == name || text("alias") == Some(name) || text("title") == Some(name)
    }

    /// Whether it says that the client does not have this right.
    pub fn denies(&self, right: &str) -> bool {
        match self.resource.get(right) {
            Some(Value::Bool(told)) => !told,
            Some(Value::String(told)) => told.eq_ignore_ascii_case("false"),
            _ => false,
        }
    }

    /// Its alias, if it has one.
    pub fn alias(&self) -> Option<&str> {
        self.resource.get("alias").and_then(Value::as_str)
    }
}

/// Why a server cannot be tested.
#[derive(Debug)]
pub struct Untestable {
    /// One sentence.
    pub why: String,
    /// What was seen before, where there was an answer to judge or a certificate.
    pub seen: Option<Survey>,
}

/// Looks at a server.
pub async fn survey(session: &Session, options: &Options) -> Result<Survey, Untestable> {
    let mut survey = Survey::default();
    survey.server.url = options.url.clone();
    match look(session, options, &mut survey).await {
        Ok(()) => Ok(survey),
        Err(Trouble { why, judged }) => {
            survey.server.untestable = Some(why.clone());
            Err(Untestable { why, seen: (survey.answered && judged).then_some(survey) })
        }
    }
}

async fn look(session: &Session, options: &Options, survey: &mut Survey) -> Result<(), Trouble> {
    let url = paths::discovery(&session.base);
    let exchange = session.get("discovery", url.clone()).await;
    survey.answered = exchange.failure.as_deref().is_none_or(is_of_certificate);
    if let Some(failure) = &exchange.failure {
        return Err(trouble::no_answer(&session.base, failure).into());
    }
    let anonymous = Outgoing::get("discovery", url.clone());
    survey.closed_discovery = session.send(&anonymous, Actor::Nobody).await.status() == 401;
    survey.server.software = exchange.response.as_ref().and_then(|r| r.header("server")).map(str::to_owned);
    let discovery = resource(&exchange).filter(|b| b.get("api_roots").is_some() || b.get("title").is_some());
    survey.discovery = discovery.is_some();
    let found = roots::find(session, options, discovery.as_ref(), survey).await.map_err(|why| {
        let older = protocol::older([(&url, &exchange)]);
        older.map_or(Trouble::from(why), |why| Trouble { why, judged: false })
    })?;
    if let Some((given, _)) = found.given.as_ref().filter(|_| found.moved.is_some()) {
        session.set_home(given);
        survey.notes.push(format!(
            "there is no discovery at {url} (it answers {}): the API roots are those that {given} names, the URL that was given",
            exchange.status()
        ));
    }
    let discovery = discovery.or(found.moved);
    survey.control = discovery.is_some();
    survey.server.title = discovery.as_ref().and_then(|d| d.get("title")).and_then(Value::as_str).map(str::to_owned);
    let answers = std::iter::once((&url, &exchange)).chain(found.given.as_ref().map(|(given, answer)| (given, answer)));
    let answers: Vec<(&Url, &Exchange)> = answers.collect();
    if found.urls.is_empty() {
        return Err(trouble::no_root(session, &answers, discovery.as_ref()).await);
    }
    for url in found.urls {
        let root = look_at_root(session, options, url).await;
        survey.roots.push(root);
    }
    if let Some(why) = protocol::older(answers).filter(|_| !survey.roots.iter().any(|r| r.taxii_21)) {
        return Err(Trouble { why, judged: false });
    }
    tell_hidden_from_missing(session, options, survey).await;
    if survey.roots.iter().all(|r| r.resource.is_none() && !r.lists && r.collections.is_empty()) {
        let first = survey.roots[0].url.clone();
        let exchange = session.get("api-root", first.clone()).await;
        return Err(trouble::root_silent(&first, &exchange));
    }
    if let Some(name) = &options.collection {
        let there: Vec<&Collection> = survey.roots.iter().flat_map(|r| &r.collections).collect();
        if !there.iter().any(|c| c.is(name)) {
            return Err(trouble::no_collection(name, &there).into());
        }
    }
    survey.authentication = demands_authentication(session, survey).await;
    if !matches!(options.other, super::Credentials::None) {
        look_as_other(session, survey).await;
    }
    read_collections(session, options, survey).await;
    survey.server.api_roots = survey.roots.iter().map(summary).collect();
    Ok(())
}

/// The body of a success, where it is a JSON object: which code a success has is a matter of cases.
pub fn resource(exchange: &Exchange) -> Option<Value> {
    exchange.json().filter(|b| (200..300).contains(&exchange.status()) && b.is_object()).cloned()
}

async fn look_at_root(session: &Session, options: &Options, url: Url) -> Root {
    let exchange = session.get("api-root", url.clone()).await;
    let list = session.get("collections", paths::under(&url, &["collections"])).await;
    let listing = resource(&list);
    let entries =
        listing.as_ref().and_then(|b| b.get("collections")).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut collections: Vec<Collection> = entries.into_iter().filter_map(collection).collect();
    // a listing that is broken need not keep the collections from being tested
    let named = [options.collection.as_deref(), options.write.as_ref().and_then(Write::named)];
    for name in named.into_iter().flatten() {
        if !collections.iter().any(|c| c.is(name)) {
            let found = session.get("collection", paths::under(&url, &["collections", name])).await;
            let entry = resource(&found).filter(|b| b.get("id").is_some());
            let blind = entry.is_none() && listing.is_none() && uuid::Uuid::parse_str(name).is_ok();
            // where nothing is there at all, the name of the API root is wrong, and not the server
            let seen = blind
                && (![&exchange, &list, &found].iter().all(|e| e.status() == 404) || {
                    let inside = paths::under(&url, &["collections", name, "objects"]);
                    session.get("objects", inside).await.status() != 404
                });
            let guess = || seen.then(|| json!({"id": name, "can_read": true, "can_write": true}));
            collections.extend(entry.or_else(guess).and_then(collection));
        }
    }
    for collection in &mut collections {
        let found = session.get("collection", paths::under(&url, &["collections", &collection.id])).await;
        collection.answers_itself = resource(&found).is_some();
    }
    let all = |statuses: &[u16]| [&exchange, &list].iter().all(|e| statuses.contains(&e.status()));
    let closed = all(&[401, 403]) && collections.is_empty();
    let hidden = all(&[404]) && collections.is_empty();
    let down = [&exchange, &list].iter().all(|e| e.status() >= 500) && collections.is_empty();
    let (resource, lists) = (resource(&exchange), listing.is_some());
    let root = Root { url, resource, lists, closed, hidden, down, taxii_21: false, collections };
    Root { taxii_21: protocol::is_taxii_21(&root, [&exchange, &list]), ..root }
}

/// Section 4.2 lets an API root answer 404 to a client without access, as if it were not there. Where a client without
/// credentials is asked for them, it is guarded: it is there for certain if a path that is not there asks for none, and
/// it may be there otherwise. Where strangers are let in elsewhere, and the client is known to the server, others may see
/// what it may not. What is 404 to everybody where all are asked for credentials, or is all that the server has, is not
/// there.
async fn tell_hidden_from_missing(session: &Session, options: &Options, survey: &mut Survey) {
    if !survey.roots.iter().any(|r| r.hidden) {
        return;
    }
    let answers = survey.roots.iter().any(|r| r.resource.is_some());
    let known = !matches!(options.credentials, Credentials::None) || options.certificate.is_some();
    let mut open = false;
    for root in survey.roots.iter().filter(|r| r.resource.is_some()) {
        let outgoing = Outgoing::get("api-root", root.url.clone());
        open |= resource(&session.send(&outgoing, Actor::Nobody).await).is_some();
    }
    for root in survey.roots.iter_mut().filter(|r| r.hidden) {
        let mut guarded = false;
        let mut nothing_is = true;
        if answers {
            let nowhere = paths::under(&session.base, &["00000000-0000-4000-8000-000000000000"]);
            guarded = asks_for_credentials(session, root.url.clone()).await;
            nothing_is = guarded && asks_for_credentials(session, nowhere).await;
        }
        root.hidden = guarded && nothing_is || !guarded && known && open;
        root.closed = guarded && !nothing_is;
    }
}

async fn asks_for_credentials(session: &Session, url: Url) -> bool {
    let exchange = session.send(&Outgoing::get("api-root", url), Actor::Nobody).await;
    // no answer at all is a refusal too (section 8.2.2)
    exchange.response.is_none() || matches!(exchange.status(), 401 | 403)
}

fn collection(entry: Value) -> Option<Collection> {
    // "true" as a string is another case's matter
    let right = |name: &str| match entry.get(name) {
        Some(Value::Bool(b)) => *b,
        Some(Value::String(s)) => s.eq_ignore_ascii_case("true"),
        _ => false,
    };
    Some(Collection {
        id: entry.get("id")?.as_str()?.to_owned(),
        can_read: right("can_read"),
        can_write: right("can_write"),
        resource: entry,
        ..Collection::default()
    })
}

/// Looks at the collections as the second client: whether it is let in, and what it may not read.
async fn look_as_other(session: &Session, survey: &mut Survey) {
    let mut refused = None;
    for root in survey.roots.iter_mut().filter(|r| r.lists) {
        let outgoing = Outgoing::get("collections", paths::under(&root.url, &["collections"]));
        let exchange = session.send(&outgoing, Actor::Other).await;
        let Some(list) = resource(&exchange) else {
            refused.get_or_insert(exchange.status());
            continue;
        };
        survey.other_client = true;
        let entries = list.get("collections").and_then(Value::as_array).cloned().unwrap_or_default();
        for collection in &mut root.collections {
            let is_it = |entry: &&Value| entry.get("id").and_then(Value::as_str) == Some(&collection.id);
            collection.closed_to_other = match entries.iter().find(is_it) {
                Some(entry) => entry.get("can_read") == Some(&Value::Bool(false)),
                // what is neither listed nor there is hidden
                None => {
                    let itself = Outgoing::get("collection", paths::under(&root.url, &["collections", &collection.id]));
                    matches!(session.send(&itself, Actor::Other).await.status(), 403 | 404)
                }
            };
        }
    }
    if let Some(status) = refused.filter(|_| !survey.other_client) {
        survey.notes.push(format!("the credentials of the second client are refused ({status})"));
    }
}

async fn demands_authentication(session: &Session, survey: &Survey) -> bool {
    let Some(root) = survey.roots.iter().find(|r| r.lists) else { return false };
    let outgoing = Outgoing::get("collections", paths::under(&root.url, &["collections"]));
    let exchange = session.send(&outgoing, Actor::Nobody).await;
    let opened = |b: &Value| b.get("collections").and_then(Value::as_array).is_some_and(|c| !c.is_empty());
    // no answer at all is a refusal too (section 8.2.2)
    !resource(&exchange).is_some_and(|b| opened(&b))
}

async fn read_collections(session: &Session, options: &Options, survey: &mut Survey) {
    let (mut left, mut beyond) = (MAX_READ, false);
    for root in &mut survey.roots {
        let url = root.url.clone();
        for collection in root.collections.iter_mut().filter(|c| c.can_read) {
            let to_write = || options.write.as_ref().and_then(Write::named).is_some_and(|name| collection.is(name));
            let left_out = options.collection.as_ref().is_some_and(|name| !collection.is(name) && !to_write());
            if left_out {
                continue;
            }
            if left == 0 {
                beyond = true;
                continue;
            }
            left -= 1;
            read(session, &paths::under(&url, &["collections", &collection.id]), collection).await;
        }
    }
    if beyond {
        survey.notes.push(format!(
            "only the first {MAX_READ} readable collections were read: name one with --collection to test another"
        ));
    }
}

/// The root as the report shows it.
pub fn summary(root: &Root) -> record::report::ApiRoot {
    let text = |v: &Value, key: &str| v.get(key).and_then(Value::as_str).map(str::to_owned);
    record::report::ApiRoot {
        url: root.url.to_string(),
        title: root.resource.as_ref().and_then(|r| text(r, "title")),
        collections: root
            .collections
            .iter()
            .map(|c| record::report::Collection {
                id: c.id.clone(),
                title: text(&c.resource, "title").unwrap_or_default(),
                can_read: c.can_read,
                can_write: c.can_write,
                versions_seen: c.read.then_some(c.holdings.items.len()),
            })
            .collect(),
    }
}
