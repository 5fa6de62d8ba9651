//! What has to be true before a case has anything to judge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::case::matrix::Row;
use crate::case::{Actor, By, Case, Fact, Place as Where, Scope, Step, template, texts, variable};
use crate::taxii::Endpoint;

/// Facts that a case needs: those that it names, and those that its steps imply.
pub fn needs(case: &Case, row: &Row) -> BTreeSet<Fact> {
    let mut needs: BTreeSet<Fact> = case.needs.iter().copied().collect();
    if tells_no_content(case, row) {
        needs.remove(&Fact::SomeObject);
    }
    if case.scope == Scope::Root {
        needs.extend([Fact::RootAdmits, Fact::RootShown, Fact::RootServes]);
    }
    for step in &case.steps {
        for text in texts(step) {
            for (_, name) in template::names(text.get_ref()) {
                // what the row gives is not asked of the server, be it called as a variable is
                let names = match row.values.get(name) {
                    Some(value) => template::names(value).into_iter().map(|(_, nested)| nested).collect(),
                    None => vec![name],
                };
                needs.extend(names.into_iter().filter_map(variable::variable).filter_map(|v| v.needs));
            }
        }
        needs.extend(implied(case, step, row));
    }
    // what is about the requirement of a tool judges the tool: it cannot need it
    needs.retain(|f| {
        let judged = f.judge().and_then(|judge| JUDGES.get(judge));
        judged.is_none_or(|judged| !case.requirements.iter().any(|r| judged.contains(r.get_ref())))
    });
    needs
}

/// Whether this row of a case about many endpoints asks for resources alone that look the same whatever a collection
/// holds: that other rows need objects keeps nobody from judging them.
fn tells_no_content(case: &Case, row: &Row) -> bool {
    case.steps.iter().all(|step| {
        let Some(("GET", target)) = step.method() else { return false };
        let endpoint = template::fill(target.get_ref(), &row.values).ok();
        let endpoint = endpoint.filter(|_| target.get_ref().starts_with('{')).and_then(|name| Endpoint::named(&name));
        matches!(endpoint, Some(Endpoint::Discovery | Endpoint::ApiRoot | Endpoint::Collections | Endpoint::Collection))
    })
}

/// The requirements of the cases that judge facts.
static JUDGES: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let judges: BTreeSet<&str> = Fact::ALL.iter().filter_map(|f| f.judge()).collect();
    let cases = crate::case::embedded().unwrap_or_default().into_iter();
    let judge = |case: Case| {
        let requirements = case.requirements.iter().map(|r| r.get_ref().clone()).collect();
        judges.contains(case.id.get_ref().as_str()).then(|| (case.id.get_ref().clone(), requirements))
    };
    cases.filter_map(judge).collect()
});

/// What is counted as a success can be read (section 5.5).
const ADDED_IS_READ: &str = "T21-5.5-07";

fn implied(case: &Case, step: &Step, row: &Row) -> Vec<Fact> {
    let mut needs = Vec::new();
    let (place, actor) = (step.place.of(&row.values), step.actor.of(&row.values).unwrap_or_default());
    let target = step.method().map(|(m, t)| (m, template::fill(t.get_ref(), &row.values).unwrap_or_default()));
    if step.writes() {
        needs.push(Fact::WriteAllowed);
        if place.is_none() && target.as_ref().is_none_or(|(_, t)| matches!(t.as_str(), "objects" | "object")) {
            needs.push(Fact::Writable);
        }
    }
    let posts = step.add.is_some() || target.as_ref().is_some_and(|(m, t)| *m == "POST" && t == "objects");
    if posts && actor == Actor::Client && place.is_none() && !case.plain {
        needs.push(Fact::TakesPosts);
    }
    if step.add.is_some() && actor == Actor::Client && place.is_none() && !case.plain {
        needs.push(Fact::Completes);
        // what judges whether that can be read which was added cannot take it for granted
        if !case.requirements.iter().any(|r| r.get_ref() == ADDED_IS_READ) {
            needs.push(Fact::Adds);
        }
    }
    needs.extend(there(place, step.by.of(&row.values) == Some(By::Alias)));
    match actor {
        Actor::Other => needs.push(Fact::OtherClient),
        Actor::LowerCase
        | Actor::WrongPassword
        | Actor::EmptyPassword
        | Actor::LongerPassword
        | Actor::ShorterPassword
        | Actor::OtherCasePassword => needs.push(Fact::BasicCredentials),
        _ => {}
    }
    let Some(("GET", target)) = target else { return needs };
    let endpoint = Endpoint::named(&target);
    let in_collection =
        matches!(endpoint, Some(Endpoint::Objects | Endpoint::Manifest | Endpoint::Object | Endpoint::Versions));
    if in_collection && place.is_none() && case.scope != Scope::EveryClosed {
        needs.push(Fact::Readable);
    }
    if place.is_none() && actor == Actor::Client && !case.plain {
        needs.extend(tools(step, endpoint, row));
        needs.extend(match endpoint {
            Some(Endpoint::Discovery) => Some(Fact::Discovery),
            Some(Endpoint::ApiRoot) => Some(Fact::RootAnswers),
            Some(Endpoint::Collections) => Some(Fact::CollectionsAnswer),
            Some(Endpoint::Collection) => Some(Fact::CollectionAnswers),
            Some(Endpoint::Objects) => Some(Fact::ObjectsAnswer),
            Some(Endpoint::Manifest) => Some(Fact::ManifestAnswers),
            Some(Endpoint::Object) => Some(Fact::ObjectAnswers),
            Some(Endpoint::Versions) => Some(Fact::VersionsAnswer),
            _ => None,
        });
    }
    let named =
        step.object.as_ref().and_then(|o| template::fill(o.get_ref(), &row.values).ok().or(Some("some".into())));
    if matches!(endpoint, Some(Endpoint::Object | Endpoint::Versions)) && named.is_none_or(|o| o.is_empty()) {
        needs.push(Fact::SomeObject);
    }
    needs
}

