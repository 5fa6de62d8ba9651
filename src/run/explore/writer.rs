//! Writes a sequence of operations as steps, with what a conformant server answers to each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::blame::{self, Past, rests_on};
use super::limits::Limits;
use super::op::{Ask, Item, LATER, MARK, Op, Pick, SCO, Slot, WORLD, Where, Word};
use super::script::{Line, Script};
use crate::case::template::{Values, fill};
use crate::case::{Fact, object};
use crate::oracle::{Holding, Holdings, Query, Scope, select};
use crate::taxii::Timestamp;

/// A second, in nanoseconds.
const SECOND: i128 = 1_000_000_000;

/// Writes sequences, and keeps count of what a conformant server then holds.
pub struct Writer<'a> {
    limits: &'a Limits,
    script: Script,
    /// Objects of the world and their values, as a trial would make them.
    objects: BTreeMap<String, Value>,
    values: Values,
    held: Holdings,
    past: BTreeMap<Slot, Past>,
    /// Objects that were ever added.
    added: BTreeSet<Slot>,
    /// What was deleted. Section 5.7 says that it is not to be seen again, and nothing of adding it anew.
    deleted: BTreeSet<Item>,
    /// Whether all dates have been asked for.
    dated: bool,
    /// How many envelopes were added.
    envelopes: i128,
    op: usize,
}

/// The sequence as steps; what the limits forbid, or what would say nothing, is left out.
pub fn write(ops: &[Op], limits: &Limits) -> Script {
    let mut writer = Writer::new(limits);
    for (at, op) in ops.iter().enumerate() {
        writer.op = at;
        match op {
            Op::Add(items) => writer.add(items),
            Op::Delete(slot, pick) => writer.delete(*slot, *pick),
            Op::Ask(ask) => writer.ask(ask),
        }
    }
    writer.script
}

