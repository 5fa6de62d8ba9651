//! A run written down, exchange by exchange, so that it can be judged again without a server.
//!
//! A record is a folder: `run.json` says what was asked of the run, `exchanges.ndjson` holds every request and answer
//! in full, a line each, under the scope that it was made for (the survey, a trial, the clean-up). Judging again runs
//! the same code; where it would ask the server, it takes the next answer of that scope to that request. `end.json` says
//! how the run ended, and is missing where the run was killed.
//!
//! Secrets are replaced before an exchange gets here, as in every report.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::case::Actor;
use crate::record::{Body, Exchange, Request, Response};
use crate::taxii::Outgoing;
use crate::taxii::client::unsent;

/// Value of `format` in `run.json`.
pub const FORMAT: &str = "taxii-conformance/record";
/// Version of the record; raised when a reader of the old form would misread the new.
pub const VERSION: u32 = 1;
/// What was asked of the run.
const RUN: &str = "run.json";
/// The exchanges.
const EXCHANGES: &str = "exchanges.ndjson";
/// How the run ended.
const END: &str = "end.json";
/// Copies of the user's own cases.
const CASES: &str = "cases";
/// The failure of an exchange that the record does not hold.
pub const NOT_RECORDED: &str = "the record holds no answer to this request";

/// Why a record cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct RecordError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl RecordError {
    fn new(path: &Path, reason: impl ToString) -> RecordError {
        RecordError { path: path.to_owned(), reason: reason.to_string() }
    }
}

/// What was asked of a run, as far as judging needs it. Of credentials the kind alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Version of the suite that ran.
    pub suite: String,
    /// Revision of its cases.
    pub cases: String,
    /// When the run began, RFC 3339.
    pub started: String,
    /// URL that was tested.
    pub url: String,
    /// API roots that the user named.
    pub api_roots: Vec<String>,
    /// Collection that the user named.
    pub collection: Option<String>,
    /// Collection that could be written to.
    pub write: Option<String>,
    /// Whether plain HTTP was allowed.
    pub allow_http: bool,
    /// Kind of the client's credentials: `none`, `basic`, `bearer` or `header`.
    pub credentials: String,
    /// Kind of the second client's.
    pub other: String,
    /// Globs of what was run.
    pub only: Vec<String>,
    /// Globs of what was left out.
    pub skip: Vec<String>,
    /// Seed.
    pub seed: u64,
    /// How long one request could take, in seconds.
    pub timeout: f64,
    /// Whether risky trials were left out.
    pub no_risky: bool,
    /// Part of the plan, number and count.
    pub shard: Option<(usize, usize)>,
    /// Whether the fixtures were said to be loaded.
    #[serde(default)]
    pub fixtures: bool,
    /// How many sequences were explored.
    #[serde(default)]
    pub explored: Option<usize>,
    /// How many folders of the user's own cases were copied.
    pub own_cases: usize,
}

/// How a run ended.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct End {
    /// Whether it was told to end before it was through.
    pub interrupted: bool,
    /// Ids of the trials that therefore were not run.
    pub not_run: HashSet<String>,
}

/// A line of the exchanges.
#[derive(Serialize, Deserialize)]
struct Line {
    scope: String,
    actor: String,
    step: String,
    method: String,
    url: String,
    request_headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resent: Option<String>,
    started: String,
    duration_ms: f64,
    curl: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    version: String,
    headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    early_data: Option<u32>,
    body: Text,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
}

/// A body: as text where it is UTF-8.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Text {
    Utf8(String),
    Base64(String),
}

impl Text {
    fn of(bytes: &[u8]) -> Text {
        match std::str::from_utf8(bytes) {
            Ok(text) => Text::Utf8(text.to_owned()),
            Err(_) => Text::Base64(BASE64_STANDARD.encode(bytes)),
        }
    }

    fn bytes(self) -> Result<Vec<u8>, base64::DecodeError> {
        match self {
            Text::Utf8(text) => Ok(text.into_bytes()),
            Text::Base64(text) => BASE64_STANDARD.decode(text),
        }
    }
}

