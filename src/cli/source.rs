//! The text of a TOML file that the user wrote, and errors that point into it.

use std::ops::Range;
use std::path::Path;

use miette::{NamedSource, SourceSpan};

use super::usage::{Place, UsageError};

/// A file's text and where it was read from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The whole text.
    pub text: &'a str,
    /// For messages alone.
    pub path: &'a Path,
}

impl Source<'_> {
    /// What the TOML reader has to say, with its place.
    pub fn toml(&self, error: &toml::de::Error) -> UsageError {
        let span = error.span().unwrap_or(0..0);
        self.error(error.message().trim().to_owned(), span, "here", String::new())
    }

    /// An error at a place, given in bytes. Empty `help` is none.
    pub fn error(&self, message: String, span: Range<usize>, label: &'static str, help: String) -> UsageError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        UsageError {
            message: format!("{}:{line}:{column}: {message}", self.path.display()),
            help: (!help.is_empty()).then_some(help),
            place: Some(Box::new(Place {
                source: NamedSource::new(self.path.display().to_string(), self.text.to_owned()),
                span: SourceSpan::from(span),
                label,
            })),
        }
    }
}
