//! `run`: from a URL to verdicts.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::engine::engine;
use super::exit;
use super::options::{Resolved, Surroundings, resolve};
use super::reference::Reference;
use super::save;
use crate::case;
use crate::record::{Event, Summary};
use crate::report::collect::Collect;
use crate::report::console::{self, Verbosity};
use crate::report::progress::Progress;
use crate::report::style::Style;
use crate::report::{Lookup, Reporter, plan};
use crate::run::Options;

pub use super::options::Args;

/// What the engine is asked to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// What to test, and how.
    pub options: Options,
    /// The reference server to start first, if it is to be tested.
    pub reference: Option<Reference>,
    /// Whether to stop after planning.
    pub plan: bool,
}

/// Runs a job and tells it as events, the last of which is [`Event::Finished`]. An error is one of
/// usage, such as a faulty case file, and comes before the first request.
pub trait Engine: FnOnce(Job, &mut dyn FnMut(Event)) -> miette::Result<()> {}

impl<F: FnOnce(Job, &mut dyn FnMut(Event)) -> miette::Result<()>> Engine for F {}

/// How to show a run.
pub struct Show<'a> {
    /// Follows the run while it goes on.
    pub progress: Option<Progress>,
    /// Where the report for people goes, and a report whose path is `-`.
    pub out: &'a mut dyn Write,
    /// Where errors go, and the report for people where another goes to `out`.
    pub err: &'a mut dyn Write,
    /// How it looks.
    pub style: Style,
    /// Finds requirements.
    pub requirement: Lookup<'a>,
}

/// Runs the command; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    let env = |name: &str| std::env::var(name).ok();
    let around = Surroundings { env: &env, cwd: Path::new(""), seed: random_seed() };
    let resolved = match resolve(args, &around) {
        Ok(resolved) => resolved,
        Err(error) => {
            eprintln!("{:?}", miette::Report::new(error));
            return exit::USAGE;
        }
    };
    let progress = match (resolved.verbosity, io::stderr().is_terminal()) {
        (Verbosity::Quiet, _) => None,
        (_, true) => Some(Progress::bar(Style::of(true, env))),
        (v, false) => Some(Progress::lines(Box::new(io::stderr()), v == Verbosity::Verbose)),
    };
    let terminal = match save::takes_stdout(&resolved.reports) {
        true => io::stderr().is_terminal(),
        false => io::stdout().is_terminal(),
    };
    let show = Show {
        progress,
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        style: Style::of(terminal, env),
        requirement: &|id| case::requirement(id),
    };
    drive(resolved, show, engine)
}

/// Drives an engine, and makes the reports from what it tells. What is sent to `show` may get lost
/// (a closed pipe); a report that cannot be written is exit code 3, before the run where it can be
/// known.
pub fn drive(resolved: Resolved, mut show: Show<'_>, engine: impl Engine) -> u8 {
    let Resolved { options, reference, reports, plan, verbosity } = resolved;
    let unwritable = save::unwritable(&reports);
    if !unwritable.is_empty() {
        return save::complain(show.err, &unwritable);
    }
    let mut collect = Collect::default();
    let flags = reference.as_ref().map(Reference::flags);
    let mut tell = |mut event: Event| {
        if let Event::Started { suite, .. } = &mut event {
            suite.reference.clone_from(&flags);
        }
        collect.event(&event);
        if let Some(progress) = &mut show.progress {
            progress.event(&event);
        }
    };
    if let Err(error) = engine(Job { options, reference, plan }, &mut tell) {
        drop(show.progress);
        let _ = writeln!(show.err, "{error:?}");
        return exit::USAGE;
    }
    if !collect.finished() {
        let cut_off = Summary { exit: exit::UNTESTABLE, interrupted: true, ..Summary::default() };
        collect.event(&Event::Finished(cut_off));
    }
    drop(show.progress.take());
    let planned = if plan { collect.planned().to_vec() } else { Vec::new() };
    let report = collect.into_report();
    let text = if plan && report.server.untestable.is_none() {
        plan::render(&report, &planned, show.style)
    } else {
        console::render(&report, show.style, verbosity, show.requirement)
    };
    let told = save::Told { out: show.out, err: show.err, style: show.style, requirement: show.requirement };
    save::present(&report, &reports, &text, verbosity == Verbosity::Quiet, report.summary.exit, told)
}

/// Small enough to survive every JSON reader.
fn random_seed() -> u64 {
    u64::from(uuid::Uuid::new_v4().as_fields().0)
}
