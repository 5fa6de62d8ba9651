//! The first screen: the claim, what it rests on, and what was tested.

use std::collections::BTreeMap;

use super::requirements::{self, Cell, Row};
use super::standard::{Words, words};
use super::text::line;
use crate::record::{Level, Report, Standing, Trial, Verdict};
use crate::report::Lookup;
use crate::report::claim::{claim, state};
use crate::report::console::head::count;

/// Everything of the first screen.
pub(super) struct Result_ {
    /// Name of the server, or its URL where it has none.
    pub server: String,
    /// Verdict word of the claim.
    pub verdict: &'static str,
    /// The claim in a sentence.
    pub claim: String,
    /// What has to be said with it.
    pub more: Vec<String>,
    /// How many requirements were seen to hold.
    pub hold: usize,
    /// MUST and derived requirements that were broken.
    pub broken: Vec<Broken>,
    /// Requirements that broke in known failures alone.
    pub known: Vec<Broken>,
    /// SHOULD requirements that were broken, and waived ones.
    pub warned: Vec<Broken>,
    /// Entries of the list of known failures that have to go.
    pub stale: Vec<String>,
    /// MUST and derived requirements that no trial could judge, by what would help.
    pub unjudged: Vec<Unjudged>,
    /// How many those are.
    pub open: usize,
    /// How many trials ended in an error of the suite.
    pub errors: usize,
    /// How many trials changed their verdict on an immediate repeat.
    pub flaky: usize,
    /// Requirements of which every trial was left out, by why.
    pub skipped: Vec<Unjudged>,
    /// How many those are.
    pub left_out: usize,
    /// Requirements of all sections: how many hold, are broken, and so on.
    pub all: [Cell; 5],
    /// How the profiles stand.
    pub profiles: Vec<Profile>,
    /// Trials by verdict and level.
    pub counts: Vec<Counts>,
    /// Number of trials by level, and of all.
    pub total: Counts,
    /// What was tested, by whom and how.
    pub facts: Vec<(&'static str, String)>,
    /// Where the standard can be read; empty where the report does not say it, or not as a URL.
    pub standard: String,
    /// The collections that the client saw.
    pub collections: Vec<Collection>,
}

impl Result_ {
    /// Whether there is nothing to act on, so that the first column has room for what was tested.
    pub(super) fn calm(&self) -> bool {
        !self.busy() && self.unjudged.is_empty() && self.skipped.is_empty()
    }

    /// How many columns of numbers the sections have: the last is for what was left out.
    pub(super) fn columns(&self) -> usize {
        if self.left_out > 0 { 5 } else { 4 }
    }

