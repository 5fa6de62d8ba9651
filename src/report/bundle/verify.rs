//! Tells whether a bundle holds: that it is whole, that its files are those of its manifest, that the report
//! in it is what the manifest says, and that the signature is that of a key.
//!
//! A bundle may come from anybody. Nothing in it is written to disk, no name in it is used as a path, and
//! no more than [`LIMIT`] bytes of it are read.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::key::PublicKey;
use super::{About, EXCHANGES, FORMAT, MANIFEST, Manifest, REPORT, SIGNATURE, VERSION};
use crate::record::{Body, Exchange, Report, hex};
use crate::report::sanitize::line;
use crate::report::{har, read};

/// Largest file of a bundle that is read, in bytes. A report of 5,000 trials has some 40 million.
pub const LIMIT: u64 = 256 << 20;
/// Largest manifest that is read, in bytes.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// Why a bundle does not hold. The name of the file comes from who prints it.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read from disk.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// It is no ZIP archive, or a damaged one.
    #[error("this is no sound ZIP archive: {0}")]
    Zip(String),
    /// It holds something that is no part of a bundle.
    #[error("it holds {0}, which is no part of a bundle")]
    Further(String),
    /// A part is missing.
    #[error("{0} is missing")]
    Missing(String),
    /// A part is larger than it may be.
    #[error("{name} has more than the {limit} bytes that it may have")]
    Large {
        /// Its name.
        name: String,
        /// How many it may have.
        limit: u64,
    },
    /// The manifest cannot be read.
    #[error("manifest.json is none: {0}")]
    Manifest(String),
    /// A file is another than the one that the manifest names.
    #[error("{0} was altered: it is not what the manifest says")]
    Altered(String),
    /// The report is not what it says.
    #[error("report.json is not what it says: {0}")]
    Report(String),
    /// The signature does not hold.
    #[error("the signature does not hold: {0}")]
    Signature(String),
}

/// What is known of the signature of a bundle that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// There is none.
    No,
    /// There is one, by a key of this id, and no key was given to check it with.
    Unchecked(String),
    /// It is that of the key that was given.
    By(String),
}

/// A bundle that holds.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The report in it.
    pub report: Report,
    /// Number of exchanges in it.
    pub exchanges: usize,
    /// Its signature.
    pub signed: Signed,
}

/// Checks a bundle; with a key, also that it was signed with it.
pub fn verify(path: &Path, key: Option<&PublicKey>) -> Result<Verified, VerifyError> {
    let mut file = fs::File::open(path).map_err(VerifyError::Io)?;
    if file.metadata().map_err(VerifyError::Io)?.is_dir() {
        return Err(VerifyError::Io(io::ErrorKind::IsADirectory.into()));
    }
    ends(&mut file)?;
    let mut archive = ZipArchive::new(file).map_err(|e| VerifyError::Zip(line(&e.to_string(), 300)))?;
    let signed = names(&mut archive)?;
    let manifest_bytes = part(&mut archive, MANIFEST, MANIFEST_LIMIT)?;
    // first of all: what is not signed need not be understood
    let signature = if signed { Some(part(&mut archive, SIGNATURE, 64)?) } else { None };
    if let Some(key) = key {
        let signature = signature.as_deref();
        let signature = signature.ok_or_else(|| VerifyError::Signature("the bundle has none".into()))?;
        if !key.verifies(&manifest_bytes, signature) {
            return Err(VerifyError::Signature("it is not that of this key over this manifest".into()));
        }
    }
    let manifest = manifest(&manifest_bytes)?;
    let signed = match (&manifest.signed_by, signature, key) {
        (None, None, _) => Signed::No,
        (Some(_), None, _) => return Err(VerifyError::Missing(SIGNATURE.to_owned())),
        (Some(id), Some(_), Some(key)) if *id == key.id() => Signed::By(key.id()),
        (Some(id), Some(_), None) => Signed::Unchecked(line(id, 64)),
        _ => return Err(VerifyError::Signature("the manifest names another key".into())),
    };
    let json = listed(&mut archive, &manifest, REPORT)?;
    let exchanges = listed(&mut archive, &manifest, EXCHANGES)?;
    let report = read::parse(&json, Path::new(REPORT)).map_err(|e| VerifyError::Report(e.to_string()))?;
    consistent(&report, &manifest.report)?;
    let exchanges = same_exchanges(&report, &exchanges)?;
    Ok(Verified { report, exchanges, signed })
}

/// Whether the file ends with the record that ends an archive, without a comment or anything else behind it.
fn ends(file: &mut fs::File) -> Result<(), VerifyError> {
    let mut end = [0; 22];
    let read = file.seek(SeekFrom::End(-22)).and_then(|_| file.read_exact(&mut end));
    read.map_err(|_| VerifyError::Zip("it is too short".into()))?;
    if !end.starts_with(b"PK\x05\x06") || !end.ends_with(&[0, 0]) {
        return Err(VerifyError::Zip("it does not end as one, or something stands before or behind the files".into()));
    }
    Ok(())
}

