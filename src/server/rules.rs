//! The steps of answering a request, as a table of functions. The table as it stands is the standard; a defect puts
//! a function of its own in the place of one of them.

use std::time::Duration;

use jiff::Timestamp;

use super::access::{self, User};
use super::error::Problem;
use super::http::Request;
use super::query::{Filter, Pick};
use super::route::Endpoint;
use super::state::{ApiRoot, Collection, Object, Record};
use super::status::{self, Status};
use super::{negotiate, page, select, write};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Who sends a request; `None` if nobody that the server knows.
    pub authenticate: fn(Option<Endpoint>, &Request) -> Option<&'static User>,
    /// `can_read` of a collection for a user.
    pub may_read: fn(&Collection, &User) -> bool,
    /// `can_write` of a collection for a user.
    pub may_write: fn(&Collection, &User) -> bool,
    /// Whether an endpoint lets a client in that has these rights: `can_read`, `can_write`.
    pub admit: fn(Endpoint, bool, bool) -> Result<(), Problem>,
    /// Whether Accept admits the answer.
    pub accepts: fn(Endpoint, &Request) -> bool,
    /// Whether the Content-Type of a POST is fine.
    pub takes: fn(&Request) -> bool,
    /// Whether a path segment names a collection.
    pub names: fn(&Collection, &str) -> bool,

    /// Whether an endpoint does not see a record at all.
    pub hides: fn(Endpoint, &Record) -> bool,
    /// `match[id]`
    pub match_id: fn(&[String], &Object) -> bool,
    /// `match[type]`
    pub match_type: fn(&[String], &Object) -> bool,
    /// How the matches of id and type are joined.
    pub join: fn(&Rules, &Filter, &Object) -> bool,
    /// `match[spec_version]`
    pub match_spec: fn(&[String], &Object) -> bool,
    /// What is left where a query says nothing about specification versions.
    pub latest_spec: for<'a> fn(Vec<&'a Record>) -> Vec<&'a Record>,
    /// The versions where a query says nothing about them.
    pub default_versions: fn(Endpoint) -> &'static [Pick],
    /// Whether one value of `match[version]` picks a record out of all versions of its object, the earliest first.
    pub picks: fn(&Pick, &Record, &[&Record]) -> bool,
    /// How several values of `match[version]` are joined.
    pub join_picks: fn(&Rules, &[Pick], &Record, &[&Record]) -> bool,
    /// `added_after`
    pub added_after: fn(Endpoint, &Record, Timestamp) -> bool,
    /// Puts the selection in order.
    pub order: fn(Endpoint, &mut Vec<&Record>),

    /// Whether a record comes after the position of a page token: place in the selection, record, position.
    pub resumes: fn(usize, &Record, u64) -> bool,
    /// How many of the records left go on this page: client's limit, server's cap.
    pub length: fn(Endpoint, &[&Record], Option<usize>, usize) -> usize,
    /// Whether there is more: records left, length of the page.
    pub more: fn(Endpoint, usize, usize) -> bool,
    /// The position that the next page starts behind: start of this page, records left, length of the page.
    pub position: fn(usize, &[&Record], usize) -> u64,
    /// Whether a page token that was made for another query is refused.
    pub bound: bool,

    /// The most octets that a body may have.
    pub max_body: fn(&ApiRoot) -> u64,
    /// Whether two objects of the same id, version and specification version are the same.
    pub same: fn(&Object, &Object) -> bool,
    /// Whether an object that is there already is stored once more.
    pub store_again: bool,
    /// What becomes of an object before it is stored.
    pub keep: fn(Object) -> Object,
    /// The version of an object that has none: the version that it had so far, and now.
    pub made_version: fn(String, Timestamp) -> String,
    /// The date_added of what was posted at this instant.
    pub date: fn(Timestamp) -> Timestamp,
    /// Whether DELETE removes a record that its filter selects (`true`) or does not.
    pub deletes: fn(&Filter, &Record, bool) -> bool,
    /// Whether a status is for this user, under this API root.
    pub shows_status: fn(&Status, &User, &ApiRoot) -> bool,
    /// How long an accepted request waits before it is processed; `None` if it is processed at once.
    pub delay: Option<Duration>,
    /// Whether accepted requests are ever processed.
    pub settles: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            authenticate: access::authenticate,
            may_read: access::may_read,
            may_write: access::may_write,
            admit: access::admit,
            accepts: negotiate::accepts,
            takes: negotiate::takes,
            names: access::names,
            hides: |_, record| record.deleted,
            match_id: |ids, object| ids.contains(&object.id),
            match_type: |types, object| types.contains(&object.kind),
            join: select::join,
            match_spec: |specs, object| specs.contains(&object.spec_version),
            latest_spec: select::latest_spec,
            default_versions: select::default_versions,
            picks: select::picks,
            join_picks: |rules, picks, record, versions| picks.iter().any(|pick| (rules.picks)(pick, record, versions)),
            added_after: |_, record, after| record.date_added > after,
            order: |_, records| records.sort_by_key(|record| (record.date_added, record.number)),
            resumes: |_, record, position| record.number > position,
            length: page::length,
            more: |_, left, length| length < left,
            position: |_, left, length| left.get(length.saturating_sub(1)).map_or(0, |record| record.number),
            bound: true,
            max_body: |root| root.max_content_length,
            same: write::same,
            store_again: false,
            keep: |object| object,
            made_version: |known, _| known,
            date: |now| now,
            deletes: |_, _, selected| selected,
            shows_status: status::shows,
            delay: None,
            settles: true,
        }
    }
}
