//! The formats that `--report FORMAT=PATH` knows: one list for the command line and its errors.

use std::io::{self, Write};

use super::{Lookup, badge, ctrf, github, har, html, json, junit, markdown};
use crate::record::Report;

/// Format of a report that goes to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// [`json`].
    Json,
    /// [`junit`].
    Junit,
    /// [`html`].
    Html,
    /// [`markdown`].
    Markdown,
    /// [`github`].
    Github,
    /// [`ctrf`].
    Ctrf,
    /// [`har`].
    Har,
    /// [`badge`].
    Badge,
}

impl Format {
    /// All formats, and their names.
    pub const ALL: &[(&str, Format)] = &[
        ("json", Format::Json),
        ("junit", Format::Junit),
        ("html", Format::Html),
        ("markdown", Format::Markdown),
        ("github", Format::Github),
        ("ctrf", Format::Ctrf),
        ("har", Format::Har),
        ("badge", Format::Badge),
    ];

    /// Writes a report in this format. The same report gives the same bytes.
    pub fn write(self, report: &Report, requirement: Lookup<'_>, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Json => json::write(report, out),
            Format::Junit => junit::write(report, requirement, out),
            Format::Html => html::write(report, requirement, out),
            Format::Markdown => markdown::write(report, requirement, out),
            Format::Github => github::write(report, requirement, out),
            Format::Ctrf => ctrf::write(report, requirement, out),
            Format::Har => har::write(report, out),
            Format::Badge => badge::write(report, out),
        }
    }
}
