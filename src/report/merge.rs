//! Puts the reports of the parts of one plan together, where they prove to be that.
//!
//! A run that was divided (`run --shard 2/4`) says which part it is, how many trials the whole plan has, and
//! the hash over their ids in order. The parts are dealt out by place, so that the whole can be laid
//! together again: if its hash is the one that every part names, the union is what was planned, no trial
//! more and none less.

use std::fmt::Debug;
use std::path::PathBuf;

use super::sanitize::line;
use crate::record::report::{FORMAT, VERSION};
use crate::record::{CleanUp, Report, Shard, Summary, Trial};

/// Why reports are not the parts of one plan. Names the files.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("no report to merge")]
    Nothing,
    /// A report is of a whole run.
    #[error("{}: this is the report of a whole run, not of a part", .0.display())]
    #[diagnostic(help("divide a run with `run --shard 1/4`, `run --shard 2/4` and so on, and merge the reports"))]
    Whole(PathBuf),
    /// A part could not be run.
    #[error("{}: the server could not be tested in this part: {reason}", path.display())]
    #[diagnostic(help("run this part again"))]
    Untestable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Two parts are not of the same plan.
    #[error("{} and {} are not of one run: {what} is {one} in the first, {other} in the second", first.display(), second.display())]
    Differ {
        /// A file.
        first: PathBuf,
        /// Another.
        second: PathBuf,
        /// What differs.
        what: &'static str,
        /// Its value in the first.
        one: String,
        /// Its value in the second.
        other: String,
    },
    /// A part is there twice.
    #[error("{} and {} are both part {index} of {count}", first.display(), second.display())]
    Doubled {
        /// A file.
        first: PathBuf,
        /// Another.
        second: PathBuf,
        /// Which part.
        index: usize,
        /// Of how many.
        count: usize,
    },
    /// Parts are missing.
    #[error("parts are missing: {} of {count}", missing.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))]
    Missing {
        /// Which parts.
        missing: Vec<usize>,
        /// Of how many.
        count: usize,
    },
    /// A part does not hold the trials that are its own.
    #[error("{}: part {index} of {count} has {found} trials, and the plan deals it {planned}", path.display())]
    #[diagnostic(help("the report is not what a run wrote: run this part again"))]
    Trials {
        /// The file.
        path: PathBuf,
        /// Which part.
        index: usize,
        /// Of how many.
        count: usize,
        /// How many trials it has.
        found: usize,
        /// How many it should have.
        planned: usize,
    },
    /// The union is not the plan.
    #[error(
        "the trials of all parts together are not those that were planned: their SHA-256 is {found}, the plan's {planned}"
    )]
    #[diagnostic(help("a trial was changed, or the parts are not what runs wrote: run them again"))]
    Plan {
        /// Hash of the union.
        found: String,
        /// Hash of the plan.
        planned: String,
    },
}

/// The whole report, without a summary: what the trials come to is not for reports to say.
pub fn merge(parts: Vec<(PathBuf, Report)>) -> Result<Report, MergeError> {
    let mut parts = sorted(parts)?;
    let (_, first) = &parts[0];
    let shard = first.suite.shard.clone().unwrap_or_else(|| Shard {
        index: 1,
        count: 1,
        planned: 0,
        plan_sha256: String::new(),
    });
    let mut suite = first.suite.clone();
    suite.shard = None;
    (suite.started, suite.duration_ms) = span(&parts);
    let server = first.server.clone();
    let mut notes: Vec<String> = Vec::new();
    let mut cleanup = CleanUp::default();
    let mut summary = Summary::default();
    for (_, part) in &parts {
        for note in part.notes.iter().filter(|n| !notes.contains(n)).cloned().collect::<Vec<_>>() {
            notes.push(note);
        }
        for stale in &part.summary.stale {
            if !summary.stale.contains(stale) {
                summary.stale.push(stale.clone());
            }
        }
        cleanup.add(&part.cleanup);
        summary.interrupted |= part.summary.interrupted;
    }
    notes.push(format!("Put together from the reports of {} parts.", parts.len()));
    summary.duration_ms = suite.duration_ms;
    let trials = dealt(&mut parts);
    let found = Shard::digest(trials.iter().map(|t| t.id.as_str()));
    if found != shard.plan_sha256 || trials.len() != shard.planned {
        return Err(MergeError::Plan { found, planned: line(&shard.plan_sha256, 80) });
    }
    Ok(Report { format: FORMAT.into(), version: VERSION, suite, server, summary, notes, cleanup, trials })
}

