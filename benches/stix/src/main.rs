//! Side by side on one file: parsing with `serde_json`, the plain schemas with the `jsonschema` crate, this validator.
//!
//! `stix-bench FILE [ROUNDS]`, or `stix-bench --memory FILE` for the peak memory of one run over a file of any size; `benches/stix/run.sh` makes the file and runs everything.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, process};

use jsonschema::Registry;
use serde_json::Value;
use taxii_conformance::stix::stream::{self, Options};
use taxii_conformance::stix::{Level, Validator};

fn main() {
    let mut arguments = env::args().skip(1).peekable();
    if arguments.next_if_eq("--memory").is_some() {
        return memory(&arguments.next().unwrap_or_default());
    }
    let Some(file) = arguments.next() else {
        eprintln!("usage: stix-bench FILE [ROUNDS]");
        process::exit(2);
    };
    let rounds: usize = arguments.next().and_then(|r| r.parse().ok()).unwrap_or(5);
    let text = fs::read(&file).expect("the file");
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let size = text.len() as f64 / 1e6;
    let count = serde_json::from_slice::<Value>(&text).expect("JSON")["objects"].as_array().map_or(1, Vec::len);
    println!("{file}: {size:.1} MB, {count} objects, best of {rounds}");

    let parse = best(rounds, || {
        std::hint::black_box(serde_json::from_slice::<Value>(&text).expect("JSON"));
    });
    line("serde_json parse to Value, 1 core", parse, parse, size);

    let schemas = Schemas::load();
    let plain = best(rounds, || {
        let value: Value = serde_json::from_slice(&text).expect("JSON");
        let wrong = value["objects"].as_array().into_iter().flatten().filter(|o| !schemas.is_valid(o)).count();
        std::hint::black_box(wrong);
    });
    line("parse + jsonschema crate, plain schemas, 1 core", plain, parse, size);

    for level in [Level::Must, Level::Should] {
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let mut findings = 0;
            let ours = best(rounds, || {
                findings = 0;
                let options = Options { validator: Validator::new().at_least(level), places: false, wanted: &|_| true };
                let judged = pool.install(|| stream::judge(text.as_slice(), None, &options, &mut |_| findings += 1));
                judged.expect("reading from memory");
            });
            line(&format!("parse + this validator ({level}), {threads} core(s)"), ours, parse, size);
            println!("    {findings} findings");
        }
    }
    #[cfg(feature = "rstix")]
    {
        let peer = best(1, || peer::run(&text));
        line("rstix 0.23 consumer_strict", peer, parse, size);
    }
}

/// Judges a file as a stream and tells how much memory that took at most (Linux only).
fn memory(file: &str) {
    let start = Instant::now();
    let options = Options { validator: Validator::new(), places: false, wanted: &|_| true };
    let mut findings = 0;
    let reader = fs::File::open(file).expect("the file");
    let summary = stream::judge(reader, None, &options, &mut |_| findings += 1).expect("readable");
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or(" unknown").trim();
    println!("{file}: {} objects, {findings} findings, {:.1} s, peak memory {peak}", summary.objects, start.elapsed().as_secs_f64());
}

fn best(rounds: usize, mut run: impl FnMut()) -> Duration {
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn line(what: &str, time: Duration, yardstick: Duration, size: f64) {
    let seconds = time.as_secs_f64();
    println!("{what:52} {:8.1} ms  {:6.0} MB/s  {:5.2} x parse", seconds * 1e3, size / seconds, seconds / yardstick.as_secs_f64());
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
