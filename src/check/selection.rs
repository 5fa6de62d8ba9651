//! Word `selection`: the answer against what the oracle selects.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::body::{Known, Member, key, key_in, members_of, more};
use super::{Context, Outcome, some};
use crate::case::expect::SelectionWord;
use crate::case::model::Held;
use crate::oracle::{Holding, Query, Scope, Selection, select};
use crate::record::{Exchange, Reading};
use crate::taxii::{Endpoint, Timestamp};

/// The selections that the readings of the standard give for a step's query.
pub fn selections<'a>(context: &Context<'a>) -> Vec<Selection<'a>> {
    let Some(first) = context.exchanges().first() else { return Vec::new() };
    let query = Query::of_url(&first.request.url);
    let holdings = &context.transcript.bound.holdings;
    let id = context.record.object.as_deref().unwrap_or("");
    let scope = match context.record.endpoint {
        Some(Endpoint::Object) => Scope::Object(id),
        Some(Endpoint::Versions) => Scope::Versions(id),
        _ => Scope::Collection,
    };
    select(holdings, scope, &query)
}

/// How an answer differs from a selection.
#[derive(Default)]
struct Difference<'a> {
    missing: Vec<&'a Holding>,
    unexpected: Vec<&'a Member<'a>>,
}

impl Difference<'_> {
    fn size(&self) -> usize {
        self.missing.len() + self.unexpected.len()
    }
}

/// Judges what all pages of a step name together.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(word) = context.expect.selection else { return outcome };
    let endpoint = context.record.endpoint.unwrap_or(Endpoint::Objects);
    let exchanges = context.exchanges();
    // the step's status says whether it may be refused; 404 is an answer without objects
    if let Some(refused) = exchanges.first().map(|e| e.status()).filter(|s| (400..500).contains(s) && *s != 404) {
        let question = context.transcript.case.title.clone();
        outcome.readings.push(Reading { question, answer: format!("refused with {refused}") });
        outcome.saw(format!("refused with {refused}"));
        return outcome;
    }
    let members = members_of(endpoint, context.record.object.as_deref(), exchanges);
    if word == SelectionWord::Nothing {
        return nothing(context, &members);
    }
    let selections = selections(context);
    let differences: Vec<Difference<'_>> =
        selections.iter().map(|s| difference(context, endpoint, word, s, &members)).collect();
    let borders = Borders::of(context, exchanges, &members);
    // what pages by date may lose speaks against no reading, unless they are alike in all else
    let differs = |d: &Difference<'_>| {
        let due = d.missing.iter().filter(|h| !borders.may_lose(h)).count();
        (d.unexpected.len() + due, d.size())
    };
    let Some((best, selection)) = differences.iter().zip(&selections).min_by_key(|(d, _)| differs(d)) else {
        return outcome;
    };
    if !selection.reading.is_empty() && best.size() == 0 {
        outcome
            .readings
            .push(Reading { question: context.transcript.case.title.clone(), answer: selection.reading.clone() });
    }
    let ended = exchanges.last().is_some_and(|e| !more(e));
    let later_page_only = !best.unexpected.is_empty() && best.unexpected.iter().all(|m| m.page > 0);
    if later_page_only && !context.about("T21-3.5-01") {
        outcome.block("a later page holds what the query does not select: see paging/next (T21-3.5-01)");
    } else if !best.unexpected.is_empty() {
        let names: Vec<String> = best.unexpected.iter().map(|m| m.key()).collect();
        let mut finding = context.finding(
            best.unexpected[0].page,
            format!("the answer holds {} that the query does not select", count(names.len(), "object")),
        );
        finding.expected = Some(expected(selection, endpoint));
        finding.actual = Some(some(&names));
        finding.pointer = Some(best.unexpected[0].pointer.clone());
        outcome.findings.push(finding);
    }
    if let Some(again) = named_twice(context, &members) {
        let mut finding = context.finding(0, "the answer holds an object once for each value that selects it");
        finding.expected = Some("each object once: the values are joined by OR".into());
        finding.actual = Some(again.key());
        finding.pointer = Some(again.pointer.clone());
        outcome.findings.push(finding);
    }
    let (ties, missing): (Vec<&Holding>, Vec<&Holding>) =
        best.missing.iter().copied().partition(|h| borders.may_lose(h));
    if !ties.is_empty() {
        outcome.readings.push(Reading {
            question: "continuing by added_after where objects share a date added".into(),
            answer: format!("{} at page borders inside such a group cannot be reached", count(ties.len(), "object")),
        });
    }
    let beginning = Beginning::of(context, &members);
    let (missing, unread) = beginning.part(missing);
    if unread > 0 && beginning.is_void() && word != SelectionWord::Within {
        outcome.block(beginning.why());
    }
    if !missing.is_empty() && word != SelectionWord::Within {
        let names: Vec<String> = missing.iter().map(|h| key_in(endpoint, h)).collect();
        if let Some(why) = context.record.stopped.as_ref().filter(|_| !context.record.enough) {
            outcome.block(format!("not all pages could be read: {why}"));
        } else if ended || context.record.enough {
            let mut finding = context.finding(
                exchanges.len() - 1,
                format!("the answer lacks {} that the query selects", count(names.len(), "object")),
            );
            finding.expected = Some(some(&names));
            finding.actual = Some(format!("{} in all", count(members.len(), "object")));
            outcome.findings.push(finding);
        }
    }
    let judged = selection.items.len().max(members.len());
    if selection.items.is_empty() && best.unexpected.is_empty() && knows_all(context) {
        outcome.saw("nothing is selected, and nothing came");
    } else if members.is_empty() && (selection.items.is_empty() || word == SelectionWord::Within) {
        match (context.expect.at_least, word) {
            (Some(0), _) | (_, SelectionWord::Within) => outcome.saw("an answer without objects"),
            _ => outcome.block("the query selects nothing of what the collection holds"),
        }
    } else if judged < context.expect.at_least.unwrap_or(1) {
        outcome.block(format!("only {} to judge", count(judged, "object")));
    } else {
        let rest = if unread > 0 { format!("; {unread} further ones were not read") } else { String::new() };
        outcome.saw(format!("{} on {}{rest}", count(members.len(), "object"), count(exchanges.len(), "page")));
    }
    outcome
}

