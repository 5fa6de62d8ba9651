//! Exploration: generated sequences of adds, deletes and queries, judged by the oracle, and shrunk to the shortest
//! that fails.
//!
//! A sequence is written as a case and run like any trial, so that what is found can be kept as a case file. It
//! knows what it added itself and nothing else, and cleans up after itself.

pub mod attempt;
pub mod blame;
pub mod generate;
pub mod keep;
pub mod limits;
pub mod op;
pub mod script;
pub mod shell;
pub mod shrink;
mod tally;
pub mod writer;

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest, Sha256};
use url::Url;

use super::exec::Runner;
use super::options::{Explore, Options};
use super::plan::Binding;
use super::profile::{Abilities, Profile, profile};
use super::session::ENDED;
use super::survey::Survey;
use crate::case::{Fact, register};
use crate::check::body::more;
use crate::oracle::{Holding, Holdings};
use crate::record::{CleanUp, Planned, Trial, Verdict};
use crate::taxii::paths;
use attempt::{Attempts, Came};
use limits::Limits;
use script::Script;
use tally::Tally;
use writer::write;

/// Id of the case that the trials of an exploration are of. There is no such file: sequences are made.
pub const CASE: &str = "explore/sequence";

const TITLE: &str = "generated sequences of adds, deletes and queries are answered as the oracle says";
/// Failures after which an exploration ends.
const MOST_FAILURES: usize = 10;
/// Sequences in a row that cannot be judged, after which an exploration ends.
const MOST_UNJUDGED: usize = 10;
/// Objects that stay on the server, after which an exploration ends.
const MOST_LEFT: usize = 10;

/// An exploration that is ready to run, or known not to.
pub struct Exploration<'a> {
    /// For the report.
    pub planned: Planned,
    how: &'a Explore,
    binding: Option<Binding>,
    profile: Profile,
    url: Option<Url>,
    lacking: Option<(Verdict, String)>,
}

/// What an exploration came to.
#[derive(Default)]
pub struct Explored {
    /// The exploration as a whole, and each difference as a trial of its own.
    pub trials: Vec<Trial>,
    /// Remarks.
    pub notes: Vec<String>,
    /// What became of the objects that it added.
    pub cleanup: CleanUp,
}

/// Plans an exploration of the collection that may be written to; none where none was asked for.
pub fn plan<'a>(options: &'a Options, survey: &Survey, abilities: &Abilities) -> Option<Exploration<'a>> {
    let how = options.explore.as_ref()?;
    // globs were tried before the run began
    if super::plan::globs(&options.skip).ok().flatten().is_some_and(|skip| skip.is_match(CASE)) {
        return None;
    }
    let binding =
        survey.roots.iter().enumerate().find_map(|(root, r)| {
            Some(Binding { root, collection: Some(r.collections.iter().position(|c| c.written)?) })
        });
    let place = binding.map(|b| (&survey.roots[b.root], &survey.roots[b.root].collections[b.collection.unwrap_or(0)]));
    let mut profile = profile(survey, options, abilities, place.map(|(r, _)| r), place.map(|(_, c)| c));
    if let Some((_, collection)) = place {
        taken(&mut profile, &collection.holdings);
    }
    let lacking = if place.is_none() {
        Some((Fact::Writable.lacking(), Fact::Writable.remedy().to_owned()))
    } else if !profile.facts.contains(&Fact::Adds) {
        Some((Fact::Adds.lacking(), format!("{} (see add/answers)", Fact::Adds.remedy())))
    } else if !profile.facts.contains(&Fact::Deletes) {
        let why = "what an exploration adds could not be removed again: an object that the suite added could not be deleted (see delete/gone)";
        Some((Fact::Deletes.lacking(), why.to_owned()))
    } else {
        None
    };
    let id = format!("{CASE}{}", place.map_or_else(String::new, |(r, c)| format!("@{}{}", r.url.path(), c.id)));
    let planned = Planned {
        id,
        case: CASE.to_owned(),
        title: TITLE.to_owned(),
        level: register::strongest(blame::ALL),
        requirements: blame::ALL.map(str::to_owned).to_vec(),
        writes: true,
        risky: false,
        steps: vec![format!("{} generated sequences of adds, deletes and queries, each cleaned up", how.sequences)],
        skip: lacking.as_ref().map(|(_, why)| why.clone()),
    };
    let url = place.map(|(r, c)| paths::under(&r.url, &["collections", &c.id]));
    Some(Exploration { planned, how, binding, profile, url, lacking })
}

