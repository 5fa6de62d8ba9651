//! What an answer names: the objects, records or versions in its body, read leniently.

use std::collections::HashMap;

use serde_json::Value;

use crate::oracle::holdings::kind;
use crate::oracle::{Holding, Holdings};
use crate::record::Exchange;
use crate::taxii::{Endpoint, Timestamp};

/// One object, record or version that an answer names.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// STIX id.
    pub id: String,
    /// Version, where the answer tells one.
    pub version: Option<String>,
    /// Date added, where the answer tells it.
    pub added: Option<String>,
    /// `spec_version` of an object.
    pub spec: Option<String>,
    /// `media_type` of a record of the manifest.
    pub media: Option<&'a str>,
    /// The object itself, where the answer holds it.
    pub object: Option<&'a Value>,
    /// JSON pointer to it.
    pub pointer: String,
    /// Page on which it came, from 0.
    pub page: usize,
}

impl Member<'_> {
    /// STIX type.
    pub fn kind(&self) -> &str {
        kind(&self.id)
    }

    /// Id and version, spelled so that equal instants are equal.
    pub fn key(&self) -> String {
        key(&self.id, self.version.as_deref())
    }

    /// [`Member::key`], and all that an object says which has no version of its own: one id may have several contents, and
    /// which versions these are is up to the server (section 3.4.1).
    pub fn full_key(&self) -> String {
        match self.object {
            Some(object) if self.version.is_none() => format!("{} {object}", self.key()),
            _ => self.key(),
        }
    }

    /// Whether it may be this version of this object. An answer that tells no version names any.
    pub fn may_be(&self, holding: &Holding) -> bool {
        let spec = self.object.is_none() || holding.object.is_none() || self.spec == holding.spec;
        spec && self.is_version_of(holding)
    }

    /// Whether it is this version of this object, in whichever version of STIX.
    pub fn is_version_of(&self, holding: &Holding) -> bool {
        self.id == holding.id && self.version.as_deref().is_none_or(|v| holding.is_version(v))
    }

    /// The date on which it was added, as the answer tells it, else as all agree of these holdings that it may be: one
    /// version of an object may be there in STIX 2.0 and 2.1, with a date of its own each (section 3.4.1).
    pub fn added_of<'h>(&self, held: impl IntoIterator<Item = &'h Holding>) -> Option<Timestamp> {
        if let Some(text) = &self.added {
            return Timestamp::parse(text);
        }
        let mut dates = held.into_iter().filter(|h| self.may_be(h)).map(|h| h.added);
        let first = dates.next()??;
        dates.all(|date| date == Some(first)).then_some(first)
    }
}

/// Id and version, spelled so that equal instants are equal.
pub fn key(id: &str, version: Option<&str>) -> String {
    let version =
        version.map_or_else(|| "-".to_owned(), |v| Timestamp::parse(v).map_or_else(|| v.to_owned(), |t| t.spelled(9)));
    format!("{id} {version}")
}

/// Holdings by id: answers of hundreds of thousands of objects are put beside as many.
pub struct Known<'a>(HashMap<&'a str, Vec<&'a Holding>>);

impl<'a> Known<'a> {
    /// What these holdings tell.
    pub fn of(holdings: &'a Holdings) -> Self {
        Self(holdings.by_id())
    }

    /// When a member of an answer was added: as the answer says, else as is known of it.
    pub fn added(&self, member: &Member<'_>) -> Option<Timestamp> {
        member.added_of(self.0.get(member.id.as_str()).into_iter().flatten().copied())
    }

    /// Whether anything is known of this id.
    pub fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// The key of a member as the holdings know it: of an object that has no version of its own the server may tell any.
    pub fn key(&self, member: &Member<'_>) -> String {
        let bare = self.0.get(member.id.as_str()).is_some_and(|held| held.iter().any(|h| h.version.is_none()));
        key(&member.id, member.version.as_deref().filter(|_| !bare))
    }
}

/// The key of a holding in answers of this endpoint: envelopes tell no version of objects that have none.
pub fn key_in(endpoint: Endpoint, holding: &Holding) -> String {
    let bare = matches!(endpoint, Endpoint::Objects | Endpoint::Object)
        && holding.object.as_ref().is_some_and(|o| o.get("modified").is_none() && o.get("created").is_none());
    key(&holding.id, if bare { None } else { holding.version.as_deref() })
}

/// What the body of an answer of this endpoint names. `object` is the id in the path.
pub fn members<'a>(endpoint: Endpoint, object: Option<&str>, body: &'a Value, page: usize) -> Vec<Member<'a>> {
    let text = |v: &Value, name: &str| v.get(name).and_then(Value::as_str).map(str::to_owned);
    let (key, list) = match endpoint {
        Endpoint::Versions => ("versions", body.get("versions")),
        _ => ("objects", body.get("objects")),
    };
    let items = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let member = |(i, item): (usize, &'a Value)| {
        let pointer = format!("/{key}/{i}");
        let mut member = Member {
            id: String::new(),
            version: None,
            added: None,
            spec: None,
            media: None,
            object: None,
            pointer,
            page,
        };
        match endpoint {
            Endpoint::Versions => {
                member.id = object?.to_owned();
                member.version = Some(item.as_str()?.to_owned());
            }
            Endpoint::Manifest => {
                member.id = text(item, "id")?;
                member.version = text(item, "version");
                member.added = text(item, "date_added");
                member.media = item.get("media_type").and_then(Value::as_str);
            }
            _ => {
                member.id = text(item, "id")?;
                member.version = text(item, "modified").or_else(|| text(item, "created"));
                member.spec = text(item, "spec_version");
                member.object = Some(item);
            }
        }
        Some(member)
    };
    items.iter().enumerate().filter_map(member).collect()
}

/// What all exchanges of a step name, page by page.
pub fn members_of<'a>(endpoint: Endpoint, object: Option<&str>, exchanges: &'a [Exchange]) -> Vec<Member<'a>> {
    exchanges
        .iter()
        .enumerate()
        .filter_map(|(page, e)| Some(members(endpoint, object, e.json()?, page)))
        .flatten()
        .collect()
}

/// Whether an answer says that there is more. "true" and 1 are read as what they mean; whether `more`
/// is a boolean is another case's matter.
pub fn more(exchange: &Exchange) -> bool {
    match exchange.json().and_then(|b| b.get("more")) {
        Some(Value::Bool(more)) => *more,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        Some(Value::Number(n)) => n.as_i64() == Some(1),
        _ => false,
    }
}