impl<'a> Writer<'a> {
    fn new(limits: &'a Limits) -> Writer<'a> {
        let all = (0..WORLD.len()).flat_map(|slot| (0..LATER.len()).map(move |v| Item::new(slot, v)));
        let definitions: String = all
            .collect::<BTreeSet<_>>()
            .iter()
            .map(|i| i.definition(limits.created.get(i.slot).map(String::as_str)))
            .collect();
        let defined = toml::from_str(&definitions).unwrap_or_default();
        let objects = object::make(&defined, 0, "world", &Values::new()).unwrap_or_default();
        let values = object::values(&objects);
        Writer {
            limits,
            script: Script { created: limits.created.clone(), ..Script::default() },
            objects,
            values,
            held: Holdings::default(),
            past: BTreeMap::new(),
            added: BTreeSet::new(),
            deleted: BTreeSet::new(),
            dated: true,
            envelopes: 0,
            op: 0,
        }
    }

    fn line(&mut self, what: String, expect: String, blame: Vec<&'static str>) {
        self.script.lines.push(Line { what, expect, blame, op: self.op });
    }

    fn holds(&self, item: Item) -> bool {
        let Some(object) = self.objects.get(&item.name()) else { return false };
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let (id, version) = (text("id").unwrap_or(""), text("modified").or_else(|| text("created")));
        self.held.items.iter().any(|h| h.id == id && version.is_none_or(|v| h.is_version(v)))
    }

    fn id(&self, slot: Slot) -> String {
        self.values.get(&format!("{}.id", WORLD[slot].0)).cloned().unwrap_or_default()
    }

    fn versions_of(&self, slot: Slot) -> usize {
        self.held.versions(&self.id(slot)).len()
    }

    fn names(&mut self, item: Item) {
        self.script.items.insert(Item::new(item.slot, 0));
        self.script.items.insert(item);
    }

    fn add(&mut self, items: &[Item]) {
        let mut batch: Vec<Item> = Vec::new();
        for item in items {
            let offered = match item.slot {
                MARK => self.limits.has(Fact::Unversioned),
                SCO => self.limits.has(Fact::Sco),
                _ => self.limits.versions() || item.version == 0,
            };
            let twice = self.holds(*item) && self.limits.any_broken(&["T21-5.5-04"]);
            let gone = self.deleted.contains(item) || self.past.get(&item.slot).is_some_and(|p| p.gone);
            if offered && !twice && !gone && !batch.contains(item) {
                batch.push(*item);
            }
        }
        if batch.is_empty() {
            return;
        }
        let mut again = false;
        // any date will do: what was added in one envelope most likely shares one, and later ones have others
        self.envelopes += 1;
        let Some(date) = Timestamp::parse("2024-06-01T00:00:00Z").map(|t| t.plus(self.envelopes * SECOND)) else {
            return;
        };
        for item in &batch {
            let latest = self.held.versions(&self.id(item.slot)).last().and_then(|h| h.at);
            let Some(object) = self.objects.get(&item.name()).cloned() else { return };
            let duplicate = self.holds(*item);
            let Some(new) = Holding::of(&object, 0) else { return };
            self.held.add(&object);
            self.held.learn([(new.id.as_str(), new.version.as_deref(), date)]);
            self.values.insert(format!("{}.added", item.name()), date.to_string());
            let past = self.past.entry(item.slot).or_default();
            past.late |= !duplicate && latest.is_some() && new.at < latest;
            again |= duplicate;
            let several = self.versions_of(item.slot) > 1;
            self.past.entry(item.slot).or_default().several |= several;
            self.added.insert(item.slot);
            self.names(*item);
        }
        for item in &batch {
            // what goes wrong beside a duplicate goes wrong because of it
            self.past.entry(item.slot).or_default().duplicate |= again;
        }
        self.dated = false;
        let names: Vec<String> = batch.iter().map(|i| format!("\"{}\"", i.name())).collect();
        let what = format!("add = [{}]\n", names.join(", "));
        // an envelope with several versions of one object may be refused, duplicate or not
        let slots: BTreeSet<Slot> = batch.iter().map(|i| i.slot).collect();
        if again && slots.len() == batch.len() {
            self.line(what, "status = \"2xx\", counts = \"all-succeeded\"".into(), vec!["T21-5.5-04"]);
        } else {
            self.line(what, String::new(), Vec::new());
        }
    }

    fn delete(&mut self, slot: Slot, pick: Option<Pick>) {
        if !self.limits.deletes() || !self.added.contains(&slot) {
            return;
        }
        let pick = match pick {
            Some(Pick::Exact(item)) if slot == SCO || item.slot == SCO => Some(Pick::All),
            // what a plain DELETE removes of several versions is read in two ways (section 5.7)
            None if self.versions_of(slot) > 1 => Some(Pick::All),
            pick => pick,
        };
        let whole = matches!(pick, None | Some(Pick::All));
        if !whole && self.limits.any_broken(&["T21-5.7-03"]) {
            return;
        }
        let version = pick.map(|p| version(&[p]));
        let parameters: Vec<(String, String)> = version.into_iter().map(|v| ("match[version]".to_owned(), v)).collect();
        let before = self.versions_of(slot);
        let held: Vec<Item> = (0..LATER.len()).map(|v| Item::new(slot, v)).filter(|i| self.holds(*i)).collect();
        self.held.delete(&self.id(slot), &self.query(&parameters));
        self.deleted.extend(held.into_iter().filter(|i| !self.holds(*i)).collect::<Vec<_>>());
        let after = self.versions_of(slot);
        let selected = after < before;
        if let Some(Pick::Exact(item)) = pick {
            self.names(item);
        }
        let past = self.past.entry(slot).or_default();
        let blame = blame::of_delete(selected, *past);
        past.cut |= !whole;
        past.gone |= whole || after == 0;
        let expect = match (before > 0, selected) {
            _ if self.limits.any_broken(&blame) => "",
            (_, true) => "status = 200",
            (false, _) => "status = 404",
            // the object is there, and none of its versions is selected
            (true, false) => "status = [200, 404]",
        };
        let what = format!("delete = \"object\"\nobject = \"{{{}.id}}\"\n{}", WORLD[slot].0, query(&parameters));
        self.names(Item::new(slot, 0));
        self.line(what, expect.to_owned(), blame);
    }

    fn ask(&mut self, ask: &Ask) {
        let Some((ask, slots)) = self.fitting(ask) else { return };
        let mut parameters = self.parameters(&ask);
        let (selected, dates) = self.selected(&ask, &parameters);
        let alone = !matches!(ask.word, Word::Selection | Word::Order) || self.limits.isolated;
        let collection = matches!(ask.at, Where::Objects | Where::Manifest);
        if alone && collection && ask.ids.is_none() {
            parameters.push(("match[id]".to_owned(), ids(self.added.iter().copied())));
            parameters.sort();
        }
        let past = slots.iter().filter_map(|s| self.past.get(s)).fold(Past::default(), |a, b| a.and(*b));
        let blame = rests_on(&ask, past, selected);
        let Some((more, expect)) = self.expect(&ask, past, selected, dates) else { return };
        if self.limits.any_broken(&blame) || !self.works(&ask, &parameters) {
            return;
        }
        let needs_dates =
            ask.after.is_some() || matches!(ask.word, Word::Order | Word::Dates | Word::Walk(_) | Word::WalkByDate(_));
        if needs_dates {
            if !self.limits.dates() {
                return;
            }
            self.learn();
        }
        parameters.extend(more.limit.map(|l| ("limit".to_owned(), l.to_string())));
        parameters.sort();
        let (endpoint, object) = match ask.at {
            Where::Objects => ("objects", None),
            Where::Manifest => ("manifest", None),
            Where::Object(slot) => ("object", Some(slot)),
            Where::Versions(slot) => ("versions", Some(slot)),
        };
        let mut what = format!("get = \"{endpoint}\"\n");
        if let Some(slot) = object {
            what += &format!("object = \"{{{}.id}}\"\n", WORLD[slot].0);
        }
        what += &query(&parameters);
        what += &more.walk.map(|w| format!("walk = \"{w}\"\n")).unwrap_or_default();
        for item in ask.versions.iter().flatten().filter_map(|p| if let Pick::Exact(i) = p { Some(*i) } else { None }) {
            self.names(item);
        }
        slots.iter().for_each(|s| self.names(Item::new(*s, 0)));
        self.line(what, expect, blame);
    }

    /// Asks for the dates of what was added, where that was not done since.
    fn learn(&mut self) {
        if std::mem::replace(&mut self.dated, true) {
            return;
        }
        let parameters = [
            ("match[id]".to_owned(), ids(self.added.iter().copied())),
            ("match[version]".to_owned(), "all".to_owned()),
        ];
        self.line(format!("get = \"manifest\"\n{}walk = \"all\"\n", query(&parameters)), String::new(), Vec::new());
    }

    /// The query without what its endpoint does not define or what names nothing, and the objects that it is about.
    fn fitting(&self, ask: &Ask) -> Option<(Ask, Vec<Slot>)> {
        let mut ask = ask.clone();
        let mut slots: Vec<Slot> = self.added.iter().copied().collect();
        if let Where::Object(slot) | Where::Versions(slot) = ask.at {
            (ask.ids, ask.types) = (None, None);
            slots = vec![slot];
        }
        if matches!(ask.at, Where::Versions(_)) {
            ask.versions = None;
        }
        if let Some(wanted) = &mut ask.ids {
            wanted.retain(|s| self.added.contains(s));
            slots.clone_from(wanted);
        }
        if let Some(picks) = &mut ask.versions {
            picks.retain(|p| !matches!(p, Pick::Exact(i) if i.slot == SCO || !self.added.contains(&i.slot)));
            picks.sort();
            picks.dedup();
            if picks.contains(&Pick::All) {
                *picks = vec![Pick::All];
            }
        }
        ask.versions = ask.versions.filter(|v| !v.is_empty());
        ask.ids = ask.ids.filter(|i| !i.is_empty());
        ask.after = ask.after.filter(|item| self.holds(*item));
        // of an object that never was every server says the same, and a case asks for it
        (!slots.is_empty() && slots.iter().all(|s| self.added.contains(s))).then_some((ask, slots))
    }

    fn parameters(&self, ask: &Ask) -> Vec<(String, String)> {
        let mut parameters = Vec::new();
        let mut add = |name: &str, value: Option<String>| parameters.extend(value.map(|v| (name.to_owned(), v)));
        add("added_after", ask.after.map(|i| format!("{{{}.added}}", i.name())));
        add("match[id]", ask.ids.as_ref().map(|i| ids(i.iter().copied())));
        add("match[spec_version]", ask.specs.map(str::to_owned));
        add("match[type]", ask.types.as_ref().map(|t| t.join(",")));
        add("match[version]", ask.versions.as_ref().map(|v| version(v)));
        parameters
    }

    fn query(&self, parameters: &[(String, String)]) -> Query {
        let filled: Vec<(&str, String)> =
            parameters.iter().map(|(n, v)| (n.as_str(), fill(v, &self.values).unwrap_or_else(|_| v.clone()))).collect();
        Query::new(filled.iter().map(|(n, v)| (*n, v.as_str())))
    }

    /// How much the query selects, and on how many dates; with `added_after`, how much it may.
    fn selected(&self, ask: &Ask, parameters: &[(String, String)]) -> (usize, usize) {
        let query = self.query(parameters);
        let id = match ask.at {
            Where::Object(slot) | Where::Versions(slot) => self.id(slot),
            _ => String::new(),
        };
        let scope = match ask.at {
            Where::Objects | Where::Manifest => Scope::Collection,
            Where::Object(_) => Scope::Object(&id),
            Where::Versions(_) => Scope::Versions(&id),
        };
        let dates = |items: &[&Holding]| items.iter().filter_map(|h| h.added).collect::<BTreeSet<_>>().len();
        let selections = select(&self.held, scope, &query);
        selections.iter().map(|s| (s.items.len(), dates(&s.items))).max().unwrap_or_default()
    }

    /// Whether the endpoint and what the query uses as a tool work on this server.
    fn works(&self, ask: &Ask, parameters: &[(String, String)]) -> bool {
        let by_id = parameters.iter().any(|(n, _)| n == "match[id]");
        let endpoint = match ask.at {
            Where::Objects => self.limits.has(Fact::ObjectsAnswer) && (!by_id || self.limits.has(Fact::MatchId)),
            Where::Manifest => {
                self.limits.has(Fact::ManifestAnswers)
                    && self.limits.has(Fact::VersionsAgree)
                    && (!by_id || self.limits.has(Fact::MatchIdOnManifest))
            }
            Where::Object(_) => self.limits.has(Fact::ObjectAnswers),
            Where::Versions(_) => self.limits.has(Fact::VersionsAnswer),
        };
        endpoint && (ask.after.is_none() || self.limits.has(Fact::AddedAfterWorks))
    }

    /// What has to hold of the answer; nothing where there would be nothing to judge.
    fn expect(&self, ask: &Ask, past: Past, selected: usize, dates: usize) -> Option<(Paging, String)> {
        let envelope = matches!(ask.at, Where::Objects | Where::Object(_));
        let by_next = envelope && self.limits.has(Fact::NextOffered);
        let none = Paging { limit: None, walk: None };
        let limited = |limit: usize, walk| Paging { limit: Some(limit), walk };
        // how much added_after leaves depends on dates that are not known here
        let counted = ask.after.is_none();
        match ask.word {
            Word::Selection => Some((none, "status = [200, 404], selection = \"versions\"".into())),
            Word::Once => (selected > 0).then(|| (none, "status = [200, 404], pages = \"no-repeats\"".into())),
            // neither 3.3 nor 5.8 puts versions in order
            Word::Order => {
                (dates > 1 && !matches!(ask.at, Where::Versions(_))).then(|| (none, "order = \"date-added\"".into()))
            }
            Word::Dates => (counted && selected > 0).then(|| (none, "dates = \"yes\"".into())),
            Word::Limit(n) => (counted && selected > 0).then(|| (limited(n, None), "limit = \"yes\"".into())),
            Word::More(n) => {
                let more = if selected > n { "more = \"true\"" } else { "more = \"false\"" };
                (counted && selected > 0).then(|| (limited(n, None), more.into()))
            }
            Word::Walk(n) if by_next => {
                let whole = (limited(n, Some("next")), "pages = \"whole\"".into());
                (counted && selected > n).then_some(whole)
            }
            Word::Walk(n) | Word::WalkByDate(n) => {
                // of first and last a later date can select others, as one reads section 3.4
                let stable = ask.versions.as_deref() == Some(&[Pick::All]) || matches!(ask.at, Where::Versions(_));
                if past.several && !stable {
                    return None;
                }
                let dated = (limited(n, Some("added-after")), "pages = \"complete-but-ties\"".into());
                (counted && selected > n && self.limits.has(Fact::AddedAfterWorks)).then_some(dated)
            }
        }
    }
}

/// How a query goes over pages.
struct Paging {
    limit: Option<usize>,
    walk: Option<&'static str>,
}

/// Value of `match[version]`.
fn version(picks: &[Pick]) -> String {
    let word = |pick: &Pick| match pick {
        Pick::Last => "last".to_owned(),
        Pick::First => "first".to_owned(),
        Pick::All => "all".to_owned(),
        Pick::Exact(item) => format!("{{{}.version}}", item.name()),
    };
    picks.iter().map(word).collect::<Vec<_>>().join(",")
}

/// Value of `match[id]`.
fn ids(slots: impl Iterator<Item = Slot>) -> String {
    slots.map(|s| format!("{{{}.id}}", WORLD[s].0)).collect::<Vec<_>>().join(",")
}

/// The `query` line of a step; nothing where there are no parameters.
fn query(parameters: &[(String, String)]) -> String {
    if parameters.is_empty() {
        return String::new();
    }
    let one = |(name, value): &(String, String)| match name.contains('[') {
        true => format!("\"{name}\" = \"{value}\""),
        false => format!("{name} = \"{value}\""),
    };
    format!("query = {{ {} }}\n", parameters.iter().map(one).collect::<Vec<_>>().join(", "))
}
