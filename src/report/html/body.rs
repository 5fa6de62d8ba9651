//! A body as lines: JSON indented token by token, so that numbers, escapes and repeated names stay as
//! they came, with the offending places marked, and cut down to what surrounds them where it is long.

use std::ops::Range;

use super::text;

/// How much of a body is looked at, in bytes; what a finding points at beyond is not shown.
const SCANNED: usize = 8 * 1024 * 1024;
/// Lines before and after a marked one that are shown in any case.
const AROUND: usize = 6;
/// How deeply nested values get lines of their own; what is deeper stays on one line.
const DEEPEST: usize = 60;

/// One line of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Indentation, a tab for each level.
    pub indent: String,
    /// What stands there, visible.
    pub text: String,
    /// Whether a finding points here.
    pub mark: bool,
    /// Whether this line stands for lines that were left out.
    pub gap: bool,
}

/// Shows a body of which `marks`, JSON pointers, are the offending places, in about `room` bytes.
///
/// A place that is not there, such as a property that is missing, marks what should have held it.
pub(super) fn show(bytes: &[u8], marks: &[&str], room: usize) -> Vec<Line> {
    let bytes = &bytes[..bytes.len().min(SCANNED)];
    let (rows, hits) = Scan::new(bytes, marks).rows();
    if rows.is_empty() {
        return plain(bytes, room, !marks.is_empty());
    }
    let longest = (room / 4).clamp(60, 2000);
    let kept = choose(&rows, &hits, room, longest);
    let mut lines = Vec::new();
    let mut next = 0;
    for at in kept {
        gap(&mut lines, &rows, next..at);
        let said = |range: &Range<usize>| text::line(&String::from_utf8_lossy(&bytes[range.clone()]), longest);
        let name = rows[at].name.as_ref().map(|n| format!("{}: ", said(n))).unwrap_or_default();
        let text = name + &said(&rows[at].text);
        lines.push(Line { indent: indent(&rows[at]), text, mark: hits.contains(&at), gap: false });
        next = at + 1;
    }
    gap(&mut lines, &rows, next..rows.len());
    lines
}

fn indent(row: &Row) -> String {
    "\t".repeat(row.depth)
}

fn gap(lines: &mut Vec<Line>, rows: &[Row], left: Range<usize>) {
    if let Some(first) = rows.get(left.start).filter(|_| !left.is_empty()) {
        let text = format!("… {} line{} left out", left.len(), if left.len() == 1 { "" } else { "s" });
        lines.push(Line { indent: indent(first), text, mark: false, gap: true });
    }
}

/// What is no JSON, line by line as it came.
fn plain(bytes: &[u8], room: usize, mark: bool) -> Vec<Line> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let (head, rest) = bytes.split_at(bytes.len().min(room));
    let shown = text::block(&String::from_utf8_lossy(head), room);
    let line = |text: &str| Line { text: text.to_owned(), mark, ..Line::default() };
    let mut lines: Vec<Line> = shown.split('\n').map(line).collect();
    if !rest.is_empty() {
        let text = format!("… {} more bytes left out", rest.len());
        lines.push(Line { text, gap: true, ..Line::default() });
    }
    lines
}

/// Which rows to show, in order: all where there is room; else the marked ones with what is around and
/// above them, and the beginning.
fn choose(rows: &[Row], hits: &[usize], room: usize, longest: usize) -> Vec<usize> {
    let cost = |at: usize| rows[at].depth + rows[at].text.len().min(longest) + 1;
    if (0..rows.len()).map(cost).sum::<usize>() <= room {
        return (0..rows.len()).collect();
    }
    let mut kept = std::collections::BTreeSet::new();
    let mut left = room;
    let mut keep = |at: usize| {
        if cost(at) <= left && kept.insert(at) {
            left -= cost(at);
        }
    };
    for &hit in hits {
        keep(hit);
        let mut above = rows[hit].parent;
        while let Some(at) = above {
            keep(at);
            above = rows[at].parent;
        }
    }
    for distance in 1..=AROUND {
        for &hit in hits {
            keep(hit.saturating_sub(distance));
            keep((hit + distance).min(rows.len() - 1));
        }
    }
    for at in 0..rows.len() {
        if cost(at) > left {
            break;
        }
        if kept.insert(at) {
            left -= cost(at);
        }
    }
    kept.into_iter().collect()
}

/// A line to be.
#[derive(Debug)]
struct Row {
    depth: usize,
    /// Bytes of the name, where it is a member of an object.
    name: Option<Range<usize>>,
    /// Bytes of the value, or of what opens or closes it.
    text: Range<usize>,
    /// The row that opens what this one is in.
    parent: Option<usize>,
}

/// An object or array that is open.
struct Frame {
    row: usize,
    array: bool,
    index: usize,
    /// The marks that lead here or further down.
    leading: Vec<usize>,
}

/// Reads JSON leniently: what does not fit ends the reading, and the rest is one row.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Each mark as its segments, unescaped.
    marks: Vec<Vec<String>>,
    /// For each mark, how many of its segments were found, and where.
    found: Vec<(usize, Vec<usize>)>,
    rows: Vec<Row>,
    frames: Vec<Frame>,
}

