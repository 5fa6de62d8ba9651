//! Whether a text can be a PCRE expression (9.6.1, MATCHES).
//!
//! No crate reads all of PCRE, and several versions of the library are in use. So this looks for faults that each of
//! them rejects (groups and classes left open, quantifiers without anything to repeat, and the like) and takes
//! whatever it does not know for valid. One pass, linear in the length of the text.

use std::collections::BTreeSet;

/// The greatest count in `{n,m}`.
const MAX_REPEAT: usize = 65_535;

/// What is wrong with `expression`: where, counted in characters from 0, and why. `None` where nothing is known to
/// be wrong.
pub(super) fn fault(expression: &str) -> Option<(usize, String)> {
    let mut scan = Scan { text: expression.chars().collect(), ..Scan::default() };
    match scan.run() {
        Ok(()) => None,
        Err(Stop::Fault(at, message)) => Some((at, message)),
        Err(Stop::Unknown) => None,
    }
}

/// Why scanning ended before the end of the text.
enum Stop {
    Fault(usize, String),
    /// Something whose rules are not known here begins.
    Unknown,
}

/// What a group is, as far as quantifiers inside it care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// What it holds counts for what is around it.
    Plain,
    /// It looks ahead, and takes no width.
    Lookahead,
    /// It looks behind: what it holds has a length that is known, or bounded at least.
    Lookbehind,
}

#[derive(Default)]
struct Scan {
    text: Vec<char>,
    at: usize,
    /// Where the groups that are open began, and what they are.
    open: Vec<(usize, Group)>,
    /// How many groups capture, at most.
    captures: usize,
    /// The names of groups.
    names: BTreeSet<String>,
    /// References to groups by number, and their places. Only the greatest matters.
    reference: Option<(usize, usize)>,
    /// References to groups by name, and their places.
    named_references: Vec<(String, usize)>,
}

impl Scan {
    fn run(&mut self) -> Result<(), Stop> {
        // Whether there is something that a quantifier can repeat.
        let mut item = false;
        while let Some(&c) = self.text.get(self.at) {
            let start = self.at;
            self.at += 1;
            item = match c {
                '\\' => self.escape(item)?,
                '[' => self.class(start)?,
                '(' => self.group(start, item)?,
                ')' if self.open.pop().is_some() => true,
                ')' => return fault_at(start, "`)` closes no group"),
                // Behind an assertion of one character there is nothing to repeat either.
                '|' | '^' | '$' => false,
                '*' | '+' | '?' if !item => {
                    return fault_at(start, format!("`{c}` has nothing to repeat"));
                }
                '*' | '+' | '?' => {
                    if c != '?' {
                        self.unbounded(start)?;
                    }
                    self.lazy_or_possessive()
                }
                '{' => self.braces(start, item)?,
                _ => true,
            };
        }
        if let Some((start, _)) = self.open.last() {
            return fault_at(*start, "the group that begins with this `(` is not closed");
        }
        match self.reference {
            Some((number, at)) if number > self.captures => {
                return fault_at(at, format!("group {number} is referred to and does not exist"));
            }
            _ => {}
        }
        match self.named_references.iter().find(|(name, _)| !self.names.contains(name)) {
            Some((name, at)) => fault_at(*at, format!("the group `{name}` is referred to and does not exist")),
            None => Ok(()),
        }
    }

    /// A quantifier without an upper bound: nowhere in a lookbehind, unless within a lookahead.
    fn unbounded(&self, at: usize) -> Result<(), Stop> {
        match self.open.iter().rev().find(|(_, group)| *group != Group::Plain) {
            Some((_, Group::Lookbehind)) => fault_at(at, "a lookbehind has no bounded length"),
            _ => Ok(()),
        }
    }

