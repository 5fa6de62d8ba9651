//! Patterns: labelled vectors, properties that hold for all trees and texts, and hostile input.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use taxii_conformance::stix::pattern::{
    At, Comparison, Comparisons, Constant, Error, Level, Located, MAX_DEPTH, MAX_INTEGER, Number, ObjectPath,
    Observations, Operator, Pattern, Qualifier, Step, Test, Timestamp, check, parse,
};
use taxii_conformance::stix::{Coverage, Rule, rules};

/// The lines of a data file that hold a vector, with their numbers.
fn vectors(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

/// Splits `offset TAB text TAB pattern`.
fn fields(line: &str) -> (usize, &str, &str) {
    let mut parts = line.splitn(3, '\t');
    let mut next = || parts.next().expect("three fields with tabs between them");
    let offset = next().parse().expect("an offset first");
    (offset, next(), next())
}

#[test]
fn valid_patterns_are_valid_and_survive_printing() {
    let mut count = 0;
    for (number, text) in vectors(include_str!("pattern/valid.txt")) {
        let pattern = parse(text).unwrap_or_else(|error| panic!("line {number}: {text}\n{error:?}"));
        let broken: Vec<_> = check(&pattern).into_iter().filter(|f| f.level == Level::Must).collect();
        assert!(broken.is_empty(), "line {number}: {text}\n{broken:?}");
        let printed = pattern.to_string();
        let again = parse(&printed).unwrap_or_else(|error| panic!("line {number}: {printed}\n{error:?}"));
        assert_eq!(again, pattern, "line {number}: {printed}");
        assert_eq!(again.to_string(), printed, "line {number}");
        count += 1;
    }
    assert!(count > 200, "{count} vectors");
}

#[test]
fn invalid_patterns_are_rejected_where_and_why_expected() {
    let mut count = 0;
    for (number, line) in vectors(include_str!("pattern/invalid.txt")) {
        let (offset, fragment, text) = fields(line);
        let (found, message) = match parse(text) {
            Err(Error { offset, message, .. }) => (offset, message),
            Ok(pattern) => {
                let mut findings = check(&pattern).into_iter();
                let first = findings.find(|finding| finding.level == Level::Must);
                let first = first.unwrap_or_else(|| panic!("line {number} is valid: {text}"));
                (first.offset, first.message)
            }
        };
        assert!(message.contains(fragment), "line {number}: {text}\n{message}");
        assert_eq!(found, offset, "line {number}: {text}\n{message}");
        count += 1;
    }
    assert!(count > 250, "{count} vectors");
}

#[test]
fn advice_is_given_where_expected() {
    for (number, line) in vectors(include_str!("pattern/advice.txt")) {
        let (offset, code, text) = fields(line);
        let pattern = parse(text).unwrap_or_else(|error| panic!("line {number}: {text}\n{error:?}"));
        let findings = check(&pattern);
        let [finding] = findings.as_slice() else { panic!("line {number}: {text}\n{findings:?}") };
        assert_eq!((finding.level, finding.code, finding.offset), (Level::Should, code, offset), "line {number}");
    }
}

/// Every requirement of section 9: how it is enforced, with a pattern that keeps it and one that does not.
#[test]
fn every_requirement_of_section_9_is_covered() {
    let (mut ids, mut proven) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for (number, line) in vectors(include_str!("pattern/coverage.tsv")) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, how, valid, invalid] = columns[..] else { panic!("line {number} has not four columns") };
        assert!(ids.insert(id), "line {number}: {id} again");
        if how.starts_with("not on content: ") {
            assert_eq!((valid, invalid), ("-", "-"), "line {number}");
            continue;
        }
        proven.insert(id);
        let findings = check(&parse(valid).unwrap_or_else(|error| panic!("line {number}: {error:?}")));
        assert!(findings.iter().all(|finding| finding.code != how), "line {number}: {findings:?}");
        assert!(findings.iter().all(|finding| finding.level == Level::Should), "line {number}: {findings:?}");
        match (how, parse(invalid)) {
            ("grammar", Err(_)) => {}
            (code, Ok(pattern)) => {
                let findings = check(&pattern);
                assert!(findings.iter().any(|finding| finding.code == code), "line {number}: {findings:?}");
            }
            (_, Err(error)) => panic!("line {number}: {error:?}"),
        }
    }
    // The register says of each row what is so: proven by a pair, or why not. Two are proven on whole indicators.
    for rule in rules().iter().filter(|rule| rule.section.starts_with("9.")) {
        let proven = proven.contains(rule.id);
        match rule.coverage {
            Coverage::Pattern => assert!(proven, "{} has no pair of patterns", rule.id),
            Coverage::Judged => {}
            other => assert!(!proven, "{} has a pair of patterns, and is called {other:?}", rule.id),
        }
    }
    let elsewhere = |rule: &&Rule| rule.coverage == Coverage::Pattern && !rule.section.starts_with("9.");
    assert!(rules().iter().find(elsewhere).is_none());
    let sections = ["9.2", "9.4", "9.5", "9.6", "9.7"]
        .map(|section| ids.iter().filter(|id| id.starts_with(&format!("S21-{section}-"))).count());
    assert_eq!(sections, [9, 4, 27, 37, 11]);
}

