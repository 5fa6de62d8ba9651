//! Status resources, and the work that pending ones wait for (section 4.3).

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::User;
use super::rules::Rules;
use super::state::{ApiRoot, Object, Record, Store};
use super::time;

/// What became of a request to add objects.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its id, a version 4 UUID.
    pub id: Uuid,
    /// The name of the user who posted.
    pub owner: &'static str,
    /// The API root that it was posted under.
    pub root: &'static str,
    /// When the request came.
    pub requested: Timestamp,
    /// Whether processing has begun; until then the counts are zero.
    pub begun: bool,
    /// Objects that are in the collection now.
    pub successes: Vec<Detail>,
    /// Objects that were refused.
    pub failures: Vec<Detail>,
    /// Objects that are not processed yet.
    pub pendings: Vec<Detail>,
}

/// One object of a status.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The id of the object, or a JSON pointer into the envelope where it has none.
    pub id: String,
    /// The version of the object.
    pub version: String,
    /// Why it was refused.
    pub message: Option<String>,
}

impl Detail {
    /// The detail of an object that nothing is to be said about.
    pub fn of(object: &Object) -> Self {
        Self { id: object.id.clone(), version: object.version.clone(), message: None }
    }

    fn json(&self) -> Value {
        let mut json = json!({ "id": self.id, "version": self.version });
        if let Some(message) = &self.message {
            json["message"] = message.as_str().into();
        }
        json
    }
}

/// How a request that waits is processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// All objects together.
    Together,
    /// All objects together, and until then the status tells that processing has not begun.
    Late,
    /// One object after the other, each as long after the one before as the first after the request.
    OneByOne,
}

impl Status {
    /// Whether nothing is left to be done.
    pub fn is_complete(&self) -> bool {
        self.begun && self.pendings.is_empty()
    }

    /// The status resource (section 4.3.1); empty lists are left out.
    pub fn json(&self) -> Value {
        let mut json = json!({
            "id": self.id.to_string(),
            "status": if self.is_complete() { "complete" } else { "pending" },
            "request_timestamp": time::micros(self.requested),
            "total_count": 0,
            "success_count": 0,
            "failure_count": 0,
            "pending_count": 0,
        });
        if !self.begun {
            return json;
        }
        json["total_count"] = (self.successes.len() + self.failures.len() + self.pendings.len()).into();
        for (count, list, details) in [
            ("success_count", "successes", &self.successes),
            ("failure_count", "failures", &self.failures),
            ("pending_count", "pendings", &self.pendings),
        ] {
            json[count] = details.len().into();
            if !details.is_empty() {
                json[list] = details.iter().map(Detail::json).collect();
            }
        }
        json
    }
}

/// A status is for the user who posted, under the API root that was posted to.
pub fn shows(status: &Status, user: &User, root: &ApiRoot) -> bool {
    status.owner == user.name && status.root == root.name
}

/// A request that is accepted and waits.
#[derive(Debug)]
pub struct Job {
    /// When it is to be processed.
    pub due: Timestamp,
    /// Its status.
    pub status: Uuid,
    /// The id of its collection.
    pub collection: &'static str,
    /// The objects that were good enough to be accepted.
    pub objects: Vec<Object>,
}

/// Processes what is due. Called before each request is looked at: there is no other thread that could be late.
pub fn settle(store: &mut Store, rules: &Rules, now: Timestamp) {
    while rules.settles && store.jobs.first().is_some_and(|job| job.due <= now) {
        let mut job = store.jobs.remove(0);
        let date = store.later(job.due);
        let rest =
            if rules.pace == Pace::OneByOne { job.objects.split_off(job.objects.len().min(1)) } else { Vec::new() };
        if !rest.is_empty() {
            let due = rules.delay.and_then(|delay| job.due.checked_add(delay).ok()).unwrap_or(job.due);
            let later = Job { due, status: job.status, collection: job.collection, objects: rest };
            let place = store.jobs.iter().position(|other| other.due > due).unwrap_or(store.jobs.len());
            store.jobs.insert(place, later);
        }
        process(store, rules, job, date);
    }
}

/// Adds the objects of a job with one date_added, and tells its status.
pub fn process(store: &mut Store, rules: &Rules, job: Job, date: Timestamp) {
    let (mut successes, mut failures) = (Vec::new(), Vec::new());
    for object in job.objects {
        let mut detail = Detail::of(&object);
        match refusal(store, rules, job.collection, &object) {
            Some(why) => {
                detail.message = Some(why.to_owned());
                failures.push(detail);
            }
            None => {
                if rules.store_again || known(store, job.collection, &object).is_none() {
                    let date = if rules.date_each { store.later(date) } else { date };
                    store.add(job.collection, (rules.date)(date), (rules.keep)(object));
                }
                successes.push(detail);
            }
        }
    }
    store.prune(job.collection, rules.retention);
    if let Some(status) = store.statuses.get_mut(&job.status) {
        status.begun = true;
        status.pendings.drain(..status.pendings.len().min(successes.len() + failures.len()));
        status.successes.extend(successes);
        status.failures.extend(failures);
    }
}

/// The record of the same version of the same object.
fn known<'a>(store: &'a Store, collection: &str, object: &Object) -> Option<&'a Record> {
    store.records(collection).iter().find(|record| {
        let known = &record.object;
        !record.deleted
            && known.id == object.id
            && known.instant == object.instant
            && known.spec_version == object.spec_version
    })
}

/// Why an object is not added, if it is not.
fn refusal(store: &Store, rules: &Rules, collection: &str, object: &Object) -> Option<&'static str> {
    let later =
        |record: &&Record| !record.deleted && record.object.id == object.id && record.object.instant > object.instant;
    if rules.refuses_older && store.records(collection).iter().find(later).is_some() {
        return Some("The collection has a later version of the object.");
    }
    let known = known(store, collection, object)?;
    let same = (rules.same)(&known.object, object);
    (!same).then_some("The collection has this version of the object with other content.")
}