    /// Whether the first column is taken by what was broken, and what was not judged goes elsewhere.
    pub(super) fn busy(&self) -> bool {
        !(self.broken.is_empty() && self.known.is_empty() && self.warned.is_empty() && self.stale.is_empty())
    }
}

/// A requirement that was broken.
pub(super) struct Broken {
    pub words: Words,
    /// Anchor of the first trial that shows it.
    pub anchor: String,
    /// How many trials show it.
    pub trials: usize,
    /// Verdict word of those trials.
    pub verdict: &'static str,
}

/// Requirements that the same would help to judge.
pub(super) struct Unjudged {
    /// What would help, or why not.
    pub why: String,
    pub ids: Vec<String>,
}

/// A named claim, and how it stands.
pub(super) struct Profile {
    pub name: String,
    pub title: String,
    pub verdict: &'static str,
    pub state: String,
    /// Ids of the requirements that are broken.
    pub broken: Vec<String>,
    /// Ids of those that no trial judged.
    pub open: Vec<String>,
}

/// Number of trials of one verdict by level.
#[derive(Default)]
pub(super) struct Counts {
    pub verdict: &'static str,
    /// Word of the level for a filter, and the number.
    pub levels: Vec<(&'static str, usize)>,
    pub all: usize,
}

/// A collection as the client saw it.
pub(super) struct Collection {
    pub root: String,
    pub title: String,
    pub id: String,
    pub read: bool,
    pub write: bool,
    pub seen: String,
}

/// Levels from strong to weak.
pub(super) const LEVELS: [Level; 4] = [Level::Must, Level::Derived, Level::Should, Level::May];

/// The title of the page.
pub(super) fn title(report: &Report) -> String {
    format!("TAXII 2.1 conformance of {}", name(report))
}

fn name(report: &Report) -> String {
    let title = report.server.title.as_ref().filter(|t| !t.trim().is_empty());
    match title.unwrap_or(&report.server.url) {
        name if name.is_empty() => "an unknown server".to_owned(),
        name => line(name, 120),
    }
}

/// The first screen of a report, whose trials have these anchors.
pub(super) fn result(
    report: &Report,
    sections: &[requirements::Section],
    requirement: Lookup<'_>,
    anchors: &[String],
) -> Result_ {
    let summary = &report.summary;
    let claim = claim(report);
    let broken = |ids: &[String], verdicts: &[Verdict], known: Option<bool>| -> Vec<Broken> {
        let shows =
            |trial: &Trial| verdicts.contains(&trial.verdict) && known.is_none_or(|k| trial.known.is_some() == k);
        ids.iter().map(|id| one(report, id, shows, requirement, anchors)).collect()
    };
    let skipped: Vec<&Row> = sections.iter().flat_map(|s| &s.rows).filter(|r| r.verdict == Verdict::Skip).collect();
    Result_ {
        server: name(report),
        verdict: claim.verdict.word(),
        claim: claim.text,
        more: claim.more,
        hold: summary.passed.len(),
        broken: broken(&summary.failed, &[Verdict::Fail], Some(false)),
        known: broken(&summary.known, &[Verdict::Fail, Verdict::Warn], Some(true)),
        warned: broken(&summary.warned, &[Verdict::Warn, Verdict::Fail], None),
        stale: summary.stale.iter().map(|s| line(s, 600)).collect(),
        open: summary.inconclusive.len(),
        unjudged: by_reason(summary.inconclusive.iter().map(|(id, help)| (line(id, 80), line(help, 600)))),
        left_out: skipped.len(),
        skipped: by_reason(skipped.iter().map(|r| (r.words.id.clone(), r.reason.clone()))),
        errors: summary.count(Verdict::Error),
        flaky: report.trials.iter().filter(|t| t.flaky).count(),
        all: requirements::sum(sections),
        profiles: summary.profiles.iter().map(profile).collect(),
        counts: Verdict::ALL.into_iter().map(|v| counts(report, Some(v))).filter(|c| c.all > 0).collect(),
        total: counts(report, None),
        facts: facts(report),
        standard: Some(report.suite.standard.as_str()).filter(|u| u.starts_with("https://")).unwrap_or("").to_owned(),
        collections: collections(report),
    }
}

fn one(
    report: &Report,
    id: &str,
    shows: impl Fn(&Trial) -> bool,
    requirement: Lookup<'_>,
    anchors: &[String],
) -> Broken {
    let mut of = report.trials.iter().zip(anchors).filter(|(t, _)| shows(t) && t.requirements.iter().any(|r| r == id));
    let first = of.next();
    Broken {
        words: words(id, None, requirement),
        anchor: first.map(|(_, anchor)| anchor.clone()).unwrap_or_default(),
        trials: of.count() + usize::from(first.is_some()),
        verdict: first.map_or("", |(t, _)| t.verdict.word()),
    }
}

/// Requirements that share a reason; what concerns most of them comes first.
fn by_reason(all: impl Iterator<Item = (String, String)>) -> Vec<Unjudged> {
    let mut groups: Vec<Unjudged> = Vec::new();
    for (id, why) in all {
        match groups.iter_mut().find(|g| g.why == why) {
            Some(group) => group.ids.push(id),
            None => groups.push(Unjudged { why, ids: vec![id] }),
        }
    }
    groups.sort_by_key(|g| std::cmp::Reverse(g.ids.len()));
    groups
}

fn profile(standing: &Standing) -> Profile {
    let (verdict, state) = state(standing);
    let ids = |ids: &[String]| ids.iter().map(|id| line(id, 80)).collect();
    Profile {
        broken: ids(&standing.broken),
        open: ids(&standing.open),
        name: line(&standing.profile, 60),
        title: line(&standing.title, 200),
        verdict: verdict.word(),
        state,
    }
}

fn counts(report: &Report, verdict: Option<Verdict>) -> Counts {
    let mut by: BTreeMap<Level, usize> = BTreeMap::new();
    for trial in report.trials.iter().filter(|t| verdict.is_none_or(|v| t.verdict == v)) {
        *by.entry(trial.level).or_default() += 1;
    }
    Counts {
        verdict: verdict.map_or("", Verdict::word),
        levels: LEVELS.map(|l| (filter_word(l), by.get(&l).copied().unwrap_or(0))).to_vec(),
        all: by.values().sum(),
    }
}

/// The word for a level that filters use.
pub(super) fn filter_word(level: Level) -> &'static str {
    match level {
        Level::Must => "must",
        Level::Derived => "derived",
        Level::Should => "should",
        Level::May => "may",
    }
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let (suite, server) = (&report.suite, &report.server);
    let collections: usize = server.api_roots.iter().map(|r| r.collections.len()).sum();
    let mut facts = vec![("Server", line(&server.url, 300))];
    facts.extend(server.software.as_ref().map(|s| ("Software", line(s, 120))));
    if server.untestable.is_none() {
        let seen = format!("{}, {}", count(server.api_roots.len(), "API root"), count(collections, "collection"));
        facts.push(("Seen", seen));
        facts.push((
            "Rights",
            match &suite.write {
                Some(to) => format!("reads, and writes to {}", line(to, 120)),
                None => "reads only".to_owned(),
            },
        ));
    }
    if !server.not_contacted.is_empty() {
        let others: Vec<String> = server.not_contacted.iter().map(|u| line(u, 200)).collect();
        facts.push(("Not contacted", format!("on another origin: {}", others.join(", "))));
    }
    facts.push(("Suite", format!("{} {}", line(&suite.name, 60), line(&suite.version, 40))));
    facts.push(("Cases", format!("revision {}", line(&suite.cases, 80))));
    if let Some(shard) = &suite.shard {
        facts.push(("Part", format!("{} of {}, of {} trials", shard.index, shard.count, shard.planned)));
    }
    facts.push(("Seed", suite.seed.to_string()));
    facts.push(("Time", format!("{}, for {}", instant(&suite.started), duration(suite.duration_ms))));
    facts.push(("Exit code", report.summary.exit.to_string()));
    facts.retain(|(_, value)| !value.trim().is_empty());
    facts
}

/// To the second: nobody compares more by eye.
fn instant(text: &str) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => line(text, 40),
    }
}

/// A time in milliseconds, in a unit that suits it.
pub(super) fn duration(ms: f64) -> String {
    match ms {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms if ms < 120_000.0 => format!("{:.1} s", ms / 1000.0),
        ms => format!("{:.0} min", ms / 60_000.0),
    }
}

fn collections(report: &Report) -> Vec<Collection> {
    let of = |root: &crate::record::ApiRoot| -> Vec<Collection> {
        let one = |c: &crate::record::Collection| Collection {
            root: line(&root.url, 300),
            title: line(&c.title, 200),
            id: line(&c.id, 120),
            read: c.can_read,
            write: c.can_write,
            seen: c.versions_seen.map(|n| n.to_string()).unwrap_or_default(),
        };
        root.collections.iter().map(one).collect()
    };
    report.server.api_roots.iter().flat_map(of).collect()
}
