//! Cutting a stream of JSON into objects without parsing it: only strings and brackets are looked at.
//!
//! Documents that fit into [`WHOLE`] bytes are handed on whole. A larger list, bundle or envelope is handed on object by
//! object, and the rest of the bundle, its head, at the end.

use std::io::{self, Read};

use super::scan::{self, skip_space};

/// Up to this size a document is judged as one.
pub(crate) const WHOLE: usize = 4 << 20;
/// How much is read at a time.
const CHUNK: usize = 1 << 20;

/// A piece of the input with the values found in it.
pub(crate) struct Batch {
    pub(crate) text: Vec<u8>,
    /// The line, from 1, on which the text begins, and how many bytes of that line come before it.
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) items: Vec<Item>,
}

/// One value within a batch.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) role: Role,
}

/// What a value is within its file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A document of its own; its number.
    Document(u32),
    /// An item of a top-level list.
    ListItem(u32),
    /// An item of `objects`.
    Object(u32),
    /// The bundle or envelope, its `objects` left empty.
    Head,
}

/// Why the input is no JSON, where the cutting shows it.
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) message: &'static str,
}

/// What went wrong while reading.
pub(crate) enum Error {
    Io(io::Error),
    Syntax(Fault),
}

impl From<io::Error> for Error {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Between documents.
    Between,
    /// Within a top-level list; whether an item came before.
    List(bool),
    /// Within `objects` of a large bundle or envelope.
    Objects(bool),
    /// Within a large top-level object; whether a member came before.
    Head(bool),
}

pub(crate) struct Splitter<R> {
    reader: R,
    chunk: usize,
    whole: usize,
    buffer: Vec<u8>,
    /// What of the buffer has been cut.
    at: usize,
    eof: bool,
    mode: Mode,
    head: Vec<u8>,
    documents: u32,
    index: u32,
    line: u64,
    column: u64,
}

