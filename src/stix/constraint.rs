//! Rules between the properties of one object, compiled from the facts.

use super::Level;
use super::facts::Constraint;
use super::names::Names;
use super::node::Node;
use super::register;
use super::tables::{Kind, TypeSet};
use super::timestamp;
use super::view::View;
use super::walk::Walk;

/// A rule between properties; a `u64` is a set of properties, a `usize` one property.
#[derive(Debug)]
pub(crate) struct Check {
    rule: &'static str,
    level: Level,
    what: What,
}

#[derive(Debug)]
enum What {
    Order { later: usize, earlier: usize, strict: bool },
    AnyOf(Vec<u64>),
    NotBoth { one: usize, other: usize },
    Requires { present: usize, then: u64 },
    RequiresIf { prop: usize, equals: bool, then: u64 },
    RequiresIfAbsent { prop: usize, then: u64 },
    ExcludesIf { prop: usize, equals: bool, absent: u64 },
    OwnProperty(u64),
    ListContains { prop: usize, types: TypeSet, custom: bool },
    OnlyIfListContains { prop: usize, list: usize, value: String },
    RequiresIfListContains { list: usize, value: String, then: u64 },
}

/// Compiles one constraint of the facts; none where another one says the same or a format does.
pub(crate) fn compile(
    c: &Constraint,
    names: &Names,
    own: &[&str],
    class: &dyn Fn(&str) -> TypeSet,
    types: &[&str],
) -> Vec<Check> {
    let mut checks: Vec<Check> = compile_one(c, names, own, class, types).into_iter().collect();
    if let ("exactly_one_of", [one, other]) = (c.kind.as_str(), c.props.as_slice()) {
        let rule = register::rule(c.rules.last().expect("a rule")).expect("facts/objects.json cites a known rule");
        if let (Some(one), Some(other)) = (names.get(one), names.get(other)) {
            checks.push(Check { rule: rule.id, level: rule.level(), what: What::NotBoth { one, other } });
        }
    }
    checks
}

fn compile_one(
    c: &Constraint,
    names: &Names,
    own: &[&str],
    class: &dyn Fn(&str) -> TypeSet,
    types: &[&str],
) -> Option<Check> {
    let rule = register::rule(c.rules.first()?).expect("facts/objects.json cites a known rule");
    let at = |name: &Option<String>| name.as_deref().and_then(|n| names.get(n));
    let set = |list: &[String]| list.iter().filter_map(|n| names.get(n)).fold(0u64, |s, i| s | 1 << i);
    let equals = || {
        let (name, value) = c.if_equals.iter().next()?;
        Some((names.get(name)?, value.as_bool()?))
    };
    let what = match c.kind.as_str() {
        "order" => What::Order { later: at(&c.later)?, earlier: at(&c.earlier)?, strict: c.op.as_deref() == Some(">") },
        "any_of" | "exactly_one_of" => What::AnyOf(c.props.iter().map(|p| set(std::slice::from_ref(p))).collect()),
        "any_of_sets" => What::AnyOf(c.sets.iter().map(|s| set(s)).collect()),
        "requires" | "should_requires" => What::Requires { present: at(&c.if_present)?, then: set(&c.then) },
        "requires_if" => {
            let (prop, equals) = equals()?;
            What::RequiresIf { prop, equals, then: set(&c.then) }
        }
        "requires_if_absent" => What::RequiresIfAbsent { prop: at(&c.if_absent)?, then: set(&c.then) },
        "excludes" => What::NotBoth { one: at(&c.if_present)?, other: names.get(c.absent.first()?)? },
        "excludes_if" => {
            let (prop, equals) = equals()?;
            What::ExcludesIf { prop, equals, absent: set(&c.absent) }
        }
        "min_own_properties" => What::OwnProperty(
            own.iter()
                .filter(|n| **n != "type" && !c.excluding.iter().any(|e| e == *n))
                .filter_map(|n| names.get(n))
                .fold(0, |s, i| s | 1 << i),
        ),
        "list_contains_class" => What::ListContains {
            prop: at(&c.prop)?,
            types: class(c.class.as_deref()?.trim_start_matches('@')),
            custom: true,
        },
        "list_contains_type" => {
            let wanted = c.item_type.as_deref()?;
            let types = types.iter().position(|t| *t == wanted).map_or(0, |i| 1 << i);
            What::ListContains { prop: at(&c.prop)?, types, custom: false }
        }
        "allowed_only_if_list_contains" => {
            What::OnlyIfListContains { prop: at(&c.prop)?, list: at(&c.list)?, value: c.value.clone()? }
        }
        "should_requires_if_list_contains" => {
            What::RequiresIfListContains { list: at(&c.list)?, value: c.value.clone()?, then: set(&c.then) }
        }
        // `charset` is a format; `equals_if_present` says what an `excludes_if` beside it says.
        _ => return None,
    };
    // The one rule that the standard's own type contradicts: a list of files or directories that must hold a file (policy 5).
    let level = if c.kind == "list_contains_type" { Level::Should } else { rule.level() };
    Some(Check { rule: rule.id, level, what })
}