/// The parts in order, all of one plan, each there once and with as many trials as are its own.
fn sorted(mut parts: Vec<(PathBuf, Report)>) -> Result<Vec<(PathBuf, Report)>, MergeError> {
    let mut shards = Vec::new();
    for (path, report) in &parts {
        if let Some(reason) = &report.server.untestable {
            return Err(MergeError::Untestable { path: path.clone(), reason: line(reason, 300) });
        }
        shards.push(report.suite.shard.clone().ok_or_else(|| MergeError::Whole(path.clone()))?);
    }
    let Some(first) = parts.first() else { return Err(MergeError::Nothing) };
    for other in &parts[1..] {
        same(first, other)?;
    }
    let count = shards[0].count;
    for (at, shard) in shards.iter().enumerate() {
        if let Some(before) = shards[..at].iter().position(|s| s.index == shard.index) {
            let (first, second) = (parts[before].0.clone(), parts[at].0.clone());
            return Err(MergeError::Doubled { first, second, index: shard.index, count });
        }
    }
    let missing: Vec<usize> = (1..=count).filter(|index| !shards.iter().any(|s| s.index == *index)).take(100).collect();
    if !missing.is_empty() {
        return Err(MergeError::Missing { missing, count });
    }
    for (shard, (path, report)) in shards.iter().zip(&parts) {
        let (index, found) = (shard.index, report.trials.len());
        // parts that are numbered past the last one have nothing
        let planned = if index == 0 || index > count { 0 } else { shard.planned.saturating_add(count - index) / count };
        if found != planned {
            return Err(MergeError::Trials { path: path.clone(), index, count, found, planned });
        }
    }
    parts.sort_by_key(|(_, report)| report.suite.shard.as_ref().map(|s| s.index));
    Ok(parts)
}

/// What has to be equal in the parts of one plan.
fn same((first, a): &(PathBuf, Report), (second, b): &(PathBuf, Report)) -> Result<(), MergeError> {
    let differ = |what, one: &dyn Debug, other: &dyn Debug| {
        let (one, other) = (line(&format!("{one:?}"), 200), line(&format!("{other:?}"), 200));
        if one == other {
            return Ok(());
        }
        Err(MergeError::Differ { first: first.clone(), second: second.clone(), what, one, other })
    };
    let places = |report: &Report| -> Vec<String> {
        let path = |url: &str| match (&report.suite.reference, url.splitn(4, '/').nth(3)) {
            (Some(_), Some(path)) => path.to_owned(),
            _ => url.to_owned(),
        };
        let roots = report.server.api_roots.iter().map(|r| (path(&r.url), r));
        roots.flat_map(|(root, r)| r.collections.iter().map(move |c| format!("{root} {}", c.id))).collect()
    };
    // the embedded server is another one in every run, at another port
    let url = |report: &Report| report.suite.reference.is_none().then(|| report.server.url.clone());
    let plan = |report: &Report| report.suite.shard.as_ref().map(|s| (s.count, s.planned, s.plan_sha256.clone()));
    let (p, q) = (plan(a), plan(b));
    differ("the reference server", &a.suite.reference, &b.suite.reference)?;
    differ("the server", &url(a), &url(b))?;
    differ("the title of the server", &a.server.title, &b.server.title)?;
    differ("the list of API roots and collections", &places(a), &places(b))?;
    differ("the version of the suite", &a.suite.version, &b.suite.version)?;
    differ("the revision of the cases", &a.suite.cases, &b.suite.cases)?;
    differ("the seed", &a.suite.seed, &b.suite.seed)?;
    differ("the collection to write to", &a.suite.write, &b.suite.write)?;
    differ("--strict", &a.suite.strict, &b.suite.strict)?;
    differ("--derived warn", &a.suite.derived_warns, &b.suite.derived_warns)?;
    differ("the number of parts", &p.as_ref().map(|p| p.0), &q.as_ref().map(|q| q.0))?;
    differ("the number of planned trials", &p.as_ref().map(|p| p.1), &q.as_ref().map(|q| q.1))?;
    differ("the SHA-256 of the plan", &p.map(|p| p.2), &q.map(|q| q.2))
}

/// The trials in the order of the plan: one of each part in turn.
fn dealt(parts: &mut [(PathBuf, Report)]) -> Vec<Trial> {
    let mut piles: Vec<_> = parts.iter_mut().map(|(_, part)| std::mem::take(&mut part.trials).into_iter()).collect();
    let mut trials = Vec::new();
    loop {
        let round: Vec<Trial> = piles.iter_mut().map_while(Iterator::next).collect();
        if round.is_empty() {
            return trials;
        }
        trials.extend(round);
    }
}

/// When the first part began, and how long it was until the last one ended, in milliseconds.
fn span(parts: &[(PathBuf, Report)]) -> (String, f64) {
    let read = |r: &Report| r.suite.started.parse::<jiff::Timestamp>().ok().map(|t| t.as_microsecond() as f64 / 1000.0);
    let begun = parts.iter().map(|(_, r)| r).min_by(|a, b| a.suite.started.cmp(&b.suite.started));
    let start = begun.and_then(read);
    let end = parts.iter().filter_map(|(_, r)| Some(read(r)? + r.suite.duration_ms)).fold(f64::NEG_INFINITY, f64::max);
    let duration = start.map_or(0.0, |start| crate::record::microseconds((end - start).max(0.0)));
    (begun.map(|r| r.suite.started.clone()).unwrap_or_default(), duration)
}
