//! Whether a text can be a PCRE expression (9.6.1, MATCHES).
//!
//! No crate reads all of PCRE, and several versions of PCRE2 are in use. So this looks for faults that each of them
//! rejects (groups and classes left open, quantifiers without anything to repeat, and the like) and takes
//! whatever it does not know for valid. One pass, linear in the length of the text.

mod class;
mod escape;
mod group;

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
