//! A full read of a collection: what it holds, by its objects and by its manifest.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;
use url::Url;

use super::session::Session;
use super::survey::Collection;
use super::walk::{Bounds, LARGE, Walked, at_borders, beyond, walk};
use crate::case::{Actor, Walk};
use crate::check::body::{Member, members, members_of};
use crate::check::media_types;
use crate::check::paging::next_of;
use crate::oracle::{Holding, Holdings};
use crate::record::Exchange;
use crate::taxii::{Endpoint, Outgoing, Timestamp, paths};

/// Reads what a collection holds and which of its endpoints answer; keeps what is known to be the suite's own.
pub async fn read(session: &Session, url: &Url, collection: &mut Collection) {
    let own: Vec<Holding> = collection.holdings.items.iter().filter(|h| h.own).cloned().collect();
    super::probe::brackets(session, url).await;
    let older = media_types::admit_stix(&collection.resource, "2.0");
    let (objects, objects_stopped, all_objects) = all(session, url, Endpoint::Objects, older).await;
    let (manifest, manifest_stopped, all_records) = all(session, url, Endpoint::Manifest, older).await;
    collection.lossy = !all_objects && !all_records;
    collection.answers.clear();
    let in_objects = members_of(Endpoint::Objects, None, &objects);
    let in_manifest = members_of(Endpoint::Manifest, None, &manifest);
    // an answer of another shape names nothing where the other endpoint names something
    let names_alike = [
        (Endpoint::Objects, &objects, in_objects.is_empty() && !in_manifest.is_empty()),
        (Endpoint::Manifest, &manifest, in_manifest.is_empty() && !in_objects.is_empty()),
    ];
    for (endpoint, exchanges, silent) in names_alike {
        if !silent && (answers(exchanges) || plain(session, url, endpoint).await) {
            collection.answers.push(endpoint);
        }
    }
    collection.holdings = Arc::default(); // what was known before is not needed beside what is known now
    let mut holdings = join(&in_objects, &in_manifest, &own);
    if collection.answers.contains(&Endpoint::Manifest) {
        let (more, in_vain) = fill_in(session, url, &holdings).await;
        let known: BTreeSet<String> = in_manifest.iter().map(Member::key).collect();
        let mut records = in_manifest.clone();
        records.extend(members_of(Endpoint::Manifest, None, &more).into_iter().filter(|r| !known.contains(&r.key())));
        if records.len() > in_manifest.len() {
            holdings = join(&in_objects, &records, &own);
        }
        for holding in holdings.items.iter_mut().filter(|h| !h.in_manifest) {
            holding.unlisted = in_vain.contains(&holding.id);
        }
    }
    holdings.complete = objects_stopped.is_none()
        && (!collection.answers.contains(&Endpoint::Manifest) || manifest_stopped.is_none())
        && holdings.items.iter().all(|h| h.certain);
    drop((in_objects, in_manifest));
    drop((objects, manifest));
    if let Some(id) = holdings.ids().first().map(|s| (*s).to_owned()) {
        let object = session.get("object", paths::under(url, &["objects", &id])).await;
        if object.json().is_some_and(|b| object.status() < 300 && !members(Endpoint::Object, None, b, 0).is_empty()) {
            collection.answers.push(Endpoint::Object);
        }
        let versions = session.get("versions", paths::under(url, &["objects", &id, "versions"])).await;
        if versions
            .json()
            .is_some_and(|b| versions.status() < 300 && !members(Endpoint::Versions, Some(&id), b, 0).is_empty())
        {
            collection.answers.push(Endpoint::Versions);
        }
    } else {
        // of no object nothing can be asked, so nothing speaks against these endpoints
        collection.answers.extend([Endpoint::Object, Endpoint::Versions]);
    }
    own_versions(session, url, &own, &mut holdings).await;
    collection.facts = super::probe::probe(session, url, &holdings).await;
    collection.holdings = Arc::new(holdings);
    collection.private = private(session, url).await;
    let mut one = paths::under(url, &["objects"]);
    one.set_query(Some("limit=1"));
    collection.next = session.get("next", one).await.json().is_some_and(|b| next_of(b).is_some());
    collection.read = true;
}

