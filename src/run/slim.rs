//! What the survey keeps of a page: a feed of hundreds of thousands of objects takes many times its own size in memory
//! once it is read as JSON, and what it names is all that is asked of it later.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::record::{Body, Exchange};

/// The members by which an object or a manifest record is known.
const KEPT: [&str; 6] = ["id", "spec_version", "created", "modified", "date_added", "version"];

/// Leaves of the answer's body what tells which objects it names and how the walk goes on.
pub fn slim(exchange: &mut Exchange) {
    let kept = exchange.json().map(|body| match body {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), list(value))).collect())
        }
        other => other.clone(),
    });
    exchange.parsed = Arc::new(OnceLock::from(kept));
    if let Some(response) = &mut exchange.response {
        response.body = Body::new(Bytes::new(), true);
    }
}

fn list(value: &Value) -> Value {
    let Value::Array(items) = value else { return value.clone() };
    let item = |item: &Value| match item {
        Value::Object(object) => {
            let kept: Map<String, Value> =
                KEPT.iter().filter_map(|name| Some(((*name).to_owned(), object.get(*name)?.clone()))).collect();
            Value::Object(kept)
        }
        other => other.clone(),
    };
    Value::Array(items.iter().map(item).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check::body::members;
    use crate::record::Response;
    use crate::taxii::{Endpoint, Outgoing, client};

    #[test]
    fn what_a_page_names_is_kept() {
        let body = json!({"more": true, "next": "n", "objects": [
            {"type": "note", "id": "note--1", "modified": "2024-01-01T00:00:00Z", "content": "long"}, 7,
        ]});
        let outgoing = Outgoing::get("s", url::Url::parse("https://e.org/").expect("url"));
        let response = Response {
            status: 200,
            version: String::new(),
            headers: Vec::new(),
            early_data: None,
            body: Body::new(body.to_string(), false),
        };
        let mut exchange = Exchange { response: Some(response), ..client::unsent(&outgoing, "") };
        let before: Vec<String> = members(Endpoint::Objects, None, &body, 0).iter().map(|m| m.key()).collect();
        slim(&mut exchange);
        let kept = exchange.json().expect("kept");
        let after: Vec<String> = members(Endpoint::Objects, None, kept, 0).iter().map(|m| m.key()).collect();
        assert_eq!(before, after);
        assert_eq!(
            (&kept["more"], &kept["next"], kept["objects"][0].get("content")),
            (&json!(true), &json!("n"), None)
        );
    }
}
