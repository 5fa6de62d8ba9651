//! The command line: one file a command. Each command returns an exit code of [`exit`].

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod cases;
pub mod compare;
pub mod config;
pub mod credentials;
pub mod engine;
pub mod fixtures;
mod interrupt;
pub mod judge;
pub mod known;
pub mod options;
pub mod pattern;
pub mod reference;
pub mod requirements;
pub mod run;
pub mod save;
pub mod selftest;
pub mod serve;
pub mod settings;
pub mod source;
pub mod stored;
mod switches;
pub mod target;
pub mod usage;
pub mod validate;
pub mod values;
pub mod verify;
pub mod vocabulary;

pub use crate::record::exit;

/// Tests TAXII 2.1 servers and STIX 2.1 content against the standards.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Test a TAXII 2.1 server
    Run(Box<run::Args>),
    /// Judge a recorded run again, without a server
    Judge(judge::Args),
    /// Show a stored JSON report, or write it in other formats
    Report(stored::ReportArgs),
    /// Compare reports of several servers, or two of one server
    Compare(compare::Args),
    /// Put the reports of the parts of one run together (`run --shard`)
    Merge(stored::MergeArgs),
    /// Check a bundle: its hashes, that it is whole, and its signature
    Verify(verify::Args),
    /// Validate STIX 2.1 content
    Validate(validate::Args),
    /// Check STIX patterns, one a line
    Pattern(pattern::Args),
    /// Write objects to load into a server that may only be read
    Fixtures(fixtures::Args),
    /// Run the reference server, clean, with variants or with defects
    Serve(serve::Args),
    /// Run the suite against the reference server and each of its defects
    Selftest(selftest::Args),
    /// List the cases, or check case files of your own
    Cases(cases::Args),
    /// List the requirements, and which cases test them
    Requirements(requirements::Args),
}

/// Parses the process's arguments and runs the command that they name.
pub fn main() -> ExitCode {
    let code = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Judge(args) => judge::run(&args),
        Command::Report(args) => stored::report(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Merge(args) => stored::merge(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Pattern(args) => pattern::run(&args),
        Command::Fixtures(args) => fixtures::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Selftest(args) => selftest::run(&args),
        Command::Cases(args) => cases::run(&args),
        Command::Requirements(args) => requirements::run(&args),
    };
    ExitCode::from(code)
}
