//! What `run` was asked to do: flags, then environment, then configuration file, made into
//! [`Options`].

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::config::Config;
use super::reference::{Reference, ReferenceArgs};
use super::settings::{Env, PREFIX, Settings};
use super::target;
use super::usage::{UsageError, nearest};
use super::values::{Derived, Format, Part, ReportTo};
use super::{credentials, known};
use crate::case::profile::{Profile, profiles};
use crate::report::console::Verbosity;
use crate::run::{Explore, Options, Write};
use crate::taxii::redact::{Redactor, Secrets};

/// Environment variable that names a server of the configuration file.
const SERVER: &str = "SERVER";
/// Where `--reference` leaves its reports unless told otherwise.
const REFERENCE_REPORTS: [(Format, &str); 3] = [
    (Format::Json, "reports/local/reference.json"),
    (Format::Junit, "reports/local/reference.xml"),
    (Format::Html, "reports/local/reference.html"),
];

/// Where exploration leaves what it finds unless told otherwise.
const EXPLORE_OUT: &str = "reports/local/explore";

/// What `run --help` says last.
const SOURCES: &str = "\
Environment:
  Every setting can also come from a variable: TAXII_CONFORMANCE_URL, _SERVER, _API_ROOT, _COLLECTION,
  _WRITE, _FIXTURES, _USER, _PASSWORD_ENV, _TOKEN_ENV, _HEADER_ENV, _OTHER_USER,
  _OTHER_PASSWORD_ENV, _CLIENT_CERT, _CLIENT_KEY, _CA_FILE, _INSECURE, _ALLOW_HTTP, _PROFILE, _ONLY, _SKIP,
  _CASES, _KNOWN_FAILURES, _NO_RISKY, _JOBS, _TIMEOUT, _RATE, _SEED, _EXPLORE, _EXPLORE_OUT, _STRICT,
  _DERIVED, _REDACT, _REPORT.
  TAXII_USER with TAXII_PASSWORD, or TAXII_TOKEN, are used where nothing else names credentials.

Configuration file (taxii-conformance.toml):
  [defaults] for every server, [servers.NAME] for one that --server names. A flag goes before a
  variable, a variable before the file.

Exit codes:
  0 no MUST failed; 1 one did; 2 wrong usage or a faulty file; 3 the server could not be tested or a
  report not written; 4 nothing was judged.";

/// Arguments of `run`.
#[derive(Clone, Debug, Default, ClapArgs)]
#[command(after_long_help = SOURCES)]
pub struct Args {
    /// What flags, environment and file share.
    #[command(flatten)]
    pub settings: Settings,

    /// Server of the configuration file to test
    #[arg(long, value_name = "NAME", conflicts_with = "url", help_heading = "What to test")]
    pub server: Option<String>,

    /// Configuration file [default: taxii-conformance.toml in the current folder, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "What to test")]
    pub config: Option<PathBuf>,

    /// The reference server.
    #[command(flatten)]
    pub reference: ReferenceArgs,

    /// Run the K-th of N parts of the plan, so that several runs can share it; `merge` puts their
    /// reports together
    #[arg(long, value_name = "K/N", help_heading = "Cases")]
    pub shard: Option<Part>,

    /// Keep every request and answer in this folder, so that `judge` can judge them again
    #[arg(long, value_name = "DIR", conflicts_with = "plan", help_heading = "Output")]
    pub record: Option<PathBuf>,

    /// Look at the server (reads only), print what would be asked and written, and stop. Writes no
    /// report
    #[arg(long, conflicts_with = "reports", help_heading = "Output")]
    pub plan: bool,

    /// Print the summary alone
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,

    /// Print passes too
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
}

/// Everything that `run` needs to know.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What the engine is asked. With `reference`, URL, credentials and certificate authority are
    /// those of the server that is yet to be started, and empty here.
    pub options: Options,
    /// The reference server to start, if it is to be tested.
    pub reference: Option<Reference>,
    /// Reports to write.
    pub reports: Vec<ReportTo>,
    /// Whether to stop after planning.
    pub plan: bool,
    /// How much to print.
    pub verbosity: Verbosity,
}

/// What the surroundings of the process are; given, so that tests can bring their own.
pub struct Surroundings<'a> {
    /// Reads environment variables.
    pub env: Env<'a>,
    /// The current folder: where the configuration file is looked for.
    pub cwd: &'a Path,
    /// Seed for a run for which none was given.
    pub seed: u64,
}

