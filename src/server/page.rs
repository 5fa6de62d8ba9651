//! Cutting a selection into pages (section 3.5), and the tokens that name a position in it.
//!
//! A token is the number of the last record given out, together with a digest over that number, the query, the
//! collection, the user and a secret of this server. It holds no state, survives additions and deletions, and is
//! worth nothing for any other query (appendix B).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::error::Problem;
use super::query::Filter;
use super::route::Endpoint;
use super::state::{Record, State};

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
    let query = format!("{context} {}", filter.fingerprint());
    if let Some(token) = &filter.next {
        let position =
            read(state, &query, token).ok_or_else(|| Problem::malformed("next", "does not belong to this query"))?;
        let behind = |(place, record): (usize, &&Record)| (rules.resumes)(place, record, position);
        start = selected.iter().enumerate().position(behind).unwrap_or(selected.len());
        selected.drain(..start);
    }
    let length = (rules.length)(endpoint, &selected, filter.limit, state.page_size).min(selected.len());
    let more = (rules.more)(endpoint, selected.len(), length);
    let next = more.then(|| write(state, &query, (rules.position)(start, &selected, length)));
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

fn write(state: &State, query: &str, position: u64) -> String {
    let mut bytes = position.to_be_bytes().to_vec();
    bytes.extend(digest(state, query, position));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read(state: &State, query: &str, token: &str) -> Option<u64> {
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
