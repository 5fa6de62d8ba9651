//! The settings of a run that flags, environment and configuration file share.
//!
//! One struct, filled once from each source; the layers are then laid over one another.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use serde::Deserialize;

use super::usage::UsageError;
use super::values::{Count, Derived, Fixtures, HeaderEnv, Rate, ReportTo, Seconds};

/// Reads environment variables; a function, so that tests can bring their own.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where in the configuration file a key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In `[defaults]` and in every `[servers.NAME]`.
    Any,
    /// In `[servers.NAME]` alone.
    Server,
}

/// Beginning of the names of our environment variables.
pub const PREFIX: &str = "TAXII_CONFORMANCE_";

/// Every key of the configuration file, where it may stand, and its environment variable without
/// [`PREFIX`].
pub const KEYS: [(&str, Scope, &str); 32] = [
    ("url", Scope::Server, "URL"),
    ("api_roots", Scope::Server, "API_ROOT"),
    ("collection", Scope::Server, "COLLECTION"),
    ("write", Scope::Server, "WRITE"),
    ("fixtures", Scope::Server, "FIXTURES"),
    ("user", Scope::Server, "USER"),
    ("password_env", Scope::Server, "PASSWORD_ENV"),
    ("token_env", Scope::Server, "TOKEN_ENV"),
    ("header_env", Scope::Server, "HEADER_ENV"),
    ("other_user", Scope::Server, "OTHER_USER"),
    ("other_password_env", Scope::Server, "OTHER_PASSWORD_ENV"),
    ("client_cert", Scope::Server, "CLIENT_CERT"),
    ("client_key", Scope::Server, "CLIENT_KEY"),
    ("ca_file", Scope::Any, "CA_FILE"),
    ("insecure", Scope::Any, "INSECURE"),
    ("allow_http", Scope::Any, "ALLOW_HTTP"),
    ("profile", Scope::Any, "PROFILE"),
    ("only", Scope::Any, "ONLY"),
    ("skip", Scope::Any, "SKIP"),
    ("cases", Scope::Any, "CASES"),
    ("jobs", Scope::Any, "JOBS"),
    ("timeout", Scope::Any, "TIMEOUT"),
    ("seed", Scope::Any, "SEED"),
    ("explore", Scope::Any, "EXPLORE"),
    ("explore_out", Scope::Any, "EXPLORE_OUT"),
    ("strict", Scope::Any, "STRICT"),
    ("derived", Scope::Any, "DERIVED"),
    ("known_failures", Scope::Any, "KNOWN_FAILURES"),
    ("no_risky", Scope::Any, "NO_RISKY"),
    ("rate", Scope::Any, "RATE"),
    ("redact", Scope::Any, "REDACT"),
    ("reports", Scope::Any, "REPORT"),
];

