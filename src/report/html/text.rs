//! Text that came from a server, made visible: what could steer or mislead a reader is shown as a sign
//! of its own instead of being acted on or dropped, because it is evidence. The template escapes markup.

use std::borrow::Cow;

use crate::report::sanitize::is_hostile;

/// `text` on one line and at most `max` characters long; says how much was left out.
pub(in crate::report) fn line(text: &str, max: usize) -> String {
    let text = cut(text, max);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\r' | '\t') { out.push(' ') } else { push(&mut out, c) }
    }
    out
}

/// `text` with its line breaks and tabs, at most `max` characters long.
pub(super) fn block(text: &str, max: usize) -> String {
    let text = cut(text, max);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\t') { out.push(c) } else { push(&mut out, c) }
    }
    out
}

/// A command line to copy. Characters that a terminal acts on go, because this is not shown but run.
pub(super) fn command(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !is_hostile(*c)).collect()
}

/// Something that can stand in a URL after `#` and find the element of that name: no spaces, no signs
/// that are written differently in a URL.
pub(in crate::report) fn anchor(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$()*+,;=:@/?[]{}".contains(c);
    text.chars().take(300).map(|c| if plain(c) { c } else { '_' }).collect()
}

/// Control characters as their pictures, others that do not show as their code points.
fn push(out: &mut String, c: char) {
    match c {
        '\u{0}'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
        '\u{7f}' => out.push('\u{2421}'),
        c if is_hostile(c) => *out += &format!("‹U+{:04X}›", u32::from(c)),
        c => out.push(c),
    }
}

fn cut(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        None => Cow::Borrowed(text),
        Some((at, _)) => {
            let more = text[at..].chars().count();
            Cow::Owned(format!("{}… ({more} more characters)", &text[..at]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_show_is_shown() {
        assert_eq!(line("a\u{0}\u{1b}[2J\u{7f}\u{202e}b\u{85}", 100), "a␀␛[2J␡‹U+202E›b‹U+0085›");
        assert_eq!(line("a\r\n\tb  c", 100), "a   b  c");
        assert_eq!(block("a\r\n\tb", 100), "a␍\n\tb");
        assert_eq!(line("Grüße, 世界, שלום", 100), "Grüße, 世界, שלום");
    }

    #[test]
    fn long_text_says_how_long_it_was() {
        assert_eq!(line("äöüß", 4), "äöüß");
        assert_eq!(line("äöüß!", 3), "äöü… (2 more characters)");
    }

    #[test]
    fn commands_keep_what_a_shell_needs() {
        assert_eq!(command("curl 'a  b\n## c'\u{1b}[0m\u{202e}"), "curl 'a  b\n## c'[0m");
    }

    #[test]
    fn anchors_are_plain() {
        assert_eq!(anchor("a/b[c=d,e]@/f <\"#%é"), "a/b[c=d,e]@/f______");
    }
}
