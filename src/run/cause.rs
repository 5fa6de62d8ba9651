//! One defect, one failure: where a trial fails because something that it builds on is broken, that is the failure,
//! and the trial is inconclusive and names it.
//!
//! [`TOOLS`] lists what trials build on: a parameter, a way to read on, an endpoint. Each belongs to a requirement,
//! which cases of its own judge. A failure is explained where a trial about the requirement of a tool that it uses
//! fails, and that tool comes earlier in the list: so nothing explains itself, and no two explain each other.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::plan::Task;
use super::uses::{Step, steps};
use crate::record::{Exchange, Finding, Trial, Verdict};
use crate::taxii::Endpoint;
use crate::taxii::Endpoint::{Collection, Collections, Manifest, Object, Objects, Versions};

/// Something that trials build on.
struct Tool {
    /// The requirement that says that it has to work.
    requirement: &'static str,
    /// Where it has to; everywhere if empty.
    at: &'static [Endpoint],
    /// Whether a step uses it.
    used: fn(&Step) -> bool,
}

const fn tool(requirement: &'static str, at: &'static [Endpoint], used: fn(&Step) -> bool) -> Tool {
    Tool { requirement, at, used }
}

/// Every object comes on exactly one page (section 3.5).
const PAGING: &str = "T21-3.5-01";

/// Objects come back as they were added (section 5.4).
const AS_ADDED: &str = "T21-5.4-05";

/// `match[id]` and `match[type]` select by id, and the type in it (section 3.4).
const IDS: &str = "T21-3.4-11";
const TYPES: &str = "T21-3.4-12";

/// Malformed parameters are refused (section 3.4), and so are those that are repeated or contradict each other.
const MALFORMED: &str = "T21-3.4-01";
const REFUSED: [&str; 2] = ["T21-3.4-04", "T21-3.4-23"];

/// What is empty is left out (sections 3.7, 5.3.1 and 5.8.1), and date headers are timestamps (section 3.2): the form of
/// an answer, whatever it was that selected it.
const EMPTY: [&str; 3] = ["T21-3.7-03", "T21-5.3-07", "T21-5.8-06"];
const DATES: [&str; 2] = ["T21-3.2-01", "T21-3.2-02"];

/// The manifest has a record of every version that the filters select (section 5.3).
const RECORDS: &str = "T21-5.3-08";

/// `more` tells whether objects remain (section 3.4).
const MORE: &str = "T21-3.4-08";
const NO_MORE: &str = "T21-3.4-09";

