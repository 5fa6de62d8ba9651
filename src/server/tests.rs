//! Tests of the core without sockets.

use std::collections::HashSet;

use ::http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;

const FULL: &str = "/api1/collections/full-sample/objects/";
const MANIFEST: &str = "/api1/collections/full-sample/manifest/";
const EMPTY: &str = "/api1/collections/5fa2c93a-6150-4ca0-9d32-be8f40c17265/objects/";
const MIXED: &str = "/api1/collections/mixed/objects/";
const MALWARE: &str = "malware--";

fn state() -> State {
    State::new("https://localhost:1", &Options::default())
}

fn request(method: Method, target: &str) -> Request {
    Request::new(method, target).with("authorization", "Bearer admin-token")
}

fn get(state: &State, target: &str) -> (u16, Value) {
    let response = handle(state, request(Method::GET, target));
    (response.status.as_u16(), response.value().expect("JSON"))
}

fn post(state: &State, target: &str, body: &str) -> (u16, Value) {
    let mut request = request(Method::POST, target).with("content-type", TAXII);
    request.body = body.to_owned().into();
    let response = handle(state, request);
    (response.status.as_u16(), response.value().expect("JSON"))
}

fn delete(state: &State, target: &str) -> u16 {
    handle(state, request(Method::DELETE, target)).status.as_u16()
}

fn objects(body: &Value) -> Vec<Value> {
    body["objects"].as_array().cloned().unwrap_or_default()
}

fn names(body: &Value) -> Vec<String> {
    let version = |object: &Value| {
        let stated = object.get("version").or_else(|| object.get("modified")).or_else(|| object.get("created"));
        stated.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    objects(body).iter().map(|object| format!("{} {}", object["id"], version(object))).collect()
}

/// An id of the full sample that has three versions, the oldest of which was added last but one.
fn malware(state: &State) -> String {
    let (_, body) = get(state, &format!("{MANIFEST}?match[type]=malware&match[version]=all"));
    let ids: Vec<String> = objects(&body).iter().filter_map(|o| o["id"].as_str().map(str::to_owned)).collect();
    ids.iter().find(|id| ids.iter().filter(|other| other == id).count() == 3).expect("three versions").clone()
}

fn note(number: u32, modified: &str) -> Value {
    json!({
        "type": "note", "spec_version": "2.1", "id": format!("note--00000000-0000-4000-8000-{number:012}"),
        "created": "2024-01-01T00:00:00.000Z", "modified": modified, "content": "x",
        "object_refs": ["note--00000000-0000-4000-8000-000000000000"],
    })
}

#[test]
fn seed_is_read_without_loss() {
    let mut store = state::Store::default();
    seed::fill(&mut store, &rules::Rules::default());
    let files = [
        include_str!("seed/full.json"),
        include_str!("seed/read-only.json"),
        include_str!("seed/mixed.json"),
        include_str!("seed/small.json"),
        include_str!("seed/archive.json"),
    ];
    let mut written = 0;
    for file in files {
        let file: Value = serde_json::from_str(file).expect("JSON");
        written += file["batches"].as_array().expect("batches").iter().map(|b| objects(b).len()).sum::<usize>();
    }
    let sealed = ["3d80a718-4f3e-4a7e-9b10-9c6d2eaf5043", "4e91b829-504f-4b8f-8c21-ad7e3fb06154"];
    let kept: usize =
        store.records.iter().filter(|(id, _)| !sealed.contains(id)).map(|(_, records)| records.len()).sum();
    assert_eq!(kept, written);
    for (id, records) in &store.records {
        assert!(records.is_sorted_by_key(|record| record.date_added), "{id}");
        let collection = ROOTS.iter().flat_map(|root| root.collections).find(|known| known.id == *id).expect("known");
        for record in records {
            assert!(collection.holds(&record.object.spec_version), "{}", record.object.id);
        }
    }
    let full = &store.records[ROOTS[0].collections[0].id];
    assert!(full.len() >= 60);
    let types: HashSet<&str> = full.iter().map(|record| record.object.kind.as_str()).collect();
    assert_eq!(types.len(), 42);
}

#[test]
fn everything_needs_authentication() {
    let state = state();
    for target in ["/taxii2/", "/api1/", FULL, "/nowhere/", "/taxii2"] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let response = handle(&state, Request::new(method.clone(), target));
            assert_eq!(response.status, 401, "{method} {target}");
            assert!(response.header("www-authenticate").is_some_and(|value| value.starts_with("Basic realm=")));
            assert_eq!(response.header("content-type"), Some(TAXII));
        }
    }
    for (credentials, status) in [
        ("Basic YWRtaW46YWRtaW4tcGFzcw==", 200),
        ("bAsIc  YWRtaW46YWRtaW4tcGFzcw==", 200),
        ("bearer reader-token", 200),
        ("Basic YWRtaW46d3Jvbmc=", 401),
        ("Basic !", 401),
        ("Bearer nobody", 401),
        ("Basic", 401),
    ] {
        let request = Request::new(Method::GET, "/taxii2/").with("authorization", credentials);
        assert_eq!(handle(&state, request).status, status, "{credentials}");
    }
}

