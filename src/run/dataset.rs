//! Objects that the suite adds before anything is asked, where it may write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::exec::is_pending;
use super::ledger::Ledger;
use super::read::read;
use super::session::Session;
use super::survey::{Collection, resource};
use crate::case::model::Object;
use crate::case::template::Values;
use crate::case::{Actor, Fact, object};
use crate::oracle::Holding;
use crate::record::Exchange;
use crate::taxii::{Outgoing, TAXII, paths};

/// `cases/dataset.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dataset {
    batches: Vec<Vec<String>>,
    objects: BTreeMap<String, Object>,
}

/// Adds the dataset to a collection, reads the collection again, and says what the server can do:
/// [`Fact::TakesPosts`] where some POST is no internal error, [`Fact::Completes`] where no status stayed pending,
/// [`Fact::Adds`] where everything can be read back that it does not refuse, [`Fact::KeepsVersions`] where that is so of several versions of
/// one object, [`Fact::Deletes`] where an object could be deleted.
pub async fn load(session: &Session, ledger: &Ledger, root: &Url, collection: &mut Collection, seed: u64) -> Vec<Fact> {
    let Ok(dataset) = toml::from_str::<Dataset>(include_str!("../../cases/dataset.toml")) else { return Vec::new() };
    let Ok(objects) = object::make(&dataset.objects, seed, "dataset", &Values::new()) else { return Vec::new() };
    let url = paths::under(root, &["collections", &collection.id]);
    let target = paths::under(&url, &["objects"]);
    let batch = |names: &Vec<String>| names.iter().filter_map(|n| objects.get(n).cloned()).collect();
    let batches: Vec<Vec<Value>> = dataset.batches.iter().map(batch).collect();
    let Taken { taken, patient, refused } = add(session, ledger, root, collection, &batches).await;
    let mut facts = Vec::new();
    if taken {
        facts.push(Fact::TakesPosts);
    }
    if patient {
        facts.push(Fact::Completes);
    }
    let probe = objects.get("probe").and_then(|p| p.get("id")).and_then(Value::as_str).unwrap_or_default().to_owned();
    let outgoing = Outgoing { method: "DELETE".into(), ..Outgoing::get("dataset", paths::under(&target, &[&probe])) };
    session.send(&outgoing, Actor::Client).await;
    Arc::make_mut(&mut collection.holdings).items.retain(|h| h.id != probe);
    // some servers take no objects without `modified`: that is a case of its own
    let own: Vec<String> =
        collection.holdings.items.iter().filter(|h| h.own && h.versioned()).map(|h| h.id.clone()).collect();
    // nor can a server be held to what it said that it does not take
    let there = |c: &Collection, id: &str| c.holdings.items.iter().any(|h| h.own && h.id == id);
    let held =
        |c: &Collection| own.iter().all(|id| refused.contains(id) || there(c, id)) && own.iter().any(|id| there(c, id));
    read(session, &url, collection).await;
    if !held(collection) {
        // where that DELETE took more than the object that it names, the cases on deleting have to get at it
        let without_probe = |o: &Value| o.get("id").and_then(Value::as_str) != Some(&probe);
        let again: Vec<Vec<Value>> =
            batches.iter().map(|b| b.iter().filter(|o| without_probe(o)).cloned().collect()).collect();
        add(session, ledger, root, collection, &again).await;
        read(session, &url, collection).await;
    }
    if held(collection) {
        facts.push(Fact::Adds);
    }
    let tracked = objects.get("tracked").and_then(|o| Some((o.get("id")?.as_str()?, o.get("modified")?.as_str()?)));
    if let Some((id, oldest)) = tracked {
        let kept = collection.holdings.versions(id);
        // where it does not take that one, others may be there in several versions
        let others = || collection.holdings.by_id().values().any(|versions| versions.len() > 1);
        let several = kept.len() > 1 || refused.contains(id) && others();
        facts.extend(several.then_some(Fact::KeepsVersions));
        // what drops versions for their number drops the oldest first
        let oldest = kept.len() > 1 && kept.iter().any(|holding| holding.is_version(oldest));
        facts.extend(oldest.then_some(Fact::KeepsThreeVersions));
    }
    let shown = session.get("dataset", paths::under(&target, &[&probe])).await;
    let still = resource(&shown).and_then(|b| b.get("objects").and_then(Value::as_array).map(Vec::len)).unwrap_or(0);
    if still == 0 && !collection.holdings.items.iter().any(|h| h.id == probe) {
        facts.push(Fact::Deletes);
    }
    facts
}

