//! Which requirement a wrong answer breaks: read off what a sequence cannot do without.

use super::op::{Ask, MARK, Pick, Where, Word};

/// What happened to the objects that a query is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Past {
    /// An exact duplicate was added.
    pub duplicate: bool,
    /// An older version was added after a newer one.
    pub late: bool,
    /// Some version was deleted by `match[version]`.
    pub cut: bool,
    /// An object was deleted as a whole.
    pub gone: bool,
    /// Several versions of one object were there at the same time.
    pub several: bool,
}

impl Past {
    /// Both together.
    pub fn and(self, other: Past) -> Past {
        Past {
            duplicate: self.duplicate || other.duplicate,
            late: self.late || other.late,
            cut: self.cut || other.cut,
            gone: self.gone || other.gone,
            several: self.several || other.several,
        }
    }
}

/// Everything that the answer to a query rests on, as ids of requirements. In a sequence that cannot be made
/// shorter everything that is left matters, so the first is the one to blame. `selected` is how much the query selects.
pub fn rests_on(ask: &Ask, past: Past, selected: usize) -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = Vec::new();
    let mut add = |id: &'static str, holds: bool| {
        if holds && !ids.contains(&id) {
            ids.push(id);
        }
    };
    let on_versions = matches!(ask.at, Where::Versions(_));
    let on_object = matches!(ask.at, Where::Object(_));
    let on_manifest = ask.at == Where::Manifest;
    match ask.word {
        Word::Selection => {}
        Word::Once => {
            add("T21-5.5-04", past.duplicate);
            add("T21-3.5-01", true);
        }
        Word::Order => add(if on_manifest { "T21-3.3-02" } else { "T21-3.3-01" }, true),
        Word::Dates => add("T21-3.2-03", true),
        Word::Limit(_) => {
            add("T21-5.8-07", on_versions);
            add("T21-5.6-05", on_object);
            add("T21-3.4-06", true);
        }
        Word::More(limit) => add(if selected > limit { "T21-3.4-08" } else { "T21-3.4-09" }, true),
        Word::Walk(_) | Word::WalkByDate(_) => {
            let by_date = on_manifest || on_versions || matches!(ask.word, Word::WalkByDate(_));
            add(if by_date { "T21-3.5-02" } else { "T21-3.5-01" }, true);
            for id in ["T21-3.4-06", "T21-3.4-08", "T21-3.4-09"] {
                add(id, true);
            }
            add(if on_manifest { "T21-3.3-02" } else { "T21-3.3-01" }, true);
            add("T21-3.4-02", by_date);
            add("T21-5.8-07", on_versions);
        }
    }
    add("T21-5.7-03", past.cut);
    add("T21-5.7-02", past.gone);
    add("T21-5.5-04", past.duplicate);
    let fields = [ask.ids.is_some(), ask.types.is_some(), ask.versions.is_some(), ask.specs.is_some()];
    let fields = fields.into_iter().filter(|f| *f).count();
    add("T21-3.4-26", fields > 1);
    add("T21-5.8-07", on_versions && (ask.after.is_some() || ask.specs.is_some()));
    add("T21-3.4-02", ask.after.is_some());
    if let Some(picks) = &ask.versions {
        add("T21-3.4-20", picks.len() > 1);
        for pick in picks {
            match pick {
                Pick::Last => add("T21-3.4-16", true),
                Pick::First => add("T21-3.4-17", true),
                Pick::All => add("T21-3.4-18", true),
                Pick::Exact(item) => add(if item.slot == MARK { "T21-3.4-21" } else { "T21-3.4-19" }, true),
            }
        }
        add("T21-5.6-05", on_object);
    }
    add("T21-3.4-27", ask.types.as_ref().is_some_and(|t| t.len() > 1));
    add("T21-3.4-12", ask.types.is_some());
    add("T21-3.4-11", ask.ids.is_some());
    add("T21-3.4-24", ask.specs.is_some());
    add("T21-3.4-29", on_manifest && (fields > 0 || ask.after.is_some()));
    add("T21-5.5-08", past.late);
    add("T21-3.4-15", past.several && ask.versions.is_none() && !on_versions);
    add("T21-5.8-01", on_versions);
    add("T21-5.6-01", on_object);
    add("T21-5.3-08", on_manifest);
    add("T21-5.5-07", true);
    ids
}

/// What the status of a DELETE rests on: on an earlier one that took too much or too little, on there being
/// something to delete, or on there being nothing.
pub fn of_delete(there: bool, past: Past) -> Vec<&'static str> {
    let own = if there { "T21-5.7-01" } else { "T21-5.7-06" };
    let earlier = [("T21-5.7-03", past.cut), ("T21-5.5-04", past.duplicate)];
    earlier.into_iter().filter(|(_, was)| *was).map(|(id, _)| id).chain([own]).collect()
}

/// What an answer 5xx to a good POST breaks.
pub const OF_ADD: &str = "T21-5.5-01";

/// Every requirement that an exploration can find broken, in the order of the standard.
pub const ALL: [&str; 35] = [
    "T21-3.2-03",
    "T21-3.3-01",
    "T21-3.3-02",
    "T21-3.4-02",
    "T21-3.4-06",
    "T21-3.4-08",
    "T21-3.4-09",
    "T21-3.4-11",
    "T21-3.4-12",
    "T21-3.4-15",
    "T21-3.4-16",
    "T21-3.4-17",
    "T21-3.4-18",
    "T21-3.4-19",
    "T21-3.4-20",
    "T21-3.4-21",
    "T21-3.4-24",
    "T21-3.4-26",
    "T21-3.4-27",
    "T21-3.4-29",
    "T21-3.5-01",
    "T21-3.5-02",
    "T21-5.3-08",
    "T21-5.5-01",
    "T21-5.5-04",
    "T21-5.5-07",
    "T21-5.5-08",
    "T21-5.6-01",
    "T21-5.6-05",
    "T21-5.7-01",
    "T21-5.7-02",
    "T21-5.7-03",
    "T21-5.7-06",
    "T21-5.8-01",
    "T21-5.8-07",
];
