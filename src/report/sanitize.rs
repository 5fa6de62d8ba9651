//! Makes text that came from a server safe to show.
//!
//! A terminal acts on control characters and escape sequences, a reader is misled by bidirectional
//! overrides and invisible characters, and CI systems act on commands in the log. None of them gets
//! through. Reports that keep text for machines (JSON) escape instead.

/// `text` on one line, harmless, and at most `max` characters long.
///
/// Line breaks and tabs become spaces; what is cut off is replaced by `…`.
pub fn line(text: &str, max: usize) -> String {
    let mut out = String::new();
    for c in clean(text) {
        let c = if c.is_whitespace() { ' ' } else { c };
        if !(c == ' ' && (out.is_empty() || out.ends_with(' '))) {
            out.push(c);
        }
    }
    cut(defuse(out.trim_end()), max)
}

/// `text` with its line breaks, harmless, and at most `max` characters long.
pub fn block(text: &str, max: usize) -> String {
    let text: String = clean(&text.replace("\r\n", "\n")).map(|c| if c == '\r' { '\n' } else { c }).collect();
    cut(defuse(text.trim_end()), max)
}

/// A command line to paste: as [`line()`], but spaces stay as they are, because they count in a shell.
pub fn command(text: &str, max: usize) -> String {
    let text: String = clean(text).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    cut(defuse(text.trim()), max)
}

/// Whether a character may steer a terminal or mislead a reader.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
        '\u{061C}' | '\u{200E}' | '\u{200F}'                       // directional marks
        | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'        // embeddings, overrides, isolates
        | '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}'        // invisible
        | '\u{2028}' | '\u{2029}'                                  // line and paragraph separators
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}') // annotations, tags
}

/// The characters of `text` without escape sequences and hostile characters; line breaks and tabs
/// stay.
fn clean(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let c = rest.chars().next()?;
            rest = &rest[c.len_utf8()..];
            match c {
                '\u{1b}' => rest = after_escape(rest),
                '\u{9b}' => rest = after_csi(rest),
                '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => rest = after_string(rest),
                '\n' | '\r' | '\t' => return Some(c),
                '\u{2028}' | '\u{2029}' => return Some('\n'),
                c if is_hostile(c) => {}
                c => return Some(c),
            }
        }
    })
}

/// What follows an escape sequence (ECMA-48) whose ESC was taken.
fn after_escape(text: &str) -> &str {
    let mut chars = text.chars();
    match chars.next() {
        Some('[') => after_csi(chars.as_str()),
        Some(']' | 'P' | 'X' | '^' | '_') => after_string(chars.as_str()),
        Some(' '..='/') => {
            // Intermediate characters, then one final character.
            let rest = text.trim_start_matches(|c| matches!(c, ' '..='/'));
            rest.strip_prefix(|c| matches!(c, '0'..='~')).unwrap_or(rest)
        }
        Some('0'..='~') => chars.as_str(),
        _ => text,
    }
}

/// What follows a control sequence: parameters, intermediate characters, one final character.
fn after_csi(text: &str) -> &str {
    let rest = text.trim_start_matches(|c| matches!(c, ' '..='?'));
    rest.strip_prefix(|c| matches!(c, '@'..='~')).unwrap_or(rest)
}

/// What follows a control string, which ends with BEL or ST. One that never ends takes nothing with
/// it but its start, so that a server cannot make the rest of an answer disappear.
fn after_string(text: &str) -> &str {
    let end = text.find(['\u{7}', '\u{9c}', '\u{1b}', '\n']);
    match end.map(|at| text.split_at(at)) {
        Some((_, rest)) if rest.starts_with("\u{1b}\\") => &rest[2..],
        Some((_, rest)) if rest.starts_with(['\u{7}', '\u{9c}']) => rest.trim_start_matches(['\u{7}', '\u{9c}']),
        _ => text,
    }
}

/// Breaks up what CI systems take as commands wherever it stands in a line of the log:
/// `##[…]` and `##vso[…]` (GitHub, Azure), `##teamcity[…]`. The other form, `::…::`, counts only at
/// the start of a line, where the console report never puts text of a server.
fn defuse(text: &str) -> String {
    let mut text = text.to_owned();
    while text.contains("##") {
        text = text.replace("##", "# #");
    }
    text
}

fn cut(text: String, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text,
        Some(_) => {
            let kept: String = text.chars().take(max.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays() {
        for text in ["", "at most 3 objects", "Grüße, 世界, 👩‍💻", "a \"b\" \\ <c> & 'd'"] {
            assert_eq!(line(text, 100), text);
        }
    }

    #[test]
    fn escape_sequences_go_as_a_whole() {
        for (text, clean) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("a\u{1b}[2J\u{1b}[1;1Hb", "ab"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://evil/\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{9d}0;title\u{9c}after", "after"),
            ("\u{1b}Pq#0\u{1b}\\after", "after"),
            ("\u{1b}(0lines", "lines"),
            ("\u{1b}cafter", "after"),
            ("end\u{1b}", "end"),
            ("end\u{1b}[", "end"),
            ("\u{1b}]never ended", "never ended"),
        ] {
            assert_eq!(line(text, 100), clean, "{text:?}");
        }
    }

    #[test]
    fn control_and_bidi_characters_go() {
        assert_eq!(line("a\u{0}b\u{8}c\u{7f}d\u{85}e", 100), "abcde");
        assert_eq!(line("user\u{202e}nimda\u{202c}\u{2066}x\u{2069}\u{200f}", 100), "usernimdax");
        assert_eq!(line("in\u{200b}vis\u{feff}ible\u{e0041}", 100), "invisible");
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(line("a\r\nb\n\n\tc\u{2028}d ", 100), "a b c d");
        assert_eq!(block("a\r\nb\rc\nd\n\n", 100), "a\nb\nc\nd");
        assert_eq!(command(" curl 'a  b'\nrm\u{1b}[0m ", 100), "curl 'a  b' rm");
    }

    #[test]
    fn commands_of_ci_systems_are_broken_up() {
        assert_eq!(line("x ##[add-mask]y", 100), "x # #[add-mask]y");
        assert_eq!(line("##teamcity[x]", 100), "# #teamcity[x]");
        assert_eq!(line("##vso[task]", 100), "# #vso[task]");
        assert_eq!(line("#\u{1b}[0m#[error]", 100), "# #[error]");
        assert_eq!(line("###[error]", 100), "# # #[error]");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(line("äöüß", 4), "äöüß");
        assert_eq!(line("äöüßx", 4), "äöü…");
        assert_eq!(line("ab cd", 4), "ab…");
        assert_eq!(line("abc", 0), "…");
    }
}
