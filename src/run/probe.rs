//! What the cases use as tools: whether it works at all, so that a case about one thing does not fail
//! for another. Each is judged by a case of its own, which [`Fact::judge`] names.

use std::collections::{BTreeSet, HashMap};

use url::Url;

use super::session::Session;
use super::walk::{Bounds, walk};
use crate::case::{Actor, Fact, Walk};
use crate::check::body::{Known, Member, members, members_of};
use crate::oracle::{Holding, Holdings};
use crate::record::Exchange;
use crate::taxii::{Endpoint, Outgoing, Timestamp, paths};

/// Asks a readable collection a few things; gives the facts that hold.
pub async fn probe(session: &Session, url: &Url, holdings: &Holdings) -> BTreeSet<Fact> {
    let mut facts = BTreeSet::new();
    if !holdings.versions_disagree {
        facts.insert(Fact::VersionsAgree);
    }
    let id = holdings.items.iter().find(|h| h.in_objects && h.in_manifest).map(|h| h.id.clone());
    let Some(id) = id else { return facts };
    for (endpoint, fact) in [(Endpoint::Objects, Fact::MatchId), (Endpoint::Manifest, Fact::MatchIdOnManifest)] {
        if match_id(session, url, endpoint, holdings, &id).await {
            facts.insert(fact);
        }
    }
    if latest_by_default(session, url, holdings).await {
        facts.insert(Fact::LatestByDefault);
    }
    let (known, bounds) = (Known::of(holdings), Bounds::of(holdings.items.len()));
    for (endpoint, fact) in [(Endpoint::Objects, Fact::ObjectsInOrder), (Endpoint::Manifest, Fact::ManifestInOrder)] {
        let exchanges = ask(session, url, (endpoint, bounds), &[("match[version]", "all")]).await;
        let dates: Vec<Timestamp> =
            members_of(endpoint, None, &exchanges).iter().filter_map(|m| known.added(m)).collect();
        if dates.windows(2).all(|w| w[0] <= w[1]) {
            facts.insert(fact);
        }
    }
    if added_after(session, url, holdings).await {
        facts.insert(Fact::AddedAfterWorks);
    }
    facts
}

/// Finds out in which spelling the server knows the brackets of match fields. RFC 3986 makes no difference between
/// `match[id]` and `match%5Bid%5D`, but servers do; filter/or-spelling is about that, and nothing else has to be.
pub async fn brackets(session: &Session, url: &Url) {
    const NOTHING: &str = "indicator--00000000-0000-4000-8000-000000000000";
    let mut encoded = Outgoing::get("probe", paths::under(url, &["objects"]));
    encoded.url.set_query(Some(&session.query(&[("match[id]".to_owned(), NOTHING.to_owned())])));
    let mut plain = encoded.clone();
    plain.url.set_query(Some(&paths::query(&[("match[id]".to_owned(), NOTHING.to_owned())], true)));
    let shows = |e: &Exchange| e.json().map(|b| !members(Endpoint::Objects, None, b, 0).is_empty());
    if shows(&session.send(&encoded, Actor::Client).await) == Some(true)
        && shows(&session.send(&plain, Actor::Client).await) == Some(false)
    {
        session.use_plain_brackets();
    }
}

/// Whether `match[id]` selects one object, nothing where there is no such object, and each of several.
async fn match_id(session: &Session, url: &Url, endpoint: Endpoint, holdings: &Holdings, id: &str) -> bool {
    let unknown = format!("indicator--{}", uuid::Uuid::nil());
    let both = |h: &&Holding| h.in_objects && h.in_manifest && h.id != id;
    let other = holdings.items.iter().find(both).map_or(unknown.clone(), |h| h.id.clone());
    let several = format!("{unknown},{other},{id}");
    for (asked, wanted) in [(id, vec![id]), (unknown.as_str(), vec![]), (several.as_str(), vec![id, &other])] {
        let exchanges = ask(session, url, (endpoint, Bounds::of(holdings.items.len())), &[("match[id]", asked)]).await;
        let members = members_of(endpoint, None, &exchanges);
        let shown: BTreeSet<&str> = members.iter().map(|m| m.id.as_str()).collect();
        if shown != wanted.into_iter().filter(|id| *id != unknown).collect() {
            return false;
        }
    }
    true
}

