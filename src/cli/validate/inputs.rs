//! What the arguments name: files, the files of directories, standard input.

use std::fs;
use std::path::{Path, PathBuf};

/// One thing to judge.
pub(super) enum Input {
    Stdin,
    /// A file and its size.
    File(PathBuf, u64),
    /// What cannot be read, and why.
    Missing(String, String),
}

impl Input {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path, _) => path.display().to_string(),
            Self::Missing(name, _) => name.clone(),
        }
    }

    /// The size, where it is known before reading.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(_, size) => Some(*size),
            Self::Missing(..) => Some(0),
        }
    }
}

/// Directories become the files in them, in the order of their names.
pub(super) fn expand(arguments: &[String]) -> Vec<Input> {
    let mut out = Vec::new();
    for argument in arguments {
        if argument == "-" {
            out.push(Input::Stdin);
        } else {
            add(Path::new(argument), true, &mut out);
        }
    }
    out
}

fn add(path: &Path, named: bool, out: &mut Vec<Input>) {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => add_directory(path, out),
        // A pipe has no size to go by.
        Ok(meta) if named || is_content(path) => {
            out.push(Input::File(path.to_owned(), if meta.is_file() { meta.len() } else { u64::MAX }))
        }
        Ok(_) => {}
        Err(e) => out.push(Input::Missing(path.display().to_string(), e.to_string())),
    }
}

fn add_directory(path: &Path, out: &mut Vec<Input>) {
    let before = out.len();
    match fs::read_dir(path) {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
            paths.sort();
            // A link to a directory may lead back up.
            for inner in paths.iter().filter(|p| !(p.is_symlink() && p.is_dir())) {
                add(inner, false, out);
            }
        }
        Err(e) => out.push(Input::Missing(path.display().to_string(), e.to_string())),
    }
    if out.len() == before {
        eprintln!("warning: {} holds no .json, .jsonl, .ndjson or .stix file", path.display());
    }
}

fn is_content(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    ["json", "jsonl", "ndjson", "stix"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
