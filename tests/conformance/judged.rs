//! Trials and their verdicts under the names of tests.

use std::collections::HashMap;
use std::sync::LazyLock;

use libtest_mimic::{Completion, Failed};
use taxii_conformance::case::{self, Scope};
use taxii_conformance::record::{Event, Finding, Trial, Verdict};
use taxii_conformance::report::sanitize::{block, command, line};

/// How much of a text of the server is shown, in characters.
const LONGEST: usize = 4000;

/// What a run came to.
#[derive(Default)]
pub struct Judged {
    /// Why the server could not be tested, where it could not.
    pub untestable: Option<String>,
    /// Names of the planned trials, in order.
    pub names: Vec<String>,
    /// What became of them, in the same order.
    pub trials: Vec<(String, Trial)>,
}

impl Judged {
    /// Takes in one event of the run.
    pub fn event(&mut self, event: Event) {
        match event {
            Event::Surveyed(server) => self.untestable = server.untestable,
            Event::Planned(planned) => self.names = planned.iter().map(|p| name(&p.case, &p.id)).collect(),
            Event::TrialFinished(trial) => self.trials.push((name(&trial.case, &trial.id), *trial)),
            Event::Finished(_) => {
                let order: HashMap<&str, usize> =
                    self.names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
                self.trials.sort_by_key(|(name, _)| order.get(name.as_str()).copied());
            }
            _ => {}
        }
    }
}

/// A trial's id without its place, where the case has one place alone: which collection fits best
/// can depend on what was written, and a test keeps its name.
fn name(case: &str, id: &str) -> String {
    static SCOPES: LazyLock<HashMap<String, Scope>> = LazyLock::new(|| {
        let cases = case::embedded().unwrap_or_default();
        cases.into_iter().map(|c| (c.id.get_ref().clone(), c.scope)).collect()
    });
    match (SCOPES.get(case), id.split_once('@')) {
        (Some(Scope::Collection), Some((short, _))) => short.to_owned(),
        _ => id.to_owned(),
    }
}

/// The verdict as the result of a test. Where nothing could be judged, the test counts as ignored.
pub fn complete(trial: &Trial) -> Result<Completion, Failed> {
    let reason = line(&trial.reason, LONGEST);
    match trial.verdict {
        Verdict::Pass => Ok(Completion::Completed),
        Verdict::Warn => {
            println!("warning: {}: {reason}", line(&trial.id, LONGEST));
            Ok(Completion::Completed)
        }
        Verdict::Inconclusive | Verdict::Skip => {
            Ok(Completion::ignored_with(format!("{}: {reason}", trial.verdict.word())))
        }
        Verdict::Error => Err(format!("the suite could not judge: {reason}").into()),
        Verdict::Fail => Err(failure(trial).into()),
    }
}

/// Everything that is needed to see a failure oneself.
fn failure(trial: &Trial) -> String {
    let mut text = format!("{}\n", line(&trial.title, LONGEST));
    for finding in &trial.findings {
        text += &one(trial, finding);
    }
    text
}

fn one(trial: &Trial, finding: &Finding) -> String {
    let mut text = format!("\nbreaks   {} ({})", finding.requirement, finding.level.word());
    if let Some(requirement) = case::requirement(&finding.requirement) {
        text += &format!(": {}", requirement.statement);
    }
    text += &format!("\nfound    {}\n", line(&finding.message, LONGEST));
    if let Some(expected) = &finding.expected {
        text += &format!("expected {}\n", line(expected, LONGEST));
    }
    if let Some(actual) = &finding.actual {
        text += &format!("actual   {}\n", line(actual, LONGEST));
    }
    if let Some(pointer) = &finding.pointer {
        text += &format!("place    {}\n", line(pointer, LONGEST));
    }
    if let Some(exchange) = finding.exchange.and_then(|at| trial.exchanges.get(at)) {
        text += &format!("try      {}\n", command(&exchange.curl, LONGEST));
        match (&exchange.response, &exchange.failure) {
            (Some(response), _) => {
                let body = block(&response.body.excerpt(), 400);
                text += &format!("answer   {} {body}\n", response.status);
            }
            (None, failure) => text += &format!("answer   none: {}\n", failure.as_deref().unwrap_or_default()),
        }
    }
    text
}