fn answers(exchanges: &[Exchange]) -> bool {
    exchanges.first().is_some_and(|e| {
        (200..300).contains(&e.status())
            && e.json().is_some_and(|b| b.is_object() && b.get("type").is_none_or(|t| t != "bundle"))
    })
}

async fn plain(session: &Session, url: &Url, endpoint: Endpoint) -> bool {
    answers(&[session.get(endpoint.name(), paths::under(url, &[endpoint.name()])).await])
}

/// Adds own versions that neither read of everything showed, and that the list of versions knows: they are held,
/// and `match[version]=all` does not give them.
async fn own_versions(session: &Session, url: &Url, own: &[Holding], holdings: &mut Holdings) {
    let gone = |h: &&Holding| h.at.is_some() && !holdings.items.iter().any(|k| k.id == h.id && k.at == h.at);
    let gone: Vec<Holding> = own.iter().filter(gone).cloned().collect();
    for mine in gone {
        let exchange = session.get("versions", paths::under(url, &["objects", &mine.id, "versions"])).await;
        let listed = exchange.json().is_some_and(|b| {
            members(Endpoint::Versions, Some(&mine.id), b, 0)
                .iter()
                .any(|m| m.version.as_deref().is_some_and(|v| mine.is_version(v)))
        });
        if listed {
            let sequence = holdings.items.len();
            holdings.items.push(Holding { sequence, in_objects: false, in_manifest: false, ..mine });
        }
    }
}

/// Most objects whose records are asked for one by one.
const FILL_IN: usize = 40;

/// Asks for the records of objects that a walk over the manifest did not show: it has no `next`, and
/// going on by date loses what shares one (section 3.5). Tells also of which ids there is nothing but what came.
async fn fill_in(session: &Session, url: &Url, holdings: &Holdings) -> (Vec<Exchange>, BTreeSet<String>) {
    let dateless: BTreeSet<&str> = holdings.items.iter().filter(|h| h.added.is_none()).map(|h| h.id.as_str()).collect();
    let (mut exchanges, mut in_vain) = (Vec::new(), BTreeSet::new());
    for id in dateless.into_iter().take(FILL_IN) {
        let mut outgoing = Outgoing::get("manifest", paths::under(url, &["manifest"]));
        let query =
            session.query(&[("match[id]".to_owned(), id.to_owned()), ("match[version]".to_owned(), "all".to_owned())]);
        outgoing.url.set_query(Some(&query));
        let walked =
            walk(session, &outgoing, Actor::Client, Endpoint::Manifest, (Walk::Auto, Bounds::of(holdings.items.len())))
                .await;
        let endless = walked.enough;
        let whole = walked.exchanges.len() == 1 && walked.stopped.is_none();
        let told = |e: &Exchange| {
            let records = |b| members(Endpoint::Manifest, None, b, 0);
            let such = |b| if whole { records(b).iter().all(|m| m.id == id) } else { records(b).is_empty() };
            e.status() == 404 || e.status() == 200 && e.json().is_some_and(such)
        };
        if walked.exchanges.iter().all(told) {
            in_vain.insert(id.to_owned());
        }
        // a server that ignores match[id] would bring everything again
        exchanges.extend(
            walked.exchanges.into_iter().filter(|e| {
                e.json().is_some_and(|b| members(Endpoint::Manifest, None, b, 0).iter().all(|m| m.id == id))
            }),
        );
        if endless {
            // the others would be no different, and each costs as much
            break;
        }
    }
    (exchanges, in_vain)
}

