//! The trials, by case: a row each, which opens to everything that is known about it.

use std::collections::{BTreeSet, HashMap};

use super::Room;
use super::body::{self, Line};
use super::evidence::{self, Evidence};
use super::place::{endpoints, row};
use super::result::{LEVELS, duration, filter_word};
use super::standard::{Words, sections, words};
use super::text::{self, line};
use crate::record::{Body, Exchange, Finding, Report, Trial, Verdict};
use crate::report::Lookup;
use crate::report::sections::{place, rank};
use crate::taxii::endpoint::Endpoint;

/// All trials, and what they can be filtered by.
pub(super) struct Trials<'a> {
    pub number: usize,
    pub cases: Vec<Case<'a>>,
    /// Verdicts that occur, and how often.
    pub verdicts: Vec<(&'static str, usize)>,
    /// Levels that occur: the word of the filter, and the word to read.
    pub levels: Vec<(&'static str, &'static str)>,
    /// Sections that occur, and what they are about.
    pub sections: Vec<(String, &'static str)>,
    /// Endpoints that occur.
    pub endpoints: Vec<&'static str>,
}

/// The trials of one case.
pub(super) struct Case<'a> {
    pub id: String,
    pub title: String,
    /// Ids of the requirements that its trials are about.
    pub requirements: Vec<String>,
    /// Which readings of the standard are accepted; empty where it leaves no room.
    pub ambiguity: String,
    /// File of the case.
    pub file: String,
    /// Number of trials by verdict.
    pub tally: Vec<(&'static str, usize)>,
    pub trials: Vec<Row<'a>>,
}

/// One trial.
pub(super) struct Row<'a> {
    pub anchor: &'a str,
    pub verdict: &'static str,
    pub level: &'static str,
    /// Ids of the requirements that it is about, separated by `|`.
    pub requirements: String,
    /// Sections, separated by `|`.
    pub sections: String,
    /// Endpoints, separated by `|`.
    pub endpoints: String,
    /// What has to hold, where that is not what the case says of all its trials.
    pub title: String,
    pub row: String,
    pub place: String,
    pub reason: String,
    /// Remarks of a word: flaky, known, risky.
    pub tags: Vec<&'static str>,
    /// Why the failure was expected; empty where it was not.
    pub known: String,
    /// Trials whose failure keeps this one from being judged: anchor and id.
    pub causes: Vec<(&'a str, String)>,
    /// Requirements in words, where the trial needs them and no finding says them. For the others the
    /// script finds them among the requirements.
    pub words: Vec<Words>,
    pub findings: Vec<Found>,
    /// How many findings are not shown.
    pub hidden: usize,
    pub advice: String,
    /// Questions and answers.
    pub readings: Vec<(String, String)>,
    pub exchanges: Vec<Sent>,
    /// How many exchanges are not listed.
    pub unlisted: usize,
    pub took: String,
}

/// A finding.
pub(super) struct Found {
    /// The requirement, unless the finding before has the same.
    pub words: Option<Words>,
    pub message: String,
    pub expected: String,
    pub actual: String,
    /// The place: `body at /objects/1`, `header X`.
    pub place: String,
    /// Number of the exchange in the trial, from 1; 0 where it has none.
    pub exchange: usize,
}

/// An exchange.
pub(super) struct Sent {
    pub number: usize,
    pub method: String,
    pub url: String,
    /// `200`, or why there is no answer.
    pub answer: String,
    pub size: String,
    pub took: String,
    /// Where the script finds the rest, where that is not here.
    pub data: Option<usize>,
    pub full: Option<Full>,
}

/// Everything about an exchange.
pub(super) struct Full {
    pub curl: String,
    pub sent: Vec<Line>,
    pub sent_body: Option<Shown>,
    pub came: Vec<Line>,
    pub came_body: Option<Shown>,
}

/// A body.
pub(super) struct Shown {
    pub about: String,
    pub lines: Vec<Line>,
}

/// The trials of a report by case, those first that a reader has to act on.
pub(super) fn trials<'a>(
    report: &Report,
    requirement: Lookup<'_>,
    anchors: &'a [String],
    room: Room,
    evidence: &mut Evidence,
) -> Trials<'a> {
    let mut cases: Vec<Case<'a>> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    let mut shown = 0;
    for (trial, anchor) in report.trials.iter().zip(anchors) {
        let at = *index.entry(trial.case.as_str()).or_insert_with(|| {
            cases.push(Case {
                id: line(&trial.case, 200),
                title: line(&trial.title, 400),
                requirements: Vec::new(),
                ambiguity: trial.ambiguity.as_ref().map(|a| line(a, 1000)).unwrap_or_default(),
                file: line(&trial.file, 200),
                tally: Vec::new(),
                trials: Vec::new(),
            });
            cases.len() - 1
        });
        for id in &trial.requirements {
            let id = line(id, 80);
            if !cases[at].requirements.contains(&id) {
                cases[at].requirements.push(id);
            }
        }
        let mut row = one(report, trial, anchor, requirement, room);
        if row.title == cases[at].title {
            row.title.clear();
        }
        let wanted = if shown < room.shown { important(trial, room) } else { BTreeSet::new() };
        shown += usize::from(!wanted.is_empty());
        if !trial.causes.is_empty() {
            let causes = report.trials.iter().zip(anchors).filter(|(t, _)| trial.causes.values().any(|c| *c == t.id));
            row.causes = causes.map(|(t, anchor)| (anchor.as_str(), line(&t.id, 300))).collect();
        }
        row.exchanges = sent(trial, report, &wanted, room, evidence);
        row.unlisted = trial.exchanges.len() - row.exchanges.len();
        cases[at].trials.push(row);
    }
    for case in &mut cases {
        case.trials.sort_by_key(|t| urgency(t.verdict));
        case.tally = tally(case.trials.iter().map(|t| t.verdict));
    }
    cases.sort_by_key(|c| c.trials.first().map(|t| urgency(t.verdict)));
    let all = || report.trials.iter();
    let levels = LEVELS.into_iter().filter(|l| all().any(|t| t.level == *l)).map(|l| (filter_word(l), l.word()));
    let endpoint =
        |name: &&str| cases.iter().flat_map(|c| &c.trials).any(|t| t.endpoints.split('|').any(|e| e == *name));
    Trials {
        number: report.trials.len(),
        verdicts: tally(all().map(|t| t.verdict.word())),
        levels: levels.collect(),
        sections: named_sections(report, requirement),
        endpoints: Endpoint::ALL.iter().map(|(name, _)| *name).filter(endpoint).collect(),
        cases,
    }
}

