//! The steps of answering a request, as a table of functions. The table as it stands is the standard; a defect puts
//! a function of its own in the place of one of them, and a variant does so where the standard leaves room.

use std::time::Duration;

use jiff::Timestamp;

use super::access::{self, User};
use super::error::Problem;
use super::http::Request;
use super::page::Cursors;
use super::query::{Filter, Pick, Reading};
use super::route::Endpoint;
use super::state::{ApiRoot, Collection, Object, Record, Retention, Store};
use super::status::{self, Pace, Status};
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

    /// How parameters are read where the standard leaves it open.
    pub reading: Reading,
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
    /// Whether `added_after` is applied before versions are counted, not after.
    pub dates_first: bool,
    /// Whether an object of which no version is selected is answered 404, not with an empty resource.
    pub nothing_is_404: bool,
    /// Whether objects that were deleted are answered 404 where `match[id]` names them and nothing else is selected.
    pub deleted_is_404: bool,
    /// Puts the selection in order.
    pub order: fn(Endpoint, &mut Vec<&Record>),

    /// Whether a record comes after the position of a page token: place in the selection, its length, record, position.
    pub resumes: fn(usize, usize, &Record, u64) -> bool,
    /// How many objects a page holds at most, where that is not what the options say.
    pub page_size: Option<usize>,
    /// How many of the records left go on this page: client's limit, server's cap.
    pub length: fn(Endpoint, &[&Record], Option<usize>, usize) -> usize,
    /// Whether there is more: records left, length of the page.
    pub more: fn(Endpoint, usize, usize) -> bool,
    /// The position that the next page starts behind: start of this page, records left, length of the page.
    pub position: fn(usize, &[&Record], usize) -> u64,
    /// Whether a page token that was made for another query is refused.
    pub bound: bool,
    /// Whether a page token is refused where limit is another than that of the page before.
    pub bound_to_limit: bool,
    /// What a page token is made into before it is given out.
    pub dress: fn(String) -> String,
    /// The page token that something was made from, if it was.
    pub undress: fn(&str) -> Option<String>,
    /// Whether a page token holds its position, or names one that the server remembers.
    pub cursors: Cursors,
    /// Whether the manifest and versions give page tokens too.
    pub next_everywhere: bool,

    /// The most octets that a body may have.
    pub max_body: fn(&ApiRoot) -> u64,
    /// How large a body is.
    pub size: fn(&[u8]) -> u64,
    /// Whether two objects of the same id, version and specification version are the same.
    pub same: fn(&Object, &Object) -> bool,
    /// Whether an object that is there already is stored once more.
    pub store_again: bool,
    /// What becomes of an object before it is stored.
    pub keep: fn(Object) -> Object,
    /// The version of an object that has none: the version that it had so far, and now.
    pub made_version: fn(String, Timestamp) -> String,
    /// The time by the clock of the server.
    pub clock: fn(Timestamp) -> Timestamp,
    /// The date_added of what was loaded at the start with this one.
    pub loaded: fn(Timestamp) -> Timestamp,
    /// The date_added of what was posted at this instant.
    pub date: fn(Timestamp) -> Timestamp,
    /// Whether each object of a request has a date_added of its own.
    pub date_each: bool,
    /// Puts the objects of a request in the order in which they are added.
    pub queue: fn(&mut Vec<Object>),
    /// Whether this server takes such objects at all.
    pub supports: fn(&Object) -> bool,
    /// Whether what is not supported is counted as a failure (`true`), or has the request refused.
    pub counts_unsupported: bool,
    /// The members of an envelope that this server takes.
    pub knows_member: fn(&str) -> bool,
    /// Whether a request with a bad object is refused as a whole.
    pub whole_or_nothing: bool,
    /// What is kept of the versions of an object.
    pub retention: Retention,
    /// Whether a version is a failure where the collection has a later one.
    pub refuses_older: bool,
    /// Whether DELETE removes a record that its filter selects (`true`) or does not.
    pub deletes: fn(&Filter, &Record, bool) -> bool,
    /// Whether a status is for this user, under this API root.
    pub shows_status: fn(&Status, &User, &ApiRoot) -> bool,
    /// How long an accepted request waits before it is processed; `None` if it is processed at once.
    pub delay: Option<Duration>,
    /// How a request that waits is processed.
    pub pace: Pace,
    /// Whether a status is forgotten when it has been shown complete.
    pub forgets: bool,
    /// What others do to the collections while requests are answered: the number of the request, and when it came.
    pub meanwhile: fn(&mut Store, u64, Timestamp),
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
            reading: Reading::default(),
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
            dates_first: false,
            nothing_is_404: false,
            deleted_is_404: false,
            order: |_, records| records.sort_by_key(|record| (record.date_added, record.number)),
            resumes: |_, _, record, position| record.number > position,
            page_size: None,
            length: page::length,
            more: |_, left, length| length < left,
            position: |_, left, length| left.get(length.saturating_sub(1)).map_or(0, |record| record.number),
            bound: true,
            bound_to_limit: false,
            dress: |token| token,
            undress: |text| Some(text.to_owned()),
            cursors: Cursors::None,
            next_everywhere: false,
            max_body: |root| root.max_content_length,
            size: |body| body.len() as u64,
            same: write::same,
            store_again: false,
            keep: |object| object,
            made_version: |known, _| known,
            clock: |now| now,
            loaded: |date| date,
            date: |now| now,
            date_each: false,
            queue: |_| {},
            supports: |_| true,
            counts_unsupported: false,
            knows_member: |_| true,
            whole_or_nothing: false,
            retention: Retention::All,
            refuses_older: false,
            deletes: |_, _, selected| selected,
            shows_status: status::shows,
            delay: None,
            pace: Pace::Together,
            forgets: false,
            meanwhile: |_, _, _| {},
            settles: true,
        }
    }
}
