//! Puts a report into a file: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report {}: {reason}", path.display())]
pub struct WriteError {
    /// Where it was to go.
    pub path: PathBuf,
    /// What stood in the way.
    pub reason: String,
}

/// Writes a file through a temporary one in the same folder, which takes its place when all of it
/// is on disk. Missing folders are made. A report that is there stays as it is unless the new one
/// is complete. Devices and pipes are written directly.
pub fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    let fail = |reason: io::Error| WriteError { path: path.to_owned(), reason: reason.to_string() };
    match target(path)? {
        Target::Stream(path) => {
            let mut file = OpenOptions::new().write(true).open(path).map_err(fail)?;
            content(&mut file).map_err(fail)
        }
        Target::File(path) => {
            let folder = folder(&path);
            fs::create_dir_all(folder).map_err(fail)?;
            let (temporary, file) = temporary(folder, &path).map_err(fail)?;
            let mut out = BufWriter::new(file);
            let written = content(&mut out)
                .and_then(|()| out.into_inner().map_err(io::IntoInnerError::into_error))
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&temporary, &path));
            written.map_err(|e| {
                // The failure that counts is the one above.
                let _ = fs::remove_file(&temporary);
                fail(e)
            })
        }
    }
}

/// Finds out, without leaving a trace, whether [`write()`] could write there.
pub fn check_writable(path: &Path) -> Result<(), WriteError> {
    let fail = |reason: String| WriteError { path: path.to_owned(), reason };
    let path = match target(path)? {
        Target::Stream(path) => {
            return OpenOptions::new().write(true).open(path).map(drop).map_err(|e| fail(e.to_string()));
        }
        Target::File(path) => path,
    };
    // Folders that are missing are made when the report is written; the nearest one has to be ours.
    let mut nearest = folder(&path);
    while let Err(e) = nearest.metadata() {
        match (e.kind(), nearest.parent()) {
            (io::ErrorKind::NotFound, Some(parent)) => nearest = or_here(parent),
            _ => return Err(fail(format!("{}: {e}", nearest.display()))),
        }
    }
    if !nearest.is_dir() {
        return Err(fail(format!("{} is not a folder", nearest.display())));
    }
    let (probe, _) =
        temporary(nearest, &path).map_err(|e| fail(format!("the folder {} refuses files: {e}", nearest.display())))?;
    fs::remove_file(probe).map_err(|e| fail(e.to_string()))
}

enum Target {
    /// A file, there or not, with links followed.
    File(PathBuf),
    /// A device or a pipe.
    Stream(PathBuf),
}

fn target(path: &Path) -> Result<Target, WriteError> {
    let fail = |reason: &str| WriteError { path: path.to_owned(), reason: reason.to_owned() };
    if path.file_name().is_none() || path.to_string_lossy().ends_with(['/', '\\']) {
        return Err(fail("the path names no file"));
    }
    match fs::canonicalize(path) {
        Ok(real) if real.is_dir() => Err(fail("it is a folder")),
        Ok(real) if real.is_file() => Ok(Target::File(real)),
        Ok(_) => Ok(Target::Stream(path.to_owned())),
        Err(_) if path.is_symlink() => Err(fail("it is a link that leads nowhere")),
        Err(_) => Ok(Target::File(path.to_owned())),
    }
}

fn folder(path: &Path) -> &Path {
    or_here(path.parent().unwrap_or(Path::new("")))
}

fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// A new file beside `path`, under a name that no one else uses.
fn temporary(folder: &Path, path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut number = 0;
    loop {
        let temporary = folder.join(format!(".{name}.{}-{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            Err(e) => return Err(e),
        }
    }
}
