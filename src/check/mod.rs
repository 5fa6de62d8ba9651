//! The vocabulary of cases: each word a check without input or output.

pub mod schema;
