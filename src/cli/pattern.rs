//! `pattern`: STIX patterns, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::stix::pattern::{self, Finding, Level};

use super::exit;
use crate::report::sanitize::is_hostile;

/// Arguments of `pattern`.
#[derive(clap::Args)]
pub struct Args {
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Files with one pattern a line; `-` is standard input. Empty lines are passed over; there are no comments
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Output formats of `pattern`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// What is wrong and where, and a count at the end
    Human,
    /// One JSON object a pattern, in the order of the input
    Json,
}

/// Columns of a line that are shown around the place of a finding.
const EXCERPT: usize = 100;

/// Runs the command; gives an exit code of [`super::exit`]: [`exit::FAILED`] where a pattern is invalid,
/// [`exit::USAGE`] where a file cannot be read (the others are judged all the same), [`exit::NOTHING_JUDGED`] where
/// there was no pattern, [`exit::UNTESTABLE`] where none is invalid and some nest too deep to be judged.
pub fn run(args: &Args) -> u8 {
    let out = BufWriter::new(io::stdout().lock());
    let mut report = Report { out, format: args.format, patterns: 0, invalid: 0, unjudged: 0, advice: 0 };
    let mut unreadable = false;
    for file in &args.files {
        if let Err(error) = judge_file(file, &mut report) {
            match error {
                Failure::Read(error) => {
                    let _ = report.out.flush();
                    eprintln!("error: cannot read {}: {error}", file.display());
                    unreadable = true;
                }
                Failure::Write(error) => return write_failed(&error),
            }
        }
    }
    if let Err(error) = report.summary() {
        return write_failed(&error);
    }
    match report {
        _ if unreadable => exit::USAGE,
        Report { patterns: 0, .. } => {
            eprintln!("error: no patterns in the input");
            exit::NOTHING_JUDGED
        }
        Report { invalid: 0, unjudged: 0, .. } => exit::OK,
        Report { invalid: 0, .. } => exit::UNTESTABLE,
        _ => exit::FAILED,
    }
}

/// Which side of the work failed.
enum Failure {
    Read(io::Error),
    Write(io::Error),
}

/// A reader that has seen enough closes the pipe; that is its right.
fn write_failed(error: &io::Error) -> u8 {
    if error.kind() != io::ErrorKind::BrokenPipe {
        eprintln!("error: cannot write the report: {error}");
    }
    exit::UNTESTABLE
}

fn judge_file(path: &Path, report: &mut Report<impl Write>) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        return judge_lines("<stdin>", io::stdin().lock(), report);
    }
    let file = File::open(path).map_err(Failure::Read)?;
    judge_lines(&path.display().to_string(), BufReader::new(file), report)
}

fn judge_lines(name: &str, mut input: impl BufRead, report: &mut Report<impl Write>) -> Result<(), Failure> {
    let mut buffer = Vec::new();
    for number in 1_u64.. {
        buffer.clear();
        if input.read_until(b'\n', &mut buffer).map_err(Failure::Read)? == 0 {
            break;
        }
        let mut line = buffer.as_slice();
        line = line.strip_suffix(b"\n").unwrap_or(line);
        line = line.strip_suffix(b"\r").unwrap_or(line);
        if number == 1 {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        }
        if !line.trim_ascii().is_empty() {
            report.pattern(&Judged::new(line), name, number).map_err(Failure::Write)?;
        }
    }
    Ok(())
}

/// The first thing that makes a pattern invalid, or impossible to judge.
struct Fault {
    message: String,
    /// In bytes.
    offset: usize,
    /// The requirement that it breaks, where one names it.
    rule: Option<&'static str>,
    /// Whether a limit of this suite was reached, which says nothing about the pattern.
    unjudged: bool,
}

/// A line and what is said about it.
struct Judged {
    text: String,
    /// Why the pattern is invalid, or not judged.
    fault: Option<Fault>,
    findings: Vec<Finding>,
}

