//! Carries out the trials of a run, in phases; tries failures again, and tells each trial once its verdict stands.

use super::explore::{self, Exploration};
use super::ledger::Ledger;
use super::plan::{Task, plan};
use super::profile::Abilities;
use super::recording::NOT_RECORDED;
use super::session::ENDED;
use super::silence::LIKE_OTHERS;
use super::survey::Survey;
use super::{Run, cause, chance, changes, exec, known};
use crate::record::{Event, Trial, Verdict};

/// How often a failure is tried again where each time it fails otherwise.
const ATTEMPTS: u32 = 2;

impl Run {
    /// Runs the trials: those that only read first, then those that write, then those that need to be
    /// alone, and last those that may spoil a fragile server.
    pub(super) async fn trials(
        &self,
        (survey, abilities): (&Survey, &Abilities),
        tasks: &[Task<'_>],
        exploration: Option<&Exploration<'_>>,
    ) -> Vec<Trial> {
        let phase = |t: &Task<'_>| match (t.case.risky, t.case.alone, t.planned.writes) {
            (true, _, _) => 3,
            (_, true, _) => 2,
            (_, _, true) => 1,
            _ => 0,
        };
        // what these add is removed before anything risky: a server that is spoilt removes nothing
        let added = Ledger::default();
        let runner = exec::Runner { session: &self.session, options: &self.options, survey, ledger: &added };
        let mut trials = Vec::new();
        for wanted in 0..3 {
            let jobs = if wanted == 2 { 1 } else { self.options.jobs.max(1) };
            let mut phase_tasks: Vec<&Task<'_>> = tasks.iter().filter(|t| phase(t) == wanted).collect();
            // what others build on comes first: where the server hangs at it, it is that which fails
            phase_tasks.sort_by_cached_key(|t| cause::depth(t));
            let mut done = self.together(&runner, &phase_tasks, jobs).await;
            let failed = |t: &&&Task<'_>| done.iter().any(|d| is_broken(d) && d.id == t.planned.id);
            let failed: Vec<&Task<'_>> = phase_tasks.iter().filter(failed).copied().collect();
            let mut change = changes::Watch::new(&self.session, survey, &failed);
            let seen = change.look(&format!("again {wanted}")).await;
            for trial in done.iter_mut().filter(|t| is_broken(t)) {
                let Some(task) = failed.iter().find(|t| t.planned.id == trial.id) else { continue };
                if seen.may_explain(task, trial) && !self.session.ended() {
                    self.with_changes(&mut change, abilities, &added, task, trial).await;
                } else {
                    self.again(&runner, task, trial).await;
                }
            }
            trials.extend(done);
        }
        if let Some(exploration) = exploration {
            let explored = self.explore(&runner, exploration, &trials).await;
            trials.extend(explored);
        }
        self.clean_up(&added).await;
        let risky: Vec<&Task<'_>> = tasks.iter().filter(|t| phase(t) == 3).collect();
        trials.extend(self.risky(&runner, &risky).await);
        // what failed is told once nothing more can explain it
        let open: Vec<usize> = (0..trials.len()).filter(|i| is_broken(&trials[*i])).collect();
        cause::explain(&mut trials, tasks);
        for trial in open.into_iter().filter_map(|i| trials.get(i)) {
            self.tell(Event::TrialFinished(Box::new(trial.clone()))).await;
        }
        trials
    }

