//! `verify`: whether a bundle that `report --bundle` wrote holds.

use std::io::{self, Write};
use std::path::PathBuf;

use super::exit;
use super::stored::refuse;
use super::usage::UsageError;
use crate::report::bundle::key::PublicKey;
use crate::report::bundle::verify::{Signed, Verified, VerifyError, verify};
use crate::report::claim;
use crate::report::sanitize::line;
use crate::run::{Options, verdict};

/// Arguments of `verify`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Exits with 0 where the bundle holds, 1 where it does not, 2 where a file cannot be read.")]
pub struct Args {
    /// Bundle that `report --bundle` wrote
    #[arg(value_name = "FILE.zip")]
    file: PathBuf,

    /// Public key of who has to have signed it: Ed25519, PEM
    #[arg(long, value_name = "PUBLIC.pem")]
    key: Option<PathBuf>,
}

/// Runs the command; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    let key = match args.key.as_deref().map(PublicKey::read).transpose() {
        Ok(key) => key,
        Err(error) => return refuse(error),
    };
    let name = line(&args.file.display().to_string(), 300);
    let outcome = verify(&args.file, key.as_ref()).and_then(|found| agree(&found).map(|()| found));
    match outcome {
        Ok(found) => {
            // who has seen enough closes the pipe
            let _ = io::stdout().write_all(told(&name, &found).as_bytes());
            exit::OK
        }
        Err(VerifyError::Io(error)) => refuse(UsageError::new(format!("{name}: cannot be read: {error}"))),
        Err(error) => {
            eprintln!("{name} does not hold: {error}");
            exit::FAILED
        }
    }
}

/// Whether the summary is that of the trials. Another suite may have counted in another way.
fn agree(found: &Verified) -> Result<(), VerifyError> {
    let report = &found.report;
    if report.suite.version != env!("CARGO_PKG_VERSION") || report.suite.cases != crate::case::load::revision() {
        return Ok(());
    }
    let mut options = Options::new(report.server.url.as_str());
    options.strict = report.suite.strict;
    options.derived_warns = report.suite.derived_warns;
    let own = verdict::summarise(&report.trials, &options, false, report.summary.interrupted);
    let said = &report.summary;
    let same =
        own.failed == said.failed && own.known == said.known && own.warned == said.warned && own.passed == said.passed;
    if same { Ok(()) } else { Err(VerifyError::Report("its summary is not that of its trials".into())) }
}

fn told(name: &str, found: &Verified) -> String {
    let Verified { report, exchanges, signed } = found;
    let suite = &report.suite;
    let claim = claim::claim(report);
    let ids = if claim.ids.is_empty() { String::new() } else { format!(": {}", claim.ids.join(", ")) };
    let signed = match signed {
        Signed::No => "none: anybody can have made it".to_owned(),
        Signed::Unchecked(id) => format!("not checked: give --key; it names the key {id}"),
        Signed::By(id) => format!("by the key that was given, {id}"),
    };
    format!(
        "{name} holds.\n  Server     {}\n  Tested     {} by taxii-conformance {}, cases {}, seed {}\n  Result     {}\n  \
         Content    {} trials, {exchanges} exchanges\n  Signature  {signed}\n",
        line(&report.server.url, 300),
        line(&suite.started, 40),
        line(&suite.version, 40),
        line(&suite.cases, 40),
        suite.seed,
        line(&format!("{}{ids}", claim.text), 2000),
        report.trials.len(),
    )
}
