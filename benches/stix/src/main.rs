//! Side by side on one file: parsing with `serde_json`, the plain schemas with the `jsonschema` crate, this validator, and
//! rstix where it is built in.
//!
//! `stix-bench FILE [ROUNDS]` measures all; `stix-bench --once WHAT FILE` does one of them once, for tools that count
//! instructions or memory; `benches/stix/run.sh` makes the files and runs everything.
//!
//! Each round runs all candidates one after the other, and ratios are taken within a round: what else the machine does
//! then hits all of them alike. Processor time is that of all threads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, process};

use cpu_time::ProcessTime;
use jsonschema::Registry;
use serde_json::Value;
use taxii_conformance::stix::stream::{self, Options};
use taxii_conformance::stix::{Level, Validator};

/// What can be measured, with the words for people. The first is the yardstick.
const CANDIDATES: [(&str, &str); 7] = [
    ("parse", "serde_json parse to Value"),
    ("schemas", "parse + jsonschema crate, plain schemas"),
    ("must-1", "this validator, MUST, one core"),
    ("must-2", "this validator, MUST, two cores"),
    ("should-1", "this validator, MUST and advice, one core"),
    ("should-2", "this validator, MUST and advice, two cores"),
    ("rstix", "rstix 0.23 consumer_strict"),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--once", what, file] => {
            let mut bench = Bench::new(what);
            bench.load(file);
            let count = bench.run(what);
            println!("{file}: {what}: {count}, peak memory {}", peak());
        }
        ["--memory", file] => memory(file),
        [file] => compare(file, 5),
        [file, rounds] => compare(file, rounds.parse().expect("a number of rounds")),
        _ => {
            eprintln!("usage: stix-bench FILE [ROUNDS] | --once WHAT FILE | --memory FILE");
            process::exit(2);
        }
    }
}

/// What the candidates need: the text, compiled schemas, threads.
struct Bench {
    text: Vec<u8>,
    schemas: Option<Schemas>,
    pools: HashMap<usize, rayon::ThreadPool>,
}

impl Bench {
    /// For one candidate, or for `all`.
    fn new(what: &str) -> Self {
        let schemas = matches!(what, "all" | "schemas").then(Schemas::load);
        let pool = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).start_handler(pin);
            pool.build().expect("threads")
        };
        let wanted = |threads: &usize| what == "all" || what.ends_with(&format!("-{threads}"));
        let pools = [1, 2].into_iter().filter(wanted).map(|threads| (threads, pool(threads))).collect();
        let _ = Validator::new();
        Self { text: Vec::new(), schemas, pools }
    }

    fn load(&mut self, file: &str) {
        self.text = fs::read(file).expect("the file");
    }

    /// Runs a candidate once; gives what it counted.
    fn run(&self, what: &str) -> usize {
        let value = || serde_json::from_slice::<Value>(&self.text).expect("JSON");
        match what {
            "parse" => value().as_object().map_or(0, serde_json::Map::len),
            "schemas" => {
                let schemas = self.schemas.as_ref().expect("loaded");
                let value = value();
                value["objects"].as_array().into_iter().flatten().filter(|o| !schemas.is_valid(o)).count()
            }
            "must-1" => self.judge(Level::Must, 1),
            "must-2" => self.judge(Level::Must, 2),
            "should-1" => self.judge(Level::Should, 1),
            "should-2" => self.judge(Level::Should, 2),
            #[cfg(feature = "rstix")]
            "rstix" => peer::run(&self.text),
            other => panic!("{other} is not there"),
        }
    }

    fn judge(&self, level: Level, threads: usize) -> usize {
        let mut findings = 0;
        let options = Options { validator: Validator::new().at_least(level), places: false, wanted: &|_| true };
        let mut run = || stream::judge(self.text.as_slice(), None, &options, &mut |_| findings += 1);
        self.pools[&threads].install(|| run()).expect("reading from memory");
        findings
    }
}

