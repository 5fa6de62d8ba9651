//! Who is let in, and how others are refused (sections 1.6.9, 4.1, 4.2, 5.1 to 5.8 and 8.2.2).

use http::{HeaderValue, StatusCode, header};

use super::super::access::{self, USERS, User};
use super::super::effect::Effect::{Json, Response, Rule, Wire};
use super::super::effect::{conceal, edit, unlist};
use super::super::error::Problem;
use super::super::handle::Call;
use super::super::http::{Request, Response as Answer};
use super::super::route::Endpoint;
use super::Variant;

/// The one who reads and does not write.
fn reader() -> Option<&'static User> {
    USERS.iter().find(|user| !user.writes)
}

/// Whether a request tries to show who sends it.
fn claims(request: &Request) -> bool {
    request.headers.contains_key(header::AUTHORIZATION)
}

fn is_open(endpoint: Option<Endpoint>, open: &[Endpoint]) -> bool {
    endpoint.is_some_and(|endpoint| open.contains(&endpoint))
}

/// Puts other challenges in the place of the usual ones.
fn challenge(response: &mut Answer, challenges: &[&'static str]) {
    if response.headers.remove(header::WWW_AUTHENTICATE).is_some() {
        for challenge in challenges {
            response.headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
    }
}

fn is_beneath(call: &Call, root: &str) -> bool {
    call.user.is_some() && call.route.as_ref().is_some_and(|route| route.root == root)
}

/// Answers everything under the second API root with a problem.
fn close_second(call: &Call, response: &mut Answer, problem: &Problem) {
    if is_beneath(call, "api2") {
        *response = problem.response();
    }
}

/// The collection that is neither read nor written.
const NO_ACCESS: &str = "4e91b829-504f-4b8f-8c21-ad7e3fb06154";

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "basic-not-offered",
        "challenges",
        "section 8.2.2: HTTP Basic is implemented, whatever a 401 offers",
        "HTTP Basic works, but a 401 offers Bearer alone",
        &[Response(|_, _, response| challenge(response, &["Bearer realm=\"taxii\""]))],
    ),
    Variant::new(
        "strangers-404",
        "strangers",
        "sections 5.1 to 5.8; policy row 16",
        "who is not authenticated gets 404 everywhere",
        &[Response(|_, _, response| {
            if response.status == StatusCode::UNAUTHORIZED {
                *response = Problem::not_found("resource").response();
            }
        })],
    ),
    Variant::new(
        "strangers-no-answer",
        "strangers",
        "section 8.2.2, item 10; policy row 15",
        "requests of who is not authenticated get no answer: the connection is closed",
        &[Wire(|wire| wire.silent = |response| response.status == StatusCode::UNAUTHORIZED)],
    ),
    Variant::new(
        "strangers-welcome",
        "strangers",
        "section 8.2.2, items 6 and 9",
        "nobody is asked for credentials, and whatever is sent is ignored",
        &[Rule(|rules| {
            rules.authenticate = |endpoint, request| access::authenticate(endpoint, request).or_else(|| USERS.first());
        })],
    ),
    Variant::new(
        "strangers-read",
        "strangers",
        "section 1.6.9; section 8.2.2, item 7",
        "reading is open to everybody, writing asks for credentials, wrong credentials are refused",
        &[Rule(|rules| {
            rules.authenticate = |endpoint, request| {
                let writes = is_open(endpoint, &[Endpoint::Add, Endpoint::Delete, Endpoint::Status]);
                let guest = || if writes || claims(request) { None } else { reader() };
                access::authenticate(endpoint, request).or_else(guest)
            };
        })],
    ),
    Variant::new(
        "discovery-open",
        "discovery to strangers",
        "section 4.1; policy row 15",
        "discovery is open to everybody",
        &[Rule(|rules| {
            rules.authenticate = |endpoint, request| {
                let guest = || reader().filter(|_| is_open(endpoint, &[Endpoint::Discovery]));
                access::authenticate(endpoint, request).or_else(guest)
            };
        })],
    ),
    Variant::new(
        "api-roots-open",
        "discovery to strangers",
        "sections 4.1 and 4.2; policy row 15",
        "discovery and the API roots are open to everybody",
        &[Rule(|rules| {
            rules.authenticate = |endpoint, request| {
                let guest = || reader().filter(|_| is_open(endpoint, &[Endpoint::Discovery, Endpoint::ApiRoot]));
                access::authenticate(endpoint, request).or_else(guest)
            };
        })],
    ),
    Variant::new(
        "discovery-403",
        "discovery to strangers",
        "sections 4.1 and 4.2; policy row 15",
        "who is not authenticated gets 403 from discovery and the API roots",
        &[Response(|_, call, response| {
            let server = is_open(call.endpoint(), &[Endpoint::Discovery, Endpoint::ApiRoot]);
            if server && response.status == StatusCode::UNAUTHORIZED {
                *response = Problem::forbidden("see").response();
            }
        })],
    ),
    Variant::new(
        "challenges-of-many-schemes",
        "challenges",
        "section 1.6.9; RFC 9110, section 11.6.1",
        "one header field has several challenges, some with many parameters, and Basic is not the first",
        &[Response(|_, _, response| {
            let many = "Negotiate, Digest realm=\"a, b\", qop=\"auth, auth-int\", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/==\", \
                        algorithm=SHA-256 , basic realm=\"\\\"TAXII\\\", Basic\",Bearer";
            challenge(response, &[many]);
        })],
    ),
    Variant::new(
        "challenge-basic-alone",
        "challenges",
        "section 1.6.9; RFC 7617",
        "Basic is the only challenge, and is written in lower case",
        &[Response(|_, _, response| challenge(response, &["basic realm=taxii"]))],
    ),
    Variant::new(
        "no-right-404",
        "missing rights",
        "sections 5.3 to 5.8; policy row 17",
        "a missing right to read or write is answered 404, but for DELETE",
        &[Rule(|rules| {
            rules.admit = |endpoint, can_read, can_write| {
                let admitted = access::admit(endpoint, can_read, can_write);
                let hidden = endpoint != Endpoint::Delete;
                admitted.map_err(|problem| if hidden { Problem::not_found("collection") } else { problem })
            };
        })],
    ),
    Variant::new(
        "no-access-not-listed",
        "collections without access",
        "section 8.2.2, item 8; section 1.6.9",
        "collections that the client may neither read nor write are not listed, and answer 404",
        &[
            Rule(|rules| {
                rules.admit = |endpoint, can_read, can_write| match can_read || can_write {
                    true => access::admit(endpoint, can_read, can_write),
                    false => Err(Problem::not_found("collection")),
                };
            }),
            Json(&[Endpoint::Collections], |_, body| unlist(body)),
            Response(|_, call, response| conceal(call, response)),
        ],
    ),
    Variant::new(
        "nobody-writes",
        "who writes",
        "section 5.2.1",
        "no collection can be written",
        &[Rule(|rules| rules.may_write = |_, _| false)],
    ),
    Variant::new(
        "second-root-403",
        "second API root",
        "section 4.2",
        "an API root that is advertised is closed to this client: 403 on all of it",
        &[Response(|_, call, response| {
            close_second(call, response, &Problem::forbidden("use"));
        })],
    ),
    Variant::new(
        "second-root-404",
        "second API root",
        "section 4.2",
        "an API root that is advertised is withheld from this client: 404 on all of it",
        &[Response(|_, call, response| {
            close_second(call, response, &Problem::not_found("API root"));
        })],
    ),
    Variant::new(
        "second-root-503",
        "second API root",
        "section 3.6: errors of HTTP",
        "an API root that is advertised is down: 503 on all of it",
        &[Response(|_, call, response| {
            let down = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "down", "Come back later.");
            close_second(call, response, &down);
        })],
    ),
    Variant::new(
        "unknown-root-403",
        "unknown API roots",
        "section 4.2; T21-4.2-06",
        "an API root that does not exist is answered 403",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::ApiRoot) && response.status == StatusCode::NOT_FOUND {
                *response = Problem::forbidden("see").response();
                edit(response, |body| body["description"] = "This is not for you, or does not exist.".into());
            }
        })],
    ),
    Variant::new(
        "status-for-all",
        "whose status",
        "section 4.3 does not say; T21-4.3-12",
        "every client that is authenticated may read every status of the API root",
        &[Rule(|rules| rules.shows_status = |status, _, root| status.root == root.name)],
    ),
    Variant::new(
        "no-access-forbidden",
        "collections without access",
        "section 5.2: 403 where a client has no access to the collection resource",
        "a collection that is neither read nor written is listed, and answers 403",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Collection) && call.request.path.contains(NO_ACCESS) {
                *response = Problem::forbidden("read").response();
            }
        })],
    ),
    Variant::new(
        "list-forbidden-under-second-root",
        "list of collections",
        "section 5.1: 403 where a client has no access to the list",
        "the collections of the second API root are not listed to anybody: 403",
        &[Response(|_, call, response| {
            if call.endpoint() == Some(Endpoint::Collections) {
                close_second(call, response, &Problem::forbidden("list"));
            }
        })],
    ),
];
