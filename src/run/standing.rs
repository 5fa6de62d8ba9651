//! How profiles, which are named claims, stand after a run.

use std::collections::BTreeSet;

use super::options::Options;
use super::verdict::{binds, doubted};
use crate::case::profile::{Profile, profiles};
use crate::case::{Case, register};
use crate::record::{Level, Standing, Trial, Verdict};

/// The profiles that a run is about: the one that was asked for; all where everything was run; none where a part was.
pub fn standings(cases: &[Case], options: &Options, trials: &[Trial]) -> Vec<Standing> {
    let part = !options.only.is_empty() || !options.skip.is_empty() || options.shard.is_some();
    match options.profile {
        _ if part => Vec::new(),
        Some(profile) => vec![standing(profile, cases, options, trials)],
        None => profiles().iter().map(|profile| standing(profile, cases, options, trials)).collect(),
    }
}

fn standing(profile: &Profile, cases: &[Case], options: &Options, trials: &[Trial]) -> Standing {
    let taken: BTreeSet<&str> = cases.iter().filter(|c| profile.takes(c)).map(|c| c.id.get_ref().as_str()).collect();
    let about: Vec<&Trial> = trials.iter().filter(|t| taken.contains(t.case.as_str())).collect();
    let ids = |wanted: &dyn Fn(&Trial) -> bool| -> BTreeSet<&str> {
        about.iter().filter(|t| wanted(t)).flat_map(|t| t.requirements.iter().map(String::as_str)).collect()
    };
    let findings = about.iter().filter(|t| t.verdict == Verdict::Fail).flat_map(|t| &t.findings);
    let broken: BTreeSet<&str> = findings.filter(|f| binds(f.level, options)).map(|f| f.requirement.as_str()).collect();
    let doubted: BTreeSet<&str> = about.iter().flat_map(|t| doubted(t)).map(String::as_str).collect();
    let judged = ids(&|t| matches!(t.verdict, Verdict::Pass | Verdict::Warn | Verdict::Fail));
    let judged: BTreeSet<&str> = judged.into_iter().filter(|id| broken.contains(id) || !doubted.contains(id)).collect();
    // what the server does not offer is not held against it
    let unjudged: BTreeSet<&str> = ids(&|t| matches!(t.verdict, Verdict::Inconclusive | Verdict::Error) || t.by_choice)
        .union(&doubted)
        .copied()
        .collect();
    let strong = |id: &&str| register::requirement(id).is_none_or(|r| r.level >= Level::Derived);
    let open: Vec<String> = unjudged.difference(&judged).filter(|id| strong(id)).map(|id| (*id).to_owned()).collect();
    Standing {
        profile: profile.name.clone(),
        title: profile.title.clone(),
        met: broken.is_empty() && open.is_empty() && !judged.is_empty(),
        broken: broken.into_iter().map(str::to_owned).collect(),
        open,
    }
}
