//! The words that case files are written in, with their meanings.

use std::io::{self, Write};

use crate::case::variable::VARIABLES;
use crate::case::{Fact, object};
use crate::taxii::Endpoint;

/// A word, and what it says.
type Word = (&'static str, &'static str);

/// Keys of a case file.
pub const CASE: &[Word] = &[
    ("id", "unique and stable, such as `filter/type`"),
    ("title", "what has to hold, in one line"),
    ("requirements", "ids of the register; findings cite the first unless a step says otherwise"),
    ("scope", "what a trial is bound to"),
    ("needs", "facts without which there is nothing to judge"),
    ("ambiguity", "which readings of the standard are accepted, and why"),
    ("advice", "how servers come to break this, and how to mend it"),
    ("level", "highest level at which findings count: may, should, derived or must"),
    ("risky", "may spoil a fragile server for the trials after it: runs last"),
    ("plain", "asks even where the survey saw that the endpoint does not answer: the case is about that"),
    ("alone", "disturbs others that use the same collection: runs alone"),
    ("holdings", "what the trial knows the collection to hold"),
    (
        "matrix",
        "one trial for each combination of these values; {name} fills one in; a column `requirement` holds the one that a trial is about",
    ),
    ("row", "one trial for each [[row]]: values that belong together, and a name; with a matrix, each combination"),
    ("objects", "objects to add, by names of the case's own"),
    ("step", "what to do, in order: one [[step]] each"),
];

/// Values of `scope`.
pub const SCOPES: &[Word] = &[
    ("server", "the server: one trial"),
    ("root", "one trial for each API root"),
    ("collection", "the one collection that fits best; the default"),
    ("every-collection", "one trial for each collection that the client sees"),
    ("every-readable", "one trial for each collection that can be read and holds something"),
    ("every-open", "one trial for each collection whose can_read is true"),
    ("every-closed", "one trial for each collection whose can_read is false"),
    ("every-writable", "one trial for each collection that can be read and written, where --write allows it"),
];

/// Values of `holdings`.
pub const HELD: &[Word] = &[
    ("all", "what the survey saw, and what the case adds and deletes; the default"),
    ("own", "what the case adds and deletes; what others have put there is passed over"),
];

/// Keys of an object of a case.
pub const OBJECT: &[Word] = &[
    ("like", "the template that it is made from"),
    ("version_of", "the object of the case of which it is another version"),
    ("later", "seconds between `modified` of that version and of this; may be negative, and a fraction"),
    ("set", "properties to set"),
    ("long", "properties that hold a text, and how many characters of it"),
    ("without", "properties to take away"),
    ("copies", "how many objects of this kind there are; the name stands for all of them"),
];

/// Keys of a step.
pub const STEP: &[Word] = &[
    ("name", "name by which later steps refer to it"),
    ("get", "GET this endpoint, or a path that begins with a slash or {root}"),
    ("post", "POST to it"),
    ("delete", "DELETE it"),
    ("head", "HEAD of it"),
    ("options", "OPTIONS of it"),
    ("put", "PUT to it"),
    ("add", "POST these objects in one envelope, and wait until the status is complete"),
    ("no_wait", "with add or post: do not wait"),
    ("poll", "ask for the status with this id until it is complete"),
    ("object", "object id, for endpoints that have one in their path"),
    ("status", "status id, for the status endpoint"),
    ("in", "another collection than that of the trial, of the kind named"),
    ("by", "by which name the collection is asked for"),
    ("as", "who asks"),
    ("query", "query parameters; they are percent-encoded"),
    ("query_string", "the query component as it is to be sent"),
    ("headers", "header fields to set"),
    ("without", "header fields to leave out"),
    (
        "tls",
        "version of TLS to speak, on a connection of its own: 1.2, 1.3, verified for one whose certificate holds whatever --insecure says, 1.2-blocked for suites of the block list of HTTP/2",
    ),
    ("body", "the body as it is to be sent"),
    ("body_hex", "the body in hexadecimal, for what is no text"),
    ("pad_to", "size of the body in bytes; a description is made as long"),
    ("pad_wide", "pad with characters of two octets each"),
    ("envelope", "properties of the envelope beside objects"),
    ("walk", "whether and how to read on where there are more pages"),
    ("after_success", "leave the step out where the last POST was refused"),
    ("after_refusal", "leave the step out unless the last POST was refused"),
    ("times", "how often to send it"),
    ("beside", "with add: lists of objects, each posted in an envelope of its own at the same time"),
    ("adding", "with walk: objects of which one is added after each page"),
    ("deleting", "with walk: objects of which one is deleted after each page"),
    ("save", "values to keep: a name, and a JSON pointer or `header:` and a field name"),
    ("cite", "requirement that findings of the step cite"),
    ("when", "as expect: what has to hold for the trial to be of use; else it is skipped"),
    ("given", "as expect: what has to hold for the trial to mean anything; else it is inconclusive"),
    ("expect", "what has to hold"),
];