#[test]
fn errors_are_taxii_messages() {
    let state = state();
    for (target, status) in [
        ("/nowhere/", "404"),
        ("/taxii2", "404"),
        ("/api1/collections/none/", "404"),
        ("/api1/collections/full-sample/objects/none/", "404"),
        ("/api1/status/none/", "404"),
        ("/api1/collections/3d80a718-4f3e-4a7e-9b10-9c6d2eaf5043/objects/", "403"),
        ("/api1/collections/full-sample/objects/?limit=0", "400"),
    ] {
        let (code, body) = get(&state, target);
        assert_eq!(code.to_string(), status, "{target}");
        assert_eq!(body["http_status"], status);
        assert!(body["title"].is_string());
    }
}

#[test]
fn rights_differ_by_user() {
    let state = state();
    let reader = Request::new(Method::GET, "/api1/collections/").with("authorization", "Bearer reader-token");
    let body = handle(&state, reader).value().expect("JSON");
    for collection in body["collections"].as_array().expect("list") {
        assert_eq!(collection["can_write"], false);
    }
    let (_, body) = get(&state, "/api1/collections/");
    assert_eq!(body["collections"].as_array().expect("list").iter().filter(|c| c["can_write"] == true).count(), 3);
}

#[test]
fn default_is_the_latest_version_in_order_of_adding() {
    let state = state();
    let id = malware(&state);
    let (_, body) = get(&state, &format!("{FULL}?match[id]={id}"));
    assert_eq!(objects(&body).len(), 1);
    assert_eq!(body["objects"][0]["modified"], "2023-12-15T00:00:00.000Z");
    let (_, body) = get(&state, &format!("{FULL}?match[id]={id}&match[version]=all"));
    let modified: Vec<&str> =
        body["objects"].as_array().expect("list").iter().filter_map(|o| o["modified"].as_str()).collect();
    assert_eq!(modified, ["2023-12-15T00:00:00.000Z", "2023-11-04T09:00:00.000Z", "2023-11-15T00:00:00.000Z"]);
    for (pick, count) in
        [("first", 1), ("first,last", 2), ("2023-11-15T00:00:00Z", 1), ("last,2000-01-01T00:00:00Z", 1)]
    {
        let (_, body) = get(&state, &format!("{FULL}{id}/?match[version]={pick}"));
        assert_eq!(objects(&body).len(), count, "{pick}");
    }
    let (status, body) = get(&state, &format!("{FULL}{id}/?match[version]=2000-01-01T00:00:00Z"));
    assert_eq!((status, body), (200, json!({})));
    let (_, body) = get(&state, &format!("{FULL}{id}/versions/"));
    assert_eq!(body["versions"].as_array().map(Vec::len), Some(3));
}

#[test]
fn manifest_and_objects_agree_on_every_filter() {
    let state = state();
    let id = malware(&state);
    for query in [
        "".to_owned(),
        "match[version]=all".to_owned(),
        "match[version]=first".to_owned(),
        "match[type]=indicator,malware&match[version]=all".to_owned(),
        format!("match[id]={id}&match[type]=indicator"),
        format!("match[id]={id}&match[type]=malware"),
        "added_after=2024-01-12T09:00:00.010000Z".to_owned(),
        "match[spec_version]=2.0".to_owned(),
        "match[type]=marking-definition,url".to_owned(),
    ] {
        let records = objects(&get(&state, &format!("{MANIFEST}?{query}")).1);
        let found = objects(&get(&state, &format!("{FULL}?{query}")).1);
        let ids = |list: &[Value]| list.iter().map(|o| o["id"].to_string()).collect::<Vec<_>>();
        assert_eq!(ids(&records), ids(&found), "{query}");
        for (record, object) in records.iter().zip(&found) {
            let stated = object.get("modified").or_else(|| object.get("created"));
            assert!(stated.is_none_or(|stated| stated == &record["version"]), "{query}");
        }
    }
}

