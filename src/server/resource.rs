//! The resources that describe the server: discovery, api-root, collections, collection (sections 4.1, 4.2, 5.1, 5.2).

use serde_json::{Value, json};

use super::access::User;
use super::seed::ROOTS;
use super::state::{ApiRoot, Collection, State};

/// The discovery resource. An absolute URL has to be HTTPS, so that without TLS all are relative.
pub fn discovery(state: &State) -> Value {
    let secure = state.origin.starts_with("https:");
    let roots: Vec<String> = ROOTS
        .iter()
        .enumerate()
        .map(|(index, root)| match index {
            0 if secure => format!("{}/{}/", state.origin, root.name),
            _ => format!("/{}/", root.name),
        })
        .collect();
    json!({
        "title": "Reference TAXII server",
        "description": "A TAXII 2.1 server in memory, the mirror of the conformance suite.",
        "contact": "Whoever started it.",
        "default": roots.first(),
        "api_roots": roots,
    })
}

/// An api-root resource.
pub fn api_root(root: &ApiRoot) -> Value {
    json!({
        "title": root.title,
        "description": root.description,
        "versions": [super::http::TAXII],
        "max_content_length": root.max_content_length,
    })
}

/// The collections resource of an API root.
pub fn collections(state: &State, root: &ApiRoot, user: &User) -> Value {
    let list: Vec<Value> = root.collections.iter().map(|known| collection(state, known, user)).collect();
    if list.is_empty() { json!({}) } else { json!({ "collections": list }) }
}

/// A collection resource, with the rights of this user.
pub fn collection(state: &State, collection: &Collection, user: &User) -> Value {
    let mut json = json!({
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
    });
    if let Some(alias) = collection.alias {
        json["alias"] = alias.into();
    }
    json["can_read"] = (state.rules.may_read)(collection, user).into();
    json["can_write"] = (state.rules.may_write)(collection, user).into();
    if !collection.media_types.is_empty() {
        json["media_types"] = collection.media_types.into();
    }
    json
}