/// What one source says; what it does not say is `None`.
#[derive(Args, Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct Settings {
    /// What to test: the origin of a server, its /taxii2/, or an API root
    #[arg(value_name = "URL")]
    pub url: Option<String>,

    /// API root to test instead of the advertised ones; may be given again
    #[arg(long = "api-root", value_name = "URL", help_heading = "What to test")]
    pub api_roots: Option<Vec<String>>,

    /// Collection to read (id, alias or title) instead of the one that shows most
    #[arg(long, value_name = "ID", help_heading = "What to test")]
    pub collection: Option<String>,

    /// Collection to add objects to: its id, alias or title, `any` for the first that can be read and
    /// written, or `all` for that and single objects in the others. What is added is deleted
    /// afterwards. Without it, nothing is written
    #[arg(long, value_name = "ID|any|all", help_heading = "What to test")]
    pub write: Option<String>,

    /// Rely on the objects that `fixtures` writes: they were loaded into a collection by other means. Cases prefer
    /// them, and what is missing of them is said
    #[arg(long, value_name = "loaded", help_heading = "What to test")]
    pub fixtures: Option<Fixtures>,

    /// User for HTTP Basic; the password comes from the variable that --password-env names
    #[arg(long, value_name = "USER", help_heading = "Credentials", conflicts_with_all = ["token_env", "header_env"])]
    pub user: Option<String>,

    /// Environment variable that holds the password. There is no flag for the password itself:
    /// command lines show in process lists, shell histories and the logs of builds
    #[arg(long, value_name = "VARIABLE", help_heading = "Credentials", conflicts_with_all = ["token_env", "header_env"])]
    pub password_env: Option<String>,

    /// Environment variable that holds a bearer token
    #[arg(long, value_name = "VARIABLE", help_heading = "Credentials", conflicts_with = "header_env")]
    pub token_env: Option<String>,

    /// Header to send with every request, and the environment variable that holds its value
    #[arg(long, value_name = "NAME=VARIABLE", help_heading = "Credentials")]
    pub header_env: Option<HeaderEnv>,

    /// A second user, for cases that compare what two users see
    #[arg(long, value_name = "USER", help_heading = "Credentials")]
    pub other_user: Option<String>,

    /// Environment variable that holds the second user's password
    #[arg(long, value_name = "VARIABLE", help_heading = "Credentials")]
    pub other_password_env: Option<String>,

    /// PEM file with the client's certificate, and what it takes to chain it to an authority that the
    /// server knows
    #[arg(long, value_name = "FILE", help_heading = "Credentials", requires = "client_key")]
    pub client_cert: Option<PathBuf>,

    /// PEM file with the key of the client's certificate, without a passphrase
    #[arg(long, value_name = "FILE", help_heading = "Credentials", requires = "client_cert")]
    pub client_key: Option<PathBuf>,

    /// PEM file with certificate authorities to trust besides those of the system
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub ca_file: Option<PathBuf>,

    /// Go on although the certificate of the server does not hold, which is then a finding: anybody
    /// in between can read the credentials, so give some that are worth nothing
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Connection")]
    pub insecure: Option<bool>,

    /// Test over plain HTTP; the requirement of HTTPS is then waived, and reported so
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Connection")]
    pub allow_http: Option<bool>,

    /// Named claim to judge: run the cases that it takes, and say whether it is met (see `cases
    /// --profiles`)
    #[arg(long, value_name = "NAME", help_heading = "Cases")]
    pub profile: Option<String>,

    /// Run only the cases or trials that match; may be given again
    #[arg(long, value_name = "GLOB", help_heading = "Cases")]
    pub only: Option<Vec<String>>,

    /// Leave out the cases or trials that match; may be given again
    #[arg(long, value_name = "GLOB", help_heading = "Cases")]
    pub skip: Option<Vec<String>>,

    /// Folder with further cases; may be given again
    #[arg(long, value_name = "DIR", help_heading = "Cases")]
    pub cases: Option<Vec<PathBuf>>,

    /// How many trials run at the same time [default: 8]
    #[arg(long, value_name = "N", help_heading = "Connection")]
    pub jobs: Option<Count>,

    /// How long one request may take, in seconds [default: 30]
    #[arg(long, value_name = "SECONDS", help_heading = "Connection")]
    pub timeout: Option<Seconds>,

    /// Makes ids and data: the same seed asks the same [default: random; every report names it]
    #[arg(long, value_name = "N", help_heading = "Cases")]
    pub seed: Option<u64>,

    /// After the cases, run N generated sequences of adds, deletes and queries against the collection of --write,
    /// and shrink what fails to the shortest sequence that does
    #[arg(long, value_name = "N", help_heading = "Exploration")]
    pub explore: Option<Count>,

    /// Folder for the case files and curl scripts of what is found [default: reports/local/explore]
    #[arg(long, value_name = "DIR", help_heading = "Exploration")]
    pub explore_out: Option<PathBuf>,

    /// Exit with 1 also on warnings, and on MUSTs that could not be judged
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Output")]
    pub strict: Option<bool>,

    /// What becomes of a broken requirement that follows from the text without a keyword: fail or
    /// warn [default: fail]
    #[arg(long, value_name = "fail|warn", help_heading = "Output")]
    pub derived: Option<Derived>,

    /// File of failures that are expected for now (TOML: trial, reason, owner, expires). One that
    /// passes, matches nothing or has expired fails the run
    #[arg(long, value_name = "FILE", help_heading = "Cases")]
    pub known_failures: Option<PathBuf>,

    /// Leave out the trials that may spoil a fragile server for those after them
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Cases")]
    pub no_risky: Option<bool>,

    /// Most requests a second, of the whole run [default: no limit]
    #[arg(long, value_name = "R", help_heading = "Connection")]
    pub rate: Option<Rate>,

    /// Regular expression of what is replaced by [redacted] in everything that is recorded, besides
    /// credentials; may be given again
    #[arg(long, value_name = "REGEX", help_heading = "Output")]
    pub redact: Option<Vec<String>>,

    /// Report to write, such as json=PATH or junit=PATH; `-` as path is standard output, and what is
    /// for people then goes to standard error. Formats are listed in docs/reports.md; may be given
    /// again
    #[arg(long = "report", value_name = "FORMAT=PATH", help_heading = "Output")]
    pub reports: Option<Vec<ReportTo>>,
}