impl<'a> Scan<'a> {
    fn new(bytes: &'a [u8], marks: &[&str]) -> Self {
        let segments = |pointer: &&str| {
            let rest = pointer.strip_prefix('/');
            rest.map(|r| r.split('/').map(|s| s.replace("~1", "/").replace("~0", "~")).collect()).unwrap_or_default()
        };
        let marks: Vec<Vec<String>> = marks.iter().map(segments).collect();
        let found = vec![(0, vec![0]); marks.len()];
        Scan { bytes, at: 0, marks, found, rows: Vec::new(), frames: Vec::new() }
    }

    /// The rows, and which of them are marked; none where this is no JSON object or array.
    fn rows(mut self) -> (Vec<Row>, Vec<usize>) {
        self.at = usize::from(self.bytes.starts_with(b"\xef\xbb\xbf")) * 3;
        self.space();
        if !matches!(self.peek(), Some(b'{' | b'[')) {
            return (Vec::new(), Vec::new());
        }
        let all = (0..self.marks.len()).collect();
        self.value(None, all);
        while !self.frames.is_empty() {
            if !self.member() {
                break;
            }
        }
        self.space();
        if self.at < self.bytes.len() {
            let depth = self.frames.len();
            self.rows.push(Row { depth, name: None, text: self.at..self.bytes.len(), parent: None });
        }
        let here = |row: &usize| *row < self.rows.len();
        let mut hits: Vec<usize> = self.found.iter().flat_map(|(_, rows)| rows.iter().copied().filter(here)).collect();
        hits.sort_unstable();
        hits.dedup();
        (self.rows, hits)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The next member of the innermost frame, or its end; false where the reading ends.
    fn member(&mut self) -> bool {
        self.space();
        let Some(frame) = self.frames.last() else { return false };
        let (array, index) = (frame.array, frame.index);
        match self.peek() {
            Some(b'}') if !array => self.close(),
            Some(b']') if array => self.close(),
            Some(b'"') if !array => self.named(),
            Some(_) if array => self.enter(None, &index.to_string()),
            _ => false,
        }
    }

    fn named(&mut self) -> bool {
        let start = self.at;
        let Some(name) = self.string() else { return false };
        self.space();
        if self.peek() != Some(b':') {
            self.at = start;
            return false;
        }
        self.at += 1;
        self.space();
        let segment = serde_json::from_slice::<String>(&self.bytes[name.clone()])
            .unwrap_or_else(|_| String::from_utf8_lossy(&self.bytes[name.clone()]).into_owned());
        self.enter(Some(name), &segment)
    }

    /// A value that `segment` leads to.
    fn enter(&mut self, name: Option<Range<usize>>, segment: &str) -> bool {
        let depth = self.frames.len();
        let Some(frame) = self.frames.last_mut() else { return false };
        frame.index += 1;
        let here: Vec<usize> = frame
            .leading
            .iter()
            .copied()
            .filter(|&m| self.marks[m].get(depth - 1).is_some_and(|s| s == segment))
            .collect();
        for &mark in &here {
            let (deepest, rows) = &mut self.found[mark];
            if *deepest < depth {
                (*deepest, *rows) = (depth, Vec::new());
            }
            if *deepest == depth {
                rows.push(self.rows.len());
            }
        }
        self.value(name, here)
    }

    fn value(&mut self, name: Option<Range<usize>>, leading: Vec<usize>) -> bool {
        let start = self.at;
        let row = self.rows.len();
        let depth = self.frames.len();
        let parent = self.frames.last().map(|f| f.row);
        let read = match self.peek() {
            Some(open @ (b'{' | b'[')) if depth < DEEPEST => {
                self.at += 1;
                let inside = self.at;
                self.space();
                if self.peek() == Some(if open == b'{' { b'}' } else { b']' }) {
                    self.at += 1;
                    self.comma();
                } else {
                    self.at = inside;
                    self.frames.push(Frame { row, array: open == b'[', index: 0, leading });
                }
                true
            }
            Some(b'{' | b'[') => self.deep(),
            Some(b'"') if self.string().is_some() => self.comma(),
            Some(b'"') => {
                // the body ends within the string
                self.at = self.bytes.len();
                false
            }
            Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
                while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')) {
                    self.at += 1;
                }
                self.comma()
            }
            _ => {
                self.at = name.map_or(start, |n| n.start);
                return false;
            }
        };
        self.rows.push(Row { depth, name, text: start..self.at, parent });
        read
    }

    fn close(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        self.comma();
        let frame = self.frames.pop();
        self.rows.push(Row {
            depth: self.frames.len(),
            name: None,
            text: start..self.at,
            parent: frame.map(|f| f.row),
        });
        true
    }

    /// Takes a comma onto the line of the value before it.
    fn comma(&mut self) -> bool {
        let end = self.at;
        self.space();
        if self.peek() == Some(b',') && !self.frames.is_empty() {
            self.at += 1;
        } else {
            self.at = end;
        }
        true
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut at = start + 1;
        while let Some(&byte) = self.bytes.get(at) {
            at += 1;
            match byte {
                b'\\' => at += 1,
                b'"' => {
                    self.at = at;
                    return Some(start..at);
                }
                _ => {}
            }
        }
        None
    }

    /// A value that is nested too deeply for lines of its own.
    fn deep(&mut self) -> bool {
        let mut open = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    if self.string().is_none() {
                        return false;
                    }
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return self.comma();
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;
