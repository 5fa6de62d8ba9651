//! STIX patterns (section 9 of STIX 2.1): reading them, printing them, and judging what they say.
//!
//! [`parse`] turns text into a tree and rejects what is no pattern. [`check`] judges the tree: rules that need more
//! than the grammar (one object type under AND, address blocks, regular expressions) and the facts of section 6
//! (which object has which property of which type).
//!
//! ```
//! use taxii_conformance::stix::pattern;
//!
//! let pattern = pattern::parse("[file:size>=1024  AND file:name LIKE '%.exe']")?;
//! assert_eq!(pattern.to_string(), "[file:size >= 1024 AND file:name LIKE '%.exe']");
//! assert!(pattern::check(&pattern).is_empty());
//!
//! let error = pattern::parse("[file:size == 1024]").unwrap_err();
//! assert_eq!((error.offset, error.message.as_str()), (11, "found `==`, expected a comparison operator; equality is `=`"));
//! # Ok::<(), pattern::Error>(())
//! ```
//!
//! Where the text of the standard is silent or at odds with itself, nobody fails: such a pattern is valid, perhaps
//! with a [`Level::Should`] finding.

mod address;
mod ast;
mod check;
mod constants;
mod display;
mod error;
mod facts;
mod lexer;
mod literal;
mod parse;
mod path;
mod regex;
mod resolve;
mod subset;

pub use ast::{
    At, Comparison, Comparisons, Constant, Located, Number, ObjectPath, Observations, Operator, Pattern, Qualifier,
    Step, Test, Timestamp, Window,
};
pub use check::check;
pub use error::{Error, Finding, Level, code};
pub use literal::MAX_INTEGER;
pub use parse::{MAX_DEPTH, parse};
