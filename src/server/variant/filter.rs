//! Parameters that the standard leaves open (section 3.4).

use super::super::effect::Effect::Rule;
use super::super::query::{Twice, Unlisted};
use super::Variant;

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "first-of-two-counts",
        "duplicate parameters",
        "section 3.4 binds clients alone; policy row 11: a warning",
        "of a parameter that occurs twice the first counts",
        &[Rule(|rules| rules.reading.twice = Twice::First)],
    ),
    Variant::new(
        "last-of-two-counts",
        "duplicate parameters",
        "section 3.4 binds clients alone; policy row 11: a warning",
        "of a parameter that occurs twice the last counts",
        &[Rule(|rules| rules.reading.twice = Twice::Last)],
    ),
    Variant::new(
        "contradictory-versions",
        "contradictory versions",
        "section 3.4.1 binds clients alone; policy row 11: a warning",
        "match[version] may join all with others, and name a version twice",
        &[Rule(|rules| rules.reading.contradictions = true)],
    ),
    Variant::new(
        "empty-is-absent",
        "empty parameters",
        "section 3.4 does not say; a warning",
        "a parameter without a value is as one that is not there",
        &[Rule(|rules| rules.reading.empty_is_absent = true)],
    ),
    Variant::new(
        "unlisted-fields-400",
        "unlisted match fields",
        "section 3.4; policy row 14",
        "a match field that an endpoint does not list is answered 400",
        &[Rule(|rules| rules.reading.unlisted = Unlisted::Refused)],
    ),
    Variant::new(
        "unlisted-fields-select",
        "unlisted match fields",
        "section 3.4; policy row 14",
        "a match field that an endpoint does not list selects as it does elsewhere",
        &[Rule(|rules| rules.reading.unlisted = Unlisted::Applied)],
    ),
    Variant::new(
        "unknown-parameters-400",
        "unknown parameters",
        "section 3.4: a server may ignore what it does not understand",
        "a parameter that the standard does not define is answered 400",
        &[Rule(|rules| rules.reading.refuses_unknown = true)],
    ),
    Variant::new(
        "unknown-types-400",
        "types that STIX does not define",
        "section 3.4.1; T21-3.4-14",
        "a type that STIX 2.1 does not define is answered 400",
        &[Rule(|rules| rules.reading.refuses_types = true)],
    ),
    Variant::new(
        "unknown-spec-versions-400",
        "specification versions that STIX does not have",
        "section 3.4.1 does not say",
        "a specification version that STIX does not have is answered 400",
        &[Rule(|rules| rules.reading.refuses_specs = true)],
    ),
    Variant::new(
        "added-after-of-six-digits",
        "precision of added_after",
        "section 2; policy row 9",
        "added_after with other than six fractional digits is answered 400",
        &[Rule(|rules| rules.reading.six_digits = true)],
    ),
    Variant::new(
        "nothing-selected-404",
        "an object without a selected version",
        "section 5.6; policy rows 5 and 6",
        "an object, or its versions, of which the filters leave nothing is answered 404",
        &[Rule(|rules| rules.nothing_is_404 = true)],
    ),
];