impl Settings {
    /// What our environment variables say. One that is empty says nothing. Lists are separated by
    /// white space; folders of cases as in `PATH`.
    pub fn from_env(env: Env<'_>) -> Result<Settings, UsageError> {
        let get = |name: &str| env(&format!("{PREFIX}{name}")).filter(|v| !v.trim().is_empty());
        let words =
            |name| -> Option<Vec<String>> { get(name).map(|v| v.split_whitespace().map(str::to_owned).collect()) };
        Ok(Settings {
            url: get("URL"),
            api_roots: words("API_ROOT"),
            collection: get("COLLECTION"),
            write: get("WRITE"),
            fixtures: parse("FIXTURES", get("FIXTURES"))?,
            user: get("USER"),
            password_env: get("PASSWORD_ENV"),
            token_env: get("TOKEN_ENV"),
            header_env: parse("HEADER_ENV", get("HEADER_ENV"))?,
            other_user: get("OTHER_USER"),
            other_password_env: get("OTHER_PASSWORD_ENV"),
            client_cert: get("CLIENT_CERT").map(PathBuf::from),
            client_key: get("CLIENT_KEY").map(PathBuf::from),
            ca_file: get("CA_FILE").map(PathBuf::from),
            insecure: truth("INSECURE", get("INSECURE"))?,
            allow_http: truth("ALLOW_HTTP", get("ALLOW_HTTP"))?,
            profile: get("PROFILE"),
            only: words("ONLY"),
            skip: words("SKIP"),
            cases: get("CASES").map(|v| std::env::split_paths(&v).collect()),
            jobs: parse("JOBS", get("JOBS"))?,
            timeout: parse("TIMEOUT", get("TIMEOUT"))?,
            seed: parse("SEED", get("SEED"))?,
            explore: parse("EXPLORE", get("EXPLORE"))?,
            explore_out: get("EXPLORE_OUT").map(PathBuf::from),
            strict: truth("STRICT", get("STRICT"))?,
            derived: parse("DERIVED", get("DERIVED"))?,
            known_failures: get("KNOWN_FAILURES").map(PathBuf::from),
            no_risky: truth("NO_RISKY", get("NO_RISKY"))?,
            rate: parse("RATE", get("RATE"))?,
            redact: words("REDACT"),
            reports: words("REPORT").map(|all| all.into_iter().map(|r| one("REPORT", &r)).collect()).transpose()?,
        })
    }

