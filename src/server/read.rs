//! Reading the content of a collection: objects, one object, manifest, versions (sections 5.3, 5.4, 5.6, 5.8).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::access::User;
use super::error::Problem;
use super::http::{Request, Response};
use super::page::{self, Page};
use super::query::Filter;
use super::route::Route;
use super::state::{Collection, Record, State, Store};
use super::{route::Endpoint, select, time};

/// The header with the date of the first object of a response (section 3.2).
pub const FIRST: &str = "x-taxii-date-added-first";
/// The header with the date of the last object of a response (section 3.2).
pub const LAST: &str = "x-taxii-date-added-last";

/// Answers a request to one of the reading endpoints, whose rights are checked.
pub fn answer(
    state: &State,
    store: &Store,
    (collection, user): (&Collection, &User),
    route: &Route,
    request: &Request,
) -> Result<Response, Problem> {
    let endpoint = route.endpoint;
    let mut filter = Filter::read(&state.rules.reading, endpoint, &request.query)?;
    let records = store.records(collection.id);
    let rules = &state.rules;
    let shown = |record: &Record| !(rules.hides)(endpoint, record);
    if matches!(endpoint, Endpoint::Object | Endpoint::Versions) {
        if !records.iter().any(|record| shown(record) && record.object.id == route.object) {
            return Err(Problem::not_found("object"));
        }
        // The path says which object; where match[id] counts as well, it can only leave that out.
        let named = filter.ids.take().is_none_or(|ids| ids.contains(&route.object));
        filter.ids = Some(if named { vec![route.object.clone()] } else { Vec::new() });
    }
    filter.versions.get_or_insert_with(|| (rules.default_versions)(endpoint).to_vec());
    let mut selected = select::select(rules, endpoint, &filter, records);
    if endpoint == Endpoint::Versions {
        // A version that is there in two specification versions is one version.
        let mut seen = std::collections::HashSet::new();
        selected.retain(|record| seen.insert(&record.object.version));
    }
    if selected.is_empty() && rules.nothing_is_404 && matches!(endpoint, Endpoint::Object | Endpoint::Versions) {
        return Err(Problem::not_found("version of this object"));
    }
    if selected.is_empty() && rules.deleted_is_404 && endpoint == Endpoint::Objects {
        let named = |record: &Record| filter.ids.as_ref().is_some_and(|ids| ids.contains(&record.object.id));
        if records.iter().any(|record| record.deleted && named(record)) {
            return Err(Problem::not_found("object any more"));
        }
    }
    let context = format!("{} {}", user.name, collection.id);
    let page = page::cut(state, endpoint, &filter, &context, selected)?;
    let mut response = Response::taxii(StatusCode::OK, body(state, endpoint, collection, &page));
    if let (Some(first), Some(last)) = (page.records.first(), page.records.last()) {
        response.set(FIRST, &time::micros(first.date_added));
        response.set(LAST, &time::micros(last.date_added));
    }
    Ok(response)
}

/// The resource that a page becomes; an empty one is an empty object.
fn body(state: &State, endpoint: Endpoint, collection: &Collection, page: &Page) -> String {
    if page.records.is_empty() && !page.more {
        return "{}".to_owned();
    }
    let mut json = match endpoint {
        Endpoint::Manifest => {
            let records = page.records.iter().map(|record| manifest_record(collection, record));
            json!({ "more": page.more, "objects": records.collect::<Vec<_>>() })
        }
        Endpoint::Versions => {
            let versions = page.records.iter().map(|record| record.object.version.as_str());
            json!({ "more": page.more, "versions": versions.collect::<Vec<_>>() })
        }
        _ => return envelope(page),
    };
    if let Some(next) = page.next.as_ref().filter(|_| state.rules.next_everywhere) {
        json["next"] = next.as_str().into();
    }
    json.to_string()
}

/// An envelope (section 3.7) around the very text of the objects.
fn envelope(page: &Page) -> String {
    let mut head = Map::new();
    head.insert("more".to_owned(), page.more.into());
    head.extend(page.next.clone().map(|next| ("next".to_owned(), Value::from(next))));
    let mut text = Value::from(head).to_string();
    text.pop();
    if !page.records.is_empty() {
        let objects: Vec<&str> = page.records.iter().map(|record| &*record.object.text).collect();
        text.push_str(",\"objects\":[");
        text.push_str(&objects.join(","));
        text.push(']');
    }
    text.push('}');
    text
}

/// A manifest-record (section 5.3.1). Where the collection does not list its media types, none is named.
fn manifest_record(collection: &Collection, record: &Record) -> Value {
    let object = &record.object;
    let mut json = json!({
        "id": object.id,
        "date_added": time::micros(record.date_added),
        "version": object.version,
    });
    if !collection.media_types.is_empty() {
        json["media_type"] = format!("application/stix+json;version={}", object.spec_version).into();
    }
    json
}