/// Whether the parts are those of a bundle, each once and nothing else; whether one of them is a signature.
fn names<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<bool, VerifyError> {
    let known = [MANIFEST, SIGNATURE, REPORT, EXCHANGES];
    let broken = |e: zip::result::ZipError| VerifyError::Zip(line(&e.to_string(), 300));
    if archive.has_duplicate_names() {
        return Err(VerifyError::Zip("a name is there twice".into()));
    }
    if archive.offset() != 0 {
        return Err(VerifyError::Zip("something stands before or behind the files".into()));
    }
    for name in archive.file_names_raw() {
        let name = String::from_utf8_lossy(name);
        if !known.contains(&name.as_ref()) {
            return Err(VerifyError::Further(format!("{:?}", line(&name, 100))));
        }
    }
    if archive.has_overlapping_entries().map_err(broken)? {
        return Err(VerifyError::Zip("files lie over one another".into()));
    }
    Ok(archive.index_for_name(SIGNATURE).is_some())
}

/// The bytes of a part, of which there may be so many.
fn part<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str, limit: u64) -> Result<Vec<u8>, VerifyError> {
    let damaged = |e: String| VerifyError::Zip(format!("{name}: {}", line(&e, 300)));
    let index = archive.index_for_name(name).ok_or_else(|| VerifyError::Missing(name.to_owned()))?;
    let file = archive.by_index(index).map_err(|e| damaged(e.to_string()))?;
    let mut bytes = Vec::new();
    // what the archive says of the size is nothing to rely on
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| damaged(e.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(VerifyError::Large { name: name.to_owned(), limit });
    }
    Ok(bytes)
}

fn manifest(bytes: &[u8]) -> Result<Manifest, VerifyError> {
    let wrong = |reason: String| VerifyError::Manifest(line(&reason, 300));
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| wrong(e.to_string()))?;
    if manifest.format != FORMAT {
        return Err(wrong(format!("its format is {:?}, not {FORMAT:?}", manifest.format)));
    }
    if manifest.version != VERSION {
        return Err(wrong(format!("it is of version {}, and this suite reads version {VERSION}", manifest.version)));
    }
    let names: Vec<&str> = manifest.files.iter().map(|f| f.name.as_str()).collect();
    if names != [REPORT, EXCHANGES] {
        return Err(wrong(format!("it lists {}, and not {REPORT} and {EXCHANGES}", names.join(", "))));
    }
    Ok(manifest)
}

/// The bytes of a part that are those of the manifest.
fn listed<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    manifest: &Manifest,
    name: &str,
) -> Result<Vec<u8>, VerifyError> {
    let file = manifest.files.iter().find(|f| f.name == name).ok_or_else(|| VerifyError::Missing(name.to_owned()))?;
    if file.size > LIMIT {
        return Err(VerifyError::Large { name: name.to_owned(), limit: LIMIT });
    }
    let bytes = match part(archive, name, file.size) {
        Err(VerifyError::Large { .. }) => return Err(VerifyError::Altered(name.to_owned())),
        other => other?,
    };
    let same = bytes.len() as u64 == file.size && hex(&Sha256::digest(&bytes)) == file.sha256;
    if same { Ok(bytes) } else { Err(VerifyError::Altered(name.to_owned())) }
}

/// Whether a report is what the manifest says, its counts are those of its trials, and its excerpts are what their
/// hashes say.
fn consistent(report: &Report, about: &About) -> Result<(), VerifyError> {
    let wrong = |reason: String| Err(VerifyError::Report(reason));
    if About::of(report) != *about {
        return wrong("the manifest tells something else of it".into());
    }
    for (verdict, number) in &report.summary.verdicts {
        let seen = report.trials.iter().filter(|t| t.verdict == *verdict).count();
        if seen != *number {
            return wrong(format!("it counts {number} trials of verdict {}, and has {seen}", verdict.word()));
        }
    }
    for trial in &report.trials {
        for body in trial.exchanges.iter().flat_map(bodies) {
            let whole = !body.truncated() && !String::from_utf8_lossy(&body.bytes).contains('\u{fffd}');
            if whole && (body.bytes.len() != body.size() || hex(&Sha256::digest(&body.bytes)) != body.sha256()) {
                return wrong(format!("a body of {} is not the one of its hash", line(&trial.id, 200)));
            }
        }
    }
    Ok(())
}

fn bodies(exchange: &Exchange) -> impl Iterator<Item = &Body> {
    exchange.request.body.iter().chain(exchange.response.iter().map(|r| &r.body))
}

/// Whether the archive of exchanges has those of the report; gives their number. Versions of the suite may write
/// them in other words: number, addresses and answers are the same in all.
fn same_exchanges(report: &Report, archive: &[u8]) -> Result<usize, VerifyError> {
    let told = |bytes: &[u8]| -> Option<Vec<[serde_json::Value; 4]>> {
        let archive: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        let of = |e: &serde_json::Value, pointer: &str| e.pointer(pointer).cloned().unwrap_or_default();
        let pointers = ["/request/method", "/request/url", "/response/status", "/response/content/text"];
        Some(archive.pointer("/log/entries")?.as_array()?.iter().map(|e| pointers.map(|p| of(e, p))).collect())
    };
    let mut own = Vec::new();
    har::write(report, &mut own).map_err(VerifyError::Io)?;
    match (told(&own), told(archive)) {
        (Some(own), Some(told)) if own == told => Ok(told.len()),
        _ => Err(VerifyError::Report(format!("{EXCHANGES} has other exchanges"))),
    }
}
