use taxii_conformance::record::Event;
use taxii_conformance::report::junit;

use crate::fixture::{clean, events, report, requirement, unreachable};
use crate::snapshot;

fn text(events: &[Event]) -> String {
    let mut out = Vec::new();
    junit::write(&report(events), &requirement, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

fn parsed(events: &[Event]) -> quick_junit::Report {
    quick_junit::Report::deserialize_from_str(&text(events)).expect("the report is JUnit")
}

/// The root does not say.
fn skipped(report: &quick_junit::Report) -> usize {
    report.test_suites.iter().map(|s| s.skipped).sum()
}

#[test]
fn everything_at_once() {
    snapshot("junit", &text(&events()));
}

#[test]
fn names_are_unique_and_text_is_harmless() {
    let text = text(&events());
    assert!(!text.contains(|c: char| c != '\n' && taxii_conformance::report::sanitize::is_hostile(c)));
    let report = parsed(&events());
    let mut names = std::collections::HashSet::new();
    for case in report.test_suites.iter().flat_map(|s| &s.test_cases) {
        let class = case.classname.as_ref().map(|c| c.as_str().to_owned());
        assert!(class.is_some());
        assert!(names.insert((class, case.name.as_str().to_owned())), "{}", case.name.as_str());
    }
    assert_eq!((report.tests, report.failures, report.errors, skipped(&report)), (11, 2, 1, 4));
}

#[test]
fn a_list_without_cases_has_the_plan() {
    let untestable = parsed(&unreachable());
    assert_eq!((untestable.tests, untestable.errors), (1, 1));
    let nothing = parsed(&[]);
    assert_eq!((nothing.tests, skipped(&nothing)), (1, 1));
    assert_eq!(parsed(&clean(0)).tests, 1);
}

#[test]
fn an_interrupted_run_is_an_error() {
    let mut events = clean(3);
    if let Some(Event::Finished(summary)) = events.last_mut() {
        summary.interrupted = true;
    }
    let report = parsed(&events);
    assert_eq!((report.tests, report.errors), (2, 1));
}

/// Readers take lines in double brackets for properties and attachments.
#[test]
fn a_server_writes_no_properties() {
    let mut events = events();
    for event in &mut events {
        if let Event::TrialFinished(trial) = event {
            trial.reason = "a\n[[ATTACHMENT|/etc/passwd]]\n[[[ATTACHMENT|x]]".into();
            trial.findings.iter_mut().for_each(|f| f.message = trial.reason.clone());
            trial.requirements.push("X]]\n[[ATTACHMENT|y]]".into());
        }
    }
    let text = text(&events);
    assert!(text.contains("[[PROPERTY|requirement=X] ] [ [ATTACHMENT|y] ]]]"), "{text}");
    assert!(!text.contains("[[ATTACHMENT"), "{text}");
}
