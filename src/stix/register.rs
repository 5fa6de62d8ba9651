//! The register of the standard's normative statements, and of the statements without a keyword.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Level;

const MUST_AND_SHOULD: &str = include_str!("../../cases/requirements/stix-2.1.tsv");
const STATED: &str = include_str!("../../cases/requirements/stix-2.1-stated.tsv");
const COVERAGE: &str = include_str!("../../cases/requirements/stix-2.1-coverage.tsv");

/// One normative statement of STIX 2.1, in the project's words.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// `S21-section-number`; `U21-…` for a statement without a keyword.
    pub id: &'static str,
    /// The section it stands in.
    pub section: &'static str,
    /// MUST, MUST NOT, SHOULD, SHOULD NOT or STATED.
    pub keyword: &'static str,
    /// What it speaks of: object types, data types, or roles.
    pub object_types: &'static str,
    /// What it says.
    pub statement: &'static str,
    /// schema, cross-property, cross-object, id, timestamp, pattern, marking, extension, encoding, vocab or not-observable.
    pub kind: &'static str,
    /// How the project covers it.
    pub coverage: Coverage,
}

/// How a rule is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Findings cite it; a pair of vectors proves it.
    Judged,
    /// Findings cite this rule, which says the same in another place, or of which this is the general form.
    Same(&'static str),
    /// The pattern checker judges it.
    Pattern,
    /// It cannot be judged on content, for the reason given.
    Reason(&'static str),
    /// Nobody covers it yet.
    Missing,
}

impl Rule {
    /// The level that its keyword gives a finding.
    #[must_use]
    pub fn level(&self) -> Level {
        if self.keyword.starts_with("MUST") { Level::Must } else { Level::Should }
    }
}

/// All rows of the register, in the order of the standard.
pub fn rules() -> &'static [Rule] {
    &REGISTER
}

/// The statements that the standard makes without a keyword; findings on them are advice.
pub fn stated() -> &'static [Rule] {
    &STATEMENTS
}

/// The rule of this id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    BY_ID.get(id).copied()
}

static REGISTER: LazyLock<Vec<Rule>> = LazyLock::new(|| read(MUST_AND_SHOULD));
static STATEMENTS: LazyLock<Vec<Rule>> = LazyLock::new(|| read(STATED));
static BY_ID: LazyLock<HashMap<&'static str, &'static Rule>> =
    LazyLock::new(|| rules().iter().chain(stated()).map(|r| (r.id, r)).collect());

fn read(table: &'static str) -> Vec<Rule> {
    let coverage: HashMap<&str, Coverage> = COVERAGE
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let id = cells.next()?;
            let how = match cells.next()? {
                "judged" => Coverage::Judged,
                "same" => Coverage::Same(cells.next()?),
                "pattern" => Coverage::Pattern,
                "reason" => Coverage::Reason(cells.next()?),
                _ => Coverage::Missing,
            };
            Some((id, how))
        })
        .collect();
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let id = cells.next()?;
            Some(Rule {
                id,
                section: cells.next()?,
                keyword: cells.next()?,
                object_types: cells.next()?,
                statement: cells.next()?,
                kind: cells.next()?,
                coverage: coverage.get(id).copied().unwrap_or(Coverage::Missing),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(rules().len(), 638);
        assert_eq!(rule("S21-3.1-05").map(|r| r.keyword), Some("MUST"));
        assert_eq!(rule("U21-3.2-02").map(Rule::level), Some(Level::Should));
    }
}
