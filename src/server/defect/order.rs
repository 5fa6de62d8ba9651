//! The order of objects and manifest records (section 3.3).

use super::super::route::Endpoint;
use super::super::rules::Rules;
use super::Defect;
use super::Effect::Rule;

/// Lets pages follow one another by place, so that they join to the whole in any order.
fn by_place(rules: &mut Rules) {
    rules.resumes = |place, _, _, position| place as u64 >= position;
    rules.position = |start, _, length| (start + length) as u64;
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "objects-newest-first",
        &["T21-3.3-01", "T21-3.4-03"],
        "objects come with the newest first",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at.envelope() {
                    records.reverse();
                }
            };
        })],
    ),
    Defect::new(
        "objects-by-modified",
        &["T21-3.3-01"],
        "objects come in the order of their modified; OpenCTI once did not sort by date added",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at.envelope() {
                    records.sort_by_key(|record| record.object.instant);
                }
            };
        })],
    ),
    Defect::new(
        "objects-by-type",
        &["T21-3.3-01"],
        "objects come in the order of their types",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at == Endpoint::Objects {
                    records.sort_by(|one, other| one.object.kind.cmp(&other.object.kind));
                }
            };
        })],
    ),
    Defect::new(
        "manifest-newest-first",
        &["T21-3.3-02"],
        "manifest records come with the newest first",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at == Endpoint::Manifest {
                    records.reverse();
                }
            };
        })],
    ),
    Defect::new(
        "manifest-by-id",
        &["T21-3.3-02"],
        "manifest records come in the order of their ids",
        &[Rule(|rules| {
            by_place(rules);
            rules.order = |at, records| {
                records.sort_by_key(|record| record.number);
                if at == Endpoint::Manifest {
                    records.sort_by(|one, other| one.object.id.cmp(&other.object.id));
                }
            };
        })],
    ),
];
