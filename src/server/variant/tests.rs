//! The table of variants is in order.

use std::collections::HashSet;

use super::super::effect::apply;
use super::super::rules::Rules;
use super::{Variant, clash, variant, variants};

#[test]
fn variants_are_well_formed() {
    let mut names = HashSet::new();
    for Variant { name, question, allowed_by, description, effects } in variants() {
        assert!(names.insert(name), "{name} is there twice");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)));
        assert!(!question.is_empty() && !allowed_by.is_empty() && !effects.is_empty(), "{name}");
        for text in [question, allowed_by, description] {
            assert!(!text.is_empty() && !text.contains('\n') && !text.ends_with('.'), "{name}: {text}");
        }
        let named = variant(name).expect("found by its name");
        apply(named.effects(), &mut Rules::default());
        assert!(super::super::defect(name).is_none(), "{name} is a defect too");
    }
    assert!(names.len() >= 60, "{}", names.len());
}

#[test]
fn variants_that_answer_one_question_exclude_each_other() {
    let named = |name| variant(name).expect(name);
    assert!(clash(&[named("no-next"), named("gzip"), named("chunked")]).is_none());
    let (one, other) = clash(&[named("gzip"), named("no-next"), named("next-constant")]).expect("a clash");
    assert_eq!((one.name, other.name), ("no-next", "next-constant"));
}
