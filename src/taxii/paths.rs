//! URLs of the endpoints (sections 4 and 5).

use url::Url;

/// The URL of the discovery endpoint of an origin (section 8.2.1).
pub fn discovery(any: &Url) -> Url {
    let mut url = any.clone();
    url.set_path("/taxii2/");
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Adds path segments to a URL that ends in a slash, percent-encoding each, and a final slash (section 3.1).
pub fn under(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty();
        for segment in segments {
            path.push(segment);
        }
        path.push("");
    }
    url
}

/// `text` as a URL with a final slash; relative texts are resolved against `base`.
pub fn resolve_root(base: &Url, text: &str) -> Option<Url> {
    let mut url = base.join(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Some(url)
}

/// Whether both are of one origin: scheme, host and port.
pub fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && a.host_str() == b.host_str() && a.port_or_known_default() == b.port_or_known_default()
}

/// A query string of these parameters, percent-encoded as RFC 3986 wants it (a space is `%20`), but for
/// the brackets of match fields where `plain_brackets` says so.
pub fn query(parameters: &[(String, String)], plain_brackets: bool) -> String {
    let encode = |s: &str| -> String {
        s.bytes()
            .map(|b| match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => (b as char).to_string(),
                b'[' | b']' if plain_brackets => (b as char).to_string(),
                b => format!("%{b:02X}"),
            })
            .collect()
    };
    parameters.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_end_in_a_slash() {
        let root = Url::parse("https://example.com/api1/").expect("url");
        assert_eq!(under(&root, &["collections", "a b"]).as_str(), "https://example.com/api1/collections/a%20b/");
        assert_eq!(discovery(&root).as_str(), "https://example.com/taxii2/");
        assert_eq!(resolve_root(&root, "/x").map(|u| u.to_string()).as_deref(), Some("https://example.com/x/"));
        let parameters = [("match[type]".into(), "a,b c".into())];
        assert_eq!(query(&parameters, false), "match%5Btype%5D=a%2Cb%20c");
        assert_eq!(query(&parameters, true), "match[type]=a%2Cb%20c");
    }
}
