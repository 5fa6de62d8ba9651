//! The words with which a case says what has to hold. Each is judged by a check of the same name.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use toml::Spanned;

/// What has to hold of a step's answer. Unknown words are errors.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The status code is one of these.
    pub status: Option<StatusSet>,
    /// The Content-Type is TAXII 2.1, in any spelling of RFC 9110.
    pub media_type: Option<TaxiiWord>,
    /// Header fields, by name.
    pub header: BTreeMap<String, HeaderWord>,
    /// The body is this resource; findings are those that the case's requirements are about.
    pub resource: Option<Resource>,
    /// The answer selects what the oracle selects, compared in this way.
    pub selection: Option<SelectionWord>,
    /// Objects come in ascending order of date added, and as told.
    pub order: Option<OrderWord>,
    /// At least this many objects have to be seen for a verdict.
    pub at_least: Option<usize>,
    /// No more objects than the request's limit.
    pub limit: Option<YesWord>,
    /// `more` says whether something is left.
    pub more: Option<MoreWord>,
    /// All pages together are what the query selects, once each, and they end.
    pub pages: Option<PagesWord>,
    /// The date headers are those of the first and last object.
    pub dates: Option<YesWord>,
    /// The answer tells the same as that of another step.
    pub same: Option<Same>,
    /// Counts of a status resource.
    pub counts: Option<CountsWord>,
    /// Details of a status resource name the posted objects.
    pub details: Option<DetailsWord>,
    /// Own objects that are there, by name.
    pub has: Vec<Spanned<String>>,
    /// Own objects that are not there, by name.
    pub lacks: Vec<Spanned<String>>,
    /// Own objects that came back as they were added, by name.
    pub unchanged: Vec<Spanned<String>>,
    /// Own objects of which none has an earlier date added than those before it, by name.
    pub ascending: Vec<Spanned<String>>,
    /// Every answer with a status resource belongs to one life: from pending to complete, and never back.
    pub life: Option<YesWord>,
    /// The body of an error, as far as the trial's requirement is about it.
    pub error: Option<ErrorWord>,
    /// Properties of the body: JSON pointer to text, with variables.
    pub value: BTreeMap<String, Spanned<String>>,
    /// Properties of the body that are there, and are not this: JSON pointer to text, with variables.
    pub differs: BTreeMap<String, Spanned<String>>,
    /// Properties that are not in the body: JSON pointers.
    pub absent: Vec<String>,
    /// Every object is valid STIX 2.1.
    pub content: Option<StixWord>,
    /// A rule about one resource.
    pub rule: Option<Rule>,
    /// Reported as an option of the server: this question is answered by the status code.
    pub feature: Option<String>,
}

/// Only `yes`: a word that is there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum YesWord {
    /// It holds.
    Yes,
}

/// What a Content-Type has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaxiiWord {
    /// `application/taxii+json` with version 2.1.
    Taxii,
    /// The same, for an error whose body is a TAXII error message.
    TaxiiError,
    /// TAXII in no lower version than 2.1.
    Highest,
}

/// Only `message`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorWord {
    /// A TAXII error message, or none at all.
    Message,
}

/// Only `stix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StixWord {
    /// STIX 2.1, its MUSTs.
    Stix,
}

/// What a header field has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderWord {
    /// There, whatever it says.
    Present,
    /// Absent.
    Absent,
    /// There, and an RFC 3339 date-time.
    Timestamp,
    /// Absent or an RFC 3339 date-time.
    TimestampIfPresent,
    /// An RFC 3339 date-time in UTC with `Z`, where it is there.
    Utc,
    /// With six fractional digits, where it is a date-time at all.
    Microseconds,
    /// At least one challenge of RFC 9110, where the answer is 401.
    Challenge,
}

/// A TAXII resource with a JSON Schema under `schemas/taxii/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// Section 4.1.1.
    Discovery,
    /// Section 4.2.1.
    ApiRoot,
    /// Section 4.3.1.
    Status,
    /// Section 5.1.1.
    Collections,
    /// Section 5.2.1.
    Collection,
    /// Section 5.3.1.
    Manifest,
    /// Section 3.7.
    Envelope,
    /// Section 5.8.1.
    Versions,
    /// Section 3.6.1.
    Error,
    /// The resource of the endpoint that the step asks.
    OfEndpoint,
}

/// How a selection is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectionWord {
    /// The set of ids.
    Ids,
    /// The set of ids with their versions.
    Versions,
    /// The set of ids with their versions and specification versions.
    Specs,
    /// The set of ids with their versions; everything counts that is known to be held, also what a full
    /// read by this endpoint did not show.
    Known,
    /// Nothing but what the query selects, in ids and versions; it need not be all of it.
    Within,
    /// Nothing at all.
    Nothing,
}

/// Which order is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderWord {
    /// By date added, as the holdings know it.
    DateAdded,
    /// The oldest come first: this page is the beginning of the selection.
    OldestFirst,
}

/// What `more` has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoreWord {
    /// True, because something is left.
    True,
    /// False or absent, because nothing is left.
    False,
    /// True where something is left, and false or absent where nothing is.
    Right,
    /// `next` is there only where `more` is true.
    NextOnlyWithMore,
}

/// What a walk over pages has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PagesWord {
    /// Everything once, in order, to an end.
    Complete,
    /// As above, also where everything comes on one page.
    Whole,
    /// As above; loss inside a group of equal dates at a page border is reported, not judged.
    CompleteButTies,
    /// As above, also where everything comes on one page.
    WholeButTies,
    /// Nothing twice.
    NoRepeats,
}

