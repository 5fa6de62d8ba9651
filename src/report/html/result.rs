//! The first screen: the claim, what it rests on, and what was tested.

use std::collections::BTreeMap;

use super::requirements;
use super::standard::{Words, words};
use super::text::line;
use crate::record::{Level, Report, Trial, Verdict};
use crate::report::Lookup;
use crate::report::claim::claim;
use crate::report::console::head::count;
use crate::report::sections::{self, Section};

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
    /// Requirements by section.
    pub sections: Vec<Section>,
    /// The sum over the sections.
    pub all: Section,
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
        !self.busy() && self.unjudged.is_empty()
    }

    /// The element that holds the requirements of a section.
    pub(super) fn anchor(&self, section: &Section) -> String {
        requirements::anchor(&section.number)
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
    pub help: String,
    pub ids: Vec<String>,
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
pub(super) fn result(report: &Report, requirement: Lookup<'_>, anchors: &[String]) -> Result_ {
    let summary = &report.summary;
    let claim = claim(report);
    let broken = |ids: &[String], verdicts: &[Verdict], known: Option<bool>| -> Vec<Broken> {
        let shows =
            |trial: &Trial| verdicts.contains(&trial.verdict) && known.is_none_or(|k| trial.known.is_some() == k);
        ids.iter().map(|id| one(report, id, shows, requirement, anchors)).collect()
    };
    let mut help: Vec<Unjudged> = Vec::new();
    for (id, would) in &summary.inconclusive {
        let would = line(would, 600);
        match help.iter_mut().find(|u| u.help == would) {
            Some(group) => group.ids.push(line(id, 80)),
            None => help.push(Unjudged { help: would, ids: vec![line(id, 80)] }),
        }
    }
    // what helps most comes first
    help.sort_by_key(|u| std::cmp::Reverse(u.ids.len()));
    let sections = sections::sections(summary, requirement);
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
        unjudged: help,
        errors: summary.count(Verdict::Error),
        flaky: report.trials.iter().filter(|t| t.flaky).count(),
        all: sum(&sections),
        sections,
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

fn sum(sections: &[Section]) -> Section {
    let mut all = Section::default();
    for s in sections {
        all.hold += s.hold;
        all.broken += s.broken;
        all.warned += s.warned;
        all.unjudged += s.unjudged;
    }
    all
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
    facts.push(("Cases", line(&suite.cases, 80)));
    if let Some(shard) = &suite.shard {
        facts.push(("Part", format!("{} of {}, of {} trials", shard.index, shard.count, shard.planned)));
    }
    facts.push(("Seed", suite.seed.to_string()));
    facts.push(("Began", instant(&suite.started)));
    facts.push(("Took", duration(suite.duration_ms)));
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
