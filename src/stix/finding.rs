//! What the validator has to say about content.

use std::fmt::{self, Write as _};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Advice of the standard, or a statement without a keyword. Content stays valid.
    Should,
    /// A broken MUST or MUST NOT: the content is invalid.
    Must,
}

impl Level {
    /// The word used on the command line and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Should => "should",
            Self::Must => "must",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that content does against the standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it makes the content invalid.
    pub level: Level,
    /// What kind of slip it is: stable, in kebab case, the same for all properties that it can happen to.
    pub code: &'static str,
    /// The row of the register (`S21-…`, or `U21-…` for statements without a keyword) that is broken.
    pub rule: Option<&'static str>,
    /// The `id` of the STIX Object judged, where it has one.
    pub object: Option<String>,
    /// JSON Pointer (RFC 6901) within the document judged.
    pub pointer: String,
    /// What is wrong, in one sentence.
    pub message: String,
}

/// A place within a document, as a list from the innermost step to the root, so that walking costs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// The document itself.
    pub(crate) const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    /// The member of this name.
    pub(crate) const fn key(&'p self, name: &'p str) -> Path<'p> {
        Path { parent: Some(self), step: Step::Key(name) }
    }

    /// The item at this index.
    pub(crate) const fn index(&'p self, index: usize) -> Path<'p> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// The place as JSON Pointer.
    pub(crate) fn pointer(&self) -> String {
        let mut out = String::with_capacity(self.len());
        self.write(&mut out);
        out
    }

    /// About as long as the pointer gets.
    fn len(&self) -> usize {
        let step = match self.step {
            Step::Root => 0,
            Step::Key(name) => 1 + name.len(),
            Step::Index(_) => 7,
        };
        step + self.parent.map_or(0, Path::len)
    }

    fn write(&self, out: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(out);
        }
        match self.step {
            Step::Root => {}
            Step::Key(name) => {
                out.push('/');
                if name.contains(['~', '/']) {
                    out.push_str(&name.replace('~', "~0").replace('/', "~1"));
                } else {
                    out.push_str(name);
                }
            }
            Step::Index(index) => {
                let _ = write!(out, "/{index}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn pointers_escape_names() {
        let objects = Path::ROOT.key("objects");
        let first = objects.index(0);
        assert_eq!(first.key("a/b~c").pointer(), "/objects/0/a~1b~0c");
        assert_eq!(Path::ROOT.pointer(), "");
    }
}
