//! Query parameters: reading them, and refusing malformed ones with 400 (section 3.4).
//!
//! Only what an endpoint lists is read; everything else is ignored, as section 3.4 allows.

use jiff::Timestamp;

use super::error::Problem;
use super::route::Endpoint;
use super::time;

/// What a query asks for. A field is `None` where the query does not name it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// `added_after`
    pub added_after: Option<Timestamp>,
    /// `limit`, greater than zero.
    pub limit: Option<usize>,
    /// `next`, as the client sent it.
    pub next: Option<String>,
    /// `match[id]`
    pub ids: Option<Vec<String>>,
    /// `match[type]`
    pub types: Option<Vec<String>>,
    /// `match[version]`
    pub versions: Option<Vec<Pick>>,
    /// `match[spec_version]`
    pub specs: Option<Vec<String>>,
}

/// How parameters are read where the standard leaves it open. The default is the strictest.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// A parameter that occurs twice, which clients must not send.
    pub twice: Twice,
    /// A match field that the standard defines, and the endpoint does not list.
    pub unlisted: Unlisted,
    /// Whether a parameter that the standard does not define is refused.
    pub refuses_unknown: bool,
    /// Whether an empty value counts as an absent parameter.
    pub empty_is_absent: bool,
    /// Whether `added_after` has to have six fractional digits, as section 2 asks.
    pub six_digits: bool,
    /// Whether `all` may be joined with other versions, and a version may occur twice, which clients must not send.
    pub contradictions: bool,
    /// Whether `match[version]` compares text, not instants.
    pub version_as_text: bool,
    /// What is a version of this server although it is no timestamp.
    pub is_version: fn(&str) -> bool,
    /// Whether a type that STIX does not define is refused.
    pub refuses_types: bool,
    /// Whether a specification version that STIX does not have is refused.
    pub refuses_specs: bool,
    /// Whether an id that is not of the form of STIX ids is refused.
    pub refuses_ids: bool,
    /// Whether a limit beyond the integers of section 2 is refused.
    pub refuses_huge: bool,
    /// Whether empty items of a list are as if they were not there.
    pub skips_empty_items: bool,
}

/// What becomes of a parameter that occurs twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twice {
    /// 400.
    Refused,
    /// The first counts.
    First,
    /// The last counts.
    Last,
}

/// What becomes of a match field that an endpoint does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// It is as if it were not there.
    Ignored,
    /// 400.
    Refused,
    /// It selects as it does elsewhere.
    Applied,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            twice: Twice::Refused,
            unlisted: Unlisted::Ignored,
            refuses_unknown: false,
            empty_is_absent: false,
            six_digits: false,
            contradictions: false,
            version_as_text: false,
            is_version: |_| false,
            refuses_types: false,
            refuses_specs: false,
            refuses_ids: false,
            refuses_huge: false,
            skips_empty_items: false,
        }
    }
}

/// One value of `match[version]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pick {
    /// Every version.
    All,
    /// The earliest version of each object.
    First,
    /// The latest version of each object.
    Last,
    /// The version of this very instant.
    At(Timestamp),
    /// The version that is spelled so.
    Spelled(String),
}

impl Filter {
    /// Reads what `endpoint` lists from a raw query.
    pub fn read(reading: &Reading, endpoint: Endpoint, query: &str) -> Result<Self, Problem> {
        let pairs = pairs(query);
        for (name, _) in &pairs {
            admit(reading, endpoint, name.as_deref().unwrap_or_default())?;
        }
        let listed = |name: &str| listed(endpoint, name) || reading.unlisted == Unlisted::Applied && endpoint.reads();
        let get = |name: &str| -> Result<Option<String>, Problem> {
            if !listed(name) {
                return Ok(None);
            }
            let mut values = pairs.iter().filter(|(key, _)| key.as_deref() == Some(name)).map(|(_, value)| value);
            let value = match (values.next(), values.next_back(), reading.twice) {
                (None, ..) => return Ok(None),
                (Some(_), Some(_), Twice::Refused) => return Err(Problem::malformed(name, "occurs more than once")),
                (Some(_), Some(last), Twice::Last) => last,
                (Some(first), ..) => first,
            };
            match value {
                None => Err(Problem::malformed(name, "is not UTF-8")),
                Some(value) if value.is_empty() && reading.empty_is_absent => Ok(None),
                Some(value) if value.is_empty() => Err(Problem::malformed(name, "is empty")),
                Some(value) => Ok(Some(value.clone())),
            }
        };
        let list = |name: &str| get(name)?.map(|value| items(reading, name, &value)).transpose();
        Ok(Self {
            added_after: get("added_after")?.map(|value| added_after(reading, &value)).transpose()?,
            limit: get("limit")?.map(|value| limit(reading, &value)).transpose()?,
            next: get("next")?,
            ids: list("match[id]")?.map(|values| ids(reading, values)).transpose()?,
            types: list("match[type]")?.map(|values| types(reading, values)).transpose()?,
            versions: list("match[version]")?.map(|values| picks(reading, values)).transpose()?,
            specs: list("match[spec_version]")?.map(|values| specs(reading, values)).transpose()?,
        })
    }

