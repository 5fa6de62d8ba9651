//! A run: survey → plan → trials → verdicts, told as one stream of events. Never prints.

pub mod busy;
pub mod cause;
mod chance;
pub mod changes;
pub mod dataset;
pub mod exec;
pub mod explore;
pub mod fixtures;
mod identities;
pub mod known;
pub mod ledger;
pub mod options;
mod pace;
pub mod plan;
pub mod probe;
pub mod profile;
pub mod protocol;
pub mod read;
pub mod recording;
mod roots;
pub mod session;
mod silence;
mod slim;
pub mod standing;
mod stopper;
pub mod survey;
mod sweep;
mod trials;
pub mod trouble;
mod uses;
pub mod verdict;
pub mod walk;
mod way;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, Receiver, Sender};
use url::Url;

pub use options::{Credentials, Explore, Options, Write};
pub use stopper::Stopper;

use crate::case::{self, Case};
use crate::check::media_types;
use crate::record::{Event, Suite, Summary, Trial, Verdict, exit};
use crate::taxii::paths;
use ledger::Ledger;
use plan::{Plan, plan};
use profile::Abilities;
use recording::{Asked, End, Recorder, Replay};
use session::Session;
use survey::{Survey, Untestable, survey};

/// Why a run could not even begin. Wrong usage: exit code 2.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RunError {
    /// Something that the user gave cannot be used.
    #[error("{0}")]
    Usage(String),
    /// Case files are faulty.
    #[error("{} case file(s) cannot be used", .0.len())]
    Cases(#[related] Vec<case::LoadError>),
}

/// Begins a run. Events come until [`Event::Finished`]; with `plan_only` the run ends after [`Event::Planned`].
///
/// Must be called within a Tokio runtime. Errors are wrong usage; a server that cannot be tested is
/// no error but a run whose summary says so.
pub fn start(options: Options, plan_only: bool, stopper: Stopper) -> Result<Receiver<Event>, RunError> {
    let url = Url::parse(&options.url).map_err(|e| RunError::Usage(format!("`{}` is not a URL: {e}", options.url)))?;
    match url.scheme() {
        "https" => {}
        "http" if options.allow_http => {}
        "http" => return Err(RunError::Usage("the URL is plain HTTP, over which credentials would go unprotected: use https://, or --allow-http on a test stand".into())),
        other => return Err(RunError::Usage(format!("`{other}:` URLs cannot be tested: use https://"))),
    }
    if url.host_str().is_none() {
        return Err(RunError::Usage(format!("`{}` names no host", options.url)));
    }
    let cases = cases(&options)?;
    let started = jiff::Timestamp::now().to_string();
    let mut session = Session::new(&options, url).map_err(|e| RunError::Usage(e.to_string()))?;
    if let Some(dir) = options.record.as_ref().filter(|_| !plan_only) {
        let recorder = Recorder::new(dir, &asked(&options, &started), &options.cases);
        session = session.recorded(Arc::new(recorder.map_err(|e| RunError::Usage(e.to_string()))?));
    }
    begin(options, cases, session, started, plan_only, stopper)
}

/// Judges a record again: the run is told anew, and no server is asked. Of `options`, what says how to judge counts
/// (`only` and `skip` where they are not empty, further cases, known failures, levels); the rest is the record's.
///
/// Must be called within a Tokio runtime. Errors are wrong usage: globs, cases.
pub fn judge(replay: Replay, options: Options, stopper: Stopper) -> Result<Receiver<Event>, RunError> {
    let asked = replay.asked.clone();
    let url = Url::parse(&asked.url).map_err(|e| RunError::Usage(format!("the record is of `{}`: {e}", asked.url)))?;
    let or = |own: Vec<String>, recorded: Vec<String>| if own.is_empty() { recorded } else { own };
    let options = Options {
        url: asked.url,
        api_roots: asked.api_roots,
        collection: asked.collection,
        write: asked.write.as_deref().map(Write::from),
        allow_http: asked.allow_http,
        credentials: Credentials::of_kind(&asked.credentials),
        other: Credentials::of_kind(&asked.other),
        only: or(options.only, asked.only),
        skip: or(options.skip, asked.skip),
        cases: replay.own_cases.iter().cloned().chain(options.cases).collect(),
        seed: asked.seed,
        timeout: Duration::from_secs_f64(asked.timeout),
        no_risky: asked.no_risky || options.no_risky,
        shard: asked.shard,
        fixtures: asked.fixtures,
        explore: asked.explored.map(|sequences| Explore { sequences, out: None }),
        ..options
    };
    let cases = cases(&options)?;
    let session = Session::of_record(&options, url, Arc::new(replay)).map_err(|e| RunError::Usage(e.to_string()))?;
    begin(options, cases, session, asked.started, false, stopper)
}