#[test]
fn observables_are_found_by_the_version_that_the_manifest_names() {
    let state = state();
    let (_, body) = get(&state, &format!("{MANIFEST}?match[type]=url"));
    let (id, version) =
        (body["objects"][0]["id"].as_str().expect("id"), body["objects"][0]["version"].as_str().expect("version"));
    assert_eq!(objects(&get(&state, &format!("{FULL}{id}/?match[version]={version}")).1).len(), 1);
    assert_eq!(get(&state, &format!("{FULL}{id}/versions/")).1["versions"], json!([version]));
}

#[test]
fn specification_versions() {
    let state = state();
    let count = |query: &str| objects(&get(&state, &format!("{MIXED}?{query}")).1).len();
    assert_eq!(count(""), 5);
    assert_eq!(count("match[spec_version]=2.1"), 4);
    assert_eq!(count("match[spec_version]=2.0"), 3);
    assert_eq!(count("match[spec_version]=2.0,2.1"), 7);
    assert_eq!(count("match[spec_version]=2.0,2.1&match[version]=all"), 10);
    assert_eq!(count("match[spec_version]=3.0"), 0);
}

#[test]
fn pages_join_to_the_whole() {
    let state = State::new("https://localhost:1", &Options { page_size: 7, ..Options::default() });
    let whole = self::state();
    for query in ["match[version]=all", "match[type]=indicator,malware,relationship", ""] {
        let want = names(&get(&whole, &format!("{FULL}?{query}")).1);
        for limit in [1, 2, 3, 7, 50] {
            let (mut found, mut next) = (Vec::new(), String::new());
            loop {
                let (status, body) = get(&state, &format!("{FULL}?{query}&limit={limit}{next}"));
                assert_eq!(status, 200);
                assert!(objects(&body).len() <= limit);
                found.extend(names(&body));
                match body["next"].as_str() {
                    Some(token) => next = format!("&next={token}"),
                    None => break,
                }
                assert_eq!(body["more"], true);
            }
            assert_eq!(found, want, "{query} {limit}");
        }
    }
}

#[test]
fn manifest_pages_join_by_date_where_the_server_cuts() {
    let state = State::new("https://localhost:1", &Options { page_size: 8, ..Options::default() });
    let want = names(&get(&self::state(), &format!("{MANIFEST}?match[version]=all")).1);
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let response = handle(&state, request(Method::GET, &format!("{MANIFEST}?match[version]=all{after}")));
        let body = response.value().expect("JSON");
        assert_eq!(body.get("next"), None);
        found.extend(names(&body));
        if body["more"] != true {
            break;
        }
        after = format!("&added_after={}", response.header("x-taxii-date-added-last").expect("header"));
    }
    assert_eq!(found, want);
}

#[test]
fn tokens_are_bound_to_their_query() {
    let state = state();
    let (_, body) = get(&state, &format!("{FULL}?match[type]=indicator,malware&limit=1"));
    let token = body["next"].as_str().expect("next");
    let status = |target: String| get(&state, &target).0;
    assert_eq!(status(format!("{FULL}?match[type]=malware,indicator&next={token}")), 200);
    assert_eq!(status(format!("{MANIFEST}?match[type]=malware,indicator&next={token}")), 200);
    assert_eq!(status(format!("{FULL}?next={token}")), 400);
    assert_eq!(status(format!("{MIXED}?match[type]=indicator,malware&next={token}")), 400);
    assert_eq!(status(format!("{FULL}?match[type]=indicator,malware&next=A{token}")), 400);
    assert_eq!(status(format!("{FULL}?match[type]=indicator,malware&next={}", &token[1..])), 400);
    let other = Request::new(Method::GET, &format!("{FULL}?match[type]=indicator,malware&next={token}"))
        .with("authorization", "Bearer reader-token");
    assert_eq!(handle(&state, other).status, 400);
}

