//! Parameters that the standard leaves open (section 3.4).

use http::StatusCode;

use super::super::effect::Effect::{Request, Response, Rule};
use super::super::error::Problem;
use super::super::query::{Twice, Unlisted, is_id};
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
        "malformed-ids-400",
        "ids that STIX cannot have",
        "section 3.4: the value is a STIX id",
        "an id in match[id] or in a path that is no STIX id is answered 400",
        &[
            Rule(|rules| rules.reading.refuses_ids = true),
            Response(|_, call, response| {
                let object = call.route.as_ref().map_or("", |route| route.object.as_str());
                if response.status == StatusCode::NOT_FOUND && !object.is_empty() && !is_id(object) {
                    *response = Problem::malformed("object-id", "is no STIX id").response();
                }
            }),
        ],
    ),
    Variant::new(
        "limit-beyond-integers-400",
        "limit beyond the integers of TAXII",
        "section 2: an integer has 54 bits",
        "a limit above 2^53-1 is answered 400",
        &[Rule(|rules| rules.reading.refuses_huge = true)],
    ),
    Variant::new(
        "empty-items-ignored",
        "empty items of a list",
        "section 3.4 does not say",
        "empty items in the list of a match field are as if they were not there",
        &[Rule(|rules| rules.reading.skips_empty_items = true)],
    ),
    Variant::new(
        "plus-is-a-space",
        "plus sign in a query",
        "RFC 3986 leaves it to the server; forms of HTML mean a space",
        "a plus sign in a query stands for a space",
        &[Request(|request| request.query = request.query.replace('+', "%20"))],
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