/// Puts flags, environment and configuration file together.
pub fn resolve(args: &Args, around: &Surroundings<'_>) -> Result<Resolved, UsageError> {
    // clap lets these pass beside a URL, because --reference and a URL exclude each other.
    if let Some(flag) = args.reference.flag_without_reference() {
        return Err(UsageError::with_help(
            format!("{flag} is for the reference server, which is not tested here"),
            "give --reference instead of a URL, or leave it out",
        ));
    }
    let config = Config::load(args.config.as_deref(), around.cwd)?;
    let env = Settings::from_env(around.env)?;
    let (settings, options) = if args.reference.reference {
        of_reference(args, &env, &config)
    } else {
        of_server(args, env, &config, around)?
    };
    let mut options = finish(options, &settings, around)?;
    options.fixtures = settings.fixtures.is_some();
    options.shard = args.shard.map(|part| (part.index, part.count));
    options.record = args.record.as_ref().map(|dir| around.cwd.join(dir));
    explorable(args, &mut options)?;
    let reports = if args.plan { Vec::new() } else { reports(args, &settings)? };
    Ok(Resolved {
        options,
        reference: args.reference.reference.then(|| args.reference.wanted()),
        reports,
        plan: args.plan,
        verbosity: match (args.quiet, args.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        },
    })
}

fn of_reference(args: &Args, env: &Settings, config: &Config) -> (Settings, Options) {
    let under = env.clone().without_server().over(&config.defaults);
    let settings = args.settings.clone().over(&under);
    let mut options = Options::new("");
    options.allow_http = args.reference.no_tls;
    if !args.reference.no_write {
        options.write = Some(settings.write.as_deref().map_or(Write::All, Write::from));
    }
    options.collection = settings.collection.clone();
    (settings, options)
}

fn of_server(
    args: &Args,
    env: Settings,
    config: &Config,
    around: &Surroundings<'_>,
) -> Result<(Settings, Options), UsageError> {
    let table = table(args, &env, config, around)?;
    let none = Settings::default();
    let layers = [&args.settings, &env, table.unwrap_or(&none)];
    let credentials = credentials::resolve(&layers, around.env)?;
    let under = env.clone().over(table.unwrap_or(&none)).over(&config.defaults);
    let mut settings = args.settings.clone().over(&under);
    // A server that was named brings its own URL; the environment's belongs to another.
    settings.url = args.settings.url.clone().or_else(|| match table {
        Some(table) => table.url.clone(),
        None => env.url.clone(),
    });
    let Some(url) = &settings.url else {
        return Err(no_url(table.is_some(), config));
    };
    let allow_http = settings.allow_http.unwrap_or(false);
    let mut options = Options::new(target::check(url, allow_http)?);
    options.credentials = credentials;
    options.other = credentials::resolve_other(&settings, around.env)?;
    options.allow_http = allow_http;
    options.insecure = settings.insecure.unwrap_or(false);
    options.ca_file = settings.ca_file.clone();
    options.certificate = match (&settings.client_cert, &settings.client_key) {
        (Some(chain), Some(key)) => Some((around.cwd.join(chain), around.cwd.join(key))),
        (None, None) => None,
        (Some(_), None) => return Err(half("a client certificate without its key", "--client-key")),
        (None, Some(_)) => return Err(half("a key without the client certificate", "--client-cert")),
    };
    options.collection = settings.collection.clone();
    options.write = settings.write.as_deref().map(Write::from);
    for root in settings.api_roots.iter().flatten() {
        options.api_roots.push(target::check(root, allow_http)?);
    }
    if let Some(file) = &options.ca_file
        && let Err(e) = std::fs::File::open(around.cwd.join(file))
    {
        return Err(UsageError::new(format!("cannot read the CA file {}: {e}", file.display())));
    }
    Ok((settings, options))
}

fn half(what: &str, flag: &str) -> UsageError {
    UsageError::with_help(what, format!("name the file of the other half with {flag}"))
}

/// The table of the server that was named, if one was. A URL on the command line goes before a name
/// in the environment: the credentials of a table are for its own URL.
fn table<'a>(
    args: &Args,
    env: &Settings,
    config: &'a Config,
    around: &Surroundings<'_>,
) -> Result<Option<&'a Settings>, UsageError> {
    let by_env = (around.env)(&format!("{PREFIX}{SERVER}")).filter(|s| !s.is_empty());
    let name = match (&args.server, &args.settings.url, by_env) {
        (Some(name), _, _) => name.clone(),
        (None, Some(_), _) | (None, None, None) => return Ok(None),
        (None, None, Some(name)) => {
            if env.url.is_some() {
                return Err(UsageError::new(format!(
                    "both {PREFIX}URL and {PREFIX}{SERVER} are set in the environment: keep one"
                )));
            }
            name
        }
    };
    let known: Vec<&str> = config.servers.keys().map(String::as_str).collect();
    config.servers.get(&name).map(Some).ok_or_else(|| {
        let help = match nearest(&name, &known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if known.is_empty() => {
                "write a [servers.NAME] table with a url into taxii-conformance.toml".to_owned()
            }
            None => format!("known are: {}", known.join(", ")),
        };
        UsageError::with_help(format!("the configuration knows no server \"{name}\""), help)
    })
}

