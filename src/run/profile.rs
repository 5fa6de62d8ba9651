//! What is true of a collection, and the values that variables have there.

use std::collections::{BTreeSet, HashSet};

use super::options::{Credentials, Options};
use super::survey::{Collection, Root, Survey};
use crate::case::object::uuid;
use crate::case::template::Values;
use crate::case::{Fact, Place};
use crate::oracle::{Holding, Holdings, Query, Scope, select};
use crate::taxii::{Endpoint, Timestamp};

/// Largest request body that is sent to try `max_content_length`, in bytes.
pub const LARGEST_BODY: u64 = 12 * 1024 * 1024;

/// Types of STIX 2.1, those that are seldom held first.
const TYPES: [&str; 41] = [
    "opinion",
    "mutex",
    "windows-registry-key",
    "malware-analysis",
    "x509-certificate",
    "grouping",
    "incident",
    "autonomous-system",
    "artifact",
    "directory",
    "email-message",
    "mac-addr",
    "process",
    "software",
    "user-account",
    "network-traffic",
    "email-addr",
    "ipv6-addr",
    "infrastructure",
    "location",
    "observed-data",
    "note",
    "language-content",
    "extension-definition",
    "sighting",
    "course-of-action",
    "campaign",
    "intrusion-set",
    "threat-actor",
    "tool",
    "vulnerability",
    "report",
    "identity",
    "marking-definition",
    "attack-pattern",
    "domain-name",
    "ipv4-addr",
    "url",
    "file",
    "malware",
    "relationship",
];

/// In nanoseconds.
const HOUR: i128 = 3_600_000_000_000;

/// What a trial may rely on.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Facts that hold.
    pub facts: BTreeSet<Fact>,
    /// Values of variables.
    pub values: Values,
}

/// Profile of the server, of a root on it, or of a collection in that root.
pub fn profile(
    survey: &Survey,
    options: &Options,
    abilities: &Abilities,
    root: Option<&Root>,
    collection: Option<&Collection>,
) -> Profile {
    let mut p = Profile { facts: abilities.facts.clone(), values: Values::new() };
    let mut fact = |fact: Fact, holds: bool| {
        if holds {
            p.facts.insert(fact);
        }
    };
    fact(Fact::Https, abilities.https);
    fact(Fact::Authentication, survey.authentication);
    fact(Fact::ClosedDiscovery, survey.closed_discovery);
    fact(Fact::Credentials, !matches!(options.credentials, Credentials::None) || options.certificate.is_some());
    fact(Fact::BasicCredentials, matches!(options.credentials, Credentials::Basic { .. }));
    fact(Fact::OtherClient, survey.other_client);
    fact(Fact::TwoRoots, survey.roots.iter().filter(|r| !r.down).count() > 1);
    fact(Fact::Discovery, survey.discovery);
    fact(Fact::WriteAllowed, options.write.is_some());
    let Some(root) = root else { return p };
    let values = &mut p.values;
    values.insert("root".into(), root.url.path().into());
    // one that answers shows more
    let others = survey.roots.iter().filter(|r| r.url != root.url);
    if let Some(other) = others.min_by_key(|r| !r.lists) {
        values.insert("other-root".into(), other.url.path().into());
    }
    fact(Fact::RootAdmits, !root.closed);
    fact(Fact::RootShown, !root.hidden);
    fact(Fact::RootServes, !root.down);
    fact(Fact::RootAnswers, root.resource.is_some());
    fact(Fact::CollectionsAnswer, root.lists);
    let limit = root.resource.as_ref().and_then(|r| r.get("max_content_length")).and_then(serde_json::Value::as_u64);
    if let Some(limit) = limit.filter(|l| (2048..=LARGEST_BODY).contains(l)) {
        fact(Fact::SmallContentLimit, true);
        values.insert("below-content-limit".into(), (limit - 1).to_string());
        values.insert("above-content-limit".into(), (limit + 1).to_string());
    }
    for (f, place) in [
        (Fact::Unreadable, Place::Unreadable),
        (Fact::Unwritable, Place::Unwritable),
        (Fact::ReadOnly, Place::ReadOnly),
        (Fact::WriteOnly, Place::WriteOnly),
        (Fact::NoAccess, Place::NoAccess),
        (Fact::Empty, Place::Empty),
        (Fact::OtherCollection, Place::Other),
    ] {
        fact(f, find(root, collection, place).is_some());
    }
    for (f, place) in [
        (Fact::UnreadableAlias, Place::Unreadable),
        (Fact::UnwritableAlias, Place::Unwritable),
        (Fact::ReadOnlyAlias, Place::ReadOnly),
        (Fact::WriteOnlyAlias, Place::WriteOnly),
        (Fact::NoAccessAlias, Place::NoAccess),
    ] {
        fact(f, find_with_alias(root, collection, place).is_some());
    }
    fact(Fact::Alias, collection.map_or(root.collections.iter().any(|c| c.alias().is_some()), |c| c.alias().is_some()));
    let Some(collection) = collection else { return p };
    values.insert("collection".into(), collection.id.clone());
    let mut others: Vec<&Collection> = root.collections.iter().filter(|c| !c.holdings.items.is_empty()).collect();
    others.sort_by_key(|c| (c.can_write, c.id == collection.id));
    if let Some(holding) = others.first().and_then(|c| c.holdings.items.first()) {
        values.insert("elsewhere".into(), holding.id.clone());
    }
    if let Some(alias) = collection.alias() {
        values.insert("alias".into(), alias.into());
    }
    fact(Fact::CollectionAnswers, collection.answers_itself);
    fact(Fact::SomeRight, collection.can_read || collection.can_write || collection.answers_itself);
    fact(Fact::Readable, collection.can_read);
    fact(Fact::Writable, collection.written);
    for (f, endpoint) in [
        (Fact::ObjectsAnswer, Endpoint::Objects),
        (Fact::ManifestAnswers, Endpoint::Manifest),
        (Fact::ObjectAnswers, Endpoint::Object),
        (Fact::VersionsAnswer, Endpoint::Versions),
    ] {
        fact(f, collection.answers.contains(&endpoint));
    }
    for f in &collection.facts {
        fact(*f, true);
    }
    fact(Fact::Private, collection.private);
    fact(Fact::ClosedToOther, collection.closed_to_other);
    fact(Fact::NextOffered, collection.next);
    fact(Fact::CompleteRead, collection.holdings.complete);
    fact(Fact::DatesReadable, !collection.lossy);
    of_holdings(&mut p, &collection.holdings);
    p
}