/// Keeps of the facts about data what was true of the suite's own: what is there need not be what can be added.
fn taken(profile: &mut Profile, holdings: &Holdings) {
    let own: Vec<&Holding> = holdings.items.iter().filter(|h| h.own).collect();
    let some = |holds: &dyn Fn(&&&Holding) -> bool| own.iter().any(|h| holds(&h));
    let has = |h: &Holding, key: &str| h.object.as_ref().is_some_and(|o| o.get(key).is_some());
    for (fact, holds) in [
        (Fact::ThreeVersions, some(&|h| own.iter().filter(|o| o.id == h.id).count() > 2)),
        (Fact::Unversioned, some(&|h| !has(h, "modified") && has(h, "created"))),
        (Fact::Sco, some(&|h| !has(h, "modified") && !has(h, "created"))),
    ] {
        if !holds {
            profile.facts.remove(&fact);
        }
    }
}

/// Runs an exploration. `failed` are the requirements that cases have found broken: nothing is asked that rests on them.
pub async fn explore(exploration: &Exploration<'_>, runner: &Runner<'_>, failed: BTreeSet<String>) -> Explored {
    let whole = |verdict, reason| exploration.planned.came_to(verdict, reason);
    let (Some(binding), None) = (exploration.binding, &exploration.lacking) else {
        let (verdict, why) = exploration.lacking.clone().unwrap_or((Verdict::Skip, String::new()));
        return Explored { trials: vec![whole(verdict, why)], ..Explored::default() };
    };
    let attempts = Attempts {
        runner,
        binding,
        profile: &exploration.profile,
        id: &exploration.planned.id,
        made: 0,
        requests: 0,
        cleanup: CleanUp::default(),
    };
    let pages = pages(runner, exploration).await;
    let limits = Limits::new(exploration.profile.facts.clone(), pages, failed);
    let left_out = limits.left_out();
    let mut search =
        Search { exploration, attempts, limits, tally: Tally::default(), found: Vec::new(), notes: Vec::new() };
    search.run().await;
    let Search { attempts, tally, found, notes, .. } = search;
    let broken: BTreeSet<&String> = found.iter().flat_map(|t| &t.requirements).collect();
    let (verdict, mut reason) = tally.verdict(exploration.how.sequences, found.len(), attempts.requests);
    if !left_out.is_empty() {
        reason += &format!("; not asked for, since it is missing or broken here: {}", left_out.join(", "));
    }
    let mut all = whole(verdict, reason);
    all.requirements = tally.judged.iter().map(|r| (*r).to_owned()).filter(|r| !broken.contains(r)).collect();
    if verdict != Verdict::Pass || all.requirements.is_empty() {
        all.requirements = exploration.planned.requirements.clone();
    }
    all.exchanges = tally.last.map(|t| t.exchanges).unwrap_or_default();
    let trials = std::iter::once(all).chain(found).collect();
    Explored { trials, notes, cleanup: attempts.cleanup }
}

/// Whether what the collection holds takes more than one page.
async fn pages(runner: &Runner<'_>, exploration: &Exploration<'_>) -> bool {
    let session = runner.session.scoped(&format!("before {}", exploration.planned.id));
    for endpoint in ["objects", "manifest"] {
        let Some(mut url) = exploration.url.as_ref().map(|u| paths::under(u, &[endpoint])) else { return true };
        url.set_query(Some("match%5Bversion%5D=all"));
        let exchange = session.get("pages", url).await;
        if exchange.status() != 200 || more(&exchange) {
            return true;
        }
    }
    false
}

