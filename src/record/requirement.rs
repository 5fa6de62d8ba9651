//! One normative statement of a standard.

use serde::{Deserialize, Serialize};

/// How strongly a requirement binds. `MUST NOT` counts as [`Level::Must`], `SHOULD NOT` as [`Level::Should`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// An option of the server: reported as a feature; breaking its bounds warns.
    May,
    /// Breaking it warns.
    Should,
    /// Follows from the text without a keyword; breaking it fails, with a mark of its own.
    Derived,
    /// Breaking it fails.
    Must,
}

impl Level {
    /// The word as reports print it.
    pub fn word(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::May => "MAY",
            Level::Derived => "derived",
        }
    }
}

/// Whom a requirement binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// The server under test.
    Server,
    /// The client, which is the suite itself.
    Client,
}

/// One row of a requirement register, in our own words.
#[derive(Clone, Debug, Serialize)]
pub struct Requirement {
    /// Stable id, such as `T21-3.4-20`.
    pub id: String,
    /// Section of the standard.
    pub section: String,
    /// How strongly it binds.
    pub level: Level,
    /// Whom it binds.
    pub actor: Actor,
    /// What has to hold.
    pub statement: String,
    /// How a black box can see it.
    pub observe: String,
}

/// Where TAXII 2.1 can be read.
pub const TAXII_STANDARD: &str = "https://docs.oasis-open.org/cti/taxii/v2.1/os/taxii-v2.1-os.html";
