//! Reports as readers that others wrote see them: published schemas, and parsers from PyPI and npm.
//!
//! `tests/report/peers/install.sh` installs them under `target/`. Where they are absent, the tests show as
//! ignored; with `CI=true` they fail instead.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use taxii_conformance::case;
use taxii_conformance::cli::engine::engine;
use taxii_conformance::cli::reference::Reference;
use taxii_conformance::cli::run::Job;
use taxii_conformance::record::{Report, Verdict};
use taxii_conformance::report::Reporter;
use taxii_conformance::report::collect::Collect;
use taxii_conformance::report::format::Format;
use taxii_conformance::run::Options;

#[path = "../fixture.rs"]
mod fixture;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn peers() -> PathBuf {
    Path::new(ROOT).join("target/report-peers")
}

/// Reports of every kind: the made-up runs, and a real one with failures.
fn reports() -> &'static [(&'static str, Report)] {
    static ALL: LazyLock<Vec<(&str, Report)>> = LazyLock::new(|| {
        vec![
            ("made-up", fixture::report(&fixture::events())),
            ("clean", fixture::report(&fixture::clean(0))),
            ("unreachable", fixture::report(&fixture::unreachable())),
            ("nothing", fixture::report(&[])),
            ("real", real()),
        ]
    });
    &ALL
}

/// The reference server with defects, so that there are findings.
fn real() -> Report {
    let reference = Reference {
        tls: true,
        asynchronous: false,
        page_size: None,
        user: Default::default(),
        variants: Vec::new(),
        defects: vec!["limit-zero-taken-on-manifest".into()],
    };
    let mut options = Options::new("");
    options.only = ["filter/*", "status/*", "add/*"].map(str::to_owned).to_vec();
    let mut collect = Collect::default();
    engine(Job { options, reference: Some(reference), plan: false }, &mut |event| collect.event(&event))
        .expect("the run begins");
    collect.into_report()
}

/// What a reader says about a report in a format.
fn ask(format: Format, name: &str, report: &Report, command: impl FnOnce(&Path) -> Command) -> Result<Value, Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join(format!("{name}.report"));
    let mut bytes = Vec::new();
    let requirement = |id: &str| fixture::requirement(id).or_else(|| case::requirement(id));
    format.write(report, &requirement, &mut bytes)?;
    std::fs::write(&file, bytes)?;
    let output = command(&file).env("PEERS", peers()).output()?;
    if !output.status.success() {
        return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn python(arguments: &[&str], file: &Path) -> Command {
    let mut command = Command::new(peers().join("venv/bin/python"));
    command.arg(Path::new(ROOT).join("tests/report/peers/read.py")).args(arguments).arg(file);
    command
}

fn node(argument: &str, file: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(Path::new(ROOT).join("tests/report/peers/read.mjs")).arg(argument).arg(file);
    command
}

fn same(name: &str, seen: &Value, wanted: &Value) -> Result<(), Failed> {
    if seen == wanted { Ok(()) } else { Err(format!("{name}: {seen:#} instead of {wanted:#}").into()) }
}

/// A validator finds nothing.
fn valid(format: Format, command: impl Fn(&Path) -> Command) -> Result<(), Failed> {
    reports().iter().try_for_each(|(name, report)| same(name, &ask(format, name, report, &command)?, &json!([])))
}

/// A reader of JUnit sees as many cases of each kind as there are.
fn counted(command: impl Fn(&Path) -> Command) -> Result<(), Failed> {
    for (name, report) in reports() {
        let seen = ask(Format::Junit, name, report, &command)?;
        let of = |verdicts: &[Verdict]| report.trials.iter().filter(|t| verdicts.contains(&t.verdict)).count();
        let plan = report.trials.is_empty();
        let untestable = usize::from(report.server.untestable.is_some());
        let names = seen["names"].as_array().ok_or("no list")?;
        let names = names.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>().len();
        let wanted = json!({
            "tests": report.trials.len() + usize::from(plan),
            "failures": of(&[Verdict::Fail]),
            "errors": of(&[Verdict::Error]) + untestable,
            "skipped": of(&[Verdict::Inconclusive, Verdict::Skip]) + usize::from(plan) - untestable,
            "names": names,
        });
        let mut seen = seen;
        seen["names"] = names.into();
        same(name, &seen, &wanted)?;
        same(name, &names.into(), &wanted["tests"])?;
    }
    Ok(())
}

fn haralyzer() -> Result<(), Failed> {
    for (name, report) in reports() {
        let seen = ask(Format::Har, name, report, |file| python(&["haralyzer"], file))?;
        let sent: usize = report.trials.iter().map(|t| t.exchanges.len()).sum();
        same(name, &seen["entries"], &sent.into())?;
        same(name, &seen["version"], &"1.2".into())?;
    }
    Ok(())
}

fn badge() -> Result<(), Failed> {
    for (name, report) in reports() {
        let seen = ask(Format::Badge, name, report, |file| python(&["svg"], file))?;
        same(name, &seen["root"], &"svg".into())?;
        same(name, &seen["outside"], &json!([]))?;
    }
    Ok(())
}

/// The renderer of GitHub makes nothing of it that we did not mean.
fn markdown() -> Result<(), Failed> {
    const OURS: [&str; 19] = [
        "code", "details", "h1", "h2", "h3", "li", "p", "pre", "strong", "summary", "table", "tbody", "td", "th",
        "thead", "tr", "ul", "a", "br",
    ];
    for (name, report) in reports() {
        let seen = ask(Format::Markdown, name, report, |file| python(&["markdown"], file))?;
        let elements = seen["elements"].as_array().ok_or("no list")?;
        if let Some(other) = elements.iter().find(|e| !OURS.contains(&e.as_str().unwrap_or_default())) {
            return Err(format!("{name}: {other}").into());
        }
        let links = seen["links"].as_array().ok_or("no list")?;
        if let Some(other) = links.iter().find(|link| **link != report.suite.standard) {
            return Err(format!("{name}: {other}").into());
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let here = peers().join("installed").is_file();
    let must = std::env::var("CI").is_ok_and(|ci| ci == "true");
    let schema = Path::new(ROOT).join("tests/report/peers/junit-10.xsd").display().to_string();
    type Test = Box<dyn FnOnce() -> Result<(), Failed> + Send>;
    let tests: Vec<(&str, Test)> = vec![
        ("junit: schema of Jenkins", Box::new(move || valid(Format::Junit, |f| python(&["junit-schema", &schema], f)))),
        ("junit: junitparser", Box::new(|| counted(|f| python(&["junitparser"], f)))),
        ("junit: junit2json", Box::new(|| counted(|f| node("junit2json", f)))),
        ("ctrf: validator of its makers", Box::new(|| valid(Format::Ctrf, |f| node("ctrf", f)))),
        ("har: har-validator", Box::new(|| valid(Format::Har, |f| node("har", f)))),
        ("har: haralyzer", Box::new(haralyzer)),
        ("badge: XML with nothing from outside", Box::new(badge)),
        ("markdown: renderer of GitHub", Box::new(markdown)),
    ];
    let trials = tests
        .into_iter()
        .map(|(name, test)| {
            let kind = if here { "" } else { "needs tests/report/peers/install.sh" };
            Trial::test(name, test).with_kind(kind).with_ignored_flag(!here && !must)
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