/// What came of adding.
struct Taken {
    /// Whether some POST is no internal error.
    taken: bool,
    /// Whether no status stays pending.
    patient: bool,
    /// Ids of objects that the server said it does not take.
    refused: BTreeSet<String>,
}

/// Posts the batches, and waits for each. The objects of a batch that is refused are posted one by one: a server may
/// refuse all for the sake of one (section 5.5).
async fn add(
    session: &Session,
    ledger: &Ledger,
    root: &Url,
    collection: &mut Collection,
    batches: &[Vec<Value>],
) -> Taken {
    let mut all = Taken { taken: false, patient: true, refused: BTreeSet::new() };
    for batch in batches.iter().filter(|b| !b.is_empty()) {
        let unprocessable = |status: u16| matches!(status, 400 | 422);
        let status = post(session, ledger, root, collection, batch, &mut all).await;
        if unprocessable(status) && batch.len() > 1 {
            for object in batch {
                let status = post(session, ledger, root, collection, std::slice::from_ref(object), &mut all).await;
                let id = object.get("id").and_then(Value::as_str).filter(|_| unprocessable(status));
                all.refused.extend(id.map(str::to_owned));
            }
        }
    }
    all
}

/// Posts objects in one request, and waits until it is carried out; tells what it was answered.
async fn post(
    session: &Session,
    ledger: &Ledger,
    root: &Url,
    collection: &mut Collection,
    batch: &[Value],
    all: &mut Taken,
) -> u16 {
    let target = paths::under(root, &["collections", &collection.id, "objects"]);
    let mut outgoing = Outgoing::get("dataset", target.clone());
    outgoing.method = "POST".into();
    outgoing.headers.push(("Content-Type".into(), TAXII.into()));
    outgoing.body = Some(json!({ "objects": batch }).to_string().into());
    ledger.added(&target, batch);
    let exchange = session.send(&outgoing, Actor::Client).await;
    ledger.observe(&exchange);
    all.taken |= exchange.response.is_some() && exchange.status() < 500;
    all.refused.extend(failures(&exchange));
    if let Some(id) = exchange.json().and_then(|b| b.get("id")?.as_str())
        && all.patient
    {
        // one status that stays pending is enough to know that waiting is of no use
        let last = wait(session, ledger, root, id).await;
        all.patient = last.is_some();
        all.refused.extend(last.iter().flat_map(failures));
    }
    let holdings = Arc::make_mut(&mut collection.holdings);
    for object in batch {
        let sequence = holdings.items.len();
        if let Some(mine) = Holding::of(object, sequence).map(|h| Holding { own: true, ..h })
            && !holdings.items.iter().any(|h| h.own && h.id == mine.id && h.at == mine.at)
        {
            holdings.items.push(mine);
        }
    }
    exchange.status()
}

/// Ids of the objects that a status calls failures.
fn failures(status: &Exchange) -> Vec<String> {
    let failures = status.json().and_then(|b| b.get("failures")).and_then(Value::as_array).into_iter().flatten();
    failures.filter_map(|f| f.get("id").and_then(Value::as_str)).map(str::to_owned).collect()
}

/// Waits until a status is complete, for ten seconds at most, and gives the answer that says so.
async fn wait(session: &Session, ledger: &Ledger, root: &Url, id: &str) -> Option<Exchange> {
    let mut pause = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    while waited < Duration::from_secs(10) {
        let exchange = session.get("dataset", paths::under(root, &["status", id])).await;
        ledger.observe(&exchange);
        if !is_pending(&exchange) {
            return Some(exchange);
        }
        session.pause(pause).await;
        waited += pause;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dataset_is_whole() {
        let dataset: Dataset = toml::from_str(include_str!("../../cases/dataset.toml")).expect("read");
        let objects = object::make(&dataset.objects, 1, "dataset", &Values::new()).expect("made");
        let named: Vec<&String> = dataset.batches.iter().flatten().collect();
        assert_eq!(named.len(), objects.len());
        assert!(named.iter().all(|n| objects.contains_key(*n)));
    }
}
