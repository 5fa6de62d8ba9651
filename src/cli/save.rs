//! Reports that a command was asked to write: to files, and at most one to standard output.

use std::io::{self, Write};

use super::exit;
use super::values::ReportTo;
use crate::record::Report;
use crate::report::Lookup;
use crate::report::style::Style;
use crate::report::write::{WriteError, check_writable, write};

/// Whether a report goes to standard output. What is for people then goes to standard error.
pub fn takes_stdout<F>(reports: &[ReportTo<F>]) -> bool {
    reports.iter().any(ReportTo::is_stdout)
}

/// What could not be written, known before the work is done. Leaves no trace.
pub fn unwritable<F>(reports: &[ReportTo<F>]) -> Vec<WriteError> {
    reports.iter().filter(|to| !to.is_stdout()).filter_map(|to| check_writable(&to.path).err()).collect()
}

/// Two reports for one file are wrong usage: a sentence that says so.
pub fn doubled<F>(reports: &[ReportTo<F>]) -> Option<String> {
    let again = reports.iter().enumerate().find(|(at, to)| reports[..*at].iter().any(|other| other.path == to.path));
    again.map(|(_, to)| format!("two reports would go to {}", to.path.display()))
}

/// Writes all, and gives what failed. One that fails does not keep the others from being written.
pub fn save<F>(
    reports: &[ReportTo<F>],
    stdout: &mut dyn Write,
    content: impl Fn(&F, &mut dyn Write) -> io::Result<()>,
) -> Vec<WriteError> {
    let mut one = |to: &ReportTo<F>| {
        if to.is_stdout() {
            let written = content(&to.format, stdout).and_then(|()| stdout.flush());
            written.map_err(|e| WriteError { path: "(standard output)".into(), reason: e.to_string() })
        } else {
            write(&to.path, |out| content(&to.format, out))
        }
    };
    reports.iter().map(&mut one).filter_map(Result::err).collect()
}

/// Where a command that made a report tells of it.
pub struct Told<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// How it looks.
    pub style: Style,
    /// Finds requirements.
    pub requirement: Lookup<'a>,
}

/// Writes a report in all formats that were asked for, and the text for people; names the files unless
/// `quiet`. Gives the exit code: that of `done`, or that of a report that could not be written.
pub fn present(report: &Report, reports: &[ReportTo], text: &str, quiet: bool, done: u8, told: Told<'_>) -> u8 {
    let Told { out, err, style, requirement } = told;
    let failed = save(reports, out, |format, out| format.write(report, requirement, out));
    let people: &mut dyn Write = if takes_stdout(reports) { err } else { out };
    // who has seen enough closes the pipe
    let _ = people.write_all(text.as_bytes());
    let paths: Vec<String> =
        reports.iter().filter(|to| !to.is_stdout()).map(|to| to.path.display().to_string()).collect();
    if !quiet && failed.is_empty() && !paths.is_empty() {
        let _ = writeln!(people, "{}", style.dim(&format!("  Reports: {}", paths.join(", "))));
    }
    let _ = people.flush();
    if failed.is_empty() { done } else { complain(err, &failed) }
}

/// Says what failed; gives the exit code for it.
pub fn complain(err: &mut dyn Write, errors: &[WriteError]) -> u8 {
    for error in errors {
        let _ = writeln!(err, "error: {error}");
    }
    exit::UNTESTABLE
}
