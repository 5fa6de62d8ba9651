//! Links into the standard.

use super::super::sections;
use super::text;
use crate::record::requirement::TAXII_STANDARD;
use crate::record::{Level, Requirement};
use crate::report::Lookup;

/// Number of the anchor of the first numbered heading of section 2 in the published HTML of TAXII 2.1.
/// The anchors of headings are numbered through, so that [`HEADINGS`] has them all.
const FIRST: u32 = 31_107_512;

/// The headings of TAXII 2.1 from section 2 on, in order.
const HEADINGS: [&str; 54] = [
    "2", "3", "3.1", "3.2", "3.3", "3.4", "3.4.1", "3.5", "3.6", "3.6.1", "3.7", "3.8", "3.9", "4", "4.1", "4.1.1",
    "4.2", "4.2.1", "4.3", "4.3.1", "5", "5.1", "5.1.1", "5.2", "5.2.1", "5.3", "5.3.1", "5.4", "5.5", "5.6", "5.7",
    "5.8", "5.8.1", "6", "7", "7.1", "7.1.1", "8", "8.1", "8.1.1", "8.1.2", "8.2", "8.2.1", "8.2.2", "8.3", "8.3.1",
    "8.4", "8.4.1", "8.4.2", "8.5", "8.5.1", "8.5.2", "App A", "App B",
];

/// A requirement in words, with what a link to it needs.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// Its id.
    pub id: String,
    /// Its id as the name of an element.
    pub anchor: String,
    /// `MUST`, `SHOULD`, `MAY` or `derived`; empty where unknown.
    pub level: &'static str,
    /// Section of the standard; empty where unknown.
    pub section: String,
    /// Where that section can be read; empty where unknown.
    pub link: String,
    /// What it says; empty where unknown.
    pub statement: String,
}

/// The requirement of this id in words. A finding knows the level of a requirement that no register has.
pub(super) fn words(id: &str, level: Option<Level>, requirement: Lookup<'_>) -> Words {
    let known = requirement(id);
    Words {
        id: text::line(id, 80),
        anchor: text::anchor(id),
        level: level.or(known.map(|r| r.level)).map_or("", Level::word),
        section: known.map(|r| text::line(&r.section, 30)).unwrap_or_default(),
        link: known.map(link).unwrap_or_default(),
        statement: known.map(|r| text::line(&r.statement, 600)).unwrap_or_default(),
    }
}

fn link(requirement: &Requirement) -> String {
    if !requirement.id.starts_with("T21-") {
        return String::new();
    }
    let section = requirement.section.as_str();
    let anchor = match HEADINGS.iter().position(|h| *h == section) {
        Some(at) => format!("#_Toc{}", FIRST + at as u32),
        // the overview comes before, and is numbered in the same way
        None if section == "1.6.9" => format!("#_Toc{}", FIRST - 5),
        None => String::new(),
    };
    format!("{TAXII_STANDARD}{anchor}")
}

/// The sections, of two parts, that some requirements belong to, each once.
pub(super) fn sections<'a>(ids: impl IntoIterator<Item = &'a String>, requirement: Lookup<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for id in ids {
        let (number, _) = sections::place(id, requirement);
        if !all.contains(&number) {
            all.push(number);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case;

    /// Places of headings that others link to, which fix the numbering.
    #[test]
    fn anchors_are_those_of_the_published_text() {
        let anchor = |section: &str| HEADINGS.iter().position(|h| *h == section).map(|at| FIRST + at as u32);
        for (section, known) in [
            ("3.5", 31_107_519),
            ("4.1", 31_107_526),
            ("4.2", 31_107_528),
            ("5.3", 31_107_537),
            ("5.4", 31_107_539),
            ("5.5", 31_107_540),
            ("5.6", 31_107_541),
            ("7.1", 31_107_547),
        ] {
            assert_eq!(anchor(section), Some(known), "{section}");
        }
    }

    #[test]
    fn every_section_of_the_register_has_a_link() {
        for requirement in case::requirements() {
            assert!(link(requirement).contains("#_Toc"), "{}: {}", requirement.id, requirement.section);
        }
    }
}
