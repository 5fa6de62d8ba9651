//! Secrets are replaced at one place: on the way into the record.
//!
//! Judging sees what the server said; what leaves a run as an event, or is written to disk, goes through a
//! [`Redactor`]. It finds the secrets of the run in every spelling in which they may come back, credentials in
//! URLs, and whatever the user named.

use bytes::Bytes;
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use crate::record::{Body, CleanUp, Event, Exchange, Finding, Known, Planned, Reading, Server, Summary, Trial};

/// What stands where a secret stood.
pub const REDACTED: &str = "[redacted]";
/// What stands where a text was cut.
const CUT: &str = "…";
/// Shorter secrets are not searched for: they would hit by chance.
const SHORTEST: usize = 4;
/// How much of a long secret is searched for, in characters; what follows without a break goes with it.
const SEARCHED: usize = 96;
/// How much of a secret that was cut is compared, in characters; what follows up to the cut goes with it.
const TELLING: usize = 24;
/// Header fields that are replaced whole.
const HEADERS: [&str; 9] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "x-auth-token",
    "x-csrf-token",
    "x-amz-security-token",
];
/// Parameters of a query that hold secrets.
const PARAMETERS: &str = "access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|token|api[_-]?key|apikey|\
    app[_-]?key|key|sig|signature|client[_-]?secret|secret|password|passwd|pwd|auth|jwt|session|session[_-]?id|sid|\
    x-amz-(?:signature|credential|security-token)|x-goog-signature";

/// Knows the secrets of a run and takes them out of everything that is recorded.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    rules: Vec<Rule>,
    headers: Vec<String>,
}

/// What is replaced.
#[derive(Clone, Debug)]
struct Rule {
    regex: Regex,
    /// What every text with a match holds one of; nothing where that is not known. Most texts have none, which is seen
    /// faster than by the regex.
    signs: Vec<Finder<'static>>,
    /// What stands for a match; `$1` is what stays of it.
    by: Vec<u8>,
}

impl Rule {
    fn new<S: AsRef<[u8]>>(regex: Regex, signs: impl IntoIterator<Item = S>, by: impl Into<Vec<u8>>) -> Rule {
        let signs = signs.into_iter().map(|sign| Finder::new(sign.as_ref()).into_owned()).collect();
        Rule { regex, signs, by: by.into() }
    }

    /// `text` with every match replaced; nothing where there is none.
    fn applied(&self, text: &[u8]) -> Option<Vec<u8>> {
        let may_match = self.signs.is_empty() || self.signs.iter().any(|sign| sign.find(text).is_some());
        let found = may_match && self.regex.is_match(text);
        found.then(|| self.regex.replace_all(text, self.by.as_slice()).into_owned())
    }
}

/// What a [`Redactor`] has to hide.
#[derive(Clone, Default)]
pub struct Secrets {
    texts: Vec<String>,
    headers: Vec<String>,
}

impl Secrets {
    /// A secret; very short ones are not searched for.
    pub fn add(&mut self, secret: &str) {
        if secret.len() >= SHORTEST && !self.texts.iter().any(|s| s == secret) {
            self.texts.push(secret.to_owned());
        }
    }

    /// A header field that holds one.
    pub fn header(&mut self, name: &str) {
        self.headers.push(name.to_ascii_lowercase());
    }
}

impl Redactor {
    /// A redactor for these secrets, and for what matches one of `patterns`. `Err` says which pattern is wrong.
    pub fn new(secrets: &Secrets, patterns: &[String]) -> Result<Redactor, String> {
        let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(64 << 20).build();
        let mut rules = Vec::new();
        let mut texts = secrets.texts.clone();
        // longest first, so that a secret inside another does not leave a rest
        texts.sort_by_key(|s| std::cmp::Reverse(s.len()));
        for text in &texts {
            let regex = build(&spellings(text)).map_err(|_| "a secret is too long to be searched for".to_owned())?;
            rules.push(Rule::new(regex, signs(text), REDACTED));
            let regex = build(&beginnings(text)).map_err(|_| "a secret is too long to be searched for".to_owned())?;
            rules.push(Rule::new(regex, [CUT], format!("{REDACTED}{CUT}")));
        }
        let urls = [
            // user and password before the host; no slash, percent-encoded or not
            (
                concat!(
                    r#"(?-u)(?i:(https?(?::|%(?:25)?3a)(?:\\?/|%(?:25)?2f){2}))"#,
                    r#"(?i:[^/\\\s"'<>@?#%]|%(?:25)?(?:[013-9a-f][0-9a-f]|2[0-9a-e])){1,500}(@|%(?:25)?40)"#
                )
                .to_owned(),
                "${1}[redacted]${2}",
                &["@", "%"][..],
            ),
            (
                format!(
                    r#"(?-u)(?i:((?:[?&;]|&amp;|\\u0026|%(?:25)?3f|%(?:25)?26)(?:{PARAMETERS})(?:=|%(?:25)?3d)))[^&#\s"'<>\\;]+"#
                ),
                "${1}[redacted]",
                &["?", "&", ";", "%", "\\u0026"],
            ),
        ];
        let named = patterns.iter().map(|p| (p.clone(), REDACTED, &[][..]));
        for (pattern, by, signs) in urls.into_iter().chain(named) {
            let regex = build(&pattern).map_err(|e| format!("\"{pattern}\" is no regular expression: {e}"))?;
            rules.push(Rule::new(regex, signs, by));
        }
        let own = HEADERS.iter().map(|h| (*h).to_owned());
        Ok(Redactor { rules, headers: own.chain(secrets.headers.iter().cloned()).collect() })
    }

