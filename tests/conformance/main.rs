//! Each trial as a test of its own, with the filters of Cargo and nextest.
//!
//! ```text
//! cargo test --test conformance                              the reference server
//! cargo test --test conformance -- filter/ --skip paging/    some of it
//! TAXII_URL=https://taxii.example/ cargo test --test conformance
//! cargo nextest run --test conformance -E 'test(filter/)'
//! ```
//!
//! `TAXII_URL` names another server, with `TAXII_USER` and `TAXII_PASSWORD` or with `TAXII_TOKEN`,
//! `TAXII_CA_FILE` (PEM), `TAXII_WRITE` (a collection, or `any`) and `TAXII_ALLOW_HTTP`.
//!
//! What was asked for is run once, before the first test; each test then looks up its verdict.
//! nextest starts a process for each test, which runs that one trial.

mod judged;
mod target;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial as Test};

use judged::Judged;
use target::Target;
use taxii_conformance::run::Options;

/// Stands for the whole server where it cannot be tested.
const SURVEY: &str = "survey";

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let tests = match tests(&args) {
        Ok(tests) => tests,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(taxii_conformance::record::exit::USAGE);
        }
    };
    libtest_mimic::run(&args, tests).exit_code()
}

fn tests(args: &Arguments) -> Result<Vec<Test>, String> {
    let target = Target::from_env(|name| std::env::var(name).ok())?;
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    let judged = runtime.block_on(target.run(args.list, |options| choose(args, options)))?;
    let Judged { untestable, names, trials } = judged;
    if let Some(why) = untestable {
        // under a name that no filter keeps out: a server that cannot be tested is no success
        let name = match &args.filter {
            Some(filter) if args.exact => filter.clone(),
            Some(filter) => format!("{SURVEY} for {filter}"),
            None => SURVEY.to_owned(),
        };
        return Ok(vec![failing(&name, why)]);
    }
    if args.list {
        return Ok(names.into_iter().map(|name| Test::test(name, || Ok(()))).collect());
    }
    if let Some(name) = one_name(args).filter(|name| !trials.iter().any(|(n, _)| n == name)) {
        return Ok(vec![failing(name, "the server was surveyed anew, and gave no such trial".to_owned())]);
    }
    Ok(trials.into_iter().map(|(name, trial)| Test::ignorable_test(name, move || judged::complete(&trial))).collect())
}

/// The one test that nextest started this process for.
fn one_name(args: &Arguments) -> Option<&str> {
    let nextest = std::env::var_os("NEXTEST").is_some();
    args.filter.as_deref().filter(|_| nextest && args.exact)
}

/// Runs no more than what the filters let through. libtest-mimic applies them again, to names.
fn choose(args: &Arguments, options: &mut Options) {
    let glob = |text: &String| match args.exact {
        true => globset::escape(text),
        false => format!("*{}*", globset::escape(text)),
    };
    options.only = args.filter.iter().map(glob).collect();
    options.skip = args.skip.iter().map(glob).collect();
}

fn failing(name: &str, why: String) -> Test {
    Test::test(name, move || Err(Failed::from(why)))
}
