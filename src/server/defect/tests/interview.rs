//! A fixed series of questions to a server, and what it says.

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::{Options, Request, Response, State, TAXII, handle_at, time};
use super::super::Defect;

const FULL: &str = "/api1/collections/full-sample";
const MIXED: &str = "/api1/collections/mixed";
const SMALL: &str = "/api2/collections/small-sample";
const EMPTY: &str = "/api1/collections/5fa2c93a-6150-4ca0-9d32-be8f40c17265";
const INTERNAL: &str = "/api2/collections/82d5fc6d-9483-4fd3-8a65-e1b273f4a598/objects/\
                        tool--28eb7e5c-dd63-414c-8549-da9deaf1b0f3/";
const WRITE_ONLY: &str = "/api1/collections/3d80a718-4f3e-4a7e-9b10-9c6d2eaf5043";
const NO_ACCESS: &str = "/api1/collections/4e91b829-504f-4b8f-8c21-ad7e3fb06154";
const NOWHERE: &str = "/api1/collections/00000000-0000-4000-8000-000000000000";

/// A server that is asked a series of questions at fixed instants, and what it said.
struct Interview {
    state: State,
    now: Timestamp,
    answers: Vec<String>,
    /// What another server said; the talk is over as soon as this one says something else.
    other: Option<Vec<String>>,
}

impl Interview {
    fn new(defects: Vec<&'static Defect>, other: Option<Vec<String>>) -> Self {
        let now = time::parse("2026-01-01T00:00:00.123456Z").expect("an instant");
        let options = Options { page_size: 20, defects, ..Options::default() };
        Self { state: State::new("https://localhost:1", &options), now, answers: Vec::new(), other }
    }

    fn send(&mut self, request: Request) -> Value {
        if self.is_over() {
            return Value::Null;
        }
        self.now += std::time::Duration::from_secs(7);
        let response = handle_at(&self.state, request, self.now);
        let value = response.value().unwrap_or_default();
        self.answers.push(shown(&response));
        value
    }

    fn is_over(&self) -> bool {
        let said = |other: &Vec<String>| other.get(self.answers.len().wrapping_sub(1)) != self.answers.last();
        !self.answers.is_empty() && self.other.as_ref().is_some_and(said)
    }

    fn get(&mut self, target: &str) -> Value {
        self.send(authorized(Method::GET, target))
    }

    fn post(&mut self, target: &str, body: impl Into<bytes::Bytes>) -> Value {
        let mut request = authorized(Method::POST, target).with("content-type", TAXII);
        request.body = body.into();
        self.send(request)
    }
}

fn authorized(method: Method, target: &str) -> Request {
    Request::new(method, target).with("authorization", "Bearer admin-token")
}

/// A response as text, without what is different at each start.
fn shown(response: &Response) -> String {
    let body = match response.value() {
        Some(mut value) => {
            if value.get("next").is_some_and(Value::is_string) {
                value["next"] = "some token".into();
            }
            if value.get("total_count").is_some() && value["id"].as_str().is_some_and(|id| id[14..].starts_with('4')) {
                value["id"] = "some id".into();
            }
            value.to_string()
        }
        None => format!("{:?}", response.body),
    };
    let raw = response.body.starts_with(b"{\"title\":\"Old") || response.body.starts_with(b"\xef");
    format!("{} {:?} {body} {raw}", response.status, response.headers)
}

fn note(number: u32, modified: &str) -> Value {
    json!({
        "type": "note", "spec_version": "2.1", "id": format!("note--00000000-0000-4000-8000-{number:012}"),
        "created": "2024-01-01T00:00:00.000Z", "modified": modified, "content": "x",
        "x_example_com_number": 9_007_199_254_740_991_u64,
        "object_refs": ["note--00000000-0000-4000-8000-000000000000"],
    })
}

