//! Finding one's way in JSON text without parsing it.

/// The first byte at or after `at` that is no white space.
pub(crate) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// Where the value that begins at `start` ends; none where the text ends before. A number or literal ends with the text
/// only if no more text comes.
pub(crate) fn value_end(text: &[u8], start: usize, eof: bool) -> Option<usize> {
    match text.get(start)? {
        b'"' => string_end(text, start),
        b'{' | b'[' => container_end(text, start),
        _ => {
            let rest = &text[start..];
            let length =
                rest.iter().position(|c| matches!(c, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}' | b':'));
            match length {
                Some(n) => Some(start + n),
                None if eof => Some(text.len()),
                None => None,
            }
        }
    }
}

/// The byte after the closing quote of the string that begins at `start`.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at = quote_or_backslash(text, at)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Eight bytes at a time: most of a document is the inside of strings.
fn quote_or_backslash(text: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = text.get(at..at + 8) {
        let word = u64::from_le_bytes(chunk.try_into().ok()?);
        let quotes = word ^ (ONES * b'"' as u64);
        let slashes = word ^ (ONES * b'\\' as u64);
        let found = (quotes.wrapping_sub(ONES) & !quotes | slashes.wrapping_sub(ONES) & !slashes) & HIGH;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    text.get(at..)?.iter().position(|c| matches!(c, b'"' | b'\\')).map(|n| at + n)
}

fn container_end(text: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    loop {
        match text.get(at)? {
            b'"' => {
                at = string_end(text, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The raw value of a member of an object, if it has it; the object may lack its end.
pub(crate) fn member<'t>(text: &'t [u8], name: &str) -> Option<&'t [u8]> {
    members(text).find(|(key, _, _)| *key == name.as_bytes()).map(|(_, start, end)| &text[start..end])
}

/// Names, starts and ends of the members of an object. Names are as written, without their quotes.
pub(crate) fn members(text: &[u8]) -> impl Iterator<Item = (&[u8], usize, usize)> {
    let mut at = skip_space(text, 0) + 1;
    std::iter::from_fn(move || {
        let start = skip_space(text, at);
        let start = if text.get(start) == Some(&b',') { skip_space(text, start + 1) } else { start };
        if text.get(start) != Some(&b'"') {
            return None;
        }
        let end = string_end(text, start)?;
        let value = skip_space(text, skip_space(text, end) + 1);
        let value_end = value_end(text, value, true)?;
        at = value_end;
        Some((&text[start + 1..end - 1], value, value_end))
    })
}

/// Starts and ends of the items of a list.
pub(crate) fn items(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = skip_space(text, 0) + 1;
    std::iter::from_fn(move || {
        let start = skip_space(text, at);
        let start = if text.get(start) == Some(&b',') { skip_space(text, start + 1) } else { start };
        if matches!(text.get(start), None | Some(b']')) {
            return None;
        }
        let end = value_end(text, start, true)?;
        at = end;
        Some((start, end))
    })
}

/// Where in the text the value of a JSON Pointer stands, or the innermost value around it that exists.
pub(crate) fn locate(text: &[u8], pointer: &str) -> (usize, usize) {
    let mut start = skip_space(text, 0);
    let mut end = value_end(text, start, true).unwrap_or(text.len());
    for step in pointer.split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        let inner = &text[start..end];
        let found = match inner.first() {
            Some(b'{') => members(inner).find(|(key, _, _)| is_name(key, &name)).map(|(_, s, e)| (s, e)),
            Some(b'[') => name.parse().ok().and_then(|n| items(inner).nth(n)),
            _ => None,
        };
        let Some((s, e)) = found else { break };
        (start, end) = (start + s, start + e);
    }
    (start, end)
}

fn is_name(raw: &[u8], name: &str) -> bool {
    if !raw.contains(&b'\\') {
        return raw == name.as_bytes();
    }
    let quoted = [b"\"", raw, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).is_ok_and(|n| n == name)
}

/// Line and bytes into that line after this text, given those before it.
pub(crate) fn position(text: &[u8], line: u64, column: u64) -> (u64, u64) {
    match text.iter().rposition(|c| *c == b'\n') {
        None => (line, column + text.len() as u64),
        Some(last) => {
            let lines = text.iter().filter(|c| **c == b'\n').count();
            (line + lines as u64, (text.len() - last - 1) as u64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_values() {
        assert_eq!(value_end(br#"{"a":"}\"]","b":[1,{}]} x"#, 0, true), Some(23));
        assert_eq!(value_end(br#""a long string with \\ and \" in it" "#, 0, true), Some(36));
        assert_eq!(value_end(b"12,", 0, false), Some(2));
        assert_eq!(value_end(b"12", 0, false), None);
        assert_eq!(value_end(b"[1", 0, true), None);
    }

    #[test]
    fn pointers_are_located() {
        let text = br#" {"a": [1, {"b/c": true}], "d": 2}"#;
        let at = |pointer: &str| {
            let (s, e) = locate(text, pointer);
            std::str::from_utf8(&text[s..e]).expect("UTF-8")
        };
        assert_eq!(at("/a/1/b~1c"), "true");
        assert_eq!(at("/d"), "2");
        assert_eq!(at("/d/missing"), "2");
        assert_eq!(position(b"ab\ncd\ne", 1, 5), (3, 1));
    }
}