impl Walk<'_, '_, '_> {
    /// Judges one rule between the properties of one object.
    pub(super) fn check(&mut self, check: &Check, view: &View<'_, '_, '_>) {
        let Check { rule, level, what } = check;
        match what {
            What::Order { later, earlier, strict } => self.order(check.rule, view, *later, *earlier, *strict),
            What::AnyOf(sets) => {
                // Of a set that is begun its own rule says what is missing.
                if !sets.iter().any(|s| view.seen & s == *s || (s.count_ones() > 1 && view.seen & s != 0)) {
                    let wanted = sets.iter().map(|s| view.list(*s, " and ")).collect::<Vec<_>>().join(" or ");
                    self.report(view.path, *level, "missing-one-of", rule, || format!("needs {wanted}"));
                }
            }
            What::NotBoth { one, other } => {
                if view.has(*one) && view.has(*other) {
                    let (a, b) = (view.name(*one), view.name(*other));
                    self.report(&view.path.key(b), *level, "excluded-property", rule, || {
                        format!("`{b}` may not be given together with `{a}`")
                    });
                }
            }
            What::Requires { present, then } => {
                // What is required anyway has its finding already.
                let missing = then & !view.seen & !view.owner.required;
                if view.has(*present) && missing != 0 {
                    let missing = view.list(missing, " and ");
                    let because = view.name(*present);
                    let code = if *level == Level::Must { "missing-dependent" } else { "missing-recommended" };
                    self.report(&view.path.key(because), *level, code, rule, || {
                        format!("`{because}` calls for {missing}")
                    });
                }
            }
            What::RequiresIf { prop, equals, then } => {
                if view.bool(*prop) == Some(*equals) && view.seen & then != *then {
                    let (missing, because) = (view.list(then & !view.seen, " and "), view.name(*prop));
                    self.report(view.path, *level, "missing-dependent", rule, || {
                        format!("`{because}` is {equals}, which calls for {missing}")
                    });
                }
            }
            What::RequiresIfAbsent { prop, then } => {
                if !view.has(*prop) && view.seen & then != *then {
                    let (missing, because) = (view.list(then & !view.seen, " and "), view.name(*prop));
                    self.report(view.path, *level, "missing-dependent", rule, || {
                        format!("without `{because}`, {missing} is required")
                    });
                }
            }
            What::ExcludesIf { prop, equals, absent } => {
                let extra = view.seen & absent;
                if view.bool(*prop) == Some(*equals) && extra != 0 {
                    let because = view.name(*prop);
                    let at = view.path.key(view.name(extra.trailing_zeros() as usize));
                    self.report(&at, *level, "excluded-property", rule, || {
                        format!("{} may not be given while `{because}` is {equals}", view.list(extra, " and "))
                    });
                }
            }
            What::OwnProperty(set) => {
                if view.seen & set == 0 {
                    let owner = view.owner.name;
                    self.report(view.path, *level, "no-own-property", rule, || {
                        format!("{owner} has none of its own properties")
                    });
                }
            }
            What::ListContains { prop, types, custom } => self.list_contains(check, view, *prop, *types, *custom),
            What::OnlyIfListContains { prop, list, value } => {
                if view.has(*prop) && view.has(*list) && self.lacks(view, *list, value) {
                    let (name, list) = (view.name(*prop), view.name(*list));
                    self.report(&view.path.key(name), *level, "excluded-property", rule, || {
                        format!("`{name}` is only for `{list}` with {value}")
                    });
                }
            }
            What::RequiresIfListContains { list, value, then } => {
                if holds(view.get(*list), value) && view.seen & then == 0 {
                    let missing = view.list(*then, " and ");
                    self.report(view.path, *level, "missing-recommended", rule, || {
                        format!("{value} calls for {missing}")
                    });
                }
            }
        }
    }

    fn order(&mut self, rule: &'static str, view: &View<'_, '_, '_>, later: usize, earlier: usize, strict: bool) {
        let text = |i| view.get(i).and_then(Node::as_str);
        let (Some(after), Some(before)) = (text(later), text(earlier)) else {
            return;
        };
        // Most objects have never changed: equal text needs no parsing.
        let equal = after == before;
        if equal && !strict {
            return;
        }
        let (Ok(a), Ok(b)) = (timestamp::parse(after), timestamp::parse(before)) else {
            return;
        };
        if a > b || (a == b && !strict) {
            return;
        }
        let (later, earlier) = (view.name(later), view.name(earlier));
        let than = if strict { "later than" } else { "no earlier than" };
        self.must(&view.path.key(later), "timestamp-order", rule, || {
            format!("`{later}` {after} has to be {than} `{earlier}` {before}")
        });
    }

    /// Whether a list of terms lacks one of them, as far as all its items are terms: a slip may have meant any.
    fn lacks(&self, view: &View<'_, '_, '_>, list: usize, value: &str) -> bool {
        let Kind::Vocabulary(terms) = view.owner.props[list].kind else {
            return false;
        };
        let is_term =
            |item: &Node<'_>| item.as_str().is_some_and(|i| self.tables.vocabularies[terms].values.get(i).is_some());
        let items = view.get(list).and_then(Node::as_array).unwrap_or(&[]);
        !items.is_empty() && items.iter().all(is_term) && !holds(view.get(list), value)
    }

    fn list_contains(&mut self, check: &Check, view: &View<'_, '_, '_>, prop: usize, types: TypeSet, custom: bool) {
        let Some(items) = view.get(prop).and_then(Node::as_array) else {
            return;
        };
        let within = |item: &Node<'_>, types: TypeSet, custom: bool| {
            let name = item.as_str().and_then(|text| text.split_once("--")).map(|(name, _)| name);
            name.and_then(|name| self.tables.types.get(name)).map_or(custom, |index| types & 1 << index != 0)
        };
        // Items of a type that the list may not have are errors already, and may stand where the one wanted should.
        let all = view.owner.props[prop].refs.as_ref();
        let misplaced = |item: &Node<'_>| {
            all.is_some_and(|refs| refs.level == Level::Must && !within(item, refs.types, refs.custom))
        };
        if !items.is_empty() && !items.iter().any(|item| within(item, types, custom) || misplaced(item)) {
            let name = view.name(prop);
            self.report(&view.path.key(name), check.level, "list-lacks-type", check.rule, || {
                format!("`{name}` refers to no object of the type that it has to contain")
            });
        }
    }
}

fn holds(list: Option<&Node<'_>>, value: &str) -> bool {
    list.and_then(Node::as_array).is_some_and(|items| items.iter().any(|i| i.as_str() == Some(value)))
}
