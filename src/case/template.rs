//! `{name}` in a text, replaced by what a trial knows.

use std::collections::BTreeMap;

/// Values of variables.
pub type Values = BTreeMap<String, String>;

/// Names in braces, each with its byte range. `{{` stands for a brace.
pub fn names(text: &str) -> Vec<(std::ops::Range<usize>, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|i| at + i) {
        if text[open..].starts_with("{{") {
            at = open + 2;
            continue;
        }
        match text[open..].find('}').map(|i| open + i) {
            // JSON and the like: braces around anything but a name stay as they are
            Some(close) if is_name(&text[open + 1..close]) => {
                found.push((open..close + 1, &text[open + 1..close]));
                at = close + 1;
            }
            _ => at = open + 1,
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.+".contains(&b))
}

/// `text` with every name replaced. `Err` is the first name without a value.
pub fn fill(text: &str, values: &Values) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, name) in names(text) {
        let value = values.get(name).ok_or_else(|| name.to_owned())?;
        out.push_str(&text[at..range.start]);
        out.push_str(value);
        at = range.end;
    }
    out.push_str(&text[at..]);
    Ok(out.replace("{{", "{"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_json_is_left_alone() {
        let values = Values::from([("a.b".to_owned(), "1".to_owned())]);
        assert_eq!(fill("x{a.b}y", &values).as_deref(), Ok("x1y"));
        assert_eq!(fill("{\"objects\": [{}]}", &values).as_deref(), Ok("{\"objects\": [{}]}"));
        assert_eq!(fill("{{a.b}", &values).as_deref(), Ok("{a.b}"));
        assert_eq!(fill("{nope}", &values), Err("nope".to_owned()));
    }
}
