//! Variants: what a conformant server may do otherwise than the reference server does. The suite must not fail any.
//!
//! A variant is one entry in the table of its family, a file each. Adding one means adding an entry, and the place in
//! the standard, or the row of the policy on ambiguities, that allows it.

use std::fmt;
use std::sync::LazyLock;

use super::effect::Effect;

mod access;
mod change;
mod describe;
mod error;
mod filter;
mod json;
mod media;
mod paging;
mod resource;
mod status;
mod version;
mod wire;
mod write;

#[cfg(test)]
mod tests;

/// Another way to behave that the standard allows, and that can be switched on.
#[derive(Clone, Copy)]
pub struct Variant {
    /// Its name, in lower case with hyphens.
    pub name: &'static str,
    /// The question that it answers. Two variants that answer the same one exclude each other.
    pub question: &'static str,
    /// What allows it: sections of TAXII 2.1, RFCs, or rows of the policy on ambiguities.
    pub allowed_by: &'static str,
    /// What the server does, in one line.
    pub description: &'static str,
    effects: &'static [Effect],
}

impl Variant {
    const fn new(
        name: &'static str,
        question: &'static str,
        allowed_by: &'static str,
        description: &'static str,
        effects: &'static [Effect],
    ) -> Self {
        Self { name, question, allowed_by, description, effects }
    }

    /// What it changes.
    pub(super) fn effects(&self) -> &'static [Effect] {
        self.effects
    }
}

impl fmt::Debug for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

static FAMILIES: &[&[Variant]] = &[
    access::VARIANTS,
    describe::VARIANTS,
    resource::VARIANTS,
    media::VARIANTS,
    wire::VARIANTS,
    json::VARIANTS,
    error::VARIANTS,
    filter::VARIANTS,
    version::VARIANTS,
    paging::VARIANTS,
    write::VARIANTS,
    status::VARIANTS,
    change::VARIANTS,
];

static ALL: LazyLock<Vec<Variant>> = LazyLock::new(|| FAMILIES.concat());

/// All variants, by family.
pub fn variants() -> &'static [Variant] {
    &ALL
}

/// The variant of this name.
pub fn variant(name: &str) -> Option<&'static Variant> {
    variants().iter().find(|variant| variant.name == name)
}

/// The first two variants among these that exclude each other, because they answer the same question.
pub fn clash(chosen: &[&'static Variant]) -> Option<(&'static Variant, &'static Variant)> {
    let pairs = chosen.iter().enumerate().flat_map(|(at, &one)| chosen[..at].iter().map(move |&other| (other, one)));
    pairs.into_iter().find(|(one, other)| one.question == other.question)
}
