//! Escapes outside of classes: characters, properties, references.

use super::*;

/// Letters that have no meaning behind a backslash. The PCRE library that is maintained, PCRE2, compiles no expression
/// with one of them; its predecessor took most of them for the letter itself.
pub(super) fn is_no_escape(letter: char) -> bool {
    "FIJLMOTUYijlmquy".contains(letter)
}

impl Scan {
    /// What follows a backslash outside of classes.
    pub(super) fn escape(&mut self, item: bool) -> Result<bool, Stop> {
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
            c if is_no_escape(c) => return fault_at(start, format!("PCRE has no escape `\\{c}`")),
            // Assertions have no width, and there is nothing to repeat.
            'A' | 'B' | 'b' | 'G' | 'K' | 'Z' | 'z' => return Ok(false),
            // The braces belong to the escape: `\x{41}`, `\p{L}`, `\g{-1}`.
            'R' | 'X' => self.unbounded(start)?,
            'p' | 'P' if self.next_is('{') => self.property(start)?,
            'p' | 'P' => self.category(start)?,
            'x' if self.next_is('{') => {
                self.code_point(start)?;
            }
            'N' if self.next_is('{') => self.character_name(start)?,
            'o' if self.next_is('{') => self.skip_name('}')?,
            'o' => return fault_at(start, "`\\o` is not followed by a brace"),
            'g' | 'k' => self.group_escape(c, start)?,
            '1'..='9' if !self.text.get(self.at).is_some_and(char::is_ascii_digit) => {
                self.refer_to(c as usize - '0' as usize, start);
            }
            _ => {}
        }
        Ok(true)
    }

    /// `\g` and `\k`: references to a group.
    pub(super) fn group_escape(&mut self, escape: char, start: usize) -> Result<(), Stop> {
        let end = match self.text.get(self.at) {
            Some('{') => '}',
            Some('<') => '>',
            Some('\'') => '\'',
            Some(c) if escape == 'g' && (c.is_ascii_digit() || matches!(c, '-' | '+')) => {
                let number = self.signed_digits();
                if number.chars().all(|c| !c.is_ascii_digit()) {
                    return fault_at(start, format!("`\\{escape}` is not followed by a group"));
                }
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
    pub(super) fn signed_digits(&mut self) -> String {
        let rest = &self.text[self.at..];
        let sign = usize::from(rest.first().is_some_and(|c| matches!(c, '+' | '-')));
        let length = sign + rest[sign..].iter().take_while(|c| c.is_ascii_digit()).count();
        self.at += length;
        rest[..length].iter().collect()
    }

    /// What stands between the brace at the cursor and the one that closes it, behind which it moves.
    pub(super) fn braced(&mut self) -> Result<String, Stop> {
        let from = self.at + 1;
        self.skip_name('}')?;
        Ok(self.text[from..self.at - 1].iter().collect())
    }

    /// `\p{...}`. Only a single plain name is judged: versions differ in what else they take.
    pub(super) fn property(&mut self, start: usize) -> Result<(), Stop> {
        let Ok(name) = self.braced() else {
            return fault_at(start, "the name of the property is not closed by `}`");
        };
        let name = name.strip_prefix('^').unwrap_or(&name);
        if is_no_property(name) {
            return fault_at(start, format!("there is no property `{name}`"));
        }
        Ok(())
    }

    /// `\pL`: a general category of one letter.
    pub(super) fn category(&mut self, start: usize) -> Result<(), Stop> {
        let Some(&letter) = self.text.get(self.at) else {
            return fault_at(start, "the property has no name");
        };
        self.at += 1;
        if !"CLMNPSZ".contains(letter.to_ascii_uppercase()) {
            return fault_at(start, format!("there is no property `{letter}`"));
        }
        Ok(())
    }

    /// Whether this text comes next.
    pub(super) fn is_next(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(at, c)| self.text.get(self.at + at) == Some(&c))
    }

    /// `\x{...}`: gives the code point, where it is one that can be read.
    pub(super) fn code_point(&mut self, start: usize) -> Result<Option<u32>, Stop> {
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
    pub(super) fn character_name(&mut self, start: usize) -> Result<(), Stop> {
        let brace = self.at;
        let name = self.braced()?;
        if name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ',' | ' ' | '\t')) {
            self.at = brace;
        } else if !name.trim_start().starts_with("U+") {
            return fault_at(start, "PCRE knows characters by their numbers only, `\\N{U+41}`");
        }
        Ok(())
    }

    pub(super) fn skip_name(&mut self, end: char) -> Result<(), Stop> {
        if self.skip_behind(end) { Ok(()) } else { Err(Stop::Unknown) }
    }

    /// Moves behind `\E`, or to the end: literal text needs no end.
    pub(super) fn skip_quoted(&mut self) {
        while self.at < self.text.len() {
            if self.text[self.at..].starts_with(&['\\', 'E']) {
                self.at += 2;
                return;
            }
            self.at += 1;
        }
    }
}
