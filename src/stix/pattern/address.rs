//! IP addresses and CIDR blocks, as the `value` of `ipv4-addr` and `ipv6-addr` has them (6.8 and 6.9).

use std::net::{Ipv4Addr, Ipv6Addr};

/// Which addresses a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}

/// The family of an address or CIDR block; none where `text` is neither. Bits after the prefix may be set.
pub(super) fn family(text: &str) -> Option<Family> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let (family, longest) = if address.parse::<Ipv4Addr>().is_ok() {
        (Family::V4, 32)
    } else if address.parse::<Ipv6Addr>().is_ok() {
        (Family::V6, 128)
    } else {
        return None;
    };
    let Some(prefix) = prefix else {
        return Some(family);
    };
    // `u8` would also read a plus sign.
    let plain = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
    let fits = prefix.parse::<u8>().is_ok_and(|length| length <= longest);
    (plain && fits && (prefix.len() == 1 || !prefix.starts_with('0'))).then_some(family)
}

#[cfg(test)]
mod tests {
    use super::Family::{V4, V6};
    use super::family;

    #[test]
    fn addresses_and_blocks() {
        for (text, expected) in [
            ("198.51.100.0/24", Some(V4)),
            ("198.51.100.7", Some(V4)),
            ("0.0.0.0/0", Some(V4)),
            ("2001:db8::/32", Some(V6)),
            ("::ffff:198.51.100.7/128", Some(V6)),
            ("198.51.100.0/33", None),
            ("198.51.100.0/", None),
            ("198.51.100.0/+8", None),
            ("198.51.100.0/08", None),
            ("198.51.100/24", None),
            ("198.51.100.256", None),
            ("2001:db8::/129", None),
            ("2001:db8::1%eth0", None),
            ("example.com", None),
            ("", None),
        ] {
            assert_eq!(family(text), expected, "{text}");
        }
    }
}
