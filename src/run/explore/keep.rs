//! Keeps a failing sequence: as a case file and as a shell script.

use std::io;
use std::path::{Path, PathBuf};

use super::script::Script;
use super::shell;
use crate::case::register;
use crate::record::Trial;

/// The text of the case that a failing sequence is kept as.
pub fn case(script: &Script, requirement: &str, seed: u64) -> String {
    let statement = register::requirement(requirement).map_or("", |r| r.statement.as_str());
    let id = format!("explore/{seed}/{}", requirement.to_ascii_lowercase());
    script.kept(&id, &statement.replace(['"', '\\'], "'"))
}

/// Files of a failure.
pub struct Files {
    /// The case.
    pub case: PathBuf,
    /// The script.
    pub script: PathBuf,
}

/// Where a failure is kept.
pub fn files(folder: &Path, requirement: &str, seed: u64) -> Files {
    let stem = folder.join(seed.to_string()).join(requirement.to_ascii_lowercase());
    // the section has a dot of its own, so no with_extension
    let with = |end: &str| PathBuf::from(format!("{}.{end}", stem.display()));
    Files { case: with("toml"), script: with("sh") }
}

/// Writes both files. A file that was there stays whole until the new one is.
pub fn write(files: &Files, case: &str, trial: &Trial, seed: u64) -> io::Result<()> {
    let origin = format!(
        "# The shortest sequence that exploration with seed {seed} found to break {}.\n# Run it again: taxii-conformance run URL --write ID --cases {}\n",
        trial.requirements.join(", "),
        files.case.parent().unwrap_or(Path::new(".")).display(),
    );
    whole(&files.case, &(origin + case))?;
    whole(&files.script, &shell::script(trial, seed))
}

fn whole(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = PathBuf::from(format!("{}.part", path.display()));
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}
