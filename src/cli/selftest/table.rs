//! The kill table: which cases kill which defect, and what else fails with it.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::Row;
use crate::case;

/// The first lines of a table, as Markdown.
const HEADING: &str = "| defect | breaks | killed by | other requirements that fail |\n| --- | --- | --- | --- |\n";

/// What a table has of a defect.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    /// Requirements that the defect breaks, joined.
    breaks: String,
    /// Cases that kill it; none where it survives.
    pub killers: Vec<String>,
    /// Other requirements that fail with it.
    others: BTreeSet<String>,
}

/// A table by the names of its defects.
pub(super) type Table = BTreeMap<String, Line>;

/// The rows as Markdown.
pub(super) fn write(rows: &[Row]) -> String {
    let mut text = HEADING.to_owned();
    for row in rows {
        let killers = match row.killed() {
            true => row.killers.iter().cloned().collect::<Vec<_>>().join(", "),
            false => "**survives**".into(),
        };
        let others: Vec<&str> = row.others().collect();
        let breaks = row.defect.requirements.join(", ");
        text += &format!("| {} | {breaks} | {killers} | {} |\n", row.defect.name, others.join(", "));
    }
    text
}

/// A table from its Markdown; lines that are no rows are passed over.
pub(super) fn read(text: &str) -> Table {
    let row = |line: &str| {
        let mut columns = line.split('|').skip(1).map(str::trim);
        let (defect, breaks) = (columns.next()?.to_owned(), columns.next()?.to_owned());
        let mut list = || columns.next().map(|column| column.split(", ").map(str::to_owned).collect::<Vec<_>>());
        let (mut killers, mut others) = (list()?, list()?);
        killers.retain(|case| case.contains('/'));
        others.retain(|requirement| !requirement.is_empty());
        Some((defect, Line { breaks, killers, others: others.into_iter().collect() }))
    };
    text.lines().skip(HEADING.lines().count()).filter_map(row).collect()
}

/// Whether two tables have the same of those defects that were asked for: what they break, and whether they are killed.
/// Which of several cases notice a defect can depend on the clock: a date cut to milliseconds is now and then the same
/// date.
pub(super) fn agree(one: &Table, other: &Table, asked: impl Fn(&str) -> bool) -> bool {
    let reduced = |table: &Table| -> BTreeSet<(String, String, bool)> {
        let rows = table.iter().filter(|(defect, _)| asked(defect));
        rows.map(|(defect, line)| (defect.clone(), line.breaks.clone(), line.killers.is_empty())).collect()
    };
    reduced(one) == reduced(other)
}

/// So many of these defects, others with each change of a case.
pub(super) fn by_turns<'a>(defects: impl Iterator<Item = &'a str>, count: usize) -> BTreeSet<&'a str> {
    let revision = case::load::revision();
    let mut mixed: Vec<_> = defects.map(|defect| (Sha256::digest(format!("{revision} {defect}")), defect)).collect();
    mixed.sort_unstable();
    mixed.into_iter().take(count).map(|(_, defect)| defect).collect()
}

/// What a row fails beside its own requirements that its table does not have, told.
pub(super) fn drift(row: &Row, table: &Table) -> Option<String> {
    let known = table.get(row.defect.name)?;
    let new: Vec<&str> = row.others().filter(|requirement| !known.others.contains(*requirement)).collect();
    (!new.is_empty()).then(|| format!("{} ({})", row.defect.name, new.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_names_what_kills_and_what_else_fails() {
        let text = "| a | T21-1-01, T21-1-02 | x/one, y/two | T21-3-01 |\n| b | T21-1-03 | **survives** |  |\n";
        let found = read(&format!("{HEADING}{text}"));
        assert_eq!(found["a"].killers, ["x/one", "y/two"]);
        assert_eq!(found["a"].others, BTreeSet::from(["T21-3-01".to_owned()]));
        assert!(found["b"].killers.is_empty() && found["b"].others.is_empty());
    }

    #[test]
    fn tables_agree_on_what_was_asked_for() {
        let table =
            |killers: &str| read(&format!("{HEADING}| a | T21-1-01 | {killers} | |\n| b | T21-1-02 | x/one | |\n"));
        assert!(agree(&table("x/one"), &table("x/two"), |_| true));
        assert!(!agree(&table("x/one"), &table("**survives**"), |_| true));
        assert!(agree(&table("x/one"), &table("**survives**"), |defect| defect == "b"));
    }

    #[test]
    fn turns_are_of_the_wanted_number_and_stay_the_same() {
        let names = ["a", "b", "c", "d"];
        let some = by_turns(names.into_iter(), 2);
        assert_eq!(some.len(), 2);
        assert_eq!(some, by_turns(names.into_iter().rev(), 2));
        assert_eq!(by_turns(names.into_iter(), 9).len(), 4);
    }
}
