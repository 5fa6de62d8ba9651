//! Faults of a case that the reader of TOML cannot see: unknown names, and words that make no sense together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;

use super::load::{LoadError, nearest};
use super::model::{Case, Choice, Step};
use super::{Expect, matrix, object, register, template, variable};
use crate::taxii::Endpoint;

/// Looks for faults in a case that was read.
pub(super) struct Lint<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) errors: Vec<LoadError>,
}

impl Lint<'_> {
    fn error(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.errors.push(LoadError::new(self.file, self.text, span, message, help));
    }

    /// Keeps every fault of the case.
    pub(super) fn case(&mut self, case: &Case) {
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
                let ids = register::requirements().iter().map(|r| r.id.as_str());
                let near = nearest(requirement.get_ref(), ids).filter(|help| help.starts_with("did you mean"));
                let help = near.or_else(|| Some("`taxii-conformance requirements` lists them".into()));
                self.error(requirement.span(), format!("unknown requirement `{}`", requirement.get_ref()), help);
            }
        }
        self.columns(case);
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
        known.extend(case.matrix.keys().chain(case.rows.iter().flat_map(BTreeMap::keys)).cloned());
        for (name, object) in &case.objects {
            known.extend(object.copies.map(|_| format!("{name}.ids")));
            known.extend(["id", "version", "created", "type", "added"].map(|p| format!("{name}.{p}")));
        }
        let mut earlier: Vec<&str> = Vec::new();
        for step in &case.steps {
            self.step(case, step, &known, &earlier);
            known.extend(step.save.keys().cloned());
            earlier.extend(step.name.as_deref());
        }
    }

    /// The matrix and the rows.
    fn columns(&mut self, case: &Case) {
        let empty = case.matrix.iter().filter(|(_, values)| values.is_empty());
        for (name, _) in empty {
            let help = Some("give it at least one".into());
            self.error(case.id.span(), format!("the matrix has no values for `{name}`"), help);
        }
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for row in &case.rows {
            let name = row.get(matrix::NAME);
            let good = name.is_some_and(|n| !n.get_ref().is_empty() && names.insert(n.get_ref()));
            if !good {
                let span = name.or_else(|| row.values().next()).map_or(case.id.span(), Spanned::span);
                self.error(span, "a row needs a name that no other row has", Some("add `name = \"…\"`".into()));
            }
            for (key, value) in row.iter().filter(|(key, _)| case.matrix.contains_key(*key)) {
                self.error(value.span(), format!("`{key}` is in the matrix, too"), None);
            }
        }
        for requirement in values(case, matrix::REQUIREMENT) {
            if !case.requirements.iter().any(|r| r.get_ref() == requirement.get_ref()) {
                let help = nearest(requirement.get_ref(), case.requirements.iter().map(|r| r.get_ref().as_str()));
                let message = format!("`{}` is not among the case's requirements", requirement.get_ref());
                self.error(requirement.span(), message, help);
            }
        }
    }

    /// A word that may be held by a column of the matrix.
    fn choice<T: Copy + for<'de> serde::Deserialize<'de>>(
        &mut self,
        case: &Case,
        at: &Range<usize>,
        choice: &Choice<T>,
    ) {
        let Choice::Column(column) = choice else { return };
        let held = values(case, column);
        if held.is_empty() {
            let names = case.matrix.keys().chain(case.rows.iter().flat_map(BTreeMap::keys)).map(String::as_str);
            let help = nearest(column, names);
            self.error(at.clone(), format!("no column of the matrix is called `{column}`"), help);
        }
        for value in held.into_iter().filter(|v| !v.get_ref().is_empty()) {
            if let Err(e) = Choice::<T>::word(value.get_ref()) {
                self.error(value.span(), e.to_string().replacen("unknown variant", "unknown word", 1), None);
            }
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
        self.choice(case, &at, &step.place);
        self.choice(case, &at, &step.by);
        self.choice(case, &at, &step.actor);
        for text in texts(step) {
            self.variables(text, known);
        }
        let words = |e: &Option<Expect>| -> Vec<Spanned<String>> {
            e.iter()
                .flat_map(|e| e.has.iter().chain(&e.lacks).chain(&e.unchanged).chain(&e.ascending).cloned())
                .collect()
        };
        let mut named: Vec<Spanned<String>> = step.add.clone().unwrap_or_default();
        named.extend(step.beside.iter().flatten().chain(&step.adding).chain(&step.deleting).cloned());
        named.extend(words(&step.when));
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
        for same in [&step.when, &step.given, &step.expect].into_iter().flatten().filter_map(|e| e.same.as_ref()) {
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
        match column.map(|c| values(case, c)).filter(|v| !v.is_empty()) {
            Some(values) => {
                for value in values {
                    let path = ["/", "{root}", "{other-root}"].iter().any(|start| value.get_ref().starts_with(start));
                    if !path && Endpoint::named(value.get_ref()).is_none() {
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

/// What a column holds: of the matrix, or of the rows.
fn values<'a>(case: &'a Case, column: &str) -> Vec<&'a Spanned<String>> {
    let in_rows = case.rows.iter().filter_map(|row| row.get(column));
    case.matrix.get(column).into_iter().flatten().chain(in_rows).collect()
}

/// Every text of a step in which variables are filled in.
pub fn texts(step: &Step) -> Vec<&Spanned<String>> {
    let mut all: Vec<&Spanned<String>> = Vec::new();
    all.extend(step.method().map(|(_, t)| t));
    all.extend(
        [&step.poll, &step.object, &step.status, &step.query_string, &step.body, &step.pad_to].into_iter().flatten(),
    );
    all.extend(step.query.values().chain(step.headers.values()));
    all.extend(
        [&step.when, &step.given, &step.expect]
            .into_iter()
            .flatten()
            .flat_map(|e| e.value.values().chain(e.differs.values())),
    );
    all
}