impl Judged {
    fn new(line: &[u8]) -> Self {
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                let message = format!("the pattern is not Unicode text: byte {} is not UTF-8", error.valid_up_to() + 1);
                let text = String::from_utf8_lossy(line).into_owned();
                return Self {
                    text,
                    fault: Some(Fault {
                        message,
                        offset: error.valid_up_to(),
                        rule: Some("S21-9.4-01"),
                        unjudged: false,
                    }),
                    findings: Vec::new(),
                };
            }
        };
        match pattern::parse(&text) {
            Ok(parsed) => {
                let findings = pattern::check(&parsed);
                let worst = findings.iter().find(|finding| finding.level == Level::Must);
                let fault = worst.map(|finding| Fault {
                    message: finding.message.clone(),
                    offset: finding.offset,
                    rule: finding.rule,
                    unjudged: false,
                });
                Self { text, fault, findings }
            }
            Err(error) => Self {
                text,
                fault: Some(Fault {
                    message: error.message,
                    offset: error.offset,
                    rule: error.rule,
                    unjudged: error.unjudged,
                }),
                findings: Vec::new(),
            },
        }
    }

    /// Whether the pattern is valid, if that is known.
    fn valid(&self) -> Option<bool> {
        match &self.fault {
            None => Some(true),
            Some(fault) => (!fault.unjudged).then_some(false),
        }
    }
}

/// The report as it grows.
struct Report<W> {
    out: W,
    format: Format,
    patterns: u64,
    invalid: u64,
    unjudged: u64,
    advice: u64,
}

impl<W: Write> Report<W> {
    fn pattern(&mut self, judged: &Judged, file: &str, line: u64) -> io::Result<()> {
        self.patterns += 1;
        self.invalid += u64::from(judged.valid() == Some(false));
        self.unjudged += u64::from(judged.valid().is_none());
        match self.format {
            Format::Json => writeln!(self.out, "{}", as_json(judged)),
            Format::Human => self.human(judged, file, line),
        }
    }

    fn human(&mut self, judged: &Judged, file: &str, line: u64) -> io::Result<()> {
        if judged.findings.is_empty()
            && let Some(Fault { message, offset, rule, unjudged }) = &judged.fault
        {
            let kind = if *unjudged { "not judged" } else { "error" };
            let rule = rule.map_or_else(String::new, |rule| format!(" [{rule}]"));
            self.place(file, line, &judged.text, *offset, &format!("{kind}: {message}{rule}"))?;
        }
        for finding in &judged.findings {
            let kind = match finding.level {
                Level::Must => "error",
                Level::Should => {
                    self.advice += 1;
                    "warning"
                }
            };
            let rule = finding.rule.map_or_else(String::new, |rule| format!(", {rule}"));
            let message = format!("{kind}: {} [{}{rule}]", finding.message, finding.code);
            self.place(file, line, &judged.text, finding.offset, &message)?;
        }
        Ok(())
    }

    /// `file:line:column: message`, then the line, cut to what fits, with a caret below the place.
    fn place(&mut self, file: &str, line: u64, text: &str, offset: usize, message: &str) -> io::Result<()> {
        let before = text.get(..offset).unwrap_or(text);
        let after = text.get(offset..).unwrap_or_default();
        let column = before.chars().count();
        let lead = column.saturating_sub(EXCERPT / 2);
        let shown: String = before.chars().skip(lead).chain(after.chars()).take(EXCERPT).map(printable).collect();
        writeln!(self.out, "{}:{line}:{}: {}", plain(file), column + 1, plain(message))?;
        writeln!(self.out, "  | {shown}")?;
        writeln!(self.out, "  | {:width$}^", "", width = column - lead)
    }

    /// The count at the end, for people.
    fn summary(&mut self) -> io::Result<()> {
        if self.format == Format::Human && self.patterns > 0 {
            let Self { patterns, invalid, unjudged, advice, .. } = *self;
            let valid = patterns - invalid - unjudged;
            let rest = if unjudged == 0 { String::new() } else { format!(", {unjudged} not judged") };
            writeln!(self.out, "{patterns} patterns: {valid} valid, {invalid} invalid{rest}; {advice} warnings")?;
        }
        self.out.flush()
    }
}

fn as_json(judged: &Judged) -> Value {
    let fault = judged.fault.as_ref();
    let message = fault.map(|fault| &fault.message);
    let offset = fault.map(|fault| fault.offset);
    let findings: Vec<Value> = judged
        .findings
        .iter()
        .map(|finding| {
            json!({
                "level": finding.level.to_string(),
                "code": finding.code,
                "rule": finding.rule,
                "offset": finding.offset,
                "message": finding.message,
            })
        })
        .collect();
    json!({
        "pattern": judged.text,
        "valid": judged.valid(),
        "message": message,
        "offset": offset,
        "findings": findings,
    })
}

/// A character that cannot move a terminal's cursor, and takes one column or nearly so.
fn printable(c: char) -> char {
    if c == '\t' {
        ' '
    } else if is_hostile(c) {
        '\u{fffd}'
    } else {
        c
    }
}

fn plain(text: &str) -> String {
    text.chars().map(printable).collect()
}
