//! One attempt at a sequence: run as a trial with objects of its own, judged by the checks, and cleaned up.

use crate::case::load;
use crate::case::matrix::Row;
use crate::record::{CleanUp, Exchange, Trial, Verdict};
use crate::run::exec::{self, Runner};
use crate::run::ledger::Ledger;
use crate::run::plan::{self, Binding};
use crate::run::profile::Profile;

/// Attempts, one after the other, at one collection.
pub struct Attempts<'a> {
    /// Talks to the server; its ledger is not used.
    pub runner: &'a Runner<'a>,
    /// The collection.
    pub binding: Binding,
    /// What is true there.
    pub profile: &'a Profile,
    /// Id of the trials, which their objects are made from.
    pub id: &'a str,
    /// How many attempts there were: each makes objects of its own.
    pub made: u32,
    /// How many requests they sent.
    pub requests: usize,
    /// What became of the objects that they added.
    pub cleanup: CleanUp,
}

/// What an attempt came to.
pub enum Came {
    /// Everything held.
    Held(Box<Trial>),
    /// Some answer was wrong: that of the step of this place, where steps are named by their place.
    Wrong(usize, Box<Trial>),
    /// It could not be judged.
    Unjudged(String),
    /// The server no longer answers.
    Lost(String),
}

impl Attempts<'_> {
    /// What the requests of the next attempt are made for, in a record.
    pub fn next_scope(&self) -> String {
        exec::again(self.id, self.made + 1)
    }

    /// Runs the text of a case. Nothing of it stays on the server, where the server deletes.
    pub async fn run(&mut self, text: &str) -> Came {
        let case = match load::parse("explore/sequence.toml", text) {
            Ok(case) => case,
            Err(errors) => {
                let first = errors.first().map(ToString::to_string).unwrap_or_default();
                return Came::Unjudged(format!("the sequence is no case, which is a fault of the suite: {first}"));
            }
        };
        let (options, ledger) = (self.runner.options, Ledger::default());
        let mut task =
            plan::task(&case, &Row::default(), self.id.to_owned(), Some(self.binding), self.profile.clone(), options);
        // the sequence keeps to what works here
        task.lacking = None;
        self.made += 1;
        let runner = Runner { ledger: &ledger, ..*self.runner };
        let trial = exec::run(&runner, &task, self.made).await;
        let session = self.runner.session.scoped(&format!("after {} {}", self.id, self.made));
        let cleaned = ledger.clean_up(&session).await;
        self.requests += trial.exchanges.len();
        self.cleanup.add(&cleaned);
        came(trial)
    }
}

fn came(trial: Trial) -> Came {
    // what is added later than it is asked for proves nothing
    if trial.exchanges.iter().rfind(|e| e.step == "status").is_some_and(pending) {
        return Came::Unjudged("a status stays pending: it is not known when objects are there".into());
    }
    let at = trial.findings.first().map(|f| f.exchange.unwrap_or_default());
    let refused = trial.exchanges.last().filter(|e| e.request.method == "POST" && e.status() >= 500);
    match (at, trial.verdict) {
        (_, Verdict::Error) => Came::Lost(trial.reason),
        (Some(at), _) => Came::Wrong(step(&trial.exchanges[..=at.min(trial.exchanges.len() - 1)]), Box::new(trial)),
        (None, _) if refused.is_some() => Came::Wrong(step(&trial.exchanges), Box::new(trial)),
        (None, Verdict::Pass) => Came::Held(Box::new(trial)),
        _ => Came::Unjudged(trial.reason),
    }
}

fn pending(exchange: &Exchange) -> bool {
    exchange.json().and_then(|b| b.get("status")).is_some_and(|s| s == "pending")
}

/// The step that sent the last of these; polls of a status have a name of their own.
fn step(exchanges: &[Exchange]) -> usize {
    exchanges.iter().rev().find_map(|e| e.step.parse().ok()).unwrap_or_default()
}
