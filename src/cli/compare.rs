//! `compare`: reports of several servers side by side, or of one server one after the other.

use std::io::{self, IsTerminal, Write};
use std::path::{Component, Path, PathBuf};

use super::exit;
use super::save;
use super::stored::refuse;
use super::usage::UsageError;
use super::values::{Named, ReportTo};
use crate::case;
use crate::record::Report;
use crate::report::compare::{Comparison, Format, Source, compare, same_server, text};
use crate::report::read;
use crate::report::style::Style;

/// What `compare --help` says last.
const EXITS: &str = "\
With --baseline, or where exactly two reports are of one server (URL and title), what changed from the first
to the second is told. Exits with 1 where something regressed, with 0 otherwise; 2 where a report cannot be
read, 3 where one cannot be written.";

/// Arguments of `compare`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXITS)]
pub struct Args {
    /// JSON reports
    #[arg(value_name = "REPORT.json", required = true)]
    files: Vec<PathBuf>,

    /// JSON report of an earlier run against the same server: what changed since then is told
    #[arg(long, value_name = "OLD.json")]
    baseline: Option<PathBuf>,

    /// With a baseline, exit with 1 also on new warnings and on what is no longer judged
    #[arg(long)]
    strict: bool,

    /// Comparison to write: json=PATH, markdown=PATH or html=PATH; may be given again
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    reports: Vec<ReportTo<Format>>,

    /// List the requirements too that stand the same everywhere
    #[arg(short, long)]
    verbose: bool,
}

impl Named for Format {
    const ALL: &'static [(&'static str, Self)] = Format::ALL;
}

/// Runs the command; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    if let Some(wrong) = usage(args) {
        return refuse(wrong);
    }
    let unwritable = save::unwritable(&args.reports);
    if !unwritable.is_empty() {
        return save::complain(&mut io::stderr(), &unwritable);
    }
    let mut reports: Vec<(PathBuf, Report)> = Vec::new();
    for file in args.baseline.iter().chain(&args.files) {
        match read::read(file) {
            Ok(report) => reports.push((file.clone(), report)),
            Err(error) => return refuse(error),
        }
    }
    let run_to_run = args.baseline.is_some() || matches!(&reports[..], [(_, a), (_, b)] if same_server(a, b));
    let requirement = |id: &str| case::requirement(id);
    let mut failed = Vec::new();
    // links are relative to each file that is written
    for to in &args.reports {
        let comparison = compare(&sources(&reports, &to.path), run_to_run, &requirement);
        let one = std::slice::from_ref(to);
        failed.extend(save::save(one, &mut io::stdout(), |format, out| format.write(&comparison, out)));
    }
    let comparison = compare(&sources(&reports, Path::new("")), run_to_run, &requirement);
    show(args, &comparison);
    if !failed.is_empty() {
        return save::complain(&mut io::stderr(), &failed);
    }
    match &comparison.changes {
        Some(changes) if changes.regression(args.strict) => exit::FAILED,
        _ => exit::OK,
    }
}

fn usage(args: &Args) -> Option<UsageError> {
    if let Some(doubled) = save::doubled(&args.reports) {
        return Some(UsageError::new(doubled));
    }
    match (&args.baseline, args.files.len()) {
        (Some(_), 1) => None,
        (Some(_), _) => {
            Some(UsageError::with_help("--baseline takes one other report", "compare one new report with the old one"))
        }
        (None, 1) => Some(UsageError::with_help(
            "one report alone cannot be compared",
            "give another, or an older one with --baseline",
        )),
        (None, _) => None,
    }
}

fn show(args: &Args, comparison: &Comparison) {
    let to_stderr = save::takes_stdout(&args.reports);
    let terminal = if to_stderr { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
    let style = Style::of(terminal, |name| std::env::var(name).ok());
    let text = text::render(comparison, style, args.verbose);
    // who has seen enough closes the pipe
    let _ = match to_stderr {
        true => io::stderr().write_all(text.as_bytes()),
        false => io::stdout().write_all(text.as_bytes()),
    };
}

/// Where each report can be found from the file at `to`: its HTML, where there is one beside it.
fn sources(reports: &[(PathBuf, Report)], to: &Path) -> Vec<(Source, Report)> {
    let one = |(path, report): &(PathBuf, Report)| {
        let html = path.with_extension("html");
        let shown = if html.is_file() { &html } else { path };
        let link = relative(to.parent().unwrap_or(Path::new("")), shown).unwrap_or_default();
        (Source { file: path.display().to_string(), link }, report.clone())
    };
    reports.iter().map(one).collect()
}

/// A path from a folder to a file, both relative to the current folder or both absolute, as a URL writes it.
fn relative(folder: &Path, file: &Path) -> Option<String> {
    let parts = |path: &Path| -> Option<Vec<String>> {
        let mut parts = Vec::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::Normal(name) => parts.push(name.to_str()?.to_owned()),
                Component::RootDir => parts.push(String::new()),
                // what lies above cannot be told from here
                Component::ParentDir | Component::Prefix(_) => return None,
            }
        }
        Some(parts)
    };
    if folder.is_absolute() != file.is_absolute() && !folder.as_os_str().is_empty() {
        return None;
    }
    let (folder, file) = (parts(folder)?, parts(file)?);
    let common = folder.iter().zip(&file).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folder.len() - common);
    Some(up.chain(file[common..].iter().map(String::as_str)).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative() {
        for (folder, file, link) in [
            ("", "a.json", Some("a.json")),
            ("out", "out/a.json", Some("a.json")),
            ("out", "in/a.json", Some("../in/a.json")),
            ("./out/x", "out/y/a.json", Some("../y/a.json")),
            ("/out", "/in/a.json", Some("../in/a.json")),
            ("/out", "in/a.json", None),
            ("out", "../a.json", None),
        ] {
            assert_eq!(relative(Path::new(folder), Path::new(file)).as_deref(), link, "{folder} {file}");
        }
    }
}
