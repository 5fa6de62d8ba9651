//! Reads case files, and refuses what it does not know with the place and the nearest valid word.

use std::ops::Range;
use std::path::Path;

use super::lint::Lint;
use super::model::Case;
use miette::{Diagnostic, NamedSource, SourceSpan};

mod files {
    include!(concat!(env!("OUT_DIR"), "/cases.rs"));
}

/// A case file that cannot be used.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{file}:{line}:{column}: {message}")]
pub struct LoadError {
    /// File name as given.
    pub file: String,
    /// Line of the fault, from 1.
    pub line: usize,
    /// Column of the fault in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    #[help]
    pub help: Option<String>,
    #[source_code]
    source_code: NamedSource<String>,
    #[label("here")]
    span: SourceSpan,
}

impl LoadError {
    pub(super) fn new(
        file: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> LoadError {
        let start = span.start.min(text.len());
        let before = text.get(..start).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let length = span.end.saturating_sub(start).min(text.len() - start);
        LoadError {
            file: file.to_owned(),
            line,
            column,
            message: message.into(),
            help,
            source_code: NamedSource::new(file, text.to_owned()),
            span: (start, length).into(),
        }
    }
}

/// The cases that are part of the program, sorted by id.
pub fn embedded() -> Result<Vec<Case>, Vec<LoadError>> {
    collect(files::FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
}

/// SHA-256 over the embedded cases and registers, shortened to 12 digits.
pub fn revision() -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for (name, text) in files::FILES {
        hash.update(name);
        hash.update(text);
    }
    hash.update(include_str!("../../cases/requirements/taxii-2.1.tsv"));
    hash.update(include_str!("../../cases/templates.toml"));
    hash.update(include_str!("../../cases/dataset.toml"));
    hash.update(include_str!("../../cases/fixtures.json"));
    hash.update(include_str!("../../cases/profiles.toml"));
    hash.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect()
}

/// The cases in a folder and the folders below it, sorted by id. A file that cannot be read is an error like any other.
pub fn load_dir(dir: &Path) -> Result<Vec<Case>, Vec<LoadError>> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) => {
                errors.push(LoadError::new(
                    &folder.display().to_string(),
                    "",
                    0..0,
                    format!("cannot be read: {e}"),
                    None,
                ));
                continue;
            }
        };
        for path in entries.filter_map(Result::ok).map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "toml") {
                let name = path.display().to_string();
                match std::fs::read_to_string(&path) {
                    Ok(text) => files.push((name, text)),
                    Err(e) => errors.push(LoadError::new(&name, "", 0..0, format!("cannot be read: {e}"), None)),
                }
            }
        }
    }
    if files.is_empty() && errors.is_empty() {
        errors.push(LoadError::new(&dir.display().to_string(), "", 0..0, "holds no case file (*.toml)", None));
    }
    files.sort();
    match collect(files) {
        Ok(cases) if errors.is_empty() => Ok(cases),
        Ok(_) => Err(errors),
        Err(more) => {
            errors.extend(more);
            Err(errors)
        }
    }
}

fn collect(files: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Case>, Vec<LoadError>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut errors = Vec::new();
    for (name, text) in files {
        match parse(&name, &text) {
            Ok(case) => match cases.iter().find(|c| c.id.get_ref() == case.id.get_ref()) {
                Some(other) => {
                    let message = format!("the id `{}` is already used in {}", case.id.get_ref(), other.file);
                    errors.push(LoadError::new(
                        &name,
                        &text,
                        case.id.span(),
                        message,
                        Some("give the case an id of its own".into()),
                    ));
                }
                None => cases.push(case),
            },
            Err(mut e) => errors.append(&mut e),
        }
    }
    cases.sort_by(|a, b| a.id.get_ref().cmp(b.id.get_ref()));
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
}

/// Reads one case. `file` is for messages only. Gives every fault that it finds.
pub fn parse(file: &str, text: &str) -> Result<Case, Vec<LoadError>> {
    let mut case: Case = toml::from_str(text).map_err(|e| vec![syntax(file, text, &e)])?;
    case.file = file.to_owned();
    let mut lint = Lint { file, text, errors: Vec::new() };
    lint.case(&case);
    if lint.errors.is_empty() { Ok(case) } else { Err(lint.errors) }
}

/// An error of the TOML reader, with the nearest valid word where it lists the valid ones.
fn syntax(file: &str, text: &str, error: &toml::de::Error) -> LoadError {
    let message = error.message().to_owned();
    let mut words = message.split('`').skip(1).step_by(2);
    let help = match (message.starts_with("unknown "), words.next()) {
        (true, Some(given)) => nearest(given, words),
        (false, Some(missing)) if message.starts_with("missing field") => example(missing),
        // TOML's own trap: one pair of brackets makes a table, two make an entry of a list
        _ if message.contains("map, expected a sequence") => {
            Some("a list of tables has two pairs of brackets, as in [[step]]".into())
        }
        _ => None,
    };
    let short = match message.split_once(", expected one of") {
        Some((short, _)) if help.is_some() => short.to_owned(),
        _ => message,
    };
    // the reader speaks of Rust's types, the writer of a case file knows TOML's
    let short = [
        ("field `", "key `"),
        ("unknown variant", "unknown word"),
        ("expected a sequence", "expected a list"),
        ("invalid type: map", "invalid type: table"),
        ("expected struct Expect", "expected a table such as { status = 200 }"),
        ("expected struct ", "expected a table of "),
    ]
    .into_iter()
    .fold(short, |text, (rust, toml)| text.replacen(rust, toml, 1));
    LoadError::new(file, text, error.span().unwrap_or(0..0), short, help)
}

/// What a key that is missing looks like.
fn example(key: &str) -> Option<String> {
    let line = match key {
        "id" => "id = \"mine/types\"",
        "title" => "title = \"what has to hold, in one sentence\"",
        "requirements" => "requirements = [\"T21-3.4-12\"]",
        "step" => "[[step]], and below it get = \"objects\" and expect = { status = 200 }",
        _ => return None,
    };
    Some(format!("add {line}"))
}

/// `did you mean …?`, where something is near enough; else the valid words, or the first of them where they are many.
pub(super) fn nearest<'a>(given: &str, valid: impl Iterator<Item = &'a str>) -> Option<String> {
    let valid: Vec<&str> = valid.collect();
    let best = valid.iter().map(|v| (strsim::damerau_levenshtein(given, v), *v)).min()?;
    if best.0 <= (given.chars().count() / 2).max(2) {
        Some(format!("did you mean `{}`?", best.1))
    } else {
        /// More than this nobody reads.
        const MANY: usize = 60;
        let more = valid.len().saturating_sub(MANY);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("valid are: {}{more}", valid[..valid.len().min(MANY)].join(", ")))
    }
}