async fn ask(
    session: &Session,
    url: &Url,
    (endpoint, bounds): (Endpoint, Bounds),
    parameters: &[(&str, &str)],
) -> Vec<Exchange> {
    let parameters: Vec<(String, String)> =
        parameters.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let mut outgoing = Outgoing::get("probe", paths::under(url, &[endpoint.name()]));
    outgoing.url.set_query(Some(&session.query(&parameters)));
    walk(session, &outgoing, Actor::Client, endpoint, (Walk::Auto, bounds)).await.exchanges
}

/// Of so many versions the later half is asked for by `added_after`; of more, the last so many.
const RECENT: usize = 500;

/// Most objects with several versions that are asked for at once.
const SEVERAL: usize = 20;

/// Whether objects with several versions come by default in their latest; holds where there is no such object.
async fn latest_by_default(session: &Session, url: &Url, holdings: &Holdings) -> bool {
    let versions = holdings.by_id();
    let shown = |id: &str| -> BTreeSet<Option<Timestamp>> {
        versions[id].iter().filter(|v| v.in_objects).map(|v| v.at).collect()
    };
    let mut ids: Vec<&str> = holdings.ids().into_iter().filter(|id| shown(id).len() > 1).collect();
    // what the suite added is there in an order of adding that tells more
    ids.sort_by_key(|id| !versions[*id].iter().any(|v| v.own));
    ids.truncate(SEVERAL);
    if ids.is_empty() {
        return true;
    }
    let bounds = Bounds::of(holdings.items.len());
    let exchanges = ask(session, url, (Endpoint::Objects, bounds), &[("match[id]", &ids.join(","))]).await;
    let members = members_of(Endpoint::Objects, None, &exchanges);
    // in one specification version or in several: that is another case's matter
    ids.iter().all(|id| {
        let latest = shown(id).into_iter().next_back().flatten();
        let mut came = members.iter().filter(|m| m.id == *id).peekable();
        came.peek().is_some() && came.all(|m| m.version.as_deref().and_then(Timestamp::parse) == latest)
    })
}

/// Whether `added_after` with a date in the middle selects what was added later, of all versions.
async fn added_after(session: &Session, url: &Url, holdings: &Holdings) -> bool {
    let mut dates: Vec<Timestamp> = holdings.items.iter().filter_map(|h| h.added).collect();
    dates.sort_unstable();
    // of many no more are asked for than one walk reads
    let recent = dates.len().saturating_sub(RECENT);
    if recent == 0 {
        dates.dedup();
    }
    let Some(middle) = dates.get(recent.max(dates.len() / 2)).copied() else { return false };
    let parameters = [("added_after", middle.to_string()), ("match[version]", "all".to_owned())];
    let parameters: Vec<(&str, &str)> = parameters.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let bounds = Bounds::of(holdings.items.len());
    let exchanges = ask(session, url, (Endpoint::Objects, bounds), &parameters).await;
    let members = members_of(Endpoint::Objects, None, &exchanges);
    let known = Known::of(holdings);
    let later = members.iter().filter_map(|m| known.added(m)).all(|d| d > middle);
    let mut came: HashMap<&str, Vec<&Member<'_>>> = HashMap::new();
    members.iter().for_each(|m| came.entry(&m.id).or_default().push(m));
    let mut wanted = holdings.items.iter().filter(|h| h.in_objects && h.added.is_some_and(|d| d > middle));
    later && wanted.all(|h| came.get(h.id.as_str()).is_some_and(|all| all.iter().any(|m| m.is_version_of(h))))
}
