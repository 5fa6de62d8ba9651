//! The HTML report in a real browser.
//!
//! Makes reports in `target/tmp/browser/`, by the binary and from real servers where that can be, and
//! has Node.js drive Chromium over them (`*.test.js` in this folder). Needs `node`, Chromium, and the
//! packages of `package.json`:
//!
//! ```text
//! apt-get install chromium
//! (cd tests/browser && npm ci)
//! cargo test --test browser
//! ```
//!
//! Where one of them is missing the test is ignored, and its name says what; with `CI=true` that is a
//! failure. `CHROMIUM` names another browser than the usual places.

mod hostile;
mod reports;
#[expect(dead_code, reason = "each test uses its part of the stub")]
#[path = "../trouble/stub.rs"]
mod stub;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

/// This folder.
const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let test = match browser() {
        Ok(chromium) => Trial::test("html_report_in_chromium", move || run(&chromium)),
        Err(missing) if std::env::var("CI").is_ok_and(|ci| ci == "true") => {
            Trial::test("html_report_in_chromium", || Err(Failed::from(missing)))
        }
        Err(missing) => Trial::test("html_report_in_chromium", || Ok(())).with_kind(missing).with_ignored_flag(true),
    };
    libtest_mimic::run(&args, vec![test]).exit_code()
}

/// Where Chromium is; an error says what is missing.
fn browser() -> Result<PathBuf, String> {
    let works = |program: &Path| {
        let mut command = Command::new(program);
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !works(Path::new("node")) {
        return Err("skipped: there is no node".to_owned());
    }
    for package in ["playwright-core", "axe-core"] {
        if !Path::new(HERE).join("node_modules").join(package).is_dir() {
            return Err(format!("skipped: {package} is missing, run npm ci in tests/browser"));
        }
    }
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let found = named.into_iter().chain(usual).find(|path| works(path));
    found.ok_or_else(|| "skipped: there is no Chromium, install it or set CHROMIUM".to_owned())
}

fn run(chromium: &Path) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    reports::make(&folder)?;
    let status = Command::new("node")
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(["report.test.js", "reading.test.js", "hostile.test.js", "speed.test.js"])
        .current_dir(HERE)
        .env("REPORTS", &folder)
        .env("CHROMIUM", chromium)
        .stdin(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err("see what node printed above".into()) }
}
