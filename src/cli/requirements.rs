//! `requirements`: the register, and what tests each requirement.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::exit;
use crate::case::{self, Case};
use crate::record::{Actor, Level, Requirement, Summary};
use crate::report::read;
use crate::report::style::wrap;
use crate::server;
use crate::stix;

/// Width to which text is wrapped, in characters.
const WIDTH: usize = 100;

/// Arguments of `requirements`.
#[derive(clap::Args)]
pub struct Args {
    /// The standard
    #[arg(long, value_enum, default_value_t = Standard::Taxii)]
    standard: Standard,

    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Add the cases that test each requirement, the defects of the reference server that break it, and
    /// why it has no case
    #[arg(long)]
    coverage: bool,

    /// With --coverage, add how each requirement stood in this JSON report of a run [default:
    /// reports/local/reference.json, which `run --reference` leaves, where it is there]
    #[arg(long, value_name = "FILE", requires = "coverage")]
    report: Option<PathBuf>,
}

/// Report of the last run, unless another is named.
const LAST: &str = "reports/local/reference.json";

/// Standards with a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Standard {
    /// TAXII 2.1, tested by cases
    #[value(name = "taxii-2.1")]
    Taxii,
    /// STIX 2.1, judged by `validate` and `pattern`
    #[value(name = "stix-2.1")]
    Stix,
}

/// Output formats of `requirements`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// A Markdown table
    Markdown,
    /// Comma-separated values (RFC 4180)
    Csv,
    /// One JSON document
    Json,
}

/// A requirement, and what tests it.
#[derive(Serialize)]
pub struct Covered<'a> {
    /// The row of the register.
    pub requirement: &'a Requirement,
    /// Ids of the cases that cite it.
    pub cases: Vec<&'a str>,
    /// Names of the defects of the reference server that break it.
    pub defects: Vec<&'static str>,
    /// How it stood in the last run, where there is a report of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<&'static str>,
    /// Why it has no case, where it has none; of a rule of STIX that another one says again, which one.
    pub reason: Option<String>,
}

/// Why requirements have no case: `cases/requirements/reasons.toml`.
pub fn reasons() -> Result<BTreeMap<String, String>, toml::de::Error> {
    toml::from_str(include_str!("../../cases/requirements/reasons.toml"))
}

/// Every requirement of the register, with what tests it.
pub fn coverage<'a>(cases: &'a [Case], reasons: &BTreeMap<String, String>) -> Vec<Covered<'a>> {
    let cites = |case: &Case, id: &str| case.requirements.iter().any(|cited| cited.get_ref() == id);
    let of = |requirement: &'static Requirement| Covered {
        requirement,
        cases: cases.iter().filter(|c| cites(c, &requirement.id)).map(|c| c.id.get_ref().as_str()).collect(),
        defects: server::defects()
            .iter()
            .filter(|d| d.requirements.contains(&requirement.id.as_str()))
            .map(|d| d.name)
            .collect(),
        last: None,
        reason: reasons.get(&requirement.id).cloned(),
    };
    case::requirements().iter().map(of).collect()
}

/// The rules of STIX 2.1 as rows of a register.
fn stix_requirements() -> Vec<Requirement> {
    let of = |rule: &stix::Rule| Requirement {
        id: rule.id.to_owned(),
        section: rule.section.to_owned(),
        level: if rule.keyword.starts_with("MUST") { Level::Must } else { Level::Should },
        // whoever serves content answers for it
        actor: Actor::Server,
        statement: rule.statement.to_owned(),
        observe: rule.kind.to_owned(),
    };
    stix::rules().iter().map(of).collect()
}

