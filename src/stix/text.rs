//! Other written forms: CPE names, media types, codes of countries, names of character sets, words in lower case.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Why the text is no CPE 2.3 name in its formatted string binding; none where it is one.
pub(crate) fn cpe(text: &str) -> Option<&'static str> {
    let Some(rest) = text.strip_prefix("cpe:2.3:") else {
        return Some("it does not begin with cpe:2.3:");
    };
    if !rest.is_ascii() || rest.contains(' ') {
        return Some("it has characters that a CPE name cannot have");
    }
    let mut parts = 1;
    let mut escaped = false;
    let mut empty = true;
    for c in rest.chars() {
        if c == ':' && !escaped {
            if empty {
                return Some("a component is empty");
            }
            parts += 1;
            empty = true;
        } else {
            empty = false;
        }
        escaped = c == '\\' && !escaped;
    }
    if parts != 11 {
        return Some("it has not 11 components");
    }
    if empty {
        return Some("a component is empty");
    }
    (!matches!(rest.split(':').next(), Some("a" | "o" | "h" | "*" | "-")))
        .then_some("its part is none of a, o, h, * and -")
}

/// A type and a subtype as RFC 6838 restricts them, without parameters.
pub(crate) fn is_media_type(text: &str) -> bool {
    let name = |s: &str| {
        !s.is_empty()
            && s.len() <= 127
            && s.as_bytes()[0].is_ascii_alphanumeric()
            && s.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c))
    };
    text.split_once('/').is_some_and(|(kind, sub)| name(kind) && name(sub))
}

/// All lower case, words joined by hyphens rather than spaces or underscores.
pub(crate) fn hyphenated_lower_case(text: &str) -> (bool, bool) {
    (!text.chars().any(char::is_uppercase), !text.contains([' ', '_']))
}

/// The assigned codes of ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA \
    GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY \
    MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH \
    SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS YE YT ZA ZM ZW";

/// A country code of ISO 3166-1 alpha-2, in either case: the examples of 4.10 have it in lower case.
pub(crate) fn is_country(text: &str) -> bool {
    text.len() == 2 && COUNTRIES.split_ascii_whitespace().any(|c| c.eq_ignore_ascii_case(text))
}

/// A country and its subdivision, as ISO 3166-2 writes them.
pub(crate) fn is_subdivision(text: &str) -> bool {
    text.split_once('-').is_some_and(|(country, part)| {
        is_country(country)
            && (1..=3).contains(&part.len())
            && part.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    })
}

/// A service name as RFC 6335 restricts it; protocols such as ipv4 fit too.
pub(crate) fn is_service_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 30
        && !text.starts_with('-')
        && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-._+/".contains(&c))
}

/// `CA:TRUE` or `CA:FALSE` first, `pathlen` after the former only.
pub(crate) fn is_basic_constraints(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let plain = plain.strip_prefix("CRITICAL,").unwrap_or(&plain);
    let rest = plain.strip_prefix("CA:").or_else(|| plain.strip_prefix("CA="));
    let length =
        |s: &str| s.strip_prefix(",PATHLEN").is_some_and(|n| n.len() > 1 && n[1..].bytes().all(|c| c.is_ascii_digit()));
    match rest {
        Some("FALSE" | "TRUE") => true,
        Some(other) => other.strip_prefix("TRUE").is_some_and(length),
        None => false,
    }
}

/// Hives that are written in short form, against 6.17.1.
pub(crate) fn short_hive(key: &str) -> Option<&'static str> {
    let hive = key.split('\\').next().unwrap_or("").trim_end_matches(':').to_ascii_uppercase();
    Some(match hive.as_str() {
        "HKLM" => "HKEY_LOCAL_MACHINE",
        "HKCU" => "HKEY_CURRENT_USER",
        "HKCR" => "HKEY_CLASSES_ROOT",
        "HKU" => "HKEY_USERS",
        "HKCC" => "HKEY_CURRENT_CONFIG",
        "HKPD" => "HKEY_PERFORMANCE_DATA",
        "HKDD" => "HKEY_DYN_DATA",
        _ => return None,
    })
}

/// What is known about a name of a character set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// The name that has to be used.
    Preferred,
    /// An alias of the registry; the name that has to be used instead.
    Alias(&'static str),
    /// No name of the registry.
    Unknown,
}

/// The IANA registry of character sets: name, preferred MIME name, aliases.
const CHARSETS: &str = include_str!("../../schemas/stix/facts/charsets.tsv");

/// All names in lower case, with what has to be used instead, if anything.
static BY_NAME: LazyLock<HashMap<String, Charset>> = LazyLock::new(|| {
    let mut out = HashMap::new();
    for line in CHARSETS.lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(name), Some(mime)) = (cells.next(), cells.next()) else {
            continue;
        };
        let preferred = if mime.is_empty() { name } else { mime };
        for alias in cells.next().unwrap_or("").split_ascii_whitespace().chain([name]) {
            out.entry(alias.to_ascii_lowercase()).or_insert(Charset::Alias(preferred));
        }
    }
    for line in CHARSETS.lines().skip(1) {
        let mut cells = line.split('\t');
        if let (Some(name), Some(mime)) = (cells.next(), cells.next()) {
            let preferred = if mime.is_empty() { name } else { mime };
            out.insert(preferred.to_ascii_lowercase(), Charset::Preferred);
        }
    }
    out
});

/// Looks a name up in the IANA registry, where names compare without case.
pub(crate) fn charset(name: &str) -> Charset {
    BY_NAME.get(&name.to_ascii_lowercase()).copied().unwrap_or(Charset::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(cpe("cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*"), None);
        assert_eq!(cpe("cpe:2.3:a:7-zip:7-zip:9.20:*:*:*:*:x\\:y:*:*"), None);
        assert!(
            cpe("cpe:/a:microsoft:word:2000").is_some()
                && cpe("cpe:2.3:a:b").is_some()
                && cpe("cpe:2.3:x:a:b:c:*:*:*:*:*:*:*").is_some()
        );
        assert!(is_media_type("application/vnd.ms-excel") && !is_media_type("pdf") && !is_media_type("text/"));
        assert!(
            is_country("CH")
                && is_country("th")
                && !is_country("UK")
                && is_subdivision("US-CA")
                && !is_subdivision("California")
        );
        assert!(
            is_basic_constraints("critical, CA:TRUE, pathlen:0")
                && is_basic_constraints("CA:FALSE")
                && !is_basic_constraints("pathlen:0")
        );
        assert_eq!(short_hive("hklm\\system"), Some("HKEY_LOCAL_MACHINE"));
        assert_eq!(short_hive("HKEY_LOCAL_MACHINE\\system"), None);
        assert_eq!(charset("Windows-1252"), Charset::Preferred);
        assert_eq!(charset("latin1"), Charset::Alias("ISO-8859-1"));
        assert_eq!(charset("cp 1"), Charset::Unknown);
        assert_eq!(charset(""), Charset::Unknown);
    }
}
