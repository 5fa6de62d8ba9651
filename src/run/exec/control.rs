//! Whose fault it is that an answer is missing.

use super::{Run, Stop};
use crate::case::Actor;
use crate::check::StepRecord;
use crate::record::Exchange;
use crate::run::busy;
use crate::run::recording::NOT_RECORDED;
use crate::run::session::answers;
use crate::run::silence::{LIKE_OTHERS, LOST};
use crate::taxii::failure::is_of_certificate;
use crate::taxii::hello;

impl Run<'_> {
    /// A server that has no time cannot be judged. No answer to a request: asks for something else, so that it is known
    /// whose fault it is.
    pub(super) async fn control(&mut self, record: &StepRecord) -> Result<(), Stop> {
        if let Some(busy) = self.exchanges[record.exchanges.clone()].iter().find(|e| busy::asked(e).is_some()) {
            let status = busy.status();
            return Err(Stop::Error(format!(
                "the server limits the rate of requests ({status}): use --rate or --jobs 1"
            )));
        }
        if self.exchanges[record.exchanges.clone()].iter().any(|e| e.status() < 300 && e.is_too_deep()) {
            return Err(Stop::Error("an answer is nested deeper than the suite reads JSON, 127 levels".into()));
        }
        // what is risky runs alone: where everything is an internal error after it, that is its doing
        let may_be_down = self.runner.survey.control && !self.task.case.risky;
        let troubled = |e: &&Exchange| e.response.is_none() || may_be_down && e.status() >= 500;
        let troubled = self.exchanges[record.exchanges.clone()].iter().find(troubled);
        let told = |e: &Exchange| e.failure.clone().unwrap_or_else(|| format!("answered {}", e.status()));
        let Some(failure) = troubled.map(told) else { return Ok(()) };
        if hello::is_known(&failure) {
            return Ok(());
        }
        if failure == NOT_RECORDED {
            return Err(Stop::Error(format!("{failure}: it was made with other cases, or ended early")));
        }
        if failure == LOST {
            return Err(Stop::Error(format!("not run: {failure}")));
        }
        if failure.starts_with(LIKE_OTHERS) {
            return Err(Stop::Blocked(failure));
        }
        if is_of_certificate(&failure) {
            return Ok(());
        }
        if self.well().await {
            return Ok(());
        }
        Err(Stop::Error(match self.session.outlasts(self.runner.survey.control).await {
            true => format!("the server went away meanwhile, and came back: {failure}"),
            false => format!("{LOST}: {failure}"),
        }))
    }

    /// Whether the server answers something else, and not with an internal error where it did not before.
    async fn well(&self) -> bool {
        let control = self.session.send(&self.session.control(), Actor::Client).await;
        answers(&control, self.runner.survey.control)
    }
}
