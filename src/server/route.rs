//! Which endpoint a method and a path name (sections 3.1, 4 and 5).

use http::Method;

use super::error::Problem;
use super::query::percent_decode;

/// An endpoint: a resource together with a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Section 4.1.
    Discovery,
    /// Section 4.2.
    ApiRoot,
    /// Section 4.3.
    Status,
    /// Section 5.1.
    Collections,
    /// Section 5.2.
    Collection,
    /// Section 5.3.
    Manifest,
    /// Section 5.4.
    Objects,
    /// Section 5.5.
    Add,
    /// Section 5.6.
    Object,
    /// Section 5.7.
    Delete,
    /// Section 5.8.
    Versions,
}

impl Endpoint {
    /// The endpoints that read objects: they filter, page and carry the date headers.
    pub fn reads(self) -> bool {
        matches!(self, Self::Manifest | Self::Objects | Self::Object | Self::Versions)
    }

    /// The endpoints whose answer is an envelope; they alone have a `next` property (section 3.7).
    pub fn envelope(self) -> bool {
        matches!(self, Self::Objects | Self::Object)
    }
}

/// An endpoint and the names in its path, percent-decoded. Names that the endpoint does not have are empty.
#[derive(Debug, Clone)]
pub struct Route {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// `{api-root}`
    pub root: String,
    /// `{id}` of a collection, or its alias.
    pub collection: String,
    /// `{object-id}`
    pub object: String,
    /// `{status-id}`
    pub status: String,
}

/// The route of a request; 404 for a path that names nothing, 405 for a method that the resource does not know.
pub fn find(method: &Method, path: &str) -> Result<Route, Problem> {
    let unknown = || Problem::not_found("resource");
    let inner = path.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).ok_or_else(unknown)?;
    let segments = inner.split('/').map(percent_decode).collect::<Option<Vec<_>>>().ok_or_else(unknown)?;
    if segments.iter().any(String::is_empty) {
        return Err(unknown());
    }
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let mut route = Route {
        endpoint: Endpoint::Discovery,
        root: segments[0].to_owned(),
        collection: String::new(),
        object: String::new(),
        status: String::new(),
    };
    let methods: &[(Method, Endpoint)] = match segments[1..] {
        [] if segments[0] == "taxii2" => &[(Method::GET, Endpoint::Discovery)],
        [] => &[(Method::GET, Endpoint::ApiRoot)],
        ["status", status] => {
            route.status = status.to_owned();
            &[(Method::GET, Endpoint::Status)]
        }
        ["collections"] => &[(Method::GET, Endpoint::Collections)],
        ["collections", collection, ref rest @ ..] => {
            route.collection = collection.to_owned();
            in_collection(rest, &mut route).ok_or_else(unknown)?
        }
        _ => return Err(unknown()),
    };
    let endpoint = methods.iter().find(|(known, _)| known == method).map(|&(_, endpoint)| endpoint);
    route.endpoint = endpoint.ok_or_else(|| Problem::method(allow(methods)))?;
    Ok(route)
}

fn in_collection(rest: &[&str], route: &mut Route) -> Option<&'static [(Method, Endpoint)]> {
    match *rest {
        [] => Some(&[(Method::GET, Endpoint::Collection)]),
        ["manifest"] => Some(&[(Method::GET, Endpoint::Manifest)]),
        ["objects"] => Some(&[(Method::GET, Endpoint::Objects), (Method::POST, Endpoint::Add)]),
        ["objects", object] => {
            route.object = object.to_owned();
            Some(&[(Method::GET, Endpoint::Object), (Method::DELETE, Endpoint::Delete)])
        }
        ["objects", object, "versions"] => {
            route.object = object.to_owned();
            Some(&[(Method::GET, Endpoint::Versions)])
        }
        _ => None,
    }
}

fn allow(methods: &[(Method, Endpoint)]) -> &'static str {
    match methods {
        [_, (_, Endpoint::Add)] => "GET, POST",
        [_, (_, Endpoint::Delete)] => "GET, DELETE",
        _ => "GET",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_endpoint() {
        for (method, path, endpoint) in [
            (Method::GET, "/taxii2/", Endpoint::Discovery),
            (Method::GET, "/api1/", Endpoint::ApiRoot),
            (Method::GET, "/api1/status/x/", Endpoint::Status),
            (Method::GET, "/api1/collections/", Endpoint::Collections),
            (Method::GET, "/api1/collections/x/", Endpoint::Collection),
            (Method::GET, "/api1/collections/x/manifest/", Endpoint::Manifest),
            (Method::GET, "/api1/collections/x/objects/", Endpoint::Objects),
            (Method::POST, "/api1/collections/x/objects/", Endpoint::Add),
            (Method::GET, "/api1/collections/x/objects/y/", Endpoint::Object),
            (Method::DELETE, "/api1/collections/x/objects/y/", Endpoint::Delete),
            (Method::GET, "/api1/collections/x/objects/y/versions/", Endpoint::Versions),
        ] {
            assert_eq!(find(&method, path).expect(path).endpoint, endpoint, "{path}");
        }
    }

    #[test]
    fn other_paths_are_404_and_other_methods_405() {
        for path in ["/", "", "/taxii2", "/api1//collections/", "/api1/collections/x/objects/y/z/", "/api1/x/"] {
            assert_eq!(find(&Method::GET, path).expect_err(path).status, 404, "{path}");
        }
        assert_eq!(find(&Method::PUT, "/taxii2/").expect_err("PUT").status, 405);
    }
}