/// What trials build on, the most basic first. What comes later is only judged where what comes earlier works.
const TOOLS: &[Tool] = &[
    // answers of the endpoints at all
    tool("T21-5.2-04", &[], |s| s.by_alias),
    tool("T21-3.7-01", &[Objects], |s| s.reads(Objects)),
    tool("T21-3.7-01", &[Object], |s| s.reads(Object)),
    tool("T21-3.7-02", &[Objects], |s| s.reads(Objects)),
    tool("T21-3.7-02", &[Object], |s| s.reads(Object)),
    tool("T21-5.1-01", &[Collections], |s| s.reads(Collections)),
    tool("T21-5.2-01", &[Collection], |s| s.reads(Collection)),
    tool("T21-5.3-01", &[Manifest], |s| s.reads(Manifest)),
    tool("T21-5.6-01", &[Object], |s| s.reads(Object)),
    tool("T21-5.8-01", &[Versions], |s| s.reads(Versions)),
    // in another order reading on by date loses what was added before
    tool("T21-3.3-02", &[Manifest], |s| s.walks(Manifest)),
    tool("T21-5.3-04", &[Manifest], |s| s.selects(Manifest) || s.dates),
    tool("T21-5.3-05", &[Manifest], |s| s.selects(Manifest) || s.made_version),
    tool("T21-5.7-02", &[], |s| s.deletes),
    // parameters without which little can be asked for
    // its case judges the manifest only where it selects on objects
    tool(IDS, &[Objects], |s| s.asks(Objects, "match[id]") || s.asks(Manifest, "match[id]")),
    tool(IDS, &[Manifest], |s| s.asks(Manifest, "match[id]")),
    // which its case asks for by id alone
    tool("T21-3.4-15", &[Manifest], |s| s.reads(Manifest) && s.default_version),
    tool("T21-3.4-06", &[Objects, Manifest], |s| s.limit),
    tool("T21-3.4-07", &[], |s| s.limit),
    // reading on over the manifest, which tells the dates
    tool("T21-3.4-05", &[], |s| s.asks_anywhere("added_after") || s.walks(Manifest) || s.walks(Versions)),
    tool("T21-3.4-02", &[Manifest], |s| s.asks(Manifest, "added_after") || s.walks(Manifest) || s.dates),
    tool("T21-3.2-02", &[Manifest], |s| s.walks(Manifest)),
    tool("T21-3.2-03", &[Manifest], |s| s.walks(Manifest)),
    tool(MORE, &[Manifest], |s| s.walks(Manifest)),
    tool(NO_MORE, &[Manifest], |s| s.walks(Manifest)),
    tool("T21-5.5-10", &[], |s| s.dates || s.asks_anywhere("added_after")),
    tool("T21-3.4-03", &[Objects], |s| s.limit && s.reads(Objects)),
    // reading on over the rest
    tool("T21-3.2-02", &[Versions], |s| s.walks(Versions)),
    tool("T21-3.2-03", &[Versions], |s| s.walks(Versions)),
    tool(MORE, &[Objects], |s| s.walks(Objects)),
    tool(MORE, &[Object], |s| s.walks(Object)),
    tool(MORE, &[Versions], |s| s.walks(Versions)),
    tool(NO_MORE, &[Objects], |s| s.walks(Objects)),
    tool(NO_MORE, &[Object], |s| s.walks(Object)),
    tool(NO_MORE, &[Versions], |s| s.walks(Versions)),
    tool(PAGING, &[], |s| s.walks(Objects) || s.walks(Object) || s.next),
    tool("T21-5.5-07", &[Objects], |s| s.selects(Objects)),
    tool("T21-5.5-07", &[Manifest], |s| s.selects(Manifest) || s.dates),
    tool("T21-5.5-07", &[], |s| s.named),
    tool(RECORDS, &[Manifest], |s| s.dates || s.asks(Manifest, "match[version]")),
    tool("T21-3.4-02", &[], |s| s.asks_anywhere("added_after")),
    tool("T21-3.2-02", &[], |s| s.by_date),
    tool("T21-3.2-03", &[], |s| s.by_date),
    tool("T21-3.3-01", &[], |s| s.by_date),
    // versions
    tool("T21-3.4-18", &[], |s| s.asks_anywhere("match[version]")),
    tool("T21-3.4-15", &[Object], |s| s.reads(Object) && s.default_version),
    tool("T21-5.6-05", &[Object], |s| s.asks(Object, "match[version]")),
    tool("T21-5.5-08", &[], |s| s.holdings && s.asks_anywhere("match[version]")),
    tool("T21-3.4-16", &[], |s| s.version("last")),
    tool("T21-3.4-17", &[], |s| s.version("first")),
    tool("T21-3.4-15", &[], |s| s.default_version),
    // the other filters
    // which specification version an object is of, it says itself
    tool("T21-5.4-04", &[Objects], |s| s.asks_anywhere("match[spec_version]")),
    tool("T21-3.4-19", &[], |s| s.version("")),
    tool(TYPES, &[], |s| s.asks_anywhere("match[type]")),
    // that a type is known at all
    tool("T21-3.4-13", &[], |s| s.asks_anywhere("match[type]")),
    tool("T21-3.4-24", &[], |s| s.asks_anywhere("match[spec_version]")),
    tool("T21-3.4-25", &[], |s| s.default_spec),
    tool("T21-3.4-27", &[], |s| s.list),
    tool("T21-3.4-20", &[], |s| s.version(",")),
    tool("T21-3.4-26", &[], |s| s.matches() > 1),
    tool("T21-3.4-29", &[Manifest], |s| s.asks(Manifest, "match[")),
];

