//! Secrets are replaced at one place: on the way into the record.

/// Knows the secrets of a run and takes them out of everything that is recorded.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

/// What stands where a secret stood.
pub const REDACTED: &str = "[redacted]";

impl Redactor {
    /// Remembers a secret. Very short ones are not searched for: they would hit by chance.
    pub fn add(&mut self, secret: &str) {
        if secret.len() >= 4 && !self.secrets.iter().any(|s| s == secret) {
            self.secrets.push(secret.to_owned());
            // longest first, so that a secret inside another does not leave a rest
            self.secrets.sort_by_key(|s| std::cmp::Reverse(s.len()));
        }
    }

    /// `text` without any secret.
    pub fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |t, s| t.replace(s.as_str(), REDACTED))
    }

    /// `bytes` without any secret; untouched where there is none.
    pub fn bytes(&self, bytes: bytes::Bytes) -> bytes::Bytes {
        // the search in texts is fast, and bodies are nearly always text
        let hit = match std::str::from_utf8(&bytes) {
            Ok(text) => self.secrets.iter().any(|s| text.contains(s.as_str())),
            Err(_) => self.secrets.iter().any(|s| bytes.windows(s.len()).any(|w| w == s.as_bytes())),
        };
        if !hit {
            return bytes;
        }
        let mut out = bytes.to_vec();
        for secret in &self.secrets {
            let mut at = 0;
            while let Some(found) = out[at..].windows(secret.len()).position(|w| w == secret.as_bytes()) {
                let start = at + found;
                out.splice(start..start + secret.len(), REDACTED.bytes());
                at = start + REDACTED.len();
            }
        }
        out.into()
    }

    /// A header value; those that carry credentials or sessions are replaced whole.
    pub fn header(&self, name: &str, value: &str) -> String {
        match name.to_ascii_lowercase().as_str() {
            "authorization" | "proxy-authorization" | "cookie" | "set-cookie" | "x-api-key" => REDACTED.to_owned(),
            _ => self.text(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_never_pass() {
        let mut r = Redactor::default();
        r.add("hunter22");
        r.add("aHVudGVyMjI=");
        assert_eq!(r.text("pw=hunter22&x=aHVudGVyMjI="), "pw=[redacted]&x=[redacted]");
        assert_eq!(r.bytes("a hunter22 b hunter22".into()), bytes::Bytes::from("a [redacted] b [redacted]"));
        assert_eq!(r.header("Set-Cookie", "sid=1"), REDACTED);
    }
}
