//! Several reports side by side: which server meets what, and where they differ; and two reports of one
//! server one after the other: what regressed, and what was mended.
//!
//! The formats are functions of [`Comparison`]: [`text`], [`markdown`], [`html`] and [`json`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Lookup;
use super::claim::{Claim, claim};
use super::sanitize::line;
use super::sections::{place, rank};
use crate::record::{Level, Report, Trial, Verdict};

mod changes;
pub mod html;
pub mod json;
pub mod markdown;
pub mod text;

pub use changes::{Change, Changes, TrialChange, changes, same_server};

/// Format of a comparison that goes to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// [`json`].
    Json,
    /// [`markdown`].
    Markdown,
    /// [`html`].
    Html,
}

impl Format {
    /// All formats, and their names.
    pub const ALL: &[(&str, Format)] =
        &[("json", Format::Json), ("markdown", Format::Markdown), ("html", Format::Html)];

    /// Writes a comparison in this format. The same comparison gives the same bytes.
    pub fn write(self, comparison: &Comparison, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        match self {
            Format::Json => json::write(comparison, out),
            Format::Markdown => out.write_all(markdown::render(comparison).as_bytes()),
            Format::Html => html::write(comparison, out),
        }
    }
}

/// How a requirement stands in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Seen to hold, and by no trial to be broken.
    Met,
    /// A SHOULD that is broken, or a requirement that was waived.
    Warned,
    /// Broken, but in nothing but known failures.
    Known,
    /// Broken.
    Broken,
    /// Asked about, and nothing could be judged.
    Inconclusive,
    /// No trial judged it: not asked, skipped, or an error of the suite.
    NotJudged,
}

impl Standing {
    /// The word as tables print it.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Met => "met",
            Standing::Warned => "warned",
            Standing::Known => "known failure",
            Standing::Broken => "broken",
            Standing::Inconclusive => "inconclusive",
            Standing::NotJudged => "not judged",
        }
    }

    /// The verdict that looks like it.
    pub fn verdict(self) -> Verdict {
        match self {
            Standing::Met => Verdict::Pass,
            Standing::Warned | Standing::Known => Verdict::Warn,
            Standing::Broken => Verdict::Fail,
            Standing::Inconclusive => Verdict::Inconclusive,
            Standing::NotJudged => Verdict::Skip,
        }
    }

    /// Whether the server was seen to break it.
    pub fn breaks(self) -> bool {
        matches!(self, Standing::Broken | Standing::Known)
    }
}

/// A report that is compared.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// What tables call it; each of another name.
    pub name: String,
    /// File that it was read from.
    pub file: String,
    /// Where a reader finds it, relative to the comparison: its HTML where there is one beside it.
    pub link: String,
    /// URL of the server.
    pub url: String,
    /// Title of the server.
    pub title: Option<String>,
    /// `Server` header.
    pub software: Option<String>,
    /// Version of the suite.
    pub version: String,
    /// Revision of the cases.
    pub cases: String,
    /// When the run began.
    pub started: String,
    /// Where it wrote.
    pub write: Option<String>,
    /// What the report claims.
    pub claim: String,
    /// How the claim looks.
    pub verdict: Verdict,
    /// Number of requirements by level and standing.
    pub levels: BTreeMap<Level, BTreeMap<Standing, usize>>,
    /// Whether profiles are met, by name; only those that the report tells of.
    pub profiles: BTreeMap<String, bool>,
}

/// A requirement, and how it stands in each report.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// How strongly it binds; none where no register has it.
    pub level: Option<Level>,
    /// Section of the standard.
    pub section: String,
    /// What it says.
    pub statement: String,
    /// One for each report.
    pub standings: Vec<Standing>,
    /// Whether some report judged it in another way than another did.
    pub differs: bool,
}

/// The requirements of one section, and how many of them each report saw to hold.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// Its number.
    pub number: String,
    /// What it is about.
    pub label: &'static str,
    /// Its requirements.
    pub rows: Vec<Row>,
}

