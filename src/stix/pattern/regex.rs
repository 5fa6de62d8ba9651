//! Whether a text can be a PCRE expression (9.6.1, MATCHES).
//!
//! No crate reads all of PCRE, and several versions of the library are in use. So this looks for faults that each of
//! them rejects (groups and classes left open, quantifiers without anything to repeat, and the like) and takes
//! whatever it does not know for valid. One pass, linear in the length of the text.

use std::collections::BTreeSet;

/// The greatest count in `{n,m}`.
const MAX_REPEAT: usize = 65_535;

/// The greatest number of a callout.
const MAX_CALLOUT: usize = 255;

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
    /// It has a condition, and at most two branches. For quantifiers it is as a plain one.
    Conditional,
}

/// A group that is not closed yet.
struct Open {
    /// Where it began.
    start: usize,
    group: Group,
    /// How many `|` it has had, those of groups within it not counted.
    bars: usize,
}

#[derive(Default)]
struct Scan {
    text: Vec<char>,
    at: usize,
    /// The groups that are open, from the outside in.
    open: Vec<Open>,
    /// How many groups capture, at most.
    captures: usize,
    /// The names of groups.
    names: BTreeSet<String>,
    /// References to groups by number, and their places. Only the greatest matters.
    reference: Option<(usize, usize)>,
    /// The same for groups that are counted onwards from where they are referred to, `(?+1)`.
    onward: Option<(usize, usize)>,
    /// Whether branches begin to count anew, `(?|`: then the number of a group before is not known.
    recounts: bool,
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
                '|' => self.branch()?,
                // Behind an assertion of one character there is nothing to repeat either.
                '^' | '$' => false,
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
        if let Some(open) = self.open.last() {
            return fault_at(open.start, "the group that begins with this `(` is not closed");
        }
        for (number, at) in self.reference.into_iter().chain(self.onward.filter(|_| !self.recounts)) {
            if number > self.captures {
                return fault_at(at, format!("group {number} is referred to and does not exist"));
            }
        }
        match self.named_references.iter().find(|(name, _)| !self.names.contains(name)) {
            Some((name, at)) => fault_at(*at, format!("the group `{name}` is referred to and does not exist")),
            None => Ok(()),
        }
    }

    /// A `|`. What follows has nothing to repeat.
    fn branch(&mut self) -> Result<bool, Stop> {
        if let Some(open) = self.open.last_mut() {
            open.bars += 1;
            if open.group == Group::Conditional && open.bars > 1 {
                return fault_at(self.at - 1, "a group with a condition has more than two branches");
            }
        }
        Ok(false)
    }

    fn open(&mut self, start: usize, group: Group) {
        self.open.push(Open { start, group, bars: 0 });
    }

    /// A quantifier without an upper bound, or an escape of no known length: nowhere in a lookbehind, unless within a
    /// lookahead.
    fn unbounded(&self, at: usize) -> Result<(), Stop> {
        match self.open.iter().rev().find(|o| matches!(o.group, Group::Lookahead | Group::Lookbehind)) {
            Some(Open { group: Group::Lookbehind, .. }) => fault_at(at, "a lookbehind has no bounded length"),
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

    /// A reference to a group by a number as it is written, perhaps counted from here. Anything else is left alone.
    fn refer_by(&mut self, digits: &str, at: usize) -> Result<(), Stop> {
        let (sign, digits) = match digits.strip_prefix(['+', '-']) {
            Some(rest) => (digits.chars().next(), rest),
            None => (None, digits),
        };
        if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return Ok(());
        }
        let number = digits.parse::<usize>().unwrap_or(usize::MAX).min(usize::MAX / 2);
        match sign {
            _ if number == 0 => {}
            None => self.refer_to(number, at),
            Some('-') if number > self.captures => {
                return fault_at(at, format!("the group {number} before this one is referred to and does not exist"));
            }
            Some('-') => {}
            Some(_) => {
                let number = self.captures + number;
                if self.onward.is_none_or(|(greatest, _)| number > greatest) {
                    self.onward = Some((number, at));
                }
            }
        }
        Ok(())
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
        // An end of quoting where none has begun is passed over.
        while self.text[self.at..].starts_with(&['\\', 'E']) {
            self.at += 2;
        }
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
            'R' | 'X' => self.unbounded(start)?,
            'p' | 'P' if self.next_is('{') => self.property(start)?,
            'x' if self.next_is('{') => {
                self.code_point(start)?;
            }
            'N' if self.next_is('{') => self.character_name(start)?,
            'o' if self.next_is('{') => self.skip_name('}')?,
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
            Some(c) if escape == 'g' && (c.is_ascii_digit() || matches!(c, '-' | '+')) => {
                let number = self.signed_digits();
                return self.refer_by(&number, start);
            }
            _ => return fault_at(start, format!("`\\{escape}` is not followed by a group")),
        };
        self.at += 1;
        let inner = self.text[self.at..].iter().position(|c| *c == end).unwrap_or(0);
        let is_number = self.text[self.at..self.at + inner].iter().any(|c| c.is_ascii_digit() || "+- ".contains(*c));
        if escape == 'g' && is_number {
            let digits: String = self.text[self.at..self.at + inner].iter().collect();
            self.refer_by(&digits, start)?;
            return self.skip_name(end);
        }
        self.refer(end)
    }

    /// Takes digits, perhaps with a sign before them.
    fn signed_digits(&mut self) -> String {
        let rest = &self.text[self.at..];
        let sign = usize::from(rest.first().is_some_and(|c| matches!(c, '+' | '-')));
        let length = sign + rest[sign..].iter().take_while(|c| c.is_ascii_digit()).count();
        self.at += length;
        rest[..length].iter().collect()
    }

    /// What stands between the brace at the cursor and the one that closes it, behind which it moves.
    fn braced(&mut self) -> Result<String, Stop> {
        let from = self.at + 1;
        self.skip_name('}')?;
        Ok(self.text[from..self.at - 1].iter().collect())
    }

    /// `\p{...}`. Only a single plain name is judged: versions differ in what else they take.
    fn property(&mut self, start: usize) -> Result<(), Stop> {
        let Ok(name) = self.braced() else {
            return fault_at(start, "the name of the property is not closed by `}`");
        };
        let name = name.strip_prefix('^').unwrap_or(&name);
        if is_no_property(name) {
            return fault_at(start, format!("there is no property `{name}`"));
        }
        Ok(())
    }

    /// `\x{...}`: gives the code point, where it is one that can be read.
    fn code_point(&mut self, start: usize) -> Result<Option<u32>, Stop> {
        let digits = self.braced()?;
        match u32::from_str_radix(digits.trim_start_matches('0'), 16) {
            Ok(code) if code > u32::from(char::MAX) => fault_at(start, "the code point is beyond U+10FFFF"),
            Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => {
                fault_at(start, "the code point is beyond U+10FFFF")
            }
            other => Ok(other.ok()),
        }
    }

    /// `\N{...}`: a code point, or `\N` with a quantifier; PCRE knows no names.
    fn character_name(&mut self, start: usize) -> Result<(), Stop> {
        let brace = self.at;
        let name = self.braced()?;
        if name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ',' | ' ' | '\t')) {
            self.at = brace;
        } else if !name.trim_start().starts_with("U+") {
            return fault_at(start, "PCRE knows characters by their numbers only, `\\N{U+41}`");
        }
        Ok(())
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
                    low = self.class_escape(here)?;
                }
                '[' => {
                    low = None;
                    self.posix_class(here)?;
                }
                '-' if low.is_some() => {
                    let high = self.at;
                    let end = match self.text.get(high).copied().filter(|c| !matches!(c, ']' | '[')) {
                        None => None,
                        Some('\\') => {
                            self.at += 1;
                            self.class_escape(high)?
                        }
                        Some(c) => {
                            self.at += 1;
                            Some(u32::from(c))
                        }
                    };
                    if let (Some(begin), Some(end)) = (low.take(), end)
                        && begin > end
                    {
                        return fault_at(here, "the range runs backwards");
                    }
                }
                '-' => {}
                _ => low = Some(u32::from(c)),
            }
        }
    }

    /// An escape within a class, of which the backslash has been taken. Gives the code point, where it is one that is the
    /// same in all versions.
    fn class_escape(&mut self, start: usize) -> Result<Option<u32>, Stop> {
        let Some(&c) = self.text.get(self.at) else {
            return fault_at(start, "the expression ends in a backslash");
        };
        if c == 'Q' {
            self.skip_quoted();
            return Ok(None);
        }
        self.at += 1;
        let braces = self.next_is('{');
        match c {
            'x' if braces => return self.code_point(start),
            'x' => {
                let digits = self.text[self.at..].iter().take(2).map_while(|c| c.to_digit(16)).collect::<Vec<_>>();
                self.at += digits.len();
                return Ok(Some(digits.into_iter().fold(0, |code, digit| code * 16 + digit)));
            }
            'p' | 'P' if braces => self.property(start)?,
            'o' | 'N' if braces => self.skip_name('}')?,
            'p' | 'P' | 'c' => self.at = self.text.len().min(self.at + 1),
            '0'..='9' => {
                self.at += self.text[self.at..].iter().take(2).take_while(|c| c.is_ascii_digit()).count();
            }
            c if c.is_ascii_punctuation() => return Ok(Some(u32::from(c))),
            _ => {}
        }
        Ok(None)
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
                Some(c) if c.is_ascii_lowercase() => {
                    let name = &self.text[self.at + 1..];
                    let length = name.iter().take_while(|c| c.is_ascii_lowercase() || **c == '_').count();
                    match name.get(length) {
                        Some(')') => fault_at(start, "what is named in lower case takes an expression, behind a colon"),
                        _ => Err(Stop::Unknown),
                    }
                }
                _ => fault_at(self.at, "`*` has nothing to repeat"),
            };
        }
        if !self.next_is('?') {
            self.captures += 1;
            self.open(start, Group::Plain);
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
            '-' if self.text.get(self.at + 1).is_some_and(char::is_ascii_digit) => return self.reference_group(start),
            '(' => {
                self.condition(start)?;
                self.open(start, Group::Conditional);
                return Ok(false);
            }
            '|' => {
                self.recounts = true;
                self.at += 1;
            }
            ':' | '>' | '*' => self.at += 1,
            '=' | '!' => {
                self.at += 1;
                self.open(start, Group::Lookahead);
                return Ok(false);
            }
            '<' if matches!(self.text.get(self.at + 1), Some('=' | '!' | '*')) => {
                self.at += 2;
                self.open(start, Group::Lookbehind);
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
        self.open(start, Group::Plain);
        Ok(false)
    }

    /// `(?&name)`, `(?P>name)` or `(?P=name)`; `skip` characters come before the name.
    fn call(&mut self, end: char, skip: usize) -> Result<bool, Stop> {
        self.at += skip;
        self.refer(end).map(|()| true)
    }

    /// The condition of a group, if it is a reference; one that is an assertion is read as the group that it is.
    fn condition(&mut self, start: usize) -> Result<(), Stop> {
        if matches!(self.text.get(self.at + 1), Some('?' | '*')) {
            return Ok(());
        }
        self.at += 1;
        let from = self.at;
        if !self.skip_behind(')') {
            return fault_at(start, "the condition of the group is not closed");
        }
        let condition: String = self.text[from..self.at - 1].iter().collect();
        self.refer_by(&condition, from)?;
        let word = |name: &str| {
            !name.is_empty()
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
        };
        let within = |begin: char, end: char| condition.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end));
        // `R` is whether the expression calls itself, `DEFINE` never holds; groups may have such names too.
        let bare = Some(condition.as_str()).filter(|name| !name.starts_with('R') && *name != "DEFINE");
        if let Some(name) = within('<', '>').or_else(|| within('\'', '\'')).or(bare).filter(|name| word(name)) {
            self.named_references.push((name.to_owned(), from));
        }
        Ok(())
    }

    /// `(?1)`, `(?-1)`, `(?R)`, or a callout `(?C1)`; the cursor is behind the question mark.
    fn reference_group(&mut self, start: usize) -> Result<bool, Stop> {
        let callout = self.next_is('C');
        if callout {
            self.at += 1;
        }
        let number = self.signed_digits();
        if self.next_is(')') {
            if !callout {
                self.refer_by(&number, start)?;
            } else if number.parse::<usize>().is_ok_and(|n| n > MAX_CALLOUT) {
                return fault_at(start, format!("the number of a callout is at most {MAX_CALLOUT}"));
            }
        }
        if self.skip_behind(')') { Ok(true) } else { fault_at(start, "the reference to a group is not closed") }
    }

    /// `(?i)` or `(?i:`; the cursor is at the first letter.
    fn options(&mut self, start: usize) -> Result<bool, Stop> {
        while let Some(&c) = self.text.get(self.at) {
            self.at += 1;
            match c {
                ')' => return Ok(true),
                ':' => {
                    self.open(start, Group::Plain);
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

/// Whether Unicode has no property, category or script of this name. PCRE has some of its own besides, and takes the
/// classes of bidirectional text without saying what they are.
fn is_no_property(name: &str) -> bool {
    const OF_PCRE: [&str; 5] = ["xan", "xps", "xsp", "xuc", "xwd"];
    let plain = name.to_ascii_lowercase();
    if name.is_empty()
        || !name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
        || plain.starts_with("bidi")
        || OF_PCRE.contains(&plain.as_str())
    {
        return false;
    }
    // Nothing is compiled: the name is looked up first, and then the size is too much.
    let looked_up = regex::RegexBuilder::new(&format!(r"\p{{{name}}}")).size_limit(0).build();
    matches!(looked_up, Err(regex::Error::Syntax(_)))
}
