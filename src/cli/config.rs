//! `taxii-conformance.toml`: defaults and named servers.
//!
//! ```toml
//! [defaults]
//! jobs = 4
//! reports = ["junit=reports/local/taxii.xml"]
//!
//! [servers.staging]
//! url = "https://staging.example/taxii2/"
//! user = "tester"
//! password_env = "STAGING_PASSWORD"
//! write = "any"
//! ```
//!
//! What belongs to one server (where it is, who we are to it, what may be written) stands in its
//! own table and nowhere else, so that it cannot reach another server by way of the defaults.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::settings::{KEYS, Scope, Settings};
use super::source::Source;
use super::usage::{UsageError, nearest};

/// Name of the file that is looked for in the current folder.
pub const FILE: &str = "taxii-conformance.toml";

/// A configuration file, read.
#[derive(Debug, Default, Deserialize)]
pub struct Config {
    /// Where it was read from.
    #[serde(skip)]
    pub path: PathBuf,
    /// For every server.
    #[serde(default)]
    pub defaults: Settings,
    /// By name.
    #[serde(default)]
    pub servers: BTreeMap<String, Settings>,
}

impl Config {
    /// Reads the file that the user named, or [`FILE`] in `cwd` if there is one. Relative paths in
    /// the file are relative to the file.
    pub fn load(named: Option<&Path>, cwd: &Path) -> Result<Config, UsageError> {
        let path = match named {
            Some(path) => cwd.join(path),
            None => cwd.join(FILE),
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Config::parse(&text, &path),
            Err(e) if named.is_none() && e.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
            Err(e) => Err(UsageError::new(format!(
                "cannot read the configuration file {}: {e}",
                named.unwrap_or(&path).display()
            ))),
        }
    }

    /// Reads the text of the file at `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Config, UsageError> {
        let source = Source { text, path };
        let table = DeTable::parse(text).map_err(|e| source.toml(&e))?;
        source.check_keys(table.get_ref())?;
        let mut config: Config = toml::from_str(text).map_err(|e| source.toml(&e))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.defaults.resolve_paths(folder);
        config.servers.values_mut().for_each(|s| s.resolve_paths(folder));
        config.path = path.to_owned();
        Ok(config)
    }
}

/// Whether every key is known where it stands.
impl Source<'_> {
    fn check_keys(&self, root: &DeTable<'_>) -> Result<(), UsageError> {
        let here: Vec<&str> = KEYS.iter().filter(|k| k.1 == Scope::Any).map(|k| k.0).collect();
        let all: Vec<&str> = KEYS.iter().map(|k| k.0).collect();
        for (key, value) in root {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("defaults", DeValue::Table(table)) => {
                    self.check_table(table, &here, "[defaults]")?;
                }
                ("servers", DeValue::Table(servers)) => {
                    for (name, server) in servers {
                        if let DeValue::Table(table) = server.get_ref() {
                            let place = format!("[servers.{}]", name.get_ref());
                            self.check_table(table, &all, &place)?;
                        }
                    }
                }
                // What is no table is a wrong type, which the reader says next.
                ("defaults" | "servers", _) => {}
                (unknown, _) => {
                    let message = format!("unknown key \"{unknown}\"");
                    let help = if all.contains(&unknown) {
                        "keys stand in [defaults] or in a [servers.NAME] table".to_owned()
                    } else {
                        help(unknown, &["defaults", "servers"])
                    };
                    return Err(self.error(message, key.span(), "not known here", help));
                }
            }
        }
        Ok(())
    }

    fn check_table(&self, table: &DeTable<'_>, allowed: &[&str], place: &str) -> Result<(), UsageError> {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if allowed.contains(&name) {
                continue;
            }
            let elsewhere = KEYS.iter().any(|k| k.0 == name);
            let (message, help) = if elsewhere {
                (
                    format!("\"{name}\" belongs to one server, not to {place}"),
                    "put it into a [servers.NAME] table, and run with --server NAME".to_owned(),
                )
            } else {
                (format!("unknown key \"{name}\" in {place}"), help(name, allowed))
            };
            return Err(self.error(message, key.span(), "not known here", help));
        }
        Ok(())
    }
}

fn help(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("known are: {}", known.join(", ")),
    }
}
