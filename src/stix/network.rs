//! The written forms of network names and addresses (6.4, 6.5, 6.8, 6.9, 6.10, 6.15).

use std::net::{Ipv4Addr, Ipv6Addr};

/// How a domain name departs from the standards that it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DomainFault {
    /// It is no domain name at all.
    Wrong(&'static str),
    /// A name that exists in practice, against the preferred syntax of RFC 1034, section 3.5.
    Unusual(&'static str),
}

/// Judges a domain name by RFC 1034 and its labels by RFC 5890.
pub(crate) fn domain(name: &str) -> Option<DomainFault> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        return Some(DomainFault::Wrong("it is empty"));
    }
    // The limit of RFC 1034 counts a length byte for each label and the root.
    if name.is_ascii() && name.len() > 253 {
        return Some(DomainFault::Wrong("it has more than 255 octets"));
    }
    let mut unusual = None;
    for label in name.split('.') {
        if label.is_empty() {
            return Some(DomainFault::Wrong("a label is empty"));
        }
        if label.is_ascii() && label.len() > 63 {
            return Some(DomainFault::Wrong("a label has more than 63 octets"));
        }
        if label.chars().any(|c| {
            c.is_whitespace() || c.is_control() || (c.is_ascii() && !c.is_ascii_alphanumeric() && !"-_*".contains(c))
        }) {
            return Some(DomainFault::Wrong("a label has a character that no label can have"));
        }
        if label.contains(['_', '*']) || label.starts_with('-') || label.ends_with('-') {
            unusual = Some(DomainFault::Unusual("a label is not of letters, digits and inner hyphens"));
        }
    }
    unusual
}

/// Why the text is no URL as of RFC 3986; none where it is one.
pub(crate) fn url(text: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return Some("it has no scheme");
    };
    let s = scheme.as_bytes();
    if s.is_empty()
        || !s[0].is_ascii_alphabetic()
        || !s.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.'))
    {
        return Some("it has no scheme");
    }
    if rest.is_empty() {
        return Some("nothing follows the scheme");
    }
    if let Some(fault) = characters(rest) {
        return Some(fault);
    }
    let (before_fragment, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    if fragment.contains('#') {
        return Some("it has more than one fragment");
    }
    let (hierarchy, query) = before_fragment.split_once('?').unwrap_or((before_fragment, ""));
    let (authority, path) = match hierarchy.strip_prefix("//") {
        Some(after) => after.split_at(after.find('/').unwrap_or(after.len())),
        None => ("", hierarchy),
    };
    if [path, query, fragment].iter().any(|part| part.contains(['[', ']'])) {
        return Some("brackets are only for an IPv6 address as host");
    }
    authority_fault(authority)
}

fn characters(text: &str) -> Option<&'static str> {
    let b = text.as_bytes();
    for (i, c) in b.iter().enumerate() {
        match c {
            b'%' => {
                let hex = |at: usize| b.get(at).is_some_and(u8::is_ascii_hexdigit);
                if !hex(i + 1) || !hex(i + 2) {
                    return Some("a percent sign is not followed by two hexadecimal digits");
                }
            }
            c if c.is_ascii_alphanumeric() => {}
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@' | b'!' | b'$' | b'&' | b'\''
            | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => {}
            _ => return Some("it has a character that has to be percent-encoded"),
        }
    }
    None
}

fn authority_fault(authority: &str) -> Option<&'static str> {
    let (user, host_and_port) = authority.rsplit_once('@').unwrap_or(("", authority));
    if user.contains(['@', '[', ']']) {
        return Some("its user information has a character that has to be percent-encoded");
    }
    let (host, port) = if let Some(literal) = host_and_port.strip_prefix('[') {
        let Some((address, after)) = literal.split_once(']') else {
            return Some("a bracket is not closed");
        };
        // A future address form begins with v and is not looked into.
        if address.parse::<Ipv6Addr>().is_err() && !address.starts_with(['v', 'V']) {
            return Some("what stands in brackets is no IPv6 address");
        }
        ("", after)
    } else {
        host_and_port.split_at(host_and_port.find(':').unwrap_or(host_and_port.len()))
    };
    if host.contains(['[', ']']) {
        return Some("brackets are only for an IPv6 address as host");
    }
    let digits = port.strip_prefix(':').unwrap_or(port);
    (!digits.bytes().all(|c| c.is_ascii_digit())).then_some("the port is no number")
}

