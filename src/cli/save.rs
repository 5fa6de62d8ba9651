//! Reports that a command was asked to write: to files, and at most one to standard output.

use std::io::Write;

use super::exit;
use super::values::ReportTo;
use crate::record::Report;
use crate::report::Lookup;
use crate::report::write::{WriteError, check_writable, write};

/// Whether a report goes to standard output. What is for people then goes to standard error.
pub fn takes_stdout(reports: &[ReportTo]) -> bool {
    reports.iter().any(ReportTo::is_stdout)
}

/// What could not be written, known before the work is done. Leaves no trace.
pub fn unwritable(reports: &[ReportTo]) -> Vec<WriteError> {
    reports.iter().filter(|to| !to.is_stdout()).filter_map(|to| check_writable(&to.path).err()).collect()
}

/// Writes all reports, and gives what failed. One that fails does not keep the others from being
/// written.
pub fn save(report: &Report, reports: &[ReportTo], requirement: Lookup<'_>, stdout: &mut dyn Write) -> Vec<WriteError> {
    let mut one = |to: &ReportTo| {
        if to.is_stdout() {
            let written = to.format.write(report, requirement, stdout).and_then(|()| stdout.flush());
            written.map_err(|e| WriteError { path: "(standard output)".into(), reason: e.to_string() })
        } else {
            write(&to.path, |out| to.format.write(report, requirement, out))
        }
    };
    reports.iter().map(&mut one).filter_map(Result::err).collect()
}

/// Says what failed; gives the exit code for it.
pub fn complain(err: &mut dyn Write, errors: &[WriteError]) -> u8 {
    for error in errors {
        let _ = writeln!(err, "error: {error}");
    }
    exit::UNTESTABLE
}
