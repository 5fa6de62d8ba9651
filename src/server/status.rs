//! Status resources, and the work that pending ones wait for (section 4.3).

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::User;
use super::rules::Rules;
use super::state::{ApiRoot, Object, Store};
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

impl Status {
    /// The status resource (section 4.3.1); empty lists are left out.
    pub fn json(&self) -> Value {
        let mut json = json!({
            "id": self.id.to_string(),
            "status": if self.pendings.is_empty() { "complete" } else { "pending" },
            "request_timestamp": time::micros(self.requested),
            "total_count": self.successes.len() + self.failures.len() + self.pendings.len(),
        });
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
        let job = store.jobs.remove(0);
        let date = store.later(job.due);
        process(store, rules, job, date);
    }
}

/// Adds the objects of a job with one date_added, and tells its status.
pub fn process(store: &mut Store, rules: &Rules, job: Job, date: Timestamp) {
    let date = (rules.date)(date);
    let (mut successes, mut failures) = (Vec::new(), Vec::new());
    for object in job.objects {
        let mut detail = Detail::of(&object);
        let known = store.records(job.collection).iter().find(|record| {
            let known = &record.object;
            !record.deleted
                && known.id == object.id
                && known.instant == object.instant
                && known.spec_version == object.spec_version
        });
        let is_known = known.is_some();
        if known.is_some_and(|known| !(rules.same)(&known.object, &object)) {
            detail.message = Some("The collection has this version of the object with other content.".to_owned());
            failures.push(detail);
            continue;
        }
        if !is_known || rules.store_again {
            store.add(job.collection, date, (rules.keep)(object));
        }
        successes.push(detail);
    }
    if let Some(status) = store.statuses.get_mut(&job.status) {
        status.pendings.clear();
        status.successes.extend(successes);
        status.failures.extend(failures);
    }
}
