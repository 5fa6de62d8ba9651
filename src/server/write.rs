//! Adding and deleting objects (sections 5.5 and 5.7).

use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::access::User;
use super::error::Problem;
use super::http::{Request, Response};
use super::query::Filter;
use super::route::Endpoint;
use super::rules::Rules;
use super::state::{ApiRoot, Collection, Object, State, Store};
use super::status::{self, Detail, Job, Pace, Status};
use super::{json, select, time, types};

/// Adds the objects of an envelope: 202 with a status resource, or why the whole is refused.
pub fn add(
    state: &State,
    store: &mut Store,
    now: Timestamp,
    (root, collection, user): (&'static ApiRoot, &'static Collection, &'static User),
    request: &Request,
) -> Result<Response, Problem> {
    let rules = &state.rules;
    if !(rules.takes)(request) {
        return Err(Problem::unsupported());
    }
    let max = (rules.max_body)(root);
    if (rules.size)(&request.body) > max {
        return Err(Problem::too_large(max));
    }
    let texts = objects(rules, &request.body)?;
    let requested = store.later(now);
    let mut status = Status {
        id: Uuid::new_v4(),
        owner: user.name,
        root: root.name,
        requested,
        begun: rules.pace != Pace::Late || rules.delay.is_none(),
        successes: Vec::new(),
        failures: Vec::new(),
        pendings: Vec::new(),
    };
    let mut objects = Vec::new();
    for (index, text) in texts.into_iter().enumerate() {
        match read(text, |id| (rules.made_version)(store.made_version(collection.id, id, requested), requested)) {
            Ok(object) if !(rules.supports)(&object) && rules.counts_unsupported => {
                let message = format!("Objects of the type {} are not supported.", object.kind);
                status.failures.push(Detail { message: Some(message), ..Detail::of(&object) });
            }
            Ok(object) if !(rules.supports)(&object) => {
                return Err(Problem::unprocessable(format!("Objects of the type {} are not supported.", object.kind)));
            }
            Ok(object) if !collection.holds(&object.spec_version) => {
                let message = format!("This collection does not hold STIX {}.", object.spec_version);
                status.failures.push(Detail { message: Some(message), ..Detail::of(&object) });
            }
            Ok(object) => objects.push(object),
            Err(refusal) => status.failures.push(Detail {
                id: refusal.id.unwrap_or_else(|| format!("/objects/{index}")),
                version: refusal.version.unwrap_or_else(|| time::millis(requested)),
                message: Some(refusal.why.to_owned()),
            }),
        }
    }
    if rules.whole_or_nothing && !status.failures.is_empty() {
        return Err(Problem::unprocessable("One of the objects cannot be processed, and so none is."));
    }
    (rules.queue)(&mut objects);
    status.pendings = objects.iter().map(Detail::of).collect();
    let id = status.id;
    store.statuses.insert(id, status);
    let job = Job { due: requested, status: id, collection: collection.id, objects };
    match rules.delay {
        Some(delay) => {
            let due = requested.checked_add(delay).unwrap_or(requested);
            store.jobs.push(Job { due, ..job });
        }
        None => status::process(store, rules, job, requested),
    }
    let body = store.statuses.get(&id).map(Status::json).unwrap_or_default();
    if rules.forgets {
        store.statuses.retain(|known, status| *known != id || !status.is_complete());
    }
    Ok(Response::json(StatusCode::ACCEPTED, &body))
}

/// The texts of the objects in an envelope, or 422.
fn objects<'a>(rules: &Rules, body: &'a [u8]) -> Result<Vec<&'a str>, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::unprocessable("The body is not UTF-8."))?;
    json::strict(text).map_err(|error| Problem::unprocessable(format!("The body is not I-JSON: {error}.")))?;
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(name) = value.as_object().and_then(|envelope| envelope.keys().find(|name| !(rules.knows_member)(name)))
    {
        return Err(Problem::unprocessable(format!("The property {name} is not understood.")));
    }
    match json::items(text, "objects") {
        Some(items) if !items.is_empty() => Ok(items),
        Some(_) => Err(Problem::unprocessable("The list objects is empty.")),
        None => Err(Problem::unprocessable("The body is no envelope with a list of objects.")),
    }
}

