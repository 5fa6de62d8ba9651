//! `selftest`: runs the suite against the clean reference server and against each of its defects, and
//! prints which cases kill which defect.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::exit;
use crate::case;
use crate::record::{Event, Summary, Trial, Verdict};
use crate::run::{self, Credentials, Options, Stopper};
use crate::server::{self, Defect, defects};

/// Arguments of `selftest`.
#[derive(clap::Args)]
pub struct Args {
    /// Test this defect alone (repeatable)
    #[arg(long = "defect", value_name = "NAME")]
    defects: Vec<String>,
    /// How many defects are tested at the same time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Also write the kill table, as Markdown, to this file
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Fail unless this file is the kill table as it is now: the same defects, each killed or not
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

/// What one run against the reference server came to.
struct Result_ {
    trials: Vec<Trial>,
    summary: Summary,
    untestable: Option<String>,
}

/// What a defect did.
struct Row {
    defect: &'static Defect,
    /// Cases that fail and cite a requirement that the defect breaks.
    killers: BTreeSet<String>,
    /// Requirements that failed or warned.
    broken: BTreeSet<String>,
    /// Why the server could not be tested, where that is what the defect does.
    untestable: Option<String>,
    /// Trials that ended in error.
    errors: usize,
}

impl Row {
    fn killed(&self) -> bool {
        !self.killers.is_empty() || self.untestable.is_some()
    }

    /// Whether some case tests a requirement that the defect breaks. The TLS probes are planned.
    fn testable(&self, tested: &BTreeSet<String>) -> bool {
        self.defect.requirements.iter().any(|r| tested.contains(*r))
    }
}

/// Runs the command; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    let mut wanted = Vec::new();
    for name in &args.defects {
        match server::defect(name) {
            Some(defect) => wanted.push(defect),
            None => {
                eprintln!("error: there is no defect `{name}`: see `serve --list-defects`");
                return exit::USAGE;
            }
        }
    }
    let all = wanted.is_empty();
    if all {
        wanted = defects().iter().collect();
    }
    let Ok(runtime) = tokio::runtime::Runtime::new() else { return exit::UNTESTABLE };
    let clean = runtime.block_on(suite(Vec::new(), false));
    let clean = match clean {
        Ok(clean) => clean,
        Err(e) => {
            eprintln!("error: {e}");
            return exit::UNTESTABLE;
        }
    };
    let bad: Vec<&Trial> = clean.trials.iter().filter(|t| t.verdict != Verdict::Pass).collect();
    println!(
        "clean: {} trials, {} pass, {} otherwise",
        clean.trials.len(),
        clean.summary.count(Verdict::Pass),
        bad.len()
    );
    for trial in &bad {
        println!("  {} {}: {}", trial.verdict.word(), trial.id, trial.reason);
    }
    let rows = runtime.block_on(rows(wanted, args.jobs.max(1)));
    let table = table(&rows);
    print!("{table}");
    let tested: BTreeSet<String> = clean.trials.iter().flat_map(|t| t.requirements.clone()).collect();
    let (tested, planned): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| r.testable(&tested));
    let survivors: Vec<&str> = tested.iter().filter(|r| !r.killed()).map(|r| r.defect.name).collect();
    let errors: usize = rows.iter().map(|r| r.errors).sum();
    println!("{}", figures(&rows));
    let idle = if all { idle(&rows) } else { Vec::new() };
    if !idle.is_empty() {
        println!("cases that kill no defect: {}", idle.join(", "));
    }
    if !planned.is_empty() {
        let names: Vec<&str> = planned.iter().map(|r| r.defect.name).collect();
        println!("defects of requirements that no case tests yet: {}", names.join(", "));
    }
    if !survivors.is_empty() {
        println!("defects that survive: {}", survivors.join(", "));
    }
    if let Some(path) = &args.table
        && let Err(e) = std::fs::write(path, &table)
    {
        eprintln!("error: {} cannot be written: {e}", path.display());
        return exit::UNTESTABLE;
    }
    let mut good = bad.is_empty() && survivors.is_empty() && errors == 0;
    if let Some(path) = &args.check
        && std::fs::read_to_string(path).ok().map(|old| reduced(&old)) != Some(reduced(&table))
    {
        println!("{} is not the kill table as it is now: make it anew with --table", path.display());
        good = false;
    }
    if good { exit::OK } else { exit::FAILED }
}

async fn rows(wanted: Vec<&'static Defect>, jobs: usize) -> Vec<Row> {
    use futures_util::stream::{self, StreamExt};
    let mut futures: Vec<std::pin::Pin<Box<dyn Future<Output = Row> + Send>>> = Vec::new();
    for defect in wanted {
        futures.push(Box::pin(row(defect)));
    }
    // on tasks of their own, so that all cores work
    stream::iter(futures)
        .map(|f| async { tokio::spawn(f).await.ok() })
        .buffered(jobs)
        .filter_map(|r| async { r })
        .collect()
        .await
}

