//! The endpoints that TAXII 2.1 defines (section 3.1).

use serde::Deserialize;

/// A resource of the API, without the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `/taxii2/` (section 4.1).
    Discovery,
    /// `{api-root}/` (section 4.2).
    ApiRoot,
    /// `{api-root}/status/{status-id}/` (section 4.3).
    Status,
    /// `{api-root}/collections/` (section 5.1).
    Collections,
    /// `{api-root}/collections/{id}/` (section 5.2).
    Collection,
    /// `{api-root}/collections/{id}/manifest/` (section 5.3).
    Manifest,
    /// `{api-root}/collections/{id}/objects/` (sections 5.4 and 5.5).
    Objects,
    /// `{api-root}/collections/{id}/objects/{object-id}/` (sections 5.6 and 5.7).
    Object,
    /// `{api-root}/collections/{id}/objects/{object-id}/versions/` (section 5.8).
    Versions,
}

impl Endpoint {
    /// Every endpoint with its name in case files.
    pub const ALL: [(&'static str, Endpoint); 9] = [
        ("discovery", Endpoint::Discovery),
        ("api-root", Endpoint::ApiRoot),
        ("status", Endpoint::Status),
        ("collections", Endpoint::Collections),
        ("collection", Endpoint::Collection),
        ("manifest", Endpoint::Manifest),
        ("objects", Endpoint::Objects),
        ("object", Endpoint::Object),
        ("versions", Endpoint::Versions),
    ];

    /// The endpoint of this name.
    pub fn named(name: &str) -> Option<Endpoint> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, e)| *e)
    }

    /// Its name in case files.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, e)| *e == self).map_or("", |(n, _)| n)
    }
}
