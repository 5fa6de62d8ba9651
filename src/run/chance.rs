//! Whether a failure came again, or another one did: a network that loses one request in a hundred loses another one the
//! second time.

use std::collections::{BTreeMap, BTreeSet};

use super::silence::in_vain;
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

/// Whether a repeat that failed may have failed by chance too: for want of an answer, unless it is the same answer that does
/// not come in time, which takes too long to be asked for a third time.
pub fn may_be(first: &Trial, again: &Trial) -> bool {
    is_another(first, again) || is_lost(again) && !again.exchanges.iter().any(in_vain)
}

/// Whether a trial failed for want of an answer alone.
pub fn is_lost(trial: &Trial) -> bool {
    lost(trial).is_some()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::record::{Body, Exchange, Finding, Level, Planned, Response, Verdict};
    use crate::taxii::Outgoing;
    use crate::taxii::client::unsent;

    /// A trial of four requests of one step that fails for one of them, which was answered so; 0 is no answer.
    fn failed(at: usize, status: u16) -> Trial {
        let outgoing = Outgoing::get("page", Url::parse("https://taxii.example/").expect("a URL"));
        let exchange = |number| {
            let (status, version) = (if number == at { status } else { 200 }, "HTTP/1.1".to_owned());
            let response = Response { status, version, headers: Vec::new(), early_data: None, body: Body::default() };
            Exchange { response: (status > 0).then_some(response), ..unsent(&outgoing, "") }
        };
        let planned = Planned {
            id: "paging/next".into(),
            case: "paging/next".into(),
            title: String::new(),
            requirements: vec!["T21-3.5-01".into()],
            level: Level::Must,
            writes: false,
            risky: false,
            steps: Vec::new(),
            skip: None,
        };
        let finding = Finding {
            requirement: "T21-3.5-01".into(),
            level: Level::Must,
            message: "a page is wrong".into(),
            expected: None,
            actual: None,
            exchange: Some(at),
            pointer: None,
        };
        let exchanges = (0..4).map(exchange).collect();
        Trial { exchanges, findings: vec![finding], ..planned.came_to(Verdict::Fail, "a page is wrong") }
    }

    #[test]
    fn another_request_without_an_answer_confirms_nothing() {
        assert!(is_another(&failed(1, 0), &failed(2, 0)), "no answer to another page");
        assert!(is_another(&failed(1, 502), &failed(2, 504)), "a gateway's page for another page");
        assert!(is_another(&failed(1, 200), &failed(2, 0)), "a fault of the server, and then of the way");
        assert!(!is_another(&failed(1, 0), &failed(1, 0)), "the same page again");
        assert!(!is_another(&failed(1, 0), &failed(2, 200)), "a fault of the server");
        assert!(!is_another(&failed(1, 500), &failed(2, 500)), "an internal error is the server's");
        assert!(is_lost(&failed(3, 503)) && !is_lost(&failed(3, 404)));
        assert!(may_be(&failed(1, 502), &failed(1, 502)), "a gateway twice for the same page");
        assert!(!may_be(&failed(1, 502), &failed(1, 200)), "a fault of the server");
    }
}
