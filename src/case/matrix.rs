//! The matrix of a case: one row for each combination of its values.

use std::collections::BTreeMap;

use toml::Spanned;

/// One combination of values, by the names of the matrix.
pub type Row = BTreeMap<String, String>;

/// Every combination, the last name varying fastest; one empty row where there is no matrix.
pub fn rows(matrix: &BTreeMap<String, Vec<Spanned<String>>>) -> Vec<Row> {
    matrix.iter().fold(vec![Row::new()], |rows, (name, values)| {
        rows.iter()
            .flat_map(|row| {
                values.iter().map(move |value| {
                    let mut row = row.clone();
                    row.insert(name.clone(), value.get_ref().clone());
                    row
                })
            })
            .collect()
    })
}

/// The row as part of a trial's id: `[endpoint=objects,limit=1]`, or nothing.
pub fn label(row: &Row) -> String {
    if row.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = row.iter().map(|(n, v)| format!("{n}={v}")).collect();
    format!("[{}]", parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_product() {
        let values = |v: &[&str]| v.iter().map(|s| Spanned::new(0..0, (*s).to_owned())).collect();
        let matrix = BTreeMap::from([("a".to_owned(), values(&["1", "2"])), ("b".to_owned(), values(&["x", "y"]))]);
        let labels: Vec<String> = rows(&matrix).iter().map(label).collect();
        assert_eq!(labels, ["[a=1,b=x]", "[a=1,b=y]", "[a=2,b=x]", "[a=2,b=y]"]);
        assert_eq!(rows(&BTreeMap::new()).len(), 1);
    }
}