impl<R: Read> Splitter<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self::with_sizes(reader, CHUNK, WHOLE)
    }

    /// With other sizes than [`CHUNK`] and [`WHOLE`], for tests.
    pub(super) fn with_sizes(reader: R, chunk: usize, whole: usize) -> Self {
        Self {
            reader,
            chunk,
            whole,
            buffer: Vec::new(),
            at: 0,
            eof: false,
            mode: Mode::Between,
            head: Vec::new(),
            documents: 0,
            index: 0,
            line: 1,
            column: 0,
        }
    }

    /// The `spec_version` that the head of a large bundle gives, if it comes before the objects.
    pub(crate) fn head_is_20(&self) -> bool {
        scan::member(&self.head, "spec_version").is_some_and(|v| v == b"\"2.0\"")
    }

    /// The next values; none at the end.
    pub(crate) fn next_batch(&mut self) -> Result<Option<Batch>, Error> {
        let mut wanted = self.chunk;
        loop {
            self.fill(wanted)?;
            if self.documents == 0 && self.mode == Mode::Between && is_wide(&self.buffer) {
                return Err(self.fault(0, "the text is UTF-16 or UTF-32; STIX content is exchanged in UTF-8"));
            }
            let mut items = Vec::new();
            let head = self.cut(&mut items)?;
            if !items.is_empty() || head {
                return Ok(Some(self.batch(items, head)));
            }
            if self.eof {
                let open = self.mode != Mode::Between || skip_space(&self.buffer, self.at) < self.buffer.len();
                if self.documents == 0 && !open {
                    // Nothing at all is no JSON either; say so once.
                    self.documents = 1;
                    return Err(self.fault(0, "the input is empty"));
                }
                return if open {
                    Err(self.fault(self.buffer.len(), "the input ends within a value"))
                } else {
                    Ok(None)
                };
            }
            wanted = (self.buffer.len() - self.at) * 2 + self.chunk;
        }
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        if self.at > 0 {
            self.advance();
        }
        while !self.eof && self.buffer.len() < wanted {
            let from = self.buffer.len();
            self.buffer.resize(wanted, 0);
            let mut end = from;
            while end < wanted {
                match self.reader.read(&mut self.buffer[end..]) {
                    Ok(0) => {
                        self.eof = true;
                        break;
                    }
                    Ok(n) => end += n,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => {
                        self.buffer.truncate(end);
                        return Err(e);
                    }
                }
            }
            self.buffer.truncate(end);
        }
        if self.line == 1 && self.column == 0 && self.buffer.starts_with(b"\xEF\xBB\xBF") {
            self.at = 3;
            self.advance();
        }
        Ok(())
    }

    /// Drops what has been cut and keeps count of lines.
    fn advance(&mut self) {
        self.count(self.at);
        self.buffer.drain(..self.at);
        self.at = 0;
    }

    fn count(&mut self, to: usize) {
        (self.line, self.column) = scan::position(&self.buffer[..to], self.line, self.column);
    }

    fn fault(&self, at: usize, message: &'static str) -> Error {
        let (line, column) = scan::position(&self.buffer[..at.min(self.buffer.len())], self.line, self.column);
        Error::Syntax(Fault { line, column: column + 1, message })
    }

    /// Turns what has been cut into a batch; the rest of the buffer stays.
    fn batch(&mut self, mut items: Vec<Item>, head: bool) -> Batch {
        let rest = self.buffer.split_off(self.at);
        let mut text = std::mem::replace(&mut self.buffer, rest);
        let (line, column) = (self.line, self.column);
        (self.line, self.column) = scan::position(&text, line, column);
        self.at = 0;
        if head {
            // The head is not a piece of the input, but pieced together.
            let start = text.len();
            text.append(&mut self.head);
            items.push(Item { start, end: text.len(), role: Role::Head });
        }
        Batch { text, line, column, items }
    }

    /// Cuts what is complete in the buffer. True where a head has been completed.
    fn cut(&mut self, items: &mut Vec<Item>) -> Result<bool, Error> {
        loop {
            let next = skip_space(&self.buffer, self.at);
            let Some(byte) = self.buffer.get(next).copied() else {
                return Ok(false);
            };
            match self.mode {
                Mode::Between => {
                    if !self.document(next, byte, items) {
                        return Ok(false);
                    }
                }
                Mode::List(after) | Mode::Objects(after) => match self.item(next, byte, after, items)? {
                    true => {}
                    false => return Ok(false),
                },
                Mode::Head(after) => match self.head_member(next, byte, after)? {
                    Step::More => return Ok(false),
                    Step::Done => return Ok(true),
                    Step::On => {}
                },
            }
        }
    }

    /// A document; false where more input is needed first.
    fn document(&mut self, start: usize, byte: u8, items: &mut Vec<Item>) -> bool {
        let end = scan::value_end(&self.buffer, start, self.eof);
        let rest = self.buffer.len() - start;
        match end {
            Some(end) => {
                // A stray bracket or comma: at least one byte, about which the parser complains.
                let end = end.max(start + 1);
                items.push(Item { start, end, role: Role::Document(self.documents) });
                self.documents += 1;
                self.at = end;
                true
            }
            None if self.eof => {
                // Whatever it is, the parser says what is wrong with it.
                items.push(Item { start, end: self.buffer.len(), role: Role::Document(self.documents) });
                self.documents += 1;
                self.at = self.buffer.len();
                true
            }
            None if rest >= self.whole && items.is_empty() && byte == b'[' => {
                self.at = start + 1;
                self.index = 0;
                self.mode = Mode::List(false);
                true
            }
            None if rest >= self.whole && items.is_empty() && byte == b'{' => {
                self.at = start + 1;
                self.index = 0;
                self.head = vec![b'{'];
                self.mode = Mode::Head(false);
                true
            }
            None => {
                self.at = start;
                false
            }
        }
    }

    /// An item of a list; false where more input is needed first.
    fn item(&mut self, next: usize, byte: u8, after: bool, items: &mut Vec<Item>) -> Result<bool, Error> {
        let in_objects = matches!(self.mode, Mode::Objects(_));
        if byte == b']' {
            self.at = next + 1;
            self.mode = if in_objects { Mode::Head(true) } else { Mode::Between };
            self.documents += u32::from(!in_objects);
            return Ok(true);
        }
        let mut start = next;
        if after {
            if byte != b',' {
                return Err(self.fault(next, "expected `,` or `]` after an item of a list"));
            }
            start = skip_space(&self.buffer, next + 1);
            match self.buffer.get(start) {
                None => return Ok(false),
                Some(b']' | b',') => return Err(self.fault(start, "expected a value")),
                Some(_) => {}
            }
        } else if byte == b',' {
            return Err(self.fault(next, "expected a value"));
        }
        let Some(end) = scan::value_end(&self.buffer, start, self.eof) else {
            return Ok(false);
        };
        if end == start {
            return Err(self.fault(start, "expected a value"));
        }
        let role = if in_objects { Role::Object(self.index) } else { Role::ListItem(self.index) };
        items.push(Item { start, end, role });
        self.index = self.index.saturating_add(1);
        self.at = end;
        self.mode = if in_objects { Mode::Objects(true) } else { Mode::List(true) };
        Ok(true)
    }

    /// A member of a large top-level object.
    fn head_member(&mut self, next: usize, byte: u8, after: bool) -> Result<Step, Error> {
        if byte == b'}' {
            self.head.push(b'}');
            self.at = next + 1;
            self.mode = Mode::Between;
            self.documents += 1;
            return Ok(Step::Done);
        }
        let mut start = next;
        if after {
            if byte != b',' {
                return Err(self.fault(next, "expected `,` or `}` after a member of an object"));
            }
            start = skip_space(&self.buffer, next + 1);
        }
        match self.buffer.get(start) {
            None => return Ok(Step::More),
            Some(b'"') => {}
            Some(_) => return Err(self.fault(start, "expected a name in quotes")),
        }
        let Some(name_end) = scan::value_end(&self.buffer, start, false) else {
            return Ok(Step::More);
        };
        let colon = skip_space(&self.buffer, name_end);
        match self.buffer.get(colon) {
            None => return Ok(Step::More),
            Some(b':') => {}
            Some(_) => return Err(self.fault(colon, "expected `:`")),
        }
        let value = skip_space(&self.buffer, colon + 1);
        let Some(first) = self.buffer.get(value).copied() else {
            return Ok(Step::More);
        };
        let is_list_of_objects =
            &self.buffer[start..name_end] == b"\"objects\"" && first == b'[' && self.may_hold_objects();
        let end = if is_list_of_objects {
            value + 1
        } else {
            match scan::value_end(&self.buffer, value, self.eof) {
                Some(end) if end > value => end,
                Some(_) => return Err(self.fault(value, "expected a value")),
                None => return Ok(Step::More),
            }
        };
        if after {
            self.head.push(b',');
        }
        self.head.extend_from_slice(&self.buffer[start..name_end]);
        self.head.push(b':');
        if is_list_of_objects {
            self.head.extend_from_slice(b"[]");
            self.mode = Mode::Objects(false);
        } else {
            self.head.extend_from_slice(&self.buffer[value..end]);
            self.mode = Mode::Head(true);
        }
        self.at = end;
        Ok(Step::On)
    }

    fn may_hold_objects(&self) -> bool {
        scan::member(&self.head, "type").is_none_or(|kind| kind == b"\"bundle\"")
    }
}

/// Whether text begins as UTF-16 or UTF-32 does: with a byte order mark, or with an ASCII character among zeros.
fn is_wide(text: &[u8]) -> bool {
    match *text {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [a, b, c, d, ..] => {
            matches!((a, b, c, d), (0, 1.., 0, 1..) | (1.., 0, 1.., 0) | (0, 0, 0, 1..) | (1.., 0, 0, 0))
        }
        _ => false,
    }
}

enum Step {
    On,
    More,
    Done,
}
