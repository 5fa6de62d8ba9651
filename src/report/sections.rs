//! The requirements of a report by section of the standard.

use super::Lookup;
use super::sanitize::line;
use crate::record::{Level, Summary};

/// Labels for the sections of TAXII 2.1 that hold requirements, in our own words.
const LABELS: [(&str, &str); 31] = [
    ("1.6", "Overview: authentication"),
    ("2", "Data types"),
    ("3.1", "Endpoints"),
    ("3.2", "HTTP headers"),
    ("3.3", "Sorting"),
    ("3.4", "Filtering"),
    ("3.5", "Paging"),
    ("3.6", "Errors"),
    ("3.7", "Envelopes"),
    ("3.8", "Property names"),
    ("3.9", "DNS SRV names"),
    ("4.1", "Discovery"),
    ("4.2", "API root"),
    ("4.3", "Status"),
    ("5.1", "Collections"),
    ("5.2", "Collection"),
    ("5.3", "Manifest"),
    ("5.4", "Objects: get"),
    ("5.5", "Objects: add"),
    ("5.6", "Object: get"),
    ("5.7", "Object: delete"),
    ("5.8", "Object: versions"),
    ("6.1", "Media types"),
    ("7.1", "Custom properties"),
    ("8.1", "Conformance"),
    ("8.2", "HTTPS and HTTP"),
    ("8.3", "Authentication"),
    ("8.4", "Conformance"),
    ("8.5", "Server certificates"),
    ("9", "Security"),
    ("App B", "Security and privacy"),
];

/// How the requirements of one section stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Number of the section: its first two parts.
    pub number: String,
    /// What the section is about; empty where unknown.
    pub label: &'static str,
    /// Requirements that were seen to hold.
    pub hold: usize,
    /// MUST and derived requirements that were broken.
    pub broken: usize,
    /// SHOULD requirements that were broken, and waived ones.
    pub warned: usize,
    /// MUST and derived requirements that no trial could judge.
    pub unjudged: usize,
}

/// The sections that a run had to do with, in the order of the standard.
pub fn sections(summary: &Summary, requirement: Lookup<'_>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut count = |id: &str, field: fn(&mut Section) -> &mut usize| {
        let (number, label) = place(id, requirement);
        let at = sections.iter().position(|s| s.number == number).unwrap_or_else(|| {
            sections.push(Section { number, label, ..Section::default() });
            sections.len() - 1
        });
        *field(&mut sections[at]) += 1;
    };
    summary.passed.iter().for_each(|id| count(id, |s| &mut s.hold));
    summary.failed.iter().chain(&summary.known).for_each(|id| count(id, |s| &mut s.broken));
    summary.warned.iter().for_each(|id| count(id, |s| &mut s.warned));
    summary.inconclusive.keys().for_each(|id| count(id, |s| &mut s.unjudged));
    sections.sort_by_key(|s| rank(&s.number));
    sections
}

/// `T21-3.4-20 MUST, section 3.4: what it says`.
pub fn words(id: &str, level: Option<Level>, requirement: Lookup<'_>) -> String {
    let known = requirement(id);
    let level = level.or(known.map(|r| r.level)).map(|l| format!(" {}", l.word()));
    let said = known.map(|r| format!(", section {}: {}", line(&r.section, 20), line(&r.statement, 400)));
    format!("{}{}{}", line(id, 80), level.unwrap_or_default(), said.unwrap_or_default())
}

pub(super) fn place(id: &str, requirement: Lookup<'_>) -> (String, &'static str) {
    let Some(known) = requirement(id) else {
        return ("other".to_owned(), "");
    };
    let number = known.section.split('.').take(2).collect::<Vec<_>>().join(".");
    if id.starts_with("T21-") {
        let label = LABELS.iter().find(|(n, _)| *n == number).map_or("", |(_, label)| label);
        (number, label)
    } else {
        (format!("{} {number}", id.split('-').next().unwrap_or_default()), "")
    }
}

/// 3.10 after 3.9, annexes and other standards last.
pub(super) fn rank(number: &str) -> (bool, Vec<u32>, String) {
    let parts: Option<Vec<u32>> = number.split('.').map(|p| p.parse().ok()).collect();
    (parts.is_none(), parts.unwrap_or_default(), number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_come_in_the_order_of_the_standard() {
        let mut numbers = ["App B", "3.10", "3.9", "2", "10", "other"];
        numbers.sort_by_key(|n| rank(n));
        assert_eq!(numbers, ["2", "3.9", "3.10", "10", "App B", "other"]);
    }
}
