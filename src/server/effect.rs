//! What defects and variants change: steps of answering, requests, responses and the connection.

use std::fmt;

use serde_json::Value;

use super::error::Problem;
use super::handle::Call;
use super::http::{Request, Response};
use super::query;
use super::route::Endpoint;
use super::rules::Rules;
use super::state::State;
use super::tls::Tls;
use super::wire::Wire;

/// One change.
pub enum Effect {
    /// A step of answering.
    Rule(fn(&mut Rules)),
    /// The request, before anything looks at it.
    Request(fn(&mut Request)),
    /// The response, before it goes out.
    Response(fn(&State, &Call, &mut Response)),
    /// The JSON of a successful response of these endpoints.
    Json(&'static [Endpoint], fn(&Call, &mut Value)),
    /// The JSON of an error message.
    Error(fn(&mut Value)),
    /// The connection.
    Tls(fn(&mut Tls)),
    /// How answers go over the connection.
    Wire(fn(&mut Wire)),
}

/// The endpoints that read objects (section 3.2).
pub const READS: &[Endpoint] = &[Endpoint::Manifest, Endpoint::Objects, Endpoint::Object, Endpoint::Versions];
/// The endpoints that answer with an envelope (section 3.7).
pub const ENVELOPES: &[Endpoint] = &[Endpoint::Objects, Endpoint::Object];
/// The endpoints that answer with a status resource (section 4.3.1).
pub const STATUSES: &[Endpoint] = &[Endpoint::Add, Endpoint::Status];

/// Takes collections off a list of them in which the client has no right.
pub fn unlist(body: &mut Value) {
    if let Some(list) = list(body, "collections") {
        list.retain(|collection| collection["can_read"] == true || collection["can_write"] == true);
    }
}

/// Makes a collection in which the client has no right one that is not there.
pub fn conceal(call: &Call, response: &mut Response) {
    let closed = |body: &Value| body["can_read"] == false && body["can_write"] == false;
    if call.endpoint() == Some(Endpoint::Collection) && response.value().as_ref().is_some_and(closed) {
        *response = Problem::not_found("collection").response();
    }
}

/// Switches effects on; gives what they do to requests and responses.
pub fn apply(effects: impl IntoIterator<Item = &'static Effect>, rules: &mut Rules) -> Hooks {
    let mut hooks = Hooks::default();
    for effect in effects {
        match effect {
            Effect::Rule(change) => change(rules),
            Effect::Request(hook) => hooks.request.push(*hook),
            Effect::Tls(_) | Effect::Wire(_) => {}
            answer => hooks.answer.push(answer),
        }
    }
    hooks
}

/// TLS and the connection as effects leave them.
pub fn connection<'a>(effects: impl IntoIterator<Item = &'a Effect>) -> (Tls, Wire) {
    let (mut tls, mut wire) = (Tls::default(), Wire::default());
    for effect in effects {
        match effect {
            Effect::Tls(change) => change(&mut tls),
            Effect::Wire(change) => change(&mut wire),
            _ => {}
        }
    }
    (tls, wire)
}

/// The effects on requests and responses of all that is switched on.
#[derive(Default)]
pub struct Hooks {
    /// What happens to requests.
    pub request: Vec<fn(&mut Request)>,
    answer: Vec<&'static Effect>,
}

impl Hooks {
    /// Does to a response what the effects do to it, in the order in which they were switched on.
    pub fn change(&self, state: &State, call: &Call, response: &mut Response) {
        for effect in &self.answer {
            match effect {
                Effect::Response(hook) => hook(state, call, response),
                Effect::Json(endpoints, hook) => {
                    let concerned = call.endpoint().is_some_and(|known| endpoints.contains(&known));
                    if concerned && response.status.is_success() {
                        edit(response, |value| hook(call, value));
                    }
                }
                Effect::Error(hook) if !response.status.is_success() => edit(response, hook),
                _ => {}
            }
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} on requests, {} on responses", self.request.len(), self.answer.len())
    }
}

/// Changes the JSON of a response; a body that is none stays as it is.
pub fn edit(response: &mut Response, change: impl FnOnce(&mut Value)) {
    if let Some(mut value) = response.value() {
        change(&mut value);
        response.body = value.to_string().into();
    }
}

/// Changes each item of a list that is a member of an object, where there is such a list.
pub fn each(value: &mut Value, list: &str, change: impl FnMut(&mut Value)) {
    if let Some(items) = value.get_mut(list).and_then(Value::as_array_mut) {
        items.iter_mut().for_each(change);
    }
}

/// The list that is a member of an object, where there is one.
pub fn list<'a>(value: &'a mut Value, member: &str) -> Option<&'a mut Vec<Value>> {
    value.get_mut(member)?.as_array_mut()
}

/// Removes a member of an object, where there is one.
pub fn remove(value: &mut Value, member: &str) -> Option<Value> {
    value.as_object_mut()?.shift_remove(member)
}

/// Gives a member of an object another name, where there is one.
pub fn rename(value: &mut Value, from: &str, to: &str) {
    if let Some(object) = value.as_object_mut() {
        let renamed = std::mem::take(object)
            .into_iter()
            .map(|(name, value)| (if name == from { to.to_owned() } else { name }, value));
        *object = renamed.collect();
    }
}

/// Whether a raw query has a parameter of this name, brackets spelled either way.
pub fn asks(call: &Call, name: &str) -> bool {
    call.request.query.split('&').any(|pair| {
        let key = pair.split('=').next().unwrap_or_default();
        query::percent_decode(key).is_some_and(|key| key == name)
    })
}

/// The value of a parameter, as it was sent.
pub fn value<'a>(query: &'a str, wanted: &str) -> Option<&'a str> {
    let named = |pair: &&str| pair.split('=').next().and_then(query::percent_decode).is_some_and(|name| name == wanted);
    query.split('&').find(named)?.split_once('=').map(|(_, value)| value)
}

/// Puts another value in the place of a parameter's.
pub fn put(request: &mut Request, name: &str, text: &str) {
    drop_parameters(request, |other, _| other == name);
    let sign = if request.query.is_empty() { "" } else { "&" };
    request.query += &format!("{sign}{name}={text}");
}

/// Removes the parameters of a raw query whose name, or whole text, is picked.
pub fn drop_parameters(request: &mut Request, picked: impl Fn(&str, &str) -> bool) {
    let kept: Vec<&str> = request
        .query
        .split('&')
        .filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text| query::percent_decode(text).unwrap_or_default();
            !picked(&decode(name), &decode(value))
        })
        .collect();
    request.query = kept.join("&");
}
