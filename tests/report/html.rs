use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use html5gum::Tokenizer;
use html5gum::emitters::default::{DefaultEmitter, Token};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use taxii_conformance::record::{Event, Report};
use taxii_conformance::report::html;
use taxii_conformance::report::sanitize::is_hostile;

use crate::fixture::{clean, events, report, requirement, unreachable};
use crate::snapshot;

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    html::write(report, &requirement, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

fn text(events: &[Event]) -> String {
    page(&report(events))
}

/// The content security policy.
fn policy(page: &str) -> &str {
    let start = page.split_once("Content-Security-Policy\" content=\"").expect("there is a policy").1;
    start.split_once('"').expect("the attribute ends").0
}

#[test]
fn everything_at_once() {
    let page = text(&events());
    let policy = policy(&page).to_owned();
    let page = page.replace(&policy, "[policy]").replace(STYLE, "[style]").replace(SCRIPT, "[script]");
    let page = page.replace(&"x".repeat(50), "");
    snapshot("html", &page);
}

#[test]
fn short_runs() {
    for events in [clean(0), clean(1), unreachable(), Vec::new()] {
        let page = text(&events);
        assert!(page.ends_with("</html>\n"));
        assert!(names(&page).is_ok());
    }
    assert!(text(&clean(0)).contains("Meets every MUST that could be judged."));
    assert!(text(&unreachable()).contains("Could not be tested: nothing listens on taxii.example:443"));
}

#[test]
fn same_events_same_bytes() {
    assert_eq!(text(&events()), text(&events()));
}

#[test]
fn the_policy_admits_our_script_and_style_and_nothing_else() {
    let page = text(&events());
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let policy = policy(&page).replace("&#39;", "'");
    let mut directives: Vec<&str> = policy.split("; ").collect();
    assert_eq!(directives.remove(1), format!("script-src {}", hash(SCRIPT)));
    assert_eq!(directives.remove(1), format!("style-src {}", hash(STYLE)));
    assert_eq!(
        directives,
        [
            "default-src 'none'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'"
        ]
    );
    assert!(page.find("Content-Security-Policy").expect("it is there") < page.find("<script>").expect("it is there"));
    for source in [STYLE, SCRIPT] {
        assert!(!source.contains("</") && !source.contains('\r') && !source.contains("http"), "could end its element");
    }
}

/// All names of elements with those of their attributes, each once; an error names what may not be there.
fn names(page: &str) -> Result<(), String> {
    const ELEMENTS: &str = "html head meta title link style script body a header div p h1 nav fieldset legend label \
        input main section h2 h3 h4 span ul li table caption thead tbody tfoot tr th td br dl dt dd details summary \
        code pre i b em mark ol form select option button output footer";
    const ATTRIBUTES: &str = "lang charset http-equiv content name rel href type class id aria-label aria-labelledby \
        aria-hidden aria-live role tabindex scope value for data-v data-l data-f data-r data-s data-e data-x open hidden checked \
        autocomplete spellcheck placeholder";
    let (mut scripts, mut styles) = (0, 0);
    let mut emitter: DefaultEmitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(page, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                if !ELEMENTS.split_whitespace().any(|e| e == name) {
                    return Err(format!("element {name}"));
                }
                scripts += usize::from(name == "script");
                styles += usize::from(name == "style");
                for (attribute, value) in &tag.attributes {
                    let attribute = String::from_utf8_lossy(attribute);
                    let value = String::from_utf8_lossy(value);
                    if !ATTRIBUTES.split_whitespace().any(|a| a == attribute) {
                        return Err(format!("attribute {attribute} of {name}"));
                    }
                    let ours = ["#", "https://docs.oasis-open.org/", "data:image/svg+xml,"];
                    let known = ours.iter().any(|start| value.starts_with(start));
                    if attribute == "href" && !known && !value.starts_with("https://standard.example/") {
                        return Err(format!("link to {value}"));
                    }
                }
            }
            Token::Error(error) => return Err(format!("not well-formed: {error:?}")),
            Token::Comment(comment) => return Err(format!("comment {comment:?}")),
            Token::EndTag(_) | Token::String(_) | Token::Doctype(_) => {}
        }
    }
    if (scripts, styles) == (2, 1) { Ok(()) } else { Err(format!("{scripts} scripts, {styles} styles")) }
}