/// Every rule of STIX 2.1 with the command that judges it, or why none does.
fn stix_coverage(requirements: &[Requirement]) -> Vec<Covered<'_>> {
    let of = |(requirement, rule): (_, &stix::Rule)| {
        let (cases, reason) = match rule.coverage {
            stix::Coverage::Judged => (vec!["validate"], None),
            stix::Coverage::Same(other) => {
                (vec!["validate"], Some(format!("findings cite {other}, which says it again or in particular")))
            }
            stix::Coverage::Pattern => (vec!["pattern"], None),
            stix::Coverage::Reason(reason) => (Vec::new(), Some(reason.to_owned())),
            stix::Coverage::Missing => (Vec::new(), None),
        };
        Covered { requirement, cases, defects: Vec::new(), last: None, reason }
    };
    requirements.iter().zip(stix::rules()).map(of).collect()
}

/// How a requirement stood in a run, in a word or two.
fn stood(summary: &Summary, id: &str) -> &'static str {
    let among = |ids: &[String]| ids.iter().any(|known| known == id);
    match () {
        () if among(&summary.failed) => "broken",
        () if among(&summary.known) => "broken, known",
        () if among(&summary.warned) => "warned",
        () if among(&summary.passed) => "holds",
        () if summary.inconclusive.contains_key(id) => "not judged",
        () => "not run",
    }
}

/// Runs the command; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    let (cases, reasons) = match (case::embedded(), reasons()) {
        (Ok(cases), Ok(reasons)) => (cases, reasons),
        (Err(errors), _) => {
            errors.into_iter().for_each(|error| eprintln!("{:?}", miette::Report::new(error)));
            return exit::USAGE;
        }
        (_, Err(error)) => {
            eprintln!("error: cases/requirements/reasons.toml: {error}");
            return exit::USAGE;
        }
    };
    let rules = stix_requirements();
    let rows = match args.standard {
        Standard::Taxii => coverage(&cases, &reasons),
        Standard::Stix => stix_coverage(&rules),
    };
    let mut rows = rows;
    if args.coverage && matches!(args.standard, Standard::Taxii) {
        let named = args.report.is_some();
        let path = args.report.clone().unwrap_or_else(|| PathBuf::from(LAST));
        match read::read(&path) {
            Ok(report) => rows.iter_mut().for_each(|row| row.last = Some(stood(&report.summary, &row.requirement.id))),
            Err(error) if named => {
                eprintln!("error: {error}");
                return exit::USAGE;
            }
            // no run has been made here, or another version left the report
            Err(_) => {}
        }
    }
    let mut out = io::stdout().lock();
    // Who has seen enough closes the pipe.
    let _ = match args.format {
        Format::Text => text(&rows, args.coverage, &mut out),
        Format::Markdown => markdown(&rows, args.coverage, &mut out),
        Format::Csv => csv(&rows, args.coverage, &mut out),
        Format::Json => json(&rows, args.coverage, &mut out),
    };
    exit::OK
}

fn text(rows: &[Covered<'_>], coverage: bool, out: &mut dyn Write) -> io::Result<()> {
    for Covered { requirement, cases, defects, last, reason } in rows {
        let Requirement { id, level, section, statement, .. } = requirement;
        let first = format!("{id:<12} {:<8}", level.word());
        let indent = " ".repeat(first.len());
        write!(out, "{}", wrap(&first, &indent, WIDTH, &format!("{statement} (section {section})")))?;
        if coverage {
            let label = |word: &str| format!("{indent}{word:<9}");
            let further = label("");
            match (cases.is_empty(), reason) {
                (true, reason) => {
                    let reason = reason.as_deref().unwrap_or("no reason is given");
                    write!(out, "{}", wrap(&label("no case"), &further, WIDTH, reason))?;
                }
                (false, reason) => {
                    let note = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
                    write!(out, "{}", wrap(&label("cases"), &further, WIDTH, &(cases.join(", ") + &note)))?;
                }
            }
            if !defects.is_empty() {
                write!(out, "{}", wrap(&label("defects"), &further, WIDTH, &defects.join(", ")))?;
            }
            if let Some(last) = last {
                write!(out, "{}", wrap(&label("last run"), &further, WIDTH, last))?;
            }
        }
    }
    let tested = rows.iter().filter(|row| !row.cases.is_empty()).count();
    if rows.iter().all(|row| row.defects.is_empty()) {
        let rest = rows.len() - tested;
        return writeln!(out, "\n{} rules: {tested} are judged on content, {rest} are not", rows.len());
    }
    let proven = rows.iter().filter(|row| !row.cases.is_empty() && !row.defects.is_empty()).count();
    writeln!(
        out,
        "\n{} requirements: {tested} with a case, {} without; of those with a case, {proven} are broken by a defect",
        rows.len(),
        rows.len() - tested
    )
}

/// The names of the columns.
fn head(coverage: bool) -> Vec<&'static str> {
    let mut head = vec!["id", "section", "level", "statement"];
    if coverage {
        head.extend(["cases", "defects", "last run", "reason"]);
    }
    head
}

