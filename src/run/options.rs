//! What the user asks of a run, after flags, environment and configuration file were put together.

use std::path::PathBuf;
use std::time::Duration;

use super::known;
use crate::case::profile::Profile;

/// Everything that a run needs to know.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to test: an origin, its `/taxii2/`, or an API root.
    pub url: String,
    /// Credentials of the client.
    pub credentials: Credentials,
    /// Credentials of a second client, for cases that compare two.
    pub other: Credentials,
    /// PEM files with the client's certificate chain and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// PEM file with further trusted certificate authorities.
    pub ca_file: Option<PathBuf>,
    /// PEM text with further trusted certificate authorities (the reference server's own).
    pub ca_pem: Option<String>,
    /// Whether the run goes on where the certificate of the server does not hold.
    pub insecure: bool,
    /// Whether plain HTTP may be used; the HTTPS requirement is then waived, and reported so.
    pub allow_http: bool,
    /// API roots to test instead of the advertised ones.
    pub api_roots: Vec<String>,
    /// Collection (id, alias or title) to read instead of the best one.
    pub collection: Option<String>,
    /// Where to write. Nothing is written without it.
    pub write: Option<Write>,
    /// Claim whose cases alone are run.
    pub profile: Option<&'static Profile>,
    /// Globs of trials or cases to run; empty means all.
    pub only: Vec<String>,
    /// Globs of trials or cases to leave out.
    pub skip: Vec<String>,
    /// How many trials run at the same time.
    pub jobs: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// Makes ids and data; the same seed asks the same.
    pub seed: u64,
    /// Folders with the user's own cases.
    pub cases: Vec<PathBuf>,
    /// Whether the user says that the fixtures are loaded.
    pub fixtures: bool,
    /// Whether and how to explore, after the cases.
    pub explore: Option<Explore>,
    /// Whether a warning or an inconclusive MUST also makes the run fail.
    pub strict: bool,
    /// Whether a derived requirement that is broken warns instead of failing.
    pub derived_warns: bool,
    /// Whether trials that may spoil a fragile server are left out.
    pub no_risky: bool,
    /// Failures that are expected for now.
    pub known: Vec<known::Entry>,
    /// Which part of the plan to run: number from 1, and number of parts.
    pub shard: Option<(usize, usize)>,
    /// Folder to write a record of the run to.
    pub record: Option<PathBuf>,
    /// Regular expressions of what is replaced in everything that is recorded, besides credentials.
    pub redact: Vec<String>,
    /// Most requests a second, of the whole run.
    pub rate: Option<f64>,
}

impl Options {
    /// Options for `url` with every default of the command line.
    pub fn new(url: impl Into<String>) -> Self {
        Options {
            url: url.into(),
            credentials: Credentials::None,
            other: Credentials::None,
            certificate: None,
            ca_file: None,
            ca_pem: None,
            insecure: false,
            allow_http: false,
            api_roots: Vec::new(),
            collection: None,
            write: None,
            profile: None,
            only: Vec::new(),
            skip: Vec::new(),
            jobs: 8,
            timeout: Duration::from_secs(30),
            seed: 0,
            cases: Vec::new(),
            fixtures: false,
            explore: None,
            strict: false,
            derived_warns: false,
            no_risky: false,
            known: Vec::new(),
            shard: None,
            record: None,
            redact: Vec::new(),
            rate: None,
        }
    }
}

/// How to explore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explore {
    /// How many sequences are generated.
    pub sequences: usize,
    /// Folder for the case files and scripts of what is found; none where nothing is to be kept.
    pub out: Option<PathBuf>,
}

/// How a client shows who it is.
#[derive(Clone, Default)]
pub enum Credentials {
    /// Not at all.
    #[default]
    None,
    /// HTTP Basic (RFC 7617).
    Basic {
        /// User name.
        user: String,
        /// Password.
        password: String,
    },
    /// Bearer token (RFC 6750).
    Bearer(String),
    /// A header field of the user's choice.
    Header {
        /// Name of the field.
        name: String,
        /// Its value.
        value: String,
    },
}

impl Credentials {
    /// The kind in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Credentials::None => "none",
            Credentials::Basic { .. } => "basic",
            Credentials::Bearer(_) => "bearer",
            Credentials::Header { .. } => "header",
        }
    }

    /// Credentials of a kind, without a secret: for what depends on the kind alone.
    pub fn of_kind(kind: &str) -> Credentials {
        match kind {
            "basic" => Credentials::Basic { user: String::new(), password: String::new() },
            "bearer" => Credentials::Bearer(String::new()),
            "header" => Credentials::Header { name: String::new(), value: String::new() },
            _ => Credentials::None,
        }
    }
}

/// Where objects may be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// To the collection of this id, alias or title.
    To(String),
    /// To the first that can be read and written.
    Any,
    /// To every one that can be read and written: most to the first, single objects to the others.
    All,
}

impl Write {
    /// The collection that is named, if one is.
    pub fn named(&self) -> Option<&str> {
        match self {
            Write::To(name) => Some(name),
            Write::Any | Write::All => None,
        }
    }
}

/// From what the user writes: `any`, `all`, or the name of a collection.
impl From<&str> for Write {
    fn from(text: &str) -> Write {
        match text {
            "any" => Write::Any,
            "all" => Write::All,
            name => Write::To(name.to_owned()),
        }
    }
}

/// As the user writes it.
impl std::fmt::Display for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Write::To(name) => name,
            Write::Any => "any",
            Write::All => "all",
        })
    }
}

/// Never shows a secret.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}
