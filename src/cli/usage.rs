//! Errors of usage: one clear sentence, help where there is some, exit code 2.

use miette::{Diagnostic, NamedSource, SourceSpan};

/// Something that the user has to mend before a run can begin.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum UsageError {
    /// In flags or environment.
    #[error("{message}")]
    Plain {
        /// What is wrong. Never the value of a secret.
        message: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },
    /// In the configuration file.
    #[error("{message}")]
    Config {
        /// File, line, column, and what is wrong.
        message: String,
        /// What to do.
        #[help]
        help: Option<String>,
        /// The text of the file.
        #[source_code]
        source_code: NamedSource<String>,
        /// The very place.
        #[label("{label}")]
        span: SourceSpan,
        /// What to write at the place.
        label: String,
    },
}

impl UsageError {
    /// An error without help.
    pub fn new(message: impl Into<String>) -> Self {
        UsageError::Plain {
            message: message.into(),
            help: None,
        }
    }

    /// An error with help.
    pub fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        UsageError::Plain {
            message: message.into(),
            help: Some(help.into()),
        }
    }
}

/// The word that the user may have meant, if any is near.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(&word, k), *k))
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
