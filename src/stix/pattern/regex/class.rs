//! Character classes.

use super::*;

impl Scan {
    /// A character class; the cursor is behind its `[`.
    pub(super) fn class(&mut self, start: usize) -> Result<bool, Stop> {
        if let Some((name, _)) = self.posix_name() {
            return fault_at(
                start,
                format!("the class `[:{name}:]` stands within brackets of its own: `[[:{name}:]]`"),
            );
        }
        if self.next_is('^') {
            self.at += 1;
        }
        // the end of a quotation, and an empty one, are nothing: a `]` behind them is still the first character
        while let Some(nothing) = ["\\E", "\\Q\\E"].into_iter().find(|nothing| self.is_next(nothing)) {
            self.at += nothing.len();
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
    pub(super) fn class_escape(&mut self, start: usize) -> Result<Option<u32>, Stop> {
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
            c if escape::is_no_escape(c) => return fault_at(start, format!("PCRE has no escape `\\{c}`")),
            'o' if !braces => return fault_at(start, "`\\o` is not followed by a brace"),
            'A' | 'B' | 'C' | 'G' | 'K' | 'R' | 'X' | 'Z' | 'k' | 'z' => {
                return fault_at(start, format!("`\\{c}` is no character, and stands in no class"));
            }
            'N' if !braces => return fault_at(start, "`\\N` stands in no class"),
            'p' | 'P' if braces => self.property(start)?,
            'o' | 'N' if braces => self.skip_name('}')?,
            'p' | 'P' => self.category(start)?,
            'c' => self.at = self.text.len().min(self.at + 1),
            '0'..='9' => {
                self.at += self.text[self.at..].iter().take(2).take_while(|c| c.is_ascii_digit()).count();
            }
            c if c.is_ascii_punctuation() => return Ok(Some(u32::from(c))),
            _ => {}
        }
        Ok(None)
    }

    /// The name in `[:name:]`, and how long that is, if this is what the `[` before the cursor begins.
    pub(super) fn posix_name(&self) -> Option<(String, usize)> {
        let mark = *self.text.get(self.at).filter(|c| matches!(c, ':' | '.' | '='))?;
        let name = &self.text[self.at + 1..];
        let length = name.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '^').count();
        name[length..].starts_with(&[mark, ']']).then(|| (name[..length].iter().collect(), length + 3))
    }

    /// Moves behind `[:name:]`, if that is what the `[` before the cursor begins.
    pub(super) fn posix_class(&mut self, here: usize) -> Result<(), Stop> {
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
}