    /// Reads a query as a server without variants does.
    pub fn strictly(endpoint: Endpoint, query: &str) -> Result<Self, Problem> {
        Self::read(&Reading::default(), endpoint, query)
    }

    /// Text that is the same for two queries exactly when they ask for the same set, however they spell it and
    /// whichever page of it they want.
    pub fn fingerprint(&self) -> String {
        let sorted = |values: &Option<Vec<String>>| {
            let mut values = values.clone();
            if let Some(values) = &mut values {
                values.sort();
                values.dedup();
            }
            values
        };
        let mut versions = self.versions.clone();
        if let Some(versions) = &mut versions {
            versions.sort();
        }
        format!(
            "{:?} {:?} {:?} {versions:?} {:?}",
            self.added_after,
            sorted(&self.ids),
            sorted(&self.types),
            sorted(&self.specs)
        )
    }
}

/// Whether the definition of an endpoint lists a parameter (tables of 5.3, 5.4, 5.6, 5.7 and 5.8).
fn listed(endpoint: Endpoint, name: &str) -> bool {
    match name {
        "added_after" | "limit" | "next" => endpoint.reads(),
        "match[id]" | "match[type]" => matches!(endpoint, Endpoint::Manifest | Endpoint::Objects),
        "match[version]" => {
            matches!(endpoint, Endpoint::Manifest | Endpoint::Objects | Endpoint::Object | Endpoint::Delete)
        }
        "match[spec_version]" => endpoint.reads() || endpoint == Endpoint::Delete,
        _ => false,
    }
}

/// Refuses parameters that are not defined at all, or not for this endpoint, where that is how they are read.
fn admit(reading: &Reading, endpoint: Endpoint, name: &str) -> Result<(), Problem> {
    let elsewhere = listed(Endpoint::Objects, name);
    match (elsewhere, listed(endpoint, name)) {
        (false, _) if reading.refuses_unknown => Err(Problem::malformed(name, "is not known")),
        (true, false) if reading.unlisted == Unlisted::Refused => {
            Err(Problem::malformed(name, "does not apply to this endpoint"))
        }
        _ => Ok(()),
    }
}

/// The parameters of a raw query, percent-decoded; `None` stands for what is not UTF-8. A plus is a plus: a form
/// would mean a space, and no parameter of TAXII holds either.
fn pairs(query: &str) -> Vec<(Option<String>, Option<String>)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (percent_decode(name), percent_decode(value)))
        .collect()
}

/// Replaces `%XX` by its octet; `None` if the outcome is not UTF-8. A lone percent sign stays.
pub fn percent_decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |offset: usize| bytes.get(at + offset).and_then(|&byte| char::from(byte).to_digit(16));
        match (bytes[at], hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).ok()?);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

fn items(reading: &Reading, name: &str, value: &str) -> Result<Vec<String>, Problem> {
    let mut items: Vec<String> = value.split(',').map(str::to_owned).collect();
    if reading.skips_empty_items {
        items.retain(|item| !item.is_empty());
    } else if items.iter().any(String::is_empty) {
        return Err(Problem::malformed(name, "has an empty item"));
    }
    Ok(items)
}

fn added_after(reading: &Reading, value: &str) -> Result<Timestamp, Problem> {
    let fits = !reading.six_digits || value.len() == "0000-00-00T00:00:00.000000Z".len();
    let instant = time::parse(value).filter(|_| fits);
    instant.ok_or_else(|| Problem::malformed("added_after", "is not a timestamp in UTC with Z"))
}

/// The largest integer of section 2.
const LARGEST: usize = (1 << 53) - 1;

fn limit(reading: &Reading, value: &str) -> Result<usize, Problem> {
    let positive = value.bytes().all(|byte| byte.is_ascii_digit()) && value.bytes().any(|byte| byte != b'0');
    if !positive {
        return Err(Problem::malformed("limit", "is not an integer above zero"));
    }
    // More digits than fit are more objects than there can be.
    let limit = value.parse().unwrap_or(usize::MAX);
    if reading.refuses_huge && limit > LARGEST {
        return Err(Problem::malformed("limit", "is beyond the integers of TAXII"));
    }
    Ok(limit)
}