/// Facts without which a collection of this kind is not there, or has no alias to be asked by.
fn there(place: Option<Where>, by_alias: bool) -> Vec<Fact> {
    let (kind, alias) = match place {
        None => (None, Fact::Alias),
        Some(Where::Unreadable) => (Some(Fact::Unreadable), Fact::UnreadableAlias),
        Some(Where::Unwritable) => (Some(Fact::Unwritable), Fact::UnwritableAlias),
        Some(Where::ReadOnly) => (Some(Fact::ReadOnly), Fact::ReadOnlyAlias),
        Some(Where::WriteOnly) => (Some(Fact::WriteOnly), Fact::WriteOnlyAlias),
        Some(Where::NoAccess) => (Some(Fact::NoAccess), Fact::NoAccessAlias),
        Some(Where::Empty) => (Some(Fact::Empty), Fact::Alias),
        Some(Where::Other) => (Some(Fact::OtherCollection), Fact::Alias),
        Some(Where::Unknown) => return Vec::new(),
    };
    kind.into_iter().chain(by_alias.then_some(alias)).collect()
}

/// Facts about what a step uses as a tool, so that a case about one thing does not fail for another.
fn tools(step: &Step, endpoint: Option<Endpoint>, row: &Row) -> Vec<Fact> {
    use crate::case::expect::{OrderWord, SelectionWord};
    let words = || [&step.given, &step.expect].into_iter().flatten();
    let raw = step
        .query_string
        .as_ref()
        .map_or(String::new(), |q| template::fill(q.get_ref(), &row.values).unwrap_or_else(|_| q.get_ref().clone()));
    let asks = |name: &str| step.query.contains_key(name) || raw.contains(name);
    let by_id = asks("match[id]");
    let counted = words().any(|e| e.more.is_some());
    let exact = words().any(|e| {
        e.selection.is_some() || e.more.is_some() || e.pages.is_some() || !e.value.is_empty() || !e.absent.is_empty()
    });
    let versions = words().any(|e| {
        e.pages.is_some()
            || matches!(e.selection, Some(SelectionWord::Versions | SelectionWord::Known | SelectionWord::Specs))
    });
    let ordered = words().any(|e| e.pages.is_some() || e.order == Some(OrderWord::OldestFirst))
        || step.walk == crate::case::Walk::AddedAfter;
    let in_collection = matches!(endpoint, Some(Endpoint::Objects | Endpoint::Manifest | Endpoint::Object));
    let mut needs = Vec::new();
    needs.extend((in_collection && exact).then_some(Fact::DatesReadable));
    match endpoint {
        Some(Endpoint::Objects) => {
            needs.extend((by_id && exact).then_some(Fact::MatchId));
            needs.extend((!asks("match[version]") && (versions || counted)).then_some(Fact::LatestByDefault));
            needs.extend(ordered.then_some(Fact::ObjectsInOrder));
        }
        Some(Endpoint::Manifest) => {
            needs.extend((by_id && exact).then_some(Fact::MatchIdOnManifest));
            needs.extend(ordered.then_some(Fact::ManifestInOrder));
            needs.extend(versions.then_some(Fact::VersionsAgree));
            needs.extend((!asks("match[version]") && counted).then_some(Fact::LatestByDefault));
        }
        _ => {}
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{embedded, matrix};

    /// A column of a case may be called as a variable is; what the row says is then meant, and asks nothing of the server.
    #[test]
    fn what_a_row_gives_is_not_needed() {
        let cases = embedded().expect("the cases are read");
        let case = cases.iter().find(|c| c.id.get_ref() == "media/post-content-type").expect("the case");
        for row in matrix::rows(case) {
            assert!(row.values.contains_key("type"));
            assert!(!needs(case, &row).contains(&Fact::TwoTypes), "{:?}", row.values);
        }
    }
}
