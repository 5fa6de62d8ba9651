//! The rows of a case: one trial for each.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;

/// Key of a `[[row]]` that holds its name.
pub const NAME: &str = "name";

/// Name of a column whose value is the one requirement that the trial is about.
pub const REQUIREMENT: &str = "requirement";

/// What one trial of a case fills in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Values by name: the columns of the matrix, and the keys of the `[[row]]`.
    pub values: BTreeMap<String, String>,
    /// As part of a trial's id: `[endpoint=objects,limit=1]`, or nothing.
    pub label: String,
}

/// Every combination of the case's `[[row]]`s and of the values of its matrix, the last name varying
/// fastest; one empty row where there are none.
///
/// A key that one `[[row]]` has and another has not is empty there.
pub fn rows(case: &Case) -> Vec<Row> {
    let keys: BTreeSet<&String> = case.rows.iter().flat_map(BTreeMap::keys).collect();
    let named = case.rows.iter().map(|row| {
        let value = |key: &&String| ((*key).clone(), row.get(*key).map_or_else(String::new, |v| v.get_ref().clone()));
        let name = row.get(NAME).map_or_else(String::new, |n| n.get_ref().clone());
        (keys.iter().map(value).collect(), vec![name])
    });
    let mut all: Vec<(BTreeMap<String, String>, Vec<String>)> = named.collect();
    if all.is_empty() {
        all.push((BTreeMap::new(), Vec::new()));
    }
    for (name, values) in &case.matrix {
        let with = |(row, label): &(BTreeMap<String, String>, Vec<String>), value: &str| {
            let (mut row, mut label) = (row.clone(), label.clone());
            row.insert(name.clone(), value.to_owned());
            label.push(format!("{name}={value}"));
            (row, label)
        };
        all = all.iter().flat_map(|row| values.iter().map(|v| with(row, v.get_ref())).collect::<Vec<_>>()).collect();
    }
    let label = |parts: Vec<String>| if parts.is_empty() { String::new() } else { format!("[{}]", parts.join(",")) };
    all.into_iter().map(|(values, parts)| Row { values, label: label(parts) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> Case {
        let head = "id = \"a/b\"\ntitle = \"t\"\nrequirements = [\"T21-4.1-01\"]\n";
        let step = "\n[[step]]\nget = \"discovery\"\nexpect = { status = 200 }\n";
        super::super::load::parse("f", &format!("{head}{text}{step}")).expect("a case")
    }

    #[test]
    fn rows_are_the_product() {
        let labels = |text| rows(&case(text)).into_iter().map(|r| r.label).collect::<Vec<_>>();
        let matrix = "[matrix]\na = [\"1\", \"2\"]\nb = [\"x\", \"y\"]\n";
        assert_eq!(labels(matrix), ["[a=1,b=x]", "[a=1,b=y]", "[a=2,b=x]", "[a=2,b=y]"]);
        let named = "[[row]]\nname = \"one\"\nx = \"1\"\n[[row]]\nname = \"two\"\n[matrix]\na = [\"1\", \"2\"]\n";
        assert_eq!(labels(named), ["[one,a=1]", "[one,a=2]", "[two,a=1]", "[two,a=2]"]);
        assert_eq!(rows(&case(named))[3].values["x"], "");
        assert_eq!(labels(""), [""]);
    }
}
