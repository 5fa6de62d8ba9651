//! Which API roots and collections there are, and where (sections 4.1, 4.2, 5.1 and 5.2).

use serde_json::{Value, json};

use super::super::effect::Effect::{Json, Request, Response, Rule};
use super::super::effect::{each, edit, list, remove};
use super::super::error::Problem;
use super::super::http::Request as Question;
use super::super::route::Endpoint;
use super::Variant;

/// Rewrites every URL of an API root in a discovery resource.
fn rewrite(body: &mut Value, change: impl Fn(&str) -> String) {
    let changed = |value: &mut Value| {
        if let Some(url) = value.as_str().map(&change) {
            *value = url.into();
        }
    };
    if let Some(default) = body.get_mut("default") {
        changed(default);
    }
    if let Some(roots) = list(body, "api_roots") {
        roots.iter_mut().for_each(changed);
    }
}

/// A URL without scheme and host.
fn relative(url: &str) -> String {
    let path = url.split_once("://").and_then(|(_, rest)| Some(rest[rest.find('/')?..].to_owned()));
    path.unwrap_or_else(|| url.to_owned())
}

/// Lets the first API root answer beneath another path, and no longer beneath its own.
fn moved(request: &mut Question, to: &str) {
    if request.path.starts_with("/api1/") {
        request.path.insert_str(0, "/-");
    } else if let Some(rest) = request.path.strip_prefix(to) {
        request.path = format!("/api1/{rest}");
    }
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "roots-relative",
        "spelling of api_roots",
        "section 4.1.1",
        "all API roots are advertised by relative URLs",
        &[Json(&[Endpoint::Discovery], |_, body| rewrite(body, relative))],
    ),
    Variant::new(
        "roots-absolute",
        "spelling of api_roots",
        "section 4.1.1",
        "all API roots are advertised by absolute URLs, where the server speaks HTTPS",
        &[Response(|state, call, response| {
            if call.endpoint() == Some(Endpoint::Discovery) && state.origin.starts_with("https:") {
                let absolute = |url: &str| format!("{}{}", state.origin, relative(url));
                edit(response, |body| rewrite(body, absolute));
            }
        })],
    ),
    Variant::new(
        "default-spelled-otherwise",
        "default",
        "section 4.1.1; policy row 27",
        "default is relative where the same item of api_roots is absolute",
        &[Json(&[Endpoint::Discovery], |_, body| {
            if let Some(default) = body.get("default").and_then(Value::as_str).map(relative) {
                body["default"] = default.into();
            }
        })],
    ),
    Variant::new(
        "no-default",
        "default",
        "section 4.1.1",
        "discovery names no default API root",
        &[Json(&[Endpoint::Discovery], |_, body| drop(remove(body, "default")))],
    ),
    Variant::new(
        "default-second",
        "default",
        "section 4.1.1",
        "the default API root is not the first of the list",
        &[Json(&[Endpoint::Discovery], |_, body| {
            if let Some(last) = list(body, "api_roots").and_then(|roots| roots.last().cloned()) {
                body["default"] = last;
            }
        })],
    ),
    Variant::new(
        "one-root",
        "second API root",
        "section 8.2.1, item 2",
        "there is one API root alone",
        &[
            Request(|request| {
                if request.path.starts_with("/api2/") {
                    request.path.insert_str(0, "/-");
                }
            }),
            Json(&[Endpoint::Discovery], |_, body| {
                if let Some(roots) = list(body, "api_roots") {
                    roots.truncate(1);
                }
            }),
        ],
    ),
    Variant::new(
        "root-without-collections",
        "second API root",
        "sections 5 and 5.1.1",
        "an API root has no collection",
        &[Response(|_, call, response| {
            let Some(route) = call.route.as_ref().filter(|route| route.root == "api2" && call.user.is_some()) else {
                return;
            };
            if route.endpoint == Endpoint::Collections {
                edit(response, |body| *body = json!({}));
            } else if !route.collection.is_empty() {
                *response = Problem::not_found("collection").response();
            }
        })],
    ),
    Variant::new(
        "root-on-another-host",
        "further API roots",
        "section 4.1",
        "discovery also advertises an API root of another server",
        &[Json(&[Endpoint::Discovery], |_, body| {
            if let Some(roots) = list(body, "api_roots") {
                roots.insert(0, "https://taxii.invalid:8443/trust-group/".into());
            }
        })],
    ),
    Variant::new(
        "roots-not-listed",
        "further API roots",
        "section 4.1.1: api_roots is optional",
        "discovery advertises no API root: clients are told of them by other means",
        &[Json(&[Endpoint::Discovery], |_, body| {
            remove(body, "api_roots");
            remove(body, "default");
        })],
    ),
    Variant::new(
        "root-at-the-top",
        "path of the first API root",
        "section 1.6.2",
        "an API root is at the root of the server",
        &[
            Request(|request| {
                let own =
                    request.path == "/" || ["/collections/", "/status/"].iter().any(|p| request.path.starts_with(p));
                if own || request.path.starts_with("/api1/") {
                    moved(request, "/");
                }
            }),
            Json(&[Endpoint::Discovery], |_, body| rewrite(body, |url| url.replace("/api1/", "/"))),
        ],
    ),
    Variant::new(
        "root-beneath-discovery",
        "path of the first API root",
        "section 1.6.2",
        "an API root is beneath /taxii2/",
        &[
            Request(|request| moved(request, "/taxii2/group-1/")),
            Json(&[Endpoint::Discovery], |_, body| rewrite(body, |url| url.replace("/api1/", "/taxii2/group-1/"))),
        ],
    ),
    Variant::new(
        "root-of-many-segments",
        "path of the first API root",
        "section 1.6.2",
        "the path of an API root has several segments, and characters that are percent-encoded",
        &[
            Request(|request| moved(request, "/a/trust%20group/%C3%BC/")),
            Json(&[Endpoint::Discovery], |_, body| {
                rewrite(body, |url| url.replace("/api1/", "/a/trust%20group/%C3%BC/"));
            }),
        ],
    ),
    Variant::new(
        "collections-in-reverse",
        "order of collections",
        "section 3.3",
        "collections are listed in another order, always the same",
        &[Json(&[Endpoint::Collections], |_, body| {
            if let Some(list) = list(body, "collections") {
                list.reverse();
            }
        })],
    ),
    Variant::new(
        "no-alias",
        "alias",
        "section 5.2.1",
        "no collection has an alias",
        &[
            Rule(|rules| rules.names = |known, segment| known.id.eq_ignore_ascii_case(segment)),
            Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
                remove(body, "alias");
                each(body, "collections", |collection| drop(remove(collection, "alias")));
            }),
        ],
    ),
    Variant::new(
        "alias-with-odd-characters",
        "alias",
        "section 5.2.1",
        "an alias has spaces, an umlaut, and characters that mean something in a URL",
        &[
            Rule(|rules| {
                rules.names = |known, segment| {
                    known.id.eq_ignore_ascii_case(segment) || known.alias.is_some_and(|alias| segment == odd(alias))
                };
            }),
            Json(&[Endpoint::Collections, Endpoint::Collection], |_, body| {
                let change = |collection: &mut Value| {
                    if let Some(alias) = collection["alias"].as_str().map(odd) {
                        collection["alias"] = alias.into();
                    }
                };
                each(body, "collections", change);
                if body.get("alias").is_some() {
                    change(body);
                }
            }),
        ],
    ),
    Variant::new(
        "ids-in-capitals",
        "case of identifiers",
        "section 2; RFC 4122, section 3: the case of a UUID does not count where it is read",
        "identifiers of collections and statuses are written in upper case",
        &[Json(&[Endpoint::Collections, Endpoint::Collection, Endpoint::Add, Endpoint::Status], |_, body| {
            let capitals = |value: &mut Value| {
                if let Some(id) = value["id"].as_str().map(str::to_uppercase) {
                    value["id"] = id.into();
                }
            };
            each(body, "collections", capitals);
            if body.get("id").is_some() {
                capitals(body);
            }
        })],
    ),
    Variant::new(
        "small-content-limit",
        "max_content_length",
        "section 4.2.1",
        "a request body may have 4096 octets",
        &[
            Rule(|rules| rules.max_body = |_| 4096),
            Json(&[Endpoint::ApiRoot], |_, body| body["max_content_length"] = 4096.into()),
        ],
    ),
    Variant::new(
        "tiny-content-limit",
        "max_content_length",
        "section 4.2.1",
        "a request body may have 600 octets, so that hardly one object fits",
        &[
            Rule(|rules| rules.max_body = |_| 600),
            Json(&[Endpoint::ApiRoot], |_, body| body["max_content_length"] = 600.into()),
        ],
    ),
    Variant::new(
        "huge-content-limit",
        "max_content_length",
        "sections 2 and 4.2.1",
        "max_content_length is the largest integer that there is",
        &[
            Rule(|rules| rules.max_body = |_| 9_007_199_254_740_991),
            Json(&[Endpoint::ApiRoot], |_, body| body["max_content_length"] = 9_007_199_254_740_991_u64.into()),
        ],
    ),
    Variant::new(
        "versions-to-come",
        "versions of the API root",
        "section 4.2.1",
        "the API root also speaks a later version of TAXII",
        &[Json(&[Endpoint::ApiRoot], |_, body| {
            body["versions"] = json!(["application/taxii+json;version=3.0", "application/taxii+json;version=2.1"]);
        })],
    ),
    Variant::new(
        "descriptions-that-differ",
        "descriptions",
        "section 5.1: the list is similar to its collections, and section 5.2.1: a description is optional",
        "the description of a collection is another at each request, and is left out of the list",
        &[
            Json(&[Endpoint::Collections], |_, body| each(body, "collections", |one| drop(remove(one, "description")))),
            Json(&[Endpoint::Collection], |_, body| body["description"] = uuid::Uuid::new_v4().to_string().into()),
        ],
    ),
];

/// An alias that is hard on clients.
fn odd(alias: &str) -> String {
    format!("{alias} & \u{fc}ber 100% #1?")
}