    /// `text` without any secret.
    pub fn text(&self, text: &str) -> String {
        let mut out = text.to_owned();
        self.put(&mut out);
        out
    }

    fn put(&self, text: &mut String) {
        for rule in &self.rules {
            if let Some(clean) = rule.applied(text.as_bytes()) {
                *text = String::from_utf8_lossy(&clean).into_owned();
            }
        }
    }

    fn maybe(&self, text: &mut Option<String>) {
        text.iter_mut().for_each(|t| self.put(t));
    }

    fn all<'a>(&self, texts: impl IntoIterator<Item = &'a mut String>) {
        texts.into_iter().for_each(|t| self.put(t));
    }

    fn body(&self, body: &mut Body) {
        for rule in &self.rules {
            if let Some(clean) = rule.applied(&body.bytes) {
                body.bytes = Bytes::from(clean);
            }
        }
    }

    fn headers(&self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            if self.headers.contains(&name.to_ascii_lowercase()) {
                REDACTED.clone_into(value);
            } else {
                self.put(value);
            }
        }
    }

    /// An exchange without secrets.
    pub fn exchange(&self, mut exchange: Exchange) -> Exchange {
        let Exchange { request, response, failure, resent, curl, .. } = &mut exchange;
        self.put(&mut request.url);
        self.headers(&mut request.headers);
        request.body.iter_mut().for_each(|b| self.body(b));
        if let Some(response) = response {
            self.headers(&mut response.headers);
            self.body(&mut response.body);
        }
        self.maybe(failure);
        self.maybe(resent);
        self.put(curl);
        // what was read of the body before holds its secrets
        exchange.parsed = Default::default();
        exchange
    }

    /// An event without secrets.
    pub fn event(&self, event: Event) -> Event {
        let mut event = event;
        match &mut event {
            Event::Started { suite, url } => {
                self.maybe(&mut suite.write);
                self.put(url);
            }
            Event::Note(text) | Event::Waiting(text) => self.put(text),
            Event::Surveyed(server) => self.server(server),
            Event::Planned(planned) => planned.iter_mut().for_each(|p| self.planned(p)),
            Event::Sharded(_) => {}
            Event::TrialStarted(id) => self.put(id),
            Event::TrialFinished(trial) => self.trial(trial),
            Event::CleanedUp(CleanUp { removed: _, left, reasons }) => {
                self.all(left);
                let redacted = std::mem::take(reasons).into_iter().map(|(mut url, mut why)| {
                    self.put(&mut url);
                    self.put(&mut why);
                    (url, why)
                });
                *reasons = redacted.collect();
            }
            Event::Finished(summary) => self.summary(summary),
        }
        event
    }

    fn server(&self, server: &mut Server) {
        self.put(&mut server.url);
        self.maybe(&mut server.title);
        self.maybe(&mut server.software);
        self.maybe(&mut server.untestable);
        self.all(&mut server.not_contacted);
        for root in &mut server.api_roots {
            self.put(&mut root.url);
            self.maybe(&mut root.title);
            for collection in &mut root.collections {
                self.put(&mut collection.id);
                self.put(&mut collection.title);
            }
        }
    }

    fn planned(&self, planned: &mut Planned) {
        self.put(&mut planned.id);
        self.all(&mut planned.steps);
        self.maybe(&mut planned.skip);
    }

    fn trial(&self, trial: &mut Trial) {
        self.put(&mut trial.id);
        self.put(&mut trial.reason);
        self.all(trial.causes.values_mut());
        for Finding { message, expected, actual, pointer, .. } in &mut trial.findings {
            self.put(message);
            self.maybe(expected);
            self.maybe(actual);
            self.maybe(pointer);
        }
        for Reading { answer, .. } in &mut trial.readings {
            self.put(answer);
        }
        if let Some(Known { reason, owner, .. }) = &mut trial.known {
            self.put(reason);
            self.put(owner);
        }
        let exchanges = std::mem::take(&mut trial.exchanges);
        trial.exchanges = exchanges.into_iter().map(|e| self.exchange(e)).collect();
    }

    fn summary(&self, summary: &mut Summary) {
        self.all(&mut summary.stale);
        self.all(summary.inconclusive.values_mut());
    }
}

