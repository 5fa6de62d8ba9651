//! How a run is steered from outside while it goes on.

use std::sync::Arc;

use tokio::sync::watch;

/// Ends a run early. Clones end the same run.
#[derive(Clone)]
pub struct Stopper(Arc<watch::Sender<bool>>);

impl Default for Stopper {
    fn default() -> Self {
        Stopper(Arc::new(watch::Sender::new(false)))
    }
}

impl Stopper {
    /// Ends the run: nothing more is asked, what was added is removed, reports are written.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether the run was told to end.
    pub fn stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the run is told to end.
    pub async fn wait(&self) {
        // the sender is held here, so that this ends by the word alone
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }
}
