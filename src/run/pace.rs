//! How fast requests follow each other, whichever trials they are of: as the user wants, and slower where the server puts
//! off what comes too fast.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Shortest time between requests to a server that has put one off: 200 a second.
const FASTEST: Duration = Duration::from_millis(5);
/// Longest: 50 a second. What is too fast even so is waited for each time.
const SLOWEST: Duration = Duration::from_millis(20);
/// By what the time between requests grows after each that was put off, and what is left of it after each that was not. At
/// the limit of a server one of 26 is put off; where one of 40 is by chance, nothing slows down for long.
const SLOW_DOWN: f64 = 1.3;
const EASE: f64 = 0.99;

/// Spaces requests evenly.
pub struct Pace {
    /// The least time between requests that the user wants.
    least: Duration,
    state: Mutex<State>,
}

struct State {
    next: Instant,
    interval: Duration,
}

impl Default for Pace {
    /// As fast as it goes.
    fn default() -> Pace {
        Pace::new(None)
    }
}

impl Pace {
    /// `rate` is in requests a second and above zero.
    pub fn new(rate: Option<f64>) -> Pace {
        let least = rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        Pace { least, state: Mutex::new(State { next: Instant::now(), interval: least }) }
    }

    /// Waits until the next request may go.
    pub async fn turn(&self) {
        let mut state = self.state.lock().await;
        if state.interval.is_zero() {
            return;
        }
        let at = state.next.max(Instant::now());
        state.next = at + state.interval;
        drop(state);
        tokio::time::sleep_until(at).await;
    }

    /// A request was put off without a word on when to come back, and answered when it came again.
    pub async fn slow_down(&self) {
        let mut state = self.state.lock().await;
        state.interval = state.interval.mul_f64(SLOW_DOWN).clamp(FASTEST, SLOWEST).max(self.least);
    }

    /// A request was answered at once.
    pub async fn ease(&self) {
        let mut state = self.state.lock().await;
        if state.interval > self.least {
            let eased = state.interval.mul_f64(EASE);
            // what is left of it makes no difference any more
            state.interval = if eased < FASTEST / 4 { self.least } else { eased.max(self.least) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_slows_down_where_requests_are_put_off_and_recovers() {
        let interval = async |pace: &Pace| pace.state.lock().await.interval;
        let pace = Pace::default();
        pace.ease().await;
        assert_eq!(interval(&pace).await, Duration::ZERO);
        pace.slow_down().await;
        assert_eq!(interval(&pace).await, FASTEST);
        for _ in 0..9 {
            pace.slow_down().await;
        }
        assert_eq!(interval(&pace).await, SLOWEST);
        for _ in 0..1000 {
            pace.ease().await;
        }
        assert_eq!(interval(&pace).await, Duration::ZERO);
    }

    #[tokio::test]
    async fn what_the_user_wants_is_never_exceeded() {
        let pace = Pace::new(Some(2.0));
        pace.slow_down().await;
        pace.ease().await;
        assert_eq!(pace.state.lock().await.interval, Duration::from_millis(500));
    }
}