#[test]
fn pages_survive_additions_and_deletions() {
    let state = state();
    let all: Vec<Value> = (1..=5).map(|number| note(number, "2024-01-01T00:00:00.000Z")).collect();
    post(&state, EMPTY, &json!({ "objects": all }).to_string());
    let (_, body) = get(&state, &format!("{EMPTY}?limit=2"));
    let next = body["next"].as_str().expect("next").to_owned();
    assert_eq!(delete(&state, &format!("{EMPTY}note--00000000-0000-4000-8000-000000000002/")), 200);
    post(&state, EMPTY, &json!({ "objects": [note(6, "2024-01-01T00:00:00.000Z")] }).to_string());
    let (_, body) = get(&state, &format!("{EMPTY}?next={next}"));
    assert_eq!(objects(&body).len(), 4);
    assert_eq!(body["more"], false);
}

#[test]
fn headers_name_the_dates_of_the_page() {
    let state = state();
    let response = handle(&state, request(Method::GET, &format!("{MANIFEST}?limit=3&match[version]=all")));
    let body = response.value().expect("JSON");
    assert_eq!(response.header("x-taxii-date-added-first"), body["objects"][0]["date_added"].as_str());
    assert_eq!(response.header("x-taxii-date-added-last"), body["objects"][2]["date_added"].as_str());
    let response = handle(&state, request(Method::GET, EMPTY));
    assert_eq!((response.header("x-taxii-date-added-first"), response.value()), (None, Some(json!({}))));
}

#[test]
fn posted_objects_come_back_as_they_were() {
    let state = state();
    let object = r#"{"type":"x-thing","spec_version":"2.1","id":"x-thing--00000000-0000-4000-8000-000000000001","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","z":[12345678901234567890123, 1.10,9007199254740991],"a":"\u00e9é","n":null}"#;
    let (status, body) = post(&state, EMPTY, &format!("{{\"objects\":[{object}, {object}]}}"));
    assert_eq!(status, 202);
    assert_eq!((&body["status"], &body["success_count"]), (&json!("complete"), &json!(2)));
    let response = handle(&state, request(Method::GET, EMPTY));
    let text = String::from_utf8(response.body.to_vec()).expect("UTF-8");
    assert_eq!(text, format!("{{\"more\":false,\"objects\":[{object}]}}"));
}

#[test]
fn good_and_bad_objects_are_told_apart() {
    let state = state();
    let good = note(1, "2024-01-01T00:00:00.000Z");
    let mut other = good.clone();
    other["content"] = "y".into();
    let body = json!({ "objects": [good, other, 7, {"id": "note--1"}, {"type": "note"}, {"type": "note", "id": "tool--00000000-0000-4000-8000-000000000001"},
        {"type": "note", "id": "note--00000000-0000-4000-8000-000000000009", "created": "now"}] });
    let (status, body) = post(&state, EMPTY, &body.to_string());
    assert_eq!(status, 202);
    assert_eq!(
        (&body["total_count"], &body["success_count"], &body["failure_count"]),
        (&json!(7), &json!(1), &json!(6))
    );
    assert_eq!(body["failures"].as_array().map(Vec::len), Some(6));
    assert_eq!(body.get("pendings"), None);
    let id = body["id"].as_str().expect("id");
    assert_eq!(get(&state, &format!("/api1/status/{id}/")), (200, body.clone()));
    assert_eq!(get(&state, &format!("/api2/status/{id}/")).0, 404);
    let reader = Request::new(Method::GET, &format!("/api1/status/{id}/")).with("authorization", "Bearer reader-token");
    assert_eq!(handle(&state, reader).status, 404);
}

