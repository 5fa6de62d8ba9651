//! A last look at everything that was added: where the server's copies agree late, or a request was carried out after it had
//! been given up, objects show when they were taken for gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::ledger::{Gone, named, remove};
use super::session::{CLEAN_UP, Session};
use crate::record::CleanUp;
use crate::taxii::paths;

/// How long what shows late is waited for before the next look.
const PAUSE: Duration = Duration::from_secs(2);
/// How many looks are taken at most.
const LOOKS: u32 = 5;
/// How many looks are taken at least where a request to add objects got no answer.
const UNSURE: u32 = 2;
/// How many objects are asked for at once: the URL stays below 2,000 characters, which everything on the way takes.
const AT_ONCE: usize = 30;

/// What was added in a run and taken for gone, by URL of the collection's objects and object id.
#[derive(Default)]
pub struct Added {
    gone: Mutex<BTreeSet<(String, String)>>,
    unanswered: AtomicUsize,
}

impl Added {
    /// Takes note of objects that are gone as far as was seen.
    pub fn gone(&self, objects: impl IntoIterator<Item = (String, String)>) {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).extend(objects);
    }

    /// Takes note of a request to add objects that got no answer.
    pub fn got_no_answer(&self) {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests to add objects got no answer.
    pub fn unanswered(&self) -> usize {
        self.unanswered.load(Ordering::Relaxed)
    }

    fn by_collection(&self) -> BTreeMap<String, Vec<String>> {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (objects, id) in self.gone.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            all.entry(objects.clone()).or_default().push(id.clone());
        }
        all
    }
}

/// Looks for what was taken for gone and removes it, until nothing more shows.
pub async fn sweep(session: &Session) -> CleanUp {
    let session = session.scoped(CLEAN_UP);
    let wanted = session.added().by_collection();
    let least = if session.added().unanswered() > 0 { UNSURE } else { 1 };
    let (mut result, mut kept) = (CleanUp::default(), BTreeMap::new());
    for look in 1..=LOOKS {
        let mut shown = false;
        for (objects, ids) in &wanted {
            for url in there(&session, objects, ids).await {
                match remove(&session, &url).await {
                    Gone::Removed => {
                        shown = true;
                        result.removed += 1;
                        kept.remove(url.as_str());
                    }
                    Gone::Before => {}
                    Gone::No(why) => {
                        kept.insert(url.to_string(), why);
                    }
                }
            }
        }
        if !shown && look >= least {
            break;
        }
        session.sleep(PAUSE).await;
    }
    result.left = kept.keys().cloned().collect();
    result.reasons = kept;
    result
}

/// Which of these objects a collection still has, as the URL of each.
async fn there(session: &Session, objects: &str, ids: &[String]) -> Vec<Url> {
    let Ok(objects) = Url::parse(objects) else { return Vec::new() };
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let named = named(session, &objects, some).await;
        found.extend(named.iter().map(|id| paths::under(&objects, &[id])));
    }
    found
}
