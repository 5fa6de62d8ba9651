//! Who a client is: credentials that are missing, wrong or misread (sections 1.6.9 and 8.2.2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method, StatusCode, header};

use super::super::access::{self, USERS, User};
use super::super::handle::plain_response;
use super::super::http::Request;
use super::super::route::Endpoint;
use super::Defect;
use super::Effect::{Response, Rule};

/// Everybody is the first user on one endpoint.
fn open(endpoint: Option<Endpoint>, to: Endpoint, request: &Request) -> Option<&'static User> {
    access::authenticate(endpoint, request).or_else(|| if endpoint == Some(to) { USERS.first() } else { None })
}

/// The same where a request is such a one.
pub(super) fn open_where(
    such: bool,
    endpoint: Option<Endpoint>,
    to: Endpoint,
    request: &Request,
) -> Option<&'static User> {
    if such { open(endpoint, to, request) } else { access::authenticate(endpoint, request) }
}

/// Name and password of HTTP Basic, with a colon between.
fn basic(request: &Request) -> Option<String> {
    let asked = request.header(&header::AUTHORIZATION)?;
    String::from_utf8(STANDARD.decode(asked.strip_prefix("Basic ")?).ok()?).ok()
}

/// A known name opens one endpoint, with any password.
fn by_name(endpoint: Option<Endpoint>, to: Endpoint, request: &Request) -> Option<&'static User> {
    by_password(endpoint, to, request, |_, _| true)
}

