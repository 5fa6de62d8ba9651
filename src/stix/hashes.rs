//! Hashes (2.7, 10.7): names of algorithms, and digests of their form.

use super::Level;
use super::finding::Path;
use super::node::{Entry, Node};
use super::tables::{Prop, TABLES};
use super::walk::{Walk, suggestion};

impl<'n, 'a> Walk<'n, 'a, '_> {
    pub(super) fn hashes(&mut self, prop: &'static Prop, entries: &'n [Entry<'a>], path: &Path<'_>) {
        if entries.is_empty() {
            return self.must(path, "empty-dictionary", "S21-2.3-05", || {
                format!("`{}` is empty; leave it out instead", prop.name)
            });
        }
        self.repeated(entries, "S21-2.7-03", path);
        for (name, digest) in entries {
            let here = path.key(name);
            self.hash_name(prop, name, &here);
            let Node::String(text) = digest else {
                self.must(&here, "wrong-type", "S21-2.7-07", || format!("a hash is a string, not {}", digest.kind()));
                continue;
            };
            if let Some(index) = self.tables.hash_names.get(name)
                && !is_digest(name, self.tables.hash_lengths[index], text)
            {
                self.must(&here, "hash-value", digest_rule(name), || format!("{text:?} is not of the form of {name}"));
            }
        }
        if self.advice && !entries.iter().any(|(k, _)| k == "SHA-256") {
            let rule = if prop.hash_rule == "S21-2.5-02" { "S21-2.5-03" } else { "S21-2.7-08" };
            self.should(path, "no-sha-256", rule, || "a SHA-256 hash is advised wherever there can be one".into());
        }
    }

    fn hash_name(&mut self, prop: &'static Prop, name: &str, path: &Path<'_>) {
        if self.tables.hash_names.get(name).is_some() {
            return;
        }
        let (rule, why) = if !name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_')) {
            ("S21-2.7-04", "has other characters than letters, digits, hyphen and underscore")
        } else if name.len() < 3 {
            ("S21-2.7-05", "has less than 3 characters")
        } else if name.len() > 250 {
            ("S21-2.7-06", "has more than 250 characters")
        } else {
            // The standard says MUST in one place and SHOULD, with an example, in another (policy 5).
            return self.report(path, Level::Should, "unknown-hash", prop.hash_rule, || {
                format!("{name:?} is not in hash-algorithm-ov{}", suggestion(name, TABLES.hash_names.iter()))
            });
        };
        self.must(path, "hash-name", rule, || format!("the name of a hash {why}: {name:?}"));
    }
}

/// Whether the text can be what the algorithm gives. Digests are written in either case.
fn is_digest(name: &str, length: Option<usize>, text: &str) -> bool {
    let hex = |s: &str, n: usize| s.len() == n && s.bytes().all(|c| c.is_ascii_hexdigit());
    match (name, length) {
        // Tools may put the version before the 35 bytes.
        ("TLSH", Some(n)) => hex(text.strip_prefix("T1").unwrap_or(text), n),
        (_, Some(n)) => hex(text, n),
        ("SSDEEP", None) => is_ssdeep(text),
        _ => true,
    }
}

/// Block size, and two signatures; a file name may follow the second. Block sizes are 3 times a power of two, and a
/// signature has at most 64 characters of base64 (`MIN_BLOCKSIZE` and `SPAMSUM_LENGTH` of ssdeep).
fn is_ssdeep(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (Some(size), Some(first), Some(second)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let is_size = |n: u64| n.is_multiple_of(3) && (n / 3).is_power_of_two();
    size.bytes().all(|c| c.is_ascii_digit())
        && size.parse().is_ok_and(is_size)
        && first.len() <= 64
        && first.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/'))
        && !second.contains('\n')
}

fn digest_rule(name: &str) -> &'static str {
    match name {
        "MD5" => "S21-10.7-01",
        "SHA-1" => "S21-10.7-02",
        "SHA-256" => "S21-10.7-03",
        "SHA-512" => "S21-10.7-04",
        "SHA3-256" => "S21-10.7-05",
        "SHA3-512" => "S21-10.7-06",
        "SSDEEP" => "S21-10.7-07",
        "TLSH" => "S21-10.7-08",
        _ => "S21-2.7-07",
    }
}
