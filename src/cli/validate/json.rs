//! One JSON object a file. Written as findings come, so that a file with a million of them takes no memory.

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use crate::stix::stream::{Placed, Summary};

pub(super) struct Json {
    file: String,
    begun: bool,
    /// Each row is made here first: it consists of many small pieces.
    row: Vec<u8>,
}

/// A finding as the command line contract describes it.
#[derive(Serialize)]
struct Row<'a> {
    level: &'a str,
    code: &'a str,
    rule: Option<&'a str>,
    object: Option<&'a str>,
    pointer: &'a str,
    message: &'a str,
    /// Which of several documents in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
}

impl Json {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), begun: false, row: Vec::new() }
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.begun {
            out.write_all(b"{\"file\":")?;
            serde_json::to_writer(&mut *out, &self.file)?;
            out.write_all(b",\"findings\":[")?;
            self.begun = true;
        }
        Ok(())
    }
}

impl Report for Json {
    fn finding(&mut self, out: &mut dyn Write, placed: &Placed) -> io::Result<()> {
        if self.begun {
            out.write_all(b",")?;
        }
        self.begin(out)?;
        let f = &placed.finding;
        let row = Row {
            level: f.level.as_str(),
            code: f.code,
            rule: f.rule,
            object: f.object.as_deref(),
            pointer: &f.pointer,
            message: &f.message,
            document: (placed.document > 0).then_some(placed.document + 1),
            line: placed.place.as_ref().map(|p| p.line),
            column: placed.place.as_ref().map(|p| p.column),
        };
        self.row.clear();
        serde_json::to_writer(&mut self.row, &row)?;
        out.write_all(&self.row)
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary, valid: bool) -> io::Result<()> {
        self.begin(out)?;
        write!(out, "],\"objects\":{},\"stix_2_0\":{},\"valid\":{valid}}}", summary.objects, summary.stix_20)?;
        out.write_all(b"\n")
    }

    fn unreadable(&mut self, out: &mut dyn Write, why: &str) -> io::Result<()> {
        self.begin(out)?;
        out.write_all(b"],\"objects\":0,\"valid\":false,\"error\":")?;
        serde_json::to_writer(&mut *out, why)?;
        out.write_all(b"}\n")
    }
}