fn begin(
    options: Options,
    cases: Vec<Case>,
    session: Session,
    started: String,
    plan_only: bool,
    stopper: Stopper,
) -> Result<Receiver<Event>, RunError> {
    plan::globs(&options.only).and(plan::globs(&options.skip)).map_err(RunError::Usage)?;
    let (sender, receiver) = mpsc::channel(64);
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (options, cases) = (Arc::new(options), Arc::new(cases));
    let session = session.stopped_by(stopper.clone()).told_to(sender.clone());
    tokio::spawn(Run { options, cases, session, sender, stopper, plan_only, started, today }.run());
    Ok(receiver)
}

/// What of the options a record keeps.
fn asked(options: &Options, started: &str) -> Asked {
    Asked {
        format: recording::FORMAT.into(),
        version: recording::VERSION,
        suite: env!("CARGO_PKG_VERSION").into(),
        cases: case::load::revision(),
        started: started.to_owned(),
        url: options.url.clone(),
        api_roots: options.api_roots.clone(),
        collection: options.collection.clone(),
        write: options.write.as_ref().map(Write::to_string),
        allow_http: options.allow_http,
        credentials: options.credentials.kind().into(),
        other: options.other.kind().into(),
        only: options.only.clone(),
        skip: options.skip.clone(),
        seed: options.seed,
        timeout: options.timeout.as_secs_f64(),
        no_risky: options.no_risky,
        shard: options.shard,
        fixtures: options.fixtures,
        explored: options.explore.as_ref().map(|e| e.sequences),
        own_cases: options.cases.len(),
    }
}

/// The suite's own cases and those of the user.
pub fn cases(options: &Options) -> Result<Vec<Case>, RunError> {
    let mut cases = case::embedded().map_err(RunError::Cases)?;
    for dir in &options.cases {
        for case in case::load_dir(dir).map_err(RunError::Cases)? {
            if let Some(other) = cases.iter().find(|c| c.id.get_ref() == case.id.get_ref()) {
                return Err(RunError::Usage(format!(
                    "{}: the id `{}` is already used in {}",
                    case.file,
                    case.id.get_ref(),
                    other.file
                )));
            }
            cases.push(case);
        }
    }
    Ok(cases)
}

struct Run {
    options: Arc<Options>,
    cases: Arc<Vec<Case>>,
    session: Session,
    sender: Sender<Event>,
    stopper: Stopper,
    plan_only: bool,
    /// When the run began, RFC 3339.
    started: String,
    /// Today in UTC, for what expires.
    today: jiff::civil::Date,
}

impl Run {
    async fn tell(&self, event: Event) {
        // nobody listening is no reason to leave objects behind
        let _ = self.sender.send(self.session.redactor().event(event)).await;
    }