/// Writes a record while a run goes on.
pub struct Recorder {
    path: PathBuf,
    out: Mutex<(BufWriter<File>, Option<io::Error>)>,
}

impl Recorder {
    /// Begins a record in `dir`, which must not hold one: nothing that exists is written over.
    pub fn new(dir: &Path, asked: &Asked, own_cases: &[PathBuf]) -> Result<Recorder, RecordError> {
        let fail = |e: io::Error| RecordError::new(dir, format!("no record can be written there: {e}"));
        fs::create_dir_all(dir).map_err(fail)?;
        if fs::read_dir(dir).map_err(fail)?.next().is_some() {
            return Err(RecordError::new(dir, "the folder is not empty: a record needs one of its own"));
        }
        for (at, folder) in own_cases.iter().enumerate() {
            copy(folder, &dir.join(CASES).join(at.to_string())).map_err(fail)?;
        }
        let path = dir.join(EXCHANGES);
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(fail)?;
        let text = serde_json::to_vec_pretty(asked).map_err(|e| RecordError::new(dir, e))?;
        fs::write(dir.join(RUN), text).map_err(fail)?;
        Ok(Recorder { path, out: Mutex::new((BufWriter::new(file), None)) })
    }

    /// Writes down one exchange. The first failure to do so is kept for [`Recorder::finish`].
    pub fn keep(&self, scope: &str, actor: Actor, exchange: &Exchange) {
        let line = Line {
            scope: scope.to_owned(),
            actor: word(actor),
            step: exchange.step.clone(),
            method: exchange.request.method.clone(),
            url: exchange.request.url.clone(),
            request_headers: exchange.request.headers.clone(),
            request_body: exchange.request.body.as_ref().map(|b| Text::of(&b.bytes)),
            response: exchange.response.as_ref().map(|r| Answer {
                status: r.status,
                version: r.version.clone(),
                headers: r.headers.clone(),
                early_data: r.early_data,
                body: Text::of(&r.body.bytes),
                cut: r.body.cut,
            }),
            failure: exchange.failure.clone(),
            resent: exchange.resent.clone(),
            started: exchange.started.clone(),
            duration_ms: exchange.duration_ms,
            curl: exchange.curl.clone(),
        };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let written = serde_json::to_writer(&mut out.0, &line).map_err(io::Error::other);
        if let Err(e) = written.and_then(|()| out.0.write_all(b"\n")) {
            out.1.get_or_insert(e);
        }
    }