    /// Runs the trials that may spoil a fragile server, one by one. Where a collection no longer answers after one,
    /// the rest are not blamed for it: they are inconclusive, and name the trial.
    async fn risky(&self, runner: &exec::Runner<'_>, tasks: &[&Task<'_>]) -> Vec<Trial> {
        let mut trials = Vec::new();
        let mut spoilt: Option<String> = None;
        for task in tasks {
            // removed at once: what one leaves would be there for good when the next spoils the collection
            let added = Ledger::default();
            let runner = &exec::Runner { ledger: &added, ..*runner };
            let alive = !self.session.is_lost();
            if spoilt.is_some() && task.lacking.is_none() && exec::still_answers(runner, task).await {
                // it was away for a while, or is started again
                spoilt = None;
            }
            let mut trial = match &spoilt {
                Some(by) if task.lacking.is_none() => {
                    let trial = Trial {
                        verdict: Verdict::Inconclusive,
                        reason: format!("the collection no longer answers since {by}: restart the server to try this"),
                        ..self.not_run(task)
                    };
                    self.tell(Event::TrialFinished(Box::new(trial.clone()))).await;
                    trial
                }
                _ => self.one(runner, task).await,
            };
            let ran = alive && spoilt.is_none() && task.lacking.is_none() && trial.reason != ENDED;
            let ran = ran && !self.session.ended();
            if ran && !exec::still_answers(runner, task).await && !self.session.ended() {
                spoilt = Some(task.planned.id.clone());
            }
            // a repeat on a server that is spoilt would tell nothing
            if is_broken(&trial) && spoilt.is_none() {
                self.again(runner, task, &mut trial).await;
            }
            self.clean_up(&added).await;
            trials.push(trial);
        }
        trials
    }

    /// Explores, before anything risky is tried, and around what the trials have found to be broken.
    async fn explore(&self, runner: &exec::Runner<'_>, exploration: &Exploration<'_>, trials: &[Trial]) -> Vec<Trial> {
        self.tell(Event::TrialStarted(exploration.planned.id.clone())).await;
        let broken = trials.iter().filter(|t| matches!(t.verdict, Verdict::Fail | Verdict::Warn));
        let broken = broken.flat_map(|t| t.requirements.clone()).collect();
        let mut explored = explore::explore(exploration, runner, broken).await;
        explored.trials.iter_mut().for_each(|trial| known::mark(&self.options.known, trial, self.today));
        for note in explored.notes {
            self.tell(Event::Note(note)).await;
        }
        for trial in explored.trials.iter().filter(|t| !is_broken(t)) {
            self.tell(Event::TrialFinished(Box::new(trial.clone()))).await;
        }
        if explored.cleanup.removed > 0 || !explored.cleanup.left.is_empty() {
            self.tell(Event::CleanedUp(explored.cleanup)).await;
        }
        explored.trials
    }

    async fn together(&self, runner: &exec::Runner<'_>, tasks: &[&Task<'_>], jobs: usize) -> Vec<Trial> {
        use futures_util::stream::{self, StreamExt};
        // boxed one by one: a closure over borrowed tasks is not general enough for a spawned future
        let mut futures: Vec<std::pin::Pin<Box<dyn Future<Output = Trial> + Send + '_>>> = Vec::new();
        for task in tasks {
            futures.push(Box::pin(self.one(runner, task)));
        }
        stream::iter(futures).buffer_unordered(jobs).collect().await
    }

    /// Runs one trial. A failure is not told yet: it is tried again, alone, and others may explain it.
    async fn one(&self, runner: &exec::Runner<'_>, task: &Task<'_>) -> Trial {
        let id = &task.planned.id;
        let left_out = self.session.replay().is_some_and(|replay| match &replay.end {
            Some(end) => end.not_run.contains(id),
            None => task.lacking.is_none() && !replay.knows(id),
        });
        let mut trial = if self.stopper.stopped() || left_out {
            self.not_run(task)
        } else {
            self.tell(Event::TrialStarted(id.clone())).await;
            exec::run(runner, task, 0).await
        };
        if let Some(replay) = self.session.replay().filter(|_| beyond_record(&trial)) {
            if replay.interrupted() {
                trial = self.not_run(task);
            } else if !replay.knows(id) {
                let why = "the record holds nothing of this trial: it was made without it";
                trial = Trial { reason: why.into(), ..self.not_run(task) };
            }
        }
        if self.stopper.stopped() && trial.verdict != Verdict::Pass {
            // it was in the middle of something
            trial = self.not_run(task);
        }
        known::mark(&self.options.known, &mut trial, self.today);
        if !is_broken(&trial) {
            self.tell(Event::TrialFinished(Box::new(trial.clone()))).await;
        }
        trial
    }

    /// Tries a failure or a warning again, with nothing beside it. Where it does not come again it is nothing that anybody
    /// could act on, and no pass either.
    async fn again(&self, runner: &exec::Runner<'_>, task: &Task<'_>, trial: &mut Trial) {
        for attempt in 1..=ATTEMPTS {
            if self.session.ended_before(&exec::scope(task, attempt)) {
                return self.unconfirmed(task, trial).await;
            }
            let mut again = exec::run(runner, task, attempt).await;
            // what got no answer twice is not asked again
            if again.reason.starts_with(LIKE_OTHERS) {
                return;
            }
            if self.session.ended() {
                return self.unconfirmed(task, trial).await;
            }
            let first = trial.reason.clone();
            let why = if !is_broken(&again) || trial.verdict == Verdict::Fail && again.verdict == Verdict::Warn {
                format!("flaky: it failed ({first}), and did not on a repeat ({})", again.verdict.word())
            } else if attempt < ATTEMPTS && chance::may_be(trial, &again) {
                continue;
            } else if chance::is_another(trial, &again) {
                format!("flaky: each time another request got no answer: {first}; {}", again.reason)
            } else {
                if chance::is_lost(trial) && !chance::is_lost(&again) {
                    // what the server says is better evidence than that it once said nothing
                    known::mark(&self.options.known, &mut again, self.today);
                    *trial = again;
                }
                return;
            };
            leave_open(task, trial, why);
            trial.flaky = true;
            return self.tell(Event::TrialFinished(Box::new(trial.clone()))).await;
        }
    }

    /// A failure that came once, in a run that was ended before it could come again: chance, or what others did meanwhile,
    /// is not ruled out.
    async fn unconfirmed(&self, task: &Task<'_>, trial: &mut Trial) {
        let why = format!("it failed once, and the run was ended before it was tried again: {}", trial.reason);
        leave_open(task, trial, why);
        self.tell(Event::TrialFinished(Box::new(trial.clone()))).await;
    }

    /// Tries a failure again where others have changed the collection since the survey: with what it holds now. Only where
    /// nothing changes around a failure is it the server's.
    async fn with_changes(
        &self,
        change: &mut changes::Watch<'_>,
        abilities: &Abilities,
        ledger: &Ledger,
        task: &Task<'_>,
        trial: &mut Trial,
    ) {
        let first = trial.reason.clone();
        for attempt in 1..=changes::ATTEMPTS {
            if self.session.ended_before(&exec::scope(task, attempt)) {
                return self.unconfirmed(task, trial).await;
            }
            let survey = change.survey.clone();
            let tasks = plan(&self.cases, &survey, &self.options, abilities).unwrap_or_default().tasks;
            // the same trial as things are now, if what it needs is still there
            let Some(now) = tasks.iter().find(|t| t.planned.id == task.planned.id && t.lacking.is_none()) else {
                leave_open(task, trial, format!("others have removed what this needs, while it was judged: {first}"));
                break;
            };
            let runner = exec::Runner { session: &self.session, options: &self.options, survey: &survey, ledger };
            let again = exec::run(&runner, now, attempt).await;
            if self.session.ended() {
                return self.unconfirmed(task, trial).await;
            }
            *trial = again;
            known::mark(&self.options.known, trial, self.today);
            if !is_broken(trial) {
                trial.reason += &format!("; tried again after others had changed the collection ({first})");
                break;
            }
            if !change.look(&exec::scope(task, attempt)).await.may_explain(task, trial) {
                break;
            }
            if attempt == changes::ATTEMPTS {
                leave_open(task, trial, format!("others change the collection while it is judged: {first}"));
            }
        }
        if !is_broken(trial) {
            self.tell(Event::TrialFinished(Box::new(trial.clone()))).await;
        }
    }

    fn not_run(&self, task: &Task<'_>) -> Trial {
        let bare = task.planned.came_to(Verdict::Skip, ENDED);
        Trial { file: task.case.file.clone(), by_choice: task.by_choice, ..bare }
    }
}

/// Makes a failure inconclusive, for all that the trial is about.
fn leave_open(task: &Task<'_>, trial: &mut Trial, why: String) {
    trial.reason = why;
    trial.requirements.clone_from(&task.planned.requirements);
    trial.verdict = Verdict::Inconclusive;
    trial.known = None;
}

/// Whether a trial asked for something that a record does not hold.
fn beyond_record(trial: &Trial) -> bool {
    trial.exchanges.iter().any(|e| e.failure.as_deref() == Some(NOT_RECORDED))
}

/// Whether a trial says that a requirement is broken.
fn is_broken(trial: &Trial) -> bool {
    matches!(trial.verdict, Verdict::Fail | Verdict::Warn)
}