    /// This layer over another: what it does not say, the other says. Lists are not joined.
    pub fn over(self, under: &Settings) -> Settings {
        let under = under.clone();
        Settings {
            url: self.url.or(under.url),
            api_roots: self.api_roots.or(under.api_roots),
            collection: self.collection.or(under.collection),
            write: self.write.or(under.write),
            fixtures: self.fixtures.or(under.fixtures),
            user: self.user.or(under.user),
            password_env: self.password_env.or(under.password_env),
            token_env: self.token_env.or(under.token_env),
            header_env: self.header_env.or(under.header_env),
            other_user: self.other_user.or(under.other_user),
            other_password_env: self.other_password_env.or(under.other_password_env),
            client_cert: self.client_cert.or(under.client_cert),
            client_key: self.client_key.or(under.client_key),
            ca_file: self.ca_file.or(under.ca_file),
            insecure: self.insecure.or(under.insecure),
            allow_http: self.allow_http.or(under.allow_http),
            profile: self.profile.or(under.profile),
            only: self.only.or(under.only),
            skip: self.skip.or(under.skip),
            cases: self.cases.or(under.cases),
            jobs: self.jobs.or(under.jobs),
            timeout: self.timeout.or(under.timeout),
            seed: self.seed.or(under.seed),
            explore: self.explore.or(under.explore),
            explore_out: self.explore_out.or(under.explore_out),
            strict: self.strict.or(under.strict),
            derived: self.derived.or(under.derived),
            known_failures: self.known_failures.or(under.known_failures),
            no_risky: self.no_risky.or(under.no_risky),
            rate: self.rate.or(under.rate),
            redact: self.redact.or(under.redact),
            reports: self.reports.or(under.reports),
        }
    }

    /// Without what belongs to one server ([`Scope::Server`]).
    pub fn without_server(self) -> Settings {
        Settings {
            ca_file: self.ca_file,
            insecure: self.insecure,
            allow_http: self.allow_http,
            profile: self.profile,
            only: self.only,
            skip: self.skip,
            cases: self.cases,
            jobs: self.jobs,
            timeout: self.timeout,
            seed: self.seed,
            explore: self.explore,
            explore_out: self.explore_out,
            strict: self.strict,
            derived: self.derived,
            known_failures: self.known_failures,
            no_risky: self.no_risky,
            rate: self.rate,
            redact: self.redact,
            reports: self.reports,
            ..Settings::default()
        }
    }

    /// Makes relative paths relative to `folder`.
    pub fn resolve_paths(&mut self, folder: &Path) {
        let resolve = |path: &mut PathBuf| *path = folder.join(&*path);
        for path in [&mut self.client_cert, &mut self.client_key, &mut self.ca_file] {
            path.iter_mut().for_each(resolve);
        }
        self.known_failures.iter_mut().for_each(resolve);
        self.explore_out.iter_mut().for_each(resolve);
        self.cases.iter_mut().flatten().for_each(resolve);
        self.reports.iter_mut().flatten().filter(|r| !r.is_stdout()).for_each(|r| resolve(&mut r.path));
    }
}

fn parse<T: FromStr<Err: std::fmt::Display>>(name: &str, value: Option<String>) -> Result<Option<T>, UsageError> {
    value.map(|v| one(name, v.trim())).transpose()
}

fn one<T: FromStr<Err: std::fmt::Display>>(name: &str, value: &str) -> Result<T, UsageError> {
    value.parse().map_err(|e| UsageError::new(format!("the environment variable {PREFIX}{name} is \"{value}\": {e}")))
}

fn truth(name: &str, value: Option<String>) -> Result<Option<bool>, UsageError> {
    let Some(value) = value else { return Ok(None) };
    match value.trim().to_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(Some(true)),
        "false" | "0" | "no" => Ok(Some(false)),
        _ => Err(UsageError::new(format!(
            "the environment variable {PREFIX}{name} is \"{value}\": it takes true or false"
        ))),
    }
}