/// Whether some endpoint of the collection is closed to a client without credentials. Where one is, all have to be.
async fn private(session: &Session, url: &Url) -> bool {
    let mut forbidden = 0;
    let asked = [&[][..], &["manifest"], &["objects"]];
    for path in asked {
        let outgoing = Outgoing::get("private", paths::under(url, path));
        let exchange = session.send(&outgoing, Actor::Nobody).await;
        // no answer at all is a refusal too (section 8.2.2)
        if exchange.response.is_none() || exchange.status() == 401 {
            return true;
        }
        // what is not there for the client either is not kept from others
        if exchange.status() == 404 && (200..300).contains(&session.send(&outgoing, Actor::Client).await.status()) {
            return true;
        }
        forbidden += usize::from(exchange.status() == 403);
    }
    // who is shown some may be forbidden the rest, like anybody else without the right
    forbidden == asked.len()
}

/// Every version of everything, of every specification version; the latest versions alone where the server cannot
/// tell all. `older`: the collection may hold STIX 2.0 by its media types. Tells also why it stopped before the end, and
/// whether objects that share a date could all be read.
async fn all(session: &Session, url: &Url, endpoint: Endpoint, older: bool) -> (Vec<Exchange>, Option<String>, bool) {
    let mut whole = true;
    let version = ("match[version]".to_owned(), "all".to_owned());
    let (mut exchanges, mut stopped) = pages(session, url, endpoint, std::slice::from_ref(&version)).await;
    if !answers(&exchanges) {
        let (plain, why) = pages(session, url, endpoint, &[]).await;
        let reason = format!("{} cannot be read with match[version]=all", endpoint.name());
        return (plain, why.or(stopped).or(Some(reason)), whole);
    }
    if stopped.is_none() {
        let first = request(session, url, endpoint, std::slice::from_ref(&version));
        exchanges.extend(beyond(session, &first, &exchanges, endpoint).await);
        let lost;
        (lost, whole) = at_borders(session, &first, &exchanges, endpoint).await;
        exchanges.extend(lost);
    }
    // of so many the same is not read twice, in case that some of what names no version counts as the later
    let large = members_of(endpoint, None, &exchanges).len() > LARGE;
    // without match[spec_version] the latest comes alone (section 3.4.1)
    for spec in ["2.0", "2.1"] {
        let spec = ("match[spec_version]".to_owned(), spec.to_owned());
        let (more, why) = pages(session, url, endpoint, &[version.clone(), spec]).await;
        let nothing = members_of(endpoint, None, &more).is_empty();
        if answers(&more) && why.is_none() {
            exchanges.extend(more);
        } else if !nothing {
            stopped = stopped.or(why);
        }
        // nothing of the older: all that there is has been read, unless what names no version counts as the later
        if nothing && (!older || large) {
            break;
        }
    }
    (exchanges, stopped, whole)
}

async fn pages(
    session: &Session,
    url: &Url,
    endpoint: Endpoint,
    parameters: &[(String, String)],
) -> (Vec<Exchange>, Option<String>) {
    let first = request(session, url, endpoint, parameters);
    let Walked { exchanges, stopped, .. } =
        walk(session, &first, Actor::Client, endpoint, (Walk::Auto, Bounds::SURVEY)).await;
    (exchanges, stopped)
}

fn request(session: &Session, url: &Url, endpoint: Endpoint, parameters: &[(String, String)]) -> Outgoing {
    let mut first = Outgoing::get(endpoint.name(), paths::under(url, &[endpoint.name()]));
    let query = session.query(parameters);
    first.url.set_query(Some(query.as_str()).filter(|q| !q.is_empty()));
    first
}