/// Why one object is refused, and what is known of it.
struct Refusal {
    id: Option<String>,
    version: Option<String>,
    why: &'static str,
}

/// Reads one object. `made` gives the version of an object that has none.
fn read(text: &str, made: impl FnOnce(&str) -> String) -> Result<Object, Refusal> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let string = |name: &str| value.get(name).and_then(Value::as_str);
    let refuse = |why| {
        let own = |name| string(name).map(str::to_owned);
        Refusal { id: own("id"), version: own("modified").or_else(|| own("created")), why }
    };
    if !value.is_object() {
        return Err(refuse("This is not a JSON object."));
    }
    let kind = string("type").ok_or_else(|| refuse("The property type is missing or is not a string."))?;
    let id = string("id").ok_or_else(|| refuse("The property id is missing or is not a string."))?;
    let is_id = id
        .strip_prefix(kind)
        .and_then(|rest| rest.strip_prefix("--"))
        .is_some_and(|uuid| uuid.len() == 36 && Uuid::try_parse(uuid).is_ok());
    if !is_id {
        return Err(refuse("The id is not the type, two hyphens and a UUID."));
    }
    for name in ["modified", "created"] {
        let fits = value.get(name).is_none_or(|value| value.as_str().and_then(time::parse).is_some());
        if !fits {
            return Err(refuse("The properties created and modified have to be timestamps."));
        }
    }
    let stated = string("modified").or_else(|| string("created"));
    let version = stated.map_or_else(|| made(id), str::to_owned);
    // Only a version that was made up can be no timestamp: it is the only one of its object.
    let instant = time::parse(&version).unwrap_or_default();
    Ok(Object {
        id: id.to_owned(),
        kind: kind.to_owned(),
        spec_version: spec_version(&value, kind),
        version,
        instant,
        text: text.into(),
    })
}

/// STIX 2.0 has no property spec_version in its objects, and in STIX 2.1 it may be missing in SCOs alone.
fn spec_version(value: &Value, kind: &str) -> String {
    let implied = if value.get("created").is_none() || types::SCO.contains(&kind) { "2.1" } else { "2.0" };
    value.get("spec_version").and_then(Value::as_str).unwrap_or(implied).to_owned()
}

/// Reads an object of the seed, whose version is made of its date where it has none.
pub fn seeded(rules: &Rules, text: &str, date_added: Timestamp) -> Option<Object> {
    read(text, |_| (rules.made_version)(time::millis(date_added), date_added)).ok()
}

/// Whether two objects have the same content; the order of properties and white space do not count.
pub fn same(one: &Object, other: &Object) -> bool {
    let value = |object: &Object| serde_json::from_str::<Value>(&object.text).ok();
    one.text == other.text || value(one) == value(other)
}

/// Deletes the versions of an object that the filter selects, all of them where it says nothing.
pub fn delete(
    state: &State,
    store: &mut Store,
    collection: &'static Collection,
    id: &str,
    filter: Filter,
) -> Result<Response, Problem> {
    let rules = &state.rules;
    // Without match[spec_version] a version goes in all its specification versions: what stayed would be that version.
    let specs = filter.specs.clone().unwrap_or_else(|| {
        let records = store.records(collection.id).iter();
        records.filter(|record| record.object.id == id).map(|record| record.object.spec_version.clone()).collect()
    });
    let filter = Filter { ids: Some(vec![id.to_owned()]), specs: Some(specs), ..filter };
    let selected: Vec<u64> = select::select(rules, Endpoint::Delete, &filter, store.records(collection.id))
        .iter()
        .map(|record| record.number)
        .collect();
    if selected.is_empty() {
        return Err(Problem::not_found("object or version of it"));
    }
    for record in store.records.entry(collection.id).or_default() {
        if record.object.id == id && (rules.deletes)(&filter, record, selected.contains(&record.number)) {
            record.deleted = true;
        }
    }
    Ok(Response::taxii(StatusCode::OK, "{}"))
}
