//! Which API roots a run is about.

use serde_json::Value;
use url::Url;

use super::options::Options;
use super::session::Session;
use super::survey::{Survey, resource};
use super::trouble;
use crate::record::Exchange;
use crate::taxii::paths;

/// What there is to look at.
#[derive(Default)]
pub struct Found {
    /// API roots to test.
    pub urls: Vec<Url>,
    /// The URL that the user gave, and what it answers, where it was asked.
    pub given: Option<(Url, Exchange)>,
    /// The discovery resource that was found there, where it is not where it should be.
    pub moved: Option<Value>,
}

/// API roots to test: those that the user names, the URL itself where it is one, else the advertised ones of the same
/// origin. Where `discovery` is not in its place, the URL that the user gave may have it.
pub async fn find(
    session: &Session,
    options: &Options,
    discovery: Option<&Value>,
    survey: &mut Survey,
) -> Result<Found, String> {
    let base = paths::discovery(&session.base);
    let mut found = Found::default();
    if !options.api_roots.is_empty() {
        found.urls = options.api_roots.iter().filter_map(|r| paths::resolve_root(&base, r)).collect();
        return Ok(found);
    }
    let mut advertised = discovery.map(|d| roots_of(&base, d)).unwrap_or_default();
    let whole_server = matches!(session.base.path(), "/" | "/taxii2/" | "/taxii2" | "");
    if let Some(given) =
        paths::resolve_root(&base, session.base.path()).filter(|_| !whole_server || advertised.is_empty())
    {
        let (_, exchange) = found.given.insert((given.clone(), session.get("api-root", given.clone()).await));
        let is_root = |b: &Value| b.get("versions").is_some() || b.get("max_content_length").is_some();
        let answer = resource(exchange);
        if answer.as_ref().is_some_and(is_root) || (!whole_server && advertised.contains(&given)) {
            found.urls = vec![given];
            return Ok(found);
        }
        // a typo must not send the tests, and what they write, somewhere else
        if !whole_server && discovery.is_some() {
            return Err(trouble::no_such_place(&given, exchange.status()));
        }
        if discovery.is_none() {
            found.moved = answer.filter(|b| b.get("api_roots").is_some_and(Value::is_array));
            advertised = found.moved.as_ref().map(|d| roots_of(&given, d)).unwrap_or_default();
        }
    }
    for url in advertised {
        if !paths::same_origin(&url, &session.base) {
            survey.server.not_contacted.push(url.to_string());
        } else if !found.urls.contains(&url) {
            found.urls.push(url);
        }
    }
    Ok(found)
}

/// The API roots that a discovery resource at `base` advertises.
fn roots_of(base: &Url, discovery: &Value) -> Vec<Url> {
    let roots = discovery.get("api_roots").and_then(Value::as_array);
    roots.into_iter().flatten().filter_map(|r| paths::resolve_root(base, r.as_str()?)).collect()
}
