//! What all formats for files have in common, and snapshots of those that have no file of their own.

use std::path::Path;

use taxii_conformance::record::{Event, Known, Level, Report, Verdict};
use taxii_conformance::report::format::Format;
use taxii_conformance::report::read;

use crate::fixture::{HOSTILE, clean, events, report, requirement, unreachable};
use crate::snapshot;

fn bytes(format: Format, report: &Report) -> Vec<u8> {
    let mut out = Vec::new();
    format.write(report, &requirement, &mut out).expect("memory takes everything");
    out
}

fn text(format: Format, events: &[Event]) -> String {
    String::from_utf8(bytes(format, &report(events))).expect("every format is UTF-8")
}

/// A run with a failure that is expected, and with an entry of the list that has to go.
fn known() -> Report {
    let mut report = report(&events());
    let known = Known { reason: HOSTILE.into(), owner: "ops".into(), expires: "2030-01-01".into() };
    report.trials.iter_mut().filter(|t| t.verdict == Verdict::Fail).for_each(|t| t.known = Some(known.clone()));
    report.summary.known = std::mem::take(&mut report.summary.failed);
    report.summary.stale = vec![format!("paging/*: matches nothing {HOSTILE}")];
    report
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    for (name, format) in Format::ALL {
        for events in [events(), clean(0), unreachable(), Vec::new()] {
            assert_eq!(text(*format, &events), text(*format, &events), "{name}");
        }
    }
}

/// Whether a report comes from a run or from a file makes no difference; but for the HTML of long bodies,
/// which shows what a finding points at, where a stored report has their beginning alone.
#[test]
fn a_stored_report_renders_as_the_run_did() {
    let mut short = report(&events());
    for exchange in short.trials.iter_mut().flat_map(|t| &mut t.exchanges) {
        let body = exchange.response.as_mut().map(|r| &mut r.body);
        body.into_iter().for_each(|b| b.bytes.truncate(4000));
    }
    for report in [report(&events()), short, report(&clean(0)), report(&unreachable()), known()] {
        let bodies = report.trials.iter().flat_map(|t| &t.exchanges).filter_map(|e| e.response.as_ref());
        let long = bodies.map(|r| &r.body).any(|b| b.truncated());
        let stored = read::parse(&bytes(Format::Json, &report), Path::new("stored.json")).expect("it is a report");
        for (name, format) in Format::ALL.iter().filter(|(_, f)| !(long && *f == Format::Html)) {
            assert!(bytes(*format, &stored) == bytes(*format, &report), "{name}");
        }
    }
}

#[test]
fn nothing_of_a_server_steers_a_terminal() {
    for (name, format) in Format::ALL {
        let text = text(*format, &events()) + &String::from_utf8_lossy(&bytes(*format, &known()));
        let hostile = |c: char| c != '\n' && taxii_conformance::report::sanitize::is_hostile(c);
        assert!(!text.contains(hostile), "{name}");
    }
}

#[test]
fn markdown() {
    snapshot("markdown", &text(Format::Markdown, &events()));
    let short = [clean(0), clean(1), unreachable(), Vec::new()].map(|e| text(Format::Markdown, &e)).join("\n----\n\n");
    snapshot("markdown-short", &short);
}

#[test]
fn github() {
    let all = text(Format::Github, &events());
    snapshot("github", &all);
    assert!(
        all.lines().all(|l| ["::error title=", "::warning title=", "::notice title="].iter().any(|p| l.starts_with(p)))
    );
    let known = String::from_utf8(bytes(Format::Github, &known())).expect("UTF-8");
    let short = [clean(0), unreachable()].map(|e| text(Format::Github, &e)).join("----\n");
    snapshot("github-short", &format!("{known}----\n{short}"));
}

/// GitHub keeps ten of a kind.
#[test]
fn github_annotations_are_counted() {
    let mut report = report(&events());
    report.summary.failed = (1..=30).map(|n| format!("X-{n:02}")).collect();
    let text = String::from_utf8(bytes(Format::Github, &report)).expect("UTF-8");
    let errors: Vec<&str> = text.lines().filter(|l| l.starts_with("::error")).collect();
    assert_eq!(errors.len(), 10);
    assert!(errors[8].contains("X-09"));
    assert!(errors[9].contains("title=And 21 more::X-10, X-11"), "{}", errors[9]);
}

#[test]
fn ctrf() {
    snapshot("ctrf", &text(Format::Ctrf, &events()));
}

