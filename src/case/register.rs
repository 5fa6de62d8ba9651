//! The register of requirements that cases cite.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::record::{Actor, Level, Requirement};

static TAXII: &str = include_str!("../../cases/requirements/taxii-2.1.tsv");

static REGISTER: LazyLock<Vec<Requirement>> = LazyLock::new(|| parse(TAXII));
static INDEX: LazyLock<HashMap<&str, usize>> =
    LazyLock::new(|| REGISTER.iter().enumerate().map(|(i, r)| (r.id.as_str(), i)).collect());

/// Every requirement of TAXII 2.1 that bears on a server, in the order of the standard.
pub fn requirements() -> &'static [Requirement] {
    &REGISTER
}

/// The requirement with this id.
pub fn requirement(id: &str) -> Option<&'static Requirement> {
    INDEX.get(id).map(|i| &REGISTER[*i])
}

/// Strongest level among these ids.
pub fn strongest<'a>(ids: impl IntoIterator<Item = &'a str>) -> Level {
    ids.into_iter().filter_map(requirement).map(|r| r.level).max().unwrap_or(Level::May)
}

fn parse(text: &str) -> Vec<Requirement> {
    let row = |line: &str| {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut next = || columns.next().unwrap_or_default();
        let (id, section, level, actor) = (next(), next(), next(), next());
        Requirement {
            id,
            section,
            level: match level.as_str() {
                "MUST" | "MUST NOT" => Level::Must,
                "SHOULD" | "SHOULD NOT" => Level::Should,
                "MAY" => Level::May,
                _ => Level::Derived,
            },
            actor: if actor == "client" { Actor::Client } else { Actor::Server },
            statement: next(),
            observe: next(),
        }
    };
    text.lines().skip(1).filter(|l| !l.is_empty()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_is_whole() {
        assert_eq!(requirements().len(), TAXII.lines().count() - 1);
        for line in TAXII.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 6, "{line}");
            assert!(["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "derived"].contains(&columns[2]), "{line}");
            assert!(["server", "client"].contains(&columns[3]), "{line}");
        }
        assert_eq!(requirement("T21-4.1-01").map(|r| r.level), Some(Level::Must));
    }
}