/// A report of which every string that a server could have chosen is `text`.
fn poisoned(text: &str) -> Report {
    fn walk(value: &mut Value, text: &str) {
        const OURS: [&str; 9] =
            ["format", "verdict", "level", "standard", "version", "name", "cases", "started", "sha256"];
        match value {
            Value::String(string) => *string = text.to_owned(),
            Value::Array(items) => items.iter_mut().for_each(|v| walk(v, text)),
            Value::Object(map) => {
                map.iter_mut().filter(|(k, _)| !OURS.contains(&k.as_str())).for_each(|(_, v)| walk(v, text));
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report(&events())).expect("a report is JSON");
    walk(&mut value, text);
    serde_json::from_value(value).expect("it is still a report")
}

/// Text that means something to a parser of HTML, CSS, JavaScript, JSON or a template.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<script>alert(1)</script>",
        "</script>",
        "</style>",
        "<!--",
        "-->",
        "]]>",
        "<![CDATA[",
        "\"",
        "'",
        "&",
        "&lt;",
        "<",
        ">",
        "=",
        "/",
        " ",
        "\n",
        "\r",
        "\t",
        "\u{202e}",
        "\u{0}",
        "\u{1b}[2J",
        "\u{2028}",
        "\u{feff}",
        "\u{e0041}",
        "javascript:alert(1)",
        " onclick=x ",
        "<img src=x onerror=x>",
        "{{",
        "{%",
        "`",
        "${",
        "\\u003c",
        "\\",
        "{\"a\":",
        "[1,",
        "}",
        "é",
        "שלום",
        "x",
        "<base href=//evil>",
        "%3C",
        "<svg/onload=x>",
        "<plaintext>",
        "<title>",
        "T21-",
    ]);
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_server_is_markup(text in hostile()) {
        let page = page(&poisoned(&text));
        let found = names(&page);
        prop_assert!(found.is_ok(), "{found:?}");
        let raw = page.chars().find(|c| is_hostile(*c) && !matches!(c, '\n' | '\t'));
        prop_assert!(raw.is_none(), "{raw:?} is not shown");
    }

    #[test]
    fn any_text_can_be_shown(text in any::<String>()) {
        let found = names(&page(&poisoned(&text)));
        prop_assert!(found.is_ok(), "{found:?}");
    }
}

#[test]
fn evidence_is_whole_and_kept_once() {
    let page = text(&events());
    let block = page.split_once("id=\"evidence\">").expect("there is evidence").1;
    let block = block.split_once("</script>").expect("it ends").0;
    let evidence: Value = serde_json::from_str(block).expect("it is JSON");
    let numbers: Vec<usize> = page
        .split("data-x=\"")
        .skip(1)
        .map(|rest| rest.split_once('"').expect("it ends").0.parse().expect("it is a number"))
        .collect();
    let exchanges = evidence["exchanges"].as_array().expect("a list");
    assert_eq!(numbers, (0..exchanges.len()).collect::<Vec<_>>());
    let strings = evidence["strings"].as_array().expect("a list");
    let unique: std::collections::HashSet<_> = strings.iter().map(Value::to_string).collect();
    assert_eq!(unique.len(), strings.len());
}

/// However much there is, the file stays small enough to be opened and attached.
#[test]
fn large_reports_show_less_of_each_body() {
    let mut report = report(&events());
    let trials = report.trials.clone();
    report.trials = (0..5000)
        .map(|n| {
            let mut trial = trials[n % trials.len()].clone();
            trial.id = format!("{}@{n}", trial.id);
            for exchange in &mut trial.exchanges {
                if let Some(response) = &mut exchange.response {
                    let object = format!("{{\"id\":\"indicator--{n}\",\"name\":\"{}\"}}", "x".repeat(100));
                    let objects = vec![object; 100].join(",");
                    response.body = taxii_conformance::record::Body::new(format!("{{\"objects\":[{objects}]}}"), false);
                }
            }
            trial
        })
        .collect();
    let page = page(&report);
    assert!(page.len() < 10_000_000, "{}", page.len());
    assert!(page.len() > 5_000_000, "{}", page.len());
}
