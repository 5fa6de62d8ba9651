//! Which version of TAXII an answer is of. A server of an older one has nothing that could be judged by TAXII 2.1.

use url::Url;

use super::survey::Root;
use crate::record::Exchange;

/// A version of TAXII, with what an answer says to be of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TAXII 2.1.
    Taxii21,
    /// TAXII 2.0, and its media type.
    Taxii20(String),
    /// TAXII 1.0 or 1.1, and the header field that says so.
    Taxii1(String),
}

/// What an answer, success or error, says to be of; nothing where it does not say.
pub fn of(exchange: &Exchange) -> Option<Protocol> {
    let response = exchange.response.as_ref()?;
    let media_type = response.header("content-type").unwrap_or_default();
    let lower = media_type.to_ascii_lowercase();
    if lower.contains("application/taxii+json") {
        return Some(Protocol::Taxii21);
    }
    if lower.contains("application/vnd.oasis.taxii+json") {
        return Some(Protocol::Taxii20(media_type.to_owned()));
    }
    ["X-TAXII-Content-Type", "X-TAXII-Protocol", "X-TAXII-Services"].into_iter().find_map(|name| {
        let value = response.header(name).filter(|v| v.trim().to_ascii_lowercase().starts_with("urn:taxii"))?;
        Some(Protocol::Taxii1(format!("{name}: {value}")))
    })
}

/// Whether something at an API root is of TAXII 2.1, or says that it will be.
pub fn is_taxii_21(root: &Root, exchanges: [&Exchange; 2]) -> bool {
    let versions = root.resource.as_ref().and_then(|r| r.get("versions")).map(ToString::to_string);
    exchanges.into_iter().any(|e| of(e) == Some(Protocol::Taxii21))
        || versions.is_some_and(|versions| versions.contains("application/taxii+json"))
}

/// One sentence where one of these answers is of an older TAXII.
pub fn older<'a>(exchanges: impl IntoIterator<Item = (&'a Url, &'a Exchange)>) -> Option<String> {
    exchanges.into_iter().find_map(|(url, exchange)| {
        let (version, how) = match of(exchange)? {
            Protocol::Taxii21 => return None,
            Protocol::Taxii20(media_type) => ("2.0", media_type),
            Protocol::Taxii1(field) => ("1.x", field),
        };
        Some(speaks(version, url, &how))
    })
}

/// The sentence about a server of this version of TAXII, by what `url` answers.
pub fn speaks(version: &str, url: &Url, how: &str) -> String {
    format!(
        "the server speaks TAXII {version}, not TAXII 2.1: {url} answers with {how}, and nothing was found there that is TAXII 2.1. If there is an API root that is, name it with --api-root"
    )
}
