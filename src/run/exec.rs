//! Carries out one trial: sends what its steps say, keeps what came, and lets the checks judge it.

mod add;
mod control;
mod request;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::ledger::Ledger;
use super::options::{Credentials, Options};
use super::plan::Task;
use super::session::Session;
use super::survey::{Collection, Root, Survey};
use super::verdict::decide;
use super::walk::{Bounds, Walker, walk};
use crate::case::template::{Values, fill};
use crate::case::variable::variable;
use crate::case::{Actor, Expect, Held, Step, Walk, object};
use crate::check::body::members_of;
use crate::check::{self, Bound, Context, Outcome, StepRecord, Transcript};
use crate::oracle::{Holding, Holdings, Query};
use crate::record::{Exchange, Trial, Verdict};
use crate::taxii::{Endpoint, Outgoing, Timestamp, paths};

/// A body that is longer than this is not kept whole without need, in bytes.
const LONG: usize = 128 * 1024;

/// How long a status may be pending.
const PENDING: Duration = Duration::from_secs(30);

/// What a trial needs from its run.
pub struct Runner<'a> {
    /// Talks to the server.
    pub session: &'a Session,
    /// What the user asked for.
    pub options: &'a Options,
    /// What the survey found.
    pub survey: &'a Survey,
    /// What was added and has to be removed.
    pub ledger: &'a Ledger,
}

/// Why a trial could not go on.
enum Stop {
    /// The server does not offer what the trial is about.
    Skipped(String),
    /// Something that the trial needs is not so; the sentence says what.
    Blocked(String),
    /// The suite could not judge.
    Error(String),
}

/// A trial while it runs.
struct Run<'a> {
    runner: &'a Runner<'a>,
    /// The runner's, for this trial.
    session: Session,
    task: &'a Task<'a>,
    root: Option<&'a Root>,
    collection: Option<&'a Collection>,
    attempt: u32,
    values: Values,
    objects: BTreeMap<String, Value>,
    bound: Bound,
    exchanges: Vec<Exchange>,
    records: Vec<StepRecord>,
}

/// Runs and judges one trial.
///
/// `attempt` counts repetitions: each makes objects of its own.
pub async fn run(runner: &Runner<'_>, task: &Task<'_>, attempt: u32) -> Trial {
    let started = Instant::now();
    let case = task.case;
    let trial = |verdict, reason: String, requirements, outcome: Outcome, exchanges| Trial {
        file: case.file.clone(),
        level: crate::case::register::strongest(Vec::<String>::as_slice(&requirements).iter().map(String::as_str)),
        requirements,
        findings: outcome.findings,
        readings: outcome.readings,
        by_choice: task.by_choice,
        advice: case.advice.clone(),
        ambiguity: case.ambiguity.clone(),
        exchanges,
        duration_ms: crate::record::milliseconds(started),
        ..task.planned.came_to(verdict, reason)
    };
    if let Some((verdict, reason)) = &task.lacking {
        return trial(*verdict, reason.clone(), task.planned.requirements.clone(), Outcome::default(), Vec::new());
    }
    let root = task.binding.map(|b| &runner.survey.roots[b.root]);
    let collection = task.binding.and_then(|b| runner.survey.roots[b.root].collections.get(b.collection?));
    let bound = collection.map_or_else(Bound::default, |c| Bound {
        resource: c.resource.clone(),
        holdings: match case.holdings {
            Held::All => c.holdings.clone(),
            Held::Own => Arc::new(Holdings { complete: true, ..Holdings::default() }),
        },
    });
    let mut run = Run {
        runner,
        session: runner.session.scoped(&scope(task, attempt)),
        task,
        root,
        collection,
        attempt,
        values: task.profile.values.clone(),
        objects: BTreeMap::new(),
        bound,
        exchanges: Vec::new(),
        records: Vec::new(),
    };
    let result = run.steps().await;
    let mut exchanges = std::mem::take(&mut run.exchanges);
    // what was read of the bodies takes several times their size, and is not needed any more
    exchanges.iter_mut().for_each(|exchange| exchange.parsed = Arc::default());
    let pointed: BTreeSet<usize> = match &result {
        Ok(outcome) => outcome.findings.iter().filter_map(|f| f.exchange).collect(),
        Err(_) => BTreeSet::new(),
    };
    shorten(runner.session, &mut exchanges, &pointed);
    let requirements = task.planned.requirements.clone();
    match result {
        Ok(mut outcome) => {
            let (verdict, reason, requirements) = decide(&requirements, &mut outcome, runner.options);
            trial(verdict, reason, requirements, outcome, exchanges)
        }
        Err(Stop::Skipped(why)) => trial(Verdict::Skip, why, requirements, Outcome::default(), exchanges),
        Err(Stop::Blocked(why)) => trial(Verdict::Inconclusive, why, requirements, Outcome::default(), exchanges),
        Err(Stop::Error(why)) => trial(Verdict::Error, why, requirements, Outcome::default(), exchanges),
    }
}