fn ids(reading: &Reading, values: Vec<String>) -> Result<Vec<String>, Problem> {
    if reading.refuses_ids && !values.iter().all(|id| is_id(id)) {
        return Err(Problem::malformed("match[id]", "names what is no STIX id"));
    }
    Ok(values)
}

/// Whether a text has the form of a STIX id: a type, two hyphens, a UUID.
pub fn is_id(text: &str) -> bool {
    text.split_once("--").is_some_and(|(kind, uuid)| !kind.is_empty() && uuid::Uuid::try_parse(uuid).is_ok())
}

fn types(reading: &Reading, values: Vec<String>) -> Result<Vec<String>, Problem> {
    if reading.refuses_types && !values.iter().all(|kind| super::types::is_stix(kind)) {
        return Err(Problem::malformed("match[type]", "names a type that STIX 2.1 does not define"));
    }
    Ok(values)
}

fn picks(reading: &Reading, values: Vec<String>) -> Result<Vec<Pick>, Problem> {
    let name = "match[version]";
    let mut seen = std::collections::HashSet::new();
    if !reading.contradictions && !values.iter().all(|value| seen.insert(value)) {
        return Err(Problem::malformed(name, "names a version twice"));
    }
    let picks = values
        .iter()
        .map(|value| match value.as_str() {
            "all" => Some(Pick::All),
            "first" => Some(Pick::First),
            "last" => Some(Pick::Last),
            other if (reading.is_version)(other) => Some(Pick::Spelled(other.to_owned())),
            other if reading.version_as_text => time::parse(other).map(|_| Pick::Spelled(other.to_owned())),
            other => time::parse(other).map(Pick::At),
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Problem::malformed(name, "holds neither all, first, last nor a timestamp"))?;
    if !reading.contradictions && picks.len() > 1 && picks.contains(&Pick::All) {
        return Err(Problem::malformed(name, "joins all with another version"));
    }
    Ok(picks)
}

fn specs(reading: &Reading, values: Vec<String>) -> Result<Vec<String>, Problem> {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |value: &String| value.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor));
    if !values.iter().all(fits) {
        return Err(Problem::malformed("match[spec_version]", "is not of the form n.m"));
    }
    if reading.refuses_specs && !values.iter().all(|value| matches!(value.as_str(), "2.0" | "2.1")) {
        return Err(Problem::malformed("match[spec_version]", "names a version that STIX does not have"));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Filter, Problem> {
        Filter::strictly(Endpoint::Objects, query)
    }

    #[test]
    fn malformed_values_are_refused() {
        for query in [
            "limit=0",
            "limit=000",
            "limit=-1",
            "limit=+1",
            "limit=ten",
            "limit=1.5",
            "limit=",
            "limit",
            "limit=1&limit=1",
            "limit=%ff",
            "added_after=yesterday",
            "added_after=2024-01-01T00:00:00+00:00",
            "added_after=2024-01-01T00:00:00%2B00:00",
            "added_after=2024-01-01T00:00:00",
            "added_after=2024-01-01T00:00:00Z,2024-01-02T00:00:00Z",
            "match[version]=notadate",
            "match[version]=all,first",
            "match[version]=last,last",
            "match[version]=2024-01-01T00:00:00.000Z,2024-01-01T00:00:00.000Z",
            "match[type]=",
            "match[type]=a,,b",
            "match[id]=a&match%5Bid%5D=b",
            "match[spec_version]=two",
            "next=",
        ] {
            assert_eq!(read(query).map(|_| ()).expect_err(query).status, 400, "{query}");
        }
    }

    #[test]
    fn what_is_not_listed_is_ignored() {
        for query in ["x=1&x=2", "match[x_example]=1", "match[]=1", "&&", "=", "Limit=0"] {
            assert!(read(query).is_ok(), "{query}");
        }
        assert!(Filter::strictly(Endpoint::Versions, "match[version]=notadate").is_ok());
        assert!(Filter::strictly(Endpoint::Object, "match[type]=").is_ok());
    }

    #[test]
    fn spelling_does_not_matter() {
        let plain = read("match[type]=a,b&match[version]=last,first").expect("plain");
        let other = read("match%5btype%5D=b%2Ca&match[version]=first,last").expect("encoded");
        assert_eq!(plain.fingerprint(), other.fingerprint());
        assert_eq!(plain.types.expect("types"), ["a", "b"]);
        assert_eq!(read("limit=99999999999999999999999").expect("huge").limit, Some(usize::MAX));
    }
}
