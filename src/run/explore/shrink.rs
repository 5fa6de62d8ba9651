//! From a sequence that fails to the shortest that still does.

use std::time::{Duration, Instant};

use proptest::strategy::ValueTree;

use super::attempt::{Attempts, Came};
use super::blame::OF_ADD;
use super::limits::Limits;
use super::op::{Ask, Item, Op, WORLD, Where, Word};
use super::script::Script;
use super::writer::write;

/// Most attempts at one failure.
pub const MOST_ATTEMPTS: u32 = 200;
/// Longest time for one failure.
pub const LONGEST: Duration = Duration::from_secs(120);

/// A sequence that fails.
#[derive(Clone)]
pub struct Failing {
    /// Its operations; the last is the one that is answered wrongly.
    pub ops: Vec<Op>,
    /// Its steps, to the one that is answered wrongly.
    pub script: Script,
}

/// What is left to spend on one failure.
pub struct Budget {
    attempts: u32,
    until: Instant,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { attempts: MOST_ATTEMPTS, until: Instant::now() + LONGEST }
    }
}

impl Budget {
    fn spend(&mut self) -> bool {
        let left = self.attempts > 0 && Instant::now() < self.until;
        self.attempts = self.attempts.saturating_sub(1);
        left
    }
}

/// Cuts off what comes after the wrong answer.
pub fn cut(ops: &[Op], mut script: Script, step: usize) -> Failing {
    script.lines.truncate(step + 1);
    let last = script.lines.last().map_or(0, |l| l.op);
    // an add is not judged, unless it is what fails
    if let Some(line) = script.lines.last_mut().filter(|l| l.expect.is_empty()) {
        line.expect = "status = [\"2xx\", \"4xx\"]".to_owned();
        line.blame = vec![OF_ADD];
    }
    Failing { ops: ops.iter().take(last + 1).cloned().collect(), script }
}

/// Tries a sequence; gives it, cut, where it fails.
async fn fails(attempts: &mut Attempts<'_>, limits: &Limits, ops: &[Op]) -> Option<Failing> {
    let script = write(ops, limits);
    if !script.judges() {
        return None;
    }
    match attempts.run(&script.searching()).await {
        Came::Wrong(step, _) => Some(cut(ops, script, step)),
        _ => None,
    }
}

/// The shortest sequence that is found within the budget; at worst the one that was given.
pub async fn shortest(
    attempts: &mut Attempts<'_>,
    limits: &Limits,
    mut tree: impl ValueTree<Value = Vec<Op>> + Send,
    mut best: Failing,
    stopped: impl Fn() -> bool,
) -> Failing {
    let mut budget = Budget::default();
    let mut more = tree.simplify();
    while more && !stopped() && budget.spend() {
        // what is simpler behind the wrong answer makes no difference
        let ops = tree.current();
        more = match fails(attempts, limits, &ops).await {
            Some(failing) => {
                best = failing;
                tree.simplify()
            }
            None => tree.complicate(),
        };
    }
    let mut at = 0;
    while let Some(ops) = candidates(&best.ops).into_iter().nth(at) {
        if stopped() || !budget.spend() {
            break;
        }
        match fails(attempts, limits, &ops).await {
            Some(failing) => (best, at) = (failing, 0),
            None => at += 1,
        }
    }
    best
}

/// Sequences that are simpler in ways that the strategies do not know: fewer operations, fewer requests, versions
/// in their order.
fn candidates(ops: &[Op]) -> Vec<Vec<Op>> {
    let mut found = Vec::new();
    let last = ops.len().saturating_sub(1);
    for at in 0..last {
        found.push([&ops[..at], &ops[at + 1..]].concat());
    }
    for at in 0..last {
        let Op::Add(items) = &ops[at] else { continue };
        for item in 0..if items.len() > 1 { items.len() } else { 0 } {
            let fewer = [&items[..item], &items[item + 1..]].concat();
            found.push([&ops[..at], &[Op::Add(fewer)], &ops[at + 1..]].concat());
        }
        if let Op::Add(more) = &ops[at + 1]
            && !more.iter().any(|i| items.contains(i))
        {
            let both = [items.clone(), more.clone()].concat();
            found.push([&ops[..at], &[Op::Add(both)], &ops[at + 2..]].concat());
        }
    }
    found.extend(in_order(ops));
    found.extend(plainer(ops));
    found.extend(less_filtered(ops));
    found
}

