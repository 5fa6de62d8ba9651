//! The vocabulary of cases: each word a check without input or output.
//!
//! A check looks at the exchanges of one step and at the holdings, and says what it found, what it
//! saw, and what kept it from judging. [`judge`] puts the words of an expectation together.

pub mod body;
pub mod content;
mod discovery;
pub mod error;
pub mod headers;
mod i_json;
pub mod life;
pub mod media_types;
mod names;
pub mod paging;
pub mod read_back;
pub mod resource;
pub mod rule;
pub mod same;
pub mod schema;
pub mod selection;
pub mod status;
pub mod writing;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::expect::Rule;
use crate::case::template::Values;
use crate::case::{Actor, Case, Expect, Step, register};
use crate::oracle::Holdings;
use crate::record::{Exchange, Finding, Level, Reading};
use crate::taxii::failure::{is_hang_up, is_of_certificate, is_of_client_certificate};
use crate::taxii::front_end::wants_certificate;
use crate::taxii::tls::Version;
use crate::taxii::{Endpoint, hello};

/// What one step did and got.
#[derive(Clone, Debug, Default)]
pub struct StepRecord {
    /// Indices of its exchanges within the trial's.
    pub exchanges: std::ops::Range<usize>,
    /// Endpoint that was asked; none for a path of the case's own.
    pub endpoint: Option<Endpoint>,
    /// Object id in the path, where there is one.
    pub object: Option<String>,
    /// Whether it read on over pages.
    pub walked: bool,
    /// Why a walk over pages stopped before its end, in words.
    pub stopped: Option<String>,
    /// Whether it stopped because the suite reads no more, and not because it could not.
    pub enough: bool,
    /// Objects that were posted.
    pub posted: Vec<Value>,
}

/// What the survey knows of the collection that a trial is bound to.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// The collection resource as the list gives it.
    pub resource: Value,
    /// What it holds.
    pub holdings: std::sync::Arc<Holdings>,
}

/// Everything that judging needs. No check asks for more.
pub struct Transcript<'a> {
    /// The case.
    pub case: &'a Case,
    /// Ids of the requirements that the trial is about, out of the case's.
    pub requirements: &'a [String],
    /// Values of its variables, saved ones included.
    pub values: &'a Values,
    /// Objects of the case, by name.
    pub objects: &'a BTreeMap<String, Value>,
    /// The collection, where the trial is bound to one.
    pub bound: &'a Bound,
    /// Whether the server is reached by HTTPS.
    pub https: bool,
    /// Whether the user waived HTTPS.
    pub http_allowed: bool,
    /// Whether the server let the client in by HTTP Basic.
    pub basic_works: bool,
    /// Exchanges of the trial so far.
    pub exchanges: &'a [Exchange],
    /// Steps so far, in the order of the case.
    pub steps: &'a [StepRecord],
}

/// What a check has to say.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is broken.
    pub findings: Vec<Finding>,
    /// What was seen to hold, for the words of a pass.
    pub seen: Vec<String>,
    /// What kept it from judging, with the case or requirement that is about that.
    pub blocked: Vec<String>,
    /// What the server does not offer and need not, so that there is nothing to judge.
    pub absent: Vec<String>,
    /// Options and readings that were seen.
    pub readings: Vec<Reading>,
    /// Requirements that nothing here could have broken, although the case is about them.
    pub idle: BTreeSet<&'static str>,
    /// Requirements that were put to the test by name.
    pub tested: BTreeSet<&'static str>,
}

impl Outcome {
    /// Takes in what another check has to say.
    pub fn merge(&mut self, other: Outcome) {
        self.findings.extend(other.findings);
        self.seen.extend(other.seen);
        self.blocked.extend(other.blocked);
        self.absent.extend(other.absent);
        self.readings.extend(other.readings);
        self.idle.extend(other.idle);
        self.tested.extend(other.tested);
    }

    /// Of two requirements of the case, the one that this answer puts to the test, and the one that it cannot break.
    fn tests(&mut self, tested: &'static str, idle: &'static str) {
        self.tested.insert(tested);
        self.idle.insert(idle);
    }

    fn saw(&mut self, what: impl Into<String>) {
        self.seen.push(what.into());
    }

