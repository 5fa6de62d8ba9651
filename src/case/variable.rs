//! Variables that a trial knows: what `{name}` in a case may stand for.

use super::Fact;

/// A variable: its name, what it stands for, and the fact without which it has no value.
pub struct Variable {
    /// Name between braces.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// Fact that the case needs to use it.
    pub needs: Option<Fact>,
}

const fn v(name: &'static str, needs: Option<Fact>, meaning: &'static str) -> Variable {
    Variable { name, meaning, needs }
}

/// Every variable that is there without being made by the case itself.
pub const VARIABLES: &[Variable] = &[
    v("random-uuid", None, "a version 4 UUID that nothing has"),
    v("run-uuid", None, "a version 4 UUID that is the same in all trials of a run"),
    v("random-object", None, "the id of an indicator that does not exist"),
    v("root", None, "path of the API root, with slashes"),
    v("collection", None, "id of the collection"),
    v("alias", Some(Fact::Alias), "alias of the collection"),
    v("object", Some(Fact::SomeObject), "id of an object of the collection"),
    v("object.version", Some(Fact::SomeObject), "its latest version"),
    v("object.retyped", Some(Fact::SomeObject), "its UUID under another type, an id that nothing has"),
    v("object.encoded", Some(Fact::SomeObject), "its id with its hyphens percent-encoded"),
    v("object.cut", Some(Fact::SomeObject), "its id without the last character"),
    v("object-b", Some(Fact::ThreeObjects), "id of another object"),
    v("object-c", Some(Fact::ThreeObjects), "id of a third object"),
    v(
        "elsewhere",
        Some(Fact::SomeObject),
        "id of an object in another collection, one that can only be read if there is one",
    ),
    v("many-ids", Some(Fact::ThreeObjects), "ids of up to 30 objects of the collection, with commas between"),
    v("many-ids.reversed", Some(Fact::ThreeObjects), "the same ids, the last first"),
    v("type", Some(Fact::TwoTypes), "type of an object of the collection"),
    v("type.upper-case", Some(Fact::TwoTypes), "the same in capital letters, a type that nothing has"),
    v("type-b", Some(Fact::TwoTypes), "another type that the collection holds"),
    v("object-of-type", Some(Fact::TwoTypes), "id of an object of type {type}"),
    v("object-of-type-b", Some(Fact::TwoTypes), "id of an object of type {type-b}"),
    v("absent-type", Some(Fact::AbsentType), "a type of STIX 2.1 that the collection does not hold"),
    v("versioned", Some(Fact::TwoVersions), "id of an object with several versions"),
    v("versioned.type", Some(Fact::TwoVersions), "its type"),
    v("versioned.first", Some(Fact::TwoVersions), "its earliest version"),
    v("versioned.last", Some(Fact::TwoVersions), "its latest version"),
    v("versioned.middle", Some(Fact::ThreeVersions), "a version between these"),
    v("versioned.count", Some(Fact::TwoVersions), "how many versions it has"),
    v("versioned.count-1", Some(Fact::TwoVersions), "one less"),
    v("versioned.count+1", Some(Fact::TwoVersions), "one more"),
    v(
        "versioned.first.six-digits",
        Some(Fact::TwoVersions),
        "its earliest version, the same instant with six fractional digits",
    ),
    v("versioned.last.before", Some(Fact::TwoVersions), "a millisecond before its latest version"),
    v("versioned.last.after", Some(Fact::TwoVersions), "a millisecond after its latest version"),
    v("versioned.added-first", Some(Fact::SpreadVersions), "date added of its first added version"),
    v("unversioned", Some(Fact::Unversioned), "id of an object with created and without modified"),
    v("unversioned.created", Some(Fact::Unversioned), "when it was created"),
    v("sco", Some(Fact::Sco), "id of a cyber-observable object"),
    v("sco.version", Some(Fact::Sco), "the version that the server gives it"),
    v("sro", Some(Fact::Sro), "id of a relationship or sighting"),
    v("in-two-specs", Some(Fact::OneInTwoSpecs), "id of an object that is there as STIX 2.0 and 2.1"),
    v("added-late.version", Some(Fact::AddedAfterModified), "when an object was modified that was added after that"),
    v("first-added", Some(Fact::DatesKnown), "the earliest date of addition"),
    v("middle-added", Some(Fact::ThreeDates), "a date of addition with earlier and later ones"),
    v("before-middle-added", Some(Fact::ThreeDates), "one microsecond before {middle-added}"),
    v("middle-added.seconds", Some(Fact::ThreeDates), "{middle-added} cut to whole seconds, without a fraction"),
    v("middle-added.milliseconds", Some(Fact::ThreeDates), "{middle-added} cut to three fractional digits"),
    v(
        "middle-added.nanoseconds",
        Some(Fact::ThreeDates),
        "{middle-added} with nine fractional digits, the same instant",
    ),
    v("middle-added.offset", Some(Fact::ThreeDates), "{middle-added} with +00:00 in place of Z"),
    v(
        "before-last-added.zone",
        Some(Fact::DatesKnown),
        "one microsecond before {last-added}, as it is written two hours east of Z",
    ),
    v("last-added", Some(Fact::DatesKnown), "the latest date of addition"),
    v("before-last-added", Some(Fact::DatesKnown), "one microsecond before {last-added}"),
    v("before-first-added", Some(Fact::DatesKnown), "one microsecond before {first-added}"),
    v("count", Some(Fact::SomeObject), "how many objects a plain read gives"),
    v("count-1", Some(Fact::ThreeObjects), "one less"),
    v("count+1", Some(Fact::SomeObject), "one more"),
    v("below-content-limit", Some(Fact::SmallContentLimit), "max_content_length less one byte"),
    v("above-content-limit", Some(Fact::SmallContentLimit), "max_content_length and one byte"),
    v("other-root", Some(Fact::TwoRoots), "path of another API root"),
];

/// The variable of this name.
pub fn variable(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|v| v.name == name)
}
