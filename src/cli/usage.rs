//! Errors of usage: one clear sentence, help where there is some, exit code 2.

use std::fmt::Display;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

/// Something that the user has to mend before a run can begin.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct UsageError {
    /// What is wrong. Never the value of a secret.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where in the configuration file, if it is there.
    pub place: Option<Box<Place>>,
}

/// A place in the configuration file.
#[derive(Debug)]
pub struct Place {
    /// The text of the file.
    pub source: NamedSource<String>,
    /// The very place.
    pub span: SourceSpan,
    /// What to write at it.
    pub label: &'static str,
}

impl UsageError {
    /// An error without help.
    pub fn new(message: impl Into<String>) -> Self {
        UsageError { message: message.into(), help: None, place: None }
    }

    /// An error with help.
    pub fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        UsageError { help: Some(help.into()), ..UsageError::new(message) }
    }
}

impl Diagnostic for UsageError {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|p| &p.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        let label = LabeledSpan::new_with_span(Some(place.label.to_owned()), place.span);
        Some(Box::new(std::iter::once(label)))
    }
}

/// The word that the user may have meant, if any is near.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |w: &str| w.to_lowercase().replace('-', "_");
    let word = plain(word);
    known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(&word, &plain(k)), *k))
        .filter(|(distance, k)| *distance <= 1 + k.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["jobs", "timeout", "api_roots"];
        assert_eq!(nearest("jbos", &known), Some("jobs"));
        assert_eq!(nearest("api-root", &known), Some("api_roots"));
        assert_eq!(nearest("Timeout", &known), Some("timeout"));
        assert_eq!(nearest("colour", &known), None);
    }
}
