//! Groups: what they look at, what they refer to, and their options.

use super::*;

impl Scan {
    /// What follows a `(`.
    pub(super) fn group(&mut self, start: usize, item: bool) -> Result<bool, Stop> {
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
    pub(super) fn call(&mut self, end: char, skip: usize) -> Result<bool, Stop> {
        self.at += skip;
        self.refer(end).map(|()| true)
    }

    /// The condition of a group, if it is a reference; one that is an assertion is read as the group that it is.
    pub(super) fn condition(&mut self, start: usize) -> Result<(), Stop> {
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
    pub(super) fn reference_group(&mut self, start: usize) -> Result<bool, Stop> {
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
    pub(super) fn options(&mut self, start: usize) -> Result<bool, Stop> {
        while let Some(&c) = self.text.get(self.at) {
            self.at += 1;
            match c {
                // a setting is nothing that could be repeated
                ')' => return Ok(false),
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
}
