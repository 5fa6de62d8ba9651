//! Reads a list of known failures.
//!
//! ```toml
//! [[known]]
//! trial = "filter/version-first*"      # a trial, a case, or a glob
//! reason = "the index sorts by name"
//! owner = "store team"
//! expires = 2027-01-31                 # the last day on which the failure is expected
//! ```

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::source::Source;
use super::usage::UsageError;
use crate::run::known::Entry;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    trial: Spanned<String>,
    reason: Spanned<String>,
    owner: Spanned<String>,
    expires: Spanned<Expiry>,
}

/// A TOML date, or the same as a string.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a date such as 2027-01-31")]
enum Expiry {
    Date(toml::value::Datetime),
    Text(String),
}

/// The entries of the file at `path`, in order. Every entry has to give all four keys: a list without reasons,
/// owners and expiry dates rots.
pub fn load(path: &Path) -> Result<Vec<Entry>, UsageError> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| UsageError::new(format!("cannot read the list of known failures {}: {e}", path.display())))?;
    let source = Source { text: &text, path };
    let file: File = toml::from_str(&text).map_err(|e| {
        let help = "an entry is [[known]] with trial, reason, owner and expires, such as 2027-01-31".to_owned();
        UsageError { help: Some(help), ..source.toml(&e) }
    })?;
    let mut entries: Vec<Entry> = Vec::new();
    for row in file.known {
        let place = row.trial.span();
        let entry = entry(row, source)?;
        if entries.iter().any(|e| e.trial == entry.trial) {
            let help = "the first entry that names a trial counts: keep one of them".to_owned();
            return Err(source.error(format!("`{}` is in the list twice", entry.trial), place, "again", help));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn entry(row: Row, source: Source<'_>) -> Result<Entry, UsageError> {
    for (name, value) in [("trial", &row.trial), ("reason", &row.reason), ("owner", &row.owner)] {
        if value.get_ref().trim().is_empty() {
            let help = "say it in a few words: the report shows it".to_owned();
            return Err(source.error(format!("{name} is empty"), value.span(), "here", help));
        }
    }
    let expires = match row.expires.get_ref() {
        Expiry::Date(date) => date.to_string(),
        Expiry::Text(text) => text.clone(),
    };
    let date: Date = expires.parse().map_err(|_| {
        let help = "write it as YYYY-MM-DD; it is the last day on which the failure is expected".to_owned();
        source.error(format!("`{expires}` is no date"), row.expires.span(), "here", help)
    })?;
    Entry::new(row.trial.get_ref(), row.reason.get_ref(), row.owner.get_ref(), date)
        .map_err(|why| source.error(why, row.trial.span(), "no glob", String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Entry>, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        load(file.path()).map_err(|e| e.message.rsplit_once(".tmp").map_or(e.message.clone(), |(_, m)| m.into()))
    }

    #[test]
    fn every_entry_says_why_who_and_until_when() {
        let good = "[[known]]\ntrial = 'a/*'\nreason = 'r'\nowner = 'o'\nexpires = ";
        for date in ["2027-01-31", "'2027-01-31'"] {
            let list = read(&format!("{good}{date}")).expect("good");
            assert_eq!((list.len(), list[0].known.expires.as_str()), (1, "2027-01-31"));
        }
        let wrong = |text: &str| read(text).map(|l| l.len()).expect_err(text);
        assert!(wrong(&format!("{good}'soon'")).contains("`soon` is no date"));
        assert!(wrong("[[known]]\ntrial = 'a'\nreason = 'r'\nowner = 'o'").contains("expires"));
        assert!(wrong(&format!("{}2027-01-31", good.replace("'r'", "' '"))).contains("reason is empty"));
        assert!(wrong(&format!("{}2027-01-31", good.replace("a/*", "a["))).contains("glob"));
        assert!(wrong("[[knwon]]").contains("knwon"));
        assert!(wrong(&format!("{good}2027-01-31\n{good}2027-02-28")).contains("`a/*` is in the list twice"));
        assert_eq!(read("").expect("an empty list").len(), 0);
    }
}
