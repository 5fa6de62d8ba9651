//! STIX 2.1 content: what makes it invalid, and what the standard advises against.
//!
//! [`Validator`] judges one object or a whole document in one pass over the parsed input. Types, properties, vocabularies
//! and reference targets come from the facts in `schemas/stix/facts/`, from which the JSON Schemas beside them are made
//! too; the rules that no schema can say stand in this directory, a file a family.

mod borrowed;
mod codes;
mod compile;
mod constraint;
mod content;
mod custom;
mod deterministic;
mod dictionary;
mod encoding;
mod extended;
mod extension;
mod facts;
mod finding;
mod format;
mod hashes;
mod identifier;
mod indicator;
mod language;
mod malware;
mod marking;
mod names;
mod namespace;
mod network;
mod node;
mod object;
mod objects;
mod observed;
pub mod pattern;
mod register;
mod scope;
pub mod stream;
mod tables;
mod text;
mod timestamp;
mod translation;
mod validator;
mod values;
mod version;
mod view;
mod walk;

pub use codes::{CODES, Code, is_code};
pub use finding::{Finding, Level};
pub use node::Node;
pub use register::{Coverage, Rule, rule, rules, stated};
pub use validator::Validator;
pub use version::{SpecVersion, spec_version};