/// Of the long bodies of a trial only those are kept whole that a finding points into.
fn shorten(session: &Session, exchanges: &mut [Exchange], pointed: &BTreeSet<usize>) {
    let long = |e: &Exchange| e.response.as_ref().is_some_and(|r| r.body.bytes.len() > LONG);
    for (_, exchange) in exchanges.iter_mut().enumerate().filter(|(at, e)| !pointed.contains(at) && long(e)) {
        // secrets first: hash and size are those of what a report could show
        *exchange = session.redactor().exchange(exchange.clone());
        if let Some(response) = &mut exchange.response {
            response.body.shorten();
        }
    }
}

/// What a trial's objects and requests go under: each repetition is on its own.
pub fn scope(task: &Task<'_>, attempt: u32) -> String {
    again(&task.planned.id, attempt)
}

/// The same of the trial of this id.
pub fn again(id: &str, attempt: u32) -> String {
    match attempt {
        0 => id.to_owned(),
        n => format!("{id} again {n}"),
    }
}

/// Whether the collection that a trial was bound to still gives its objects. One that never did is not blamed.
pub async fn still_answers(runner: &Runner<'_>, task: &Task<'_>) -> bool {
    let Some(binding) = task.binding else { return true };
    let root = &runner.survey.roots[binding.root];
    let Some(collection) = binding.collection.and_then(|c| root.collections.get(c)) else { return true };
    if !collection.answers.contains(&Endpoint::Objects) {
        return true;
    }
    let url = paths::under(&root.url, &["collections", &collection.id, "objects"]);
    let session = runner.session.scoped(&format!("after {}", task.planned.id));
    session.get("still-answers", url).await.status() == 200
}

