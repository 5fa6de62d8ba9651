//! `judge`: the verdicts of a recorded run, made again without a server.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use super::engine;
use super::exit;
use super::known;
use super::options::Resolved;
use super::run::{Show, drive};
use super::usage::UsageError;
use super::values::{Derived, ReportTo};
use crate::case;
use crate::report::console::Verbosity;
use crate::report::style::Style;
use crate::run::Options;
use crate::run::recording::Replay;

/// Arguments of `judge`.
#[derive(clap::Args)]
pub struct Args {
    /// Folder that `run --record` wrote
    #[arg(value_name = "DIR")]
    record: PathBuf,

    /// Judge only the cases or trials that match [default: those that were run]; may be given again
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,

    /// Leave out the cases or trials that match; may be given again
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,

    /// Folder with further cases; may be given again
    #[arg(long, value_name = "DIR")]
    cases: Vec<PathBuf>,

    /// File of failures that are expected for now
    #[arg(long, value_name = "FILE")]
    known_failures: Option<PathBuf>,

    /// What becomes of a broken requirement that follows from the text without a keyword: fail or
    /// warn
    #[arg(long, value_name = "fail|warn", default_value = "fail")]
    derived: Derived,

    /// Exit with 1 also on warnings, and on MUSTs that could not be judged
    #[arg(long)]
    strict: bool,

    /// Report to write, as for `run`; may be given again
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    reports: Vec<ReportTo>,

    /// Print the summary alone
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Print passes too
    #[arg(short, long)]
    verbose: bool,
}

/// Runs the command; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    let (replay, options) = match prepare(args) {
        Ok(ready) => ready,
        Err(error) => {
            eprintln!("{:?}", miette::Report::new(error));
            return exit::USAGE;
        }
    };
    let resolved = Resolved {
        options,
        reference: None,
        reports: args.reports.clone(),
        plan: false,
        verbosity: match (args.quiet, args.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        },
    };
    let env = |name: &str| std::env::var(name).ok();
    let show = Show {
        progress: None,
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        style: Style::of(io::stdout().is_terminal(), env),
        requirement: &|id| case::requirement(id),
    };
    drive(resolved, show, |job, tell| engine::judge(replay, job.options, tell))
}

fn prepare(args: &Args) -> Result<(Replay, Options), UsageError> {
    let replay = Replay::read(&args.record).map_err(|e| UsageError::new(e.to_string()))?;
    let known = args.known_failures.as_deref().map(known::load).transpose()?.unwrap_or_default();
    let options = Options {
        only: args.only.clone(),
        skip: args.skip.clone(),
        cases: args.cases.clone(),
        strict: args.strict,
        derived_warns: args.derived == Derived::Warn,
        known,
        ..Options::new("")
    };
    Ok((replay, options))
}
