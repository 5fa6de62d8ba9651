//! Defects: named deviations from the standard, each of which breaks one requirement.
//!
//! A defect is one entry in the table of its family, a file each. Adding one means adding an entry.

use std::fmt;
use std::sync::LazyLock;

use serde_json::Value;

use super::handle::Call;
use super::http::{Request, Response};
use super::route::Endpoint;
use super::rules::Rules;
use super::state::State;
use super::tls::Tls;

mod access;
mod content;
mod delete;
mod describe;
mod envelope;
mod error;
mod filter;
mod header;
mod malformed;
mod media;
mod order;
mod paging;
mod status;
mod transport;
mod value;
mod version;
mod write;

#[cfg(test)]
mod tests;

/// A deviation from the standard that can be switched on.
#[derive(Clone, Copy)]
pub struct Defect {
    /// Its name, in lower case with hyphens.
    pub name: &'static str,
    /// The ids of the requirements that it breaks, in the register of TAXII 2.1.
    pub requirements: &'static [&'static str],
    /// What the server does wrong, in one line; and where real servers did the same.
    pub description: &'static str,
    effects: &'static [Effect],
}

/// What a defect changes.
enum Effect {
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
}

/// The endpoints that read objects (section 3.2).
const READS: &[Endpoint] = &[Endpoint::Manifest, Endpoint::Objects, Endpoint::Object, Endpoint::Versions];
/// The endpoints that answer with an envelope (section 3.7).
const ENVELOPES: &[Endpoint] = &[Endpoint::Objects, Endpoint::Object];
/// The endpoints that answer with a status resource (section 4.3.1).
const STATUSES: &[Endpoint] = &[Endpoint::Add, Endpoint::Status];

impl Defect {
    const fn new(
        name: &'static str,
        requirements: &'static [&'static str],
        description: &'static str,
        effects: &'static [Effect],
    ) -> Self {
        Self { name, requirements, description, effects }
    }

    /// Switches a defect on.
    pub(super) fn apply(&self, rules: &mut Rules, hooks: &mut Hooks) {
        for effect in self.effects {
            match effect {
                Effect::Rule(change) => change(rules),
                Effect::Request(hook) => hooks.request.push(*hook),
                Effect::Tls(_) => {}
                answer => hooks.answer.push(answer),
            }
        }
    }
}

/// The connection as defects leave it.
pub(super) fn tls(defects: &[&Defect]) -> Tls {
    let mut tls = Tls::default();
    for effect in defects.iter().flat_map(|defect| defect.effects) {
        if let Effect::Tls(change) = effect {
            change(&mut tls);
        }
    }
    tls
}

/// The effects on requests and responses of all defects that are switched on.
#[derive(Default)]
pub struct Hooks {
    /// What happens to requests.
    pub request: Vec<fn(&mut Request)>,
    answer: Vec<&'static Effect>,
}

impl Hooks {
    /// Does to a response what the defects do to it.
    pub fn spoil(&self, state: &State, call: &Call, response: &mut Response) {
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

/// Changes the JSON of a response; a body that is none stays as it is.
fn edit(response: &mut Response, change: impl FnOnce(&mut Value)) {
    if let Some(mut value) = response.value() {
        change(&mut value);
        response.body = value.to_string().into();
    }
}

/// Changes each item of a list that is a member of an object, where there is such a list.
fn each(value: &mut Value, list: &str, change: impl FnMut(&mut Value)) {
    if let Some(items) = value.get_mut(list).and_then(Value::as_array_mut) {
        items.iter_mut().for_each(change);
    }
}

/// Removes a member of an object, where there is one.
fn remove(value: &mut Value, member: &str) -> Option<Value> {
    value.as_object_mut()?.shift_remove(member)
}

/// Gives a member of an object another name, where there is one.
fn rename(value: &mut Value, from: &str, to: &str) {
    if let Some(object) = value.as_object_mut() {
        let renamed = std::mem::take(object)
            .into_iter()
            .map(|(name, value)| (if name == from { to.to_owned() } else { name }, value));
        *object = renamed.collect();
    }
}

/// Whether a raw query has a parameter of this name, brackets spelled either way.
fn asks(call: &Call, name: &str) -> bool {
    call.request.query.split('&').any(|pair| {
        let key = pair.split('=').next().unwrap_or_default();
        super::query::percent_decode(key).is_some_and(|key| key == name)
    })
}

/// Removes the parameters of a raw query whose name, or whole text, is picked.
fn drop_parameters(request: &mut Request, picked: impl Fn(&str, &str) -> bool) {
    let kept: Vec<&str> = request
        .query
        .split('&')
        .filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text| super::query::percent_decode(text).unwrap_or_default();
            !picked(&decode(name), &decode(value))
        })
        .collect();
    request.query = kept.join("&");
}

impl fmt::Debug for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} on requests, {} on responses", self.request.len(), self.answer.len())
    }
}

static FAMILIES: &[&[Defect]] = &[
    value::DEFECTS,
    media::DEFECTS,
    transport::DEFECTS,
    access::DEFECTS,
    describe::DEFECTS,
    header::DEFECTS,
    order::DEFECTS,
    malformed::DEFECTS,
    filter::DEFECTS,
    version::DEFECTS,
    paging::DEFECTS,
    error::DEFECTS,
    envelope::DEFECTS,
    content::DEFECTS,
    write::DEFECTS,
    status::DEFECTS,
    delete::DEFECTS,
];

static ALL: LazyLock<Vec<Defect>> = LazyLock::new(|| FAMILIES.concat());

/// All defects, by family.
pub fn defects() -> &'static [Defect] {
    &ALL
}

/// The defect of this name.
pub fn defect(name: &str) -> Option<&'static Defect> {
    defects().iter().find(|defect| defect.name == name)
}

/// The JSON of what a server without defects would answer to a request; `None` if it would refuse.
fn plain(state: &State, request: Request) -> Option<Value> {
    let response = super::handle::plain(state, request);
    if response.status.is_success() { response.value() } else { None }
}
