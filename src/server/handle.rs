//! From a request to its response: the core of the server.

use http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;

use super::access::User;
use super::error::Problem;
use super::http::{Request, Response};
use super::query::Filter;
use super::route::{self, Endpoint, Route};
use super::seed::ROOTS;
use super::state::{ApiRoot, Collection, State, Store};
use super::status::{self, Status};
use super::{read, resource, write};

/// What is known of a request while it is answered; defects look at it.
#[derive(Debug)]
pub struct Call {
    /// The request.
    pub request: Request,
    /// Where it goes, if anywhere.
    pub route: Option<Route>,
    /// Who sent it, if that is known.
    pub user: Option<&'static User>,
}

impl Call {
    /// The endpoint that was called, if there is one.
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.route.as_ref().map(|route| route.endpoint)
    }
}

/// Answers a request at this moment.
pub fn handle(state: &State, request: Request) -> Response {
    handle_at(state, request, Timestamp::now())
}

/// Answers a request without what defects do to requests and responses.
pub(super) fn plain_response(state: &State, request: Request) -> Response {
    let route = route::find(&request.method, &request.path);
    let mut call = Call { request, route: route.as_ref().ok().cloned(), user: None };
    answer(state, route, &mut call, Timestamp::now()).unwrap_or_else(|problem| problem.response())
}

/// Answers a request as if it came at `now`: nothing but the state, the request and that instant counts.
pub fn handle_at(state: &State, mut request: Request, now: Timestamp) -> Response {
    let now = (state.rules.clock)(now);
    for hook in &state.hooks.request {
        hook(&mut request);
    }
    let route = route::find(&request.method, &request.path);
    let mut call = Call { request, route: route.as_ref().ok().cloned(), user: None };
    let mut response = answer(state, route, &mut call, now).unwrap_or_else(|problem| problem.response());
    state.hooks.change(state, &call, &mut response);
    response
}

fn answer(state: &State, route: Result<Route, Problem>, call: &mut Call, now: Timestamp) -> Result<Response, Problem> {
    let request = &call.request;
    let user = (state.rules.authenticate)(call.endpoint(), request).ok_or_else(Problem::unauthenticated)?;
    call.user = Some(user);
    let route = route?;
    if !(state.rules.accepts)(route.endpoint, request) {
        return Err(Problem::not_acceptable());
    }
    let mut store = state.store();
    status::settle(&mut store, &state.rules, now);
    store.requests += 1;
    let count = store.requests;
    (state.rules.meanwhile)(&mut store, count, now);
    let body = match route.endpoint {
        Endpoint::Discovery => resource::discovery(state),
        Endpoint::ApiRoot => resource::api_root(api_root(&route)?),
        Endpoint::Status => status(state, &mut store, &route, user)?,
        Endpoint::Collections => resource::collections(state, api_root(&route)?, user),
        Endpoint::Collection => resource::collection(state, collection(state, &route)?, user),
        _ => return content(state, &mut store, &route, request, user, now),
    };
    Ok(Response::json(StatusCode::OK, &body))
}

/// The endpoints that deal with what is in a collection.
fn content(
    state: &State,
    store: &mut Store,
    route: &Route,
    request: &Request,
    user: &'static User,
    now: Timestamp,
) -> Result<Response, Problem> {
    let collection = collection(state, route)?;
    let rights = ((state.rules.may_read)(collection, user), (state.rules.may_write)(collection, user));
    (state.rules.admit)(route.endpoint, rights.0, rights.1)?;
    match route.endpoint {
        Endpoint::Add => write::add(state, store, now, (api_root(route)?, collection, user), request),
        Endpoint::Delete => {
            let filter = Filter::read(&state.rules.reading, route.endpoint, &request.query)?;
            write::delete(state, store, collection, &route.object, filter)
        }
        _ => read::answer(state, store, (collection, user), route, request),
    }
}

fn api_root(route: &Route) -> Result<&'static ApiRoot, Problem> {
    ROOTS.iter().find(|root| root.name == route.root).ok_or_else(|| Problem::not_found("API root"))
}

fn collection(state: &State, route: &Route) -> Result<&'static Collection, Problem> {
    let mut collections = api_root(route)?.collections.iter();
    let named = collections.find(|known| (state.rules.names)(known, &route.collection));
    named.ok_or_else(|| Problem::not_found("collection"))
}

fn status(state: &State, store: &mut Store, route: &Route, user: &User) -> Result<serde_json::Value, Problem> {
    let root = api_root(route)?;
    let id = Uuid::try_parse(&route.status).ok();
    let known = id.and_then(|id| store.statuses.get(&id));
    let shown = known.filter(|status| (state.rules.shows_status)(status, user, root));
    let json = shown.map(Status::json).ok_or_else(|| Problem::not_found("status"))?;
    if state.rules.forgets && shown.is_some_and(Status::is_complete) {
        store.statuses.retain(|known, _| Some(*known) != id);
    }
    Ok(json)
}