fn compare(file: &str, rounds: usize) {
    let mut bench = Bench::new("all");
    bench.load(file);
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let size = bench.text.len() as f64 / 1e6;
    let count = serde_json::from_slice::<Value>(&bench.text).expect("JSON")["objects"].as_array().map_or(1, Vec::len);
    println!("{file}: {size:.1} MB, {count} objects, {rounds} rounds");
    println!("two threads do {:.2} times the work of one here", gain_of_two_threads());
    println!("{:44} {:>9} {:>9} {:>9} {:>9} {:>9}", "", "best", "median", "of parse", "cpu", "of parse");
    let candidates: Vec<_> = CANDIDATES.iter().filter(|(what, _)| *what != "rstix" || cfg!(feature = "rstix")).collect();
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); candidates.len()];
    let mut counts = vec![0; candidates.len()];
    for _ in 0..rounds {
        for (i, (what, _)) in candidates.iter().enumerate() {
            let (wall, cpu) = (Instant::now(), ProcessTime::now());
            counts[i] = std::hint::black_box(bench.run(what));
            taken[i].push((wall.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64()));
        }
    }
    for (i, (_, words)) in candidates.iter().enumerate() {
        let of = |pick: fn(&(f64, f64)) -> f64| taken[i].iter().map(pick).collect::<Vec<_>>();
        let ratios = |pick: fn(&(f64, f64)) -> f64| taken[i].iter().zip(&taken[0]).map(|(a, b)| pick(a) / pick(b)).collect();
        let best = of(|t| t.0).into_iter().fold(f64::MAX, f64::min);
        println!(
            "{words:44} {:6.0} ms {:6.0} ms {:9.2} {:6.0} ms {:9.2}   {}",
            best * 1e3,
            median(of(|t| t.0)) * 1e3,
            median(ratios(|t| t.0)),
            median(of(|t| t.1)) * 1e3,
            median(ratios(|t| t.1)),
            if i == 0 { String::new() } else { format!("{} findings", counts[i]) },
        );
    }
}

/// Keeps a thread on the core of its number: schedulers of busy machines leave two threads on one core for seconds.
fn pin(thread: usize) {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    if let Some(core) = cores.get(thread) {
        core_affinity::set_for_current(*core);
    }
}

/// How much more work two threads do than one in the same time, on this machine and at this moment: 2 where both cores
/// are free. No candidate can gain more by a second core.
fn gain_of_two_threads() -> f64 {
    fn work() {
        let mut x = 1u64;
        for i in 0..100_000_000u64 {
            x = std::hint::black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i));
        }
    }
    let gains = (0..5).map(|_| {
        let one = Instant::now();
        work();
        let one = one.elapsed();
        let two = Instant::now();
        std::thread::scope(|scope| {
            for core in 0..2 {
                scope.spawn(move || {
                    pin(core);
                    work();
                });
            }
        });
        2.0 * one.as_secs_f64() / two.elapsed().as_secs_f64()
    });
    median(gains.collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The most memory that this process has taken (Linux only).
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("unknown").trim().to_owned()
}

/// Judges a file as a stream and tells how much memory that took at most (Linux only).
fn memory(file: &str) {
    let start = Instant::now();
    let options = Options { validator: Validator::new(), places: false, wanted: &|_| true };
    let mut findings = 0;
    let reader = fs::File::open(file).expect("the file");
    let summary = stream::judge(reader, None, &options, &mut |_| findings += 1).expect("readable");
    println!("{file}: {} objects, {findings} findings, {:.1} s, peak memory {}", summary.objects, start.elapsed().as_secs_f64(), peak());
}

struct Schemas(HashMap<String, jsonschema::Validator>);

impl Schemas {
    fn load() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/stix");
        let schemas: Vec<Value> =
            files(&root).iter().map(|p| serde_json::from_slice(&fs::read(p).expect("readable")).expect("a schema")).collect();
        let mut registry = Registry::new();
        for schema in &schemas {
            registry = registry.add(schema["$id"].as_str().expect("$id"), schema).expect("a schema");
        }
        let registry = registry.prepare().expect("references resolve");
        let compiled = schemas
            .iter()
            .map(|schema| {
                let name = schema["$id"].as_str().and_then(|id| id.strip_prefix("urn:taxii-conformance:stix-2.1:")).expect("$id");
                let validator = jsonschema::options().with_registry(&registry).build(schema).expect("a schema");
                (name.to_owned(), validator)
            })
            .collect();
        Self(compiled)
    }

    fn is_valid(&self, object: &Value) -> bool {
        let name = object["type"].as_str().unwrap_or("custom");
        self.0.get(name).unwrap_or_else(|| &self.0["custom"]).is_valid(object)
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("facts") {
            out.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "json") {
            out.push(path);
        }
    }
    out
}

#[cfg(feature = "rstix")]
mod peer;
