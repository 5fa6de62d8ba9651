//! `validate`: STIX 2.1 content from files and standard input.

mod human;
mod inputs;
mod json;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use clap::ValueEnum;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::exit;
use crate::stix::stream::{self, Options, Placed, Summary};
use crate::stix::{self, Finding, Level, Validator};
use inputs::Input;

/// Arguments of `validate`.
#[derive(clap::Args)]
pub struct Args {
    /// Files, directories (every .json, .jsonl, .ndjson and .stix file in them), or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    inputs: Vec<String>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Report findings of this level and above
    #[arg(long, value_enum, default_value_t = Threshold::Should)]
    level: Threshold,
    /// Leave out findings of this code; may be given more than once
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    disable: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for people: place, excerpt, code, rule
    Human,
    /// One JSON object a file
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Threshold {
    /// Only what makes content invalid
    Must,
    /// Advice too
    Should,
}

/// Files up to this size are judged side by side; larger ones one after the other, each on all cores.
const SMALL: u64 = 4 << 20;
/// How many small files are judged before anything is written.
const GROUP: usize = 256;

/// How a file fared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Valid,
    Invalid,
    Unreadable,
}

/// Writes findings of one file as they come.
trait Report {
    fn finding(&mut self, out: &mut dyn Write, placed: &Placed) -> io::Result<()>;
    fn end(&mut self, out: &mut dyn Write, summary: &Summary, valid: bool) -> io::Result<()>;
    /// In place of `end`: the file could not be read, or not to its end.
    fn unreadable(&mut self, out: &mut dyn Write, why: &str) -> io::Result<()>;
}

/// Runs the command; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    if let Some(unknown) = args.disable.iter().find(|code| !stix::is_code(code)) {
        let near = stix::CODES
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(a.name, unknown).total_cmp(&strsim::jaro_winkler(b.name, unknown)));
        let hint = near.map(|c| format!("; did you mean {}?", c.name)).unwrap_or_default();
        eprintln!("error: --disable {unknown}: no finding has this code{hint}");
        return exit::USAGE;
    }
    let inputs = inputs::expand(&args.inputs);
    if inputs.is_empty() {
        return exit::NOTHING_JUDGED;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    match judge_all(args, &inputs, &mut out) {
        Ok(outcome) => match outcome {
            Outcome::Valid => exit::OK,
            Outcome::Invalid => exit::FAILED,
            Outcome::Unreadable => exit::USAGE,
        },
        // Whoever reads the findings has heard enough.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => exit::OK,
        Err(e) => {
            eprintln!("error: cannot write the findings: {e}");
            exit::USAGE
        }
    }
}

fn judge_all(args: &Args, inputs: &[Input], out: &mut dyn Write) -> io::Result<Outcome> {
    let mut worst = Outcome::Valid;
    let mut rest = inputs;
    while let Some(first) = rest.first() {
        let small = rest.iter().take(GROUP).take_while(|i| i.size().is_some_and(|s| s <= SMALL)).count();
        if small > 1 {
            let judged: Vec<(Vec<u8>, io::Result<Outcome>)> = rest[..small]
                .par_iter()
                .map(|input| {
                    let mut text = Vec::new();
                    let outcome = judge_one(args, input, &mut text);
                    (text, outcome)
                })
                .collect();
            for (text, outcome) in judged {
                out.write_all(&text)?;
                worst = worst.max(outcome?);
            }
            rest = &rest[small..];
        } else {
            worst = worst.max(judge_one(args, first, out)?);
            rest = &rest[1..];
        }
    }
    out.flush()?;
    Ok(worst)
}

/// Judges one input. Fails only where the findings cannot be written.
fn judge_one(args: &Args, input: &Input, out: &mut dyn Write) -> io::Result<Outcome> {
    let name = input.name();
    let mut report: Box<dyn Report> = match args.format {
        Format::Human => Box::new(human::Human::new(&name)),
        Format::Json => Box::new(json::Json::new(&name)),
    };
    let unreadable = |report: &mut dyn Report, out: &mut dyn Write, why: &str| {
        eprintln!("error: cannot read {name}: {why}");
        report.unreadable(out, why).map(|()| Outcome::Unreadable)
    };
    let (reader, path): (Box<dyn Read + Send>, Option<&Path>) = match input {
        Input::Missing(_, why) => return unreadable(&mut *report, out, why),
        Input::Stdin => (Box::new(io::stdin()), None),
        Input::File(path, _) => match File::open(path) {
            Ok(file) => (Box::new(file), Some(path)),
            Err(e) => return unreadable(&mut *report, out, &e.to_string()),
        },
    };
    let wanted = |f: &Finding| !args.disable.iter().any(|code| code == f.code);
    let level = if args.level == Threshold::Must { Level::Must } else { Level::Should };
    let options =
        Options { validator: Validator::new().at_least(level), places: args.format == Format::Human, wanted: &wanted };
    let mut valid = true;
    let mut writing: io::Result<()> = Ok(());
    let open = path.map(|p| move || File::open(p).map(|f| Box::new(f) as Box<dyn Read>));
    let again = open.as_ref().map(|o| o as &dyn Fn() -> io::Result<Box<dyn Read>>);
    let judged = stream::judge(reader, again, &options, &mut |placed| {
        valid &= placed.finding.level != Level::Must;
        if writing.is_ok() {
            writing = report.finding(out, &placed);
        }
    });
    writing?;
    match judged {
        Ok(summary) => {
            report.end(out, &summary, valid)?;
            Ok(if valid { Outcome::Valid } else { Outcome::Invalid })
        }
        Err(e) => unreadable(&mut *report, out, &e.to_string()),
    }
}
