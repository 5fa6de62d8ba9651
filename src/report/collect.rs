//! Folds the events of a run into one [`Report`].

use std::collections::HashMap;

use super::Reporter;
use crate::record::report::{FORMAT, VERSION};
use crate::record::{CleanUp, Event, Planned, Report, Server, Suite, Summary, Trial};

/// Gathers everything that a run tells.
#[derive(Default)]
pub struct Collect {
    suite: Suite,
    url: String,
    server: Option<Server>,
    notes: Vec<String>,
    planned: Vec<Planned>,
    trials: Vec<Trial>,
    cleanup: CleanUp,
    summary: Option<Summary>,
}

impl Collect {
    /// What was planned, in order.
    pub fn planned(&self) -> &[Planned] {
        &self.planned
    }

    /// Whether the run came to its end; one that was cut off has no summary.
    pub fn finished(&self) -> bool {
        self.summary.is_some()
    }

    /// The report: trials in the order of the plan, whatever order they ended in.
    pub fn into_report(self) -> Report {
        let mut trials = self.trials;
        let order: HashMap<&str, usize> = self.planned.iter().enumerate().map(|(i, p)| (p.id.as_str(), i)).collect();
        trials.sort_by_key(|t| order.get(t.id.as_str()).copied().unwrap_or(usize::MAX));
        let summary = self.summary.unwrap_or_default();
        let mut suite = self.suite;
        if summary.duration_ms > 0.0 {
            suite.duration_ms = summary.duration_ms;
        }
        let mut notes = self.notes;
        if summary.interrupted && self.planned.len() > trials.len() {
            notes.push(format!(
                "The run was ended early: {} of {} trials were not run.",
                self.planned.len() - trials.len(),
                self.planned.len()
            ));
        }
        let mut server = self.server.unwrap_or_default();
        if server.url.is_empty() {
            server.url = self.url;
        }
        Report {
            format: FORMAT.to_owned(),
            version: VERSION,
            suite,
            server,
            summary,
            notes,
            cleanup: self.cleanup,
            trials,
        }
    }
}

impl Reporter for Collect {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { suite, url } => {
                self.suite = suite.clone();
                self.url = url.clone();
            }
            Event::Note(note) => self.notes.push(note.clone()),
            Event::Surveyed(server) => self.server = Some(server.clone()),
            Event::Planned(planned) => self.planned = planned.clone(),
            Event::Sharded(shard) => self.suite.shard = Some(shard.clone()),
            Event::TrialStarted(_) | Event::Waiting(_) => {}
            Event::TrialFinished(trial) => self.trials.push((**trial).clone()),
            Event::CleanedUp(cleanup) => self.cleanup.add(cleanup),
            Event::Finished(summary) => self.summary = Some(summary.clone()),
        }
    }
}
