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

/// How much room evidence gets, in bytes of shown text.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// A body that a finding points into.
    full: usize,
    /// Any other body.
    brief: usize,
    /// How many trials show the exchanges that their findings point to without the help of the script.
    shown: usize,
}

/// From generous to frugal; the first that gives no large report is taken.
const ROOMS: [Room; 5] = [
    Room { full: 5 * 1024, brief: 2 * 1024, shown: usize::MAX },
    Room { full: 4 * 1024, brief: 600, shown: usize::MAX },
    Room { full: 2 * 1024, brief: 250, shown: usize::MAX },
    Room { full: 700, brief: 80, shown: 2000 },
    Room { full: 300, brief: 0, shown: 500 },
];

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
        left: report.cleanup.left.iter().map(|url| text::line(url, 600)).collect(),
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