/// Values of `in`.
pub const PLACES: &[Word] = &[
    ("unknown", "one that does not exist"),
    ("unreadable", "one that the client may not read"),
    ("unwritable", "one that the client may not write to"),
    ("read-only", "one that the client may read and not write to"),
    ("write-only", "one that the client may write to and not read"),
    ("no-access", "one that the client may neither read nor write to"),
    ("empty", "one that holds nothing"),
    ("other", "another one that can be read"),
];

/// Values of `by`.
pub const NAMES: &[Word] = &[("id", "its identifier; the default"), ("alias", "its alias")];

/// Values of `as`.
pub const ACTORS: &[Word] = &[
    ("client", "the client as the user configured it; the default"),
    ("nobody", "a client without credentials"),
    ("follower", "a client without credentials, on a connection over which the client was let in"),
    ("wrong", "a client with wrong credentials"),
    ("wrong-password", "the client with a wrong password: servers may lock an account after some of these"),
    ("garbled", "a client with credentials that cannot be read"),
    ("unknown-scheme", "a client with credentials of a scheme that nobody knows"),
    ("wrong-token", "a client with a bearer token that nobody was given"),
    ("empty-password", "the client without a password: servers may lock an account after some of these"),
    (
        "longer-password",
        "the client with one character behind the password: servers may lock an account after some of these",
    ),
    (
        "shorter-password",
        "the client without the last character of the password: servers may lock an account after some of these",
    ),
    (
        "other-case-password",
        "the client with capital letters of the password for small ones: servers may lock an account",
    ),
    ("other", "the second client that the user configured"),
    ("lower-case", "the client, with the name of the authentication scheme in lower case"),
];

/// Values of `walk`.
pub const WALKS: &[Word] = &[
    ("auto", "to the end where a selection is expected and no limit is given; else one page"),
    ("no", "one page"),
    ("next", "by `next`"),
    ("added-after", "by added_after, with the date of the last object"),
    ("all", "to the end, by whatever the server offers"),
];

/// Keys of `expect` and `given`.
pub const EXPECT: &[Word] = &[
    ("status", "the status code: a number, a class such as \"4xx\", or a list of these"),
    ("media_type", "the Content-Type"),
    ("header", "header fields by name, each with a word of its own"),
    ("resource", "the body is this resource"),
    ("selection", "the answer holds what the query selects, compared in this way"),
    ("order", "objects come in order of date added"),
    ("at_least", "so many objects have to be seen for a verdict"),
    ("limit", "yes: no more objects than the limit of the request"),
    ("more", "`more` says whether something is left"),
    ("pages", "all pages together are what the query selects"),
    ("dates", "yes: the date headers are those of the first and the last object"),
    ("same", "the answer tells the same as that of an earlier step: { step, what }"),
    ("counts", "counts of a status resource"),
    ("details", "details of a status resource"),
    ("has", "own objects that are there, by name"),
    ("lacks", "own objects that are not there, by name"),
    ("differs", "properties of the body that are there and are not this: JSON pointer to text, with variables"),
    ("unchanged", "own objects that came back as they were added, by name"),
    ("ascending", "own objects whose dates added do not descend, by name"),
    ("life", "yes: the answers with a status resource go from pending to complete and never back"),
    ("error", "message: the body of an error, as far as the trial's requirement is about it"),
    ("value", "properties of the body: JSON pointer to text, with variables"),
    ("absent", "JSON pointers to nothing in the body"),
    ("content", "stix: every object is valid STIX 2.1"),
    ("rule", "a rule about one resource"),
    ("feature", "reported as an option of the server: the question that the status code answers"),
];

/// Values of `media_type`.
pub const MEDIA_TYPES: &[Word] = &[
    ("taxii", "application/taxii+json;version=2.1"),
    ("taxii-error", "the same, where the body is an error message"),
    ("highest", "TAXII in no lower version"),
];

/// Values within `header`.
pub const HEADERS: &[Word] = &[
    ("present", "there, whatever it says"),
    ("absent", "not there"),
    ("timestamp", "there, and a date-time of RFC 3339"),
    ("timestamp-if-present", "not there, or a date-time of RFC 3339"),
    ("utc", "in UTC with Z, where it is a date-time"),
    ("microseconds", "with six fractional digits, where it is a date-time"),
    ("challenge", "at least one challenge of RFC 9110, where the answer is 401"),
];