/// What the run found out about the server by doing, not by looking.
#[derive(Clone, Debug, Default)]
pub struct Abilities {
    /// Facts that hold: adding, deleting.
    pub facts: BTreeSet<Fact>,
    /// Whether the server is reached by HTTPS.
    pub https: bool,
}

/// Values that hold nowhere else: random ids of a trial.
pub fn random_values(values: &mut Values, seed: u64, trial: &str) {
    let id = uuid(seed, trial, "random-uuid");
    values.insert("random-uuid".into(), id.to_string());
    values.insert("run-uuid".into(), uuid(seed, "", "run-uuid").to_string());
    values.insert("random-object".into(), format!("indicator--{}", uuid(seed, trial, "random-object")));
}

/// The collection of `root` that a place stands for, seen from `bound`.
pub fn find<'a>(root: &'a Root, bound: Option<&Collection>, place: Place) -> Option<&'a Collection> {
    root.collections.iter().find(|c| fits(c, bound, place))
}

fn fits(c: &Collection, bound: Option<&Collection>, place: Place) -> bool {
    // a right that the collection does not tell is not denied
    let (no_read, no_write) = (c.denies("can_read"), c.denies("can_write"));
    match place {
        Place::Unreadable => no_read,
        Place::Unwritable => no_write,
        Place::ReadOnly => c.can_read && no_write,
        Place::WriteOnly => no_read && c.can_write,
        Place::NoAccess => no_read && no_write,
        Place::Empty => c.read && !c.written && c.holdings.items.is_empty() && c.answers.contains(&Endpoint::Objects),
        Place::Other => c.can_read && bound.is_some_and(|b| b.id != c.id),
        Place::Unknown => false,
    }
}

/// Like [`find`], of collections that have an alias.
pub fn find_with_alias<'a>(root: &'a Root, bound: Option<&Collection>, place: Place) -> Option<&'a Collection> {
    // an alias that two collections have names neither: see collections/unique-alias
    let sole = |c: &Collection| root.collections.iter().filter(|other| other.alias() == c.alias()).count() == 1;
    root.collections.iter().find(|c| c.alias().is_some() && sole(c) && fits(c, bound, place))
}

