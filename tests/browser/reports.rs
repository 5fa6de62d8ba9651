//! The reports that the browser opens.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use libtest_mimic::Failed;
use taxii_conformance::case;
use taxii_conformance::record::{Body, Trial, Verdict};
use taxii_conformance::report::{html, read};

use crate::hostile;

/// What the failing server does wrong: places in bodies and headers, a status, something that warns,
/// something that leaves objects behind.
const DEFECTS: [&str; 7] = [
    "limit-zero-taken-on-manifest",
    "collection-differs-from-list",
    "indicator-without-pattern-type",
    "date-headers-swapped",
    "add-201",
    "put-500",
    "delete-does-nothing",
];

/// What the clean and the failing server are asked: enough for each defect to show, and for each part of the page.
const ASKED: [&str; 17] = [
    "access/*",
    "add/answers",
    "collection/*",
    "collections/*",
    "delete/by-alias",
    "delete/gone",
    "discovery/*",
    "errors/*",
    "filter/*limit*",
    "headers/*",
    "manifest/*",
    "object/*",
    "objects/*",
    "paging/next",
    "paging/order-*",
    "status/*",
    "versions/*",
];

/// How many trials the large report has.
const MANY: usize = 5000;

/// Makes `clean`, `reader`, `failing` and `hostile`, each as HTML and as JSON, `matrix`,
/// which compares them, and `large`.
pub fn make(folder: &Path) -> Result<(), Failed> {
    std::fs::create_dir_all(folder)?;
    let asked: Vec<&str> = ASKED.iter().flat_map(|cases| ["--only", cases]).collect();
    suite(folder, "clean", &[&["--reference", "--seed", "7"], asked.as_slice()].concat())?;
    suite(
        folder,
        "reader",
        &["--reference", "--as", "reader", "--seed", "7", "--only", "add/*", "--only", "discovery/*"],
    )?;
    let mut flags = vec!["--reference", "--seed", "7"];
    flags.extend(DEFECTS.iter().flat_map(|defect| ["--defect", defect]));
    flags.extend(asked);
    suite(folder, "failing", &flags)?;
    let server = hostile::server();
    suite(folder, "hostile", &[&server.url, "--allow-http", "--write", "any", "--seed", "7", "--timeout", "5"])?;
    matrix(folder)?;
    large(folder)
}

/// The comparison of what was made so far; its links lead into the HTML reports beside it.
fn matrix(folder: &Path) -> Result<(), Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"));
    command.args(["compare", "clean.json", "failing.json", "hostile.json", "--report", "html=matrix.html"]);
    let Output { status, stderr, .. } = command.current_dir(folder).stdin(Stdio::null()).output()?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(format!("compare: {status}\n{}", String::from_utf8_lossy(&stderr)).into()),
    }
}

/// A run of the binary that leaves both reports.
fn suite(folder: &Path, name: &str, flags: &[&str]) -> Result<(), Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"));
    command.arg("run").args(flags).arg("-q").stdin(Stdio::null());
    for format in ["html", "json"] {
        let path = folder.join(format!("{name}.{format}"));
        // what an earlier run left must not pass for the new one
        let _ = std::fs::remove_file(&path);
        command.arg("--report").arg(format!("{format}={}", path.display()));
    }
    let Output { status, stderr, .. } = command.output()?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(format!("{name}: {status}\n{}", String::from_utf8_lossy(&stderr)).into()),
    }
}

/// The failing report with its trials again and again, until there are [`MANY`]: as many passes as in a
/// bad run, and no two answers alike.
fn large(folder: &Path) -> Result<(), Failed> {
    let mut report = read::read(&folder.join("failing.json"))?;
    let one = std::mem::take(&mut report.trials);
    report.trials = (0..MANY).map(|n| again(&one[n % one.len()], n / one.len())).collect();
    for verdict in Verdict::ALL {
        let number = report.trials.iter().filter(|t| t.verdict == verdict).count();
        report.summary.verdicts.insert(verdict, number);
    }
    let requirement = |id: &str| case::requirement(id);
    let mut page = Vec::new();
    html::write(&report, &requirement, &mut page)?;
    std::fs::write(folder.join("large.html"), page)?;
    Ok(())
}

fn again(trial: &Trial, round: usize) -> Trial {
    let mut trial = trial.clone();
    if round > 0 {
        trial.id = format!("{}-copy-{round}", trial.id);
        trial.case = format!("{}-copy-{round}", trial.case);
        for response in trial.exchanges.iter_mut().filter_map(|e| e.response.as_mut()) {
            let text = String::from_utf8_lossy(&response.body.bytes).replace(":\"", &format!(":\"{round} "));
            response.body = Body::new(text, response.body.cut);
        }
    }
    trial
}