#[test]
fn whitespace_is_whatever_unicode_calls_so() {
    let spaces = "\u{9}\u{a}\u{b}\u{c}\u{d} \u{85}\u{a0}\u{1680}\u{2000}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";
    let text = "_[_file:size_=_1_AND_(_file:size_NOT_IN_(_2_,_3_)_OR_EXISTS_file:name_)_]_WITHIN_5_SECONDS_";
    let spaced = parse(&text.replace("_", spaces)).expect("whitespace between parts");
    assert_eq!(spaced, parse(&text.replace('_', " ")).expect("one space each"));
    // Neither has the property White_Space.
    for other in ["\u{200b}", "\u{feff}", "\u{180e}"] {
        let error = parse(&format!("[file:size{other}= 1]")).expect_err("no whitespace");
        assert_eq!(error.offset, 10);
    }
}

#[test]
fn line_feeds_in_base64_are_skipped_and_stay_in_strings() {
    let folded = parse("[artifact:payload_bin = b'QU\nJD\n']").expect("line feeds");
    assert_eq!(folded, parse("[artifact:payload_bin = b'QUJD']").expect("none"));
    parse("[artifact:payload_bin = b'QUJD\r\n']").expect_err("a carriage return is no line feed");
    let lines = parse("[file:name = 'a\nb']").expect("a string of two lines");
    assert_eq!(lines.to_string(), "[file:name = 'a\nb']");
}

#[test]
fn precedence_and_associativity() {
    for (text, explicit) in [
        ("[a:b=1] AND [a:b=2] OR [a:b=3]", "([a:b=1] AND [a:b=2]) OR [a:b=3]"),
        ("[a:b=1] OR [a:b=2] AND [a:b=3]", "[a:b=1] OR ([a:b=2] AND [a:b=3])"),
        ("[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3]", "[a:b=1] FOLLOWEDBY ([a:b=2] OR [a:b=3])"),
        ("[a:b=1] OR [a:b=2] FOLLOWEDBY [a:b=3]", "([a:b=1] OR [a:b=2]) FOLLOWEDBY [a:b=3]"),
        ("[a:b=1] AND [a:b=2] FOLLOWEDBY [a:b=3]", "([a:b=1] AND [a:b=2]) FOLLOWEDBY [a:b=3]"),
        ("[a:b=1] FOLLOWEDBY [a:b=2] REPEATS 5 TIMES", "[a:b=1] FOLLOWEDBY ([a:b=2] REPEATS 5 TIMES)"),
        ("[a:b=1] AND [a:b=2] WITHIN 5 SECONDS", "[a:b=1] AND ([a:b=2] WITHIN 5 SECONDS)"),
        ("[a:b=1 AND a:b=2 OR a:b=3]", "[(a:b=1 AND a:b=2) OR a:b=3]"),
        ("[a:b=1 OR a:b=2 AND a:b=3]", "[a:b=1 OR (a:b=2 AND a:b=3)]"),
    ] {
        assert_eq!(parse(text).expect(text), parse(explicit).expect(explicit), "{text}");
    }
    let flat = parse("[a:b=1] WITHIN 5 SECONDS REPEATS 2 TIMES").expect("two qualifiers");
    assert_ne!(flat, parse("([a:b=1] WITHIN 5 SECONDS) REPEATS 2 TIMES").expect("one on each"));
}

