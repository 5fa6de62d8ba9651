//! Reports: one file a format, all made from what [`crate::record`] holds and from nothing else.
//!
//! A run is told as [`Event`]s. [`progress::Progress`] shows them as they come, and
//! [`collect::Collect`] folds them into one [`crate::record::Report`]. The formats are functions of
//! that report ([`format::Format`] lists those for files), [`mod@write`] puts them into files, and [`mod@read`] reads what [`json`] wrote.

use crate::record::{Event, Requirement};

pub mod badge;
pub mod bundle;
pub mod claim;
pub mod collect;
pub mod compare;
pub mod console;
pub mod ctrf;
pub mod format;
pub mod github;
pub mod har;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod merge;
pub mod plan;
pub mod progress;
pub mod read;
mod said;
pub mod sanitize;
pub mod sections;
pub mod style;
pub mod write;

/// Something that follows a run while it goes on.
pub trait Reporter {
    /// Takes note of the next event. Events come in the order in which things happened.
    fn event(&mut self, event: &Event);
}

/// Finds a requirement by its id, so that reports can say in words what was broken.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<&'a Requirement>;
