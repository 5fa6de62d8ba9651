//! From what the checks say to a verdict, and from verdicts to a summary.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::options::Options;
use crate::case::register;
use crate::check::Outcome;
use crate::record::{Finding, Level, Summary, Trial, Verdict};
use crate::taxii::paths;

/// Verdict, its reason, and the requirements that it is about, which are `cited` unless some of them are broken, or could
/// not have been.
pub fn decide(cited: &[String], outcome: &mut Outcome, options: &Options) -> (Verdict, String, Vec<String>) {
    let cited = cited.to_vec();
    let mut waived = false;
    for finding in &mut outcome.findings {
        if options.allow_http && waivable(finding, &options.url) {
            finding.level = Level::Should;
            waived = true;
        }
    }
    if !outcome.findings.is_empty() {
        let fails = outcome.findings.iter().any(|f| binds(f.level, options));
        let verdict = if fails { Verdict::Fail } else { Verdict::Warn };
        let broken: BTreeSet<String> = outcome.findings.iter().map(|f| f.requirement.clone()).collect();
        let mut reason = outcome.findings[0].message.clone();
        if outcome.findings.len() > 1 {
            reason += &format!(" (and {} more)", outcome.findings.len() - 1);
        }
        if waived {
            reason += "; waived by --allow-http";
        }
        return (verdict, reason, broken.into_iter().collect());
    }
    let unique = |items: &[String]| {
        let mut seen = BTreeSet::new();
        let all: Vec<&str> = items.iter().map(String::as_str).filter(|i| seen.insert(*i)).collect();
        let mut text = all.iter().take(6).copied().collect::<Vec<_>>().join("; ");
        if all.len() > 6 {
            text += &format!("; and {} more", all.len() - 6);
        }
        text
    };
    if !outcome.blocked.is_empty() {
        return (Verdict::Inconclusive, unique(&outcome.blocked), cited);
    }
    if outcome.seen.is_empty() && !outcome.absent.is_empty() {
        return (Verdict::Skip, unique(&outcome.absent), cited);
    }
    if outcome.seen.is_empty() {
        return (Verdict::Inconclusive, "the answers held nothing to judge".into(), cited);
    }
    let idle = |id: &String| outcome.idle.contains(id.as_str()) && !outcome.tested.contains(id.as_str());
    let (idle, judged): (Vec<String>, Vec<String>) = cited.into_iter().partition(idle);
    if judged.is_empty() {
        return (Verdict::Inconclusive, format!("{}, which cannot break it", unique(&outcome.seen)), idle);
    }
    (Verdict::Pass, unique(&outcome.seen), judged)
}

/// Whether breaking a requirement of this level fails.
pub fn binds(level: Level, options: &Options) -> bool {
    level == Level::Must || (level == Level::Derived && !options.derived_warns)
}

/// Whether a finding is about the plain HTTP of the server itself, which is what a user waives by `--allow-http`.
fn waivable(finding: &Finding, server: &str) -> bool {
    let on_server = |url: &str| match (Url::parse(server), Url::parse(url)) {
        (Ok(server), Ok(url)) => server.scheme() == "http" && paths::same_origin(&server, &url),
        _ => false,
    };
    match finding.requirement.as_str() {
        "T21-8-01" => true,
        // a root that is advertised as it is reached
        "T21-4.1-04" => finding.actual.as_deref().is_some_and(on_server),
        _ => false,
    }
}

/// Requirements that a trial found to be broken, and that are not held against the server: since something else that is
/// broken explains it, or since it did not come again.
pub(super) fn doubted(trial: &Trial) -> impl Iterator<Item = &String> {
    let flaky = trial.flaky.then_some(&trial.requirements);
    trial.causes.keys().chain(flaky.into_iter().flatten())
}

fn why_open(trial: &Trial, id: &str) -> String {
    match trial.causes.get(id) {
        Some(cause) if trial.verdict != Verdict::Inconclusive => format!("{cause} fails, on which {} builds", trial.id),
        _ => trial.reason.clone(),
    }
}

