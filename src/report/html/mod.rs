//! The HTML report: one file that needs no network, opens from disk and can be read without scripts.
//!
//! The templates, the style sheet and the script are files of their own under `templates/`; they become
//! part of the one file, and its content security policy admits them, by their hashes, and nothing else.
//! Everything that a server said goes through [`text`] and through the escaping of the templates, or into
//! a block of JSON that no parser takes for markup.
//!
//! The size is bounded: a report of many trials shows less of each body. See [`Room`].

use std::io::{self, Write};

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::Lookup;
use crate::record::{Report, Verdict};

mod body;
mod evidence;
mod features;
mod place;
mod requirements;
mod result;
mod standard;
pub(super) mod text;
mod trials;

pub(super) const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// Size that a report should stay below, in bytes. CI systems and browsers take ten million without
/// complaint.
const LARGE: usize = 9_500_000;

/// How much room evidence gets.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// A body that a finding points into, in bytes of shown text.
    full: usize,
    /// Any other body, likewise.
    brief: usize,
    /// How many trials show the exchanges that their findings point to without the help of the script.
    shown: usize,
    /// How many exchanges of a trial are listed, besides those that findings point to.
    listed: usize,
    /// How many findings of a trial are shown.
    findings: usize,
    /// How long what a finding says may be, in characters.
    said: usize,
    /// Whether exchanges that no finding points to have headers and bodies at all.
    evidence: bool,
}

/// From generous to frugal; the first that gives no large report is taken.
const ROOMS: [Room; 6] = {
    const FIRST: Room =
        Room { full: 5120, brief: 2048, shown: usize::MAX, listed: 100, findings: 25, said: 2000, evidence: true };
    [
        FIRST,
        Room { brief: 600, ..FIRST },
        Room { full: 2048, brief: 250, listed: 40, ..FIRST },
        Room { full: 700, brief: 80, listed: 15, shown: 2000, findings: 10, said: 600, ..FIRST },
        Room { full: 400, brief: 0, listed: 6, shown: 1000, findings: 5, said: 400, ..FIRST },
        Room { full: 300, brief: 0, listed: 2, shown: 300, findings: 2, said: 200, evidence: false },
    ]
};

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: String,
    policy: String,
    style: &'static str,
    script: &'static str,
    result: result::Result_,
    sections: Vec<requirements::Section>,
    features: features::Features,
    notes: Vec<String>,
    removed: usize,
    left: Vec<String>,
    trials: trials::Trials<'a>,
    evidence: String,
}

/// Writes the report.
pub fn write(report: &Report, requirement: Lookup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::new();
    for room in ROOMS {
        page = render(report, requirement, room)?;
        if page.len() <= LARGE {
            break;
        }
    }
    out.write_all(page.as_bytes())
}

fn render(report: &Report, requirement: Lookup<'_>, room: Room) -> io::Result<String> {
    let anchors = place::anchors(report);
    let mut evidence = evidence::Evidence::new(room.brief);
    let trials = trials::trials(report, requirement, &anchors, room, &mut evidence);
    let sections = requirements::sections(report, requirement, &anchors);
    let page = Page {
        title: result::title(report),
        policy: policy(),
        style: STYLE,
        script: SCRIPT,
        result: result::result(report, &sections, requirement, &anchors),
        sections,
        features: features::features(report, requirement, &anchors),
        notes: report.notes.iter().map(|n| text::line(n, 2000)).collect(),
        removed: report.cleanup.removed,
        left: report.cleanup.told().iter().map(|left| text::line(left, 600)).collect(),
        trials,
        evidence: evidence.json()?,
    };
    // the templates drop the line break at the end of a file
    Ok(page.render().map_err(io::Error::other)? + "\n")
}

/// The policy of a page that has this style sheet and no script.
pub(super) fn policy_of_style(style: &str) -> String {
    let style = hash(style);
    format!("default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'")
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// Nothing is fetched from anywhere, and no script or style runs but our own; what a script makes of
/// text can never be markup.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}
