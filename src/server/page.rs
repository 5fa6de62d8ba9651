//! Cutting a selection into pages (section 3.5), and the tokens that name a position in it.
//!
//! A token is the number of the last record given out, together with a digest over that number, the query, the
//! collection, the user and a secret of this server. It holds no state, survives additions and deletions, and is
//! worth nothing for any other query (appendix B). Variants dress it otherwise, or remember the position and give out
//! a name for it.

use std::sync::PoisonError;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::Problem;
use super::query::Filter;
use super::route::Endpoint;
use super::state::{Record, State};

/// Where the position that a token stands for is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursors {
    /// In the token.
    None,
    /// In the server, under a new name on every page.
    New,
    /// In the server, under one name for all pages of a walk: each use takes it one page further.
    Constant,
}

/// A page of a selection.
#[derive(Debug)]
pub struct Page<'a> {
    /// The records on it, in order.
    pub records: Vec<&'a Record>,
    /// Whether the selection goes on behind it.
    pub more: bool,
    /// The token of the page behind it, where there is one.
    pub next: Option<String>,
}

/// Cuts the page that a query asks for out of its selection. `context` names whatever the token is bound to besides
/// the filters: user, collection and object.
pub fn cut<'a>(
    state: &State,
    endpoint: Endpoint,
    filter: &Filter,
    context: &str,
    mut selected: Vec<&'a Record>,
) -> Result<Page<'a>, Problem> {
    let rules = &state.rules;
    let mut start = 0;
    let limit = filter.limit.filter(|_| rules.bound_to_limit);
    let query = format!("{context} {} {limit:?}", filter.fingerprint());
    if let Some(token) = &filter.next {
        let position = (rules.undress)(token).and_then(|token| read(state, &query, &token));
        let position = position.ok_or_else(|| Problem::malformed("next", "does not belong to this query"))?;
        let length = selected.len();
        let behind = |(place, record): (usize, &&Record)| (rules.resumes)(place, length, record, position);
        start = selected.iter().enumerate().position(behind).unwrap_or(selected.len());
        selected.drain(..start);
    }
    let length = (rules.length)(endpoint, &selected, filter.limit, state.page_size).min(selected.len());
    let more = (rules.more)(endpoint, selected.len(), length);
    let name = filter.next.as_ref().filter(|_| rules.cursors == Cursors::Constant);
    let next = more.then(|| match name {
        Some(name) => remember(state, &query, (rules.position)(start, &selected, length), (rules.undress)(name)),
        None => write(state, &query, (rules.position)(start, &selected, length)),
    });
    let next = next.map(rules.dress);
    selected.truncate(length);
    Ok(Page { records: selected, more, next })
}

/// The length of a page: as the client wishes, as long as the server gives so many. Manifest and versions have no
/// `next` (sections 5.3.1 and 5.8.1), clients go on by `added_after`; so where the server itself cuts, it does not cut
/// between records of one date.
pub fn length(endpoint: Endpoint, left: &[&Record], limit: Option<usize>, cap: usize) -> usize {
    let length = limit.unwrap_or(usize::MAX).min(cap);
    if endpoint.envelope() || length >= left.len() || limit.is_some_and(|limit| limit < cap) {
        return length;
    }
    let date = left[length].date_added;
    match left[..length].iter().rposition(|record| record.date_added != date) {
        Some(last) => last + 1,
        None => length,
    }
}

/// Keeps a position under a name, a new one where none is given.
fn remember(state: &State, query: &str, position: u64, name: Option<String>) -> String {
    let name = name.unwrap_or_else(|| Uuid::new_v4().to_string());
    let mut cursors = state.cursors.lock().unwrap_or_else(PoisonError::into_inner);
    cursors.insert(name.clone(), (query.to_owned(), position));
    name
}

fn write(state: &State, query: &str, position: u64) -> String {
    if state.rules.cursors != Cursors::None {
        return remember(state, query, position, None);
    }
    let mut bytes = position.to_be_bytes().to_vec();
    bytes.extend(digest(state, query, position));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read(state: &State, query: &str, token: &str) -> Option<u64> {
    if state.rules.cursors != Cursors::None {
        let cursors = state.cursors.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, position) = cursors.get(token)?;
        return (!state.rules.bound || known == query).then_some(*position);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (position, mac) = bytes.split_first_chunk::<8>()?;
    let position = u64::from_be_bytes(*position);
    (!state.rules.bound || mac == digest(state, query, position)).then_some(position)
}

fn digest(state: &State, query: &str, position: u64) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(state.secret);
    hash.update(position.to_be_bytes());
    hash.update(query.as_bytes());
    hash.update(state.secret);
    let mut short = [0; 16];
    short.copy_from_slice(&hash.finalize()[..16]);
    short
}