fn no_url(named: bool, config: &Config) -> UsageError {
    if named {
        return UsageError::new("the server that was named has no url in the configuration file");
    }
    let mut help = format!("give a URL, set {PREFIX}URL, or try --reference");
    if !config.servers.is_empty() {
        let names: Vec<&str> = config.servers.keys().map(String::as_str).collect();
        help += &format!("; the configuration file has --server {}", names.join(", "));
    }
    UsageError::with_help("nothing to test", help)
}

/// The profile of this name.
fn profile(name: &str) -> Result<&'static Profile, UsageError> {
    let all = profiles();
    all.iter().find(|p| p.name == name).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|p| p.name.as_str()).collect();
        let help = match nearest(name, &known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("known are: {}", known.join(", ")),
        };
        UsageError::with_help(format!("there is no profile \"{name}\""), help)
    })
}

/// What does not depend on the server.
fn finish(mut options: Options, settings: &Settings, around: &Surroundings<'_>) -> Result<Options, UsageError> {
    options.profile = settings.profile.as_deref().map(profile).transpose()?;
    options.only = settings.only.clone().unwrap_or_default();
    options.skip = settings.skip.clone().unwrap_or_default();
    for (glob, flag) in options.only.iter().map(|g| (g, "--only")).chain(options.skip.iter().map(|g| (g, "--skip"))) {
        globset::Glob::new(glob)
            .map_err(|e| UsageError::new(format!("\"{glob}\", given for {flag}, is no glob: {}", e.kind())))?;
    }
    options.cases = settings.cases.clone().unwrap_or_default();
    if let Some(missing) = options.cases.iter().find(|dir| !around.cwd.join(dir).is_dir()) {
        let missing = missing.display();
        return Err(UsageError::new(format!("{missing}, given for --cases, is no folder")));
    }
    if let Some(jobs) = settings.jobs {
        options.jobs = jobs.0.get();
    }
    if let Some(timeout) = settings.timeout {
        options.timeout = timeout.0;
    }
    options.seed = settings.seed.unwrap_or(around.seed);
    options.strict = settings.strict.unwrap_or(false);
    options.derived_warns = settings.derived.unwrap_or_default() == Derived::Warn;
    options.no_risky = settings.no_risky.unwrap_or(false);
    options.rate = settings.rate.map(|rate| rate.0);
    options.redact = settings.redact.clone().unwrap_or_default();
    if let Err(wrong) = Redactor::new(&Secrets::default(), &options.redact) {
        return Err(UsageError::new(format!("{wrong}; it was given for --redact")));
    }
    if let Some(file) = &settings.known_failures {
        options.known = known::load(&around.cwd.join(file))?;
    }
    options.explore = settings.explore.map(|sequences| Explore {
        sequences: sequences.0.get(),
        out: Some(around.cwd.join(settings.explore_out.clone().unwrap_or_else(|| PathBuf::from(EXPLORE_OUT)))),
    });
    Ok(options)
}

/// Where nothing may be written, or only a part of the plan is run, there is nothing to explore: wrong usage of the
/// flag, and no more than a setting that does not apply where it comes from elsewhere.
fn explorable(args: &Args, options: &mut Options) -> Result<(), UsageError> {
    if options.explore.is_none() || (options.write.is_some() && options.shard.is_none()) {
        return Ok(());
    }
    options.explore = None;
    if args.settings.explore.is_none() {
        return Ok(());
    }
    Err(if options.shard.is_some() {
        UsageError::with_help(
            "--explore and --shard do not go together: what is explored is no part of a plan that can be divided",
            "explore in a run of its own",
        )
    } else {
        UsageError::with_help(
            "--explore adds and deletes objects, and nothing may be written",
            "give --write with a collection that can be read and written",
        )
    })
}

fn reports(args: &Args, settings: &Settings) -> Result<Vec<ReportTo>, UsageError> {
    let reports = match &settings.reports {
        Some(reports) => reports.clone(),
        None if args.reference.reference => {
            REFERENCE_REPORTS.map(|(format, path)| ReportTo { format, path: PathBuf::from(path) }).to_vec()
        }
        None => Vec::new(),
    };
    if let Some(doubled) = super::save::doubled(&reports) {
        return Err(UsageError::new(doubled));
    }
    Ok(reports)
}