impl Run<'_> {
    async fn steps(&mut self) -> Result<Outcome, Stop> {
        let case = self.task.case;
        let seed = self.runner.options.seed;
        let own = scope(self.task, self.attempt);
        self.objects = object::make(&case.objects, seed, &own, &self.values)
            .map_err(|name| Stop::Error(format!("the object {name} of the case cannot be made")))?;
        self.values.extend(object::values(&self.objects));
        for (name, object) in case.objects.iter().filter(|(_, o)| o.copies.is_some()) {
            let copies = object::copies(name, object);
            let ids = copies.iter().filter_map(|n| self.values.get(&format!("{n}.id")).cloned());
            let ids: Vec<String> = ids.collect();
            self.values.insert(format!("{name}.ids"), ids.join(","));
        }
        self.fill_row();
        let mut outcome = Outcome::default();
        for step in &case.steps {
            let post = self.exchanges.iter().rev().find(|e| e.request.method == "POST");
            let accepted = post.is_none_or(|e| (200..300).contains(&e.status())) && !self.all_failed();
            if step.after_success && !accepted || step.after_refusal && accepted {
                continue;
            }
            let record = self.step(step).await?;
            self.control(&record).await?;
            self.learn(&record);
            self.records.push(record);
            if let Some(when) = &step.when
                && let Some(finding) = self.judge(step, when).findings.first()
            {
                return Err(Stop::Skipped(format!("the trial is of no use here: {}", finding.message)));
            }
            if let Some(given) = &step.given {
                let judged = self.sent_once(self.judge(step, given));
                if let Some(finding) = judged.findings.first() {
                    return Err(Stop::Blocked(format!("what the trial builds on does not hold: {}", finding.message)));
                }
                if let Some(why) = judged.blocked.first() {
                    return Err(Stop::Blocked(why.clone()));
                }
            }
            if let Some(expect) = &step.expect {
                let judged = self.sent_once(self.judge(step, expect));
                let broken = !judged.findings.is_empty();
                outcome.merge(judged);
                if broken {
                    break;
                }
            }
            self.keep(step)?;
        }
        Ok(outcome)
    }

    /// Takes over from a manifest when own objects were added.
    fn learn(&mut self, record: &StepRecord) {
        if record.endpoint != Some(Endpoint::Manifest) {
            return;
        }
        let exchanges = &self.exchanges[record.exchanges.clone()];
        // of a large collection all dates are known, and nothing is copied
        if self.bound.holdings.items.iter().any(|h| h.added.is_none()) {
            let members = members_of(Endpoint::Manifest, None, exchanges);
            let dated = members
                .iter()
                .filter_map(|m| Some((m.id.as_str(), m.version.as_deref(), Timestamp::parse(m.added.as_deref()?)?)));
            Arc::make_mut(&mut self.bound.holdings).learn(dated);
        }
        for (name, object) in &self.objects {
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            let (Some(id), version) = (text("id"), text("modified").or_else(|| text("created"))) else { continue };
            let held = |h: &&Holding| h.id == id && version.is_none_or(|v| h.is_version(v));
            if let Some(added) = self.bound.holdings.items.iter().find(held).and_then(|h| h.added) {
                self.values.insert(format!("{name}.added"), added.to_string());
            }
        }
    }

    fn judge(&self, step: &Step, expect: &Expect) -> Outcome {
        let transcript = Transcript {
            case: self.task.case,
            requirements: &self.task.planned.requirements,
            values: &self.values,
            objects: &self.objects,
            bound: &self.bound,
            https: self.session.base.scheme() == "https",
            http_allowed: self.runner.options.allow_http,
            basic_works: matches!(self.runner.options.credentials, Credentials::Basic { .. })
                && self.runner.survey.roots.iter().any(|root| root.lists),
            exchanges: &self.exchanges,
            steps: &self.records,
        };
        let record = self.records.last().cloned().unwrap_or_default();
        check::judge(&Context { transcript: &transcript, step, record: &record, expect })
    }

    /// Where a request may have been carried out twice, what it is answered and what is there afterwards is no breach: a
    /// second deletion finds nothing, or takes the next version.
    fn sent_once(&self, mut judged: Outcome) -> Outcome {
        let first = self.exchanges.iter().find_map(|e| e.resent.as_ref()).filter(|_| !judged.findings.is_empty());
        if let Some(first) = first {
            judged.findings.clear();
            judged.block(format!(
                "the request was sent a second time, and what that is answered tells nothing of the first: {first}"
            ));
        }
        judged
    }

    /// Saves what later steps need.
    fn keep(&mut self, step: &Step) -> Result<(), Stop> {
        let Some(last) = self.exchanges.last() else { return Ok(()) };
        for (name, source) in &step.save {
            let value = match source.strip_prefix("header:") {
                Some(header) => last.response.as_ref().and_then(|r| r.header(header)).map(str::to_owned),
                None => last
                    .json()
                    .and_then(|b| b.pointer(source).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))),
            };
            let value =
                value.ok_or_else(|| Stop::Blocked(format!("the answer has no {source}, which the next step needs")))?;
            self.values.insert(name.clone(), value);
        }
        self.fill_row();
        Ok(())
    }

    /// Values of the row that hold what has become known by now.
    fn fill_row(&mut self) {
        for (name, text) in &self.task.row {
            if let Ok(value) = fill(text, &self.values) {
                self.values.insert(name.clone(), value);
            }
        }
    }

    fn actor(&self, step: &Step) -> Actor {
        step.actor.of(&self.values).unwrap_or_default()
    }

    fn fill(&self, text: &str) -> Result<String, Stop> {
        fill(text, &self.values).map_err(|name| match variable(&name) {
            Some(variable) => Stop::Blocked(format!("this needs {}, and none is known here", variable.meaning)),
            None => Stop::Blocked(format!("there is no value for {{{name}}} on this server")),
        })
    }

    async fn step(&mut self, step: &Step) -> Result<StepRecord, Stop> {
        let mut record = StepRecord::default();
        let start = self.exchanges.len();
        if let Some(id) = &step.poll {
            record.endpoint = Some(Endpoint::Status);
            let id = self.fill(id.get_ref())?;
            self.poll(step, &id, false).await?;
        } else if let Some(names) = &step.add {
            record.endpoint = Some(Endpoint::Objects);
            let objects = self.named(names);
            self.add(step, objects.clone()).await?;
            record.posted = objects;
        } else {
            self.request(step, &mut record).await?;
        }
        // what was sent between the pages of a walk is no page
        record.exchanges = start.max(record.exchanges.start)..self.exchanges.len();
        Ok(record)
    }

    async fn request(&mut self, step: &Step, record: &mut StepRecord) -> Result<(), Stop> {
        let (method, target) = step.method().ok_or_else(|| Stop::Error("the step says nothing to do".into()))?;
        let target = self.fill(target.get_ref())?;
        let endpoint = Endpoint::named(&target);
        record.endpoint = endpoint;
        let named = step.object.as_ref().map(|object| self.fill(object.get_ref())).transpose()?;
        let object = named.filter(|o| !o.is_empty()).or_else(|| self.values.get("object").cloned());
        record.object = object.clone().filter(|_| matches!(endpoint, Some(Endpoint::Object | Endpoint::Versions)));
        let url = self.url(step, endpoint, &target, object.as_deref())?;
        let outgoing = self.outgoing(step, method, url)?;
        if let Some(body) =
            outgoing.body.as_ref().filter(|_| method == "POST").and_then(|b| serde_json::from_slice::<Value>(b).ok())
        {
            record.posted = body.get("objects").and_then(Value::as_array).cloned().unwrap_or_default();
            self.runner.ledger.added(&outgoing.url, &record.posted);
        }
        let walks = match step.walk {
            Walk::No => None,
            Walk::Auto => {
                let selects = |e: &Option<Expect>| {
                    e.as_ref().is_some_and(|e| {
                        e.selection.is_some()
                            || e.pages.is_some()
                            || e.order == Some(crate::case::expect::OrderWord::DateAdded)
                            || !e.has.is_empty()
                            || !e.lacks.is_empty()
                            || !e.unchanged.is_empty()
                            || e.same.as_ref().is_some_and(|s| s.what == crate::case::expect::SameWhat::Members)
                    })
                };
                let one_page = outgoing.url.query_pairs().any(|(n, _)| n == "limit" || n == "next");
                ((selects(&step.expect) || selects(&step.given)) && !one_page && method == "GET").then_some(Walk::Auto)
            }
            // only the paging cases are strict about how pages go on
            Walk::All if step.expect.as_ref().is_none_or(|e| e.pages.is_none()) => Some(Walk::Auto),
            mode => Some(mode),
        };
        if let (Some(mode), Some(endpoint)) = (walks, endpoint) {
            let bounds = Bounds::of(self.collection.map_or(0, |c| c.holdings.items.len()));
            let walked = if step.adding.is_empty() && step.deleting.is_empty() {
                walk(&self.session, &outgoing, self.actor(step), endpoint, (mode, bounds)).await
            } else {
                self.walk_amid_changes(step, Walker::new(&outgoing, endpoint, mode).within(bounds)).await?
            };
            record.exchanges.start = self.exchanges.len();
            record.walked = true;
            record.stopped = walked.stopped;
            record.enough = walked.enough;
            self.exchanges.extend(walked.exchanges);
            return Ok(());
        }
        for _ in 0..step.times.unwrap_or(1) {
            let exchange = self.send(&outgoing, self.actor(step)).await;
            let accepted = method == "POST" && exchange.status() == 202 && !step.no_wait;
            let deleted = method == "DELETE"
                && step.place.of(&self.values).is_none()
                && matches!(exchange.status(), 200 | 202 | 204);
            let id = exchange.json().and_then(|b| Some(b.get("id")?.as_str()?.to_owned()));
            self.exchanges.push(exchange);
            if let Some(id) = id.filter(|_| accepted) {
                self.poll(step, &id, true).await?;
            }
            if deleted && let Some(object) = &record.object {
                Arc::make_mut(&mut self.bound.holdings).delete(object, &Query::of_url(outgoing.url.as_str()));
            }
        }
        Ok(())
    }

    async fn send(&self, outgoing: &Outgoing, actor: Actor) -> Exchange {
        let exchange = self.session.send(outgoing, actor).await;
        self.runner.ledger.observe(&exchange);
        exchange
    }
}

/// Whether an answer says that objects are still to be processed (section 4.3.1). Of a word that the standard does not
/// know the count decides: which words there are is another case's matter.
pub fn is_pending(exchange: &Exchange) -> bool {
    let Some(body) = exchange.json().filter(|_| (200..300).contains(&exchange.status())) else { return false };
    let word = body.get("status").and_then(Value::as_str).unwrap_or_default();
    let left = body.get("pending_count").and_then(Value::as_u64).unwrap_or(0);
    word.eq_ignore_ascii_case("pending") || !word.eq_ignore_ascii_case("complete") && left > 0
}
