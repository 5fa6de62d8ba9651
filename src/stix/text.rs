//! Other written forms: CPE names, media types, codes of countries, names of character sets, words in lower case.

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
            && s.bytes()
                .all(|c| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c))
    };
    text.split_once('/')
        .is_some_and(|(kind, sub)| name(kind) && name(sub))
}

/// All lower case, words joined by hyphens rather than spaces or underscores.
pub(crate) fn hyphenated_lower_case(text: &str) -> (bool, bool) {
    (
        !text.chars().any(char::is_uppercase),
        !text.contains([' ', '_']),
    )
}

/// The assigned codes of ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA \
    GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY \
    MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH \
    SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS YE YT ZA ZM ZW";

/// A country code of ISO 3166-1 alpha-2, in upper case.
pub(crate) fn is_country(text: &str) -> bool {
    text.len() == 2 && COUNTRIES.split_ascii_whitespace().any(|c| c == text)
}

/// A country and its subdivision, as ISO 3166-2 writes them.
pub(crate) fn is_subdivision(text: &str) -> bool {
    text.split_once('-').is_some_and(|(country, part)| {
        is_country(country)
            && (1..=3).contains(&part.len())
            && part
                .bytes()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    })
}

/// A service name as RFC 6335 restricts it; protocols such as ipv4 fit too.
pub(crate) fn is_service_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 30
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-._+/".contains(&c))
}

/// `CA:TRUE` or `CA:FALSE` first, `pathlen` after the former only.
pub(crate) fn is_basic_constraints(text: &str) -> bool {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_uppercase();
    let plain = plain.strip_prefix("CRITICAL,").unwrap_or(&plain);
    let rest = plain
        .strip_prefix("CA:")
        .or_else(|| plain.strip_prefix("CA="));
    let length = |s: &str| {
        s.strip_prefix(",PATHLEN")
            .is_some_and(|n| n.len() > 1 && n[1..].bytes().all(|c| c.is_ascii_digit()))
    };
    match rest {
        Some("FALSE" | "TRUE") => true,
        Some(other) => other.strip_prefix("TRUE").is_some_and(length),
        None => false,
    }
}

/// Hives that are written in short form, against 6.17.1.
pub(crate) fn short_hive(key: &str) -> Option<&'static str> {
    let hive = key
        .split('\\')
        .next()
        .unwrap_or("")
        .trim_end_matches(':')
        .to_ascii_uppercase();
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
    /// A name that can stand in the registry, but is not among those known here.
    Unknown,
    /// Nothing that the registry could hold.
    Impossible,
}

/// Preferred MIME names of the IANA registry, or names where it gives no preferred one. Names compare without case.
const CHARSETS: &str = "US-ASCII ISO-8859-1 ISO-8859-2 ISO-8859-3 ISO-8859-4 ISO-8859-5 ISO-8859-6 ISO-8859-7 ISO-8859-8 ISO-8859-9 \
    ISO-8859-10 ISO-8859-13 ISO-8859-14 ISO-8859-15 ISO-8859-16 ISO-8859-6-E ISO-8859-6-I ISO-8859-8-E ISO-8859-8-I Shift_JIS \
    EUC-JP EUC-KR ISO-2022-KR ISO-2022-JP ISO-2022-JP-2 ISO-2022-CN ISO-2022-CN-EXT UTF-8 UTF-7 UTF-16 UTF-16BE UTF-16LE UTF-32 \
    UTF-32BE UTF-32LE CESU-8 SCSU BOCU-1 GBK GB18030 GB2312 HZ-GB-2312 Big5 Big5-HKSCS KOI8-R KOI8-U TIS-620 VISCII VIQR \
    macintosh hp-roman8 TSCII Amiga-1251 KOI7-switched PTCP154 \
    windows-874 windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 \
    IBM037 IBM273 IBM277 IBM278 IBM280 IBM284 IBM285 IBM297 IBM437 IBM500 IBM775 IBM850 IBM852 IBM855 IBM857 IBM860 IBM861 IBM862 \
    IBM863 IBM864 IBM865 IBM866 IBM868 IBM869 IBM870 IBM871 IBM918 IBM1026 IBM1047 IBM00858 IBM01140 Windows-31J KS_C_5601-1987";

/// Aliases that are often written instead.
const ALIASES: [(&str, &str); 24] = [
    ("latin1", "ISO-8859-1"),
    ("l1", "ISO-8859-1"),
    ("iso8859-1", "ISO-8859-1"),
    ("iso_8859-1", "ISO-8859-1"),
    ("latin2", "ISO-8859-2"),
    ("iso_8859-2", "ISO-8859-2"),
    ("latin-9", "ISO-8859-15"),
    ("iso_8859-15", "ISO-8859-15"),
    ("ascii", "US-ASCII"),
    ("us", "US-ASCII"),
    ("iso646-us", "US-ASCII"),
    ("ansi_x3.4-1968", "US-ASCII"),
    ("cp367", "US-ASCII"),
    ("csutf8", "UTF-8"),
    ("ms_kanji", "Shift_JIS"),
    ("csshiftjis", "Shift_JIS"),
    ("cp437", "IBM437"),
    ("437", "IBM437"),
    ("cp850", "IBM850"),
    ("cp866", "IBM866"),
    ("cp1252", "windows-1252"),
    ("cswindows1252", "windows-1252"),
    ("cyrillic", "ISO-8859-5"),
    ("greek", "ISO-8859-7"),
];

/// Looks a name up among the character sets of the IANA registry.
pub(crate) fn charset(name: &str) -> Charset {
    if CHARSETS
        .split_ascii_whitespace()
        .any(|c| c.eq_ignore_ascii_case(name))
    {
        return Charset::Preferred;
    }
    if let Some((_, preferred)) = ALIASES
        .iter()
        .find(|(alias, _)| alias.eq_ignore_ascii_case(name))
    {
        return Charset::Alias(preferred);
    }
    // RFC 2978 names: printable ASCII without space.
    if name.is_empty() || name.len() > 60 || !name.bytes().all(|c| c.is_ascii_graphic()) {
        return Charset::Impossible;
    }
    Charset::Unknown
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
        assert!(
            is_media_type("application/vnd.ms-excel")
                && !is_media_type("pdf")
                && !is_media_type("text/")
        );
        assert!(
            is_country("CH")
                && !is_country("ch")
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
        assert_eq!(charset("cp 1"), Charset::Impossible);
    }
}
