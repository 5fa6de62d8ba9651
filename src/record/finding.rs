//! What a check has to say against an answer.

use serde::{Deserialize, Serialize};

use super::Level;

/// A requirement that an answer breaks, and the place where it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the requirement.
    pub requirement: String,
    /// Level of the requirement.
    pub level: Level,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What a conformant server may answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Index into the trial's exchanges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<usize>,
    /// JSON pointer into the body, or the name of a header field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}