/// The counts of the summary are those of the tests, and every id is used once.
#[test]
fn ctrf_adds_up() {
    for report in [report(&events()), report(&unreachable()), report(&[]), known()] {
        let ctrf: serde_json::Value = serde_json::from_slice(&bytes(Format::Ctrf, &report)).expect("it is JSON");
        let (tests, summary) = (&ctrf["results"]["tests"], &ctrf["results"]["summary"]);
        let tests = tests.as_array().expect("a list");
        assert!(!tests.is_empty());
        assert_eq!(summary["tests"], tests.len());
        for status in ["passed", "failed", "skipped", "pending", "other"] {
            assert_eq!(summary[status], tests.iter().filter(|t| t["status"] == status).count(), "{status}");
        }
        let ids: std::collections::HashSet<&str> = tests.iter().filter_map(|t| t["id"].as_str()).collect();
        assert_eq!(ids.len(), tests.len());
    }
}

#[test]
fn har() {
    let text = text(Format::Har, &events());
    snapshot("har", &text);
    let har: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let entries = har["log"]["entries"].as_array().expect("a list");
    assert_eq!(entries.len(), report(&events()).trials.iter().map(|t| t.exchanges.len()).sum::<usize>());
    assert!(entries.iter().any(|e| e["response"]["status"] == 0 && e["response"]["_error"].is_string()));
}

#[test]
fn badge() {
    let all = [events(), clean(0), clean(1), unreachable(), Vec::new()];
    let mut badges: Vec<String> = all.iter().map(|e| text(Format::Badge, e)).collect();
    badges.push(String::from_utf8(bytes(Format::Badge, &known())).expect("UTF-8"));
    snapshot("badge", &badges.join("\n"));
}

/// A thousand failing trials with long texts, and all that a summary of a step may hold.
#[test]
fn markdown_keeps_within_what_github_takes() {
    let mut report = report(&events());
    let failed = report.trials.iter().find(|t| t.verdict == Verdict::Fail).expect("one fails").clone();
    for n in 0..1500 {
        let mut trial = failed.clone();
        trial.id = format!("many/trial-{n}");
        trial.findings[0].level = Level::Must;
        report.trials.push(trial);
    }
    let text = String::from_utf8(bytes(Format::Markdown, &report)).expect("UTF-8");
    assert!(text.len() <= 1_000_000, "{}", text.len());
    assert!(text.starts_with("# ✗ Breaks 2 requirements"));
    assert!(text.contains("more; the JSON report has them all") && text.contains("## Notes"), "the end is there");
    report.notes = vec!["x".repeat(590); 3000];
    for trial in &mut report.trials {
        trial.reason = format!("{} {}", trial.id, "y".repeat(300));
        trial.verdict = Verdict::Error;
    }
    let text = String::from_utf8(bytes(Format::Markdown, &report)).expect("UTF-8");
    assert!(text.len() <= 1_000_000, "{}", text.len());
}

/// A renderer finds no markup but ours: no image, no link but to the standard, no element but the folds.
#[test]
fn markdown_of_a_hostile_server_is_text() {
    use pulldown_cmark::{Event as Mark, Options, Parser, Tag};
    let mut hostile = report(&events());
    let evil = "<img src=x onerror=alert(1)> ![i](http://evil.example/i) [l](http://evil.example) <http://evil.example> \
                `` ` `` | a | </details> <!-- **b** ~~~ @all #1 www.evil.example &lt;script&gt; \\<b> $x$";
    for trial in &mut hostile.trials {
        trial.reason = format!("{evil} {}", trial.reason);
        trial.title = evil.into();
        trial.id = format!("{evil}{}", trial.id);
        trial.findings.iter_mut().for_each(|f| {
            f.message = format!("```\n{evil}\n```");
            f.actual = Some(format!("```\n{evil}\n```"));
        });
        trial.exchanges.iter_mut().for_each(|e| e.curl = format!("```\n````\n{evil}"));
        trial.readings.iter_mut().for_each(|r| r.answer = evil.into());
    }
    hostile.server.title = Some(evil.into());
    hostile.server.software = Some(format!("`{evil}"));
    hostile.notes = vec![evil.into(), format!("- {evil}"), format!("1. {evil}"), format!("# {evil}")];
    hostile.summary.failed = vec![evil.into()];
    let text = String::from_utf8(bytes(Format::Markdown, &hostile)).expect("UTF-8");
    let mut links = Vec::new();
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM) {
        match event {
            Mark::Html(html) | Mark::InlineHtml(html) => {
                let html = html.trim();
                let ours = ["</details>", "<!-- -->"].contains(&html)
                    || html
                        .strip_prefix("<details><summary>")
                        .is_some_and(|rest| rest.strip_suffix("</summary>").is_some_and(|s| !s.contains(['<', '&'])));
                assert!(ours, "{html}");
            }
            Mark::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.to_string()),
            Mark::Start(Tag::Image { .. } | Tag::Strikethrough | Tag::Emphasis) => panic!("{event:?}"),
            _ => {}
        }
    }
    assert_eq!(links, ["https://standard.example/taxii-2.1"]);
}