/// An exploration while it runs.
struct Search<'a> {
    exploration: &'a Exploration<'a>,
    attempts: Attempts<'a>,
    limits: Limits,
    tally: Tally,
    found: Vec<Trial>,
    notes: Vec<String>,
}

impl Search<'_> {
    async fn run(&mut self) {
        let seed = self.attempts.runner.options.seed;
        let mut random = runner(seed);
        let wanted = self.exploration.how.sequences;
        for sequence in 0..wanted * 4 {
            if self.tally.tried == wanted {
                return;
            }
            if let Some(why) = self.enough() {
                self.tally.ended = Some(why);
                return;
            }
            let Ok(tree) = generate::sequence().new_tree(&mut random) else { continue };
            let ops = tree.current();
            self.limits.date(seed, sequence);
            let script = write(&ops, &self.limits);
            // on some servers little is left to ask
            if !script.judges() {
                continue;
            }
            self.tally.tried += 1;
            match self.attempts.run(&script.searching()).await {
                Came::Held(trial) => self.held(&script, trial),
                Came::Unjudged(why) => self.unjudged(why),
                Came::Lost(why) => {
                    self.tally.lost = !self.ended();
                    self.tally.ended = Some(if self.ended() { ENDED.into() } else { why });
                    return;
                }
                _ if self.ended() => {
                    self.tally.ended = Some(ENDED.into());
                    return;
                }
                Came::Wrong(step, trial) => {
                    self.tally.in_a_row = 0;
                    // once is not enough: it has to come again
                    match self.attempts.run(&script.searching()).await {
                        _ if self.ended() => self.tally.ended = Some(ENDED.into()),
                        Came::Wrong(step, trial) => self.shrink(tree, shrink::cut(&ops, script, step), *trial).await,
                        _ => self.flaky(&script, step, *trial),
                    }
                }
            }
        }
    }

    /// Whether the run is over early.
    fn ended(&self) -> bool {
        self.attempts.runner.session.ended()
    }

    fn enough(&self) -> Option<String> {
        let runner = self.attempts.runner;
        if runner.session.ended_before(&self.attempts.next_scope()) {
            Some(ENDED.into())
        } else if self.found.len() >= MOST_FAILURES {
            Some(format!("{MOST_FAILURES} differences are enough"))
        } else if self.limits.any_broken(&[blame::OF_ADD]) {
            Some("objects cannot be added reliably".into())
        } else if self.attempts.cleanup.left.len() >= MOST_LEFT {
            Some(format!(
                "{} objects could not be removed, and no more are to be left behind",
                self.attempts.cleanup.left.len()
            ))
        } else if self.tally.in_a_row >= MOST_UNJUDGED {
            Some(format!("{MOST_UNJUDGED} sequences in a row could not be judged"))
        } else {
            None
        }
    }

    fn held(&mut self, script: &Script, trial: Box<Trial>) {
        let tally = &mut self.tally;
        tally.held += 1;
        tally.in_a_row = 0;
        let judged = script.lines.iter().filter(|l| !l.expect.is_empty());
        tally.answers += judged.clone().count();
        tally.judged.extend(judged.filter_map(|l| l.blame.first()));
        tally.last = Some(trial);
    }

    fn unjudged(&mut self, why: String) {
        self.tally.unjudged += 1;
        self.tally.in_a_row += 1;
        self.tally.why.get_or_insert(why);
    }

    /// Shrinks a failure, tries the shortest sequence as the case that it is kept as, twice, and tells it. `long` is the
    /// trial before that.
    async fn shrink(
        &mut self,
        tree: impl ValueTree<Value = Vec<op::Op>> + Send,
        failing: shrink::Failing,
        long: Trial,
    ) {
        let session = self.attempts.runner.session;
        let before = failing.ops.len();
        let shortest = shrink::shortest(&mut self.attempts, &self.limits, tree, failing, || session.ended()).await;
        let script = shortest.script;
        let seed = self.attempts.runner.options.seed;
        let step = script.lines.len().saturating_sub(1);
        let Some(requirement) = script.lines.last().and_then(|l| l.blame.first().copied()) else { return };
        let case = keep::case(&script, requirement, seed);
        let first = self.attempts.run(&case).await;
        let second = self.attempts.run(&case).await;
        match (first, second) {
            _ if self.ended() => {
                let why =
                    "and the run was ended early, before the shortest sequence was found: run it again with its seed";
                self.open(requirement, "cut short", long, |first| format!("a sequence failed twice ({first}), {why}"));
            }
            (Came::Wrong(_, trial), Came::Wrong(..)) => {
                let mut trial = *trial;
                trial.id = self.id(requirement);
                trial.case = CASE.to_owned();
                trial.file.clear();
                self.keep(&mut trial, &case, requirement, before);
                self.limits.give_up(requirement);
                self.found.push(trial);
            }
            (Came::Wrong(_, trial), _) | (_, Came::Wrong(_, trial)) => self.flaky(&script, step, *trial),
            _ => self.flaky(
                &script,
                step,
                self.exploration.planned.came_to(Verdict::Inconclusive, "the shortest sequence holds"),
            ),
        }
    }

    /// Writes a failure to files, where there is a folder for them, and says so in its trial.
    fn keep(&mut self, trial: &mut Trial, case: &str, requirement: &str, before: usize) {
        let Some(out) = &self.exploration.how.out else { return };
        let seed = self.attempts.runner.options.seed;
        let files = keep::files(out, requirement, seed);
        if let Err(error) = keep::write(&files, case, trial, seed) {
            let path = files.case.display();
            self.notes.push(format!("the sequence that breaks {requirement} could not be written to {path}: {error}"));
            return;
        }
        trial.file = files.case.display().to_string();
        trial.advice = Some(format!(
            "The shortest of {before} operations. `--cases {}` runs it again, and {} has it as curl commands.",
            files.case.parent().unwrap_or(&files.case).display(),
            files.script.display()
        ));
    }

    /// Tells a difference that did not come again: no failure that anybody could act on, and no pass either.
    fn flaky(&mut self, script: &Script, step: usize, mut trial: Trial) {
        let requirement = script.lines.get(step).and_then(|l| l.blame.first().copied()).unwrap_or(blame::OF_ADD);
        trial.flaky = true;
        let why = |first: &str| format!("flaky: a sequence failed ({first}), and did not on a repeat");
        self.open(requirement, "flaky", trial, why);
        if requirement != blame::OF_ADD {
            self.limits.give_up(requirement);
        }
    }

    /// Tells a difference that is no verdict; `why` makes its reason from that of the trial.
    fn open(&mut self, requirement: &str, what: &str, mut trial: Trial, why: impl Fn(&str) -> String) {
        trial.id = self.id(&format!("{what} {requirement}"));
        trial.case = CASE.to_owned();
        trial.file = String::new();
        trial.title = TITLE.to_owned();
        trial.requirements = vec![requirement.to_owned()];
        trial.reason = why(&trial.reason);
        trial.verdict = Verdict::Inconclusive;
        self.found.push(trial);
    }

    /// Id of a trial of its own. A requirement is found broken once; chance can hit it twice.
    fn id(&self, what: &str) -> String {
        let place = self.exploration.planned.id.trim_start_matches(CASE);
        let id = format!("{CASE}[{what}]{place}");
        match self.found.iter().filter(|t| t.id.starts_with(&id)).count() {
            0 => id,
            n => format!("{id} ({})", n + 1),
        }
    }
}

/// proptest's runner, with a generator that depends on the seed of the run alone.
pub fn runner(seed: u64) -> TestRunner {
    let bytes = Sha256::new().chain_update("explore").chain_update(seed.to_be_bytes()).finalize();
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

#[cfg(test)]
mod tests;
