//! Defects: named deviations from the standard, each of which breaks one requirement.
//!
//! A defect is one entry in the table of its family, a file each. Adding one means adding an entry.

use std::fmt;
use std::sync::LazyLock;

use serde_json::Value;

use super::effect::{
    ENVELOPES, Effect, READS, STATUSES, asks, drop_parameters, each, edit, list, put, remove, rename, value,
};
use super::handle::Call;
use super::http::Request;
use super::state::State;

mod access;
mod beside;
mod cache;
mod close;
mod combined;
mod content;
mod credentials;
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
mod place;
mod seldom;
mod spec_version;
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

/// The objects of the envelope that was posted, as far as it is one.
fn posted_objects(call: &Call) -> Vec<Value> {
    match serde_json::from_slice(&call.request.body) {
        Ok(Value::Object(mut envelope)) => envelope.remove("objects").and_then(|o| o.as_array().cloned()),
        _ => None,
    }
    .unwrap_or_default()
}

impl Defect {
    const fn new(
        name: &'static str,
        requirements: &'static [&'static str],
        description: &'static str,
        effects: &'static [Effect],
    ) -> Self {
        Self { name, requirements, description, effects }
    }

    /// What it changes.
    pub(super) fn effects(&self) -> &'static [Effect] {
        self.effects
    }
}

impl fmt::Debug for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

static FAMILIES: &[&[Defect]] = &[
    value::DEFECTS,
    media::DEFECTS,
    transport::DEFECTS,
    credentials::DEFECTS,
    access::DEFECTS,
    describe::DEFECTS,
    header::DEFECTS,
    order::DEFECTS,
    malformed::DEFECTS,
    filter::DEFECTS,
    spec_version::DEFECTS,
    version::DEFECTS,
    paging::DEFECTS,
    place::DEFECTS,
    beside::DEFECTS,
    cache::DEFECTS,
    seldom::DEFECTS,
    error::DEFECTS,
    envelope::DEFECTS,
    content::DEFECTS,
    write::DEFECTS,
    status::DEFECTS,
    delete::DEFECTS,
    combined::DEFECTS,
    close::DEFECTS,
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
    let response = super::handle::plain_response(state, request);
    if response.status.is_success() { response.value() } else { None }
}
