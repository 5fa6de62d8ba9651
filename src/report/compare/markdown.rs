//! A comparison as Markdown.

use super::text::{LEVELS, STANDINGS, letter};
use super::{Change, Changes, Comparison, Row, Standing, TrialChange};
use crate::record::Level;
use crate::report::markdown::text::{code, prose};
use crate::report::style::shape;

/// The comparison as Markdown.
pub fn render(comparison: &Comparison) -> String {
    let title = if comparison.changes.is_some() { "What changed" } else { "TAXII 2.1 servers compared" };
    let mut out =
        format!("# {title}\n\n| | Server | Report | Suite | Tested | Claim |\n| --- | --- | --- | --- | --- | --- |\n");
    for (at, column) in comparison.columns.iter().enumerate() {
        let software = column.software.as_ref().map(|s| format!(" {}", code(s, 80))).unwrap_or_default();
        out += &format!(
            "| **{}** | {} {}{software} | {} | {}, cases {} | {}{} | {} {} |\n",
            letter(at),
            prose(&column.name, 60),
            code(&column.url, 200),
            link(&column.link, &column.file),
            prose(&column.version, 40),
            code(&column.cases, 40),
            prose(&column.started, 40),
            if column.write.is_some() { ", writes" } else { ", reads only" },
            shape(column.verdict),
            prose(&column.claim, 300),
        );
    }
    if !comparison.caveats.is_empty() {
        out += "\n## Before you compare\n\n";
        for caveat in &comparison.caveats {
            out += &format!("- {}\n", prose(caveat, 600));
        }
    }
    if let Some(changes) = &comparison.changes {
        self::changes(&mut out, changes);
    }
    scores(&mut out, comparison);
    let differ: Vec<&Row> = comparison.rows().filter(|r| r.differs).collect();
    if !differ.is_empty() {
        out += &format!("\n## Where they differ ({})\n\n", differ.len());
        table(&mut out, comparison, differ, true);
    }
    out += "\n## Requirements by section\n";
    for section in &comparison.sections {
        let counts: Vec<String> = (0..comparison.columns.len())
            .map(|at| format!("{} {} of {}", letter(at), section.count(at, Standing::Met), section.rows.len()))
            .collect();
        let title = format!("{} {}", prose(&section.number, 40), section.label);
        out += &format!("\n<details><summary>{}: met by {}</summary>\n\n", title.trim_end(), counts.join(", "));
        table(&mut out, comparison, section.rows.iter().collect(), false);
        out += "\n</details>\n";
    }
    out += "\nA requirement that no trial of a report judged is “not judged” there; that is no pass.\n";
    out
}

/// A relative link; the name alone where the path could be taken for more.
fn link(target: &str, name: &str) -> String {
    let plain = !target.is_empty() && target.chars().all(|c| c.is_ascii_alphanumeric() || "/.-_~".contains(c));
    if plain { format!("[{}]({target})", prose(name, 120)) } else { code(name, 120) }
}

fn scores(out: &mut String, comparison: &Comparison) {
    let heads: Vec<&str> = STANDINGS.iter().map(|s| s.word()).collect();
    *out +=
        &format!("\n## Scores\n\n| Level | | {} |\n| --- | --- |{}\n", heads.join(" | "), " --: |".repeat(heads.len()));
    for level in LEVELS {
        for (at, column) in comparison.columns.iter().enumerate() {
            let Some(counts) = column.levels.get(&level) else { continue };
            let cells: Vec<String> =
                STANDINGS.iter().map(|s| counts.get(s).map_or("·".to_owned(), usize::to_string)).collect();
            *out += &format!("| {} | {} | {} |\n", level.word(), letter(at), cells.join(" | "));
        }
    }
    let names: std::collections::BTreeSet<&String> =
        comparison.columns.iter().flat_map(|c| c.profiles.keys()).collect();
    if names.is_empty() {
        return;
    }
    let heads: Vec<String> = (0..comparison.columns.len()).map(letter).collect();
    *out += &format!("\n| Profile | {} |\n| --- |{}\n", heads.join(" | "), " --- |".repeat(heads.len()));
    for name in names {
        let cells: Vec<&str> = comparison
            .columns
            .iter()
            .map(|c| match c.profiles.get(name) {
                Some(true) => "✓ met",
                Some(false) => "✗ not met",
                None => "not told",
            })
            .collect();
        *out += &format!("| {} | {} |\n", prose(name, 60), cells.join(" | "));
    }
}

fn table(out: &mut String, comparison: &Comparison, rows: Vec<&Row>, words: bool) {
    let heads: Vec<String> = (0..comparison.columns.len()).map(letter).collect();
    let (head, rule) = if words { ("| What has to hold ", "| --- ") } else { ("", "") };
    *out += &format!(
        "| Requirement | Level {head}| {} |\n| --- | --- {rule}|{}\n",
        heads.join(" | "),
        " --- |".repeat(heads.len())
    );
    for row in rows {
        let cells: Vec<String> = row.standings.iter().map(|s| format!("{} {}", shape(s.verdict()), s.word())).collect();
        let statement = if words { format!("| {} ", prose(&row.statement, 300)) } else { String::new() };
        let level = row.level.map_or("", Level::word);
        *out += &format!("| {} | {level} {statement}| {} |\n", prose(&row.id, 80), cells.join(" | "));
    }
}

fn changes(out: &mut String, changes: &Changes) {
    for (title, list) in [
        ("Regressed", &changes.regressed),
        ("Broken, and not judged before", &changes.found),
        ("Warned of now", &changes.warned),
        ("No longer judged", &changes.unjudged),
        ("Fixed", &changes.fixed),
        ("Judged now", &changes.judged),
    ] {
        requirements(out, title, list);
    }
    trials(out, "Trials that fail now and did not before", &changes.failing);
    trials(out, "Trials that fail, and that the earlier run did not have", &changes.new);
    if !changes.regression(false) {
        *out += "\nNothing regressed.\n";
    }
}

fn requirements(out: &mut String, title: &str, list: &[Change]) {
    if list.is_empty() {
        return;
    }
    *out += &format!("\n## {title} ({})\n\n", list.len());
    for Change { requirement, before, after } in list {
        *out += &format!("- {}: {} → {}\n", prose(requirement, 80), before.word(), after.word());
    }
}

fn trials(out: &mut String, title: &str, list: &[TrialChange]) {
    if list.is_empty() {
        return;
    }
    *out += &format!("\n## {title} ({})\n\n", list.len());
    for change in list.iter().take(200) {
        let before = change.before.map(|b| format!("{} → ", b.word())).unwrap_or_default();
        let reason = prose(&change.reason, 300);
        *out += &format!("- {}: {before}{}: {reason}\n", code(&change.trial, 200), change.after.word());
    }
    if list.len() > 200 {
        *out += &format!("- … and {} more\n", list.len() - 200);
    }
}
