//! What a conformant server may answer: the selection rules of sections 3.3 to 3.5, applied to
//! what a collection is known to hold.

pub mod holdings;
pub mod query;
pub mod select;

pub use holdings::{Holding, Holdings};
pub use query::{Query, VersionWord};
pub use select::{Scope, Selection, select};
