use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::taxii::Timestamp;

fn held(id: &str, version: u32, spec: Option<&str>, added: u32, sequence: usize) -> Holding {
    let mut object = json!({"id": id, "type": id, "created": "2024-01-01T00:00:00.000Z",
        "modified": format!("2024-01-01T00:00:{version:02}.000Z")});
    if let Some(spec) = spec {
        object["spec_version"] = json!(spec);
    }
    let mut holding = Holding::of(&object, sequence).expect("an id");
    holding.added = Timestamp::parse(&format!("2024-06-01T00:00:{added:02}.000001Z"));
    holding
}

fn names(selection: &Selection<'_>) -> Vec<String> {
    selection.items.iter().map(|h| format!("{}@{}", h.id, &h.version.as_deref().unwrap_or("-")[17..19])).collect()
}

fn ask(holdings: &Holdings, scope: Scope<'_>, parameters: &[(&str, &str)]) -> Vec<Vec<String>> {
    select(holdings, scope, &Query::new(parameters.iter().copied())).iter().map(names).collect()
}

/// a@1, then b@1, then a@3, then a@2 added late.
fn sample() -> Holdings {
    let s = Some("2.1");
    let items =
        vec![held("a--x", 1, s, 1, 0), held("b--y", 1, s, 2, 1), held("a--x", 3, s, 3, 2), held("a--x", 2, s, 4, 3)];
    Holdings { items, complete: true, versions_disagree: false }
}

#[test]
fn versions_of_section_3_4_1() {
    let h = sample();
    let c = Scope::Collection;
    assert_eq!(ask(&h, c, &[]), [["b--y@01", "a--x@03"]]);
    assert_eq!(ask(&h, c, &[("match[version]", "last")]), [["b--y@01", "a--x@03"]]);
    assert_eq!(ask(&h, c, &[("match[version]", "first")]), [["a--x@01", "b--y@01"]]);
    assert_eq!(ask(&h, c, &[("match[version]", "first,last")]), [["a--x@01", "b--y@01", "a--x@03"]]);
    assert_eq!(ask(&h, c, &[("match[version]", "all")]), [["a--x@01", "b--y@01", "a--x@03", "a--x@02"]]);
    assert_eq!(ask(&h, c, &[("match[version]", "2024-01-01T00:00:02.000Z")]), [["a--x@02"]]);
    // the same instant in another spelling may or may not match
    assert_eq!(ask(&h, c, &[("match[version]", "2024-01-01T00:00:02Z")]), [vec!["a--x@02"], vec![]]);
}

#[test]
fn fields_are_joined_by_and_values_by_or() {
    let h = sample();
    let c = Scope::Collection;
    assert_eq!(ask(&h, c, &[("match[id]", "a--x,b--y"), ("match[type]", "b")]), [["b--y@01"]]);
    assert_eq!(ask(&h, c, &[("match[id]", "a--x"), ("match[type]", "b")]), [Vec::<String>::new()]);
    assert_eq!(ask(&h, c, &[("match[x_other]", "b")]), [["b--y@01", "a--x@03"]]);
}

#[test]
fn added_after_excludes_the_instant_and_has_two_readings_with_versions() {
    let h = sample();
    let at3 = ("added_after", "2024-06-01T00:00:03.000001Z");
    assert_eq!(ask(&h, Scope::Collection, &[at3, ("match[version]", "all")]), [["a--x@02"]]);
    assert_eq!(ask(&h, Scope::Collection, &[at3]), [vec![], vec!["a--x@02"]]);
    let before = ("added_after", "2024-06-01T00:00:03.000000Z");
    assert_eq!(ask(&h, Scope::Object("a--x"), &[before]), [["a--x@03"]]);
}

#[test]
fn versions_lists_all_of_one_object() {
    assert_eq!(ask(&sample(), Scope::Versions("a--x"), &[]), [["a--x@01", "a--x@03", "a--x@02"]]);
}

#[test]
fn specification_versions() {
    let items = vec![held("malware--x", 1, None, 1, 0), held("malware--x", 1, Some("2.1"), 2, 1)];
    let h = Holdings { items, complete: true, versions_disagree: false };
    let specs = |p: &[(&str, &str)]| -> Vec<Vec<usize>> {
        select(&h, Scope::Collection, &Query::new(p.iter().copied()))
            .iter()
            .map(|s| s.items.iter().map(|h| h.sequence).collect())
            .collect()
    };
    assert_eq!(specs(&[])[0], [1]);
    assert_eq!(specs(&[("match[spec_version]", "2.0")])[0], [0]);
    assert_eq!(specs(&[("match[spec_version]", "2.0,2.1")])[0], [0, 1]);
}

proptest! {
    /// Whatever is asked, a selection is in order, has no repetitions, and a further filter never adds to it.
    #[test]
    fn filters_only_take_away(spec in prop::collection::vec((0..3usize, 1..4u32, 1..9u32), 0..12), after in 0..9u32, kinds in "[abc](,[abc])?") {
        let ids = ["a--x", "b--y", "c--z"];
        let items: Vec<Holding> = spec.iter().enumerate().map(|(i, (id, v, added))| held(ids[*id], *v, Some("2.1"), *added, i)).collect();
        let h = Holdings { items, complete: true, versions_disagree: false };
        let after = format!("2024-06-01T00:00:{after:02}.000001Z");
        let all = select(&h, Scope::Collection, &Query::new([("match[version]", "all")]));
        let some = select(&h, Scope::Collection, &Query::new([("match[version]", "all"), ("added_after", after.as_str()), ("match[type]", kinds.as_str())]));
        prop_assert_eq!(all[0].items.len(), h.items.len());
        for s in &some {
            prop_assert!(s.items.windows(2).all(|w| (w[0].added, w[0].sequence) < (w[1].added, w[1].sequence)));
            prop_assert!(s.items.iter().all(|h| kinds.split(',').any(|k| k == h.kind)));
            prop_assert!(s.items.iter().all(|h| h.added > Timestamp::parse(&after)));
        }
    }
}
