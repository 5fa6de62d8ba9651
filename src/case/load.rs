//! Reads case files, and refuses what it does not know with the place and the nearest valid word.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use miette::{Diagnostic, NamedSource, SourceSpan};
use toml::Spanned;

use super::model::{Case, Step};
use super::{Expect, object, register, template, variable};
use crate::taxii::Endpoint;

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
    fn new(file: &str, text: &str, span: Range<usize>, message: impl Into<String>, help: Option<String>) -> LoadError {
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
        _ => None,
    };
    let short = match message.split_once(", expected one of") {
        Some((short, _)) if help.is_some() => short.to_owned(),
        _ => message,
    };
    // the reader speaks of Rust's types, the writer of a case file knows TOML's
    let short = [("field `", "key `"), ("unknown variant", "unknown word"), ("expected a sequence", "expected a list")]
        .into_iter()
        .fold(short, |text, (rust, toml)| text.replacen(rust, toml, 1));
    LoadError::new(file, text, error.span().unwrap_or(0..0), short, help)
}

/// `did you mean …?`, where something is near enough; else the valid words.
fn nearest<'a>(given: &str, valid: impl Iterator<Item = &'a str>) -> Option<String> {
    let valid: Vec<&str> = valid.collect();
    let best = valid.iter().map(|v| (strsim::damerau_levenshtein(given, v), *v)).min()?;
    if best.0 <= (given.chars().count() / 2).max(2) {
        Some(format!("did you mean `{}`?", best.1))
    } else {
        Some(format!("valid are: {}", valid.join(", ")))
    }
}

struct Lint<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<LoadError>,
}

