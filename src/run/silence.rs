//! Requests that get no answer. Each costs as long as a request may take: what hardly ever answers is not asked again and
//! again, and where nothing answers any more the run waits for the server once, and then ends.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use super::way;
use crate::case::Actor;
use crate::record::Exchange;
use crate::taxii::Outgoing;
use crate::taxii::failure::NO_ANSWER;

/// How the failure of a request begins that was not sent, since others like it got no answer.
pub const LIKE_OTHERS: &str = "not sent, since requests like it get no answer: ";
/// The failure of a request that was not sent since nothing answers any more.
pub const LOST: &str = "the server no longer answers";

/// How often at least something has got no answer that is not asked any more.
const ENOUGH: u32 = 2;
/// How often at most something is put off that was never answered otherwise.
const PUT_OFF: u32 = 4;
/// How many answers make up for one that did not come.
const WORTH: u32 = 4;
/// How long the run waits for a server that no longer answers: about as long as one takes to start again, and no more
/// than four requests may take.
pub fn patience(timeout: Duration) -> Duration {
    Duration::from_secs(20).min(timeout * 4)
}

/// Whether a request got no answer in time.
pub fn in_vain(exchange: &Exchange) -> bool {
    exchange.failure.as_deref().is_some_and(|failure| failure.starts_with(NO_ANSWER))
}

/// What is known of silence, for all trials of a run.
#[derive(Default)]
pub struct Silence {
    /// By what a request asks for.
    seen: Mutex<HashMap<String, Seen>>,
    lost: AtomicBool,
    /// Held by the trial that waits for the server, while the others wait for it.
    pub turn: Turn<()>,
}

/// How requests that have something in common were answered.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// How often there was no answer in time.
    hung: u32,
    /// How often there was one.
    answered: u32,
    /// How many of the answers said that there was no time.
    put_off: u32,
}

impl Silence {
    /// Why a request is not worth sending, if so.
    pub fn forbids(&self, outgoing: &Outgoing, actor: Actor) -> Option<String> {
        if self.is_lost() {
            return Some(LOST.to_owned());
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = |part: &String| seen.get(part).is_some_and(|s| s.hung >= ENOUGH && s.hung * WORTH > s.answered);
        parts(outgoing, actor).into_iter().find(silent).map(|part| format!("{LIKE_OTHERS}{part}"))
    }

    /// Whether a request that was put off may be answered later: not where all like it always were.
    pub fn may_answer(&self, outgoing: &Outgoing, actor: Actor) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let never = |part: &String| seen.get(part).is_some_and(|s| s.put_off > PUT_OFF && s.put_off == s.answered);
        !parts(outgoing, actor).iter().any(never)
    }

    /// Takes note of what came of a request.
    pub fn note(&self, outgoing: &Outgoing, actor: Actor, exchange: &Exchange) {
        let in_vain = in_vain(exchange);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = parts(outgoing, actor);
        let answers = |part: &String| seen.get(part).map_or(0, |s| s.answered);
        // of all that was asked for it is the part that was answered least at which the server hangs
        let least = parts.iter().map(answers).min();
        for part in parts {
            let seen = seen.entry(part).or_default();
            seen.hung += u32::from(in_vain && Some(seen.answered) == least);
            seen.answered += u32::from(exchange.response.is_some());
            seen.put_off += u32::from(way::is_unavailable(exchange));
        }
    }

    /// Whether nothing answers any more.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Nothing answers any more, or something does again.
    pub fn set_lost(&self, lost: bool) {
        self.lost.store(lost, Ordering::Relaxed);
    }
}

/// What a request asks for, in parts that may each be what a server hangs at: who asks for a resource, and with which
/// parameter. Which object or status is asked for makes no difference.
fn parts(outgoing: &Outgoing, actor: Actor) -> Vec<String> {
    let path: Vec<&str> = outgoing.url.path().split('/').collect();
    let any = |at: usize| at > 0 && matches!(path[at - 1], "objects" | "status") && !path[at].is_empty();
    let path: Vec<&str> = path.iter().enumerate().map(|(at, part)| if any(at) { "{id}" } else { part }).collect();
    let who = if actor == Actor::Client { String::new() } else { format!(" as {actor:?}").to_lowercase() };
    let resource = format!("{} {}{who}", outgoing.method, path.join("/"));
    let with = |name: String| format!("{resource} with {name}");
    let parameters = outgoing.url.query_pairs().map(|(name, _)| with(name.into_owned()));
    std::iter::once(resource.clone()).chain(parameters).collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::record::{Body, Response};
    use crate::taxii::client::unsent;

    fn get(path: &str) -> Outgoing {
        Outgoing::get("s", Url::parse(&format!("https://taxii.example{path}")).expect("a URL"))
    }

    #[test]
    fn what_never_answers_is_not_asked_a_third_time() {
        let silence = Silence::default();
        let hung = |path: &str| {
            silence.note(&get(path), Actor::Client, &unsent(&get(path), &format!("{NO_ANSWER} 30 seconds")));
        };
        let answered = |path: &str| {
            let (status, version) = (200, "HTTP/1.1".to_owned());
            let response = Response { status, version, headers: Vec::new(), early_data: None, body: Body::default() };
            let exchange = Exchange { response: Some(response), failure: None, ..unsent(&get(path), "") };
            silence.note(&get(path), Actor::Client, &exchange);
        };
        let forbids = |path: &str| silence.forbids(&get(path), Actor::Client).is_some();
        answered("/r/collections/c/objects/?limit=1");
        hung("/r/collections/c/objects/?match[type]=a");
        assert!(!forbids("/r/collections/c/objects/?match[type]=a"));
        hung("/r/collections/c/objects/?match%5Btype%5D=b&limit=1");
        assert!(forbids("/r/collections/c/objects/?added_after=x&match[type]=c"));
        assert!(!forbids("/r/collections/c/objects/?limit=1"), "it is the other parameter");
        assert!(!forbids("/r/collections/c/manifest/?match[type]=c"), "another resource");
        assert!(silence.forbids(&get("/r/collections/c/objects/?match[type]=a"), Actor::Nobody).is_none());
        hung("/r/collections/c/objects/tool--1/");
        hung("/r/collections/c/objects/tool--2/");
        assert!(forbids("/r/collections/c/objects/tool--3/"));
        (0..8).for_each(|_| answered("/r/collections/c/objects/tool--4/"));
        assert!(!forbids("/r/collections/c/objects/tool--3/"), "two of ten are little");
        assert!(!forbids("/r/collections/c/objects/tool--3/versions/"));
    }

    #[test]
    fn what_is_refused_at_once_costs_nothing() {
        let silence = Silence::default();
        let path = get("/taxii2/");
        (0..5).for_each(|_| silence.note(&path, Actor::Client, &unsent(&path, "connection refused")));
        assert!(silence.forbids(&path, Actor::Client).is_none());
        silence.set_lost(true);
        assert_eq!(silence.forbids(&path, Actor::Client).as_deref(), Some(LOST));
    }
}
