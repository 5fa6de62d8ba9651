//! Runs the binary in a folder of its own.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use taxii_conformance::server;

/// A run that ended.
pub struct Ended {
    /// Exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The JSON report, if one was written.
    pub json: Option<Value>,
    /// The JUnit report, if one was written.
    pub junit: Option<String>,
    /// The JSON report as it was written.
    pub raw: String,
}

impl Ended {
    /// The server could not be tested, and everything says so with these words.
    #[track_caller]
    pub fn untestable(&self, words: &[&str]) {
        assert_eq!(self.code, Some(3), "{}{}", self.out, self.err);
        let json = self.json.as_ref().expect("a JSON report");
        let sentence = json["server"]["untestable"].as_str().expect("a reason");
        assert_eq!(json["summary"]["exit"], 3);
        for word in words {
            assert!(sentence.contains(word), "{word:?} in {sentence:?}");
        }
        assert!(!sentence.contains('\n'), "{sentence:?}");
        // the console wraps
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat(&self.out).contains(&flat(sentence)), "{sentence:?} in {}", self.out);
        let junit = self.junit.as_ref().expect("a JUnit report");
        assert!(junit.contains("<error"), "{junit}");
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }

    /// Nowhere is there any of these.
    #[track_caller]
    pub fn without(&self, secrets: &[&str]) {
        for secret in secrets {
            for text in [&self.out, &self.err, &self.raw, self.junit.as_ref().unwrap_or(&String::new())] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }
}

/// A command in a folder, with this environment and no other.
pub fn command(folder: &Path, flags: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"));
    command.args(flags).current_dir(folder).env_clear().envs(env.iter().copied());
    command
}

/// `run URL` with two reports, and a time limit for each request.
pub fn run(url: &str, flags: &[&str], env: &[(&str, &str)]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder of our own");
    let mut all = vec!["run", url, "--report", "json=r.json", "--report", "junit=r.xml"];
    all.extend(flags);
    let output = command(folder.path(), &all, env).output().expect("the binary starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let raw = std::fs::read_to_string(folder.path().join("r.json")).unwrap_or_default();
    Ended {
        code: output.status.code(),
        out: text(&output.stdout),
        err: text(&output.stderr),
        json: serde_json::from_str(&raw).ok(),
        junit: std::fs::read_to_string(folder.path().join("r.xml")).ok(),
        raw,
    }
}

/// The reference server, for as long as this is kept.
pub struct Reference {
    /// Where it is.
    pub url: String,
    /// The authority to trust, in a file.
    pub ca: tempfile::NamedTempFile,
    _server: server::Server,
    _runtime: tokio::runtime::Runtime,
}

/// Starts the reference server within the process of the test.
pub fn reference(options: server::Options) -> Reference {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(server::start(options)).expect("the reference server starts");
    let ca = tempfile::NamedTempFile::new().expect("a file of our own");
    std::fs::write(ca.path(), server.ca_pem().unwrap_or_default()).expect("written");
    Reference { url: server.url().to_owned(), ca, _server: server, _runtime: runtime }
}
