//! Known failures: which trials are expected to fail for now, and which entries of the list have to go.

use globset::GlobSet;
use jiff::civil::Date;

use super::plan::globs;
use crate::case::register;
use crate::record::{Known, Trial, Verdict};

/// An entry of the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Trial, case or glob, as it was written.
    pub trial: String,
    /// Last day on which the failure is expected.
    pub expires: Date,
    /// Reason, owner and expiry for the report.
    pub known: Known,
    set: GlobSet,
}

impl Entry {
    /// An entry. `Err` is what is wrong with the glob.
    pub fn new(trial: &str, reason: &str, owner: &str, expires: Date) -> Result<Entry, String> {
        let set = globs(&[trial.to_owned()])?.unwrap_or_default();
        let known = Known { reason: reason.to_owned(), owner: owner.to_owned(), expires: expires.to_string() };
        Ok(Entry { trial: trial.to_owned(), expires, known, set })
    }

    fn names(&self, trial: &str) -> bool {
        named(&self.set, trial)
    }
}

/// Marks a failure or warning that an entry expects. What has expired is expected no longer.
pub fn mark(list: &[Entry], trial: &mut Trial, today: Date) {
    if !matches!(trial.verdict, Verdict::Fail | Verdict::Warn) {
        return;
    }
    let entry = list.iter().find(|e| today <= e.expires && e.names(&trial.id));
    trial.known = entry.map(|e| e.known.clone());
}

/// What is wrong with the list: entries that have expired, that match no trial, and that match trials of which at
/// least one passed and none failed. `plan` holds the ids of all trials there are; where some that an entry matches
/// were left out this time, nothing is said about what they would come to.
pub fn stale(list: &[Entry], plan: &[String], trials: &[Trial], today: Date) -> Vec<String> {
    let wrong = |entry: &Entry| {
        let matched = trials.iter().filter(|t| entry.names(&t.id));
        if today > entry.expires {
            return Some(format!("expired on {}", entry.expires));
        }
        let planned = plan.iter().filter(|id| entry.names(id)).count();
        if planned == 0 {
            return Some(format!("matches no trial{}", hint(&entry.trial, plan)));
        }
        let (mut passed, mut failed) = (0, 0);
        if matched.clone().count() < planned {
            return None;
        }
        for trial in matched {
            match trial.verdict {
                Verdict::Pass => passed += 1,
                Verdict::Fail | Verdict::Warn => failed += 1,
                // a flaky failure is still a failure to wait for
                Verdict::Inconclusive if trial.flaky => failed += 1,
                Verdict::Inconclusive | Verdict::Skip | Verdict::Error => {}
            }
        }
        (failed == 0 && passed > 0).then(|| format!("passes now ({passed} of its trials)"))
    };
    list.iter().filter_map(|e| Some(format!("{}: {} (owner: {})", e.trial, wrong(e)?, e.known.owner))).collect()
}

/// Which of these globs match no trial of `plan`, each with what was most likely meant.
pub fn unmatched<'a>(wanted: &'a [String], plan: &[String]) -> Vec<(&'a str, String)> {
    let matches = |glob: &String| match globs(std::slice::from_ref(glob)) {
        Ok(Some(set)) => plan.iter().any(|id| named(&set, id) || id.split('[').next().is_some_and(|c| set.is_match(c))),
        _ => true,
    };
    wanted.iter().filter(|glob| !matches(glob)).map(|glob| (glob.as_str(), hint(glob, plan))).collect()
}

/// Whether a set of globs names a trial, with or without its place.
fn named(set: &GlobSet, trial: &str) -> bool {
    set.is_match(trial) || set.is_match(trial.split('@').next().unwrap_or(""))
}

