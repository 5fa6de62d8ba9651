//! A case as data: what to ask a server, and what has to hold of the answer.
//!
//! A case is a TOML file under `cases/`. [`load`] reads it and refuses what it does not know,
//! with the place and the nearest valid word; [`template`] fills in what a trial knows.

pub mod expect;
pub mod fact;
pub mod fixtures;
mod lint;
pub mod load;
pub mod matrix;
pub mod model;
pub mod object;
pub mod profile;
pub mod register;
pub mod template;
pub mod variable;

pub use expect::Expect;
pub use fact::Fact;
pub use lint::texts;
pub use load::{LoadError, embedded, load_dir};
pub use model::{Actor, By, Case, Choice, Held, Place, Scope, Step, Walk};
pub use register::{requirement, requirements};
