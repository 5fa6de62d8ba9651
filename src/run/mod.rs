//! A run: survey → plan → trials → verdicts, told as one stream of events. Never prints.

pub mod options;

pub use options::{Credentials, Options};
