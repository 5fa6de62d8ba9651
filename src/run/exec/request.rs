//! Makes the requests of a trial out of what its steps say.

use bytes::Bytes;
use serde_json::{Value, json};
use url::Url;

use super::{Run, Stop};
use crate::case::template::{Values, fill};
use crate::case::{By, Place, Step};
use crate::run::profile::{find, find_with_alias};
use crate::run::survey::Root;
use crate::taxii::{Endpoint, Outgoing, TAXII, paths};

impl Run<'_> {
    /// The request of a step: its query, header fields and body.
    pub(super) fn outgoing(&self, step: &Step, method: &str, mut url: Url) -> Result<Outgoing, Stop> {
        let mut parameters = Vec::new();
        for (name, value) in &step.query {
            let filled = self.fill(value.get_ref())?;
            // a column that a row leaves out: the endpoint of that row does not define the parameter
            let left_out = filled.is_empty() && value.get_ref().starts_with('{');
            if !left_out {
                parameters.push((name.clone(), filled));
            }
        }
        let mut query = self.runner.session.query(&parameters);
        if let Some(raw) = &step.query_string {
            query =
                [query, self.fill(raw.get_ref())?].into_iter().filter(|q| !q.is_empty()).collect::<Vec<_>>().join("&");
        }
        url.set_query(Some(query.as_str()).filter(|q| !q.is_empty()));
        let name = step.name.clone().unwrap_or_else(|| method.to_ascii_lowercase());
        let mut outgoing = Outgoing { method: method.to_owned(), ..Outgoing::get(name, url) };
        if method == "POST" || method == "PUT" {
            outgoing.headers.push(("Content-Type".into(), TAXII.into()));
        }
        for (name, value) in &step.headers {
            let value = self.fill(value.get_ref())?;
            // a row of the matrix that says nothing leaves the usual
            if value.is_empty() {
                continue;
            }
            outgoing.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
            // a field may come in several lines (RFC 9110 section 5.3)
            outgoing.headers.extend(value.lines().map(|line| (name.clone(), line.to_owned())));
        }
        outgoing.headers.retain(|(n, _)| !step.without.iter().any(|w| w.eq_ignore_ascii_case(n)));
        outgoing.user_agent = !step.without.iter().any(|w| w.eq_ignore_ascii_case("user-agent"));
        outgoing.tls = step.tls;
        if let Some(hex) = &step.body_hex {
            let digits = hex.get_ref().as_bytes();
            let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|p| u8::from_str_radix(p, 16).ok());
            outgoing.body = Some(digits.chunks(2).filter_map(byte).collect::<Vec<u8>>().into());
        }
        if let Some(body) = &step.body {
            outgoing.body = Some(self.fill(body.get_ref())?.into());
        }
        Ok(outgoing)
    }

    /// Where a step asks.
    pub(super) fn url(
        &self,
        step: &Step,
        endpoint: Option<Endpoint>,
        target: &str,
        object: Option<&str>,
    ) -> Result<Url, Stop> {
        let base = &self.session.base;
        let Some(endpoint) = endpoint else {
            return base.join(target).map_err(|e| Stop::Error(format!("`{target}` is no path: {e}")));
        };
        if endpoint == Endpoint::Discovery {
            return Ok(paths::discovery(base));
        }
        let root = self.root.ok_or_else(|| Stop::Blocked("no API root is known".into()))?;
        let collection = self.place(step, root);
        let need = |c: Option<String>| c.ok_or_else(|| Stop::Blocked("there is no such collection".into()));
        let object = || object.map(str::to_owned).ok_or_else(|| Stop::Blocked("there is no object to ask for".into()));
        Ok(match endpoint {
            Endpoint::Discovery => paths::discovery(base),
            Endpoint::ApiRoot => root.url.clone(),
            Endpoint::Collections => paths::under(&root.url, &["collections"]),
            Endpoint::Status => {
                let id = step.status.as_ref().map_or_else(
                    || Ok(self.values.get("random-uuid").cloned().unwrap_or_default()),
                    |s| self.fill(s.get_ref()),
                )?;
                paths::under(&root.url, &["status", &id])
            }
            Endpoint::Collection => paths::under(&root.url, &["collections", &need(collection)?]),
            Endpoint::Manifest => paths::under(&root.url, &["collections", &need(collection)?, "manifest"]),
            Endpoint::Objects => paths::under(&root.url, &["collections", &need(collection)?, "objects"]),
            Endpoint::Object => paths::under(&root.url, &["collections", &need(collection)?, "objects", &object()?]),
            Endpoint::Versions => {
                paths::under(&root.url, &["collections", &need(collection)?, "objects", &object()?, "versions"])
            }
        })
    }

    /// Id or alias of the collection that a step asks.
    fn place(&self, step: &Step, root: &Root) -> Option<String> {
        let by_alias = step.by.of(&self.values) == Some(By::Alias);
        let collection = match step.place.of(&self.values) {
            Some(Place::Unknown) => return self.values.get("random-uuid").cloned(),
            None => self.collection,
            Some(place) if by_alias => find_with_alias(root, self.collection, place),
            Some(place) => find(root, self.collection, place),
        }?;
        if by_alias { collection.alias().map(str::to_owned) } else { Some(collection.id.clone()) }
    }
}

/// The envelope as bytes, made as long as the step wants by a longer description of its first object.
pub(super) fn pad(step: &Step, envelope: &Value, values: &Values) -> Result<Bytes, Stop> {
    let bytes = serde_json::to_vec(envelope).map_err(|e| Stop::Error(e.to_string()))?;
    let Some(wanted) = &step.pad_to else { return Ok(bytes.into()) };
    let wanted = fill(wanted.get_ref(), values).ok().and_then(|w| w.parse::<usize>().ok());
    let wanted = wanted.ok_or_else(|| Stop::Blocked("max_content_length is not known".into()))?;
    let mut padded = envelope.clone();
    padded["objects"][0]["description"] = json!("");
    let short = serde_json::to_vec(&padded).map_err(|e| Stop::Error(e.to_string()))?.len();
    let left = wanted.saturating_sub(short);
    padded["objects"][0]["description"] = match step.pad_wide {
        true => json!("é".repeat(left / 2) + &"x".repeat(left % 2)),
        false => json!("x".repeat(left)),
    };
    serde_json::to_vec(&padded).map(Bytes::from).map_err(|e| Stop::Error(e.to_string()))
}
