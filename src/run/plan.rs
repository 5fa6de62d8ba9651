//! Which trials a run has: cases bound to server, API roots and collections, and to rows of their matrix.

mod needs;

use globset::{Glob, GlobSet, GlobSetBuilder};

pub use self::needs::needs;
use super::options::{Options, Write};
use super::profile::{Abilities, Profile, profile, random_values};
use super::survey::{Collection, Survey};
use crate::case::matrix::{REQUIREMENT, Row, rows};
use crate::case::{Actor, By, Case, Fact, Scope, Step, register, template};
use crate::check::media_types;
use crate::record::{Planned, Shard, Verdict};

/// Indices of the API root and collection that a trial is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Index into the survey's roots.
    pub root: usize,
    /// Index into the root's collections.
    pub collection: Option<usize>,
}

/// A trial that is ready to run, or known not to.
pub struct Task<'a> {
    /// For the report.
    pub planned: Planned,
    /// The case.
    pub case: &'a Case,
    /// Facts and values; the matrix row is among the values.
    pub profile: Profile,
    /// The matrix row as the case has it: its values may hold what is not known before the trial runs.
    pub row: template::Values,
    /// Where it looks; none where no API root is known.
    pub binding: Option<Binding>,
    /// Verdict and reason where it cannot run.
    pub lacking: Option<(Verdict, String)>,
    /// Whether it does not run because the user chose so.
    pub by_choice: bool,
}

/// Globs that do not parse are wrong usage.
pub fn globs(patterns: &[String]) -> Result<Option<GlobSet>, String> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).map_err(|e| format!("`{pattern}` is not a glob: {e}"))?);
        // the id of a trial holds brackets, and a case's id stands for all its trials
        let literal = globset::escape(pattern);
        for further in [format!("{literal}[[@]*"), format!("{pattern}[[@]*"), literal] {
            set.add(Glob::new(&further).map_err(|e| e.to_string())?);
        }
    }
    set.build().map(Some).map_err(|e| e.to_string())
}

/// What is to be run, and what there would be.
#[derive(Default)]
pub struct Plan<'a> {
    /// The trials that were asked for, in the order of the cases' ids.
    pub tasks: Vec<Task<'a>>,
    /// Ids of all trials that there are, also of those that were not asked for.
    pub all: Vec<String>,
    /// Which part of what was asked for this is, where it was divided.
    pub shard: Option<Shard>,
}

/// Makes the plan. The same survey and options make the same plan.
pub fn plan<'a>(
    cases: &'a [Case],
    survey: &Survey,
    options: &Options,
    abilities: &Abilities,
) -> Result<Plan<'a>, String> {
    let (only, skip) = (globs(&options.only)?, globs(&options.skip)?);
    let mut plan = Plan::default();
    let places = places(survey, options, abilities);
    // without an API root there is nothing but the server itself to look at
    let rootless = |case: &&Case| !survey.roots.is_empty() || case.scope == Scope::Server;
    for case in cases.iter().filter(|c| options.profile.is_none_or(|p| p.takes(c))).filter(rootless) {
        for row in rows(case) {
            for (binding, profile) in bindings(case, &row, survey, options, &places) {
                let id = format!("{}{}{}", case.id.get_ref(), row.label, place(case.scope, survey, binding));
                plan.all.push(id.clone());
                let chosen = |set: &Option<GlobSet>| {
                    set.as_ref().is_some_and(|s| {
                        s.is_match(&id)
                            || s.is_match(case.id.get_ref())
                            || s.is_match(id.split('@').next().unwrap_or(""))
                    })
                };
                if (only.is_some() && !chosen(&only)) || chosen(&skip) {
                    continue;
                }
                plan.tasks.push(task(case, &row, id, binding, profile, options));
            }
        }
    }
    if let Some((index, count)) = options.shard {
        divide(&mut plan, index, count);
    }
    Ok(plan)
}

/// Keeps one part of the plan: every `count`th trial, so that the parts take about as long.
fn divide(plan: &mut Plan<'_>, index: usize, count: usize) {
    let plan_sha256 = Shard::digest(plan.tasks.iter().map(|t| t.planned.id.as_str()));
    plan.shard = Some(Shard { index, count, planned: plan.tasks.len(), plan_sha256 });
    let mut at = 0..;
    plan.tasks.retain(|_| at.next().is_some_and(|at: usize| at % count == index - 1));
}