/// Counts over all trials, and the exit code. Known failures do not count towards it.
pub fn summarise(trials: &[Trial], options: &Options, untestable: bool, interrupted: bool) -> Summary {
    let mut summary = Summary { interrupted, ..Summary::default() };
    for verdict in Verdict::ALL {
        summary.verdicts.insert(verdict, trials.iter().filter(|t| t.verdict == verdict).count());
    }
    let of = |wanted: &[Verdict]| -> BTreeSet<String> {
        trials.iter().filter(|t| wanted.contains(&t.verdict)).flat_map(|t| t.requirements.clone()).collect()
    };
    let level = |id: &str| register::requirement(id).map_or(Level::Derived, |r| r.level);
    let failures = |known: bool| -> BTreeSet<String> {
        let failed = trials.iter().filter(|t| t.verdict == Verdict::Fail && t.known.is_some() == known);
        failed.flat_map(|t| &t.findings).filter(|f| binds(f.level, options)).map(|f| f.requirement.clone()).collect()
    };
    let broken = failures(false);
    let known: BTreeSet<String> = failures(true).difference(&broken).cloned().collect();
    let unexpected_warning = trials.iter().any(|t| t.verdict == Verdict::Warn && t.known.is_none());
    let fails = |id: &String| broken.contains(id) || known.contains(id);
    let warned: BTreeSet<String> = of(&[Verdict::Warn, Verdict::Fail]).into_iter().filter(|id| !fails(id)).collect();
    // what was found and is not held against the server is no proof that the requirement holds either
    let mut inconclusive = BTreeMap::new();
    let mut doubt: BTreeSet<&str> = BTreeSet::new();
    for (trial, id) in trials.iter().flat_map(|t| doubted(t).map(move |id| (t, id))) {
        doubt.insert(id);
        if level(id) >= Level::Derived && !fails(id) {
            inconclusive.entry(id.clone()).or_insert_with(|| why_open(trial, id));
        }
    }
    let passed: BTreeSet<String> = of(&[Verdict::Pass])
        .into_iter()
        .filter(|r| !fails(r) && !warned.contains(r) && !doubt.contains(r.as_str()))
        .collect();
    for trial in trials.iter().filter(|t| matches!(t.verdict, Verdict::Inconclusive | Verdict::Error)) {
        for id in trial.requirements.iter().filter(|id| level(id) >= Level::Derived) {
            if !fails(id) && !passed.contains(id) {
                inconclusive.entry(id.clone()).or_insert_with(|| trial.reason.clone());
            }
        }
    }
    let judged = summary.count(Verdict::Pass) + summary.count(Verdict::Warn) + summary.count(Verdict::Fail);
    summary.exit = if untestable {
        crate::record::exit::UNTESTABLE
    } else if !broken.is_empty() {
        crate::record::exit::FAILED
    } else if interrupted || summary.count(Verdict::Error) > 0 {
        crate::record::exit::UNTESTABLE
    } else if judged == 0 {
        crate::record::exit::NOTHING_JUDGED
    } else if options.strict && (unexpected_warning || !inconclusive.is_empty()) {
        crate::record::exit::FAILED
    } else {
        crate::record::exit::OK
    };
    summary.known = known.into_iter().collect();
    summary.failed = broken.into_iter().collect();
    summary.warned = warned.into_iter().collect();
    summary.passed = passed.into_iter().collect();
    summary.inconclusive = inconclusive;
    summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Planned;

    const ID: &str = "T21-3.4-12";

    fn trial(id: &str, verdict: Verdict) -> Trial {
        let planned = Planned {
            id: id.into(),
            case: id.into(),
            title: String::new(),
            requirements: vec![ID.into()],
            level: Level::Must,
            writes: false,
            risky: false,
            steps: Vec::new(),
            skip: None,
        };
        planned.came_to(verdict, "a reason")
    }

    fn summary(trials: &[Trial]) -> Summary {
        let url = Url::parse("https://localhost/taxii2/").expect("a URL");
        summarise(trials, &Options::new(url), false, false)
    }

    #[test]
    fn what_failed_once_does_not_hold() {
        let passed = trial("a", Verdict::Pass);
        assert_eq!(summary(std::slice::from_ref(&passed)).passed, [ID]);
        let flaky = Trial { flaky: true, ..trial("b", Verdict::Inconclusive) };
        let explained = Trial {
            causes: BTreeMap::from([(ID.to_owned(), "other".to_owned())]),
            ..trial("b", Verdict::Inconclusive)
        };
        for doubtful in [flaky, explained] {
            let summary = summary(&[passed.clone(), doubtful]);
            assert!(summary.passed.is_empty());
            assert_eq!(summary.inconclusive.get(ID).map(String::as_str), Some("a reason"));
        }
        // what was merely not judged leaves what was
        assert_eq!(summary(&[passed, trial("b", Verdict::Inconclusive)]).passed, [ID]);
    }
}
