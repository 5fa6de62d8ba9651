//! What is hidden, and what is not.

use super::*;

fn redactor(secrets: &[&str], patterns: &[&str]) -> Redactor {
    let mut all = Secrets::default();
    secrets.iter().for_each(|s| all.add(s));
    let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
    Redactor::new(&all, &patterns).expect("patterns are good")
}

#[test]
fn secrets_are_found_in_every_spelling() {
    let r = redactor(&["hunter 2/ü\"\\&"], &[]);
    for text in [
        "hunter 2/ü\"\\&",
        r#"hunter 2/ü\"\\&"#,
        r#"hunter 2\/\u00fc\"\\\u0026"#,
        r#"hunter 2\/\u00FC\"\\\u0026"#,
        "hunter%202%2F%C3%BC%22%5C%26",
        "hunter+2%2f%c3%bc%22%5c%26",
        "%68%75%6e%74%65%72%20%32%2f%c3%bc%22%5c%26",
        "hunter%25202%252F%25C3%25BC%2522%255C%2526",
        "hunter 2/ü&quot;\\&amp;",
        "hunter 2/&#252;&#34;&#x5c;&#38;",
    ] {
        assert_eq!(r.text(&format!("a={text}.")), "a=[redacted].", "{text}");
    }
    assert_eq!(r.text("hunter 2"), "hunter 2");
}

#[test]
fn secrets_are_found_in_base64_at_any_place() {
    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
    let r = redactor(&["correct-horse>>battery??"], &[]);
    for before in ["", "u", "us", "user:", "admin:"] {
        for after in ["", "!", "!!"] {
            let text = format!("{before}correct-horse>>battery??{after}");
            for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE.encode(&text)] {
                let out = r.text(&format!("Basic {encoded}"));
                assert!(out.contains(REDACTED) && out.len() < 30, "{text}: {out}");
            }
        }
    }
}

#[test]
fn credentials_in_urls_go() {
    let r = redactor(&[], &[]);
    for (text, clean) in [
        ("https://user:pw@e.org/a", "https://[redacted]@e.org/a"),
        (r"https:\/\/user:pw@e.org\/a", r"https:\/\/[redacted]@e.org\/a"),
        ("https://e.org/?access_token=abc&limit=1", "https://e.org/?access_token=[redacted]&limit=1"),
        ("/x?limit=1&Api-Key=abc#f", "/x?limit=1&Api-Key=[redacted]#f"),
        (r#"{"u":"/x?a=1\u0026sig=abc"}"#, r#"{"u":"/x?a=1\u0026sig=[redacted]"}"#),
        ("<a href='/x?a=1&amp;token=abc'>", "<a href='/x?a=1&amp;token=[redacted]'>"),
        ("next=https%3A%2F%2Fe.org%3Ftoken%3Dabc&x=1", "next=https%3A%2F%2Fe.org%3Ftoken%3D[redacted]&x=1"),
    ] {
        assert_eq!(r.text(text), clean);
    }
    for plain in ["https://e.org/a@b", "mail a@e.org", "?match[type]=a&next=key", "monkey=1", "https://e.org/?next=a"] {
        assert_eq!(r.text(plain), plain);
    }
}

#[test]
fn what_the_user_names_goes() {
    let r = redactor(&[], &["[a-z]+@corp\\.example", "(?i)tenant-\\d+"]);
    assert_eq!(r.text("mail bob@corp.example of Tenant-42"), "mail [redacted] of [redacted]");
    assert!(Redactor::new(&Secrets::default(), &["(".into()]).expect_err("no pattern").contains("\"(\""));
}

#[test]
fn headers_that_carry_credentials_go_whole() {
    let mut secrets = Secrets::default();
    secrets.header("X-Own");
    let r = Redactor::new(&secrets, &[]).expect("built");
    let mut headers: Vec<(String, String)> =
        ["Set-Cookie", "x-own", "content-type"].map(|n| (n.to_owned(), "v".to_owned())).to_vec();
    r.headers(&mut headers);
    assert_eq!(headers.iter().filter(|(_, v)| v == REDACTED).count(), 2);
}

#[test]
fn long_secrets_go_to_their_end() {
    let long = "abcdefghij".repeat(400);
    let r = redactor(&[&long], &[]);
    assert_eq!(r.text(&format!("\"{long}\", rest")), "\"[redacted]\", rest");
}

#[test]
fn bytes_that_are_no_text_are_searched_too() {
    let r = redactor(&["hunter22"], &[]);
    let mut body = Body::new(&b"\xff hunter22 \xfe"[..], false);
    r.body(&mut body);
    assert_eq!(&body.bytes[..], b"\xff [redacted] \xfe");
}

#[test]
fn the_beginning_of_a_secret_that_was_cut() {
    let secret = "pa\"ss\\w\u{f6}rd-four";
    let redactor = redactor(&[secret], &[]);
    let said = serde_json::json!({ "title": format!("Basic {secret}") }).to_string();
    for end in (0..said.chars().count()).rev() {
        let text: String = said.chars().take(end).chain(['\u{2026}']).collect();
        let left = redactor.text(&text);
        assert!(!left.contains("pa\\\"ss") && left.ends_with('\u{2026}'), "{text} -> {left}");
    }
    assert_eq!(redactor.text("a passage\u{2026}"), "a passage\u{2026}");
}

/// One character as a text may hold it.
fn spelt(c: char, way: usize) -> String {
    let bytes = c.to_string().into_bytes();
    match way {
        0 => bytes.iter().map(|b| format!("%{b:02X}")).collect(),
        1 => bytes.iter().map(|b| format!("%25{b:02x}")).collect(),
        2 => format!("&#{};", u32::from(c)),
        3 => format!("&#x{:X};", u32::from(c)),
        4 => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        5 => format!("\\{c}"),
        6 if c == ' ' => "+".into(),
        6 if c == '/' => "~1".into(),
        6 if c == '~' => "~0".into(),
        _ => c.to_string(),
    }
}

proptest::proptest! {
    // every secret is a regex to compile
    #![proptest_config(proptest::test_runner::Config::with_cases(48))]
    #[test]
    fn what_is_searched_for_first_misses_nothing(
        secret in "[ -~ü]{4,9}",
        ways in proptest::collection::vec(0..40_usize, 100),
        base64 in proptest::bool::ANY,
    ) {
        use base64::Engine;
        let text = if base64 { base64::prelude::BASE64_STANDARD.encode(format!("u:{secret}")) } else { secret.clone() };
        let text: String = text.chars().zip(ways).map(|(c, way)| spelt(c, way)).collect();
        let regex = Regex::new(&spellings(&secret)).expect("the pattern is good");
        let slow = Rule::new(regex.clone(), [""; 0], REDACTED).applied(text.as_bytes());
        let fast = Rule::new(regex, signs(&secret), REDACTED).applied(text.as_bytes());
        proptest::prop_assert!(base64 || slow.is_some());
        proptest::prop_assert_eq!(slow, fast);
    }
}