/// How much a trial builds on: the last tool that it uses, and whether it is about something else. In this order the
/// trials about a tool come before those that merely use it.
pub fn depth(task: &Task<'_>) -> (usize, bool) {
    let steps = steps(task);
    let about = |tool: &Tool| task.planned.requirements.iter().any(|id| id == tool.requirement);
    let last = TOOLS.iter().rposition(|tool| about(tool) || steps.iter().any(|step| (tool.used)(step)));
    (last.map_or(0, |at| at + 1), last.is_some_and(|at| !about(&TOOLS[at])))
}

/// What is broken: the tool, and the trials that say so, by id.
struct Broken {
    tool: usize,
    trials: BTreeSet<String>,
    /// Whether it shows as an internal error, or in no answer at all.
    crash: bool,
}

/// A cause of a failure: the tool, and the trial that tells of it.
struct Cause {
    tool: usize,
    trial: String,
}

/// Makes failures that others explain inconclusive.
pub fn explain(trials: &mut [Trial], tasks: &[Task<'_>]) {
    let steps: BTreeMap<&str, Vec<Step>> = tasks.iter().map(|t| (t.planned.id.as_str(), steps(t))).collect();
    let by_id: BTreeMap<&str, &Task<'_>> = tasks.iter().map(|t| (t.planned.id.as_str(), t)).collect();
    let mut broken: Vec<Broken> = Vec::new();
    for rank in 0..=TOOLS.len() {
        let mut now = Broken { tool: rank, trials: BTreeSet::new(), crash: false };
        for trial in trials.iter_mut().filter(|t| matches!(t.verdict, Verdict::Fail | Verdict::Warn)) {
            let Some(task) = by_id.get(trial.id.as_str()) else { continue };
            let own = steps.get(trial.id.as_str()).map_or(&[][..], Vec::as_slice);
            let concerned: Vec<bool> = trial.findings.iter().map(|f| rank_of(trial, f, own) == rank).collect();
            let findings = || trial.findings.iter().zip(&concerned).filter(|(_, c)| **c).map(|(f, _)| f);
            if findings().next().is_none() {
                continue;
            }
            let crash = findings().any(|f| is_crash(trial, f));
            let reads = findings().all(|f| is_read(trial, f));
            // what is to be refused is refused without anything that it might build on, what came back was there, and
            // an object's own id tells that it should not have come
            let shown = |f: &Finding| f.pointer.is_some() && [AS_ADDED, IDS, TYPES].contains(&f.requirement.as_str());
            let formless = |f: &Finding| {
                let at = f.pointer.as_deref().unwrap_or_default();
                let id = f.requirement.as_str();
                EMPTY.contains(&id) && at.starts_with('/') || DATES.contains(&id) && at.starts_with("X-TAXII")
            };
            // a place in the body is about what was selected, none about the status
            let refused = |f: &Finding| f.pointer.is_none() && REFUSED.contains(&f.requirement.as_str());
            let stands = |f: &Finding| f.requirement == MALFORMED || refused(f) || shown(f) || formless(f);
            let reads = reads && !findings().any(stands);
            let cause = broken.iter().filter(|b| reads && (b.crash || !crash)).find_map(|b| cause(b, task, own));
            match cause {
                Some(cause) => settle(trial, task, &concerned, &cause),
                None if rank < TOOLS.len() && trial.verdict == Verdict::Fail => {
                    now.trials.insert(trial.id.clone());
                    now.crash |= crash;
                }
                None => {}
            }
        }
        if !now.trials.is_empty() {
            broken.push(now);
        }
    }
}

/// The exchange that a finding is about.
fn shown<'a>(trial: &'a Trial, finding: &Finding) -> Option<&'a Exchange> {
    trial.exchanges.get(finding.exchange?)
}

/// Whether a finding is about an internal error of the server, or about an answer that did not come. What is merely wrong
/// elsewhere does not explain it.
fn is_crash(trial: &Trial, finding: &Finding) -> bool {
    shown(trial, finding).is_some_and(|e| e.response.is_none() || e.status() >= 500)
}

/// Whether a finding is about something read: what the server says to a write builds on nothing.
fn is_read(trial: &Trial, finding: &Finding) -> bool {
    shown(trial, finding).is_none_or(|e| e.request.method == "GET")
}

