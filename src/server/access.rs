//! Who may do what: users, rights on collections (sections 1.6.9, 5.2.1 and 5.7).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::Problem;
use super::http::Request;
use super::route::Endpoint;
use super::state::Collection;

/// A built-in user.
#[derive(Debug, PartialEq, Eq)]
pub struct User {
    /// The name for HTTP Basic.
    pub name: &'static str,
    /// The password for HTTP Basic.
    pub password: &'static str,
    /// The token for Bearer.
    pub token: &'static str,
    /// Whether the user may write where the collection allows it.
    pub writes: bool,
}

/// The built-in users: one who reads and writes, and one who reads alone.
pub const USERS: &[User] = &[
    User { name: "admin", password: "admin-pass", token: "admin-token", writes: true },
    User { name: "reader", password: "reader-pass", token: "reader-token", writes: false },
];

/// The user whose credentials are in the Authorization header, by Basic (RFC 7617) or Bearer (RFC 6750).
pub fn authenticate(_: Option<Endpoint>, request: &Request) -> Option<&'static User> {
    let mut values = request.headers.get_all(http::header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, credentials) = value.to_str().ok()?.trim().split_once(' ')?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("basic") {
        let text = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let (name, password) = text.split_once(':')?;
        USERS.iter().find(|user| user.name == name && user.password == password)
    } else if scheme.eq_ignore_ascii_case("bearer") {
        USERS.iter().find(|user| user.token == credentials)
    } else {
        None
    }
}

/// `can_read` of a collection for a user.
pub fn may_read(collection: &Collection, user: &User) -> bool {
    collection.read && (user.writes || !collection.internal)
}

/// `can_write` of a collection for a user.
pub fn may_write(collection: &Collection, user: &User) -> bool {
    collection.write && user.writes
}

/// Whether a path segment names a collection, by id or by alias (section 5.2.1).
pub fn names(collection: &Collection, segment: &str) -> bool {
    collection.id.eq_ignore_ascii_case(segment) || collection.alias == Some(segment)
}

/// Lets a client with the given rights into an endpoint, or says how it is refused. For DELETE the table of section
/// 5.7 decides, elsewhere 403 says that a right is missing.
pub fn admit(endpoint: Endpoint, can_read: bool, can_write: bool) -> Result<(), Problem> {
    match endpoint {
        Endpoint::Delete if !can_read && !can_write => Err(Problem::not_found("object")),
        Endpoint::Delete if !(can_read && can_write) => Err(Problem::forbidden("delete from")),
        Endpoint::Add if !can_write => Err(Problem::forbidden("write to")),
        endpoint if endpoint.reads() && !can_read => Err(Problem::forbidden("read")),
        _ => Ok(()),
    }
}
