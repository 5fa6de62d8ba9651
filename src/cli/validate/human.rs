//! Findings for people: the place, the line with the value marked, what is wrong and which rule says so.

use std::io::{self, Write};

use super::Report;
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

/// Content is not trusted: what would steer a terminal is left out.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
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
            writeln!(out, "{number:>6} | {}", p.excerpt)?;
            writeln!(out, "       | {}{}", " ".repeat(p.before), "^".repeat(p.width))?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary, valid: bool) -> io::Result<()> {
        let verdict = if valid { "valid" } else { "invalid" };
        let old =
            if summary.stix_20 > 0 { format!(", {} of STIX 2.0 not judged", summary.stix_20) } else { String::new() };
        writeln!(
            out,
            "{}: {verdict}, {} objects{old}, {} errors, {} advice",
            plain(&self.file),
            summary.objects,
            self.must,
            self.should
        )
    }
}
