//! Reads a JSON report that [`super::json`] wrote.
//!
//! Properties that this version of the suite does not know are passed over: within one version of the
//! format they only add. Another version, or another format, is an error that says so.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::sanitize::line;
use crate::record::Report;
use crate::record::report::{FORMAT, VERSION};

/// Why a file is no report that can be read. Begins with the name of the file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// It is no JSON at all.
    #[error("{}:{line}:{column}: this is no JSON: {reason}", path.display())]
    #[diagnostic(help("give a report that was written with --report json=PATH"))]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// It is JSON of another kind.
    #[error("{}: this is no report of taxii-conformance: {reason}", path.display())]
    #[diagnostic(help("give a report that was written with --report json=PATH"))]
    Format {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        reason: String,
    },
    /// It is a report of another version of the format.
    #[error("{}: the report is of version {found} of its format, and this suite reads version {VERSION}", path.display())]
    #[diagnostic(help("read it with the version of the suite that wrote it, or test the server again"))]
    Version {
        /// The file.
        path: PathBuf,
        /// The version that it names.
        found: String,
    },
    /// It is a report, but something in it has not the form that it should have.
    #[error("{}:{line}:{column}: the report is damaged: {reason}", path.display())]
    #[diagnostic(help("schemas/report.schema.json describes the format"))]
    Shape {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
}

/// Reads the report in a file.
pub fn read(path: &Path) -> Result<Report, ReadError> {
    read_with_bytes(path).map(|(_, report)| report)
}

/// Reads the report in a file; gives the bytes of the file too.
pub fn read_with_bytes(path: &Path) -> Result<(Vec<u8>, Report), ReadError> {
    let bytes = std::fs::read(path).map_err(|e| ReadError::Io { path: path.to_owned(), reason: e.to_string() })?;
    let report = parse(&bytes, path)?;
    Ok((bytes, report))
}

/// Reads a report from memory; `path` is what errors call it.
pub fn parse(bytes: &[u8], path: &Path) -> Result<Report, ReadError> {
    let path = || path.to_owned();
    let head: Value = serde_json::from_slice(bytes).map_err(|e| ReadError::Json {
        path: path(),
        line: e.line(),
        column: e.column(),
        reason: said(&e),
    })?;
    match head.get("format") {
        Some(Value::String(format)) if format == FORMAT => {}
        Some(other) => {
            let reason = format!("its `format` is {}, not \"{FORMAT}\"", line(&other.to_string(), 80));
            return Err(ReadError::Format { path: path(), reason });
        }
        None => return Err(ReadError::Format { path: path(), reason: "it has no `format`".into() }),
    }
    match head.get("version") {
        Some(version) if version.as_u64() == Some(VERSION.into()) => {}
        Some(other) => return Err(ReadError::Version { path: path(), found: line(&other.to_string(), 80) }),
        None => return Err(ReadError::Format { path: path(), reason: "it has no `version`".into() }),
    }
    drop(head);
    // not from the value: only the text knows lines and columns
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Report::deserialize(&mut reader).map_err(|e| ReadError::Shape {
        path: path(),
        line: e.line(),
        column: e.column(),
        reason: said(&e),
    })
}

/// The message without the place, which stands before it already. It may hold text of the file.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    line(text.split(" at line ").next().unwrap_or(&text), 300)
}