/// Six pairs of lower-case digits between colons (6.10).
pub(crate) fn is_mac(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() == 17
        && b.iter().enumerate().all(|(i, c)| match i % 3 {
            2 => *c == b':',
            _ => matches!(c, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// An IPv4 address, with a prefix length or without.
pub(crate) fn is_ipv4(text: &str) -> bool {
    let (address, prefix) = split_prefix(text);
    address.parse::<Ipv4Addr>().is_ok() && is_prefix(prefix, 32)
}

/// An IPv6 address, with a prefix length or without.
pub(crate) fn is_ipv6(text: &str) -> bool {
    let (address, prefix) = split_prefix(text);
    address.parse::<Ipv6Addr>().is_ok() && is_prefix(prefix, 128)
}

fn split_prefix(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)))
}

fn is_prefix(prefix: Option<&str>, max: u8) -> bool {
    prefix.is_none_or(|p| {
        p.len() <= 3 && p.bytes().all(|c| c.is_ascii_digit()) && p.parse::<u8>().is_ok_and(|n| n <= max)
    })
}

/// Whether an e-mail address comes with a display name, as in `Jane <jane@example.com>`.
pub(crate) fn has_display_name(text: &str) -> bool {
    text.trim_end().ends_with('>') && text.split_once('<').is_some_and(|(name, _)| !name.trim().is_empty())
}

/// The addr-spec of RFC 5322, section 3.4.1, without comments and folding.
pub(crate) fn is_addr_spec(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |c: char| c.is_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let dot_atom = |s: &str| !s.is_empty() && s.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let literal = domain.len() >= 2 && domain.starts_with('[') && domain.ends_with(']');
    (dot_atom(local) || quoted) && (dot_atom(domain) || literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for good in [
            "https://example.com/a?b=c#d",
            "http://[2001:db8::1]:8080/",
            "ftp://u:p@example.com",
            "urn:isbn:1",
            "http://example.com/%20",
            "file:///etc/passwd",
            "mailto:a@example.com",
        ] {
            assert_eq!(url(good), None, "{good}");
        }
        for bad in [
            "example.com",
            "www.example.com/a",
            "http://example.com/a b",
            "http://example.com/%zz",
            "http://exämple.com",
            "http://[::1",
            "://x",
            "http://a/|",
            "http:",
            "http://a:b/",
            "1http://a",
        ] {
            assert!(url(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn domains() {
        for good in ["example.com", "EXAMPLE.com.", "xn--bcher-kva.example", "bücher.example", "a", "1.2.3.4"] {
            assert_eq!(domain(good), None, "{good}");
        }
        for unusual in ["_dmarc.example.com", "*.example.com", "-a.example.com"] {
            assert!(matches!(domain(unusual), Some(DomainFault::Unusual(_))), "{unusual}");
        }
        for bad in ["", ".", "a..b", "http://example.com", "a b.com", "example.com:80", "example[.]com"] {
            assert!(matches!(domain(bad), Some(DomainFault::Wrong(_))), "{bad}");
        }
        assert!(domain(&"a".repeat(64)).is_some());
    }

    #[test]
    fn addresses() {
        assert!(
            is_mac("d2:fb:49:24:37:18")
                && !is_mac("D2:FB:49:24:37:18")
                && !is_mac("d2:fb:49:24:37:1")
                && !is_mac("d2-fb-49-24-37-18")
        );
        assert!(
            is_ipv4("198.51.100.0/24")
                && is_ipv4("1.2.3.4")
                && !is_ipv4("1.2.3.4/33")
                && !is_ipv4("1.2.3")
                && !is_ipv4("1.2.3.4/")
        );
        assert!(is_ipv6("2001:db8::/32") && is_ipv6("::1") && !is_ipv6("::1/129") && !is_ipv6("1.2.3.4"));
        assert!(is_addr_spec("john@example.com") && !is_addr_spec("john") && !is_addr_spec("a b@example.com"));
        assert!(has_display_name("John <john@example.com>") && !has_display_name("john@example.com"));
        assert!(!has_display_name("<john@example.com>") && !has_display_name("<>"));
    }
}