fn id_of(body: &Value, kind: &str) -> String {
    let objects = body["objects"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = objects.iter().filter_map(|object| object["id"].as_str()).find(|id| id.starts_with(kind));
    found.unwrap_or("none").to_owned()
}

pub(super) fn interview(defects: Vec<&'static Defect>, other: Option<Vec<String>>) -> Vec<String> {
    let mut talk = Interview::new(defects, other);
    describing(&mut talk);
    let clean = State::new("https://localhost:1", &Options::default());
    let all = handle_at(&clean, authorized(Method::GET, &format!("{FULL}/objects/")), talk.now);
    reading(&mut talk, &all.value().expect("JSON"));
    paging(&mut talk);
    negotiating(&mut talk);
    writing(&mut talk);
    deleting(&mut talk);
    combining(&mut talk);
    insisting(&mut talk);
    talk.answers
}

fn describing(talk: &mut Interview) {
    for target in ["/taxii2/", "/api1/", "/api2/", "/none/", "/api1/status/none/", "/taxii2"] {
        talk.get(target);
        talk.send(Request::new(Method::GET, target));
        talk.send(authorized(Method::PUT, target));
    }
    for collection in [FULL, MIXED, SMALL, EMPTY, WRITE_ONLY, NO_ACCESS, NOWHERE] {
        for end in ["", "/manifest", "/objects", "/objects/note--1", "/objects/note--1/versions"] {
            let target = format!("{collection}{end}/");
            talk.get(&target);
            for method in [Method::GET, Method::POST, Method::DELETE] {
                talk.send(Request::new(method.clone(), &target));
                talk.send(Request::new(method, &target).with("authorization", "Basic eDp5"));
            }
        }
    }
    for _ in 0..3 {
        talk.get("/api1/collections/");
        talk.send(Request::new(Method::GET, "/api1/collections/"));
    }
}

fn reading(talk: &mut Interview, all: &Value) {
    let ids: Vec<String> =
        ["malware", "marking-definition", "url", "indicator", "none"].iter().map(|kind| id_of(all, kind)).collect();
    let queries = [
        "",
        "match[version]=all",
        "match[version]=first",
        "match[version]=last",
        "match[version]=first,last",
        "match[version]=2023-11-15T00:00:00.000Z,last",
        "match[version]=2023-12-24T18:00:00Z",
        "match[version]=2017-01-20T00:00:00.000Z",
        "match[version]=2000-01-01T00:00:00.000Z",
        "match[version]=notadate",
        "match[version]=all,first",
        "match[version]=last,last",
        "match[type]=malware",
        "match[type]=malware,indicator",
        "match[type]=malware%2Cindicator",
        "match%5Btype%5D=opinion",
        "match[type]=extension-definition",
        "match[type]=windows-registry-key",
        "match[type]=x-example",
        "match[type]=tool&match[type]=report",
        "match[type]=malware&match[version]=all",
        "match[x_example]=1",
        "match[version]=all&limit=1",
        "match[type]=indicator&match[version]=all",
        "match[spec_version]=2.0",
        "match[spec_version]=2.0,2.1",
        "added_after=2024-01-12T09:00:00.010000Z",
        "added_after=2024-01-15T00:00:00.000000Z",
        "added_after=2024-01-14T14:00:00.002000Z&limit=3",
        "added_after=2030-01-01T00:00:00Z",
        "added_after=yesterday",
        "limit=1",
        "limit=3",
        "limit=0",
        "limit=-1",
        "limit=ten",
        "limit=1.5",
        "limit=",
        "limit=1000",
        "next=garbage",
        "next=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ];
    for collection in [FULL, MIXED] {
        for query in queries {
            talk.get(&format!("{collection}/objects/?{query}"));
            talk.get(&format!("{collection}/manifest/?{query}"));
            for id in &ids {
                talk.get(&format!("{collection}/objects/{id}/?{query}"));
                talk.get(&format!("{collection}/objects/{id}/versions/?{query}"));
            }
        }
    }
    for query in [format!("match[id]={}", ids[0]), format!("match[id]={},{}", ids[0], ids[3])] {
        for more in ["", "&match[type]=indicator", "&match[type]=malware"] {
            talk.get(&format!("{FULL}/objects/?{query}{more}"));
            talk.get(&format!("{FULL}/manifest/?{query}{more}"));
        }
    }
    for id in &ids {
        for collection in [WRITE_ONLY, NO_ACCESS] {
            talk.get(&format!("{collection}/objects/{id}/"));
            talk.get(&format!("{collection}/objects/{id}/versions/"));
        }
        let last = format!("{FULL}/objects/{id}/versions/?limit=1");
        let after = talk.get(&last)["versions"][0].as_str().unwrap_or_default().to_owned();
        talk.get(&format!("{last}&added_after=2024-01-11T11:11:11.111111Z&x={after}"));
    }
}

fn paging(talk: &mut Interview) {
    for (limit, query) in [("&limit=1", "match[type]=malware"), ("&limit=2", "match[version]=all"), ("", "x=1")] {
        let mut next = String::new();
        for _ in 0..4 {
            let body = talk.get(&format!("{FULL}/objects/?{query}{limit}{next}"));
            let Some(token) = body["next"].as_str().map(str::to_owned) else {
                break;
            };
            next = format!("&next={token}");
        }
        talk.get(&format!("{SMALL}/objects/?limit=2{next}"));
    }
}

fn negotiating(talk: &mut Interview) {
    for accept in [
        TAXII,
        "application/taxii+json; version=2.1",
        "application/taxii+json;version=2.1;q=0.8",
        "application/taxii+json",
        "application/taxii+json;version=\"2.1\"",
        "Application/TAXII+JSON;version=2.1",
        "text/html,application/taxii+json;version=2.1",
        "application/stix+json;version=2.1",
        "text/html",
    ] {
        for target in ["/taxii2/", "/api1/", &format!("{FULL}/manifest/")] {
            talk.send(authorized(Method::GET, target).with("accept", accept));
        }
    }
    for kind in [
        "application/taxii+json; version=2.1",
        "application/taxii+json;version=2.1;charset=utf-8",
        "application/taxii+json;version=\"2.1\"",
        "Application/TAXII+JSON;version=2.1",
        "text/plain",
    ] {
        talk.send(authorized(Method::POST, &format!("{EMPTY}/objects/")).with("content-type", kind));
    }
    talk.send(authorized(Method::GET, "/taxii2/").with("user-agent", "x"));
    talk.send(Request::new(Method::GET, &format!("{FULL}/objects/")).with("authorization", "Basic YWRtaW46eA=="));
    talk.send(Request::new(Method::GET, "/api1/collections/").with("authorization", "Basic YWRtaW46eA=="));
}

fn writing(talk: &mut Interview) {
    let objects = format!("{EMPTY}/objects/");
    let observable = json!({"type": "mutex", "id": "mutex--00000000-0000-4000-8000-000000000001", "name": "a"});
    let good = [note(1, "2024-01-02T00:00:00.000Z"), note(2, "2024-01-02T00:00:00.000Z"), observable];
    for body in [
        json!({ "objects": good }),
        json!({ "objects": good, "x_example_com_note": 1 }),
        json!({ "objects": [note(1, "2024-01-03T00:00:00.000Z"), {"type": "note"}, 7] }),
        json!({ "objects": [note(1, "2024-01-01T00:00:00.000Z"), note(3, "2024-01-01T00:00:00.000Z")] }),
    ] {
        let status = talk.post(&objects, body.to_string());
        let id = status["id"].as_str().unwrap_or("none");
        for root in ["api1", "api2"] {
            let again = talk.get(&format!("/{root}/status/{id}/"));
            talk.answers.push(format!("{}", again["id"].as_str() == Some(id)));
        }
        talk.send(
            Request::new(Method::GET, &format!("/api1/status/{id}/")).with("authorization", "Bearer reader-token"),
        );
        talk.get(&format!("{objects}?match[version]=all"));
        talk.get(&format!("{EMPTY}/manifest/?match[version]=all"));
        for number in [1, 2, 3] {
            talk.get(&format!("{objects}note--00000000-0000-4000-8000-{number:012}/versions/"));
        }
    }
    for body in ["", "[]", "{", "{\"objects\":[", "{\"objects\":[]}"] {
        talk.post(&objects, body);
    }
    let wrong = [b"{\"objects\":[{\"type\":\"note\",\"id\":\"".as_slice(), &[0xff], b"\"}]}"].concat();
    talk.post(&objects, wrong);
    talk.post(
        "/api1/collections/read-only/objects/",
        json!({ "objects": [note(9, "2024-01-02T00:00:00.000Z")] }).to_string(),
    );
    for length in [40_000, 70_000] {
        talk.post(&format!("{SMALL}/objects/"), " ".repeat(length));
    }
    let body = talk.get(&format!("{objects}?limit=1&match[version]=all"));
    let next = body["next"].as_str().unwrap_or_default().to_owned();
    let first = id_of(&body, "");
    talk.send(authorized(Method::DELETE, &format!("{objects}{first}/")));
    talk.get(&format!("{objects}?match[version]=all&next={next}"));
}

fn deleting(talk: &mut Interview) {
    let kept = format!("{FULL}/objects/");
    let all = talk.get(&format!("{FULL}/manifest/?match[type]=malware,tool&match[version]=all"));
    let target = |kind: &str| format!("{kept}{}/", id_of(&all, kind));
    for query in ["?match[version]=2023-11-15T00:00:00.000Z", "?match[version]=last", "", ""] {
        talk.send(authorized(Method::DELETE, &format!("{}{query}", target("malware"))));
        talk.get(&format!("{}?match[version]=all", target("malware")));
        talk.get(&format!("{}versions/", target("malware")));
        talk.get(&format!("{FULL}/manifest/?match[type]=malware&match[version]=all"));
        talk.get(&format!("{kept}?match[type]=malware&match[version]=all"));
    }
    talk.send(authorized(Method::DELETE, &target("tool")));
    talk.get(&target("tool"));
    talk.send(authorized(Method::DELETE, &target("none")));
    for collection in ["/api1/collections/read-only", WRITE_ONLY, NO_ACCESS] {
        talk.send(authorized(Method::DELETE, &format!("{collection}/objects/note--1/")));
    }
    talk.send(Request::new(Method::DELETE, &target("relationship")));
}

/// An object in four versions, two of them close together, and what goes wrong beside it.
fn combining(talk: &mut Interview) {
    let target = format!("{EMPTY}/objects/");
    let versions = ["00.001", "07.000", "00.000", "09.000"].map(|at| note(2, &format!("2024-03-01T00:00:{at}Z")));
    let id = versions[0]["id"].as_str().expect("an id").to_owned();
    let mark = json!({
        "type": "marking-definition", "spec_version": "2.1", "created": "2024-01-01T00:00:00.000Z",
        "id": "marking-definition--00000000-0000-4000-8000-000000000009",
        "definition_type": "statement", "definition": { "statement": "x" },
    });
    for objects in
        [json!([versions[0]]), json!([versions[1], mark]), json!([versions[2]]), json!([versions[0], versions[3]])]
    {
        talk.post(&target, json!({ "objects": objects }).to_string());
    }
    let ask = |talk: &mut Interview| {
        let all = talk.get(&format!("{EMPTY}/manifest/?match[version]=all"));
        let added = all["objects"][1]["date_added"].as_str().unwrap_or("2024-01-01T00:00:00Z").to_owned();
        let other = "marking-definition--00000000-0000-4000-8000-000000000009";
        for query in [
            "".to_owned(),
            "match[type]=note&match[version]=first".to_owned(),
            "match[type]=marking-definition&match[version]=first".to_owned(),
            "match[version]=first,last".to_owned(),
            format!("match[id]={other},{id}&match[version]=2024-03-01T00:00:07.000Z"),
            format!("match[id]={id}&match[spec_version]=2.1&match[version]=all"),
            format!("match[id]={id}&match[version]=all"),
            format!("match[id]={id}&match[version]=all&limit=1"),
            format!("added_after={added}&match[version]=first"),
        ] {
            for end in ["objects", "manifest"] {
                talk.get(&format!("{EMPTY}/{end}/?{query}"));
            }
        }
        let page = talk.get(&format!("{EMPTY}/objects/?match[type]=note&match[version]=all&limit=1"));
        let next = page["next"].as_str().unwrap_or("none").to_owned();
        talk.get(&format!("{EMPTY}/objects/?match[type]=note&match[version]=all&limit=9&next={next}"));
    };
    ask(talk);
    for query in ["match[version]=2024-03-01T00:00:07.000Z", "match[version]=last"] {
        talk.send(authorized(Method::DELETE, &format!("{target}{id}/?{query}")));
        ask(talk);
    }
    talk.post(&target, json!({ "objects": [note(3, "2024-03-01T00:00:00.001Z")] }).to_string());
    talk.post(
        &target,
        json!({ "objects": [note(3, "2024-03-01T00:00:00.001Z"), note(4, "2024-03-01T00:00:00.001Z")] }).to_string(),
    );
    ask(talk);
}

/// What clients seldom ask: pages that change under them, what is not there, and parameters that few send.
fn insisting(talk: &mut Interview) {
    talk.send(Request::new(Method::GET, "/taxii2/").with("authorization", "Basic not*base64"));
    talk.get(&format!("{FULL}/objects/?limit=100000000000000000000000000000000"));
    talk.send(Request::new(Method::GET, INTERNAL).with("authorization", "Bearer reader-token"));
    talk.send(authorized(Method::DELETE, &format!("{NOWHERE}/objects/note--1/")));
    let objects = format!("{EMPTY}/objects/");
    let five = format!("{objects}note--00000000-0000-4000-8000-000000000005/");
    talk.post(&objects, json!({ "objects": [note(5, "2024-01-02T00:00:00.500Z")] }).to_string());
    talk.post(&objects, json!({ "objects": [note(5, "2024-01-02T00:00:00.500001Z")] }).to_string());
    talk.get(&format!("{five}versions/"));
    for version in ["first", "2024-01-02T00:00:00.500Z"] {
        talk.get(&format!("{five}?match%5bversion%5d={version}"));
    }
    talk.get(&format!("{five}?match[spec_version]=2.1&added_after=2030-01-01T00:00:00.000000Z"));
    let first = format!("{objects}?match[version]=all&limit=1");
    let next = talk.get(&first)["next"].as_str().unwrap_or("none").to_owned();
    talk.post(&objects, json!({ "objects": [note(6, "2024-01-02T00:00:00.000Z")] }).to_string());
    for _ in 0..2 {
        talk.get(&format!("{first}&next={next}"));
    }
    for query in ["match[spec_version]=2.0", "match[version]=1971-02-03T04:05:06.789Z"] {
        talk.send(authorized(Method::DELETE, &format!("{five}?{query}")));
        talk.get(&format!("{five}?match[version]=all"));
    }
    let bundle = "bundle--00000000-0000-4000-8000-000000000001";
    let seven = [note(7, "2024-01-02T00:00:00.000Z")];
    talk.post(&objects, json!({ "type": "bundle", "id": bundle, "objects": seven }).to_string());
    talk.get(&objects);
}
