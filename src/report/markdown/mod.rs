//! The report as Markdown, for merge requests, wikis, and as a step summary of GitHub.
//!
//! GitHub drops a step summary of more than 1 MiB as a whole. So the report is made with less and less
//! evidence until it fits, and what has to be left out even then is counted. The verdict and what is
//! broken come first; the rest is folded.

use std::io::{self, Write};

use super::Lookup;
use super::claim::{Claim, claim};
use super::console::head::count;
use super::sections::{Section, sections};
use super::style::shape;
use crate::record::{Report, Trial, Verdict};

mod groups;
pub(super) mod text;
mod trials;

use text::{code, prose};

/// Most bytes of a step summary of GitHub are 1,048,576; the step may have written to it before.
const LIMIT: usize = 1_000_000;

/// How much evidence is shown.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// Characters of a body; none where the exchange is not shown.
    body: Option<usize>,
    /// Findings of a trial.
    findings: usize,
    /// Trials of a list.
    trials: usize,
}

/// From generous to frugal.
const ROOMS: [Room; 5] = [
    Room { body: Some(2000), findings: 5, trials: usize::MAX },
    Room { body: Some(300), findings: 3, trials: usize::MAX },
    Room { body: None, findings: 2, trials: usize::MAX },
    Room { body: None, findings: 1, trials: 200 },
    Room { body: None, findings: 1, trials: 20 },
];

/// Writes the report.
pub fn write(report: &Report, requirement: Lookup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for room in ROOMS {
        text = render(report, requirement, room);
        if text.len() <= LIMIT {
            break;
        }
    }
    out.write_all(within(&text).as_bytes())
}

/// The last resort: whole lines, and a word on what is missing. Even the most frugal report can be too
/// long where names and reasons are.
fn within(text: &str) -> String {
    if text.len() <= LIMIT {
        return text.to_owned();
    }
    let mut end = LIMIT - 200;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let whole = text[..end].rfind('\n').map_or(0, |at| at + 1);
    format!("{}\n\nThe rest is left out here; the JSON report has everything.\n", &text[..whole])
}

fn render(report: &Report, requirement: Lookup<'_>, room: Room) -> String {
    let mut out = String::new();
    head(&mut out, report);
    counts(&mut out, report, requirement);
    let of = |verdict| -> Vec<&Trial> {
        report.trials.iter().filter(|t| t.verdict == verdict && t.known.is_none()).collect()
    };
    trials::list(&mut out, "Failures", &of(Verdict::Fail), requirement, room);
    groups::stale(&mut out, report);
    groups::left(&mut out, report, room);
    trials::list(&mut out, "Warnings", &of(Verdict::Warn), requirement, room);
    trials::known(&mut out, report, room);
    groups::by_reason(&mut out, "Could not be judged: the suite's fault or the network's", &of(Verdict::Error), room);
    groups::inconclusive(&mut out, &of(Verdict::Inconclusive), &report.summary, room);
    groups::by_reason(&mut out, "Skipped", &of(Verdict::Skip), room);
    groups::readings(&mut out, report, room);
    groups::notes(&mut out, report, room);
    out
}

fn head(out: &mut String, report: &Report) {
    let Claim { verdict, text, ids, more } = claim(report);
    *out += &format!("# {} {}\n\n", shape(verdict), prose(&text, 600));
    if !ids.is_empty() {
        let ids: Vec<String> = ids.iter().take(200).map(|id| code(id, 80)).collect();
        *out += &format!("{}\n\n", ids.join(", "));
    }
    for more in more {
        *out += &format!("{}\n\n", prose(&more, 300));
    }
    let (suite, server) = (&report.suite, &report.server);
    let named = |what: &Option<String>| what.as_ref().map(|t| format!(", {}", code(t, 80))).unwrap_or_default();
    let write = match &suite.write {
        Some(to) => format!("writes to {}", code(to, 80)),
        None => "reads only".to_owned(),
    };
    let collections = server.api_roots.iter().map(|r| r.collections.len()).sum();
    let rows = [
        ("Server", format!("{}{}{}", code(&server.url, 300), named(&server.title), named(&server.software))),
        ("Tested", format!("{}, {}", count(server.api_roots.len(), "API root"), count(collections, "collection"))),
        (
            "Suite",
            format!("{} {}, cases {}", prose(&suite.name, 60), prose(&suite.version, 40), code(&suite.cases, 80)),
        ),
        (
            "Run",
            format!("{}, {:.1} s, seed {}, {write}", prose(&suite.started, 40), suite.duration_ms / 1000.0, suite.seed),
        ),
    ];
    *out += "| | |\n| --- | --- |\n";
    for (name, value) in rows {
        *out += &format!("| {name} | {value} |\n");
    }
    if !server.not_contacted.is_empty() {
        let others: Vec<String> = server.not_contacted.iter().take(20).map(|url| code(url, 200)).collect();
        *out += &format!("| Not contacted, on another origin | {} |\n", others.join(", "));
    }
}

fn counts(out: &mut String, report: &Report, requirement: Lookup<'_>) {
    let verdicts: Vec<String> = Verdict::ALL
        .into_iter()
        .map(|verdict| (report.summary.count(verdict), verdict))
        .filter(|(number, _)| *number > 0)
        .map(|(number, verdict)| format!("{} {number} {}", shape(verdict), verdict.word()))
        .collect();
    let trials = count(report.trials.len(), "trial");
    *out += &format!("\n{}\n", if verdicts.is_empty() { trials } else { format!("{trials}: {}", verdicts.join(", ")) });
    let sections = sections(&report.summary, requirement);
    if sections.is_empty() {
        return;
    }
    *out += "\n| Requirements of section | hold | broken | warned | not judged |\n| --- | --: | --: | --: | --: |\n";
    let row = |s: &Section, title: String| {
        let cell = |number: usize| if number == 0 { "·".to_owned() } else { number.to_string() };
        let (hold, broken, warned, unjudged) = (cell(s.hold), cell(s.broken), cell(s.warned), cell(s.unjudged));
        format!("| {title} | {hold} | {broken} | {warned} | {unjudged} |\n")
    };
    let mut sum = Section::default();
    for s in &sections {
        *out += &row(s, format!("{} {}", prose(&s.number, 40), s.label).trim_end().to_owned());
        sum.hold += s.hold;
        sum.broken += s.broken;
        sum.warned += s.warned;
        sum.unjudged += s.unjudged;
    }
    *out += &row(&sum, "**all**".to_owned());
    *out += &format!("\nSections are those of {}.\n", link(&report.suite.standard));
}

/// An address of our own as a link; of anything else, its text.
fn link(url: &str) -> String {
    let plain = url.starts_with("https://") && url.chars().all(|c| c.is_ascii_alphanumeric() || "/:.-_~%".contains(c));
    if plain { format!("<{url}>") } else { code(url, 200) }
}

/// A heading with the number of what stands under it.
fn heading(out: &mut String, title: &str, number: usize) {
    *out += &format!("\n## {title} ({number})\n");
}

/// What a reader can unfold.
fn folded(out: &mut String, summary: &str, inner: &str) {
    // the empty lines make renderers read Markdown again
    *out += &format!("\n<details><summary>{summary}</summary>\n\n{inner}\n</details>\n");
}

/// `… and 3 more`, where a list was cut.
fn missing(out: &mut String, number: usize, shown: usize) {
    if number > shown {
        *out += &format!("\n… and {} more; the JSON report has them all\n", number - shown);
    }
}
