//! What asks the program to end: Ctrl-C, and what CI systems, containers and terminals that close send instead.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Wishes that the program may end. None is lost while nobody waits for it.
pub struct Interruptions {
    #[cfg(unix)]
    signals: [Signal; 3],
}

impl Interruptions {
    /// Listens from now on. Must be called within a Tokio runtime.
    #[cfg(unix)]
    pub fn new() -> io::Result<Interruptions> {
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(signal);
        Ok(Interruptions { signals: [interrupt?, terminate?, hangup?] })
    }

    /// Listens from now on.
    #[cfg(not(unix))]
    pub fn new() -> io::Result<Interruptions> {
        Ok(Interruptions {})
    }

    /// Waits for the next wish.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }

    /// Waits for the next wish.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