#[test]
fn windows_are_listed_with_their_places() {
    let text = "([a:b=1] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z' AND [a:b=2]) \
                START t'2020-01-01T00:00:00.50Z' STOP t'2020-01-01T00:00:01Z' OR [a:b=3] WITHIN 5 SECONDS";
    let pattern = parse(text).expect("a pattern");
    let windows = pattern.windows();
    let places: Vec<_> = windows.iter().map(|window| (window.at.0, window.start.instant())).collect();
    assert_eq!(places, [(9, "2020-01-01T00:00:00"), (81, "2020-01-01T00:00:00.5")]);
    assert!(windows[0].start.instant() < windows[1].start.instant());
    assert!(windows[1].start.instant() < windows[1].stop.instant());
}

#[test]
fn nesting_is_read_up_to_its_limit() {
    let nested = |levels: usize, open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    };
    for (open, inner, close) in [
        ("(", "[file:size = 1]", ")"),
        ("([file:size = 1] AND [file:size = 2] OR ", "[file:size = 3]", ")"),
        ("(", "[file:size = 1]", " WITHIN 5 SECONDS)"),
    ] {
        let pattern = parse(&nested(MAX_DEPTH, open, inner, close)).expect("as deep as allowed");
        assert_eq!(parse(&pattern.to_string()).expect("printed"), pattern);
        check(&pattern);
        let error = parse(&nested(MAX_DEPTH + 1, open, inner, close)).expect_err("one too deep");
        assert_eq!(error.offset, open.len() * MAX_DEPTH);
        assert!(error.message.contains("nest deeper"), "{}", error.message);
    }
    let inside = nested(MAX_DEPTH, "(file:size = 1 OR ", "file:size = 2", ")");
    let pattern = parse(&format!("[{inside}]")).expect("as deep as allowed");
    assert_eq!(parse(&pattern.to_string()).expect("printed"), pattern);
    check(&pattern);
    parse(&format!("([{inside}])")).expect_err("both kinds of parentheses count");
}

#[test]
fn hostile_input_ends_quickly() {
    const MANY: usize = 100_000;
    let chain = |operand: &str, operator: &str| vec![operand; MANY].join(operator);
    let hostile = [
        "(".repeat(MANY),
        "[".repeat(MANY),
        "[(".repeat(MANY),
        format!("[{}", "(".repeat(MANY)),
        format!("{}[file:size = 1]{}", "(".repeat(MANY), ")".repeat(MANY)),
        format!("[{}", "NOT ".repeat(MANY)),
        format!("[file:size {} = 1]", "NOT ".repeat(MANY)),
        format!("[file:a{} = 1]", ".b".repeat(MANY)),
        format!("[process:{}pid = 1]", "parent_ref.".repeat(MANY)),
        format!("[file:{}name = 'a']", "contains_refs[*].".repeat(MANY)),
        format!("[x-a:b{} = 1]", "[*]".repeat(MANY)),
        format!("[file:{} = 1]", "a".repeat(MANY)),
        format!("[{}:a = 1]", "a".repeat(MANY)),
        format!("[{}]", chain("file:size = 1", " AND ")),
        format!("[{}]", chain("file:size = 1", " OR ")),
        format!("[{}]", chain("file:size = 1 AND mutex:name = 'a'", " OR ")),
        format!("[{}]", (0..MANY).map(|n| format!("x-{n}:a = 1")).collect::<Vec<_>>().join(" OR ")),
        chain("[file:size = 1]", " AND "),
        chain("[file:size = 1]", " OR "),
        chain("[file:size = 1]", " FOLLOWEDBY "),
        format!("[file:size = 1]{}", " WITHIN 5 SECONDS".repeat(MANY)),
        format!("[file:size IN ({})]", chain("1", ",")),
        format!("[file:size = {}]", "9".repeat(MANY)),
        format!("[file:size = 0.{}]", "9".repeat(MANY)),
        format!("[file:name = '{}']", "\\\\".repeat(MANY)),
        format!("[file:name = '{}", "\\'".repeat(MANY)),
        format!("[artifact:payload_bin = b'{}']", "A\n".repeat(MANY * 2)),
        format!("[artifact:payload_bin = h'{}']", "ff".repeat(MANY)),
        format!("[file:mtime = t'{}']", "2".repeat(MANY)),
        format!("[file:name MATCHES '{}']", "(".repeat(MANY)),
        format!("[file:name MATCHES '{}{}']", "(".repeat(MANY), ")".repeat(MANY)),
        format!("[file:name MATCHES '{}']", "[".repeat(MANY)),
        format!("[file:name MATCHES '{}']", "(?<".repeat(MANY)),
        format!("[file:name MATCHES '{}']", "a{".repeat(MANY)),
        format!("[file:name MATCHES '{}']", "\\\\Q".repeat(MANY)),
        format!("[file:name MATCHES '{}']", "[[:a".repeat(MANY)),
        format!("[ipv4-addr:value ISSUBSET '{}']", "1".repeat(MANY)),
        " ".repeat(MANY),
        "\u{3000}".repeat(MANY),
    ];
    for text in &hostile {
        let start = Instant::now();
        if let Ok(pattern) = parse(text) {
            check(&pattern);
            assert_eq!(parse(&pattern.to_string()).as_ref(), Ok(&pattern));
        }
        let head: String = text.chars().take(40).collect();
        // Generous, for busy machines without optimisation: quadratic time would take minutes.
        assert!(start.elapsed() < Duration::from_secs(30), "{head}: {:?}", start.elapsed());
    }
}