    /// Something stands in the way of a judgement.
    pub fn block(&mut self, why: impl Into<String>) {
        self.blocked.push(why.into());
    }

    fn lack(&mut self, what: impl Into<String>) {
        self.absent.push(what.into());
    }
}

/// One step under judgement.
pub struct Context<'a> {
    /// The trial.
    pub transcript: &'a Transcript<'a>,
    /// The step as the case has it.
    pub step: &'a Step,
    /// What it did.
    pub record: &'a StepRecord,
    /// What is expected of it.
    pub expect: &'a Expect,
}

impl<'a> Context<'a> {
    /// Exchanges of the step.
    pub fn exchanges(&self) -> &'a [Exchange] {
        &self.transcript.exchanges[self.record.exchanges.clone()]
    }

    /// The last exchange of the step.
    pub fn last(&self) -> Option<&'a Exchange> {
        self.exchanges().last()
    }

    /// The requirement that findings of this step cite unless a check knows better.
    pub fn requirement(&self) -> &'a str {
        let first = self.transcript.requirements.first().map_or("", String::as_str);
        self.step.cite.as_ref().map_or(first, |c| c.get_ref().as_str())
    }

    /// Whether the case is about this requirement.
    pub fn about(&self, requirement: &str) -> bool {
        self.transcript.requirements.iter().any(|r| r == requirement)
    }

    /// Who sent the requests of the step.
    pub fn actor(&self) -> Actor {
        self.step.actor.of(self.transcript.values).unwrap_or_default()
    }

    /// A finding on the step's requirement, at the exchange of this index within the step.
    pub fn finding(&self, exchange: usize, message: impl Into<String>) -> Finding {
        self.finding_on(self.requirement(), exchange, message)
    }

    /// A finding on a requirement of the check's choice.
    pub fn finding_on(&self, requirement: &str, exchange: usize, message: impl Into<String>) -> Finding {
        Finding {
            requirement: requirement.to_owned(),
            level: {
                let level = register::requirement(requirement).map_or(Level::Derived, |r| r.level);
                self.transcript.case.level.map_or(level, |cap| level.min(cap))
            },
            message: message.into(),
            expected: None,
            actual: None,
            exchange: Some(self.record.exchanges.start + exchange),
            pointer: None,
        }
    }

    /// A text of the case with its variables filled in; names without a value stay.
    pub fn filled(&self, text: &str) -> String {
        crate::case::template::fill(text, self.transcript.values).unwrap_or_else(|_| text.to_owned())
    }
}

/// Characters of a URL that every server takes.
const SHORT: usize = 255;

