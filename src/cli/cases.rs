//! `cases`: what there is to run, what cases are made of, and whether a user's own are sound.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::{exit, vocabulary};
use crate::case::profile::profiles;
use crate::case::{self, Case, LoadError, Scope, load, matrix, register};
use crate::record::Level;

/// Arguments of `cases`.
#[derive(clap::Args)]
pub struct Args {
    /// How to list them
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Check the case files of a folder, or one file, instead of listing the suite's own
    #[arg(long, value_name = "DIR", conflicts_with_all = ["format", "vocabulary"])]
    lint: Option<PathBuf>,

    /// List the profiles: named claims, each over some of the cases
    #[arg(long, conflicts_with_all = ["format", "vocabulary", "lint"])]
    profiles: bool,

    /// List the words that case files are written in
    #[arg(long, conflicts_with = "format")]
    vocabulary: bool,
}

/// Output formats of `cases`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Two lines a case
    Human,
    /// One JSON document
    Json,
}

fn list_profiles(cases: &[Case], out: &mut dyn Write) -> io::Result<()> {
    for profile in profiles() {
        let taken = cases.iter().filter(|c| profile.takes(c)).count();
        writeln!(out, "{}\n    {} ({taken} of {} cases)", profile.name, profile.title, cases.len())?;
    }
    Ok(())
}

/// A case as it is listed.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    requirements: Vec<&'a str>,
    level: Level,
    /// Rows of the matrix.
    trials: usize,
    /// What that many trials are run on.
    scope: &'static str,
    writes: bool,
    risky: bool,
    file: &'a str,
}

impl<'a> Listed<'a> {
    fn new(case: &'a Case) -> Self {
        let requirements: Vec<&str> = case.requirements.iter().map(|r| r.get_ref().as_str()).collect();
        Listed {
            id: case.id.get_ref(),
            title: &case.title,
            level: register::strongest(requirements.iter().copied()),
            requirements,
            trials: matrix::rows(case).len(),
            scope: scope(case.scope),
            writes: case.writes(),
            risky: case.risky,
            file: &case.file,
        }
    }
}

/// Runs the command; gives an exit code of [`super::exit`]: [`exit::USAGE`] where a case file is faulty.
pub fn run(args: &Args) -> u8 {
    if let Some(path) = &args.lint {
        return lint(path);
    }
    let mut out = io::stdout().lock();
    // Who has seen enough closes the pipe.
    let _ = match (args.vocabulary, case::embedded()) {
        (true, _) => vocabulary::print(&mut out),
        (false, Ok(cases)) if args.profiles => list_profiles(&cases, &mut out),
        (false, Ok(cases)) => list(&cases, args.format, &mut out),
        (false, Err(errors)) => return complain(errors),
    };
    exit::OK
}

fn list(cases: &[Case], format: Format, out: &mut dyn Write) -> io::Result<()> {
    let listed: Vec<Listed<'_>> = cases.iter().map(Listed::new).collect();
    if format == Format::Json {
        let document = serde_json::json!({ "format": "taxii-conformance/cases", "version": 1, "cases": listed });
        return writeln!(out, "{document:#}");
    }
    let width = listed.iter().map(|case| case.id.chars().count()).max().unwrap_or(0);
    for case in &listed {
        let mut marks = vec![case.requirements.join(", ")];
        let each = match case.scope {
            "root" => " on each API root",
            "every-collection" => " on each collection",
            "every-readable" | "every-open" => " on each collection that can be read",
            "every-closed" => " on each collection that cannot be read",
            "every-writable" => " on each collection that may be written to",
            _ => "",
        };
        if case.trials > 1 || !each.is_empty() {
            marks.push(format!("{}{each}", count(case.trials, "trial")));
        }
        if case.writes {
            marks.push("writes".to_owned());
        }
        if case.risky {
            marks.push("risky".to_owned());
        }
        writeln!(out, "{:width$}  {}\n{:width$}  {}", case.id, case.title, "", marks.join(" · "))?;
    }
    let writing = listed.iter().filter(|case| case.writes).count();
    writeln!(out, "\n{}, {writing} of which write", count(listed.len(), "case"))
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Server => "server",
        Scope::Root => "root",
        Scope::Collection => "collection",
        Scope::EveryCollection => "every-collection",
        Scope::EveryReadable => "every-readable",
        Scope::EveryOpen => "every-open",
        Scope::EveryClosed => "every-closed",
        Scope::EveryWritable => "every-writable",
    }
}

/// Checks case files, and prints everything that is wrong with them.
fn lint(path: &Path) -> u8 {
    let cases = match read(path) {
        Ok(cases) => cases,
        Err(errors) => return complain(errors),
    };
    let own = case::embedded().unwrap_or_default();
    let taken: Vec<(&Case, &Case)> =
        cases.iter().filter_map(|c| Some((c, own.iter().find(|o| o.id.get_ref() == c.id.get_ref())?))).collect();
    for (case, other) in &taken {
        eprintln!("error: {}: the id `{}` is already used in {}", case.file, case.id.get_ref(), other.file);
    }
    if !taken.is_empty() {
        eprintln!("{} in {}", count(taken.len(), "error"), path.display());
        return exit::USAGE;
    }
    let trials: usize = cases.iter().map(|c| matrix::rows(c).len()).sum();
    let verb = if cases.len() == 1 { "is" } else { "are" };
    println!("{} ({}) {verb} good", count(cases.len(), "case"), count(trials, "trial"));
    exit::OK
}

fn read(path: &Path) -> Result<Vec<Case>, Vec<LoadError>> {
    if path.is_file()
        && let Ok(text) = fs::read_to_string(path)
    {
        return load::parse(&path.display().to_string(), &text).map(|case| vec![case]);
    }
    case::load_dir(path)
}

fn complain(errors: Vec<LoadError>) -> u8 {
    let number = errors.len();
    for error in errors {
        eprintln!("{:?}", miette::Report::new(error));
    }
    eprintln!("{}", count(number, "error"));
    exit::USAGE
}

/// `1 case`, `2 cases`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