/// Values of `resource`.
pub const RESOURCES: &[Word] = &[
    ("discovery", "section 4.1.1"),
    ("api-root", "section 4.2.1"),
    ("status", "section 4.3.1"),
    ("collections", "section 5.1.1"),
    ("collection", "section 5.2.1"),
    ("manifest", "section 5.3.1"),
    ("envelope", "section 3.7"),
    ("versions", "section 5.8.1"),
    ("error", "section 3.6.1"),
    ("of-endpoint", "that of the endpoint that the step asks"),
];

/// Values of `selection`.
pub const SELECTIONS: &[Word] = &[
    ("ids", "the set of ids"),
    ("versions", "ids with their versions"),
    ("specs", "ids with their versions and specification versions"),
    ("known", "ids with their versions; also what a full read by this endpoint did not show"),
    ("within", "ids with their versions; nothing but what the query selects, not always all of it"),
    ("nothing", "nothing at all"),
];

/// Values of `order`.
pub const ORDERS: &[Word] =
    &[("date-added", "ascending by date added"), ("oldest-first", "the page is the beginning of the selection")];

/// Values of `more`.
pub const MORES: &[Word] = &[
    ("true", "true, because something is left"),
    ("false", "false or absent, because nothing is left"),
    ("right", "true where something is left, and false or absent where nothing is"),
    ("next-only-with-more", "`next` is there only where `more` is true"),
];

/// Values of `pages`.
pub const PAGES: &[Word] = &[
    ("complete", "everything once, in order, to an end"),
    ("complete-but-ties", "the same; loss among equal dates at a page border is reported, not judged"),
    ("whole-but-ties", "the same as complete-but-ties, also where everything comes on one page"),
    ("whole", "the same as complete, also where everything comes on one page"),
    ("no-repeats", "nothing twice"),
];

/// Values of `same.what`.
pub const SAMES: &[Word] = &[
    ("body", "the whole body as JSON"),
    ("collection-order", "ids of collections, in order"),
    ("collection-entry", "the entry of the same id in the list of collections"),
    ("members", "ids and versions, without order"),
    ("covers", "all that the earlier step names is named here, and no other id"),
    ("content", "each object that both have, as JSON"),
];

/// Values of `counts`.
pub const COUNTS: &[Word] = &[
    ("add-up", "they add up to the number of posted objects"),
    ("complete", "complete in the end"),
    ("nothing-pending", "where it is complete, nothing is pending"),
    ("all-succeeded", "all posted objects succeeded"),
    ("none-failed", "none of the posted objects failed"),
    ("mixed", "of good and bad objects at least one is counted and named as a failure; or all are refused"),
];

/// Values of `details`.
pub const DETAILS: &[Word] = &[
    ("match", "lists are as long as their counts, and name posted objects"),
    ("versions", "versions are those of the posted objects"),
];

/// Values of `rule`.
pub const RULES: &[Word] = &[
    ("payload", "there is a body, and it is JSON"),
    ("json-object", "the body is a JSON object, and no error message"),
    ("spelling", "no property is a misspelling of one that the standard defines (section 3.8)"),
    ("default-in-roots", "`default` is one of `api_roots` (section 4.1.1)"),
    ("root-urls", "API roots are absolute HTTPS URLs, or paths with one leading slash (section 4.1.1)"),
    ("distinct-roots", "API roots differ (section 4.2)"),
    ("some-root", "there is an API root (section 8.2.1)"),
    ("taxii-versions", "`versions` names TAXII 2.1 (section 4.2.1)"),
    ("unique-aliases", "aliases are unique (section 5.2.1)"),
    ("collection-media-types", "the collection's media types name those of all its objects (section 5.2.1)"),
    ("manifest-media-types", "media types of manifest records are among the collection's (section 5.3.1)"),
    ("manifest-versions", "versions in the manifest are those of the objects (section 5.3.1)"),
    ("i-json", "the body is I-JSON in UTF-8 (section 2)"),
    ("no-leak", "the error text tells nothing that helps an attacker (appendix B)"),
    ("http-status", "`http_status` is the status code (section 3.6.1)"),
    ("envelope", "content is in an envelope: no bundle, no bare list (section 3.7)"),
    ("stix-objects", "the objects are STIX objects, not bundles (section 3.7)"),
    ("custom", "names of custom properties, as far as the trial's requirement is about them (section 7.1.1)"),
    ("one-id", "the envelope holds one id alone (section 5.6)"),
    ("certificate", "chain, dates and host name of the certificate hold (section 8.5.2)"),
    ("no-early-data", "session tickets of TLS 1.3 allow no early data (section 8.2.2)"),
    ("request-time", "`request_timestamp` of a status is near the time of the answer (section 4.3.1)"),
    ("adding-time", "`date_added` of each record is near the time of the answer (section 5.3.1)"),
    ("https", "the server was reached by HTTPS (section 8.2.2)"),
    ("basic", "the server takes or asks for HTTP Basic (section 8.2.2)"),
];

