//! Bundles: a ZIP archive with a JSON report, its exchanges as HAR, and a manifest of their hashes, which
//! a detached Ed25519 signature may cover. [`verify`] tells whether one holds.
//!
//! The same report and key give the same bytes: the order of files, their dates and their rights are fixed,
//! and Ed25519 signatures are deterministic (RFC 8032, section 5.1.6).

use std::io::{self, Cursor, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::har;
use crate::record::{Report, hex};

pub mod key;
pub mod verify;

use key::SigningKey;

/// Value of `format` in a manifest.
pub const FORMAT: &str = "taxii-conformance/bundle";
/// Version of the bundle; raised when a reader of the old form would misread the new.
pub const VERSION: u32 = 1;

/// Name of the manifest in the archive.
pub const MANIFEST: &str = "manifest.json";
/// Name of the signature in the archive: 64 bytes, over the bytes of [`MANIFEST`].
pub const SIGNATURE: &str = "manifest.sig";
/// Name of the JSON report in the archive.
pub const REPORT: &str = "report.json";
/// Name of the exchanges in the archive.
pub const EXCHANGES: &str = "exchanges.har";

/// What a bundle says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What the report says of itself.
    pub report: About,
    /// SHA-256 of the public key of the signature, DER, in hexadecimal; none where there is no signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// The other files, in the order of the archive.
    pub files: Vec<File>,
}

/// What was tested by whom, as the report has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Version of the suite.
    pub suite: String,
    /// Revision of the cases.
    pub cases: String,
    /// Seed of the run.
    pub seed: u64,
    /// When the run began, RFC 3339.
    pub started: String,
    /// URL of the server.
    pub server: String,
    /// Number of trials.
    pub trials: usize,
    /// Ids of MUST and derived requirements that failed.
    pub failed: Vec<String>,
}

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl About {
    /// What a report says of itself.
    pub fn of(report: &Report) -> About {
        About {
            suite: report.suite.version.clone(),
            cases: report.suite.cases.clone(),
            seed: report.suite.seed,
            started: report.suite.started.clone(),
            server: report.server.url.clone(),
            trials: report.trials.len(),
            failed: report.summary.failed.clone(),
        }
    }
}

impl File {
    fn of(name: &str, bytes: &[u8]) -> File {
        File { name: name.to_owned(), size: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) }
    }
}

/// Writes a bundle. `json` are the bytes from which `report` was read: they go into the archive as they are.
pub fn write(report: &Report, json: &[u8], key: Option<&SigningKey>, out: &mut dyn Write) -> io::Result<()> {
    let mut exchanges = Vec::new();
    har::write(report, &mut exchanges)?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        report: About::of(report),
        signed_by: key.map(SigningKey::id),
        files: vec![File::of(REPORT, json), File::of(EXCHANGES, &exchanges)],
    };
    let mut manifest = serde_json::to_vec_pretty(&manifest)?;
    manifest.push(b'\n');
    let signature = key.map(|key| key.sign(&manifest));
    let mut files: Vec<(&str, &[u8])> = vec![(MANIFEST, &manifest)];
    files.extend(signature.iter().map(|bytes| (SIGNATURE, bytes.as_slice())));
    files.extend([(REPORT, json), (EXCHANGES, exchanges.as_slice())]);
    out.write_all(&archive(&files)?)
}

fn archive(files: &[(&str, &[u8])]) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}
