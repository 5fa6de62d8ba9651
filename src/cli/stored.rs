//! Commands that work on reports that were written before: `report` and `merge`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use miette::Diagnostic;

use super::exit;
use super::save::{self, Told};
use super::usage::UsageError;
use super::values::ReportTo;
use crate::case;
use crate::record::Report;
use crate::report::bundle::{self, key::SigningKey};
use crate::report::console::{self, Verbosity};
use crate::report::merge;
use crate::report::read;
use crate::report::style::Style;
use crate::report::write;
use crate::run::{Options, verdict};

/// How `report` and `merge` show what they have.
#[derive(Clone, Debug, clap::Args)]
pub struct Output {
    /// Report to write, as for `run`; may be given again
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    pub reports: Vec<ReportTo>,

    /// Print the summary alone
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print passes too
    #[arg(short, long)]
    pub verbose: bool,
}

/// Arguments of `report`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Exits with 0, whatever the report says; 2 where it cannot be read, 3 where a report cannot be written."
)]
pub struct ReportArgs {
    /// JSON report
    #[arg(value_name = "REPORT.json")]
    file: PathBuf,

    /// Bundle to write: the report, its exchanges and their hashes in one archive
    #[arg(long, value_name = "FILE.zip")]
    bundle: Option<PathBuf>,

    /// Private key to sign the bundle with: Ed25519, PEM (PKCS #8)
    #[arg(long, value_name = "KEY.pem", requires = "bundle")]
    sign: Option<PathBuf>,

    #[command(flatten)]
    output: Output,
}

/// Arguments of `merge`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Exits as the undivided run would have; 2 where the reports are not the parts of one plan.")]
pub struct MergeArgs {
    /// JSON reports of all parts of one run
    #[arg(value_name = "REPORT.json", required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    output: Output,
}

/// Runs `report`; gives an exit code of [`super::exit`].
pub fn report(args: &ReportArgs) -> u8 {
    let (json, report) = match read::read_with_bytes(&args.file) {
        Ok(found) => found,
        Err(error) => return refuse(error),
    };
    if let Some(path) = &args.bundle {
        let key = match args.sign.as_deref().map(SigningKey::read).transpose() {
            Ok(key) => key,
            Err(error) => return refuse(error),
        };
        if let Some(other) = args.output.reports.iter().find(|to| to.path == *path) {
            return refuse(UsageError::new(format!(
                "a report and the bundle would both go to {}",
                other.path.display()
            )));
        }
        if let Err(error) = write::write(path, |out| bundle::write(&report, &json, key.as_ref(), out)) {
            return save::complain(&mut io::stderr(), &[error]);
        }
    }
    args.output.show(&report, exit::OK)
}

/// Runs `merge`; gives an exit code of [`super::exit`].
pub fn merge(args: &MergeArgs) -> u8 {
    let mut parts = Vec::new();
    for file in &args.files {
        match read::read(file) {
            Ok(report) => parts.push((file.clone(), report)),
            Err(error) => return refuse(error),
        }
    }
    match merge::merge(parts) {
        Ok(mut report) => {
            summarise(&mut report);
            args.output.show(&report, report.summary.exit)
        }
        Err(error) => refuse(error),
    }
}

/// What all trials together come to, judged as the parts were.
fn summarise(report: &mut Report) {
    let mut options = Options::new(report.server.url.as_str());
    options.strict = report.suite.strict;
    options.derived_warns = report.suite.derived_warns;
    let before = std::mem::take(&mut report.summary);
    report.summary = verdict::summarise(&report.trials, &options, false, before.interrupted);
    report.summary.stale = before.stale;
    if !report.summary.stale.is_empty() && report.summary.exit == exit::OK {
        report.summary.exit = exit::FAILED;
    }
}

/// Says what is wrong; gives the exit code for it.
pub fn refuse(error: impl Diagnostic + Send + Sync + 'static) -> u8 {
    eprintln!("{:?}", miette::Report::new(error));
    exit::USAGE
}

impl Output {
    /// Shows a report; gives `done`, or the exit code for a report that could not be written.
    fn show(&self, report: &Report, done: u8) -> u8 {
        if let Some(doubled) = save::doubled(&self.reports) {
            return refuse(UsageError::new(doubled));
        }
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        let terminal = match save::takes_stdout(&self.reports) {
            true => io::stderr().is_terminal(),
            false => io::stdout().is_terminal(),
        };
        let style = Style::of(terminal, |name| std::env::var(name).ok());
        let requirement = |id: &str| case::requirement(id);
        let text = console::render(report, style, verbosity, &requirement);
        let told = Told { out: &mut io::stdout(), err: &mut io::stderr(), style, requirement: &requirement };
        save::present(report, &self.reports, &text, self.quiet, done, told)
    }
}
