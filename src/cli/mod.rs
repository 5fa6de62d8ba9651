//! The command line: one file a command. Each command returns an exit code of [`exit`].

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod config;
pub mod credentials;
pub mod options;
pub mod pattern;
pub mod run;
pub mod settings;
pub mod target;
pub mod usage;
pub mod validate;
pub mod values;

/// Exit codes, the same for every command; part of the command line contract.
pub mod exit {
    /// Nothing that had to hold was broken.
    pub const OK: u8 = 0;
    /// A MUST was broken, or content is invalid.
    pub const FAILED: u8 = 1;
    /// Wrong usage, or a faulty case or configuration file.
    pub const USAGE: u8 = 2;
    /// The server could not be tested, or a report could not be written.
    pub const UNTESTABLE: u8 = 3;
    /// Nothing was judged.
    pub const NOTHING_JUDGED: u8 = 4;
}

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
    /// Validate STIX 2.1 content
    Validate(validate::Args),
    /// Check STIX patterns, one a line
    Pattern(pattern::Args),
}

/// Parses the process's arguments and runs the command that they name.
pub fn main() -> ExitCode {
    let code = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Pattern(args) => pattern::run(&args),
    };
    ExitCode::from(code)
}
