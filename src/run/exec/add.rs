//! Adds objects for a trial, waits until they are processed, and changes a collection while it is read.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use toml::Spanned;

use super::{PENDING, Run, Stop, is_pending, request};
use crate::case::{Step, object};
use crate::record::Exchange;
use crate::run::walk::{Walked, Walker};
use crate::taxii::{Endpoint, Outgoing, paths};

impl Run<'_> {
    /// The objects that these names stand for, copies included.
    pub(super) fn named(&self, names: &[Spanned<String>]) -> Vec<Value> {
        let objects = &self.task.case.objects;
        let all =
            |n: &Spanned<String>| objects.get(n.get_ref()).map_or_else(Vec::new, |o| object::copies(n.get_ref(), o));
        names.iter().flat_map(all).filter_map(|n| self.objects.get(&n).cloned()).collect()
    }

    /// Posts objects in one envelope, and waits until they are processed.
    pub(super) async fn add(&mut self, step: &Step, objects: Vec<Value>) -> Result<(), Stop> {
        let url = self.url(step, Some(Endpoint::Objects), "objects", None)?;
        let mut envelope = serde_json::Map::new();
        for (key, value) in &step.envelope {
            envelope.insert(key.clone(), object::to_json(value, &self.values));
        }
        envelope.insert("objects".into(), Value::Array(objects.clone()));
        let mut outgoing = self.outgoing(step, "POST", url)?;
        outgoing.body = Some(request::pad(step, &Value::Object(envelope), &self.values)?);
        self.runner.ledger.added(&outgoing.url, &objects);
        let others = self.beside(step, &outgoing);
        let exchange = match others.is_empty() {
            true => self.send(&outgoing, self.actor(step)).await,
            false => self.together(step, &outgoing, &others).await?,
        };
        let status = exchange.status();
        let id = exchange.json().and_then(|b| Some(b.get("id")?.as_str()?.to_owned()));
        self.exchanges.push(exchange);
        if let Some(id) = id.filter(|_| (200..300).contains(&status) && !step.no_wait) {
            self.poll(step, &id, true).await?;
        }
        let judged = step.expect.is_some() || step.given.is_some();
        let last = self.exchanges.last();
        let failed =
            last.and_then(|e| e.json()).and_then(|b| b.get("failure_count").and_then(Value::as_u64)).unwrap_or(0);
        if !judged && status == 413 {
            let size = outgoing.body.as_ref().map_or(0, |body| body.len());
            return Err(Stop::Blocked(format!("the server does not take an envelope of {size} octets (413)")));
        }
        if let Some(failure) = last.and_then(|e| e.failure.as_ref()).filter(|_| !judged) {
            return Err(Stop::Blocked(format!("whether objects were added is not known: {failure}")));
        }
        if !judged && (!(200..300).contains(&status) || failed > 0) {
            // what can be processed is up to the server (section 5.5); anything else is what add/answers is about
            let why = match (200..300).contains(&status) || status == 422 {
                true => "the answer may say why the server does not take them",
                false => "see add/answers",
            };
            return Err(Stop::Blocked(format!("objects could not be added ({status}, {failed} failures): {why}")));
        }
        if step.place.of(&self.values).is_none() && (200..300).contains(&status) {
            self.held(&objects);
        }
        Ok(())
    }

    /// Whether the last status counts failures alone: what was posted is refused as a whole.
    pub(super) fn all_failed(&self) -> bool {
        let counts = |name: &str| {
            let of = |e: &Exchange| e.json().and_then(|b| b.get(name)?.as_u64());
            self.exchanges.iter().rev().find_map(of).unwrap_or(0)
        };
        counts("failure_count") > 0 && counts("success_count") + counts("pending_count") == 0
    }

    /// The other envelopes of a step, each with its objects.
    fn beside(&self, step: &Step, like: &Outgoing) -> Vec<(Outgoing, Vec<Value>)> {
        let envelope = |names: &Vec<Spanned<String>>| {
            let objects = self.named(names);
            self.runner.ledger.added(&like.url, &objects);
            let body = json!({ "objects": &objects }).to_string().into();
            (Outgoing { body: Some(body), ..like.clone() }, objects)
        };
        step.beside.iter().map(envelope).collect()
    }

    /// Sends several envelopes at the same time; gives the answer to the first when all are processed.
    async fn together(
        &mut self,
        step: &Step,
        first: &Outgoing,
        others: &[(Outgoing, Vec<Value>)],
    ) -> Result<Exchange, Stop> {
        let actor = self.actor(step);
        let all = std::iter::once(first).chain(others.iter().map(|(outgoing, _)| outgoing));
        let mut answers = join_all(all.map(|outgoing| self.send(outgoing, actor))).await.into_iter();
        let answer = answers.next().ok_or_else(|| Stop::Error("nothing was sent".into()))?;
        if let Some(failure) = answers.clone().chain([answer.clone()]).find_map(|e| e.failure) {
            // how many connections it takes at a time is the server's own matter
            return Err(Stop::Blocked(format!(
                "of requests that were sent at the same time one got no answer: {failure}"
            )));
        }
        for (exchange, (_, objects)) in answers.zip(others) {
            let status = exchange.status();
            let id = exchange.json().and_then(|b| Some(b.get("id")?.as_str()?.to_owned()));
            self.exchanges.push(exchange);
            if let Some(id) = id.filter(|_| (200..300).contains(&status)) {
                self.poll(step, &id, true).await?;
                self.held(objects);
            }
        }
        Ok(answer)
    }

    /// Takes down that these objects are in the collection of the trial.
    fn held(&mut self, objects: &[Value]) {
        let holdings = Arc::make_mut(&mut self.bound.holdings);
        objects.iter().for_each(|object| holdings.add(object));
    }

    /// Walks over pages, and between them adds and deletes what the step says, one object at a time.
    pub(super) async fn walk_amid_changes(&mut self, step: &Step, mut walker: Walker) -> Result<Walked, Stop> {
        let mut adding = self.named(&step.adding).into_iter();
        let mut deleting = self.named(&step.deleting).into_iter();
        while let Some(outgoing) = walker.next.take() {
            let exchange = self.send(&outgoing, self.actor(step)).await;
            walker.take(exchange);
            if let Some(object) = adding.next() {
                self.add(&Step::default(), vec![object]).await?;
            }
            if let Some(id) = deleting.next().as_ref().and_then(|o| o.get("id")).and_then(Value::as_str) {
                let url = self.url(&Step::default(), Some(Endpoint::Object), "object", Some(id))?;
                let delete = Outgoing { method: "DELETE".into(), ..Outgoing::get("delete", url) };
                let exchange = self.send(&delete, self.actor(&Step::default())).await;
                let status = exchange.status();
                self.exchanges.push(exchange);
                if status != 200 {
                    return Err(Stop::Blocked(format!(
                        "an object could not be deleted ({status}): see delete/answers"
                    )));
                }
                Arc::make_mut(&mut self.bound.holdings).items.retain(|h| h.id != id);
            }
        }
        Ok(walker.walked)
    }

    /// Asks for a status until it is complete, or for as long as it may be pending.
    ///
    /// `after_post`: the last exchange is the answer to a POST, and may be complete already.
    pub(super) async fn poll(&mut self, step: &Step, id: &str, after_post: bool) -> Result<(), Stop> {
        let Some(root) = self.root else { return Ok(()) };
        if after_post && !self.exchanges.last().is_some_and(is_pending) {
            return Ok(());
        }
        let mut began: Option<jiff::Timestamp> = None;
        let mut wait = Duration::from_millis(10);
        let outgoing = Outgoing::get("status", paths::under(&root.url, &["status", id]));
        loop {
            let exchange = self.send(&outgoing, self.actor(step)).await;
            // by the clock of the exchanges, so that a record is judged as the run was
            let sent = exchange.started.parse().unwrap_or(jiff::Timestamp::MIN);
            let waited = sent.duration_since(*began.get_or_insert(sent)).unsigned_abs();
            let patience = PENDING.min(self.runner.options.timeout);
            let over = !is_pending(&exchange) || waited > patience;
            // of a long wait the last answer is enough
            if self.exchanges.last().is_some_and(|e| e.step == "status" && e.request.url == exchange.request.url)
                && self.exchanges.len() > 4
            {
                self.exchanges.pop();
            }
            let pending = is_pending(&exchange);
            self.exchanges.push(exchange);
            if over && pending && step.expect.is_none() && step.given.is_none() {
                // what is not done yet need not be there
                let seconds = waited.as_secs();
                return Err(Stop::Blocked(format!(
                    "the status is still pending after {seconds} s: see status/completes"
                )));
            }
            if over {
                return Ok(());
            }
            self.session.pause(wait).await;
            wait = (wait * 3 / 2).min(Duration::from_secs(1));
        }
    }
}