/// The same UUID under another type: an id that nothing has.
fn retyped(id: &str) -> String {
    let (kind, uuid) = id.split_once("--").unwrap_or(("", id));
    format!("{}--{uuid}", if kind == "grouping" { "opinion" } else { "grouping" })
}

fn of_holdings(p: &mut Profile, holdings: &Holdings) {
    let mut certain: Vec<&Holding> = holdings.items.iter().filter(|h| h.certain).collect();
    // own objects first: nobody else takes them away
    certain.sort_by_key(|h| !h.own);
    let mut seen = HashSet::new();
    let ids: Vec<&str> = certain.iter().map(|h| h.id.as_str()).filter(|id| seen.insert(*id)).collect();
    // of others those in the middle: what a feed lets expire is the oldest
    let mut sample = ids.clone();
    let own = certain.iter().filter(|h| h.own).count();
    sample.rotate_left(if own == 0 { ids.len() / 2 } else { 0 });
    let mut versions = holdings.by_id();
    versions.values_mut().for_each(|all| all.sort_by_key(|h| (h.at, h.sequence)));
    let versions = versions;
    let facts = &mut p.facts;
    let mut set = |name: &str, value: String| {
        p.values.insert(name.to_owned(), value);
    };
    let last_version = |id: &str| versions[id].last().and_then(|h| h.version.clone()).unwrap_or_default();
    if let Some(id) = sample.first() {
        facts.insert(Fact::SomeObject);
        set("object", (*id).to_owned());
        set("object.version", last_version(id));
        set("object.encoded", id.replace('-', "%2D"));
        set("object.cut", id.chars().take(id.chars().count().saturating_sub(1)).collect());
        set("object.retyped", retyped(id));
        let plain = select(holdings, Scope::Collection, &Query::default());
        let count = plain.iter().map(|s| s.items.len()).max().unwrap_or(0);
        set("count", count.to_string());
        set("count+1", (count + 1).to_string());
        if ids.len() >= 3 {
            facts.insert(Fact::ThreeObjects);
            set("count-1", (count - 1).to_string());
            set("object-b", sample[1].to_owned());
            set("object-c", sample[2].to_owned());
            let many = &ids[..ids.len().min(30)];
            set("many-ids", many.join(","));
            set("many-ids.reversed", many.iter().rev().copied().collect::<Vec<_>>().join(","));
        }
    }
    let kind = |id: &str| versions[id][0].kind.as_str();
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for id in &ids {
        match kinds.iter_mut().find(|(k, _)| *k == kind(id)) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind(id), 1)),
        }
    }
    // types of many objects give pages, and dates to put in order
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if kinds.len() > 1 {
        facts.insert(Fact::TwoTypes);
        set("type.upper-case", kinds[0].0.to_uppercase());
        for (name, (k, _)) in [("type", kinds[0]), ("type-b", kinds[1])] {
            set(name, k.to_owned());
            if let Some(id) = ids.iter().find(|id| kind(id) == k) {
                set(&format!("object-of-{name}"), (*id).to_owned());
            }
        }
    }
    if let Some(id) = ids.iter().find(|id| matches!(kind(id), "relationship" | "sighting")) {
        facts.insert(Fact::Sro);
        set("sro", (*id).to_owned());
    }
    // what either of objects and manifest shows is there
    let there: BTreeSet<&str> = holdings.items.iter().map(|h| h.kind.as_str()).collect();
    if let Some(absent) = TYPES.iter().find(|t| !there.contains(**t)) {
        facts.insert(Fact::AbsentType);
        set("absent-type", (*absent).to_owned());
    }
    let several = |least: usize| {
        // the STIX 2.0 and 2.1 forms of one version share its timestamp: they are no two versions to tell apart
        let distinct = |of: &[&Holding]| of.iter().filter_map(|h| h.at).collect::<BTreeSet<_>>().len() == of.len();
        ids.iter().copied().find(|id| versions[id].len() >= least && distinct(&versions[id]))
    };
    if let Some(id) = several(3).or_else(|| several(2)) {
        let v = &versions[id];
        facts.insert(Fact::TwoVersions);
        set("versioned", id.to_owned());
        set("versioned.type", v[0].kind.clone());
        set("versioned.first", v[0].version.clone().unwrap_or_default());
        set("versioned.last", last_version(id));
        set("versioned.count", v.len().to_string());
        set("versioned.count-1", (v.len() - 1).to_string());
        set("versioned.count+1", (v.len() + 1).to_string());
        if let Some(at) = v[0].at {
            set("versioned.first.six-digits", at.spelled(6));
        }
        if let Some(at) = v.last().and_then(|h| h.at) {
            let millisecond = Timestamp::MICROSECOND * 1000;
            set("versioned.last.before", at.plus(-millisecond).spelled(3));
            set("versioned.last.after", at.plus(millisecond).spelled(3));
        }
        if v.len() >= 3 {
            facts.insert(Fact::ThreeVersions);
            set("versioned.middle", v[v.len() / 2].version.clone().unwrap_or_default());
        }
        let dates: BTreeSet<Timestamp> = v.iter().filter_map(|h| h.added).collect();
        if let Some(first) = dates.first().filter(|_| dates.len() > 1) {
            facts.insert(Fact::SpreadVersions);
            set("versioned.added-first", first.to_string());
        }
    }
    if let Some(h) = certain
        .iter()
        .find(|h| h.object.as_ref().is_some_and(|o| o.get("modified").is_none() && o.get("created").is_some()))
    {
        facts.insert(Fact::Unversioned);
        set("unversioned", h.id.clone());
        set("unversioned.created", h.version.clone().unwrap_or_default());
    }
    if let Some(h) = certain
        .iter()
        .find(|h| h.object.as_ref().is_some_and(|o| o.get("modified").is_none() && o.get("created").is_none()))
    {
        facts.insert(Fact::Sco);
        set("sco", h.id.clone());
        set("sco.version", h.version.clone().unwrap_or_default());
    }
    let specs: BTreeSet<&str> = certain.iter().map(|h| h.spec.as_deref().unwrap_or("2.0")).collect();
    let bare_sdo = certain.iter().any(|h| h.spec.is_none() && h.versioned());
    if specs.len() > 1 && (bare_sdo || certain.iter().any(|h| h.spec.as_deref() == Some("2.0"))) {
        facts.insert(Fact::TwoSpecs);
    }
    let specs_of = |id: &str| versions[id].iter().filter(|h| h.certain).map(|h| &h.spec).collect::<BTreeSet<_>>();
    if let Some(id) = ids.iter().find(|id| specs_of(id).len() > 1) {
        facts.insert(Fact::OneInTwoSpecs);
        set("in-two-specs", (*id).to_owned());
    }
    if !certain.is_empty() && certain.iter().all(|h| h.added.is_some()) {
        facts.insert(Fact::DatesKnown);
        // dates at which the latest version of something was added: a plain query tells them apart
        let plain = select(holdings, Scope::Collection, &Query::default());
        let dates: BTreeSet<Timestamp> = plain.iter().flat_map(|s| &s.items).filter_map(|h| h.added).collect();
        let dates: Vec<Timestamp> = dates.into_iter().collect();
        let mut date = |name: &str, date: Timestamp| {
            set(name, date.to_string());
            set(&format!("before-{name}"), date.plus(-Timestamp::MICROSECOND).to_string());
        };
        // one date is enough to ask for what is later, and for what is not
        if let (Some(first), Some(last)) = (dates.first(), dates.last()) {
            date("first-added", *first);
            date("last-added", *last);
            let before = last.plus(2 * HOUR - Timestamp::MICROSECOND);
            set("before-last-added.zone", before.to_string().replace('Z', "+02:00"));
        }
        let late = plain.iter().flat_map(|s| &s.items).find(|h| h.versioned() && h.at.is_some() && h.at < h.added);
        if let Some(version) = late.and_then(|h| h.version.clone()) {
            facts.insert(Fact::AddedAfterModified);
            set("added-late.version", version);
        }
        if dates.len() >= 3 {
            facts.insert(Fact::ThreeDates);
            let middle = dates[dates.len() / 2];
            set("middle-added", middle.to_string());
            set("before-middle-added", middle.plus(-Timestamp::MICROSECOND).to_string());
            set("middle-added.seconds", middle.spelled(0));
            set("middle-added.milliseconds", middle.spelled(3));
            set("middle-added.nanoseconds", middle.spelled(9));
            set("middle-added.offset", middle.to_string().replace('Z', "+00:00"));
        }
    }
}
