//! Where findings stand in their file: line, column, and an excerpt. Findings come in the order of the text, so lines are
//! counted once and a document is taken apart once, however many findings there are.

use super::scan;
use super::split::{Batch, Item, Role};

/// Where a finding stands in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: u64,
    /// From 1, in bytes.
    pub column: u64,
    /// The line, or as much of it as is worth showing.
    pub excerpt: String,
    /// How many characters of the excerpt come before the value.
    pub before: usize,
    /// How many characters of the excerpt the value covers; an object or list is marked where it begins.
    pub width: usize,
}

/// How many bytes of a line are shown on either side.
const MARGIN: usize = 60;

/// How often the text of a batch is read to find places in it. An object with a hundred thousand slips would otherwise
/// take hours; beyond this, its findings stand where it begins.
const READS: usize = 256;

/// Finds places in one batch.
pub(super) struct Places<'b> {
    batch: &'b Batch,
    /// Up to where lines have been counted, and what the count gave.
    counted: (usize, u64, u64),
    /// The objects of the document that begins here, by their starts and ends.
    objects: Option<(usize, Vec<(usize, usize)>)>,
    /// How many bytes have been read to find places.
    spent: usize,
}

impl<'b> Places<'b> {
    pub(super) fn new(batch: &'b Batch) -> Self {
        Self { batch, counted: (0, batch.line, batch.column), objects: None, spent: 0 }
    }

    /// The place of a pointer, which is within the document that `item` is, or is a piece of.
    pub(super) fn of(&mut self, item: &Item, pointer: &str) -> Place {
        let steps = |count| pointer.match_indices('/').nth(count).map_or("", |(at, _)| &pointer[at..]);
        let inner = match item.role {
            Role::Object(_) => steps(2),
            Role::ListItem(_) => steps(1),
            Role::Document(_) | Role::Head => {
                if let Some(place) = self.in_list(item, pointer) {
                    return place;
                }
                pointer
            }
        };
        self.within(item.start, item.end, inner)
    }

    /// The place of a pointer within the value of these bytes.
    fn within(&mut self, start: usize, end: usize, pointer: &str) -> Place {
        if self.spent / READS > self.batch.text.len() {
            return self.at(start, start + 1);
        }
        let (s, e) = scan::locate(&self.batch.text[start..end], pointer);
        self.spent += end - start;
        self.at(start + s, start + e)
    }

    /// The place of a pointer into the list of a document. Without a list of where its objects are, a thousand findings
    /// in a document would mean to read it a thousand times.
    fn in_list(&mut self, item: &Item, pointer: &str) -> Option<Place> {
        let raw = &self.batch.text[item.start..item.end];
        let is_list = raw.get(scan::skip_space(raw, 0)) == Some(&b'[');
        let rest = if is_list { pointer } else { pointer.strip_prefix("/objects")? }.strip_prefix('/')?;
        let (index, rest) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if self.objects.as_ref().is_none_or(|(of, _)| *of != item.start) {
            let (from, to) = scan::locate(raw, if is_list { "" } else { "/objects" });
            let found = scan::items(&raw[from..to]).map(|(s, e)| (item.start + from + s, item.start + from + e));
            self.objects = Some((item.start, found.collect()));
        }
        let (_, objects) = self.objects.as_ref()?;
        let &(start, end) = objects.get(index.parse::<usize>().ok()?)?;
        Some(self.within(start, end, rest))
    }

    /// The place of some bytes, with the line around them.
    pub(super) fn at(&mut self, start: usize, end: usize) -> Place {
        let text = &self.batch.text;
        if start < self.counted.0 {
            self.counted = (0, self.batch.line, self.batch.column);
        }
        let (from, line, column) = self.counted;
        let (line, column) = scan::position(&text[from..start], line, column);
        self.counted = (start, line, column);
        let margin = start.saturating_sub(MARGIN);
        let from = text[margin..start].iter().rposition(|c| *c == b'\n').map_or(margin, |i| margin + i + 1);
        let far = text.len().min(start + 2 * MARGIN);
        let to = text[start..far].iter().position(|c| *c == b'\n').map_or(far, |i| start + i);
        let is_container = matches!(text.get(start), Some(b'{' | b'['));
        let end = if is_container { start + 1 } else { end }.clamp(start, to);
        let plain = |bytes: &[u8]| -> String {
            String::from_utf8_lossy(bytes).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
        };
        let (before, value, after) = (plain(&text[from..start]), plain(&text[start..end]), plain(&text[end..to]));
        Place {
            line,
            column: column + 1,
            before: before.chars().count(),
            width: value.chars().count().max(1),
            excerpt: before + &value + &after,
        }
    }
}
