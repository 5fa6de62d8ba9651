//! Answers that are kept and given again, as by a cache in front of the server that nobody tells of changes.

use std::sync::PoisonError;

use http::{Method, StatusCode};

use super::super::handle::Call;
use super::super::http::Response as Answer;
use super::super::route::Endpoint;
use super::super::state::State;
use super::Defect;
use super::Effect::Response;

/// Gives the first such answer of an endpoint again to the same user, for as long as the server runs.
fn keep(state: &State, call: &Call, response: &mut Answer, endpoint: Endpoint, such: fn(&Answer) -> bool) {
    let Some(user) = call.user.filter(|_| asks(call, endpoint)) else { return };
    let mut kept = state.kept.lock().unwrap_or_else(PoisonError::into_inner);
    let key = format!("{} {}", user.name, url(call));
    if let Some(first) = kept.get(&key) {
        *response = first.clone();
    } else if such(response) {
        kept.insert(key, response.clone());
    }
}

/// Gives to those who may not read what was given to those who may, under the same URL.
fn share(state: &State, call: &Call, response: &mut Answer, endpoint: Endpoint) {
    if !asks(call, endpoint) {
        return;
    }
    let mut kept = state.kept.lock().unwrap_or_else(PoisonError::into_inner);
    if response.status == StatusCode::OK {
        kept.insert(url(call), response.clone());
    } else if response.status == StatusCode::UNAUTHORIZED
        && let Some(given) = kept.get(&url(call))
    {
        *response = given.clone();
    }
}

/// Under what an answer is kept.
fn url(call: &Call) -> String {
    format!("{}?{}", call.request.path, call.request.query)
}

/// Whether this is a GET of the endpoint.
fn asks(call: &Call, endpoint: Endpoint) -> bool {
    call.endpoint() == Some(endpoint) && call.request.method == Method::GET
}

/// An answer that has nothing.
fn empty(response: &Answer) -> bool {
    &response.body[..] == b"{}"
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "unknown-object-stays-unknown",
        &["T21-5.5-07"],
        "a 404 of an object is kept, and given again when the object is there",
        &[Response(|state, call, response| {
            keep(state, call, response, Endpoint::Object, |answer| answer.status == StatusCode::NOT_FOUND);
        })],
    ),
    Defect::new(
        "empty-manifest-stays-empty",
        &["T21-5.5-07"],
        "a manifest that has nothing is kept, and given again when there is something",
        &[Response(|state, call, response| keep(state, call, response, Endpoint::Manifest, empty))],
    ),
    Defect::new(
        "empty-objects-stay-empty",
        &["T21-5.5-07"],
        "objects that are none are kept, and given again when there are some",
        &[Response(|state, call, response| keep(state, call, response, Endpoint::Objects, empty))],
    ),
    Defect::new(
        "object-out-of-a-cache",
        &["T21-5.5-08", "T21-5.7-02"],
        "an object that was read once comes as it was then, whatever is added or deleted",
        &[Response(|state, call, response| {
            keep(state, call, response, Endpoint::Object, |answer| answer.status == StatusCode::OK);
        })],
    ),
    Defect::new(
        "versions-out-of-a-cache",
        &["T21-5.8-01", "T21-5.7-02"],
        "versions that were read once come as they were then, whatever is added or deleted",
        &[Response(|state, call, response| {
            keep(state, call, response, Endpoint::Versions, |answer| answer.status == StatusCode::OK);
        })],
    ),
    Defect::new(
        "objects-out-of-a-shared-cache",
        &["T21-5.4-03"],
        "objects that were given to a client are given to everybody under the same URL",
        &[Response(|state, call, response| share(state, call, response, Endpoint::Objects))],
    ),
    Defect::new(
        "object-out-of-a-shared-cache",
        &["T21-5.6-04"],
        "an object that was given to a client is given to everybody under the same URL",
        &[Response(|state, call, response| share(state, call, response, Endpoint::Object))],
    ),
];