/// A trial of one row of a case, at one place.
pub(super) fn task<'a>(
    case: &'a Case,
    row: &Row,
    id: String,
    binding: Option<Binding>,
    mut profile: Profile,
    options: &Options,
) -> Task<'a> {
    random_values(&mut profile.values, options.seed, &id);
    profile.values.extend(row.values.clone());
    let lacking =
        needs(case, row)
            .into_iter()
            .filter(|f| !profile.facts.contains(f))
            .min_by_key(|f| f.lacking() != Verdict::Skip)
            // of a collection that holds nothing it is not known what would work there
            .map(|f| {
                if f.is_tried_on_objects() && !profile.facts.contains(&Fact::SomeObject) { Fact::SomeObject } else { f }
            });
    let left_out = (case.risky && options.no_risky)
        .then(|| (Verdict::Skip, "it may spoil a fragile server, and --no-risky leaves it out".to_owned()));
    let by_choice = left_out.is_some() || lacking.is_some_and(Fact::by_choice);
    let lacking = left_out.or(lacking.map(|fact| reason(fact, options)));
    let requirements: Vec<String> = match row.values.get(REQUIREMENT) {
        Some(one) => vec![one.clone()],
        None => case.requirements.iter().map(|r| r.get_ref().clone()).collect(),
    };
    // values of the matrix may hold variables themselves
    for _ in 0..2 {
        let filled: Vec<(String, String)> = row
            .values
            .keys()
            .filter_map(|k| Some((k.clone(), template::fill(profile.values.get(k)?, &profile.values).ok()?)))
            .collect();
        profile.values.extend(filled);
    }
    let planned = Planned {
        id,
        case: case.id.get_ref().clone(),
        title: case.title.clone(),
        level: register::strongest(requirements.iter().map(String::as_str)),
        requirements,
        writes: case.writes(),
        risky: case.risky,
        steps: case.steps.iter().map(|s| words(s, &profile.values)).collect(),
        skip: lacking.as_ref().map(|(_, reason)| reason.clone()),
    };
    Task { planned, case, profile, row: row.values.clone(), binding, lacking, by_choice }
}

fn reason(fact: Fact, options: &Options) -> (Verdict, String) {
    let mut text = fact.remedy().to_owned();
    if options.write.is_some() {
        // that is done already
        text = text.replace(", or give --write", "");
    }
    if let Some(judge) = fact.judge() {
        text += &format!(" (see {judge})");
    }
    (fact.lacking(), text)
}

fn place(scope: Scope, survey: &Survey, binding: Option<Binding>) -> String {
    let Some(binding) = binding.filter(|_| scope != Scope::Server) else { return String::new() };
    let root = &survey.roots[binding.root];
    match binding.collection.filter(|_| scope != Scope::Root) {
        Some(c) => format!("@{}{}", root.url.path(), root.collections[c].id),
        None => format!("@{}", root.url.path()),
    }
}

/// A place that a trial can be bound to, with what is true there.
type Place = (Option<Binding>, Profile);

/// Profiles of the server, of every root and of every collection, made once.
struct Places {
    server: Place,
    roots: Vec<Place>,
    collections: Vec<Place>,
}

fn places(survey: &Survey, options: &Options, abilities: &Abilities) -> Places {
    let at = |binding: Option<Binding>| {
        let root = binding.map(|b| &survey.roots[b.root]);
        let collection = binding.and_then(|b| survey.roots[b.root].collections.get(b.collection?));
        (binding, profile(survey, options, abilities, root, collection))
    };
    let roots = (0..survey.roots.len()).map(|root| at(Some(Binding { root, collection: None }))).collect();
    let collections = survey
        .roots
        .iter()
        .enumerate()
        .flat_map(|(root, r)| (0..r.collections.len()).map(move |c| Binding { root, collection: Some(c) }));
    // an API root that is closed to the client, or hidden from it, is of use where there is no other
    let first =
        survey.roots.iter().position(|r| !r.closed && !r.hidden && !r.down).or((!survey.roots.is_empty()).then_some(0));
    Places {
        server: at(first.map(|root| Binding { root, collection: None })),
        roots,
        collections: collections.map(|b| at(Some(b))).collect(),
    }
}

/// Of so many objects or more it makes no difference which collection has the most.
const ENOUGH: usize = 50;