// Trees. Whatever the types can say and the language can write is generated.

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z_][a-z0-9_]{0,8}",
        1 => prop::sample::select(vec!["AND", "IN", "true", "value", "x_a", "SHA-256", "a.b", "0x1"]).prop_map(str::to_owned),
        1 => "\\PC{1,6}",
    ]
}

fn object_type() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["file", "process", "ipv4-addr", "network-traffic"]).prop_map(str::to_owned),
        "[a-z_][a-z0-9_-]{0,8}",
    ]
}

fn located<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Located<T>> {
    strategy.prop_map(|value| Located::new(value, 0))
}

fn path() -> impl Strategy<Value = ObjectPath> {
    let step = prop_oneof![
        name().prop_map(Step::Key),
        (0..=MAX_INTEGER.unsigned_abs()).prop_map(Step::Index),
        Just(Step::Any),
    ];
    (object_type(), located(name().prop_map(Step::Key)), vec(located(step), 0..4)).prop_map(
        |(object_type, first, rest)| {
            let steps = std::iter::once(first).chain(rest).collect();
            ObjectPath { at: At(0), object_type, steps }
        },
    )
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (-MAX_INTEGER..=MAX_INTEGER).prop_map(Number::Integer),
        (-100_i64..100).prop_map(Number::Integer),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Number::Float),
        (-100.0..100.0).prop_map(Number::Float),
    ]
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (0..=9999_u32, 1..=12_u32, 1..=28_u32, 0..24_u32, 0..60_u32, 0..60_u32, "(\\.[0-9]{1,12})?").prop_map(
        |(year, month, day, hour, minute, second, fraction)| {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z");
            Timestamp::parse(&text).expect("a timestamp")
        },
    )
}

fn constant() -> impl Strategy<Value = Constant> {
    prop_oneof![any::<bool>().prop_map(Constant::Boolean), orderable(),]
}

fn orderable() -> impl Strategy<Value = Constant> {
    prop_oneof![
        number().prop_map(Constant::Number),
        any::<String>().prop_map(Constant::String),
        vec(any::<u8>(), 0..9).prop_map(Constant::Hex),
        vec(any::<u8>(), 0..9).prop_map(Constant::Binary),
        timestamp().prop_map(Constant::Timestamp),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    let text = || located(any::<String>());
    let order = vec![Operator::Less, Operator::LessOrEqual, Operator::Greater, Operator::GreaterOrEqual];
    prop_oneof![
        (prop::sample::select(vec![Operator::Equal, Operator::NotEqual]), located(constant()))
            .prop_map(|(operator, constant)| Test::Compare(operator, constant)),
        (prop::sample::select(order), located(orderable()))
            .prop_map(|(operator, constant)| Test::Compare(operator, constant)),
        vec(located(constant()), 0..4).prop_map(Test::In),
        text().prop_map(Test::Like),
        text().prop_map(Test::Matches),
        text().prop_map(Test::IsSubset),
        text().prop_map(Test::IsSuperset),
        Just(Test::Exists),
    ]
}

fn comparisons() -> impl Strategy<Value = Comparisons> {
    let one = (path(), any::<bool>(), test())
        .prop_map(|(path, negated, test)| Comparisons::One(Comparison { at: At(0), path, negated, test }));
    one.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![vec(inner.clone(), 2..4).prop_map(Comparisons::And), vec(inner, 2..4).prop_map(Comparisons::Or),]
    })
}

