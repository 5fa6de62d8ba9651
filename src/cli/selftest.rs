//! `selftest`: runs the suite against the clean reference server and against each of its defects, and
//! prints which cases kill which defect.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

mod table;

use super::exit;
use crate::case;
use crate::record::{Event, Summary, Trial, Verdict};
use crate::run::{self, Credentials, Explore, Options, Stopper};
use crate::server::{self, Defect, defects};

/// Most requirements that one defect should fail at the 90th percentile: what fails more is listed.
const WIDE: usize = 3;

/// How many defects a check runs all cases against: one case can change the verdict of another, which the cases that a
/// table names do not show.
const WHOLE: usize = 40;

/// Arguments of `selftest`.
#[derive(clap::Args)]
pub struct Args {
    /// Test this defect alone (repeatable)
    #[arg(long = "defect", value_name = "NAME")]
    defects: Vec<String>,
    /// Also list the trials that fail or are kept from judging, with their reasons
    #[arg(short, long)]
    verbose: bool,
    /// How many defects are tested at the same time; twice as many as there are processors if absent
    #[arg(long)]
    jobs: Option<usize>,
    /// Also write the kill table, as Markdown, to this file
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Fail unless this file is the kill table as it is now: the same defects, each killed or not. Of a
    /// defect only the cases are run that the table names, and all where these do not kill it; of some
    /// defects, others with each change of a case, all cases are run and nothing may fail that the
    /// table does not have
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

/// Cases by the defect that they kill, as a table has it.
type Killers = BTreeMap<String, Vec<String>>;

/// What one run against the reference server came to.
struct Result_ {
    trials: Vec<Trial>,
    summary: Summary,
}

/// What a defect did.
struct Row {
    defect: &'static Defect,
    /// Cases that fail and cite a requirement that the defect breaks.
    killers: BTreeSet<String>,
    /// Requirements that failed or warned.
    broken: BTreeSet<String>,
    /// Trials that ended in error.
    errors: Vec<String>,
    /// Trials that neither passed nor were skipped, with their reasons.
    told: Vec<String>,
}

impl Row {
    fn killed(&self) -> bool {
        !self.killers.is_empty()
    }