#[test]
fn bodies_that_cannot_be_processed() {
    let state = state();
    for body in ["", "{", "[]", "7", "{}", "{\"objects\":[]}", "{\"objects\":{}}", "{\"objects\":[{\"a\":1,\"a\":2}]}"]
    {
        assert_eq!(post(&state, EMPTY, body).0, 422, "{body}");
    }
    let mut wrong = request(Method::POST, EMPTY).with("content-type", TAXII);
    wrong.body = vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}'].into();
    assert_eq!(handle(&state, wrong).status, 422);
    let mut wrong = request(Method::POST, EMPTY).with("content-type", "application/json");
    wrong.body = "{}".into();
    assert_eq!(handle(&state, wrong).status, 415);
    let small = "/api2/collections/small-sample/objects/";
    assert_eq!(post(&state, small, &" ".repeat(65536)).0, 422);
    assert_eq!(post(&state, small, &" ".repeat(65537)).0, 413);
}

#[test]
fn asynchronous_requests_wait() {
    let state = State::new("https://localhost:1", &Options { asynchronous: true, ..Options::default() });
    let body = json!({ "objects": [note(1, "2024-01-01T00:00:00.000Z"), {"type": "note"},
        {"type": "mutex", "spec_version": "2.1", "id": "mutex--00000000-0000-4000-8000-000000000001", "name": "a"}] });
    let mut add = request(Method::POST, EMPTY).with("content-type", TAXII);
    add.body = body.to_string().into();
    let now = Timestamp::now();
    let pending = handle_at(&state, add.clone(), now).value().expect("JSON");
    assert_eq!((&pending["status"], &pending["pending_count"]), (&json!("pending"), &json!(2)));
    let id = pending["id"].as_str().expect("id");
    let again = handle_at(&state, add, now).value().expect("JSON");
    let status = request(Method::GET, &format!("/api1/status/{id}/"));
    let early = handle_at(&state, status.clone(), now);
    assert_eq!(early.value(), Some(pending.clone()));
    let late = handle_at(&state, status, now + std::time::Duration::from_secs(1)).value().expect("JSON");
    assert_eq!((&late["status"], &late["success_count"]), (&json!("complete"), &json!(2)));
    assert_eq!(late["successes"], pending["pendings"]);
    assert_eq!(again["pendings"], pending["pendings"]);
    let list = request(Method::GET, EMPTY);
    let found = handle_at(&state, list, now + std::time::Duration::from_secs(1)).value().expect("JSON");
    assert_eq!(objects(&found).len(), 2);
}

#[test]
fn versions_join_in_any_order() {
    let state = state();
    for modified in ["2024-01-02T00:00:00.000Z", "2024-01-03T00:00:00.000Z", "2024-01-01T00:00:00.000Z"] {
        assert_eq!(post(&state, EMPTY, &json!({ "objects": [note(1, modified)] }).to_string()).1["success_count"], 1);
    }
    let (_, body) = get(&state, EMPTY);
    assert_eq!(body["objects"][0]["modified"], "2024-01-03T00:00:00.000Z");
    assert_eq!(objects(&get(&state, &format!("{EMPTY}?match[version]=all")).1).len(), 3);
}

#[test]
fn deleting() {
    let state = state();
    let id = "note--00000000-0000-4000-8000-000000000001";
    for day in 1..=3 {
        post(&state, EMPTY, &json!({ "objects": [note(1, &format!("2024-01-0{day}T00:00:00.000Z"))] }).to_string());
    }
    let target = format!("{EMPTY}{id}/");
    assert_eq!(delete(&state, &format!("{target}?match[version]=2024-01-02T00:00:00.000Z")), 200);
    assert_eq!(delete(&state, &format!("{target}?match[version]=2024-01-02T00:00:00.000Z")), 404);
    assert_eq!(get(&state, &format!("{target}versions/")).1["versions"].as_array().map(Vec::len), Some(2));
    assert_eq!(delete(&state, &format!("{target}?match[version]=last")), 200);
    assert_eq!(get(&state, &target).1["objects"][0]["modified"], "2024-01-01T00:00:00.000Z");
    assert_eq!(delete(&state, &target), 200);
    assert_eq!(delete(&state, &target), 404);
    assert_eq!(get(&state, &target).0, 404);
    assert_eq!(get(&state, EMPTY).1, json!({}));
    for (collection, status) in [
        ("read-only", 403),
        ("3d80a718-4f3e-4a7e-9b10-9c6d2eaf5043", 403),
        ("4e91b829-504f-4b8f-8c21-ad7e3fb06154", 404),
    ] {
        assert_eq!(delete(&state, &format!("/api1/collections/{collection}/objects/{MALWARE}x/")), status);
    }
}
