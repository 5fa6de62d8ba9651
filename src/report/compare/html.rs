//! A comparison as one HTML file, with the look of the report of a run. It has no script.

use std::io::{self, Write};

use askama::Template;

use super::text::{LEVELS, STANDINGS, letter};
use super::{Comparison, Row, Standing};
use crate::record::Level;
use crate::report::html::{STYLE, policy_of_style, text};

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    policy: String,
    style: String,
    title: &'static str,
    columns: Vec<Head>,
    caveats: Vec<String>,
    changes: Vec<Part>,
    quiet: bool,
    standings: Vec<&'static str>,
    scores: Vec<Score>,
    profiles: Vec<(String, Vec<Cell>)>,
    differ: Vec<Line>,
    sections: Vec<Section>,
}

struct Head {
    letter: String,
    name: String,
    url: String,
    software: String,
    file: String,
    link: String,
    version: String,
    cases: String,
    started: String,
    write: &'static str,
    verdict: &'static str,
    claim: String,
}

/// A verdict to show, and the words that stand there.
struct Cell {
    verdict: &'static str,
    word: String,
    /// Where the report says more.
    link: String,
}

struct Score {
    level: &'static str,
    letter: String,
    numbers: Vec<Cell>,
}

struct Line {
    id: String,
    level: &'static str,
    statement: String,
    cells: Vec<Cell>,
}

struct Section {
    number: String,
    label: &'static str,
    met: String,
    lines: Vec<Line>,
}

/// What changed in one way.
struct Part {
    verdict: &'static str,
    title: String,
    lines: Vec<(String, String)>,
}

/// Our own additions to the style sheet of reports.
const MORE: &str =
    "\n.matrix td, .matrix th { white-space: nowrap }\n.matrix td.what { white-space: normal; min-width: 18rem }\n";

/// Writes the comparison.
pub fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let style = format!("{STYLE}{MORE}");
    let page = Page {
        policy: policy_of_style(&style),
        style,
        title: if comparison.changes.is_some() { "What changed" } else { "TAXII 2.1 servers compared" },
        columns: heads(comparison),
        caveats: comparison.caveats.iter().map(|c| text::line(c, 600)).collect(),
        quiet: comparison.changes.as_ref().is_some_and(|c| !c.regression(false)),
        changes: changes(comparison),
        standings: STANDINGS.iter().map(|s| s.word()).collect(),
        scores: scores(comparison),
        profiles: profiles(comparison),
        differ: comparison.rows().filter(|r| r.differs).map(|r| self::line(comparison, r)).collect(),
        sections: sections(comparison),
    };
    out.write_all(page.render().map_err(io::Error::other)?.as_bytes())
}

fn heads(comparison: &Comparison) -> Vec<Head> {
    let head = |(at, column): (usize, &super::Column)| Head {
        letter: letter(at),
        name: text::line(&column.name, 80),
        url: text::line(&column.url, 300),
        software: column.software.as_ref().map(|s| text::line(s, 80)).unwrap_or_default(),
        file: text::line(&column.file, 200),
        link: href(&column.link, ""),
        version: text::line(&column.version, 40),
        cases: text::line(&column.cases, 40),
        started: text::line(&column.started, 40),
        write: if column.write.is_some() { "writes" } else { "reads only" },
        verdict: column.verdict.word(),
        claim: text::line(&column.claim, 600),
    };
    comparison.columns.iter().enumerate().map(head).collect()
}

/// A relative link into a report; none where a path could be taken for more than that.
fn href(link: &str, requirement: &str) -> String {
    let plain = |s: &str| s.chars().all(|c| c.is_ascii_alphanumeric() || "/.-_~".contains(c));
    if link.is_empty() || !plain(link) || link.starts_with("//") {
        return String::new();
    }
    if requirement.is_empty() || !link.ends_with(".html") {
        return link.to_owned();
    }
    format!("{link}#{}", text::anchor(requirement))
}

