//! A comparison on a terminal.

use super::{Change, Changes, Column, Comparison, Row, Standing, TrialChange};
use crate::record::{Level, Verdict};
use crate::report::console::head::count;
use crate::report::sanitize::line;
use crate::report::style::{Style, shape, wrap};

/// Width to which prose is wrapped, in characters.
const WIDTH: usize = 100;
/// Levels in the order in which tables list them.
pub(super) const LEVELS: [Level; 4] = [Level::Must, Level::Derived, Level::Should, Level::May];
/// Standings in the order in which tables list them.
pub(super) const STANDINGS: [Standing; 6] =
    [Standing::Met, Standing::Warned, Standing::Known, Standing::Broken, Standing::Inconclusive, Standing::NotJudged];

/// The comparison as text. Requirements that all reports agree on are only counted, unless `all`.
pub fn render(comparison: &Comparison, style: Style, all: bool) -> String {
    let mut out = String::new();
    for (at, column) in comparison.columns.iter().enumerate() {
        head(&mut out, style, at, column);
    }
    if !comparison.caveats.is_empty() {
        out += &format!("\n{}\n", style.of_verdict(Verdict::Warn, "Before you compare"));
        for caveat in &comparison.caveats {
            out += &wrap("  - ", "    ", WIDTH, &line(caveat, 600));
        }
    }
    match &comparison.changes {
        Some(changes) => self::changes(&mut out, style, changes),
        None => scores(&mut out, style, comparison),
    }
    matrix(&mut out, style, comparison, all);
    out
}

/// `A`, `B`, … as tables call the reports.
pub(super) fn letter(at: usize) -> String {
    match u32::try_from(at).ok().filter(|at| *at < 26).and_then(|at| char::from_u32(u32::from('A') + at)) {
        Some(letter) => letter.to_string(),
        None => format!("#{}", at + 1),
    }
}

fn head(out: &mut String, style: Style, at: usize, column: &Column) {
    let name = format!("{}  {}", letter(at), column.name);
    *out += &format!("{}  {}\n", style.bold(&name), line(&column.file, 200));
    let mut facts = vec![line(&column.url, 200)];
    facts.extend(column.software.as_ref().map(|s| format!("server {}", line(s, 80))));
    facts.push(format!("suite {}, cases {}", line(&column.version, 40), line(&column.cases, 40)));
    facts.push(line(&column.started, 40));
    facts.push(if column.write.is_some() { "writes".to_owned() } else { "reads only".to_owned() });
    *out += &wrap("   ", "   ", WIDTH, &facts.join(" · "));
    let claim = format!("{} {}", shape(column.verdict), line(&column.claim, 400));
    *out += &style.of_verdict(column.verdict, wrap("   ", "   ", WIDTH, &claim).trim_end());
    *out += "\n";
}

fn scores(out: &mut String, style: Style, comparison: &Comparison) {
    let heads: Vec<String> = STANDINGS.iter().map(|s| format!("{:>14}", s.word())).collect();
    *out += &format!("\n{}\n", style.bold(&format!("{:<14}{}", "Requirements", heads.concat())));
    for level in LEVELS {
        for (at, column) in comparison.columns.iter().enumerate() {
            let Some(counts) = column.levels.get(&level) else { continue };
            let cells: Vec<String> = STANDINGS
                .iter()
                .map(|s| match counts.get(s) {
                    Some(number) => style.of_verdict(s.verdict(), &format!("{number:>14}")),
                    None => style.dim(&format!("{:>14}", "·")),
                })
                .collect();
            *out += &format!("{:<10}{:<4}{}\n", level.word(), letter(at), cells.concat());
        }
    }
    profiles(out, style, comparison);
}

fn profiles(out: &mut String, style: Style, comparison: &Comparison) {
    let names: std::collections::BTreeSet<&String> =
        comparison.columns.iter().flat_map(|c| c.profiles.keys()).collect();
    if names.is_empty() {
        return;
    }
    let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0).max(8) + 2;
    let heads: String = (0..comparison.columns.len()).map(|at| format!("{:<12}", letter(at))).collect();
    *out += &format!("\n{}\n", style.bold(&format!("{:<width$}{heads}", "Profiles")));
    for name in names {
        let cells: String = comparison.columns.iter().map(|c| met(style, c.profiles.get(name).copied())).collect();
        *out += &format!("{:<width$}{}\n", line(name, 60), cells.trim_end());
    }
}