    /// Reads the name of a group, up to `end`. Letters beyond ASCII are a matter of the version of the library.
    fn name(&mut self, end: char) -> Result<String, Stop> {
        let start = self.at;
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').count();
        // Later versions of the library also take spaces within braces.
        if rest.get(length).is_some_and(|c| !c.is_ascii() || matches!(c, ' ' | '\t')) {
            return Err(Stop::Unknown);
        }
        let name: String = rest[..length].iter().collect();
        self.at += length;
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return fault_at(start, "the name of a group is letters, digits and underscores, and begins with no digit");
        }
        if !self.next_is(end) {
            return fault_at(start, format!("the name of the group is not closed by `{end}`"));
        }
        self.at += 1;
        Ok(name)
    }

    /// A reference to a group by its name.
    fn refer(&mut self, end: char) -> Result<(), Stop> {
        let at = self.at;
        let name = self.name(end)?;
        self.named_references.push((name, at));
        Ok(())
    }

    /// A reference to a group by its number.
    fn refer_to(&mut self, number: usize, at: usize) {
        if self.reference.is_none_or(|(greatest, _)| number > greatest) {
            self.reference = Some((number, at));
        }
    }

    fn next_is(&self, c: char) -> bool {
        self.text.get(self.at) == Some(&c)
    }

    /// Moves behind the next `c`; says whether there was one.
    fn skip_behind(&mut self, c: char) -> bool {
        match self.text[self.at..].iter().position(|&other| other == c) {
            Some(distance) => {
                self.at += distance + 1;
                true
            }
            None => false,
        }
    }

    /// The second character of a lazy or possessive quantifier. What follows has nothing to repeat.
    fn lazy_or_possessive(&mut self) -> bool {
        if self.next_is('?') || self.next_is('+') {
            self.at += 1;
        }
        false
    }

    /// What follows a backslash outside of classes.
    fn escape(&mut self, item: bool) -> Result<bool, Stop> {
        let start = self.at - 1;
        let Some(&c) = self.text.get(self.at) else {
            return fault_at(start, "the expression ends in a backslash");
        };
        self.at += 1;
        match c {
            'Q' => {
                let text = self.at;
                self.skip_quoted();
                return Ok(item || self.at > text);
            }
            'E' => return Ok(item),
            'c' if self.at == self.text.len() => {
                return fault_at(start, "`\\c` is not followed by a character");
            }
            'c' => self.at += 1,
            'L' | 'l' | 'U' | 'u' => return fault_at(start, format!("PCRE has no escape `\\{c}`")),
            // Assertions have no width, and there is nothing to repeat.
            'A' | 'B' | 'b' | 'G' | 'K' | 'Z' | 'z' => return Ok(false),
            // The braces belong to the escape: `\x{41}`, `\p{L}`, `\g{-1}`.
            'p' | 'P' if self.at == self.text.len() => return fault_at(start, "the property has no name"),
            'x' | 'p' | 'P' | 'o' | 'N' if self.next_is('{') => self.skip_name('}')?,
            'g' | 'k' => self.group_escape(c, start)?,
            '1'..='9' if !self.text.get(self.at).is_some_and(char::is_ascii_digit) => {
                self.refer_to(c as usize - '0' as usize, start);
            }
            _ => {}
        }
        Ok(true)
    }

    /// `\g` and `\k`: references to a group.
    fn group_escape(&mut self, escape: char, start: usize) -> Result<(), Stop> {
        let end = match self.text.get(self.at) {
            Some('{') => '}',
            Some('<') => '>',
            Some('\'') => '\'',
            Some(c) if escape == 'g' && (c.is_ascii_digit() || matches!(c, '-' | '+')) => return Ok(()),
            _ => return fault_at(start, format!("`\\{escape}` is not followed by a group")),
        };
        self.at += 1;
        let inner = self.text[self.at..].iter().position(|c| *c == end).unwrap_or(0);
        let is_number = self.text[self.at..self.at + inner].iter().any(|c| c.is_ascii_digit() || "+- ".contains(*c));
        if escape == 'g' && is_number {
            let digits: String = self.text[self.at..self.at + inner].iter().collect();
            if let Ok(number) = digits.parse::<usize>().map(|n| n.min(usize::MAX / 2))
                && !digits.starts_with('+')
            {
                self.refer_to(number, start);
            }
            return self.skip_name(end);
        }
        self.refer(end)
    }

    fn skip_name(&mut self, end: char) -> Result<(), Stop> {
        if self.skip_behind(end) { Ok(()) } else { Err(Stop::Unknown) }
    }

    /// Moves behind `\E`, or to the end: literal text needs no end.
    fn skip_quoted(&mut self) {
        while self.at < self.text.len() {
            if self.text[self.at..].starts_with(&['\\', 'E']) {
                self.at += 2;
                return;
            }
            self.at += 1;
        }
    }

    /// A character class; the cursor is behind its `[`.
    fn class(&mut self, start: usize) -> Result<bool, Stop> {
        if let Some((name, _)) = self.posix_name() {
            return fault_at(
                start,
                format!("the class `[:{name}:]` stands within brackets of its own: `[[:{name}:]]`"),
            );
        }
        if self.next_is('^') {
            self.at += 1;
        }
        let first = self.at;
        // The character before, where it can begin a range: plain ones only.
        let mut low = None;
        loop {
            let Some(&c) = self.text.get(self.at) else {
                return fault_at(start, "the character class that begins with this `[` is not closed");
            };
            let here = self.at;
            self.at += 1;
            match c {
                ']' if here > first => return Ok(true),
                '\\' => {
                    low = None;
                    match self.text.get(self.at) {
                        Some('Q') => self.skip_quoted(),
                        Some(_) => self.at += 1,
                        None => return fault_at(here, "the expression ends in a backslash"),
                    }
                }
                '[' => {
                    low = None;
                    self.posix_class(here)?;
                }
                '-' => {
                    let high = self.text.get(self.at).copied().filter(|c| !matches!(c, ']' | '[' | '\\'));
                    match (low.take(), high) {
                        (Some(low), Some(high)) if low > high => {
                            return fault_at(here - 1, format!("the range `{low}-{high}` runs backwards"));
                        }
                        (Some(_), Some(_)) => self.at += 1,
                        _ => {}
                    }
                }
                _ => low = Some(c),
            }
        }
    }

    /// The name in `[:name:]`, and how long that is, if this is what the `[` before the cursor begins.
    fn posix_name(&self) -> Option<(String, usize)> {
        let mark = *self.text.get(self.at).filter(|c| matches!(c, ':' | '.' | '='))?;
        let name = &self.text[self.at + 1..];
        let length = name.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '^').count();
        name[length..].starts_with(&[mark, ']']).then(|| (name[..length].iter().collect(), length + 3))
    }

    /// Moves behind `[:name:]`, if that is what the `[` before the cursor begins.
    fn posix_class(&mut self, here: usize) -> Result<(), Stop> {
        const NAMES: [&str; 14] = [
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
            "word", "xdigit",
        ];
        let Some((name, length)) = self.posix_name() else { return Ok(()) };
        if !self.next_is(':') {
            return fault_at(here, "PCRE has no collating elements and no equivalence classes");
        }
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(&name)) {
            return fault_at(here, format!("there is no character class `{name}`"));
        }
        self.at += length;
        Ok(())
    }

    /// What follows a `(`.
    fn group(&mut self, start: usize, item: bool) -> Result<bool, Stop> {
        if self.next_is('*') {
            return match self.text.get(self.at + 1) {
                // Verbs; assertions by name, in lower case, hold an expression.
                Some(c) if c.is_ascii_uppercase() || *c == ':' => {
                    if self.skip_behind(')') {
                        Ok(true)
                    } else {
                        fault_at(start, "the verb is not closed")
                    }
                }
                Some(c) if c.is_ascii_lowercase() => Err(Stop::Unknown),
                _ => fault_at(self.at, "`*` has nothing to repeat"),
            };
        }
        if !self.next_is('?') {
            self.captures += 1;
            self.open.push((start, Group::Plain));
            return Ok(false);
        }
        self.at += 1;
        let Some(&kind) = self.text.get(self.at) else {
            return fault_at(start, "the group that begins with this `(` is not closed");
        };
        match kind {
            '#' => {
                return if self.skip_behind(')') { Ok(item) } else { fault_at(start, "the comment is not closed") };
            }
            // References to groups and callouts hold no expression.
            '&' => return self.call(')', 1),
            'P' if self.text.get(self.at + 1) == Some(&'=') || self.text.get(self.at + 1) == Some(&'>') => {
                return self.call(')', 2);
            }
            'R' | 'C' | '0'..='9' | '+' => return self.reference_group(start),
            '(' => {
                let condition = self.text.get(self.at + 1);
                if !matches!(condition, Some('?' | '*')) {
                    self.at += 1;
                    if !self.skip_behind(')') {
                        return fault_at(start, "the condition of the group is not closed");
                    }
                }
            }
            ':' | '|' | '>' | '*' => self.at += 1,
            '=' | '!' => {
                self.at += 1;
                self.open.push((start, Group::Lookahead));
                return Ok(false);
            }
            '<' if matches!(self.text.get(self.at + 1), Some('=' | '!' | '*')) => {
                self.at += 2;
                self.open.push((start, Group::Lookbehind));
                return Ok(false);
            }
            '<' | '\'' => {
                self.captures += 1;
                self.at += 1;
                let name = self.name(if kind == '<' { '>' } else { '\'' })?;
                self.names.insert(name);
            }
            'P' if self.text.get(self.at + 1) == Some(&'<') => {
                self.captures += 1;
                self.at += 2;
                let name = self.name('>')?;
                self.names.insert(name);
            }
            'P' => return fault_at(self.at, "`(?P` is followed by `<`, `=` or `>`"),
            c if c.is_ascii_alphabetic() || matches!(c, '-' | '^' | ')') => {
                return self.options(start);
            }
            '[' | '{' | '?' => return Err(Stop::Unknown),
            c => return fault_at(self.at, format!("`{c}` names no kind of group")),
        }
        self.open.push((start, Group::Plain));
        Ok(false)
    }

    /// `(?&name)`, `(?P>name)` or `(?P=name)`; `skip` characters come before the name.
    fn call(&mut self, end: char, skip: usize) -> Result<bool, Stop> {
        self.at += skip;
        self.refer(end).map(|()| true)
    }

    fn reference_group(&mut self, start: usize) -> Result<bool, Stop> {
        if self.skip_behind(')') { Ok(true) } else { fault_at(start, "the reference to a group is not closed") }
    }

    /// `(?i)` or `(?i:`; the cursor is at the first letter.
    fn options(&mut self, start: usize) -> Result<bool, Stop> {
        while let Some(&c) = self.text.get(self.at) {
            self.at += 1;
            match c {
                ')' => return Ok(true),
                ':' => {
                    self.open.push((start, Group::Plain));
                    return Ok(false);
                }
                // From here on whitespace and comments may be skipped: another language.
                'x' => return Err(Stop::Unknown),
                c if c.is_ascii_digit() || matches!(c, '-' | '^' | '+') => {}
                // Letters of all versions; `a` and `r` came late, with letters of their own behind `a`.
                'i' | 'm' | 's' | 'n' | 'J' | 'U' | 'X' | 'a' | 'r' | 'D' | 'S' | 'W' | 'P' | 'T' => {}
                c if c.is_ascii_alphabetic() => return fault_at(self.at - 1, format!("there is no option `{c}`")),
                _ => return Err(Stop::Unknown),
            }
        }
        fault_at(start, "the group that begins with this `(` is not closed")
    }

    /// A `{`, which is a quantifier only where what follows has its form.
    fn braces(&mut self, start: usize, item: bool) -> Result<bool, Stop> {
        let rest = &self.text[self.at..];
        let Some(end) = rest.iter().take(24).position(|&c| c == '}') else {
            return Ok(true);
        };
        let inside: String = rest[..end].iter().collect();
        let (low, high) = inside.split_once(',').unwrap_or((&inside, &inside));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(low) || !(high.is_empty() || digits(high)) {
            return Ok(true);
        }
        if !item {
            return fault_at(start, "the quantifier has nothing to repeat");
        }
        if high.is_empty() {
            self.unbounded(start)?;
        }
        let low = low.parse::<usize>().unwrap_or(usize::MAX);
        let high = if high.is_empty() { low } else { high.parse().unwrap_or(usize::MAX) };
        if low > MAX_REPEAT || high > MAX_REPEAT {
            return fault_at(start, format!("the quantifier repeats more than {MAX_REPEAT} times"));
        }
        if low > high {
            return fault_at(start, "the quantifier's bounds run backwards");
        }
        self.at += end + 1;
        Ok(self.lazy_or_possessive())
    }
}

fn fault_at<T>(at: usize, message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Fault(at, message.into()))
}