impl Lint<'_> {
    fn error(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.errors.push(LoadError::new(self.file, self.text, span, message, help));
    }

    fn case(&mut self, case: &Case) {
        let id = case.id.get_ref();
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-./".contains(c);
        if id.is_empty() || !id.chars().all(legal) {
            self.error(
                case.id.span(),
                format!("`{id}` is not an id"),
                Some("use small letters, digits, - and /, such as `filter/type`".into()),
            );
        }
        if case.requirements.is_empty() {
            self.error(
                case.id.span(),
                "the case cites no requirement",
                Some("add `requirements = [\"T21-…\"]`".into()),
            );
        }
        for requirement in &case.requirements {
            if register::requirement(requirement.get_ref()).is_none() {
                let help = nearest(requirement.get_ref(), register::requirements().iter().map(|r| r.id.as_str()));
                self.error(requirement.span(), format!("unknown requirement `{}`", requirement.get_ref()), help);
            }
        }
        for (name, values) in &case.matrix {
            if values.is_empty() {
                self.error(
                    case.id.span(),
                    format!("the matrix has no values for `{name}`"),
                    Some("give it at least one".into()),
                );
            }
        }
        self.objects(case);
        if case.steps.is_empty() {
            self.error(case.id.span(), "the case has no step", Some("add a `[[step]]`".into()));
        }
        let judged = |e: &Option<Expect>| e.as_ref().is_some_and(|e| *e != Expect::default());
        if !case.steps.is_empty() && !case.steps.iter().any(|s| judged(&s.expect)) {
            self.error(
                case.id.span(),
                "no step expects anything, so the case cannot fail",
                Some("add `expect = { … }` to a step".into()),
            );
        }
        let mut known: BTreeSet<String> = variable::VARIABLES.iter().map(|v| v.name.to_owned()).collect();
        known.extend(case.matrix.keys().cloned());
        for name in case.objects.keys() {
            known.extend(["id", "version", "created", "type"].map(|p| format!("{name}.{p}")));
        }
        let mut earlier: Vec<&str> = Vec::new();
        for step in &case.steps {
            self.step(case, step, &known, &earlier);
            known.extend(step.save.keys().cloned());
            earlier.extend(step.name.as_deref());
        }
    }

    fn objects(&mut self, case: &Case) {
        for (name, object) in &case.objects {
            match (&object.like, &object.version_of) {
                (Some(like), None) => {
                    if !object::templates().contains(&like.get_ref().as_str()) {
                        let help = nearest(like.get_ref(), object::templates().into_iter());
                        self.error(like.span(), format!("unknown template `{}`", like.get_ref()), help);
                    }
                }
                (None, Some(of)) => {
                    let base = case.objects.get(of.get_ref()).is_some_and(|o| o.version_of.is_none());
                    if !base {
                        let bases =
                            case.objects.iter().filter(|(_, o)| o.version_of.is_none()).map(|(n, _)| n.as_str());
                        let help = nearest(of.get_ref(), bases);
                        self.error(
                            of.span(),
                            format!("`{}` is not an object of this case with `like`", of.get_ref()),
                            help,
                        );
                    }
                }
                _ => self.error(case.id.span(), format!("object `{name}` needs one of `like` and `version_of`"), None),
            }
        }
    }

    fn step(&mut self, case: &Case, step: &Step, known: &BTreeSet<String>, earlier: &[&str]) {
        let at = step.method().map_or(case.id.span(), |(_, target)| target.span());
        if step.actions() != 1 {
            let help = "use one of get, post, delete, head, options, put, add, poll".to_owned();
            self.error(at.clone(), format!("a step does one thing, this one does {}", step.actions()), Some(help));
        }
        if let Some((_, target)) = step.method() {
            self.target(case, target);
        }
        for text in texts(step) {
            self.variables(text, known);
        }
        let words = |e: &Option<Expect>| -> Vec<Spanned<String>> {
            e.iter().flat_map(|e| e.has.iter().chain(&e.lacks).chain(&e.unchanged).cloned()).collect()
        };
        let mut named: Vec<Spanned<String>> = step.add.clone().unwrap_or_default();
        named.extend(words(&step.given));
        named.extend(words(&step.expect));
        for name in named {
            if !case.objects.contains_key(name.get_ref()) {
                let help = nearest(name.get_ref(), case.objects.keys().map(String::as_str));
                self.error(name.span(), format!("unknown object `{}`", name.get_ref()), help);
            }
        }
        for (name, source) in &step.save {
            if !source.starts_with('/') && !source.starts_with("header:") {
                let help = Some("use a JSON pointer such as `/next`, or `header:` and a field name".to_owned());
                self.error(at.clone(), format!("`{source}`, to be saved as `{name}`, is no place in an answer"), help);
            }
        }
        if let Some(cite) = &step.cite
            && !case.requirements.iter().any(|r| r.get_ref() == cite.get_ref())
        {
            let help = nearest(cite.get_ref(), case.requirements.iter().map(|r| r.get_ref().as_str()));
            self.error(cite.span(), format!("`{}` is not among the case's requirements", cite.get_ref()), help);
        }
        for same in [&step.given, &step.expect].into_iter().flatten().filter_map(|e| e.same.as_ref()) {
            if !earlier.contains(&same.step.as_str()) {
                let help = nearest(&same.step, earlier.iter().copied());
                self.error(at.clone(), format!("no earlier step is called `{}`", same.step), help);
            }
        }
    }

    fn target(&mut self, case: &Case, target: &Spanned<String>) {
        let text = target.get_ref();
        // the paths of API roots begin with a slash
        if text.starts_with('/') || text.starts_with("{root}") || text.starts_with("{other-root}") {
            return;
        }
        let names = || Endpoint::ALL.iter().map(|(n, _)| *n);
        let column = text.strip_prefix('{').and_then(|t| t.strip_suffix('}'));
        match column.and_then(|c| case.matrix.get(c)) {
            Some(values) => {
                for value in values {
                    if !value.get_ref().starts_with('/') && Endpoint::named(value.get_ref()).is_none() {
                        let help = nearest(value.get_ref(), names());
                        self.error(value.span(), format!("unknown endpoint `{}`", value.get_ref()), help);
                    }
                }
            }
            None if Endpoint::named(text).is_none() => {
                self.error(target.span(), format!("unknown endpoint `{text}`"), nearest(text, names()));
            }
            None => {}
        }
    }

    fn variables(&mut self, text: &Spanned<String>, known: &BTreeSet<String>) {
        for (_, name) in template::names(text.get_ref()) {
            if !known.contains(name) {
                let help = nearest(name, known.iter().map(String::as_str));
                self.error(text.span(), format!("unknown variable `{{{name}}}`"), help);
            }
        }
    }
}

/// Every text of a step in which variables are filled in.
pub fn texts(step: &Step) -> Vec<&Spanned<String>> {
    let mut all: Vec<&Spanned<String>> = Vec::new();
    all.extend(step.method().map(|(_, t)| t));
    all.extend(
        [&step.poll, &step.object, &step.status, &step.query_string, &step.body, &step.pad_to].into_iter().flatten(),
    );
    all.extend(step.query.values().chain(step.headers.values()));
    all.extend([&step.given, &step.expect].into_iter().flatten().flat_map(|e| e.value.values()));
    all
}
