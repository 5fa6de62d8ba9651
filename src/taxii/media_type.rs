//! Media types as RFC 9110 (section 8.3.1) spells them: any case, order, spacing and quoting.

/// A media type with its parameters, in lower case where case does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    /// `application/taxii+json`.
    pub essence: String,
    /// Parameters in order; names in lower case, values unquoted.
    pub parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Reads one media type; `None` where the grammar is broken.
    pub fn parse(text: &str) -> Option<MediaType> {
        let mut parts = split_outside_quotes(text, ';').into_iter();
        let essence = parts.next()?.trim().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/')?;
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let mut parameters = Vec::new();
        for part in parts {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let (name, value) = part.split_once('=')?;
            if !is_token(name) {
                return None;
            }
            parameters.push((name.to_ascii_lowercase(), unquote(value)?));
        }
        Some(MediaType { essence, parameters })
    }

    /// Value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether this is `application/taxii+json` with the version of TAXII 2.1.
    pub fn is_taxii_21(&self) -> bool {
        self.essence == "application/taxii+json" && self.parameter("version") == Some("2.1")
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// A token as it is; a quoted string without quotes and escapes.
fn unquote(value: &str) -> Option<String> {
    match value.strip_prefix('"') {
        None => is_token(value).then(|| value.to_owned()),
        Some(rest) => {
            let inner = rest.strip_suffix('"')?;
            let mut out = String::new();
            let mut chars = inner.chars();
            while let Some(c) = chars.next() {
                match c {
                    '\\' => out.push(chars.next()?),
                    '"' => return None,
                    c => out.push(c),
                }
            }
            Some(out)
        }
    }
}

/// Splits at `separator`, but not inside a quoted string.
pub(super) fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_rfc_9110_is_the_same() {
        for text in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "Application/TAXII+JSON ; Version=\"2.1\"",
            "application/taxii+json;charset=utf-8;version=2.1",
            "application/taxii+json;version=2.1;",
        ] {
            assert!(MediaType::parse(text).is_some_and(|m| m.is_taxii_21()), "{text}");
        }
        for text in [
            "application/taxii+json",
            "application/json;version=2.1",
            "application/taxii+json;version=2.0",
            "taxii",
            "application/taxii+json;version=\"2.1",
        ] {
            assert!(!MediaType::parse(text).is_some_and(|m| m.is_taxii_21()), "{text}");
        }
    }
}
