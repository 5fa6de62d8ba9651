//! A query as section 3.4 defines it, read from the parameters that were really sent.

use crate::taxii::Timestamp;

/// One value of `match[version]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionWord {
    /// The latest version of each object; the default.
    Last,
    /// The earliest version of each object.
    First,
    /// Every version.
    All,
    /// The version of this text.
    Exact(String),
}

/// The filters of a request.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// `added_after`.
    pub added_after: Option<Timestamp>,
    /// `limit`.
    pub limit: Option<u64>,
    /// Values of `match[id]`.
    pub ids: Option<Vec<String>>,
    /// Values of `match[type]`.
    pub types: Option<Vec<String>>,
    /// Values of `match[version]`; none where the parameter is absent.
    pub versions: Option<Vec<VersionWord>>,
    /// Values of `match[spec_version]`.
    pub specs: Option<Vec<String>>,
}

impl Query {
    /// Reads decoded parameters. Parameters and match fields that the standard does not define are left out.
    pub fn new<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Query {
        let mut query = Query::default();
        let list = |value: &str| Some(value.split(',').map(str::to_owned).collect::<Vec<_>>());
        for (name, value) in parameters {
            match name {
                "added_after" => query.added_after = Timestamp::parse(value),
                "limit" => query.limit = value.parse().ok(),
                "match[id]" => query.ids = list(value),
                "match[type]" => query.types = list(value),
                "match[spec_version]" => query.specs = list(value),
                "match[version]" => {
                    let word = |v: &str| match v {
                        "last" => VersionWord::Last,
                        "first" => VersionWord::First,
                        "all" => VersionWord::All,
                        other => VersionWord::Exact(other.to_owned()),
                    };
                    query.versions = Some(value.split(',').map(word).collect());
                }
                _ => {}
            }
        }
        query
    }

    /// The filters of a URL's query component.
    pub fn of_url(url: &str) -> Query {
        let pairs: Vec<(String, String)> =
            url::Url::parse(url).map(|u| u.query_pairs().into_owned().collect()).unwrap_or_default();
        Query::new(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))
    }
}