/// Judges one expectation of a step.
pub fn judge(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let expect = context.expect;
    if context.step.tls == Some(Version::Blocked) {
        return blocked_suites(context);
    }
    // how a walk over pages ends is judged by what it brought
    let first_alone = if context.record.walked { 1 } else { usize::MAX };
    if let Some(exchange) = context.exchanges().iter().take(first_alone).position(|e| e.response.is_none()) {
        if expect.status.as_ref().is_some_and(|s| s.contains(413) && !s.contains(404)) {
            // a server may close the connection rather than read on
            outcome.block("the connection was closed while the body was sent, without an answer to judge");
            return outcome;
        }
        // a server may pass over whom it does not know (section 8.2.2)
        if context.actor().is_stranger() {
            let failure = context.exchanges()[exchange].failure.as_deref().unwrap_or_default();
            if !is_hang_up(failure) && !is_of_client_certificate(failure) {
                outcome.block(format!("no answer came whole, so that it does not show what is refused: {failure}"));
                return outcome;
            }
            let question = "a request without valid credentials".to_owned();
            outcome.readings.push(Reading { question, answer: "not answered at all".into() });
            // that is as good as being refused, and shows nothing of what a refusal says
            if expect.header.is_empty() && expect.rule.is_none() && expect.error.is_none() {
                outcome.saw("no answer to a stranger");
            } else {
                outcome.block("a request without valid credentials gets no answer at all, so that there is no 401");
            }
            return outcome;
        }
        let failure = context.exchanges()[exchange].failure.clone().unwrap_or_default();
        if is_of_client_certificate(&failure) {
            outcome.block("the server refuses the connection to a client without a certificate: see --client-cert");
            return outcome;
        }
        if is_of_certificate(&failure) {
            if expect.rule == Some(Rule::Certificate) {
                let mut finding = context.finding(exchange, "the certificate of the server does not hold");
                finding.expected = Some("a valid chain, dates and host name".into());
                finding.actual = Some(failure);
                outcome.findings.push(finding);
            } else {
                outcome.block("the certificate of the server does not hold: see tls/certificate");
            }
            return outcome;
        }
        // without TLS 1.3, which a server need not speak, there is no early data
        if context.step.tls.is_some() && expect.rule == Some(Rule::NoEarlyData) {
            outcome.lack("TLS 1.3 is not spoken, and early data with it");
            return outcome;
        }
        // the executor has made sure that the server is alive: this very request gets no answer
        let message = match context.step.tls {
            Some(version) => format!("no connection over TLS {} comes about, and others do", version.word()),
            None => "the server gives no answer to this request, and answers others".to_owned(),
        };
        let mut finding = context.finding(exchange, message);
        finding.actual = Some(failure);
        outcome.findings.push(finding);
        return outcome;
    }
    if context.actor().is_stranger() && context.exchanges().iter().any(wants_certificate) {
        outcome.block("what is in front of the server refuses whoever shows no certificate, before TAXII is reached");
        return outcome;
    }
    let too_long = |e: &&Exchange| e.status() == 414 && e.request.url.len() > SHORT;
    if let Some(exchange) = context.exchanges().iter().find(too_long)
        && !expect.status.as_ref().is_some_and(|s| s.contains(414))
    {
        let length = exchange.request.url.len();
        outcome
            .block(format!("the server takes no URL of {length} characters (414), and no requirement names a length"));
        return outcome;
    }
    outcome.merge(status::check(context));
    if let Some(question) = &expect.feature
        && let Some(last) = context.last()
    {
        let (question, answer) = (context.filled(question), format!("answered {}", last.status()));
        outcome.readings.push(Reading { question, answer });
    }
    if !outcome.findings.is_empty() {
        return outcome;
    }
    let answered = std::mem::take(&mut outcome.seen);
    outcome.merge(headers::check(context));
    if expect.resource.is_some() {
        outcome.merge(resource::check(context));
    }
    if expect.selection.is_some() {
        outcome.merge(selection::check(context));
    }
    if expect.content.is_some() {
        outcome.merge(content::check(context));
    }
    outcome.merge(paging::check(context));
    if expect.error.is_some() {
        outcome.merge(error::check(context));
    }
    if expect.life.is_some() {
        outcome.merge(life::check(context));
    }
    if let Some(same) = &expect.same {
        outcome.merge(same::check(context, same));
    }
    outcome.merge(writing::check(context));
    if let Some(rule) = expect.rule {
        outcome.merge(rule::check(context, rule));
    }
    // that there was an answer proves nothing about what the answer does not hold
    if outcome.absent.is_empty() || !outcome.seen.is_empty() {
        outcome.seen.splice(0..0, answered);
    }
    outcome
}

/// Judges a handshake that offered suites of the block list alone (section 8.2.2).
fn blocked_suites(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let said = context.last().and_then(|e| e.failure.clone()).unwrap_or_default();
    if let Some(suite) = said.strip_prefix(hello::TAKEN) {
        let mut finding = context.finding(0, "a connection with a suite of the block list of HTTP/2 is accepted");
        finding.expected = Some("an alert, or a closed connection".into());
        finding.actual = Some(suite.to_owned());
        outcome.findings.push(finding);
    } else if said.starts_with(hello::REFUSED) {
        outcome.saw(said);
    } else {
        outcome.block(format!("the handshake was neither taken nor refused: {said}"));
    }
    outcome
}

/// A value in a few words, for findings.
pub(crate) fn brief(value: &Value) -> String {
    cut(&value.to_string(), 300)
}

/// The first characters of a text. What follows is marked with an ellipsis, by which a secret that is cut is known.
pub(crate) fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// At most five of these, for findings.
pub(crate) fn some<T: AsRef<str>>(items: &[T]) -> String {
    let mut text = items.iter().take(5).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if items.len() > 5 {
        text.push_str(&format!(" and {} more", items.len() - 5));
    }
    text
}
