//! A conformant server is never failed, in whichever way it is conformant: every variant of the reference server alone, and
//! variants in random combinations.
//!
//! Some minutes in all, so they want `cargo test --release --test variants`. CI optimises its one build somewhat, and asks for
//! them with `--ignored`.
//!
//! `VARIANTS_COMBINATIONS=N` tries N combinations (40 where it is not set). `VARIANTS_SEED=N` tries others, and runs each
//! variant alone with the seed N; `VARIANTS_REPEATS=N` runs it N times, each time with the next seed.

use std::sync::Arc;

use taxii_conformance::record::{Event, Trial, Verdict};
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server::{self, USERS, Variant, variants};
use tokio::sync::Semaphore;

/// How many runs go on at the same time: more than there are cores, since most of them wait now and then.
const SIDE_BY_SIDE: usize = 10;
/// What a run is seeded with; those that are repeated count on from here.
const SEED: u64 = 7;

/// What came of a run.
struct Run {
    variants: Vec<&'static Variant>,
    seed: u64,
    trials: Vec<Trial>,
    left: Vec<String>,
    untestable: Option<String>,
}

/// Runs the whole suite against a server with these variants.
async fn suite(chosen: Vec<&'static Variant>, seed: u64) -> Run {
    let server = server::Options { variants: chosen.clone(), ..server::Options::default() };
    let server = server::start(server).await.expect("the reference server starts");
    let mut options = Options::new(server.url());
    options.ca_pem = server.ca_pem().map(str::to_owned);
    options.api_roots = server.unlisted_roots();
    options.write = Some(run::Write::All);
    options.seed = seed;
    let credentials = |writes: bool| {
        USERS.iter().find(|user| user.writes == writes).map_or(Credentials::None, |user| Credentials::Basic {
            user: user.name.to_owned(),
            password: user.password.to_owned(),
        })
    };
    (options.credentials, options.other) = (credentials(true), credentials(false));
    let mut events = run::start(options, false, Stopper::default()).expect("the run begins");
    let mut run = Run { variants: chosen, seed, trials: Vec::new(), left: Vec::new(), untestable: None };
    while let Some(event) = events.recv().await {
        match event {
            Event::TrialFinished(trial) => run.trials.push(*trial),
            Event::Surveyed(server) => run.untestable = server.untestable,
            Event::CleanedUp(cleanup) => run.left.extend(cleanup.told()),
            _ => {}
        }
    }
    server.stop().await;
    run
}

/// Runs the suite once for each set of variants, with its seed, and tells what was wrong.
fn suites(sets: Vec<(Vec<&'static Variant>, u64)>) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let room = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        let mut tasks = Vec::new();
        for (set, seed) in sets {
            let room = Arc::clone(&room);
            tasks.push(tokio::spawn(async move {
                let _place = room.acquire().await.expect("the semaphore stays open");
                faults(&suite(set, seed).await)
            }));
        }
        let mut faults = Vec::new();
        for task in tasks {
            faults.extend(task.await.expect("the run ends"));
        }
        faults
    })
}

/// Everything about a run that a conformant server must not bring about. Warnings, and what stays open where a server does
/// not do or keep something, are its right.
fn faults(run: &Run) -> Vec<String> {
    let names: Vec<&str> = run.variants.iter().map(|variant| variant.name).collect();
    let title = format!("{} with seed {}", names.join("+"), run.seed);
    let mut faults: Vec<String> = Vec::new();
    faults.extend(run.untestable.iter().map(|why| format!("{title}: untestable: {why}")));
    faults.extend(run.left.iter().map(|url| format!("{title}: left behind: {url}")));
    let passed = run.trials.iter().filter(|trial| trial.verdict == Verdict::Pass).count();
    if passed < 1000 {
        faults.push(format!("{title}: {passed} of {} trials pass", run.trials.len()));
    }
    let bad = |trial: &&Trial| matches!(trial.verdict, Verdict::Fail | Verdict::Error) || trial.flaky;
    for trial in run.trials.iter().filter(bad) {
        let flaky = if trial.flaky { " flaky" } else { "" };
        faults.push(format!("{title}: {}{flaky} {}: {}", trial.verdict.word(), trial.id, trial.reason));
    }
    faults
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without --release")]
fn no_variant_alone_fails_anything() {
    let first = number("VARIANTS_SEED").unwrap_or(SEED);
    let seeds = first..first + number("VARIANTS_REPEATS").unwrap_or(1);
    let faults = suites(seeds.flat_map(|seed| variants().iter().map(move |one| (vec![one], seed))).collect());
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without --release")]
fn no_combination_of_variants_fails_anything() {
    let count = number("VARIANTS_COMBINATIONS").unwrap_or(40);
    let mut random = Random(number("VARIANTS_SEED").unwrap_or(1));
    let sets = (0..count).map(|_| (combination(&mut random), SEED)).collect();
    let faults = suites(sets);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Combinations that were failed once, each for a mistake of its own.
#[test]
fn what_was_failed_by_mistake_is_not_any_more() {
    let sets = [
        // objects of one date, whose later records a walk by date over the manifest does not reach
        &["loaded-at-once", "pages-of-1"][..],
        &["loaded-at-once", "pages-of-7"],
        // lists of a status whose members come in another order each time
        &["json-in-another-order", "later"],
        // an API root that is withheld from a client who is known, where strangers are let in or not answered at all
        &["second-root-404", "strangers-read"],
        &["second-root-404", "strangers-no-answer"],
    ];
    let named = |names: &&[&str]| names.iter().map(|name| server::variant(name).expect("a variant")).collect();
    let faults = suites(sets.iter().map(|names| (named(names), SEED)).collect());
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A number that the environment gives.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Two to six variants that do not exclude each other.
fn combination(random: &mut Random) -> Vec<&'static Variant> {
    let wanted = 2 + random.below(5);
    let mut chosen: Vec<&'static Variant> = Vec::new();
    while chosen.len() < wanted {
        let one = &variants()[random.below(variants().len())];
        if chosen.iter().all(|other| other.question != one.question) {
            chosen.push(one);
        }
    }
    chosen
}

/// SplitMix64: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap_or_default()
    }
}
