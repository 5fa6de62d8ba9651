//! A conformant server is never failed, in whichever way it is conformant: every variant of the reference server alone, and
//! variants in random combinations.
//!
//! `VARIANTS_COMBINATIONS=N` tries N combinations (40 where it is not set), `VARIANTS_SEED=N` others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use taxii_conformance::record::{Event, Trial, Verdict};
use taxii_conformance::run::{self, Credentials, Options, Stopper};
use taxii_conformance::server::{self, USERS, Variant, variant, variants};
use tokio::sync::Semaphore;

/// How many runs go on at the same time: two cores, and runs that wait now and then.
const SIDE_BY_SIDE: usize = 3;

/// What came of a run.
struct Run {
    variants: Vec<&'static Variant>,
    trials: Vec<Trial>,
    left: Vec<String>,
    untestable: Option<String>,
}

/// Runs the whole suite against a server with these variants.
async fn suite(chosen: Vec<&'static Variant>) -> Run {
    let server = server::Options { variants: chosen.clone(), ..server::Options::default() };
    let server = server::start(server).await.expect("the reference server starts");
    let mut options = Options::new(server.url());
    options.ca_pem = server.ca_pem().map(str::to_owned);
    options.api_roots = server.unlisted_roots();
    options.write = Some("any".into());
    options.seed = 7;
    let credentials = |writes: bool| {
        USERS.iter().find(|user| user.writes == writes).map_or(Credentials::None, |user| Credentials::Basic {
            user: user.name.to_owned(),
            password: user.password.to_owned(),
        })
    };
    (options.credentials, options.other) = (credentials(true), credentials(false));
    let mut events = run::start(options, false, Stopper::default()).expect("the run begins");
    let mut run = Run { variants: chosen, trials: Vec::new(), left: Vec::new(), untestable: None };
    while let Some(event) = events.recv().await {
        match event {
            Event::TrialFinished(trial) => run.trials.push(*trial),
            Event::Surveyed(server) => run.untestable = server.untestable,
            Event::CleanedUp { left, .. } => run.left = left,
            _ => {}
        }
    }
    server.stop().await;
    run
}

/// Runs the suite once for each set of variants.
fn suites(sets: Vec<Vec<&'static Variant>>) -> Vec<Run> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let room = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        let mut tasks = Vec::new();
        for set in sets {
            let room = Arc::clone(&room);
            tasks.push(tokio::spawn(async move {
                let _place = room.acquire().await.expect("the semaphore stays open");
                suite(set).await
            }));
        }
        let mut runs = Vec::new();
        for task in tasks {
            runs.push(task.await.expect("the run ends"));
        }
        runs
    })
}

/// What a variant may keep the suite from judging, or make it warn of: glob of cases, verdict, and why.
struct Allowed {
    variant: &'static str,
    verdict: Verdict,
    cases: &'static [&'static str],
    why: &'static str,
}

include!("variants/allowed.rs");

/// Everything about a run that a conformant server must not bring about.
fn faults(run: &Run, allowed: &BTreeMap<(&str, Verdict), Vec<&Allowed>>) -> Vec<String> {
    let names: Vec<&str> = run.variants.iter().map(|variant| variant.name).collect();
    let title = names.join("+");
    let mut faults: Vec<String> = Vec::new();
    faults.extend(run.untestable.iter().map(|why| format!("{title}: untestable: {why}")));
    faults.extend(run.left.iter().map(|url| format!("{title}: left behind: {url}")));
    if run.trials.len() < 100 {
        faults.push(format!("{title}: {} trials", run.trials.len()));
    }
    for trial in run.trials.iter().filter(|trial| trial.verdict != Verdict::Pass) {
        let lenient = matches!(trial.verdict, Verdict::Warn | Verdict::Inconclusive | Verdict::Skip) && !trial.flaky;
        let entries = names.iter().filter_map(|name| allowed.get(&(*name, trial.verdict))).flatten();
        let listed = entries.flat_map(|entry| entry.cases).any(|case| fits(case, &trial.case));
        if !(lenient && listed) {
            let flaky = if trial.flaky { " flaky" } else { "" };
            faults.push(format!("{title}: {}{flaky} {}: {}", trial.verdict.word(), trial.id, trial.reason));
        }
    }
    faults
}

/// Whether a case is named, by its id or by a beginning of it with a star.
fn fits(pattern: &str, case: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == case, |start| case.starts_with(start))
}

fn allowed() -> BTreeMap<(&'static str, Verdict), Vec<&'static Allowed>> {
    let mut all: BTreeMap<_, Vec<&Allowed>> = BTreeMap::new();
    for entry in ALLOWED {
        all.entry((entry.variant, entry.verdict)).or_default().push(entry);
    }
    all
}

#[test]
fn no_variant_alone_fails_anything() {
    let runs = suites(variants().iter().map(|variant| vec![variant]).collect());
    let allowed = allowed();
    let faults: Vec<String> = runs.iter().flat_map(|run| faults(run, &allowed)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    // an entry that nothing needs hides what may come
    let needed = |entry: &Allowed, case: &str| {
        let of = runs.iter().filter(|run| run.variants[0].name == entry.variant).flat_map(|run| &run.trials);
        of.into_iter().any(|trial| trial.verdict == entry.verdict && fits(case, &trial.case))
    };
    let stale: Vec<String> = ALLOWED
        .iter()
        .flat_map(|entry| entry.cases.iter().map(move |case| (entry, *case)))
        .filter(|(entry, case)| !needed(entry, case))
        .map(|(entry, case)| format!("{} {} {case}", entry.variant, entry.verdict.word()))
        .collect();
    assert_eq!(stale, Vec::<String>::new(), "entries that nothing needs any more");
}

#[test]
fn no_combination_of_variants_fails_anything() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let count = number("VARIANTS_COMBINATIONS").unwrap_or(40);
    let mut random = Random(number("VARIANTS_SEED").unwrap_or(1));
    let sets: Vec<Vec<&'static Variant>> = (0..count).map(|_| combination(&mut random)).collect();
    let allowed = allowed();
    let faults: Vec<String> = suites(sets).iter().flat_map(|run| faults(run, &allowed)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn what_is_allowed_is_well_formed() {
    let mut seen = BTreeSet::new();
    for entry in ALLOWED {
        assert!(variant(entry.variant).is_some(), "there is no variant {}", entry.variant);
        assert!(!entry.why.is_empty() && !entry.cases.is_empty(), "{}", entry.variant);
        for case in entry.cases {
            assert!(seen.insert((entry.variant, entry.verdict, case)), "{} {case} is there twice", entry.variant);
        }
    }
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