/// What a defect does; where it does nothing that shows, the same with a status that is pending first.
async fn row(defect: &'static Defect) -> Row {
    let row = attempt(defect, false).await;
    if row.killed() { row } else { attempt(defect, true).await }
}

async fn attempt(defect: &'static Defect, asynchronous: bool) -> Row {
    let (killers, broken) = (BTreeSet::new(), BTreeSet::new());
    let mut row = Row { defect, killers, broken, untestable: None, errors: 0 };
    match suite(vec![defect], asynchronous).await {
        Ok(result) => {
            for trial in result.trials.iter().filter(|t| matches!(t.verdict, Verdict::Fail | Verdict::Warn)) {
                if trial.requirements.iter().any(|r| defect.requirements.contains(&r.as_str())) {
                    row.killers.insert(trial.case.clone());
                }
                row.broken.extend(trial.requirements.iter().cloned());
            }
            row.errors = result.summary.count(Verdict::Error);
            row.untestable = result.untestable;
        }
        Err(e) => row.untestable = Some(e),
    }
    row
}

/// The whole suite against the reference server with these defects.
///
/// Pages are shorter than what the largest collection holds, so that the server's own pages are seen too.
async fn suite(defects: Vec<&'static Defect>, asynchronous: bool) -> Result<Result_, String> {
    let options = server::Options { defects, asynchronous, page_size: 60, ..server::Options::default() };
    let server = server::start(options).await.map_err(|e| e.to_string())?;
    let mut options = Options::new(server.url());
    options.ca_pem = server.ca_pem().map(str::to_owned);
    options.write = Some("any".into());
    options.seed = 1;
    let basic = |user: &str, password: &str| Credentials::Basic { user: user.into(), password: password.into() };
    options.credentials = basic("admin", "admin-pass");
    options.other = basic("reader", "reader-pass");
    options.timeout = std::time::Duration::from_secs(5);
    let mut events = run::start(options, false, Stopper::default()).map_err(|e| e.to_string())?;
    let mut result = Result_ { trials: Vec::new(), summary: Summary::default(), untestable: None };
    while let Some(event) = events.recv().await {
        match event {
            Event::TrialFinished(trial) => result.trials.push(*trial),
            Event::Surveyed(server) => result.untestable = server.untestable,
            Event::Finished(summary) => result.summary = summary,
            _ => {}
        }
    }
    server.stop().await;
    Ok(result)
}

/// The kill table as Markdown: which defect is killed by which cases, and what else failed.
fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("| defect | breaks | killed by | other requirements that fail |\n| --- | --- | --- | --- |\n");
    for row in rows {
        let killers = match &row.untestable {
            Some(why) => format!("untestable: {}", why.replace('|', "/").split("localhost").next().unwrap_or_default()),
            None if row.killers.is_empty() => "**survives**".into(),
            None => row.killers.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        let others: Vec<&str> =
            row.broken.iter().map(String::as_str).filter(|r| !row.defect.requirements.contains(r)).collect();
        text += &format!(
            "| {} | {} | {killers} | {} |\n",
            row.defect.name,
            row.defect.requirements.join(", "),
            others.join(", ")
        );
    }
    text
}

/// What of a kill table has to stay: defects, what they break, and whether they are killed. Which of several cases
/// notice a defect can depend on the clock: a date cut to milliseconds is now and then the same date.
fn reduced(table: &str) -> Vec<(String, String, bool)> {
    let row = |line: &str| {
        let mut columns = line.split('|').skip(1).map(|c| c.trim().to_owned());
        Some((columns.next()?, columns.next()?, columns.next()?.contains("survives")))
    };
    table.lines().filter_map(row).collect()
}

/// Kill score and blast radius: how many requirements one defect fails.
fn figures(rows: &[Row]) -> String {
    let killed = rows.iter().filter(|r| r.killed()).count();
    let mut radius: Vec<usize> = rows.iter().filter(|r| r.untestable.is_none()).map(|r| r.broken.len()).collect();
    radius.sort_unstable();
    let at =
        |part: usize| radius.get((radius.len() * part / 100).min(radius.len().saturating_sub(1))).copied().unwrap_or(0);
    let one = radius.iter().filter(|r| **r == 1).count();
    format!(
        "killed {killed} of {}; requirements failed by one defect: median {}, 90th percentile {}, most {}; exactly one: {one}",
        rows.len(),
        at(50),
        at(90),
        radius.last().copied().unwrap_or(0)
    )
}

/// Cases that no defect makes fail. Options of the server cannot be broken, only reported.
fn idle(rows: &[Row]) -> Vec<String> {
    let killers: BTreeSet<&String> = rows.iter().flat_map(|r| &r.killers).collect();
    let levels: BTreeMap<String, crate::record::Level> = case::embedded()
        .unwrap_or_default()
        .iter()
        .map(|c| {
            (c.id.get_ref().clone(), case::register::strongest(c.requirements.iter().map(|r| r.get_ref().as_str())))
        })
        .collect();
    levels
        .into_iter()
        .filter(|(id, level)| *level != crate::record::Level::May && !killers.contains(id))
        .map(|(id, _)| id)
        .collect()
}