impl Section {
    /// How many requirements stand so in a report.
    pub fn count(&self, column: usize, standing: Standing) -> usize {
        self.rows.iter().filter(|row| row.standings[column] == standing).count()
    }
}

/// Reports side by side.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The reports.
    pub columns: Vec<Column>,
    /// What keeps them from being compared without thought.
    pub caveats: Vec<String>,
    /// Every requirement that any report has to do with, by section of the standard.
    pub sections: Vec<Section>,
    /// What changed from the first to the second, where they are of one server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

impl Comparison {
    /// All requirements, in order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|s| &s.rows)
    }
}

/// Where a report came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// File that it was read from.
    pub file: String,
    /// Where a reader finds it.
    pub link: String,
}

/// Compares reports. With `run_to_run` the first two are of one server, the earlier first.
pub fn compare(reports: &[(Source, Report)], run_to_run: bool, requirement: Lookup<'_>) -> Comparison {
    let standings: Vec<BTreeMap<String, Standing>> =
        reports.iter().map(|(_, report)| self::standings(report)).collect();
    let ids: BTreeSet<&String> = standings.iter().flat_map(BTreeMap::keys).collect();
    let mut sections: Vec<Section> = Vec::new();
    for id in ids {
        let row = row(id, &standings, requirement);
        let (number, label) = place(id, requirement);
        match sections.iter_mut().find(|s| s.number == number) {
            Some(section) => section.rows.push(row),
            None => sections.push(Section { number, label, rows: vec![row] }),
        }
    }
    sections.sort_by_key(|s| rank(&s.number));
    let columns = columns(reports, &sections);
    let changes = match reports {
        [(_, old), (_, new), ..] if run_to_run => Some(changes(old, new, &sections)),
        _ => None,
    };
    Comparison { caveats: caveats(reports, &columns, changes.is_some()), columns, sections, changes }
}

/// Requirements that a report has to do with. The summary decides; what it does not name was asked about and
/// not judged.
fn standings(report: &Report) -> BTreeMap<String, Standing> {
    let summary = &report.summary;
    let mut standings = BTreeMap::new();
    for trial in &report.trials {
        for id in trial.requirements.iter().chain(trial.findings.iter().map(|f| &f.requirement)) {
            let asked = match trial.verdict {
                Verdict::Inconclusive => Standing::Inconclusive,
                _ => Standing::NotJudged,
            };
            let standing = standings.entry(id.clone()).or_insert(asked);
            *standing = (*standing).min(asked);
        }
    }
    let mut all = |ids: &mut dyn Iterator<Item = &String>, standing| {
        ids.for_each(|id| {
            standings.insert(id.clone(), standing);
        });
    };
    all(&mut summary.inconclusive.keys(), Standing::Inconclusive);
    all(&mut summary.passed.iter(), Standing::Met);
    all(&mut summary.warned.iter(), Standing::Warned);
    all(&mut summary.known.iter(), Standing::Known);
    all(&mut summary.failed.iter(), Standing::Broken);
    standings
}

fn row(id: &str, standings: &[BTreeMap<String, Standing>], requirement: Lookup<'_>) -> Row {
    let known = requirement(id);
    let standings: Vec<Standing> =
        standings.iter().map(|s| s.get(id).copied().unwrap_or(Standing::NotJudged)).collect();
    let judged: BTreeSet<bool> = standings
        .iter()
        .filter(|s| !matches!(s, Standing::Inconclusive | Standing::NotJudged))
        .map(|s| *s == Standing::Met)
        .collect();
    Row {
        id: id.to_owned(),
        level: known.map(|r| r.level),
        section: known.map(|r| r.section.clone()).unwrap_or_default(),
        statement: known.map(|r| r.statement.clone()).unwrap_or_default(),
        differs: judged.len() > 1,
        standings,
    }
}