/// The columns of a row.
fn columns(row: &Covered<'_>, coverage: bool, separator: &str) -> Vec<String> {
    let Requirement { id, section, level, statement, .. } = row.requirement;
    let mut columns = vec![id.clone(), section.clone(), level.word().to_owned(), statement.clone()];
    if coverage {
        columns.push(row.cases.join(separator));
        columns.push(row.defects.join(separator));
        columns.push(row.last.unwrap_or_default().to_owned());
        columns.push(row.reason.clone().unwrap_or_default());
    }
    columns
}

fn markdown(rows: &[Covered<'_>], coverage: bool, out: &mut dyn Write) -> io::Result<()> {
    let head = head(coverage);
    writeln!(out, "| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len()))?;
    for row in rows {
        // a bar ends a cell, and an asterisk or an underscore may begin emphasis
        let escape = |cell: &String| cell.replace('|', "\\|").replace('*', "\\*").replace('_', "\\_");
        let cells: Vec<String> = columns(row, coverage, ", ").iter().map(escape).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn csv(rows: &[Covered<'_>], coverage: bool, out: &mut dyn Write) -> io::Result<()> {
    let quote = |cell: &str| match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    write!(out, "{}\r\n", head(coverage).join(","))?;
    for row in rows {
        let cells: Vec<String> = columns(row, coverage, " ").iter().map(|cell| quote(cell)).collect();
        write!(out, "{}\r\n", cells.join(","))?;
    }
    Ok(())
}

fn json(rows: &[Covered<'_>], coverage: bool, out: &mut dyn Write) -> io::Result<()> {
    let list = match coverage {
        true => serde_json::json!(rows),
        false => serde_json::json!(rows.iter().map(|row| row.requirement).collect::<Vec<_>>()),
    };
    let key = if coverage { "coverage" } else { "requirements" };
    let document =
        serde_json::json!({ "format": format!("taxii-conformance/{key}"), "version": 1, "requirements": list });
    writeln!(out, "{document:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_has_a_case_or_a_reason_and_not_both() {
        let (cases, reasons) = (case::embedded().expect("good cases"), reasons().expect("a good file"));
        let mut drift = Vec::new();
        for row in coverage(&cases, &reasons) {
            let id = &row.requirement.id;
            match (row.cases.is_empty(), &row.reason) {
                (true, None) => drift.push(format!("{id} has neither a case nor a reason")),
                (false, Some(_)) => drift.push(format!("{id} has a case, and a reason for having none")),
                _ => {}
            }
        }
        let unknown = reasons.keys().filter(|id| case::requirement(id).is_none());
        drift.extend(unknown.map(|id| format!("there is no requirement {id} to give a reason for")));
        assert_eq!(drift, Vec::<String>::new());
    }

    #[test]
    fn every_reason_is_of_a_known_kind() {
        for (id, reason) in reasons().expect("a good file") {
            let kind = reason.split_once(": ").map(|(kind, _)| kind);
            assert!(matches!(kind, Some("planned" | "client" | "unseen")), "{id}: {reason}");
        }
    }

    #[test]
    fn defects_break_known_requirements() {
        for defect in server::defects() {
            for id in defect.requirements {
                assert!(case::requirement(id).is_some(), "{}: {id}", defect.name);
            }
        }
    }
}