/// A known name opens one endpoint, with a password that is the `same`.
fn by_password(
    endpoint: Option<Endpoint>,
    to: Endpoint,
    request: &Request,
    same: fn(&str, &str) -> bool,
) -> Option<&'static User> {
    let known = || {
        let text = basic(request)?;
        let (name, password) = text.split_once(':')?;
        USERS.iter().find(|user| user.name == name && same(password, user.password))
    };
    access::authenticate(endpoint, request).or_else(|| if endpoint == Some(to) { known() } else { None })
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "no-challenge",
        &["T21-5.1-03"],
        "401 comes without WWW-Authenticate",
        &[Response(|_, _, response| {
            response.headers.remove(header::WWW_AUTHENTICATE);
        })],
    ),
    Defect::new(
        "empty-challenge",
        &["T21-5.1-03"],
        "WWW-Authenticate of a 401 is empty",
        &[Response(|_, _, response| {
            if response.status == StatusCode::UNAUTHORIZED {
                response.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(""));
            }
        })],
    ),
    Defect::new(
        "basic-unknown",
        &["T21-8-06"],
        "HTTP Basic is not understood, only Bearer is",
        &[
            Rule(|rules| {
                rules.authenticate = |at, request| {
                    let asked = request.header(&header::AUTHORIZATION).unwrap_or_default();
                    let bearer = asked.to_ascii_lowercase().starts_with("bearer ");
                    access::authenticate(at, request).filter(|_| bearer)
                };
            }),
            Response(|_, _, response| {
                if response.status == StatusCode::UNAUTHORIZED {
                    let challenge = HeaderValue::from_static("Bearer realm=\"taxii\"");
                    response.headers.insert(header::WWW_AUTHENTICATE, challenge);
                }
            }),
        ],
    ),
    Defect::new(
        "collections-to-wrong-credentials",
        &["T21-5.1-02"],
        "the collections are shown to a client whose credentials are wrong",
        &[Rule(|rules| {
            rules.authenticate = |at, request| {
                let tried = request.headers.contains_key(header::AUTHORIZATION);
                open_where(tried, at, Endpoint::Collections, request)
            };
        })],
    ),
    Defect::new(
        "collections-unauthenticated-403",
        &["T21-5.1-02"],
        "the collections answer 403 to failed authentication",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Collections) && response.status == StatusCode::UNAUTHORIZED {
                response.headers.remove(header::WWW_AUTHENTICATE);
                response.turn(StatusCode::FORBIDDEN);
            }
        })],
    ),
    Defect::new(
        "collection-open",
        &["T21-5.2-07"],
        "a collection is shown without authentication",
        &[Rule(|rules| rules.authenticate = |at, request| open(at, Endpoint::Collection, request))],
    ),
    Defect::new(
        "manifest-open",
        &["T21-5.3-03"],
        "the manifest is shown without authentication",
        &[Rule(|rules| rules.authenticate = |at, request| open(at, Endpoint::Manifest, request))],
    ),
    Defect::new(
        "objects-open",
        &["T21-5.4-03"],
        "objects are shown without authentication",
        &[Rule(|rules| rules.authenticate = |at, request| open(at, Endpoint::Objects, request))],
    ),
    Defect::new(
        "objects-take-any-password",
        &["T21-5.4-03"],
        "objects are shown to a known user whatever the password",
        &[Rule(|rules| rules.authenticate = |at, request| by_name(at, Endpoint::Objects, request))],
    ),
    Defect::new(
        "objects-take-any-token",
        &["T21-5.4-03"],
        "objects are shown to whoever has a bearer token, whichever",
        &[Rule(|rules| {
            rules.authenticate = |at, request| {
                let token = request.header(&header::AUTHORIZATION).is_some_and(|value| value.starts_with("Bearer "));
                open_where(token, at, Endpoint::Objects, request)
            };
        })],
    ),
    Defect::new(
        "collections-take-no-password",
        &["T21-5.1-02"],
        "a known user without a password sees the collections, as where a directory takes that for a guest",
        &[Rule(|rules| {
            rules.authenticate = |at, request| {
                if basic(request).is_some_and(|text| text.ends_with(':')) {
                    by_name(at, Endpoint::Collections, request)
                } else {
                    access::authenticate(at, request)
                }
            };
        })],
    ),
    Defect::new(
        "objects-compare-passwords-without-case",
        &["T21-5.4-03"],
        "objects are shown to a known user whatever the case of the password, as where a database compares it",
        &[Rule(|rules| {
            rules.authenticate = |at, request| {
                let same = |given: &str, right: &str| given.eq_ignore_ascii_case(right);
                by_password(at, Endpoint::Objects, request, same)
            };
        })],
    ),
    Defect::new(
        "object-compares-the-beginning-of-passwords",
        &["T21-5.6-04"],
        "an object is shown to a known user whatever stands behind the password",
        &[Rule(|rules| {
            rules.authenticate =
                |at, request| by_password(at, Endpoint::Object, request, |given, right| given.starts_with(right));
        })],
    ),
    Defect::new(
        "collection-takes-any-password",
        &["T21-5.2-07"],
        "a collection is shown to a known user whatever the password",
        &[Rule(|rules| rules.authenticate = |at, request| by_name(at, Endpoint::Collection, request))],
    ),
    Defect::new(
        "manifest-takes-any-password",
        &["T21-5.3-03"],
        "the manifest is shown to a known user whatever the password",
        &[Rule(|rules| rules.authenticate = |at, request| by_name(at, Endpoint::Manifest, request))],
    ),
    Defect::new(
        "object-takes-any-password",
        &["T21-5.6-04"],
        "an object is shown to a known user whatever the password",
        &[Rule(|rules| rules.authenticate = |at, request| by_name(at, Endpoint::Object, request))],
    ),
    Defect::new(
        "versions-take-any-password",
        &["T21-5.8-05"],
        "versions are shown to a known user whatever the password",
        &[Rule(|rules| rules.authenticate = |at, request| by_name(at, Endpoint::Versions, request))],
    ),
    Defect::new(
        "collections-and-versions-open",
        &["T21-5.8-05"],
        "versions are shown without authentication, and the list of collections, which tells less",
        &[Rule(|rules| {
            rules.authenticate = |at, request| {
                let listed = at == Some(Endpoint::Collections);
                open(at, if listed { Endpoint::Collections } else { Endpoint::Versions }, request)
            };
        })],
    ),
    Defect::new(
        "add-open",
        &["T21-5.5-03"],
        "objects are added without authentication",
        &[Rule(|rules| rules.authenticate = |at, request| open(at, Endpoint::Add, request))],
    ),
    Defect::new(
        "object-open",
        &["T21-5.6-04"],
        "an object is shown without authentication",
        &[Rule(|rules| rules.authenticate = |at, request| open(at, Endpoint::Object, request))],
    ),
    Defect::new(
        "delete-open",
        &["T21-5.7-05"],
        "an object is deleted without authentication",
        &[Rule(|rules| rules.authenticate = |at, request| open(at, Endpoint::Delete, request))],
    ),
    Defect::new(
        "versions-open",
        &["T21-5.8-05"],
        "the versions of an object are shown without authentication",
        &[Rule(|rules| rules.authenticate = |at, request| open(at, Endpoint::Versions, request))],
    ),
    Defect::new(
        "basic-case-sensitive",
        &["T21-8-06"],
        "the scheme in Authorization has to be spelled Basic, which MISP does not do",
        &[Rule(|rules| {
            rules.authenticate = |at, request| {
                let asked = request.header(&header::AUTHORIZATION).unwrap_or_default();
                access::authenticate(at, request).filter(|_| !asked.starts_with("basic"))
            };
        })],
    ),
    Defect::new(
        "garbled-credentials-500",
        &["T21-3.1-13"],
        "credentials that are no Base64 lead to 500 at discovery and API roots",
        &[Response(|_, call, response| {
            let open = matches!(call.endpoint(), Some(Endpoint::Discovery | Endpoint::ApiRoot));
            let asked = call.request.header(&header::AUTHORIZATION).unwrap_or_default();
            let basic = asked.strip_prefix("Basic ");
            if open && basic.is_some_and(|basic| STANDARD.decode(basic).is_err()) {
                response.headers.remove(header::WWW_AUTHENTICATE);
                response.turn(StatusCode::INTERNAL_SERVER_ERROR);
            }
        })],
    ),
    Defect::new(
        "status-open",
        &["T21-4.3-12"],
        "a status is shown without authentication",
        &[Rule(|rules| {
            rules.authenticate = |at, request| open(at, Endpoint::Status, request);
            rules.shows_status = |status, _, root| status.root == root.name;
        })],
    ),
    Defect::new(
        "status-takes-any-password",
        &["T21-4.3-12"],
        "a status is shown to a known user whatever the password",
        &[Rule(|rules| rules.authenticate = |at, request| by_name(at, Endpoint::Status, request))],
    ),
    Defect::new(
        "manifest-open-where-filtered",
        &["T21-5.3-03"],
        "the manifest is shown without authentication where match[id] is given",
        &[Rule(|rules| {
            rules.authenticate =
                |at, request| open_where(request.query.contains("id"), at, Endpoint::Manifest, request);
        })],
    ),
    Defect::new(
        "later-pages-open",
        &["T21-5.4-03"],
        "whoever has a page token gets the page, without authentication",
        &[Rule(|rules| {
            rules.authenticate =
                |at, request| open_where(request.query.contains("next="), at, Endpoint::Objects, request);
        })],
    ),
    Defect::new(
        "head-open",
        &["T21-5.4-03"],
        "HEAD of objects is answered without authentication",
        &[Response(|state, call, response| {
            if call.request.method == Method::HEAD && call.request.path.ends_with("/objects/") {
                let mut request = call.request.clone();
                request.method = Method::GET;
                request.headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer admin-token"));
                *response = plain_response(state, request);
                response.body = bytes::Bytes::new();
            }
        })],
    ),
];