fn met(style: Style, met: Option<bool>) -> String {
    let (verdict, word) = match met {
        Some(true) => (Verdict::Pass, "met"),
        Some(false) => (Verdict::Fail, "not met"),
        None => (Verdict::Skip, "not told"),
    };
    style.of_verdict(verdict, &format!("{:<12}", format!("{} {word}", shape(verdict))))
}

fn matrix(out: &mut String, style: Style, comparison: &Comparison, all: bool) {
    let wanted = |row: &&Row| all || row.standings.iter().any(|s| *s != row.standings[0]);
    let shown = comparison.rows().filter(wanted).count();
    let total = comparison.rows().count();
    let heads: String = (0..comparison.columns.len()).map(|at| format!("{:<16}", letter(at))).collect();
    let title = if all { "Requirement" } else { "Where they differ" };
    *out += &format!("\n{}\n", style.bold(format!("{title:<32}{heads}").trim_end()));
    for section in &comparison.sections {
        let rows: Vec<&Row> = section.rows.iter().filter(wanted).collect();
        if rows.is_empty() {
            continue;
        }
        *out += &format!("{}\n", style.dim(format!("{:<6} {}", line(&section.number, 20), section.label).trim_end()));
        for row in rows {
            let level = row.level.map_or("", Level::word);
            let cells: String = row.standings.iter().map(|s| cell(style, *s)).collect();
            *out += &format!("  {:<20}{level:<10}{}\n", line(&row.id, 40), cells.trim_end());
        }
    }
    if shown < total {
        let rest = total - shown;
        *out += &style.dim(&format!("  {rest} of {total} requirements stand the same everywhere; -v lists them too"));
        *out += "\n";
    }
}

fn cell(style: Style, standing: Standing) -> String {
    let text = format!("{} {}", shape(standing.verdict()), standing.word());
    style.of_verdict(standing.verdict(), &format!("{text:<16}"))
}

fn changes(out: &mut String, style: Style, changes: &Changes) {
    list(out, style, Verdict::Fail, "Regressed", &changes.regressed);
    list(out, style, Verdict::Fail, "Broken, and not judged before", &changes.found);
    trials(out, style, "Trials that fail now and did not before", &changes.failing);
    list(out, style, Verdict::Warn, "Warned of now", &changes.warned);
    list(out, style, Verdict::Inconclusive, "No longer judged", &changes.unjudged);
    list(out, style, Verdict::Pass, "Fixed", &changes.fixed);
    list(out, style, Verdict::Pass, "Judged now", &changes.judged);
    trials(out, style, "Trials that fail, and that the earlier run did not have", &changes.new);
    let (requirements, trials) = (changes.regressed.len() + changes.found.len(), changes.failing.len());
    let (verdict, text) = if changes.regression(false) {
        let (requirements, trials) = (count(requirements, "requirement"), count(trials, "trial"));
        (Verdict::Fail, format!("Worse than before: {requirements}, {trials}."))
    } else {
        (Verdict::Pass, "Nothing regressed.".to_owned())
    };
    *out += &format!("\n{}\n", style.of_verdict(verdict, &format!("{} {text}", shape(verdict))));
}

fn list(out: &mut String, style: Style, verdict: Verdict, title: &str, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    *out += &format!("\n{}\n", style.of_verdict(verdict, &format!("{title} ({})", changes.len())));
    for change in changes {
        let (before, after) = (change.before.word(), change.after.word());
        *out += &format!("  {:<20}{before} → {after}\n", line(&change.requirement, 40));
    }
}

fn trials(out: &mut String, style: Style, title: &str, changes: &[TrialChange]) {
    if changes.is_empty() {
        return;
    }
    *out += &format!("\n{}\n", style.of_verdict(Verdict::Fail, &format!("{title} ({})", changes.len())));
    for change in changes.iter().take(100) {
        let before = change.before.map(|b| format!("{} → ", b.word())).unwrap_or_default();
        *out += &format!("  {}\n", line(&change.trial, 200));
        *out += &wrap(
            "      ",
            "      ",
            WIDTH,
            &format!("{before}{}: {}", change.after.word(), line(&change.reason, 400)),
        );
    }
    if changes.len() > 100 {
        *out += &format!("  … and {} more\n", changes.len() - 100);
    }
}
