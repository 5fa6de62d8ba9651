//! Defects: named deviations from the standard, each of which breaks one requirement.
//!
//! A defect is one entry in the table of its family. Adding one means adding an entry.

use std::fmt;

use super::handle::Call;
use super::http::{Request, Response};
use super::rules::Rules;
use super::state::State;

/// A deviation from the standard that can be switched on.
pub struct Defect {
    /// Its name, in lower case with hyphens.
    pub name: &'static str,
    /// The ids of the requirements that it breaks, in the register of TAXII 2.1.
    pub requirements: &'static [&'static str],
    /// What the server does wrong, in one line; and where real servers did the same.
    pub description: &'static str,
    /// How it does so.
    pub(super) effect: Effect,
}

/// What a defect changes.
pub(super) enum Effect {
    /// A step of answering.
    Rule(fn(&mut Rules)),
    /// The request, before anything looks at it.
    Request(fn(&mut Request)),
    /// The response, before it goes out.
    Response(fn(&State, &Call, &mut Response)),
}

/// The effects of all defects that are switched on, but for those that are in [`Rules`].
#[derive(Default)]
pub struct Hooks {
    /// What happens to requests.
    pub request: Vec<fn(&mut Request)>,
    /// What happens to responses.
    pub response: Vec<fn(&State, &Call, &mut Response)>,
}

impl Defect {
    /// Switches a defect on.
    pub(super) fn apply(&self, rules: &mut Rules, hooks: &mut Hooks) {
        match self.effect {
            Effect::Rule(change) => change(rules),
            Effect::Request(hook) => hooks.request.push(hook),
            Effect::Response(hook) => hooks.response.push(hook),
        }
    }
}

impl fmt::Debug for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} on requests, {} on responses",
            self.request.len(),
            self.response.len()
        )
    }
}

/// All defects, by family.
pub fn defects() -> &'static [Defect] {
    &[]
}

/// The defect of this name.
pub fn defect(name: &str) -> Option<&'static Defect> {
    defects().iter().find(|defect| defect.name == name)
}
