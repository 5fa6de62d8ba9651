use super::op::{Ask, Item, Op, Pick, Where, Word};
use super::*;
use crate::case::load;

fn item(slot: usize, version: usize) -> Item {
    Item { slot, version }
}

fn ask(at: Where, word: Word) -> Ask {
    Ask { at, ids: None, types: None, versions: None, specs: None, after: None, word }
}

#[test]
fn every_sequence_is_a_case_and_cites_what_the_register_knows() {
    let mut random = runner(3);
    let mut judged = 0;
    for _ in 0..300 {
        let ops = generate::sequence().new_tree(&mut random).expect("a sequence").current();
        let script = write(&ops, &Limits::none());
        if script.judges() {
            judged += 1;
            let text = script.searching();
            load::parse("s.toml", &text).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
        }
        for line in &script.lines {
            assert!(line.blame.iter().all(|id| blame::ALL.contains(id)), "{line:?}");
            assert_eq!(line.blame.is_empty(), line.expect.is_empty() && !line.what.starts_with("delete"), "{line:?}");
        }
    }
    assert!(judged > 250, "{judged} of 300 sequences judge something");
    assert!(blame::ALL.iter().all(|id| register::requirement(id).is_some()));
}

#[test]
fn the_seed_makes_the_sequences() {
    let some = |seed| -> Vec<Vec<Op>> {
        let mut random = runner(seed);
        (0..20).map(|_| generate::sequence().new_tree(&mut random).expect("a sequence").current()).collect()
    };
    assert_eq!(some(1), some(1));
    assert_ne!(some(1), some(2));
}

#[test]
fn what_is_known_to_be_broken_is_left_alone() {
    let ops = [
        Op::Add(vec![item(0, 0)]),
        Op::Ask(Ask { types: Some(vec!["indicator"]), ..ask(Where::Objects, Word::Selection) }),
    ];
    let mut limits = Limits::none();
    assert!(write(&ops, &limits).judges());
    limits.give_up("T21-3.4-12");
    assert!(!write(&ops, &limits).judges());
}

#[test]
fn a_kept_sequence_reads_like_a_case_that_somebody_wrote() {
    let ops = [
        Op::Add(vec![item(0, 0), item(2, 1)]),
        Op::Add(vec![item(0, 2)]),
        Op::Delete(0, Some(Pick::First)),
        Op::Ask(Ask {
            types: Some(vec!["indicator", "malware"]),
            versions: Some(vec![Pick::First, Pick::Exact(item(0, 2))]),
            after: Some(item(2, 1)),
            ..ask(Where::Objects, Word::Selection)
        }),
    ];
    let script = write(&ops, &Limits::none());
    let text = keep::case(&script, "T21-3.4-26", 7);
    load::parse("kept.toml", &text).expect("a case");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../../../tests/snapshots" }, {
        insta::assert_snapshot!("kept-sequence", text);
    });
}