/// The cause of a trial's failures in a tool that is broken: it uses the tool in the same place, and is about something
/// else. What is plain judges an answer as it is, and who may do what depends on no tool.
fn cause(broken: &Broken, task: &Task<'_>, steps: &[Step]) -> Option<Cause> {
    let tool = &TOOLS[broken.tool];
    if task.case.plain
        || steps.iter().any(|s| s.elsewhere)
        || task.planned.requirements.iter().any(|r| r == tool.requirement)
        || !steps.iter().any(|s| (tool.used)(s))
    {
        return None;
    }
    // of several trials that say so the first by id is named: the order in which they ended is chance
    let trial = broken.trials.iter().find(|id| same_place(id, &task.planned.id))?;
    Some(Cause { tool: broken.tool, trial: trial.clone() })
}

/// Whether two trials, by id, are bound to the same place, or one to what the other's place is in.
fn same_place(one: &str, other: &str) -> bool {
    let place = |id: &str| id.rsplit_once('@').map_or(String::new(), |(_, place)| place.to_owned());
    let (one, other) = (place(one), place(other));
    one.starts_with(&other) || other.starts_with(&one)
}

/// Place of a finding's requirement in the list of tools; behind its end if it is none. What goes wrong on pages of a
/// filter may be the filter's fault, and says nothing of paging as a tool.
fn rank_of(trial: &Trial, finding: &Finding, steps: &[Step]) -> usize {
    let by_date = |s: &Step| s.asks_anywhere("added_after");
    let filtered = match finding.requirement.as_str() {
        PAGING => steps.iter().any(|s| by_date(s) || s.asks_anywhere("match[")),
        NO_MORE => steps.iter().any(|s| by_date(s) || s.matches() > 1),
        MORE | RECORDS => steps.iter().any(by_date),
        _ => false,
    };
    if filtered {
        return TOOLS.len();
    }
    let at = shown(trial, finding).and_then(endpoint);
    let is = |tool: &Tool| {
        tool.requirement == finding.requirement && (tool.at.is_empty() || at.is_some_and(|at| tool.at.contains(&at)))
    };
    TOOLS.iter().position(is).unwrap_or(TOOLS.len())
}

/// Takes the findings that are explained away; where none is left, the trial is inconclusive.
fn settle(trial: &mut Trial, task: &Task<'_>, explained: &[bool], cause: &Cause) {
    let why = format!("{} fails ({})", cause.trial, TOOLS[cause.tool].requirement);
    let said = trial.findings.iter().zip(explained).find(|(_, e)| **e).map_or("", |(f, _)| f.message.as_str());
    let reason = format!("{said}; but {why}, on which this builds");
    let open = trial.findings.iter().zip(explained).filter(|(_, e)| **e).map(|(f, _)| f.requirement.clone());
    trial.causes.extend(open.map(|requirement| (requirement, cause.trial.clone())).collect::<Vec<_>>());
    let mut kept = explained.iter();
    trial.findings.retain(|_| !kept.next().is_some_and(|e| *e));
    if trial.findings.is_empty() {
        trial.verdict = Verdict::Inconclusive;
        trial.reason = reason;
        trial.requirements.clone_from(&task.planned.requirements);
        trial.known = None;
    } else {
        let left: BTreeSet<&str> = trial.findings.iter().map(|f| f.requirement.as_str()).collect();
        trial.requirements.retain(|r| left.contains(r.as_str()));
        trial.reason.clone_from(&trial.findings[0].message);
    }
    trial.level = crate::case::register::strongest(trial.requirements.iter().map(String::as_str));
}

/// The endpoint that an exchange asked, by the end of its path (section 3.1).
fn endpoint(exchange: &Exchange) -> Option<Endpoint> {
    let url = Url::parse(&exchange.request.url).ok()?;
    let segments: Vec<&str> = url.path_segments()?.filter(|s| !s.is_empty()).collect();
    let at = segments.iter().position(|s| *s == "collections")?;
    match &segments[at + 1..] {
        [] => Some(Collections),
        [_] => Some(Collection),
        [_, "manifest"] => Some(Manifest),
        [_, "objects"] => Some(Objects),
        [_, "objects", _] => Some(Object),
        [_, "objects", _, "versions"] => Some(Versions),
        _ => None,
    }
}