/// What whoever wrote a name that matches nothing most likely meant.
fn hint(name: &str, plan: &[String]) -> String {
    if register::requirement(name).is_some() {
        return ": that is a requirement; name a trial, a case, or a glob".to_owned();
    }
    // the brackets of a trial's id are a set of characters where the rest is a glob
    let literal: String = name.chars().map(|c| if c == '[' { "[[]".to_owned() } else { c.to_string() }).collect();
    if literal != name
        && globs(std::slice::from_ref(&literal))
            .is_ok_and(|set| set.is_some_and(|s| plan.iter().any(|id| s.is_match(id))))
    {
        return format!(": in a glob, write [ as [[], as in {literal}");
    }
    let case = |id: &str| id.split(['[', '@']).next().unwrap_or_default().to_owned();
    let near = |id: &String| (strsim::damerau_levenshtein(&case(name), &case(id)), case(id));
    match plan.iter().map(near).min() {
        Some((distance @ 1..=3, case)) if distance < case.len() / 2 && !name.contains(['*', '?']) => {
            format!(": did you mean {case}?")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::record::Level;

    fn trial(id: &str, verdict: Verdict) -> Trial {
        Trial {
            id: id.into(),
            case: id.split(['[', '@']).next().unwrap_or_default().into(),
            title: String::new(),
            file: String::new(),
            verdict,
            level: Level::Must,
            requirements: Vec::new(),
            reason: String::new(),
            findings: Vec::new(),
            flaky: false,
            causes: std::collections::BTreeMap::new(),
            risky: false,
            by_choice: false,
            known: None,
            advice: None,
            ambiguity: None,
            readings: Vec::new(),
            exchanges: Vec::new(),
            duration_ms: 0.0,
        }
    }

    fn entry(glob: &str) -> Entry {
        Entry::new(glob, "slow store", "store team", date(2026, 6, 30)).expect("a glob")
    }

    #[test]
    fn an_entry_expects_failures_up_to_its_last_day() {
        let list = [entry("filter/*")];
        let marked = |verdict, today| {
            let mut trial = trial("filter/type[endpoint=objects]@/api1/", verdict);
            mark(&list, &mut trial, today);
            trial.known.is_some()
        };
        assert!(marked(Verdict::Fail, date(2026, 6, 30)));
        assert!(marked(Verdict::Warn, date(2026, 6, 30)));
        assert!(!marked(Verdict::Fail, date(2026, 7, 1)));
        assert!(!marked(Verdict::Inconclusive, date(2026, 1, 1)));
    }

    #[test]
    fn globs_that_match_nothing_are_told() {
        let plan = ["filter/type[a=1]@/api1/".to_owned(), "paging/next".to_owned()];
        let globs = ["filter/type", "paging/*", "pagign/next", "*/none"].map(str::to_owned);
        assert_eq!(
            unmatched(&globs, &plan),
            [("pagign/next", ": did you mean paging/next?".to_owned()), ("*/none", String::new())]
        );
    }

    #[test]
    fn entries_that_have_to_go_are_named() {
        let plan = ["filter/type[a=1]".to_owned(), "filter/id".to_owned(), "paging/next".to_owned()];
        let trials = [trial("filter/type[a=1]", Verdict::Fail), trial("filter/id", Verdict::Pass)];
        let today = date(2026, 1, 1);
        let said = |glob: &str, today| stale(&[entry(glob)], &plan, &trials, today).join("");
        assert_eq!(said("filter/*", today), "");
        assert_eq!(said("filter/type", today), "");
        // not run this time
        assert_eq!(said("paging/next", today), "");
        assert_eq!(said("filter/id", today), "filter/id: passes now (1 of its trials) (owner: store team)");
        assert_eq!(said("filtre/*", today), "filtre/*: matches no trial (owner: store team)");
        let near = said("fliter/type", today);
        assert_eq!(near, "fliter/type: matches no trial: did you mean filter/type? (owner: store team)");
        assert!(said("T21-3.4-12", today).contains("that is a requirement"));
        assert!(said("filter/type[a=1]*", today).contains("as in filter/type[[]a=1]*"));
        assert_eq!(said("filter/type", date(2026, 7, 1)), "filter/type: expired on 2026-06-30 (owner: store team)");
    }
}
