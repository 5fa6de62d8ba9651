//! Whether a failure came again, or another one did: a network that loses one request in a hundred loses another one the
//! second time.

use std::collections::{BTreeMap, BTreeSet};

use super::way::is_of_gateway;
use crate::record::Trial;

/// A request of a trial, as the step that sent it and its number there.
type Place<'a> = (&'a str, usize);

/// Requests that the findings of a trial rest on, where all of them rest on answers that did not come, or came from a
/// gateway; nothing where the server itself has said something wrong.
fn lost(trial: &Trial) -> Option<BTreeSet<Place<'_>>> {
    let (mut numbers, mut places): (BTreeMap<&str, usize>, Vec<Place<'_>>) = Default::default();
    for exchange in &trial.exchanges {
        let number = numbers.entry(&exchange.step).or_default();
        places.push((&exchange.step, *number));
        *number += 1;
    }
    let mut lost = BTreeSet::new();
    for finding in &trial.findings {
        let at = finding.exchange?;
        let exchange = trial.exchanges.get(at)?;
        if exchange.response.is_some() && !is_of_gateway(exchange) {
            return None;
        }
        lost.insert(places[at]);
    }
    (!lost.is_empty()).then_some(lost)
}

/// Whether a repeat failed for want of an answer, and the first time not for want of the same one.
pub fn is_another(first: &Trial, again: &Trial) -> bool {
    lost(again).is_some_and(|again| lost(first).unwrap_or_default().is_disjoint(&again))
}

/// Whether a trial failed for want of an answer alone.
pub fn is_lost(trial: &Trial) -> bool {
    lost(trial).is_some()
}