/// A pattern for a secret: as it is, percent-encoded, in JSON, in a page, or any mixture of these, and in Base64
/// wherever it stands in the encoded text.
fn spellings(secret: &str) -> String {
    let mut all: Vec<String> = vec![spelled(secret)];
    all.extend(encoded(secret.as_bytes()).iter().map(|e| spelled(e)));
    format!("(?-u)(?:{})", all.join("|"))
}

/// What a text holds one of where [`spellings`] match: the secret or its Base64 as they are, or a character that every
/// other spelling needs. Nothing where what is left of them to search for is too short.
fn signs(secret: &str) -> Vec<String> {
    // `=` may be left out, see `character`
    let plain = |text: &str| text.chars().take(SEARCHED).take_while(|c| *c != '=').collect::<String>();
    let mut all: Vec<String> = encoded(secret.as_bytes()).iter().map(|e| plain(e)).collect();
    all.push(plain(secret));
    if all.iter().any(|text| text.len() < SHORTEST) {
        return Vec::new();
    }
    all.extend(["&", "%", "\\"].map(str::to_owned));
    let somewhere = |sought: &[char]| all.iter().any(|text| text.contains(sought));
    let (pointer, form) = (somewhere(&['/', '~']), somewhere(&[' ']));
    all.extend(pointer.then(|| "~".to_owned()));
    all.extend(form.then(|| "+".to_owned()));
    all
}

/// A pattern for what is left of a secret where a text was cut within it: its beginning, and the mark of the cut.
fn beginnings(secret: &str) -> String {
    let begun = |text: &str| -> String {
        let characters: Vec<String> = text.chars().take(TELLING).map(character).collect();
        let (first, rest) = characters.split_at(SHORTEST.min(characters.len()));
        let more = if text.chars().nth(TELLING).is_some() { "(?s:.{0,400}?)" } else { "" };
        let rest = rest.iter().rev().fold(more.to_owned(), |inner, c| format!("(?:{c}{inner})?"));
        first.concat() + &rest
    };
    let mut all = vec![begun(secret)];
    all.extend(encoded(secret.as_bytes()).iter().map(|e| begun(e)));
    // the last character may be cut in the middle of its spelling
    format!(r"(?-u)(?:{})[%&#;\\\w]{{0,8}}{}", all.join("|"), CUT)
}

/// One text with each of its characters in every spelling.
fn spelled(text: &str) -> String {
    let mut out: String = text.chars().take(SEARCHED).map(character).collect();
    if text.chars().nth(SEARCHED).is_some() {
        out += r#"[^\s"'<>&;,]{0,8192}"#;
    }
    out
}

/// One character: raw, percent-encoded once or twice, as JSON or a page escapes it, and what of this can be nested.
fn character(c: char) -> String {
    /// A backslash, raw or percent-encoded.
    const BACKSLASH: &str = r"(?:\\|%(?:25)?5[cC])";
    let mut buffer = [0; 4];
    let utf8: Vec<u8> = c.encode_utf8(&mut buffer).bytes().collect();
    let hex = |text: String| -> String {
        let any = |d: char| match d.is_ascii_alphabetic() {
            true => format!("[{d}{}]", d.to_ascii_uppercase()),
            false => d.to_string(),
        };
        text.chars().map(any).collect()
    };
    let mut units = [0; 2];
    let json: String =
        c.encode_utf16(&mut units).iter().map(|u| format!("{BACKSLASH}{{1,4}}u{}", hex(format!("{u:04x}")))).collect();
    let mut ways: Vec<String> = vec![
        format!("&#0*{};?", u32::from(c)),
        format!("&#[xX]0*{};?", hex(format!("{:x}", u32::from(c)))),
        utf8.iter().map(|b| format!("%(?:25)?{}", hex(format!("{b:02x}")))).collect(),
        utf8.iter().map(|b| format!(r"\x{b:02x}")).collect(),
    ];
    let named = match c {
        '"' => "&quot;",
        '\'' => "&apos;",
        '&' => "&amp;",
        // in JSON pointers
        '/' => "~1",
        '~' => "~0",
        '<' => "&lt;",
        '>' => "&gt;",
        ' ' => r"\+",
        _ => "",
    };
    if !named.is_empty() {
        // before the raw character, which may be the beginning of it
        ways.insert(0, named.to_owned());
    }
    // the padding of Base64 is optional
    let optional = if c == '=' { "?" } else { "" };
    format!("(?:{json}|{BACKSLASH}{{0,7}}(?:{})){optional}", ways.join("|"))
}

/// The characters of Base64 that a text leaves wherever it stands in what is encoded: three alignments, in the
/// alphabets of texts and of URLs.
fn encoded(secret: &[u8]) -> Vec<String> {
    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
    let mut all = Vec::new();
    for before in 0..3_usize {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret);
        // characters that hold bits of what stands before or after are left out
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        for text in [BASE64_STANDARD_NO_PAD.encode(&bytes), BASE64_URL_SAFE_NO_PAD.encode(&bytes)] {
            let middle = text.get(first..last).unwrap_or_default().to_owned();
            if middle.len() >= 5 && !all.contains(&middle) {
                all.push(middle);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests;
