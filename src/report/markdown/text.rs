//! Text for Markdown: what a server said can neither become markup nor call anybody.

use crate::report::sanitize::{block, line};

/// `text` as prose on one line, at most `max` characters long: every character that could mean
/// something to a renderer is escaped.
pub fn prose(text: &str, max: usize) -> String {
    let text = line(text, max);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // forges act on these even where they are escaped
            '@' | '#' if rest.peek().is_some_and(|n| n.is_alphanumeric()) => {
                out.push('\\');
                out.push(c);
                out.push_str("<!-- -->");
            }
            // no sentence needs these escaped, and the source stays readable
            ',' | '.' | '\'' | '"' | '(' | ')' | '?' | '/' | ';' | '%' | '-' | '=' | ':' => {
                let next = rest.peek().copied().unwrap_or(' ');
                let special = match c {
                    // becomes a link by itself
                    '.' if out.ends_with("www") => true,
                    ':' => next == '/' || next.is_alphabetic(),
                    // becomes an item of a list
                    '.' | ')' => next == ' ' && out.bytes().all(|b| b.is_ascii_digit()),
                    _ => out.is_empty(),
                };
                if special {
                    out.push('\\');
                }
                out.push(c);
            }
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// `text` as code on one line, at most `max` characters long. In a table, too.
pub fn code(text: &str, max: usize) -> String {
    // a bar would end the cell, even in code
    let text = line(text, max).replace('|', "¦");
    let fence = "`".repeat(longest(&text, '`') + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// `text` as a block of code, at most `max` characters long.
pub fn fenced(language: &str, text: &str, max: usize) -> String {
    let text = block(text, max);
    let fence = "`".repeat((longest(&text, '`') + 1).max(3));
    format!("{fence}{language}\n{text}\n{fence}\n")
}

/// Length of the longest run of this character.
fn longest(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_no_markup() {
        for (text, escaped) in [
            ("2 objects, at most (of 3).", "2 objects, at most (of 3)."),
            ("<b>&amp;", r"\<b\>\&amp;"),
            ("[x](http://e)", r"\[x\](http\://e)"),
            ("www.e.org", r"www\.e.org"),
            ("1. one", r"1\. one"),
            ("1) one", r"1\) one"),
            ("- one", r"\- one"),
            ("found: 12:00, :smile:", r"found: 12:00, \:smile:"),
            ("a | b ~~c~~ *d* _e_ `f`", r"a \| b \~\~c\~\~ \*d\* \_e\_ \`f\`"),
            ("@all #1", r"\@<!-- -->all \#<!-- -->1"),
        ] {
            assert_eq!(prose(text, 100), escaped);
        }
    }

    #[test]
    fn code_is_closed_by_its_own_fence_alone() {
        assert_eq!(code("a", 9), "`a`");
        assert_eq!(code("a``b|`", 9), "``` a``b¦` ```");
        assert_eq!(code("", 9), "`  `");
        assert_eq!(fenced("sh", "a\n````\nb", 99), "`````sh\na\n````\nb\n`````\n");
    }
}