/// What a walk that read the beginning alone can have missed: what was added before the last that it showed. Objects
/// come in the order in which they were added (section 3.3).
pub(super) struct Beginning {
    /// Whether the walk ended for this reason.
    cut: bool,
    /// The date added of the last object that came, as far as dates are known and in order.
    end: Option<Timestamp>,
    /// Whether no two dates differ, so that nothing is known to come before anything else.
    flat: bool,
}

impl Beginning {
    /// That of the step's walk.
    pub(super) fn of(context: &Context<'_>, members: &[Member<'_>]) -> Beginning {
        if !context.record.enough {
            return Beginning { cut: false, end: None, flat: false };
        }
        let known = Known::of(&context.transcript.bound.holdings);
        let dates: Vec<Timestamp> = members.iter().filter_map(|m| known.added(m)).collect();
        let dates = if dates.is_sorted() { dates } else { Vec::new() };
        Beginning { cut: true, end: dates.last().copied(), flat: dates.first() == dates.last() }
    }

    /// Those of `missing` that should have come, and the number of those that may come later.
    pub(super) fn part<'a>(&self, missing: Vec<&'a Holding>) -> (Vec<&'a Holding>, usize) {
        if !self.cut {
            return (missing, 0);
        }
        let all = missing.len();
        let due: Vec<&Holding> = missing.into_iter().filter(|h| h.added.is_some() && h.added < self.end).collect();
        let later = all - due.len();
        (due, later)
    }

    /// Whether it tells nothing of what is missing.
    pub(super) fn is_void(&self) -> bool {
        self.cut && (self.end.is_none() || self.flat)
    }

    /// Why it tells nothing.
    pub(super) fn why(&self) -> &'static str {
        "only the beginning was read of so many objects, and by their dates of addition it is not known which belong to it"
    }
}