/// Puts both reads together. What only one of them names is uncertain, unless the suite added it.
pub fn join(objects: &[Member<'_>], records: &[Member<'_>], own: &[Holding]) -> Holdings {
    // collections hold hundreds of thousands of objects: what is compared has the same id
    let mut records_of: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, record) in records.iter().enumerate() {
        records_of.entry(&record.id).or_default().push(i);
    }
    let mut items: Vec<Holding> = Vec::new();
    let mut items_of: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut used = vec![false; records.len()];
    let mut versions_disagree = false;
    for member in objects {
        let Some(object) = member.object else { continue };
        let Some(mut holding) = Holding::of(object, items.len()) else { continue };
        let known = items_of.entry(&member.id).or_default();
        // what has no version of its own has got that of its record meanwhile
        let same_version = |i: &usize| match holding.version {
            None => items[*i].object.as_deref() == Some(object),
            Some(_) => items[*i].version == holding.version,
        };
        if known.iter().any(|i| same_version(i) && items[*i].spec == holding.spec) {
            continue;
        }
        known.push(items.len());
        let of_id = records_of.get(member.id.as_str()).map_or(&[][..], Vec::as_slice);
        let fits = |i: &&usize| same(&records[**i], &holding);
        let record = of_id.iter().filter(|i| !used[**i]).find(fits).or_else(|| of_id.iter().find(fits));
        holding.in_manifest = false;
        if let Some(&i) = record {
            let record = &records[i];
            used[i] = true;
            holding.in_manifest = true;
            holding.added = record.added.as_deref().and_then(Timestamp::parse);
            versions_disagree |= record.version.is_none();
            if holding.version.is_none() {
                holding.version = record.version.clone();
                holding.at = record.version.as_deref().and_then(Timestamp::parse);
            }
        }
        holding.certain = holding.in_manifest || records.is_empty();
        items.push(holding);
    }
    for (record, _) in records.iter().zip(&used).filter(|(_, used)| !**used) {
        let known = items_of.entry(&record.id).or_default();
        // a record of an object that was read, under a version that it does not have; that of one which was added and
        // not read, since pages by date lost it, is another matter
        let at = record.version.as_deref().and_then(Timestamp::parse);
        let lost = at.is_some() && own.iter().any(|o| o.id == record.id && o.at == at);
        if let Some(&i) = known.iter().find(|&&i| !lost && items[i].in_objects && !items[i].in_manifest) {
            versions_disagree = true;
            // of several versions nothing says which of them the record is about, and so when each was added
            let sole = known.len() == 1 && records_of.get(record.id.as_str()).is_some_and(|of_id| of_id.len() == 1);
            items[i].added = record.added.as_deref().and_then(Timestamp::parse).filter(|_| sole);
            continue;
        }
        if known.iter().any(|&i| same(record, &items[i])) {
            continue;
        }
        known.push(items.len());
        let version = record.version.clone();
        items.push(Holding {
            id: record.id.clone(),
            kind: record.kind().to_owned(),
            at: version.as_deref().and_then(Timestamp::parse),
            version,
            spec: None,
            added: record.added.as_deref().and_then(Timestamp::parse),
            sequence: 0,
            object: None,
            in_objects: false,
            in_manifest: true,
            unlisted: false,
            own: false,
            certain: false,
        });
    }
    for mine in own {
        // what is shown nowhere is not held: servers need not keep old versions (section 1.6.11)
        if let Some(found) = items.iter_mut().find(|h| h.id == mine.id && (mine.at.is_none() || h.at == mine.at)) {
            found.own = true;
            found.certain = true;
            found.object = mine.object.clone().or(found.object.take());
            found.spec = mine.spec.clone();
        }
    }
    if items.iter().all(|h| h.added.is_some()) {
        items.sort_by_key(|h| h.added);
    }
    for (i, item) in items.iter_mut().enumerate() {
        item.sequence = i;
    }
    Holdings { items, complete: false, versions_disagree }
}

fn same(record: &Member<'_>, holding: &Holding) -> bool {
    record.id == holding.id
        && match (&record.version, &holding.version) {
            (Some(v), Some(_)) => holding.is_version(v),
            _ => true,
        }
}

/// Ids of the objects of a body that the suite posted.
pub fn posted_ids(body: &Value) -> Vec<String> {
    let list = body.get("objects").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|o| Some(o.get("id")?.as_str()?.to_owned())).collect()
}
