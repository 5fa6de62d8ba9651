//! Strategies for sequences of operations. Earlier alternatives are the simpler ones: towards them sequences shrink.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::op::{Ask, Item, LATER, Op, Pick, Slot, TYPES, WORLD, Where, Word};

/// Most operations in a sequence. Asking is cheap beside adding and cleaning up, so sequences ask a lot.
pub const LONGEST: usize = 16;

/// A sequence of operations.
pub fn sequence() -> impl Strategy<Value = Vec<Op>, Tree: Send> {
    // without content there is little to ask for, so the first operation adds
    let begin = vec(item(), 1..=8).prop_map(Op::Add);
    let then = vec(op(), 1..LONGEST);
    (begin, then).prop_map(|(first, rest)| std::iter::once(first).chain(rest).collect())
}

fn op() -> impl Strategy<Value = Op, Tree: Send> {
    prop_oneof![
        2 => vec(item(), 1..=3).prop_map(Op::Add),
        6 => ask().prop_map(Op::Ask),
        2 => (slot(), weighted(0.8, pick())).prop_map(|(slot, pick)| Op::Delete(slot, pick)),
    ]
}

/// The first object most often, so that it comes to have several versions.
fn slot() -> impl Strategy<Value = Slot, Tree: Send> {
    prop_oneof![6 => Just(0usize), 2 => Just(1usize), 2 => Just(2usize), 2 => Just(3usize), 1 => Just(4usize)]
}

fn item() -> impl Strategy<Value = Item, Tree: Send> {
    (slot(), 0..LATER.len()).prop_map(|(slot, version)| Item::new(slot, version))
}

fn pick() -> impl Strategy<Value = Pick, Tree: Send> {
    prop_oneof![Just(Pick::Last), Just(Pick::First), Just(Pick::All), item().prop_map(Pick::Exact)]
}

fn ask() -> impl Strategy<Value = Ask, Tree: Send> {
    let at = prop_oneof![
        4 => Just(Where::Objects),
        3 => Just(Where::Manifest),
        2 => slot().prop_map(Where::Object),
        2 => slot().prop_map(Where::Versions),
    ];
    let slots: Vec<Slot> = (0..WORLD.len()).collect();
    let ids = weighted(0.5, subsequence(slots, 1..=3));
    let types = weighted(0.4, subsequence(TYPES.to_vec(), 1..=2));
    // one value is the rule, and lists are where it gets hard
    let versions = weighted(0.6, prop_oneof![3 => vec(pick(), 1), 2 => vec(pick(), 2..=3)]);
    let specs = weighted(0.2, select(vec!["2.1", "2.0,2.1", "2.0"]));
    let after = weighted(0.3, item());
    (at, ids, types, versions, specs, after, word()).prop_map(|(at, ids, types, versions, specs, after, word)| Ask {
        at,
        ids,
        types,
        versions,
        specs,
        after,
        word,
    })
}

fn word() -> impl Strategy<Value = Word, Tree: Send> {
    prop_oneof![
        8 => Just(Word::Selection),
        1 => Just(Word::Once),
        1 => Just(Word::Order),
        1 => Just(Word::Dates),
        1 => (1..5usize).prop_map(Word::Limit),
        2 => (1..5usize).prop_map(Word::More),
        2 => (1..4usize).prop_map(Word::Walk),
        1 => (1..4usize).prop_map(Word::WalkByDate),
    ]
}
