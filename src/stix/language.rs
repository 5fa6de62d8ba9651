//! Language tags: the grammar of RFC 5646, section 2.1, and that the registry has the language.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The languages of the IANA language subtag registry, one a line.
static LANGUAGES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../schemas/stix/facts/languages.txt").lines().collect());

/// Tags that RFC 5646 keeps although its grammar does not give them.
const IRREGULAR: [&str; 18] = [
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
    // The grammar gives it, with two extended languages.
    "zh-min-nan",
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
    let private = subtags[0].len() == 3 && ("qaa"..="qtz").contains(&subtags[0]);
    if !private && !LANGUAGES.contains(subtags[0]) {
        return Some("no such language is registered");
    }
    let mut rest = &subtags[1..];
    // The grammar has room for three extended languages; section 2.2.2 keeps all but the first for ever.
    if let [first, more @ ..] = rest
        && first.len() == 3
        && alpha(first)
    {
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
    let mut variants: Vec<&str> = Vec::new();
    while let [variant, more @ ..] = rest {
        if !(variant.len() >= 5 || (variant.len() == 4 && variant.as_bytes()[0].is_ascii_digit())) {
            break;
        }
        // Section 2.2.5.
        if variants.contains(variant) {
            return Some("a variant is given twice");
        }
        variants.push(variant);
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
        if !matches!(*singleton, "t" | "u" | "x") {
            return Some("no extension of this letter is registered");
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
            "i-klingon",
            "zh-min-nan",
            "de-u-co-phonebk",
            "en-t-jp-x-a",
            "fil",
            "qaa",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            "e",
            "en_US",
            "english",
            "foo",
            "zz",
            "de-",
            "-de",
            "x",
            "en-u",
            "en-a-bbb",
            "en-u-co-a-u-bb",
            "1234",
            "de-419-DE",
            "tooooolong",
            "de-1996-1996",
            "sl-rozaj-Rozaj",
            "zh-cmn-cmn",
            "français",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
