//! Content negotiation: Accept and Content-Type (sections 1.6.8 and 3.1; RFC 9110, sections 8.3 and 12.5.1).

use super::http::Request;
use super::route::Endpoint;

/// A media type or media range, names and the parameters' names in lower case.
struct Media {
    kind: String,
    parameters: Vec<(String, String)>,
}

impl Media {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = split_outside_quotes(text, ';').into_iter();
        let kind = parts.next()?.trim().to_ascii_lowercase();
        let (main, sub) = kind.split_once('/')?;
        if main.is_empty() || sub.is_empty() {
            return None;
        }
        let parameters = parts
            .filter_map(|part| {
                let (name, value) = part.split_once('=')?;
                Some((name.trim().to_ascii_lowercase(), unquote(value.trim())))
            })
            .collect();
        Some(Self { kind, parameters })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A `q` that is no number counts as 1.
    fn quality(&self) -> f32 {
        self.parameter("q").and_then(|value| value.parse().ok()).unwrap_or(1.0)
    }
}

/// Whether the Accept header admits the answer of an endpoint. The most specific range that matches decides, so that
/// `q=0` shuts out what a wildcard would admit. No header admits everything.
pub fn accepts(endpoint: Endpoint, request: &Request) -> bool {
    let Some(header) = request.header(&http::header::ACCEPT).filter(|value| !value.trim().is_empty()) else {
        return true;
    };
    let ranges: Vec<Media> =
        split_outside_quotes(&header, ',').into_iter().filter_map(|range| Media::parse(&range)).collect();
    admitted(&ranges, "application/taxii+json")
        || (endpoint == Endpoint::Manifest && admitted(&ranges, "application/stix+json"))
}

fn admitted(ranges: &[Media], wanted: &str) -> bool {
    let specificity = |range: &Media| match (range.kind.as_str(), range.parameter("version")) {
        ("*/*", _) => Some(0),
        ("application/*", _) => Some(1),
        (kind, None) if kind == wanted => Some(2),
        (kind, Some("2.1")) if kind == wanted => Some(3),
        _ => None,
    };
    let best = ranges.iter().filter_map(|range| Some((specificity(range)?, range.quality()))).max_by(|a, b| {
        // Among equals the higher quality: a range said twice was meant at least once.
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    best.is_some_and(|(_, quality)| quality > 0.0)
}

/// Whether the Content-Type of a POST is TAXII 2.1, in any spelling and with any further parameter.
pub fn takes(request: &Request) -> bool {
    let media = request.header(&http::header::CONTENT_TYPE).and_then(|value| Media::parse(&value));
    media.is_some_and(|media| {
        media.kind == "application/taxii+json" && media.parameter("version").is_none_or(|version| version == "2.1")
    })
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in text.chars() {
        if character == separator && !quoted {
            parts.push(String::new());
            continue;
        }
        quoted ^= character == '"' && !escaped;
        escaped = quoted && character == '\\' && !escaped;
        if let Some(last) = parts.last_mut() {
            last.push(character);
        }
    }
    parts
}

fn unquote(text: &str) -> String {
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => {
            let mut plain = String::new();
            let mut characters = inner.chars();
            while let Some(character) = characters.next() {
                plain.extend(if character == '\\' { characters.next() } else { Some(character) });
            }
            plain
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> Request {
        Request::new(http::Method::GET, "/").with(name, value)
    }

    #[test]
    fn accepts_every_spelling() {
        for accept in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "application/taxii+json ; version=\"2.1\"",
            "application/taxii+json",
            "Application/TAXII+JSON;Version=2.1",
            "*/*",
            "application/*;q=0.1",
            "text/html, application/taxii+json;version=2.1;q=0.5",
            "application/taxii+json;version=2.0, application/taxii+json;version=2.1",
            "application/taxii+json;version=\"2\\.1\"",
            "*/*;q=0, application/taxii+json",
            "",
        ] {
            assert!(accepts(Endpoint::Objects, &with("accept", accept)), "{accept}");
        }
        assert!(accepts(Endpoint::Objects, &Request::new(http::Method::GET, "/")));
        assert!(accepts(Endpoint::Manifest, &with("accept", "application/stix+json;version=2.1")));
    }

    #[test]
    fn refuses_what_does_not_match() {
        for accept in [
            "text/html",
            "application/json",
            "application/taxii+json;version=9.9",
            "application/taxii+json;version=2.1;q=0",
            "application/taxii+json;q=0, */*",
            "application/stix+json;version=2.1",
            "garbage",
        ] {
            assert!(!accepts(Endpoint::Objects, &with("accept", accept)), "{accept}");
        }
        assert!(!accepts(Endpoint::Manifest, &with("accept", "application/stix+json;version=2.0")));
    }

    #[test]
    fn takes_taxii_in_every_spelling_alone() {
        for kind in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=\"2.1\"; charset=utf-8",
            "APPLICATION/taxii+json",
        ] {
            assert!(takes(&with("content-type", kind)), "{kind}");
        }
        for kind in ["application/json", "application/taxii+json;version=2.0", "text/plain", ""] {
            assert!(!takes(&with("content-type", kind)), "{kind}");
        }
        assert!(!takes(&Request::new(http::Method::GET, "/")));
    }
}
