//! A cursor over the text of a pattern: whitespace, words, symbols, and errors that say what was found.
//!
//! There is no list of tokens. What a character begins depends on where it stands (a digit may begin a number or a
//! dictionary key), so the parser asks for what it wants.

use super::error::Error;

/// The words that mean something to the grammar. All are in upper case; `true` and `false` are constants.
pub(super) const KEYWORDS: [&str; 16] = [
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUBSET",
    "ISSUPERSET",
    "EXISTS",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "WITHIN",
    "REPEATS",
    "TIMES",
];

/// Words longer than this are cut in messages.
const SHOWN: usize = 40;

/// A cursor; `pos` always lies on a character boundary.
pub(super) struct Lexer<'t> {
    text: &'t str,
    pos: usize,
}

/// Whether `c` may stand in an object type, a property name without apostrophes, or a keyword.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, pos: 0 }
    }

    /// Byte offset of the next character.
    pub fn pos(&self) -> usize {
        self.pos
    }

    /// What has not been read.
    pub fn rest(&self) -> &'t str {
        &self.text[self.pos..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The text from `from` up to the cursor.
    pub fn since(&self, from: usize) -> &'t str {
        &self.text[from..self.pos]
    }

    /// Moves on by `count` bytes, which have to end on a character boundary.
    pub fn advance(&mut self, count: usize) {
        self.pos += count;
    }

    /// Moves on while characters satisfy `test`; gives what was passed.
    pub fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !test(c)).unwrap_or(rest.len());
        self.pos += end;
        &rest[..end]
    }

    /// Skips whitespace, which is any character with the Unicode property White_Space (sections 9.1 and 9.4). Says
    /// whether there was any.
    pub fn skip_space(&mut self) -> bool {
        !self.take_while(char::is_whitespace).is_empty()
    }

    /// Takes `symbol` if it comes next.
    pub fn eat(&mut self, symbol: &str) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.pos += symbol.len();
        }
        found
    }

    /// The word that comes next: empty where the next character cannot begin one.
    pub fn peek_word(&self) -> &'t str {
        let rest = self.rest();
        match rest.chars().next() {
            Some(c) if c.is_ascii_alphabetic() || c == '_' => &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())],
            _ => "",
        }
    }

    /// Takes the word `keyword` if it comes next, whole and in upper case.
    pub fn eat_keyword(&mut self, keyword: &str) -> bool {
        let found = self.peek_word() == keyword;
        if found {
            self.pos += keyword.len();
        }
        found
    }

    /// Skips whitespace and takes `symbol`, or fails with what is there instead.
    pub fn expect(&mut self, symbol: &str, expected: &str) -> Result<(), Error> {
        self.skip_space();
        if self.eat(symbol) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Skips whitespace and takes `keyword`, or fails with what is there instead.
    pub fn expect_keyword(&mut self, keyword: &str) -> Result<(), Error> {
        self.skip_space();
        if self.eat_keyword(keyword) { Ok(()) } else { Err(self.unexpected(&format!("`{keyword}`"))) }
    }

    /// Skips a run of letters, digits, underscores and hyphens.
    pub fn take_name(&mut self) -> &'t str {
        self.take_while(is_word)
    }

    /// Whether a letter, digit, underscore, hyphen or full stop comes next, which would run on into a number.
    pub fn at_word(&self) -> bool {
        self.peek().is_some_and(|c| is_word(c) || c == '.')
    }

    /// An error at the cursor: what is there, and what should be.
    pub fn unexpected(&self, expected: &str) -> Error {
        Error::new(self.pos, format!("found {}, expected {expected}{}", self.found(), self.hint()))
    }

    /// The same for a place that the cursor has passed: goes back there.
    pub fn unexpected_at(&mut self, offset: usize, expected: &str) -> Error {
        self.pos = offset;
        self.unexpected(expected)
    }

    /// The thing at the cursor, as messages name it.
    fn found(&self) -> String {
        let Some(first) = self.peek() else {
            return "the end of the pattern".to_owned();
        };
        if is_word(first) {
            let word = self.rest().split(|c| !is_word(c)).next().unwrap_or_default();
            return if word.len() > SHOWN { format!("`{}...`", &word[..SHOWN]) } else { format!("`{word}`") };
        }
        if first.is_ascii_graphic() { format!("`{first}`") } else { format!("U+{:04X}", u32::from(first)) }
    }

    /// A word on what its author may have had in mind.
    fn hint(&self) -> &'static str {
        let rest = self.rest();
        let word = self.peek_word();
        let is_keyword = KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word));
        if is_keyword && !KEYWORDS.contains(&word) {
            "; keywords are in upper case"
        } else if word == "MINUTES" || word == "HOURS" {
            "; windows are counted in seconds"
        } else if rest.starts_with("//") || rest.starts_with("/*") {
            "; patterns have no comments"
        } else if rest.starts_with(['"', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '`']) {
            "; strings stand within apostrophes"
        } else {
            ""
        }
    }
}
