use taxii_conformance::record::{Event, Trial, Verdict};
use taxii_conformance::report::console::{Verbosity, render};
use taxii_conformance::report::plan;
use taxii_conformance::report::style::Style;

use crate::fixture::{clean, events, report, requirement, trial, unreachable};
use crate::snapshot;

fn plain(events: &[Event], verbosity: Verbosity) -> String {
    render(&report(events), Style::PLAIN, verbosity, &requirement)
}

#[test]
fn everything_at_once() {
    snapshot("console", &plain(&events(), Verbosity::Normal));
}

#[test]
fn verbose_adds_passes() {
    snapshot("console-verbose", &plain(&events(), Verbosity::Verbose));
}

#[test]
fn quiet_is_the_summary() {
    let normal = plain(&events(), Verbosity::Normal);
    let quiet = plain(&events(), Verbosity::Quiet);
    assert!(normal.ends_with(&quiet));
    assert!(quiet.trim_start().starts_with("Requirements"), "{quiet}");
}

/// Two trials in full for each requirement; one that breaks another one too is among them.
#[test]
fn what_tells_the_same_is_told_twice() {
    let broken = |n: usize, id: &str| trial(&format!("many/{n}"), Verdict::Fail, id, "broken");
    let mut trials: Vec<Trial> = (0..9).map(|n| broken(n, "T21-3.4-20")).collect();
    trials.push(broken(9, "T21-3.5-01"));
    trials[7].requirements.push("T21-5.5-03".into());
    let mut events = clean(0);
    events.truncate(2);
    events.extend(trials.into_iter().map(|trial| Event::TrialFinished(Box::new(trial))));
    let normal = plain(&events, Verbosity::Normal);
    let shown: Vec<usize> = (0..10).filter(|n| normal.contains(&format!("FAIL  many/{n}\n"))).collect();
    assert_eq!(shown, [0, 1, 7, 9], "{normal}");
    assert!(normal.contains("Failures (10)"), "{normal}");
    let more = "\n  … and 6 more trials of T21-3.4-20: --verbose or the HTML report has them\n";
    assert_eq!(normal.matches("more trial").count(), 1, "{normal}");
    let (before, after) = normal.split_once(more).expect("a line of what is left out");
    assert!(before.contains("many/1\n") && after.contains("many/9\n"), "{normal}");
    let verbose = plain(&events, Verbosity::Verbose);
    assert!((0..10).all(|n| verbose.contains(&format!("FAIL  many/{n}\n"))), "{verbose}");
    assert!(!verbose.contains("more trial"), "{verbose}");
}

#[test]
fn short_runs() {
    let mut interrupted = clean(3);
    if let Some(Event::Planned(planned)) = interrupted.get_mut(2) {
        planned.push(planned[0].clone());
    }
    if let Some(Event::Finished(summary)) = interrupted.last_mut() {
        summary.interrupted = true;
    }
    let nothing: Vec<Event> = unreachable().into_iter().filter(|e| !matches!(e, Event::Surveyed(_))).collect();
    let all = [
        ("clean", clean(0)),
        ("strict", clean(1)),
        ("interrupted", interrupted),
        ("unreachable", unreachable()),
        ("nothing judged", nothing),
    ]
    .map(|(name, events)| format!("# {name}\n{}", plain(&events, Verbosity::Normal)));
    snapshot("console-short", &all.join("\n"));
}

#[test]
fn nothing_of_a_server_steers_the_terminal() {
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let text = plain(&events(), verbosity);
        let hostile = |c: char| c != '\n' && taxii_conformance::report::sanitize::is_hostile(c);
        assert!(!text.contains(hostile));
        assert!(!text.contains("##["));
        assert!(text.lines().all(|l| !l.trim_start().starts_with("::")), "{text}");
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let style = Style::of(true, |_| None);
    let coloured = render(&report(&events()), style, Verbosity::Verbose, &requirement);
    let mut text = String::new();
    for part in coloured.split('\u{1b}') {
        text += part.strip_prefix('[').and_then(|p| p.split_once('m')).map_or(part, |(_, t)| t);
    }
    assert_eq!(text, plain(&events(), Verbosity::Verbose));
}

#[test]
fn a_plan_names_writes_first() {
    let mut planned: Vec<_> = Vec::new();
    for event in events() {
        if let Event::Planned(all) = event {
            planned = all;
        }
    }
    let status = planned.iter_mut().find(|p| p.id == "add/status").expect("is in the fixture");
    status.skip = None;
    status.steps = vec!["POST {api-root}/collections/a/objects/".into()];
    snapshot("plan", &plan::render(&report(&events()), &planned, Style::PLAIN));
}