/// In what an answer agrees with an earlier one.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Same {
    /// Name of the earlier step.
    pub step: String,
    /// What is compared.
    pub what: SameWhat,
}

/// What is compared between two answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SameWhat {
    /// The whole body as JSON.
    Body,
    /// Ids of collections, in order.
    CollectionOrder,
    /// The entry of the same id in a collections resource.
    CollectionEntry,
    /// Ids and versions that are named, without order.
    Members,
    /// Each object that both have, as JSON.
    Content,
    /// All that the earlier step names is named here, and no other id.
    Covers,
}

/// What the counts of a status resource have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountsWord {
    /// They add up to the number of posted objects.
    AddUp,
    /// Complete in the end.
    Complete,
    /// Where it is complete, nothing is pending.
    NothingPending,
    /// All posted objects succeeded.
    AllSucceeded,
    /// None of the posted objects failed.
    NoneFailed,
    /// Of good and bad objects at least one is counted and named as a failure, with a message; or all
    /// are refused.
    Mixed,
}

/// What the details of a status resource have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DetailsWord {
    /// Lists are as long as their counts and name posted objects.
    Match,
    /// Versions are those of the posted objects.
    Versions,
}

/// A rule that is about one resource and that no schema can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// There is a body, and it is JSON.
    Payload,
    /// The body is a JSON object, and no error message.
    JsonObject,
    /// No property is a misspelling of one that the standard defines (section 3.8).
    Spelling,
    /// `default` is one of `api_roots` (section 4.1.1).
    DefaultInRoots,
    /// API root URLs are absolute HTTPS URLs or begin with one slash, without query (section 4.1.1).
    RootUrls,
    /// API root URLs differ (section 4.2).
    DistinctRoots,
    /// At least one API root (section 8.2.1).
    SomeRoot,
    /// `versions` names TAXII 2.1 (section 4.2.1).
    TaxiiVersions,
    /// Aliases are unique (section 5.2.1).
    UniqueAliases,
    /// The collection's media types name those of all objects that it shows (section 5.2.1).
    CollectionMediaTypes,
    /// Media types of manifest records are among the collection's (section 5.3.1).
    ManifestMediaTypes,
    /// Manifest versions are those of the objects (section 5.3.1).
    ManifestVersions,
    /// The body is I-JSON in UTF-8 (section 2).
    IJson,
    /// The error text tells nothing that it should not (appendix B).
    NoLeak,
    /// `http_status` is the status code (section 3.6.1).
    HttpStatus,
    /// STIX content is in an envelope: no bundle, no bare list (section 3.7).
    Envelope,
    /// The objects are STIX objects, not bundles (section 3.7).
    StixObjects,
    /// Custom property names, as far as the trial's requirement is about them (section 7.1.1).
    Custom,
    /// The envelope holds one id alone (section 5.6).
    OneId,
    /// The certificate of the server holds: chain, dates and host name.
    Certificate,
    /// `request_timestamp` of a status is near the time at which the server answered (section 4.3.1).
    RequestTime,
    /// `date_added` of each record is near the time at which the server answered (section 5.3.1).
    AddingTime,
    /// The server was reached by HTTPS (section 8.2.2).
    Https,
    /// The session tickets of TLS 1.3 allow no early data (section 8.2.2).
    NoEarlyData,
    /// An authentication challenge names Basic, or Basic was accepted (section 8.2.2).
    Basic,
}

/// A set of status codes: a number, a list, a class such as `"4xx"`, or all but one such as `"not 404"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusSet {
    /// Lowest and highest code of each part.
    parts: Vec<(u16, u16)>,
    /// As it was written.
    text: String,
}

impl StatusSet {
    /// Whether the code is in the set.
    pub fn contains(&self, code: u16) -> bool {
        self.parts.iter().any(|(low, high)| (*low..=*high).contains(&code))
    }
}

impl std::fmt::Display for StatusSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for StatusSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = StatusSet;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "a status code, a class such as \"4xx\", all but one such as \"not 404\", or a list of these",
                )
            }

            fn visit_i64<E: de::Error>(self, code: i64) -> Result<StatusSet, E> {
                match u16::try_from(code) {
                    Ok(c) if (100..600).contains(&c) => Ok(StatusSet { parts: vec![(c, c)], text: c.to_string() }),
                    _ => Err(E::custom(format!("{code} is not a status code"))),
                }
            }

            fn visit_str<E: de::Error>(self, class: &str) -> Result<StatusSet, E> {
                let parts = match class.as_bytes() {
                    [d @ b'1'..=b'5', b'x', b'x'] => {
                        let first = u16::from(d - b'0') * 100;
                        vec![(first, first + 99)]
                    }
                    _ => match class.strip_prefix("not ").and_then(|code| code.parse::<u16>().ok()) {
                        Some(code @ 100..=599) => vec![(100, code - 1), (code + 1, 599)],
                        _ => {
                            return Err(E::custom(format!(
                                "`{class}` is not a class such as \"4xx\", nor \"not 404\""
                            )));
                        }
                    },
                };
                Ok(StatusSet { parts, text: class.to_owned() })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<StatusSet, A::Error> {
                let mut all = StatusSet { parts: Vec::new(), text: String::new() };
                while let Some(part) = seq.next_element::<StatusSet>()? {
                    if !all.text.is_empty() {
                        all.text.push_str(" or ");
                    }
                    all.text.push_str(&part.text);
                    all.parts.extend(part.parts);
                }
                if all.parts.is_empty() { Err(de::Error::custom("an empty list of status codes")) } else { Ok(all) }
            }
        }
        deserializer.deserialize_any(V)
    }
}