    /// Ends the record. An error is that not all of it could be written.
    pub fn finish(&self, end: &End) -> Result<(), RecordError> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let flushed = out.0.flush().and_then(|()| out.0.get_ref().sync_all());
        let ended = || fs::write(self.path.with_file_name(END), serde_json::to_vec(end).map_err(io::Error::other)?);
        match out.1.take().map_or(flushed, Err).and_then(|()| ended()) {
            Ok(()) => Ok(()),
            Err(e) => Err(RecordError::new(&self.path, format!("the record is not complete: {e}"))),
        }
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else if entry.path().extension().is_some_and(|e| e == "toml") {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn word(actor: Actor) -> String {
    format!("{actor:?}").to_lowercase()
}

/// Scope, actor, method and URL of a request.
type Key = (String, String, String, String);

/// A record that was read.
pub struct Replay {
    /// What was asked of the run.
    pub asked: Asked,
    /// The user's own cases, as they were.
    pub own_cases: Vec<PathBuf>,
    /// How the run ended; nothing where the record does not say, as after a crash.
    pub end: Option<End>,
    scopes: HashSet<String>,
    answers: Mutex<HashMap<Key, VecDeque<Exchange>>>,
    /// Whether something was asked that the record does not hold.
    ran_out: AtomicBool,
}

impl Replay {
    /// Reads the record in `dir`. A last line that was cut off, as by a crash, is left out.
    pub fn read(dir: &Path) -> Result<Replay, RecordError> {
        let path = dir.join(RUN);
        let text = fs::read_to_string(&path).map_err(|e| RecordError::new(&path, format!("is this a record? {e}")))?;
        let asked: Asked = serde_json::from_str(&text).map_err(|e| RecordError::new(&path, e))?;
        if asked.format != FORMAT || asked.version != VERSION {
            let found = format!("{} {}", asked.format, asked.version);
            return Err(RecordError::new(&path, format!("{FORMAT} {VERSION} is needed, and this is {found}")));
        }
        let path = dir.join(EXCHANGES);
        let file = File::open(&path).map_err(|e| RecordError::new(&path, e))?;
        let (mut answers, mut scopes) = (HashMap::<Key, VecDeque<Exchange>>::new(), HashSet::new());
        let mut reader = BufReader::new(file);
        let (mut text, mut number) = (Vec::new(), 0);
        while reader.read_until(b'\n', &mut text).map_err(|e| RecordError::new(&path, e))? > 0 {
            number += 1;
            let whole = text.last() == Some(&b'\n');
            match line(&text) {
                Ok((key, exchange)) => {
                    scopes.insert(key.0.clone());
                    answers.entry(key).or_default().push_back(exchange);
                }
                Err(_) if !whole => break,
                Err(e) => return Err(RecordError::new(&path, format!("line {number}: {e}"))),
            }
            text.clear();
        }
        let own_cases = (0..asked.own_cases).map(|at| dir.join(CASES).join(at.to_string())).collect();
        let path = dir.join(END);
        let end = match fs::read(&path) {
            Ok(text) => Some(serde_json::from_slice(&text).map_err(|e| RecordError::new(&path, e))?),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(RecordError::new(&path, e)),
        };
        Ok(Replay { asked, own_cases, end, scopes, answers: Mutex::new(answers), ran_out: AtomicBool::new(false) })
    }

    /// Whether the run was over before it was through.
    pub fn interrupted(&self) -> bool {
        self.end.as_ref().is_none_or(|end| end.interrupted)
    }

    /// Whether the run ended early, and the record is at its end.
    pub fn ended(&self) -> bool {
        self.interrupted() && self.ran_out.load(Ordering::Relaxed)
    }

    /// Whether anything was asked for this scope.
    pub fn knows(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// The next answer to this request in this scope; one that says [`NOT_RECORDED`] where there is none.
    pub fn answer(&self, scope: &str, actor: Actor, outgoing: &Outgoing) -> Exchange {
        let key = (scope.to_owned(), word(actor), outgoing.method.clone(), outgoing.url.to_string());
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let next = answers.get_mut(&key).and_then(VecDeque::pop_front);
        next.unwrap_or_else(|| {
            self.ran_out.store(true, Ordering::Relaxed);
            unsent(outgoing, NOT_RECORDED)
        })
    }
}

fn line(text: &[u8]) -> Result<(Key, Exchange), Box<dyn std::error::Error>> {
    let line: Line = serde_json::from_slice(text)?;
    let body =
        |text: Text, cut| Ok::<_, base64::DecodeError>(Body { bytes: text.bytes()?.into(), cut, ..Body::default() });
    let response = match line.response {
        Some(r) => {
            let (status, version, headers) = (r.status, r.version, r.headers);
            Some(Response { status, version, headers, early_data: r.early_data, body: body(r.body, r.cut)? })
        }
        None => None,
    };
    let key = (line.scope, line.actor, line.method.clone(), line.url.clone());
    let exchange = Exchange {
        step: line.step,
        request: Request {
            method: line.method,
            url: line.url,
            headers: line.request_headers,
            body: line.request_body.map(|text| body(text, false)).transpose()?,
        },
        response,
        failure: line.failure,
        resent: line.resent,
        started: line.started,
        duration_ms: line.duration_ms,
        curl: line.curl,
        parsed: Arc::default(),
    };
    Ok((key, exchange))
}