/// What a reader has to act on comes first.
fn urgency(verdict: &str) -> usize {
    ["fail", "error", "warn", "inconclusive", "pass", "skip"].iter().position(|v| *v == verdict).unwrap_or(6)
}

fn tally(verdicts: impl Iterator<Item = &'static str>) -> Vec<(&'static str, usize)> {
    let mut tally: Vec<(&'static str, usize)> = Verdict::ALL.map(|v| (v.word(), 0)).to_vec();
    for verdict in verdicts {
        tally.iter_mut().filter(|(v, _)| *v == verdict).for_each(|(_, n)| *n += 1);
    }
    tally.retain(|(_, n)| *n > 0);
    tally
}

fn named_sections(report: &Report, requirement: Lookup<'_>) -> Vec<(String, &'static str)> {
    let mut all: Vec<(String, &'static str)> = Vec::new();
    for id in report.trials.iter().flat_map(|t| &t.requirements).collect::<BTreeSet<_>>() {
        let place = place(id, requirement);
        if !all.contains(&place) {
            all.push(place);
        }
    }
    all.sort_by_key(|(number, _)| rank(number));
    all
}

fn one<'a>(report: &Report, trial: &Trial, anchor: &'a str, requirement: Lookup<'_>, room: Room) -> Row<'a> {
    let (row, place) = row(trial);
    let optional = |text: &Option<String>| text.as_ref().map(|t| line(t, 1000)).unwrap_or_default();
    let tags = [("flaky", trial.flaky), ("known failure", trial.known.is_some()), ("risky", trial.risky)];
    let known = trial.known.as_ref().map(|k| format!("{} ({}, until {})", k.reason, k.owner, k.expires));
    let acted = matches!(trial.verdict, Verdict::Fail | Verdict::Warn | Verdict::Error) && trial.findings.is_empty();
    let ids = if acted { trial.requirements.as_slice() } else { &[] };
    Row {
        anchor,
        verdict: trial.verdict.word(),
        level: filter_word(trial.level),
        requirements: line(&trial.requirements.join("|"), 400),
        sections: sections(&trial.requirements, requirement).join("|"),
        endpoints: endpoints(trial, report).join("|"),
        title: line(&trial.title, 400),
        row,
        place,
        reason: line(&trial.reason, 600),
        tags: tags.into_iter().filter(|(_, is)| *is).map(|(tag, _)| tag).collect(),
        known: known.map(|k| line(&k, 600)).unwrap_or_default(),
        causes: Vec::new(),
        words: ids.iter().map(|id| words(id, None, requirement)).collect(),
        findings: found(trial, requirement, room),
        hidden: trial.findings.len().saturating_sub(room.findings),
        advice: optional(&trial.advice),
        readings: trial.readings.iter().map(|r| (line(&r.question, 300), line(&r.answer, 300))).collect(),
        exchanges: Vec::new(),
        unlisted: 0,
        took: duration(trial.duration_ms),
    }
}

fn found(trial: &Trial, requirement: Lookup<'_>, room: Room) -> Vec<Found> {
    let mut before = None;
    let mut one = |finding: &Finding| {
        let told = before.replace(finding.requirement.clone()).is_some_and(|b| b == finding.requirement);
        let optional = |text: &Option<String>| text.as_ref().map(|t| line(t, room.said)).unwrap_or_default();
        Found {
            words: (!told).then(|| words(&finding.requirement, Some(finding.level), requirement)),
            message: line(&finding.message, room.said),
            expected: optional(&finding.expected),
            actual: optional(&finding.actual),
            place: match finding.pointer.as_deref() {
                None => String::new(),
                Some("") => "the body as a whole".to_owned(),
                Some(p) if p.starts_with('/') => format!("body at {}", line(p, 300)),
                Some(name) => format!("header {}", line(name, 200)),
            },
            exchange: finding.exchange.filter(|&e| e < trial.exchanges.len()).map_or(0, |e| e + 1),
        }
    };
    trial.findings.iter().take(room.findings).map(&mut one).collect()
}

/// Which exchanges a reader has to see: those that findings point to, or the last where none does.
fn important(trial: &Trial, room: Room) -> BTreeSet<usize> {
    if !matches!(trial.verdict, Verdict::Fail | Verdict::Warn | Verdict::Error) {
        return BTreeSet::new();
    }
    let there = |e: &usize| *e < trial.exchanges.len();
    let pointed: BTreeSet<usize> =
        trial.findings.iter().take(room.findings).filter_map(|f| f.exchange).filter(there).collect();
    match trial.exchanges.len().checked_sub(1) {
        Some(last) if pointed.is_empty() => BTreeSet::from([last]),
        _ => pointed,
    }
}

fn sent(trial: &Trial, report: &Report, wanted: &BTreeSet<usize>, room: Room, evidence: &mut Evidence) -> Vec<Sent> {
    let origin = origin(&report.server.url);
    let mut all = Vec::new();
    for (at, exchange) in trial.exchanges.iter().enumerate() {
        // those that findings point to are listed, however many come before
        if at >= room.listed && !wanted.contains(&at) {
            continue;
        }
        let full = wanted.contains(&at).then(|| full(trial, at, exchange, room));
        let data = (full.is_none() && room.evidence).then(|| evidence.add(exchange));
        // where the evidence has the URL, the line can do without what is the same in all of them
        let url = exchange.request.url.strip_prefix(origin).filter(|_| data.is_some()).unwrap_or(&exchange.request.url);
        let answer = match (&exchange.response, &exchange.failure) {
            (Some(response), _) => response.status.to_string(),
            (None, Some(failure)) => format!("no answer: {}", line(failure, 300)),
            (None, None) => "no answer".to_owned(),
        };
        all.push(Sent {
            number: at + 1,
            method: line(&exchange.request.method, 40),
            url: line(url, 500),
            answer,
            size: exchange.response.as_ref().map(|r| size(r.body.size())).unwrap_or_default(),
            took: duration(exchange.duration_ms),
            data,
            full,
        });
    }
    all
}

/// Scheme, host and port of a URL, without a final slash.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(url.len(), |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

fn full(trial: &Trial, at: usize, exchange: &Exchange, room: Room) -> Full {
    let here = trial.findings.iter().take(room.findings).filter(|f| f.exchange == Some(at));
    let marks: Vec<&str> = here.filter_map(|f| f.pointer.as_deref()).collect();
    let pointers: Vec<&str> = marks.iter().copied().filter(|m| m.is_empty() || m.starts_with('/')).collect();
    let request = &exchange.request;
    let mut sent = vec![plain(format!("{} {}", line(&request.method, 40), line(&request.url, 4000)))];
    sent.extend(headers(&request.headers, &[]));
    let mut came = Vec::new();
    if let Some(response) = &exchange.response {
        came.push(plain(evidence::head(response.status, &response.version)));
        came.extend(headers(&response.headers, &marks));
    }
    Full {
        curl: text::command(&exchange.curl),
        sent,
        sent_body: request.body.as_ref().map(|b| shown(b, &[], room.full / 2)),
        came,
        came_body: exchange
            .response
            .as_ref()
            .map(|r| shown(&r.body, &pointers, if pointers.is_empty() { room.full / 2 } else { room.full })),
    }
}

fn headers(headers: &[(String, String)], marks: &[&str]) -> Vec<Line> {
    let one = |(name, value): &(String, String)| Line {
        mark: marks.iter().any(|m| m.eq_ignore_ascii_case(name)),
        ..plain(evidence::header(name, value))
    };
    headers.iter().map(one).collect()
}

fn plain(text: String) -> Line {
    Line { text, ..Line::default() }
}

fn shown(body: &Body, marks: &[&str], room: usize) -> Shown {
    let cut = if body.cut { ", cut off by the suite" } else { "" };
    let about = format!("{}{cut}, SHA-256 {}", size(body.size()), body.sha256());
    Shown { about, lines: body::show(&body.bytes, marks, room) }
}

/// A number of bytes, in a unit that suits it.
fn size(bytes: usize) -> String {
    match bytes {
        b if b < 1000 => format!("{b} B"),
        b if b < 1_000_000 => format!("{:.1} kB", b as f64 / 1e3),
        b => format!("{:.1} MB", b as f64 / 1e6),
    }
}