fn columns(reports: &[(Source, Report)], sections: &[Section]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (at, (source, report)) in reports.iter().enumerate() {
        let Claim { verdict, text, .. } = claim(report);
        let mut levels: BTreeMap<Level, BTreeMap<Standing, usize>> = BTreeMap::new();
        for row in sections.iter().flat_map(|s| &s.rows) {
            if let Some(level) = row.level {
                *levels.entry(level).or_default().entry(row.standings[at]).or_default() += 1;
            }
        }
        let server = &report.server;
        let called = server.title.as_deref().map(|t| line(t, 40)).filter(|t| !t.is_empty());
        let called = called.unwrap_or_else(|| line(&server.url, 60));
        let same = |name: &str| columns.iter().any(|c| c.name == name);
        let name = (1..).map(|n| if n == 1 { called.clone() } else { format!("{called} ({n})") }).find(|n| !same(n));
        columns.push(Column {
            name: name.unwrap_or_default(),
            file: source.file.clone(),
            link: source.link.clone(),
            url: server.url.clone(),
            title: server.title.clone(),
            software: server.software.clone(),
            version: report.suite.version.clone(),
            cases: report.suite.cases.clone(),
            started: report.suite.started.clone(),
            write: report.suite.write.clone(),
            claim: text,
            verdict,
            levels,
            profiles: report.summary.profiles.iter().map(|p| (p.profile.clone(), p.met)).collect(),
        });
    }
    columns
}

/// What a reader has to know before any cell of the table means something.
fn caveats(reports: &[(Source, Report)], columns: &[Column], run_to_run: bool) -> Vec<String> {
    let mut caveats = Vec::new();
    let mut differ = |what: &str, so: &str, value: &dyn Fn(&Report) -> String| {
        let values: Vec<String> = reports.iter().map(|(_, r)| line(&value(r), 80)).collect();
        if values.iter().any(|v| *v != values[0]) {
            let each: Vec<String> = columns.iter().zip(&values).map(|(c, v)| format!("{}: {v}", c.name)).collect();
            caveats.push(format!("{what} is not the same ({}): {so}.", each.join("; ")));
        }
    };
    differ("The version of the suite", "verdicts can differ for that alone", &|r| r.suite.version.clone());
    differ("The revision of the cases", "not the same questions were asked", &|r| r.suite.cases.clone());
    differ("What may be written", "what needs writing was not judged everywhere", &|r| {
        // which collection it was does not matter
        if r.suite.write.is_some() { "writes".to_owned() } else { "reads only".to_owned() }
    });
    differ("What becomes of derived requirements that are broken", "a failure here can be a warning there", &|r| {
        if r.suite.derived_warns { "warn".to_owned() } else { "fail".to_owned() }
    });
    if run_to_run {
        differ("The server's address", "take care that these are runs of one server", &|r| {
            // the embedded server is at another port in every run
            if r.suite.reference.is_some() { "(reference server)".to_owned() } else { r.server.url.clone() }
        });
        differ("The set-up of the reference server", "differences can come from that", &|r| {
            r.suite.reference.clone().unwrap_or_default()
        });
    }
    for ((_, report), column) in reports.iter().zip(columns) {
        if let Some(reason) = &report.server.untestable {
            caveats.push(format!("{} could not be tested: {}.", column.name, line(reason, 200)));
        }
        if report.summary.interrupted {
            caveats.push(format!("The run of {} was ended early: what was not run is not judged.", column.name));
        }
        if let Some(shard) = &report.suite.shard {
            let part = format!("{} of {}", shard.index, shard.count);
            caveats.push(format!("The report of {} is part {part} of a run: merge the parts first.", column.name));
        }
    }
    caveats
}

/// The verdict of each trial, by id.
fn verdicts(report: &Report) -> BTreeMap<&str, &Trial> {
    report.trials.iter().map(|t| (t.id.as_str(), t)).collect()
}