    async fn run(self) {
        let started = Instant::now();
        let suite = Suite {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            standard: crate::record::requirement::TAXII_STANDARD.into(),
            cases: case::load::revision(),
            seed: self.options.seed,
            started: self.started.clone(),
            duration_ms: 0.0,
            write: self.options.write.as_ref().map(Write::to_string),
            reference: None,
            strict: self.options.strict,
            derived_warns: self.options.derived_warns,
            shard: None,
        };
        self.tell(Event::Started { suite, url: self.options.url.clone() }).await;
        let mut survey = match survey(&self.session, &self.options).await {
            Ok(survey) => survey,
            Err(_) if self.session.ended() => {
                return self.untestable("the run was ended early, while it took its first look".into(), None).await;
            }
            Err(Untestable { why, seen }) => return self.untestable(why, seen).await,
        };
        if self.options.fixtures {
            fixtures::find(&self.session, &mut survey).await;
        }
        let ledger = Ledger::default();
        let abilities = match self.abilities(&mut survey, &ledger).await {
            Ok(abilities) => abilities,
            Err(why) => return self.untestable(why, None).await,
        };
        if self.session.replay().is_some_and(|replay| replay.end.is_none()) {
            let note = "the record does not say how the run ended: it was cut off, or end.json is missing; what it does not hold is not judged";
            self.tell(Event::Note(note.into())).await;
        }
        for note in std::mem::take(&mut survey.notes) {
            self.tell(Event::Note(note)).await;
        }
        self.tell(Event::Surveyed(survey.server.clone())).await;
        // globs were tried before the run began
        let Plan { tasks, mut all, shard } = plan(&self.cases, &survey, &self.options, &abilities).unwrap_or_default();
        let exploration = explore::plan(&self.options, &survey, &abilities);
        let explored = exploration.iter().map(|e| e.planned.clone());
        self.tell(Event::Planned(tasks.iter().map(|t| t.planned.clone()).chain(explored).collect())).await;
        if let Some(shard) = shard {
            self.tell(Event::Sharded(shard)).await;
        }
        let known: Vec<String> = all.iter().cloned().chain([explore::CASE.to_owned()]).collect();
        for (flag, globs) in [("--only", &self.options.only), ("--skip", &self.options.skip)] {
            for (glob, hint) in known::unmatched(globs, &known) {
                self.tell(Event::Note(format!("{flag} {glob} matches no trial{hint}"))).await;
            }
        }
        if self.plan_only {
            return self.tell(Event::Finished(Summary::default())).await;
        }
        let mut trials = self.trials((&survey, &abilities), &tasks, exploration.as_ref()).await;
        self.clean_up(&ledger).await;
        self.sweep().await;
        let order: BTreeMap<&str, usize> = tasks.iter().enumerate().map(|(i, t)| (t.planned.id.as_str(), i)).collect();
        trials.sort_by_key(|t| order.get(t.id.as_str()).copied().unwrap_or(usize::MAX));
        let mut summary = verdict::summarise(&trials, &self.options, false, self.interrupted());
        all.extend(trials.iter().filter(|t| t.case == explore::CASE).map(|t| t.id.clone()));
        summary.profiles = standing::standings(&self.cases, &self.options, &trials);
        summary.stale = known::stale(&self.options.known, &all, &trials, self.today);
        if !summary.stale.is_empty() && summary.exit == exit::OK {
            summary.exit = exit::FAILED;
        }
        if let Err(e) = self.session.finish_record(&self.end(&trials)) {
            self.tell(Event::Note(e.to_string())).await;
            summary.exit = exit::UNTESTABLE;
        }
        summary.duration_ms = crate::record::milliseconds(started);
        self.tell(Event::Finished(summary)).await;
    }

    /// Whether the run ended early: this one, or the one that a record is of.
    fn interrupted(&self) -> bool {
        self.stopper.stopped() || self.session.replay().is_some_and(Replay::interrupted)
    }

    /// How the run ended, for its record.
    fn end(&self, trials: &[Trial]) -> End {
        let not_run = trials.iter().filter(|t| t.verdict == Verdict::Skip && t.reason == session::ENDED);
        End { interrupted: self.interrupted(), not_run: not_run.map(|t| t.id.clone()).collect() }
    }

    /// Removes what a ledger knows to have been added, and tells what came of it.
    async fn clean_up(&self, ledger: &Ledger) {
        let cleanup = ledger.clean_up(&self.session).await;
        if cleanup.removed > 0 || !cleanup.left.is_empty() {
            self.tell(Event::CleanedUp(cleanup)).await;
        }
    }

    /// Removes what showed only after it had been removed, and tells what came of it.
    async fn sweep(&self) {
        let cleanup = sweep::sweep(&self.session).await;
        if cleanup.removed > 0 || !cleanup.left.is_empty() {
            self.tell(Event::CleanedUp(cleanup)).await;
        }
        let unanswered = self.session.added().unanswered();
        if unanswered > 0 {
            self.tell(Event::Note(format!(
                "{unanswered} requests to add objects got no answer: look whether the server has added them after all"
            )))
            .await;
        }
    }