/// Prints all of it.
pub fn print(out: &mut dyn Write) -> io::Result<()> {
    let fixed: [(&str, &[Word]); 21] = [
        ("Case", CASE),
        ("Case: scope", SCOPES),
        ("Case: holdings", HELD),
        ("Object", OBJECT),
        ("Step", STEP),
        ("Step: in", PLACES),
        ("Step: by", NAMES),
        ("Step: as", ACTORS),
        ("Step: walk", WALKS),
        ("Expect", EXPECT),
        ("Expect: media_type", MEDIA_TYPES),
        ("Expect: header", HEADERS),
        ("Expect: resource", RESOURCES),
        ("Expect: selection", SELECTIONS),
        ("Expect: order", ORDERS),
        ("Expect: more", MORES),
        ("Expect: pages", PAGES),
        ("Expect: same", SAMES),
        ("Expect: counts", COUNTS),
        ("Expect: details", DETAILS),
        ("Expect: rule", RULES),
    ];
    for (title, words) in fixed {
        section(out, title, words)?;
    }
    let facts: Vec<Word> = Fact::ALL.iter().map(|fact| (fact.word(), fact.meaning())).collect();
    section(out, "Facts (needs)", &facts)?;
    let mut variables: Vec<Word> = VARIABLES.iter().map(|variable| (variable.name, variable.meaning)).collect();
    variables.push((
        "a.id",
        "id of the own object a; also a.type, a.created, a.version and, once a manifest was read, a.added; of an object with copies, a.ids",
    ));
    section(out, "Variables, in braces", &variables)?;
    writeln!(out, "Endpoints\n  {}\n", Endpoint::ALL.map(|(name, _)| name).join(", "))?;
    writeln!(out, "Templates (like)\n  {}", object::templates().join(", "))
}

fn section(out: &mut dyn Write, title: &str, words: &[Word]) -> io::Result<()> {
    let width = words.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    writeln!(out, "{title}")?;
    for (word, meaning) in words {
        writeln!(out, "  {word:width$}  {meaning}")?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::{DeserializeOwned, Deserializer, Error, Visitor, value};

    use super::*;
    use crate::case::expect::*;
    use crate::case::model::{Actor, Case, Held, Object, Place, Scope, Step, Walk};

    /// Learns the names that a type is read by.
    struct Names<'a>(&'a mut Vec<&'static str>);

    impl<'de> Deserializer<'de> for Names<'_> {
        type Error = value::Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(value::Error::custom("no names"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            name: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            self.deserialize_enum(name, fields, visitor)
        }

        fn deserialize_enum<V: Visitor<'de>>(
            self,
            _: &'static str,
            variants: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            self.0.extend(variants);
            self.deserialize_any(visitor)
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
        }
    }

    #[track_caller]
    fn same<T: DeserializeOwned>(words: &[Word]) {
        let mut names = Vec::new();
        assert!(T::deserialize(Names(&mut names)).is_err());
        let told: BTreeSet<&str> = words.iter().map(|(word, _)| *word).collect();
        assert_eq!(told, names.into_iter().collect::<BTreeSet<&str>>());
        assert_eq!(told.len(), words.len());
    }

    #[test]
    fn every_word_is_told_and_no_other() {
        same::<Case>(CASE);
        same::<Object>(OBJECT);
        same::<Step>(STEP);
        same::<Place>(PLACES);
        same::<Actor>(ACTORS);
        same::<Scope>(SCOPES);
        same::<Held>(HELD);
        same::<Walk>(WALKS);
        same::<Expect>(EXPECT);
        same::<TaxiiWord>(MEDIA_TYPES);
        same::<HeaderWord>(HEADERS);
        same::<Resource>(RESOURCES);
        same::<SelectionWord>(SELECTIONS);
        same::<OrderWord>(ORDERS);
        same::<MoreWord>(MORES);
        same::<PagesWord>(PAGES);
        same::<SameWhat>(SAMES);
        same::<CountsWord>(COUNTS);
        same::<DetailsWord>(DETAILS);
        same::<Rule>(RULES);
    }
}