/// Where a case looks: everywhere that its scope says, or where its needs are met best.
fn bindings(case: &Case, row: &Row, survey: &Survey, options: &Options, places: &Places) -> Vec<Place> {
    match case.scope {
        Scope::Server => vec![places.server.clone()],
        Scope::Root => of_use(case, row, places.roots.iter()),
        Scope::EveryCollection => places.collections.clone(),
        Scope::EveryReadable => {
            let holds = |p: &&Place| p.1.facts.contains(&Fact::Readable) && p.1.facts.contains(&Fact::SomeObject);
            of_use(case, row, places.collections.iter().filter(holds))
        }
        Scope::EveryOpen | Scope::EveryClosed => {
            let open = case.scope == Scope::EveryOpen;
            let said = |p: &&Place| p.1.facts.contains(&Fact::Readable) == open;
            places.collections.iter().filter(said).cloned().collect()
        }
        Scope::EveryWritable => {
            let may_be = |p: &&Place| {
                let found = p.0.and_then(|b| survey.roots[b.root].collections.get(b.collection?));
                found.is_some_and(|c| may_write(c, options))
            };
            let mut writable: Vec<Place> = places.collections.iter().filter(may_be).cloned().collect();
            for (_, profile) in &mut writable {
                profile.facts.insert(Fact::Writable);
            }
            writable
        }
        Scope::Collection => {
            let needs = needs(case, row);
            let get = |b: &Binding| &survey.roots[b.root].collections[b.collection.unwrap_or_default()];
            let rank = |(b, p): &&Place| {
                let c = b.as_ref().map(get);
                // where a tool is broken is where it is to be seen: that it works elsewhere is no reason to look there
                let counts = |f: &&Fact| !f.is_tried_on_objects();
                let missing = needs.iter().filter(counts).filter(|f| !p.facts.contains(f)).count();
                let named = options.collection.as_ref().is_some_and(|n| c.is_some_and(|c| c.is(n)));
                let target = c.is_some_and(|c| c.written);
                let target = target || c.is_some_and(|c| c.fixtures);
                let full = c.map_or(0, |c| c.holdings.items.len().min(ENOUGH));
                // the collection that the user named, then one with objects of ours, then the fullest
                let fullest = std::cmp::Reverse((full, p.facts.iter().filter(counts).count()));
                // the same is seen in fewer pages where there is less
                (!named && options.collection.is_some(), missing, !target, fullest, c.map(|c| c.holdings.items.len()))
            };
            vec![places.collections.iter().min_by_key(rank).unwrap_or(&places.server).clone()]
        }
    }
}

/// Of the places of a case those that have what it is about: a kind of collection, or of content. Where none has, one of
/// them, to say so.
fn of_use<'p>(case: &Case, row: &Row, places: impl Iterator<Item = &'p Place> + Clone) -> Vec<Place> {
    let about: Vec<Fact> = needs(case, row).into_iter().filter(|f| f.is_of_place() || f.is_of_holdings()).collect();
    let has = |(_, profile): &&Place| about.iter().all(|fact| profile.facts.contains(fact));
    match places.clone().any(|place| has(&place)) {
        true => places.filter(has).cloned().collect(),
        false => places.take(1).cloned().collect(),
    }
}

/// Whether the suite may write to a collection beside the one that holds its dataset: where the user allows all, and it
/// takes what the suite writes and was read, as the first of many are.
fn may_write(collection: &Collection, options: &Options) -> bool {
    let all = options.write == Some(Write::All);
    let takes = collection.can_read && collection.can_write && media_types::admit_stix(&collection.resource, "2.1");
    all && takes && collection.read || collection.written
}

/// A text with its variables filled in; what is known only while the trial runs is told in words.
fn told(text: &str, values: &template::Values) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (range, name) in template::names(text) {
        out += &text[at..range.start];
        out += &match (values.get(name), name.split_once('.')) {
            (Some(value), _) => value.clone(),
            (None, Some((object, property))) => format!("<{property} of {object}>"),
            (None, None) => format!("<{name}>"),
        };
        at = range.end;
    }
    out + &text[at..]
}

/// A step in one line.
fn words(step: &Step, values: &template::Values) -> String {
    let fill = |t: &str| told(t, values);
    if let Some(names) = &step.add {
        return format!("add {} objects and wait for the status", names.len());
    }
    if step.poll.is_some() {
        return "poll a status until it is complete".into();
    }
    let Some((method, target)) = step.method() else { return String::new() };
    let mut text = format!("{method} {}", fill(target.get_ref()));
    if let Some(object) = &step.object {
        text += &format!(" {}", fill(object.get_ref()));
    }
    let query: Vec<String> = step
        .query
        .iter()
        .map(|(n, v)| format!("{n}={}", fill(v.get_ref())))
        .chain(step.query_string.iter().map(|q| fill(q.get_ref())))
        .collect();
    if !query.is_empty() {
        text += &format!(" ?{}", query.join("&"));
    }
    if let Some(place) = step.place.of(values) {
        text += &format!(" in {place:?}").to_lowercase();
    }
    if step.by.of(values) == Some(By::Alias) {
        text += " by alias";
    }
    if let Some(version) = step.tls {
        text += &format!(" over TLS {}", version.word());
    }
    if let Some(actor) = step.actor.of(values).filter(|a| *a != Actor::Client) {
        text += &format!(" as {actor:?}").to_lowercase();
    }
    text
}