fn scores(comparison: &Comparison) -> Vec<Score> {
    let mut scores = Vec::new();
    for level in LEVELS {
        for (at, column) in comparison.columns.iter().enumerate() {
            let Some(counts) = column.levels.get(&level) else { continue };
            let number = |s: &Standing| Cell {
                verdict: if counts.contains_key(s) { s.verdict().word() } else { "none" },
                word: counts.get(s).map_or("·".to_owned(), usize::to_string),
                link: String::new(),
            };
            scores.push(Score {
                level: level.word(),
                letter: letter(at),
                numbers: STANDINGS.iter().map(number).collect(),
            });
        }
    }
    scores
}

fn profiles(comparison: &Comparison) -> Vec<(String, Vec<Cell>)> {
    let names: std::collections::BTreeSet<&String> =
        comparison.columns.iter().flat_map(|c| c.profiles.keys()).collect();
    let cell = |met: Option<&bool>| {
        let (verdict, word) = match met {
            Some(true) => ("pass", "met"),
            Some(false) => ("fail", "not met"),
            None => ("skip", "not told"),
        };
        Cell { verdict, word: word.to_owned(), link: String::new() }
    };
    let row =
        |name: &String| (text::line(name, 80), comparison.columns.iter().map(|c| cell(c.profiles.get(name))).collect());
    names.into_iter().map(row).collect()
}

fn line(comparison: &Comparison, row: &Row) -> Line {
    let cell = |(at, standing): (usize, &Standing)| Cell {
        verdict: standing.verdict().word(),
        word: standing.word().to_owned(),
        // a report has nothing to say of what it was not asked
        link: match standing {
            Standing::NotJudged => String::new(),
            _ => href(&comparison.columns[at].link, &row.id),
        },
    };
    Line {
        id: text::line(&row.id, 80),
        level: row.level.map_or("", Level::word),
        statement: text::line(&row.statement, 600),
        cells: row.standings.iter().enumerate().map(cell).collect(),
    }
}

fn sections(comparison: &Comparison) -> Vec<Section> {
    let section = |section: &super::Section| Section {
        number: text::line(&section.number, 40),
        label: section.label,
        met: (0..comparison.columns.len())
            .map(|at| format!("{} {} of {}", letter(at), section.count(at, Standing::Met), section.rows.len()))
            .collect::<Vec<_>>()
            .join(", "),
        lines: section.rows.iter().map(|r| self::line(comparison, r)).collect(),
    };
    comparison.sections.iter().map(section).collect()
}

fn changes(comparison: &Comparison) -> Vec<Part> {
    let Some(changes) = &comparison.changes else { return Vec::new() };
    let mut parts = Vec::new();
    let mut put = |verdict, title: &str, lines: Vec<(String, String)>| {
        if !lines.is_empty() {
            parts.push(Part { verdict, title: format!("{title} ({})", lines.len()), lines });
        }
    };
    let of = |list: &[super::Change]| -> Vec<(String, String)> {
        let said = |c: &super::Change| format!("{} → {}", c.before.word(), c.after.word());
        list.iter().map(|c| (text::line(&c.requirement, 80), said(c))).collect()
    };
    let trials = |list: &[super::TrialChange]| -> Vec<(String, String)> {
        list.iter()
            .map(|c| {
                let before = c.before.map(|b| format!("{} → ", b.word())).unwrap_or_default();
                (text::line(&c.trial, 300), format!("{before}{}: {}", c.after.word(), text::line(&c.reason, 400)))
            })
            .collect()
    };
    put("fail", "Regressed", of(&changes.regressed));
    put("fail", "Broken, and not judged before", of(&changes.found));
    put("fail", "Trials that fail now and did not before", trials(&changes.failing));
    put("warn", "Warned of now", of(&changes.warned));
    put("inconclusive", "No longer judged", of(&changes.unjudged));
    put("pass", "Fixed", of(&changes.fixed));
    put("pass", "Judged now", of(&changes.judged));
    put("fail", "Trials that fail, and that the earlier run did not have", trials(&changes.new));
    parts
}
