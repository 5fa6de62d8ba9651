//! Whether a text can be a PCRE expression (9.6.1, MATCHES).
//!
//! No crate reads all of PCRE, and several versions of the library are in use. So this looks for faults that each of
//! them rejects (groups and classes left open, quantifiers without anything to repeat, and the like) and takes
//! whatever it does not know for valid. One pass, linear in the length of the text.

/// The greatest count in `{n,m}`.
const MAX_REPEAT: usize = 65_535;

/// What is wrong with `expression`: where, counted in characters from 0, and why. `None` where nothing is known to
/// be wrong.
pub(super) fn fault(expression: &str) -> Option<(usize, String)> {
    let mut scan = Scan { text: expression.chars().collect(), at: 0, open: Vec::new(), captures: 0, reference: None };
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

struct Scan {
    text: Vec<char>,
    at: usize,
    /// Where the groups that are open began.
    open: Vec<usize>,
    /// How many groups capture, at most.
    captures: usize,
    /// The greatest single-digit back reference, and its place.
    reference: Option<(usize, usize)>,
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
                '*' | '+' | '?' => self.lazy_or_possessive(),
                '{' => self.braces(start, item)?,
                _ => true,
            };
        }
        if let Some(start) = self.open.last() {
            return fault_at(*start, "the group that begins with this `(` is not closed");
        }
        match self.reference {
            Some((number, at)) if number > self.captures => {
                fault_at(at, format!("`\\{number}` refers to a group that does not exist"))
            }
            _ => Ok(()),
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
            // The braces belong to the escape: `\x{41}`, `\p{L}`, `\g{-1}`, `\k{name}`.
            'x' | 'p' | 'P' | 'o' | 'g' | 'k' | 'N' if self.next_is('{') => self.skip_name('}')?,
            'g' | 'k' if self.next_is('<') => self.skip_name('>')?,
            'g' | 'k' if self.next_is('\'') => {
                self.at += 1;
                self.skip_name('\'')?;
            }
            '1'..='9' if !self.text.get(self.at).is_some_and(char::is_ascii_digit) => {
                let number = c as usize - '0' as usize;
                if self.reference.is_none_or(|(greatest, _)| number > greatest) {
                    self.reference = Some((number, start));
                }
            }
            _ => {}
        }
        Ok(true)
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
                    self.posix_class();
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

    /// Moves behind `[:name:]`, `[.name.]` or `[=name=]`, if that is what the `[` before the cursor begins.
    fn posix_class(&mut self) {
        let Some(&mark) = self.text.get(self.at).filter(|c| matches!(c, ':' | '.' | '=')) else {
            return;
        };
        let name = &self.text[self.at + 1..];
        let length = name.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '^').count();
        if name[length..].starts_with(&[mark, ']']) {
            self.at += length + 3;
        }
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
            self.open.push(start);
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
            'R' | 'C' | '&' | '0'..='9' | '+' => return self.reference_group(start),
            'P' if matches!(self.text.get(self.at + 1), Some('=' | '>')) => {
                return self.reference_group(start);
            }
            '(' => {
                let condition = self.text.get(self.at + 1);
                if !matches!(condition, Some('?' | '*')) {
                    self.at += 1;
                    if !self.skip_behind(')') {
                        return fault_at(start, "the condition of the group is not closed");
                    }
                }
            }
            ':' | '|' | '>' | '=' | '!' | '*' => self.at += 1,
            '<' | '\'' | 'P' => {
                self.captures += 1;
                self.at += 1;
                let lookbehind = kind == '<' && matches!(self.text.get(self.at), Some('=' | '!' | '*'));
                if lookbehind {
                    self.at += 1;
                } else {
                    self.skip_name(if kind == '\'' { '\'' } else { '>' })?;
                }
            }
            c if c.is_ascii_alphabetic() || matches!(c, '-' | '^' | ')') => {
                return self.options(start);
            }
            '[' | '{' | '?' => return Err(Stop::Unknown),
            c => return fault_at(self.at, format!("`{c}` names no kind of group")),
        }
        self.open.push(start);
        Ok(false)
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
                    self.open.push(start);
                    return Ok(false);
                }
                // From here on whitespace and comments may be skipped: another language.
                'x' => return Err(Stop::Unknown),
                c if c.is_ascii_alphanumeric() || matches!(c, '-' | '^' | '+') => {}
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
