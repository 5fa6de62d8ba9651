//! Language tags: the grammar of RFC 5646, section 2.1, and that the primary language can exist.

/// Tags that RFC 5646 keeps although its grammar does not give them.
const IRREGULAR: [&str; 17] = [
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
];

/// Why the text is no language tag; none where it is one.
pub(crate) fn fault(tag: &str) -> Option<&'static str> {
    if tag == "en" {
        return None;
    }
    let lower = tag.to_ascii_lowercase();
    if !lower.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-') {
        return Some("it has other characters than letters, digits and hyphens");
    }
    if IRREGULAR.contains(&lower.as_str()) {
        return None;
    }
    let subtags: Vec<&str> = lower.split('-').collect();
    if subtags.iter().any(|s| s.is_empty() || s.len() > 8) {
        return Some("a subtag has 1 to 8 characters");
    }
    let alpha = |s: &str| s.bytes().all(|c| c.is_ascii_alphabetic());
    if subtags[0] == "x" {
        return (subtags.len() < 2).then_some("a private use tag needs a subtag");
    }
    if !alpha(subtags[0]) || subtags[0].len() < 2 {
        return Some("it begins with no language");
    }
    if subtags[0].len() > 3 {
        return Some("no language subtag of more than 3 letters is registered");
    }
    let mut rest = &subtags[1..];
    let mut extended = 0;
    while let [first, more @ ..] = rest {
        if extended == 3 || first.len() != 3 || !alpha(first) {
            break;
        }
        extended += 1;
        rest = more;
    }
    if let [script, more @ ..] = rest
        && script.len() == 4
        && alpha(script)
    {
        rest = more;
    }
    if let [region, more @ ..] = rest
        && ((region.len() == 2 && alpha(region)) || (region.len() == 3 && region.bytes().all(|c| c.is_ascii_digit())))
    {
        rest = more;
    }
    while let [variant, more @ ..] = rest {
        if !(variant.len() >= 5 || (variant.len() == 4 && variant.as_bytes()[0].is_ascii_digit())) {
            break;
        }
        rest = more;
    }
    extensions(rest)
}

/// What is left after the variants: extensions, each a letter or digit with subtags, and private use.
fn extensions(mut rest: &[&str]) -> Option<&'static str> {
    let mut seen: Vec<&str> = Vec::new();
    while let [singleton, more @ ..] = rest {
        if singleton.len() != 1 {
            return Some("a subtag stands where its length does not allow it");
        }
        if *singleton == "x" {
            return more.is_empty().then_some("private use needs a subtag");
        }
        if seen.contains(singleton) {
            return Some("an extension is given twice");
        }
        seen.push(singleton);
        let length = more.iter().take_while(|s| s.len() >= 2).count();
        if length == 0 {
            return Some("an extension needs a subtag");
        }
        rest = &more[length..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn tags() {
        for good in [
            "en",
            "de-CH",
            "zh-Hant-TW",
            "sl-rozaj-biske-1994",
            "es-419",
            "zh-cmn-Hans-CN",
            "x-whatever",
            "en-a-bbb-x-a",
            "i-klingon",
            "ar-a-aaa-b-bbb",
            "fil",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            "e",
            "en_US",
            "english",
            "de-",
            "-de",
            "x",
            "en-a",
            "en-a-bb-a-cc",
            "1234",
            "de-419-DE",
            "tooooolong",
            "français",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