    /// Requirements that failed or warned though the defect does not break them.
    fn others(&self) -> impl Iterator<Item = &str> {
        self.broken.iter().map(String::as_str).filter(|r| !self.defect.requirements.contains(r))
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
    let known = match args.check.as_ref().map(|path| (path, std::fs::read_to_string(path))) {
        None => table::Table::new(),
        Some((_, Ok(text))) => table::read(&text),
        Some((path, Err(e))) => {
            eprintln!("error: {} cannot be read: {e}: make it with --table", path.display());
            return exit::USAGE;
        }
    };
    // a new table has everything that fails
    let short = args.check.is_some() && args.table.is_none() && !args.verbose;
    let count = if short { WHOLE } else { wanted.len() };
    let whole = table::by_turns(wanted.iter().map(|d| d.name), count);
    let named = known.iter().filter(|(defect, _)| short && !whole.contains(defect.as_str()));
    let killers: Killers = named.map(|(defect, line)| (defect.clone(), line.killers.clone())).collect();
    let killers = Arc::new(killers);
    let Ok(runtime) = tokio::runtime::Runtime::new() else { return exit::UNTESTABLE };
    let clean = match runtime.block_on(suite(Vec::new(), false, Which::All)) {
        Ok(clean) => clean,
        Err(e) => {
            eprintln!("error: {e}");
            return exit::UNTESTABLE;
        }
    };
    let jobs = args.jobs.unwrap_or_else(|| 2 * std::thread::available_parallelism().map_or(1, usize::from));
    let mut rows = runtime.block_on(rows(wanted, jobs.max(1), Arc::clone(&killers)));
    if short && all {
        runtime.block_on(again(&mut rows, jobs.max(1), &killers));
    }
    let table = table::write(&rows);
    let mut good = clean_holds(&clean);
    if !short {
        print!("{table}");
    }
    if args.verbose {
        rows.iter().for_each(|row| println!("{}:\n{}", row.defect.name, row.told.join("\n")));
    }
    println!("{}", if short { score(&rows) } else { figures(&rows) });
    good &= rows_hold(&rows, &clean);
    if all {
        good &= nothing("cases that kill no defect", idle(&rows));
    }
    if let Some(path) = &args.table
        && let Err(e) = std::fs::write(path, &table)
    {
        eprintln!("error: {} cannot be written: {e}", path.display());
        return exit::UNTESTABLE;
    }
    let drift = rows.iter().filter(|row| whole.contains(row.defect.name)).filter_map(|row| table::drift(row, &known));
    let drift = nothing("requirements that fail with a defect and are not in the table", drift.collect());
    let asked = |defect: &str| all || args.defects.iter().any(|name| name == defect);
    if let Some(path) = &args.check
        && !(drift & table::agree(&known, &table::read(&table), asked))
    {
        println!("{} is not the kill table as it is now: make it anew with --table", path.display());
        good = false;
    }
    if good { exit::OK } else { exit::FAILED }
}

/// Says what the run against the clean server came to, and whether every trial passed.
fn clean_holds(clean: &Result_) -> bool {
    let bad: Vec<&Trial> = clean.trials.iter().filter(|t| t.verdict != Verdict::Pass).collect();
    let pass = clean.summary.count(Verdict::Pass);
    println!("clean: {} trials, {pass} pass, {} otherwise", clean.trials.len(), bad.len());
    for trial in &bad {
        println!("  {} {}: {}", trial.verdict.word(), trial.id, trial.reason);
    }
    bad.is_empty() && pass > 0
}

/// Says what is to be mended about the defects, and whether nothing is.
fn rows_hold(rows: &[Row], clean: &Result_) -> bool {
    let tested: BTreeSet<String> = clean.trials.iter().flat_map(|t| t.requirements.clone()).collect();
    let (tested, planned): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| r.testable(&tested));
    let names = |rows: &mut dyn Iterator<Item = &&Row>| rows.map(|r| r.defect.name.to_owned()).collect::<Vec<_>>();
    let wide = rows.iter().filter(|r| r.broken.len() > WIDE);
    let wide: Vec<String> = wide.map(|r| format!("{} ({})", r.defect.name, r.broken.len())).collect();
    nothing("defects that fail more than 3 requirements", wide);
    nothing("defects of requirements that no case tests yet", names(&mut planned.iter()));
    let errors = rows.iter().flat_map(|r| r.errors.iter().map(|e| format!("{} with {}", e, r.defect.name)));
    nothing("trials that end in error", errors.collect())
        & nothing("defects that survive", names(&mut tested.iter().filter(|r| !r.killed())))
}

/// Prints a list with its heading; `true` where there is nothing to print.
fn nothing(heading: &str, list: Vec<String>) -> bool {
    if !list.is_empty() {
        println!("{heading}: {}", list.join(", "));
    }
    list.is_empty()
}

async fn rows(wanted: Vec<&'static Defect>, jobs: usize, killers: Arc<Killers>) -> Vec<Row> {
    // on tasks of their own, so that all cores work
    let mut rows: Vec<(usize, Row)> = stream::iter(wanted.into_iter().enumerate())
        .map(|(i, defect)| (i, defect, killers.get(defect.name).cloned().unwrap_or_default()))
        .map(|(i, defect, cases)| async move {
            let began = std::time::Instant::now();
            let row = tokio::spawn(row(defect, cases)).await.ok()?;
            // what was found so far is not lost where the rest does not end
            let end = if row.killed() { "killed" } else { "survives" };
            eprintln!("{} {end} after {:.1} s", defect.name, began.elapsed().as_secs_f64());
            Some((i, row))
        })
        .buffer_unordered(jobs)
        .filter_map(|r| async { r })
        .collect()
        .await;
    rows.sort_by_key(|(i, _)| *i);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Some cases find a defect only with others beside them: what seems to kill nothing is looked at again, with everything
/// that the table says it kills.
async fn again(done: &mut [Row], jobs: usize, killers: &Killers) {
    let idle = idle(done);
    let finds = |row: &&Row| killers.get(row.defect.name).is_some_and(|cases| cases.iter().any(|c| idle.contains(c)));
    let defects = done.iter().filter(finds).map(|row| row.defect).collect();
    for more in rows(defects, jobs, Arc::default()).await {
        if let Some(row) = done.iter_mut().find(|row| row.defect.name == more.defect.name) {
            row.killers.extend(more.killers);
        }
    }
}

/// How many sequences are explored for a defect that no case finds.
const SEQUENCES: usize = 300;

/// Which trials are run.
enum Which {
    /// Those of all cases.
    All,
    /// Those of these cases.
    Cases(Vec<String>),
    /// Explored sequences alone, so many.
    Explored(usize),
}

/// What a defect does: to the cases that are known to kill it, where some are, and else to all; where nothing shows, the
/// same with a status that is pending first, and to exploration last.
async fn row(defect: &'static Defect, known: Vec<String>) -> Row {
    let known = (!known.is_empty()).then_some(known);
    let known = known.iter().flat_map(|cases| [false, true].map(|pending| (pending, Which::Cases(cases.clone()))));
    for (pending, which) in known.chain([(false, Which::All), (true, Which::All)]) {
        let row = attempt(defect, pending, which).await;
        if row.killed() {
            return row;
        }
    }
    attempt(defect, false, Which::Explored(SEQUENCES)).await
}

async fn attempt(defect: &'static Defect, asynchronous: bool, which: Which) -> Row {
    let mut row =
        Row { defect, killers: BTreeSet::new(), broken: BTreeSet::new(), errors: Vec::new(), told: Vec::new() };
    let result = match suite(vec![defect], asynchronous, which).await {
        Ok(result) => result,
        Err(e) => {
            row.errors.push(e);
            return row;
        }
    };
    for trial in result.trials {
        if !matches!(trial.verdict, Verdict::Pass | Verdict::Skip) {
            row.told.push(format!("  {} {}: {}", trial.verdict.word(), trial.id, trial.reason));
        }
        match trial.verdict {
            Verdict::Fail | Verdict::Warn => {
                if trial.requirements.iter().any(|r| defect.requirements.contains(&r.as_str())) {
                    row.killers.insert(trial.case);
                }
                row.broken.extend(trial.requirements);
            }
            Verdict::Error => row.errors.push(format!("{} ({})", trial.id, trial.reason)),
            _ => {}
        }
    }
    row
}

/// The suite against the reference server with these defects.
///
/// Pages are shorter than what the largest collection holds, so that the server's own pages are seen too.
async fn suite(defects: Vec<&'static Defect>, asynchronous: bool, which: Which) -> Result<Result_, String> {
    let options = server::Options { defects, asynchronous, page_size: 60, ..server::Options::default() };
    let server = server::start(options).await.map_err(|e| e.to_string())?;
    let mut options = Options::new(server.url());
    options.ca_pem = server.ca_pem().map(str::to_owned);
    options.allow_http = server.ca_pem().is_none();
    options.write = Some(run::Write::All);
    match which {
        Which::All => {}
        Which::Cases(cases) => options.only = cases,
        Which::Explored(sequences) => {
            options.only = vec!["explore/*".into()];
            options.explore = Some(Explore { sequences, out: None });
        }
    }
    options.seed = 1;
    let basic = |user: &str, password: &str| Credentials::Basic { user: user.into(), password: password.into() };
    options.credentials = basic("admin", "admin-pass");
    options.other = basic("reader", "reader-pass");
    options.timeout = std::time::Duration::from_secs(5);
    let mut events = run::start(options, false, Stopper::default()).map_err(|e| e.to_string())?;
    let mut result = Result_ { trials: Vec::new(), summary: Summary::default() };
    while let Some(event) = events.recv().await {
        match event {
            Event::TrialFinished(trial) => result.trials.push(*trial),
            Event::Finished(summary) => result.summary = summary,
            _ => {}
        }
    }
    server.stop().await;
    Ok(result)
}

fn score(rows: &[Row]) -> String {
    format!("killed {} of {}", rows.iter().filter(|r| r.killed()).count(), rows.len())
}

/// Kill score and blast radius: how many requirements one defect fails.
fn figures(rows: &[Row]) -> String {
    let mut radius: Vec<usize> = rows.iter().map(|r| r.broken.len()).collect();
    radius.sort_unstable();
    let at =
        |part: usize| radius.get((radius.len() * part / 100).min(radius.len().saturating_sub(1))).copied().unwrap_or(0);
    let one = radius.iter().filter(|r| **r == 1).count();
    format!(
        "{}; requirements failed by one defect: median {}, 90th percentile {}, most {}; exactly one: {one}",
        score(rows),
        at(50),
        at(90),
        radius.last().copied().unwrap_or(0)
    )
}

/// Cases that no defect makes fail.
fn idle(rows: &[Row]) -> Vec<String> {
    let killers: BTreeSet<&String> = rows.iter().flat_map(|r| &r.killers).collect();
    let cases = case::embedded().unwrap_or_default();
    let idle = cases.iter().map(|c| c.id.get_ref().clone());
    idle.filter(|id| !killers.contains(id)).collect()
}
