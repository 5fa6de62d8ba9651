//! Servers that have no time for a request, and say when to come back (RFC 6585, section 4; RFC 9110, section 15.6.4).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::record::Exchange;

/// How often a request is sent again that the server had no time for.
pub const ATTEMPTS: u32 = 4;
/// Longest wait before a request is sent again.
const ONCE: Duration = Duration::from_secs(10);
/// How long the run waits in all for the first answer of a server.
pub const WILLING: Duration = Duration::from_secs(40);
/// How often at most it is told that the run waits.
const TOLD: Duration = Duration::from_secs(10);

/// How long a server asks to wait that has no time for a request; nothing where it answers otherwise.
pub fn asked(exchange: &Exchange) -> Option<Duration> {
    let asked = exchange.response.as_ref().and_then(|r| r.header("retry-after")).map(str::trim);
    let limited = exchange.status() == 429 || exchange.status() == 503 && asked.is_some();
    let seconds = |text: &str| text.parse().ok().map(Duration::from_secs);
    // without a time, or with one that nobody can read, a second is a fair guess
    let wait = asked.and_then(|text| seconds(text).or_else(|| until(text))).unwrap_or(Duration::from_secs(1));
    limited.then_some(wait)
}

/// From now to a date as HTTP writes it, in full seconds.
fn until(date: &str) -> Option<Duration> {
    let at = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    let seconds = at.as_second() - jiff::Timestamp::now().as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// What the run tells while it waits.
pub fn told(exchange: &Exchange, wait: Duration) -> String {
    let status = exchange.status();
    let asks = match exchange.response.as_ref().and_then(|r| r.header("retry-after")) {
        Some(_) => format!(" and asks to wait {} s", asked(exchange).unwrap_or(wait).as_secs()),
        None => String::new(),
    };
    format!("the server answers {status}{asks}: trying again in {} s", wait.as_secs())
}

/// What is known of a server that has no time, for all trials of a run.
#[derive(Default)]
pub struct Busy(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Whether the server ever answered anything else.
    heard: bool,
    /// How long the run waited before it did.
    waited: Duration,
    /// When it was told last that the run waits.
    told: Option<Instant>,
}

impl Busy {
    /// How long to wait until a request is sent again that was sent `attempt` times; nothing where it has its answer, or
    /// where waiting is of no use. A server that was never heard of otherwise is not waited for at every request anew.
    pub fn wait(&self, exchange: &Exchange, attempt: u32) -> Option<Duration> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(asked) = asked(exchange) else {
            known.heard |= exchange.response.is_some();
            return None;
        };
        let wait = asked.min(ONCE);
        let hopeless = !known.heard && (asked > WILLING || known.waited + wait > WILLING);
        if hopeless || attempt > ATTEMPTS {
            return None;
        }
        if !known.heard {
            known.waited += wait;
        }
        Some(wait)
    }

    /// Whether the server ever answered otherwise than that it has no time.
    pub fn heard(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).heard
    }

    /// Whether it is time to tell that the run waits: where many trials wait, not each of them says so.
    pub fn tells(&self) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tells = known.told.is_none_or(|told| told.elapsed() >= TOLD);
        if tells {
            known.told = Some(Instant::now());
        }
        tells
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::record::{Body, Response};
    use crate::taxii::Outgoing;
    use crate::taxii::client::unsent;

    fn answer(status: u16, retry_after: Option<&str>) -> Exchange {
        let headers = retry_after.map(|value| ("Retry-After".to_owned(), value.to_owned())).into_iter().collect();
        let version = "HTTP/1.1".to_owned();
        let response = Response { status, version, headers, early_data: None, body: Body::default() };
        let outgoing = Outgoing::get("s", Url::parse("https://taxii.example/").expect("a URL"));
        Exchange { response: Some(response), failure: None, ..unsent(&outgoing, "") }
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        let seconds = |status, value| asked(&answer(status, value)).map(|wait| wait.as_secs());
        assert_eq!(seconds(503, Some(" 120 ")), Some(120));
        assert_eq!(seconds(429, None), Some(1));
        assert_eq!(seconds(503, None), None, "it does not say that it comes back");
        assert_eq!(seconds(200, Some("120")), None);
        assert_eq!(seconds(429, Some("soon")), Some(1));
        assert_eq!(seconds(503, Some("Fri, 31 Dec 1999 23:59:59 GMT")), Some(0));
        let later = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(300);
        let date = later.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        assert!(seconds(503, Some(&date)).is_some_and(|wait| (295..=301).contains(&wait)), "{date}");
    }

    #[test]
    fn a_server_that_was_never_heard_is_waited_for_once() {
        let busy = Busy::default();
        assert_eq!(busy.wait(&answer(503, Some("120")), 1), None);
        for _ in 0..4 {
            assert_eq!(busy.wait(&answer(503, Some("30")), 1), Some(ONCE));
        }
        assert_eq!(busy.wait(&answer(503, Some("1")), 1), None, "enough is enough");
        assert_eq!(busy.wait(&answer(200, None), 1), None);
        assert_eq!(busy.wait(&answer(429, Some("120")), 4), Some(ONCE), "it is known to answer");
        assert_eq!(busy.wait(&answer(429, Some("120")), 5), None);
        assert!(busy.tells() && !busy.tells());
    }
}
