//! Findings for people: the place, the line with the value marked, what is wrong and which rule says so.

use std::io::{self, Write};

use super::Report;
use crate::report::sanitize::is_hostile;
use crate::stix::Level;
use crate::stix::stream::{Placed, Summary};

pub(super) struct Human {
    file: String,
    must: u64,
    should: u64,
}

impl Human {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), must: 0, should: 0 }
    }
}

/// Content is not trusted: what would steer a terminal is replaced, character by character, so that marks stay in place.
fn plain(text: &str) -> String {
    text.chars().map(|c| if is_hostile(c) { '\u{FFFD}' } else { c }).collect()
}

/// `1 object`, `2 objects`.
fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

impl Report for Human {
    fn finding(&mut self, out: &mut dyn Write, placed: &Placed) -> io::Result<()> {
        let f = &placed.finding;
        let word = match f.level {
            Level::Must => {
                self.must += 1;
                "error"
            }
            Level::Should => {
                self.should += 1;
                "advice"
            }
        };
        let rule = f.rule.map(|r| format!(" {r}")).unwrap_or_default();
        let file = plain(&self.file);
        let message = plain(&f.message);
        match &placed.place {
            Some(p) => writeln!(out, "{file}:{}:{}: {word}[{}]{rule}: {message}", p.line, p.column, f.code)?,
            None => writeln!(out, "{file}: {word}[{}]{rule}: {message}", f.code)?,
        }
        let object = f.object.as_deref().map(plain).unwrap_or_default();
        let pointer = plain(&f.pointer);
        if !object.is_empty() || !pointer.is_empty() {
            writeln!(
                out,
                "    at {}",
                [object.as_str(), pointer.as_str()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
            )?;
        }
        if let Some(p) = placed.place.as_ref().filter(|p| !p.excerpt.is_empty()) {
            let number = p.line.to_string();
            writeln!(out, "{number:>6} | {}", plain(&p.excerpt))?;
            writeln!(out, "       | {}{}", " ".repeat(p.before), "^".repeat(p.width))?;
        }
        Ok(())
    }

    fn unreadable(&mut self, _: &mut dyn Write, _: &str) -> io::Result<()> {
        // people read it on standard error
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary, valid: bool) -> io::Result<()> {
        let verdict = if valid { "valid" } else { "invalid" };
        let old = match summary.stix_20 {
            0 => String::new(),
            n => format!(", {n} of STIX 2.0 not judged"),
        };
        let (objects, errors) = (count(summary.objects, "object"), count(self.must, "error"));
        writeln!(out, "{}: {verdict}, {objects}{old}, {errors}, {} advice", plain(&self.file), self.should)
    }
}