/// Whether the case knows beyond doubt what it is about, so that nothing is an answer too: what it posted itself.
fn knows_all(context: &Context<'_>) -> bool {
    context.transcript.case.holdings == Held::Own && context.transcript.steps.iter().any(|s| !s.posted.is_empty())
}

/// The borders between pages where a walk went on by `added_after`: what shares the date of a border may be lost (section
/// 3.5), and whether it is, is a feature of the data.
pub(super) struct Borders {
    dates: BTreeSet<Timestamp>,
    any: bool,
}

impl Borders {
    /// Those of a walk: as the date header tells them, or else the last object of the page.
    pub(super) fn of(context: &Context<'_>, exchanges: &[Exchange], members: &[Member<'_>]) -> Borders {
        let holdings = &context.transcript.bound.holdings;
        let by_date = |page: &usize| exchanges.get(page + 1).is_some_and(|e| !e.request.url.contains("next="));
        let header = |page: usize| {
            let response = exchanges.get(page)?.response.as_ref()?;
            Timestamp::parse(response.header("x-taxii-date-added-last")?)
        };
        let member = |page: usize| {
            let last = members.iter().rfind(|m| m.page == page)?;
            last.added_of(holdings.items.iter().filter(|h| h.id == last.id))
        };
        let pages: Vec<usize> = (0..exchanges.len()).filter(by_date).collect();
        Borders {
            any: !pages.is_empty(),
            dates: pages.into_iter().filter_map(|p| header(p).or_else(|| member(p))).collect(),
        }
    }

    /// Whether there is any.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// Whether an object may be lost at one of them. Of one whose date is not known nobody can tell, unless the manifest
    /// does not know it either where it is asked for it alone.
    pub(super) fn may_lose(&self, holding: &Holding) -> bool {
        self.any && holding.added.map_or(!holding.unlisted, |date| self.dates.contains(&date))
    }
}

/// What comes a second time on the first page, where the case is about values that are joined by OR (section 3.4).
/// Whether an object comes twice without them, or on two pages, is another case's matter.
fn named_twice<'m, 'a>(context: &Context<'_>, members: &'m [Member<'a>]) -> Option<&'m Member<'a>> {
    let joined = ["T21-3.4-20", "T21-3.4-27"].into_iter().any(|requirement| context.about(requirement));
    let mut seen = HashSet::new();
    let first = members.iter().filter(|m| joined && m.page == 0 && m.version.is_some());
    first.into_iter().find(|m| !seen.insert((m.key(), m.spec.clone(), m.media)))
}

fn nothing(context: &Context<'_>, members: &[Member<'_>]) -> Outcome {
    let mut outcome = Outcome::default();
    if let Some(first) = members.first() {
        let mut finding = context.finding(first.page, "the answer holds objects that the query does not select");
        finding.expected = Some("no object".into());
        finding.actual = Some(some(&members.iter().map(Member::key).collect::<Vec<_>>()));
        finding.pointer = Some(first.pointer.clone());
        outcome.findings.push(finding);
    } else {
        outcome.saw("an answer without objects");
    }
    outcome
}

