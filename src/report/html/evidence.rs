//! Exchanges that no finding points to: a line each for everybody, and headers, bodies and commands in a
//! block of JSON from which the script builds the rest when a trial is opened. Equal headers and bodies
//! are kept once, which makes most of the difference in size.

use std::collections::HashMap;
use std::io;

use serde_json::{Value, json};

use super::{body, text};
use crate::record::{Body, Exchange};

/// The block of JSON in the making.
pub(super) struct Evidence {
    room: usize,
    strings: Table,
    bodies: Table,
    shown: Vec<Value>,
    exchanges: Vec<Value>,
}

impl Evidence {
    /// None yet; a body is shown in about `room` bytes.
    pub(super) fn new(room: usize) -> Self {
        let (strings, bodies) = (Table::default(), Table::default());
        Evidence { room, strings, bodies, shown: Vec::new(), exchanges: Vec::new() }
    }

    /// Takes an exchange; gives the number under which the script finds it.
    pub(super) fn add(&mut self, exchange: &Exchange) -> usize {
        let sent = self.headers(&exchange.request.headers);
        let sent_body = self.body(exchange.request.body.as_ref());
        let (came, came_body) = match (&exchange.response, &exchange.failure) {
            (Some(response), _) => {
                let mut came = vec![self.strings.put(head(response.status, &response.version))];
                came.extend(self.headers(&response.headers));
                (came, self.body(Some(&response.body)))
            }
            (None, failure) => {
                let failure = text::line(failure.as_deref().unwrap_or("no answer"), 600);
                (vec![self.strings.put(failure)], -1)
            }
        };
        let [before, url, after] = split(&exchange.curl, &exchange.request.url).map(|part| self.strings.put(part));
        let asked = self.strings.put(text::line(&exchange.request.url, 4000));
        self.exchanges.push(json!([sent, sent_body, came, came_body, asked, before, url, after]));
        self.exchanges.len() - 1
    }

    /// The block: JSON without a `<`, so that nothing in it can end the block or begin a comment.
    pub(super) fn json(self) -> io::Result<String> {
        let block = json!({ "strings": self.strings.rows, "bodies": self.shown, "exchanges": self.exchanges });
        Ok(serde_json::to_string(&block)?.replace('<', "\\u003c"))
    }

    fn headers(&mut self, headers: &[(String, String)]) -> Vec<usize> {
        headers.iter().map(|(name, value)| self.strings.put(header(name, value))).collect()
    }

    fn body(&mut self, body: Option<&Body>) -> i64 {
        let Some(body) = body else { return -1 };
        let hash = body.sha256();
        let known = self.bodies.rows.len();
        let number = self.bodies.put(hash.clone());
        if number == known {
            let lines = body::show(&body.bytes, &[], self.room);
            let text: Vec<String> = lines.into_iter().map(|l| l.indent + &l.text).collect();
            self.shown.push(json!([text.join("\n"), body.size(), hash]));
        }
        number as i64
    }
}

/// A header field as it is shown.
pub(super) fn header(name: &str, value: &str) -> String {
    format!("{}: {}", text::line(name, 200), text::line(value, 4000))
}

/// The first line of an answer.
pub(super) fn head(status: u16, version: &str) -> String {
    format!("{} {status}", text::line(version, 40))
}

/// A command line as what comes before the URL, the URL, and what comes after it: the first is nearly
/// always the same.
fn split(curl: &str, url: &str) -> [String; 3] {
    let (before, found, after) = match curl.rfind(url).filter(|_| !url.is_empty()) {
        Some(at) => (&curl[..at], url, &curl[at + url.len()..]),
        None => (curl, "", ""),
    };
    [before, found, after].map(text::command)
}

/// Strings, each once.
#[derive(Default)]
struct Table {
    rows: Vec<String>,
    index: HashMap<String, usize>,
}

impl Table {
    fn put(&mut self, text: String) -> usize {
        if let Some(&at) = self.index.get(&text) {
            return at;
        }
        self.index.insert(text.clone(), self.rows.len());
        self.rows.push(text);
        self.rows.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_the_same_when_put_together() {
        for (curl, url) in [
            ("curl -g 'https://a.example/'", "https://a.example/"),
            ("curl 'https://a.example/' --data 'https://a.example/'", "https://a.example/"),
            ("curl -g 'https://a.example/it'\\''s/'", "https://a.example/it's/"),
            ("curl", ""),
        ] {
            assert_eq!(split(curl, url).concat(), curl);
        }
    }
}