    /// A server that cannot be tested: what was seen of it is judged all the same, by the cases that look at the
    /// server as a whole, and at the API roots that it advertises.
    async fn untestable(&self, why: String, seen: Option<Survey>) {
        let mut survey = seen.unwrap_or_default();
        survey.server.url.clone_from(&self.options.url);
        survey.server.untestable = Some(why);
        self.tell(Event::Surveyed(survey.server.clone())).await;
        let mut trials = Vec::new();
        if survey.answered && !self.plan_only && self.options.shard.is_none() {
            let abilities = Abilities { https: self.session.base.scheme() == "https", ..Abilities::default() };
            let mut plan = plan(&self.cases, &survey, &self.options, &abilities).unwrap_or_default();
            plan.tasks.retain(|task| matches!(task.case.scope, case::Scope::Server | case::Scope::Root));
            plan.tasks.retain(|task| !task.planned.writes);
            self.tell(Event::Planned(plan.tasks.iter().map(|t| t.planned.clone()).collect())).await;
            trials = self.trials((&survey, &abilities), &plan.tasks, None).await;
        }
        let summary = verdict::summarise(&trials, &self.options, true, self.interrupted());
        debug_assert_eq!(summary.exit, exit::UNTESTABLE);
        if let Err(e) = self.session.finish_record(&self.end(&trials)) {
            self.tell(Event::Note(e.to_string())).await;
        }
        self.tell(Event::Finished(summary)).await;
    }

    /// Finds the collection that may be written to and adds the dataset there. A plan writes nothing.
    async fn abilities(&self, survey: &mut Survey, ledger: &Ledger) -> Result<Abilities, String> {
        let https = self.session.base.scheme() == "https";
        let mut abilities = Abilities { https, ..Abilities::default() };
        let Some(wanted) = &self.options.write else { return Ok(abilities) };
        let takes = |c: &survey::Collection| !media_types::is_of_older_stix(&c.resource);
        let open = |c: &survey::Collection| c.can_read && c.can_write && takes(c);
        let fits = |c: &survey::Collection| wanted.named().map_or_else(|| open(c), |name| c.is(name));
        let candidates = |private: bool| {
            survey.roots.iter().enumerate().find_map(|(r, root)| {
                Some((r, root.collections.iter().position(|c| fits(c) && (!private || c.private))?))
            })
        };
        // where anybody may write, less can be told about who may
        let found = candidates(true).or_else(|| candidates(false));
        let Some((r, c)) = found else {
            let Some(name) = wanted.named() else {
                survey.notes.push(
                    "nothing is written: no collection can be both read and written with these credentials and holds more than STIX 2.0"
                        .into(),
                );
                return Ok(abilities);
            };
            return Err(trouble::not_writable(name, false, survey.roots.iter().flat_map(|r| &r.collections)));
        };
        let url = survey.roots[r].url.clone();
        let found = &survey.roots[r].collections[c];
        if let Some(name) = wanted.named().filter(|_| !(found.can_read && found.can_write)) {
            return Err(trouble::not_writable(name, true, survey.roots.iter().flat_map(|r| &r.collections)));
        }
        if !takes(found) {
            let name = &found.id;
            survey.notes.push(format!(
                "nothing is written: the media_types of {name} name STIX 2.0 alone, and the suite adds STIX 2.1"
            ));
            return Ok(abilities);
        }
        let collection = &mut survey.roots[r].collections[c];
        collection.written = true;
        if self.plan_only {
            abilities.facts.extend([
                case::Fact::TakesPosts,
                case::Fact::Adds,
                case::Fact::Completes,
                case::Fact::Deletes,
            ]);
            return Ok(abilities);
        }
        let facts = dataset::load(
            &self.session,
            ledger,
            &paths::resolve_root(&url, url.path()).unwrap_or(url.clone()),
            collection,
            self.options.seed,
        )
        .await;
        abilities.facts.extend(facts);
        survey.server.api_roots = survey.roots.iter().map(survey::summary).collect();
        Ok(abilities)
    }
}
