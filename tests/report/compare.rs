use taxii_conformance::record::{Report, Trial, Verdict};
use taxii_conformance::report::compare::{Comparison, Format, Source, Standing, compare, same_server, text};
use taxii_conformance::report::style::Style;

use crate::fixture::{HOSTILE, clean, events, report, requirement, trial, unreachable};
use crate::snapshot;

fn source(name: &str) -> Source {
    Source { file: format!("{name}.json"), link: format!("in/{name}.html") }
}

fn compared(reports: Vec<(&str, Report)>, run_to_run: bool) -> Comparison {
    let reports: Vec<(Source, Report)> = reports.into_iter().map(|(name, r)| (source(name), r)).collect();
    compare(&reports, run_to_run, &requirement)
}

fn written(format: Format, comparison: &Comparison) -> String {
    let mut out = Vec::new();
    format.write(comparison, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}

/// Another server, tested with other cases and without writing.
fn other() -> Report {
    let mut other = report(&clean(0));
    other.server.title = Some("Other".into());
    other.server.software = Some(HOSTILE.into());
    other.suite.cases = "fedcba9876543210".into();
    other.suite.write = None;
    other
}

fn matrix() -> Comparison {
    compared(vec![("first", report(&events())), ("second", other()), ("third", report(&unreachable()))], false)
}

/// The run of the fixture, after its failure was mended and something else broke.
fn later() -> Report {
    let mut later = report(&events());
    later.suite.version = "0.0.1-test".into();
    let summary = &mut later.summary;
    summary.failed = vec!["T21-4.1-01".into(), "T21-3.5-01".into()];
    summary.inconclusive.clear();
    summary.passed = vec!["T21-3.4-20".into()];
    summary.warned = vec!["T21-3.10-01".into()];
    for trial in &mut later.trials {
        match trial.id.as_str() {
            "discovery/resource" => trial.verdict = Verdict::Fail,
            id if id.starts_with("filter/") || id.starts_with("content/") => trial.verdict = Verdict::Pass,
            _ => {}
        }
    }
    later.trials.push(trial("new/trial", Verdict::Fail, "T21-3.5-01", HOSTILE));
    later
}

#[test]
fn servers_side_by_side() {
    let matrix = matrix();
    snapshot("compare", &text::render(&matrix, Style::PLAIN, true));
    snapshot("compare-markdown", &written(Format::Markdown, &matrix));
    snapshot("compare-json", &written(Format::Json, &matrix));
    let html = written(Format::Html, &matrix);
    snapshot("compare-html", &html[html.find("<body>").expect("a body")..]);
}

#[test]
fn one_run_after_the_other() {
    let changes = compared(vec![("old", report(&events())), ("new", later())], true);
    snapshot("compare-changes", &text::render(&changes, Style::PLAIN, false));
    snapshot("compare-changes-markdown", &written(Format::Markdown, &changes));
    let changes = changes.changes.expect("they are of one server");
    assert!(changes.regression(false));
    let same = compared(vec![("a", report(&events())), ("b", report(&events()))], true).changes.expect("told");
    assert!(!same.regression(true));
}

/// What got better, or is only not known any more, is no regression; under `strict`, not knowing is one.
#[test]
fn only_what_is_worse_is_a_regression() {
    let regression = |old: &Report, new: &Report, strict| {
        let told = compared(vec![("old", old.clone()), ("new", new.clone())], true).changes.expect("told");
        told.regression(strict)
    };
    let (old, mut new) = (report(&events()), report(&events()));
    let fail = |t: &mut Trial| t.verdict = Verdict::Fail;
    new.summary.passed.retain(|id| id != "T21-4.1-01");
    assert!(!regression(&old, &new, false));
    assert!(regression(&old, &new, true));
    // a trial alone is enough, where its requirement was broken before
    let mut new = report(&events());
    new.trials.iter_mut().filter(|t| t.case == "discovery/resource").for_each(fail);
    assert!(regression(&old, &new, false));
    // what is expected is none
    let mut new = report(&events());
    new.summary.known = vec!["T21-4.1-01".into()];
    new.summary.passed.retain(|id| id != "T21-4.1-01");
    assert!(!regression(&old, &new, false));
}

#[test]
fn what_was_never_judged_is_never_met() {
    let matrix = matrix();
    for row in matrix.rows() {
        assert_eq!(row.standings[2], Standing::NotJudged, "{}: the third could not be tested", row.id);
        let met = row.standings[1] == Standing::Met;
        assert_eq!(met, row.id == "T21-4.1-01", "{}: the second judged one requirement", row.id);
    }
    let skipped = matrix.rows().find(|r| r.id == "T21-5.5-03").expect("asked about");
    assert_eq!(skipped.standings[0], Standing::Broken);
}

#[test]
fn differences_of_the_reports_are_in_plain_sight() {
    let said = matrix().caveats.join("\n");
    for what in
        ["The revision of the cases is not the same", "What may be written is not the same", "could not be tested"]
    {
        assert!(said.contains(what), "{said}");
    }
    assert!(compared(vec![("a", report(&events())), ("b", report(&events()))], true).caveats.is_empty());
}

#[test]
fn servers_are_told_apart() {
    let (a, mut b) = (report(&events()), report(&events()));
    assert!(same_server(&a, &b));
    b.server.title = None;
    assert!(!same_server(&a, &b));
    b = report(&events());
    b.server.url = "https://elsewhere.example/taxii2/".into();
    assert!(!same_server(&a, &b));
    b.suite.reference = Some("--reference".into());
    assert!(!same_server(&a, &b));
}

#[test]
fn the_same_reports_give_the_same_bytes_and_steer_nothing() {
    for (name, format) in Format::ALL {
        let text = written(*format, &matrix());
        assert_eq!(text, written(*format, &matrix()), "{name}");
        let hostile = |c: char| c != '\n' && taxii_conformance::report::sanitize::is_hostile(c);
        assert!(!text.contains(hostile), "{name}");
    }
    let html = written(Format::Html, &compared(vec![("old", report(&events())), ("new", later())], true));
    assert!(!html.contains("<b>&amp;amp;") && html.contains("&#60;b&#62;") || html.contains("&lt;b&gt;"), "{html}");
}