fn difference<'a>(
    context: &Context<'_>,
    endpoint: Endpoint,
    word: SelectionWord,
    selection: &Selection<'a>,
    members: &'a [Member<'a>],
) -> Difference<'a> {
    let holdings = &context.transcript.bound.holdings;
    let query = context.exchanges().first().map(|e| Query::of_url(&e.request.url)).unwrap_or_default();
    // versions do not tell the specification version, and records need not
    let word = match (word, endpoint) {
        (SelectionWord::Specs, Endpoint::Manifest | Endpoint::Versions) => SelectionWord::Versions,
        (word, _) => word,
    };
    let of_holding = |h: &Holding| match word {
        SelectionWord::Ids => h.id.clone(),
        SelectionWord::Specs => format!("{} {}", key_in(endpoint, h), h.spec.as_deref().unwrap_or("-")),
        _ => key_in(endpoint, h),
    };
    let known = Known::of(holdings);
    let earlier = if query.specs.is_none() { in_later_media(members) } else { HashSet::new() };
    let of_member = |m: &Member<'_>| match word {
        SelectionWord::Ids => m.id.clone(),
        SelectionWord::Specs => format!("{} {}", m.key(), m.spec.as_deref().unwrap_or("-")),
        _ => known.key(m),
    };
    // of hundreds of thousands few came: only what has the same id is compared
    let ids: HashSet<&str> = members.iter().map(|m| m.id.as_str()).collect();
    let came = |h: &&&Holding| ids.contains(h.id.as_str());
    let wanted: HashSet<String> = selection.items.iter().filter(came).map(|h| of_holding(h)).collect();
    let got: HashSet<String> = members.iter().map(of_member).collect();
    let missing = selection
        .items
        .iter()
        .copied()
        .filter(|h| h.shown_by(endpoint) || word == SelectionWord::Known)
        .filter(|h| (h.certain || h.shown_by(endpoint)) && !(came(&h) && got.contains(&of_holding(h))))
        // when it was added is not known, so whether that is later is not known either
        .filter(|h| h.added.is_some() || query.added_after.is_none())
        .collect();
    let unexpected = members
        .iter()
        .filter(|m| !wanted.contains(&of_member(m)) || earlier.contains(&(m.page, m.pointer.as_str())))
        .filter(|m| is_own(context, &m.id) || !is_arrival(m, &query, holdings.items.iter().filter(|h| h.id == m.id)))
        .collect();
    Difference { missing, unexpected }
}

/// Page and pointer of each record beside which another has the same version of the same object in a later media type:
/// without `match[spec_version]` the latest comes alone (section 3.4.1).
fn in_later_media<'a>(members: &'a [Member<'_>]) -> HashSet<(usize, &'a str)> {
    let mut versions: HashMap<String, Vec<&Member<'_>>> = HashMap::new();
    for member in members.iter().filter(|m| m.media.is_some()) {
        versions.entry(member.key()).or_default().push(member);
    }
    let earlier = |same: Vec<&'a Member<'_>>| {
        let latest = same.iter().filter_map(|m| m.media).max();
        same.into_iter().filter(move |m| m.media < latest).map(|m| (m.page, m.pointer.as_str()))
    };
    versions.into_values().flat_map(earlier).collect()
}

/// Whether this is the id of an object that the case made: nobody else can have added it.
pub(super) fn is_own(context: &Context<'_>, id: &str) -> bool {
    context.transcript.objects.values().any(|o| o.get("id").and_then(|i| i.as_str()) == Some(id))
}

/// Whether a member that the oracle does not select may have been added by somebody else since the
/// survey: it is not known, and what it tells of itself fits the query.
fn is_arrival<'h>(member: &Member<'_>, query: &Query, mut known: impl Iterator<Item = &'h Holding>) -> bool {
    let fits = query.ids.as_ref().is_none_or(|ids| ids.contains(&member.id))
        && query.types.as_ref().is_none_or(|types| types.iter().any(|t| t == member.kind()))
        && match (&query.specs, &member.spec) {
            (Some(specs), Some(spec)) => specs.contains(spec),
            _ => true,
        };
    fits && known.next().is_none()
}

fn expected(selection: &Selection<'_>, endpoint: Endpoint) -> String {
    let names: Vec<String> = selection.items.iter().map(|h| key_in(endpoint, h)).collect();
    if names.is_empty() { "no object".into() } else { format!("{}: {}", count(names.len(), "object"), some(&names)) }
}

/// `1 object`, `3 objects`.
pub fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// Whether a member names this holding, by id and version.
pub fn names(member: &Member<'_>, id: &str, version: Option<&str>) -> bool {
    member.id == id && (version.is_none() || member.version.is_none() || member.key() == key(id, version))
}
