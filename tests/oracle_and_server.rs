//! The oracle and the reference server share no selection code. Whatever sequence of operations they are given, they
//! have to agree, to the order of the last record.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use taxii_conformance::case::template::{Values, fill};
use taxii_conformance::case::{Case, Step, load, object};
use taxii_conformance::check::body::{Member, key, key_in, members};
use taxii_conformance::oracle::{Holdings, Query, Scope, select};
use taxii_conformance::run::explore::generate::sequence;
use taxii_conformance::run::explore::limits::Limits;
use taxii_conformance::run::explore::writer::write;
use taxii_conformance::server::{Options, Request, State, TAXII, handle_at};
use taxii_conformance::taxii::{self, Endpoint, paths};

const EMPTY: &str = "/api1/collections/5fa2c93a-6150-4ca0-9d32-be8f40c17265";

/// A server without sockets, and what it has to hold.
struct World {
    state: State,
    now: Timestamp,
    objects: BTreeMap<String, Value>,
    values: Values,
    held: Holdings,
}

impl World {
    fn new(case: &Case, page_size: usize) -> World {
        let objects = object::make(&case.objects, 1, "oracle and server", &Values::new()).expect("objects");
        World {
            state: State::new("https://localhost:1", &Options { page_size, ..Options::default() }),
            now: "2026-01-01T00:00:00.123456Z".parse().expect("an instant"),
            values: object::values(&objects),
            objects,
            held: Holdings::default(),
        }
    }

    fn send(&mut self, method: Method, target: &str, body: Option<Value>) -> (u16, Value) {
        self.now += std::time::Duration::from_millis(7);
        let mut request = Request::new(method, target).with("authorization", "Bearer admin-token");
        if let Some(body) = body {
            request = request.with("content-type", TAXII);
            request.body = body.to_string().into();
        }
        let response = handle_at(&self.state, request, self.now);
        (response.status.as_u16(), response.value().unwrap_or_default())
    }

    fn filled(&self, text: &str) -> String {
        fill(text, &self.values).expect("a value for every variable")
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        if let Some(names) = &step.add {
            let objects: Vec<Value> = names.iter().map(|n| self.objects[n.get_ref()].clone()).collect();
            let (status, body) =
                self.send(Method::POST, &format!("{EMPTY}/objects/"), Some(json!({"objects": objects})));
            prop_assert_eq!((status, &body["success_count"]), (202, &json!(objects.len())));
            objects.iter().for_each(|object| self.held.add(object));
            return self.learn();
        }
        let (method, target) = step.method().expect("a method");
        let parameters: Vec<(String, String)> =
            step.query.iter().map(|(n, v)| (n.clone(), self.filled(v.get_ref()))).collect();
        let id = step.object.as_ref().map(|o| self.filled(o.get_ref())).unwrap_or_default();
        let path = match target.get_ref().as_str() {
            "object" => format!("{EMPTY}/objects/{id}/"),
            "versions" => format!("{EMPTY}/objects/{id}/versions/"),
            other => format!("{EMPTY}/{other}/"),
        };
        let url = format!("{path}?{}", paths::query(&parameters, false));
        let query = Query::new(parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        if method == "DELETE" {
            let before = self.held.items.len();
            self.held.delete(&id, &query);
            let (status, _) = self.send(Method::DELETE, &url, None);
            prop_assert_eq!(status, if self.held.items.len() < before { 200 } else { 404 }, "DELETE {}", url);
            return Ok(());
        }
        self.ask(Endpoint::named(target.get_ref()).expect("an endpoint"), &id, &url, &query)
    }

    /// The dates that the server gave, from its manifest.
    fn learn(&mut self) -> Result<(), TestCaseError> {
        // one by one: a page might hold less than all
        let items: Vec<(String, String)> =
            self.held.items.iter().map(|h| (h.id.clone(), h.version.clone().unwrap_or_else(|| "all".into()))).collect();
        for (id, version) in items {
            let target = format!("{EMPTY}/manifest/?match[id]={id}&match[version]={version}");
            let (_, body) = self.send(Method::GET, &target, None);
            for member in members(Endpoint::Manifest, None, &body, 0) {
                let added = member.added.as_deref().and_then(taxii::Timestamp::parse).expect("a date");
                self.held.learn([(member.id.as_str(), member.version.as_deref(), added)]);
            }
        }
        prop_assert!(self.held.items.iter().all(|h| h.added.is_some()), "the manifest does not tell every date");
        for (name, object) in &self.objects {
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            let version = text("modified").or_else(|| text("created"));
            let found = self
                .held
                .items
                .iter()
                .find(|h| Some(h.id.as_str()) == text("id") && version.is_none_or(|v| h.is_version(v)));
            if let Some(added) = found.and_then(|h| h.added) {
                self.values.insert(format!("{name}.added"), added.to_string());
            }
        }
        Ok(())
    }

    fn ask(&mut self, endpoint: Endpoint, id: &str, url: &str, query: &Query) -> Result<(), TestCaseError> {
        let (status, body) = self.send(Method::GET, url, None);
        let scope = match endpoint {
            Endpoint::Object => Scope::Object(id),
            Endpoint::Versions => Scope::Versions(id),
            _ => Scope::Collection,
        };
        let bare = |m: &Member<'_>| self.held.items.iter().any(|h| h.id == m.id && h.version.is_none());
        let told: Vec<String> = members(endpoint, Some(id), &body, 0)
            .iter()
            .map(|m| key(&m.id, m.version.as_deref().filter(|_| !bare(m))))
            .collect();
        let readings: Vec<Vec<String>> = select(&self.held, scope, query)
            .iter()
            .map(|s| s.items.iter().map(|h| key_in(endpoint, h)).collect())
            .collect();
        let more = body["more"] == true;
        let size = query.limit.map_or(usize::MAX, |l| usize::try_from(l).unwrap_or(usize::MAX));
        let fits = |wanted: &Vec<String>| {
            let page = wanted.len().min(size).min(self.state.page_size);
            // versions and manifest end their pages where a date ends, so they may be shorter or longer
            let cut = if told.len() == page { page } else { told.len().min(wanted.len()) };
            told == wanted[..cut]
                && more == (cut < wanted.len())
                && (cut == page || self.state.page_size < wanted.len())
        };
        let gone = status == 404 && readings.iter().any(Vec::is_empty) && !self.held.items.iter().any(|h| h.id == id);
        prop_assert!(
            gone || (status == 200 && readings.iter().any(fits)),
            "GET {url}\n{status} {body}\nwanted {readings:#?}"
        );
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn they_agree(ops in sequence(), page_size in prop_oneof![3 => Just(100usize), 1 => Just(3usize)]) {
        let script = write(&ops, &Limits::none());
        if script.judges() {
            let text = script.searching();
            let case = load::parse("sequence.toml", &text).expect("a case");
            let mut world = World::new(&case, page_size);
            for step in &case.steps {
                world.take(step)?;
            }
        }
    }
}