/// The same with one filter less in the last query.
fn less_filtered(ops: &[Op]) -> Vec<Vec<Op>> {
    let Some((Op::Ask(ask), before)) = ops.split_last() else { return Vec::new() };
    let asks = [
        ask.ids.is_some().then(|| Ask { ids: None, ..ask.clone() }),
        ask.types.is_some().then(|| Ask { types: None, ..ask.clone() }),
        ask.versions.is_some().then(|| Ask { versions: None, ..ask.clone() }),
        ask.specs.is_some().then(|| Ask { specs: None, ..ask.clone() }),
        ask.after.is_some().then(|| Ask { after: None, ..ask.clone() }),
    ];
    asks.into_iter().flatten().map(|ask| before.iter().cloned().chain([Op::Ask(ask)]).collect()).collect()
}

/// The same with less said of the last answer: which objects come, with and without `added_after`, or whether there
/// is more. What is wrong there is not to blame on a walk over pages.
fn plainer(ops: &[Op]) -> Vec<Vec<Op>> {
    let Some((Op::Ask(ask), before)) = ops.split_last() else { return Vec::new() };
    let (limit, by_date) = match ask.word {
        Word::Selection => return Vec::new(),
        Word::Walk(limit) => (Some(limit), !matches!(ask.at, Where::Objects | Where::Object(_))),
        Word::WalkByDate(limit) => (Some(limit), true),
        _ => (None, false),
    };
    let ids = match ask.at {
        Where::Objects | Where::Manifest => ask.ids.clone().or_else(|| Some((0..WORLD.len()).collect())),
        _ => None,
    };
    let mut asks = vec![Ask { word: Word::Selection, ids: ids.clone(), ..ask.clone() }];
    if by_date {
        let after = added(before).into_iter().map(Some);
        asks.extend(after.map(|after| Ask { word: Word::Selection, ids: ids.clone(), after, ..ask.clone() }));
    }
    asks.extend(limit.map(|limit| Ask { word: Word::More(limit), ..ask.clone() }));
    asks.extend(limit.map(|limit| Ask { word: Word::Limit(limit), ..ask.clone() }));
    asks.into_iter().map(|ask| before.iter().cloned().chain([Op::Ask(ask)]).collect()).collect()
}

fn added(ops: &[Op]) -> Vec<Item> {
    ops.iter().flat_map(|op| if let Op::Add(items) = op { items.clone() } else { Vec::new() }).collect()
}

/// The same with the versions of each object added from the earliest on, where they are not.
fn in_order(ops: &[Op]) -> Option<Vec<Op>> {
    let before = added(ops);
    let mut sorted = before.clone();
    sorted.sort();
    let mut ordered = ops.to_vec();
    for op in &mut ordered {
        let Op::Add(items) = op else { continue };
        for item in items.iter_mut() {
            let at = sorted.iter().position(|s| s.slot == item.slot)?;
            *item = sorted.remove(at);
        }
    }
    (added(&ordered) != before).then_some(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_put_in_order_and_then_stay() {
        let item = |slot, version| Item { slot, version };
        let ops = vec![
            Op::Add(vec![item(0, 2), item(1, 1)]),
            Op::Delete(0, None),
            Op::Add(vec![item(0, 0), item(1, 1), item(0, 1)]),
        ];
        let ordered = in_order(&ops).expect("another order");
        assert_eq!(
            ordered,
            [
                Op::Add(vec![item(0, 0), item(1, 1)]),
                Op::Delete(0, None),
                Op::Add(vec![item(0, 1), item(1, 1), item(0, 2)]),
            ]
        );
        assert_eq!(in_order(&ordered), None);
    }
}
