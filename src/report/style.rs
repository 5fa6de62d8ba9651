//! How verdicts look: a word, a shape and, where wanted, a colour. Never the colour alone.

use crate::record::Verdict;

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// Words and shapes alone.
    pub const PLAIN: Style = Style { colour: false };

    /// With colour on a terminal, unless `NO_COLOR` holds anything (<https://no-color.org>) or the
    /// terminal is a dumb one.
    pub fn of(terminal: bool, env: impl Fn(&str) -> Option<String>) -> Style {
        let refused = env("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = env("TERM").is_some_and(|t| t == "dumb");
        Style { colour: terminal && !refused && !dumb }
    }

    /// Whether this style colours.
    pub fn colours(self) -> bool {
        self.colour
    }

    /// `✗ FAIL` and the like.
    pub fn verdict(self, verdict: Verdict) -> String {
        let text = format!("{} {}", shape(verdict), verdict.word().to_uppercase());
        self.of_verdict(verdict, &text)
    }

    /// `text` in the colour of a verdict.
    pub fn of_verdict(self, verdict: Verdict, text: &str) -> String {
        self.paint(
            match verdict {
                Verdict::Pass => "32",
                Verdict::Warn => "33",
                Verdict::Fail => "1;31",
                Verdict::Inconclusive => "36",
                Verdict::Skip => "2",
                Verdict::Error => "1;35",
            },
            text,
        )
    }

    /// What a reader looks for.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What a reader may pass over.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A shape for each verdict, for those who do not see colours.
pub fn shape(verdict: Verdict) -> char {
    match verdict {
        Verdict::Pass => '✓',
        Verdict::Warn => '▲',
        Verdict::Fail => '✗',
        Verdict::Inconclusive => '?',
        Verdict::Skip => '○',
        Verdict::Error => '■',
    }
}

/// Breaks `text` into lines of at most `width` characters at spaces, each line after `indent`; the
/// first line follows `first` instead, which may be longer than `indent`.
///
/// A word longer than a line keeps a line of its own. No line begins with `::`, which some CI
/// systems take as a command.
pub fn wrap(first: &str, indent: &str, width: usize, text: &str) -> String {
    let mut out = String::from(first);
    let mut column = first.chars().count();
    let mut start = true;
    for word in text.split(' ') {
        let length = word.chars().count();
        if !start && column + 1 + length > width && !word.starts_with("::") {
            out.push('\n');
            out.push_str(indent);
            column = indent.chars().count();
            start = true;
        }
        if !start {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
        start = false;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_that_want_it() {
        let none = |_: &str| None;
        assert!(Style::of(true, none).colours());
        assert!(!Style::of(false, none).colours());
        let set = |name: &'static str, value: &'static str| move |n: &str| (n == name).then(|| value.to_owned());
        assert!(!Style::of(true, set("NO_COLOR", "1")).colours());
        assert!(Style::of(true, set("NO_COLOR", "")).colours());
        assert!(!Style::of(true, set("TERM", "dumb")).colours());
    }

    #[test]
    fn verdicts_differ_without_colour() {
        let texts: std::collections::BTreeSet<_> = Verdict::ALL.map(shape).into_iter().collect();
        assert_eq!(texts.len(), Verdict::ALL.len());
        assert_eq!(Style::PLAIN.verdict(Verdict::Fail), "✗ FAIL");
    }

    #[test]
    fn long_text_wraps_at_spaces() {
        assert_eq!(wrap("  a: ", "     ", 14, "one two three"), "  a: one two\n     three\n");
        assert_eq!(wrap("", "", 5, "incomprehensible it is"), "incomprehensible\nit is\n");
        assert_eq!(wrap("x: ", "", 8, "abc ::error::d"), "x: abc ::error::d\n");
    }
}