fn qualifier() -> impl Strategy<Value = Qualifier> {
    prop_oneof![
        (1..=MAX_INTEGER).prop_map(Qualifier::Repeats),
        (1..=MAX_INTEGER).prop_map(|seconds| Qualifier::Within(Number::Integer(seconds))),
        (0.001..1e9).prop_map(|seconds| Qualifier::Within(Number::Float(seconds))),
        (timestamp(), timestamp()).prop_map(|(start, stop)| Qualifier::StartStop { start, stop }),
    ]
}

fn observations() -> impl Strategy<Value = Observations> {
    comparisons().prop_map(Observations::Single).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Observations::And),
            vec(inner.clone(), 2..4).prop_map(Observations::Or),
            vec(inner.clone(), 2..4).prop_map(Observations::FollowedBy),
            (inner, vec(located(qualifier()), 1..4)).prop_map(|(expression, qualifiers)| {
                Observations::Qualified { expression: Box::new(expression), qualifiers }
            }),
        ]
    })
}

/// Texts that come close to patterns: their parts in any order.
fn nearly() -> impl Strategy<Value = String> {
    let parts = vec![
        "[",
        "]",
        "(",
        ")",
        " ",
        "file",
        ":",
        "name",
        ".",
        "'",
        "'a'",
        "\\",
        "=",
        "!=",
        "<",
        "AND",
        "OR",
        "NOT",
        "IN",
        "LIKE",
        "MATCHES",
        "ISSUBSET",
        "EXISTS",
        "FOLLOWEDBY",
        "WITHIN",
        "SECONDS",
        "REPEATS",
        "TIMES",
        "START",
        "STOP",
        "5",
        "-",
        "0.5",
        "t'2020-01-01T00:00:00Z'",
        "t'",
        "h'",
        "b'",
        "h'ff'",
        "b'QQ=='",
        "true",
        ",",
        "[*]",
        "[0]",
        "ipv4-addr:value",
        "[file:size = 1]",
        "é",
        "\n",
        "'(?'",
        "'[a'",
        "/*",
        "\u{0}",
    ];
    vec(prop::sample::select(parts), 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printing_and_parsing_give_the_same_tree(expression in observations()) {
        let pattern = Pattern::new(expression);
        let printed = pattern.to_string();
        let again = parse(&printed);
        prop_assert!(again.is_ok(), "{}: {:?}", printed, again);
        prop_assert_eq!(again.as_ref(), Ok(&pattern));
        check(&pattern);
    }

    #[test]
    fn any_text_is_judged(text in prop_oneof![any::<String>(), nearly(), nearly().prop_map(|text| format!("[{text}]"))]) {
        match parse(&text) {
            Ok(pattern) => {
                for finding in check(&pattern) {
                    prop_assert!(text.is_char_boundary(finding.offset), "{:?}", finding);
                }
                prop_assert_eq!(parse(&pattern.to_string()), Ok(pattern));
            }
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.offset), "{:?}", error);
                prop_assert!(!error.message.is_empty());
            }
        }
    }

    #[test]
    fn any_regular_expression_is_judged(expression in "[ab()\\[\\]{}?*+|^$\\\\:=!<>'PRQE#0-9,x-]{0,24}") {
        let text = expression.replace('\\', "\\\\").replace('\'', "\\'");
        let pattern = parse(&format!("[file:name MATCHES '{text}']"));
        prop_assert!(pattern.is_ok());
        pattern.iter().for_each(|pattern| drop(check(pattern)));
    }
}
