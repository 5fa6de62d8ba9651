//! Why a server cannot be tested.

use std::net::TcpListener;

use serde_json::json;
use taxii_conformance::server;

use crate::binary::{reference, run};
use crate::stub::{Answer, listen, stub};

#[test]
fn a_host_that_nobody_knows() {
    run("https://taxii.invalid/taxii2/", &[], &[]).untestable(&["taxii.invalid cannot be resolved", "typo"]);
}

#[test]
fn a_port_where_nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound").port();
    let ended = run(&format!("https://127.0.0.1:{port}/"), &[], &[]);
    ended.untestable(&["127.0.0.1 refuses connections", &format!("port {port}")]);
}

#[test]
fn a_certificate_of_an_unknown_authority() {
    let server = reference(server::Options::default());
    run(&server.url, &[], &[]).untestable(&["certificate of localhost", "--ca-file"]);
}

/// A certificate that signs itself is no mistake: given as it is, it holds.
#[test]
fn a_certificate_that_is_its_own_authority() {
    let options = || server::Options {
        variants: vec![server::variant("self-signed").expect("a variant")],
        ..server::Options::default()
    };
    let server = reference(options());
    run(&server.url, &[], &[]).untestable(&["its own authority", "--ca-file"]);
    let ca = server.ca.path().display().to_string();
    let user = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let ended = run(&server.url, &["--ca-file", &ca, "--only", "tls/certificate"], &user);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    for (defect, word) in [("certificate-of-another-host", "another host"), ("certificate-expired", "out of date")] {
        let defects = vec![server::defect(defect).expect("a defect")];
        let server = reference(server::Options { defects, ..options() });
        let ca = server.ca.path().display().to_string();
        run(&server.url, &["--ca-file", &ca], &[]).untestable(&["certificate of localhost", word]);
    }
}

/// Who asks for it goes on, and reads of the certificate all the same.
#[test]
fn a_certificate_that_does_not_hold_and_need_not() {
    let defects = vec![server::defect("certificate-of-another-host").expect("a defect")];
    let server = reference(server::Options { defects, ..server::Options::default() });
    let user = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let ended = run(&server.url, &["--insecure", "--only", "tls/*", "--only", "discovery/answers"], &user);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let json = ended.json.expect("a report");
    for trial in json["trials"].as_array().expect("trials") {
        let of_certificate = trial["case"] == "tls/certificate";
        let wanted = if of_certificate { "warn" } else { "pass" };
        assert_eq!(trial["verdict"], wanted, "{}: {}", trial["id"], trial["reason"]);
        let curl = trial["exchanges"][0]["curl"].as_str().expect("a command");
        assert_eq!(curl.contains(" -k "), !of_certificate, "{curl}");
    }
}

#[test]
fn a_certificate_for_another_host_or_another_time() {
    for (defect, word) in [("certificate-of-another-host", "another host"), ("certificate-expired", "out of date")] {
        let defects = vec![server::defect(defect).expect("a defect")];
        let server = reference(server::Options { defects, ..server::Options::default() });
        let ca = server.ca.path().display().to_string();
        run(&server.url, &["--ca-file", &ca], &[]).untestable(&["certificate of localhost", word]);
    }
}

#[test]
fn plain_http_where_tls_is_asked_for() {
    let plain = stub(|_| Answer::typed(200, "text/plain", "hello"));
    run(&plain.url.replace("http:", "https:"), &[], &[]).untestable(&["does not speak TLS", "--allow-http"]);
}

#[test]
fn wrong_credentials() {
    let server = reference(server::Options::default());
    let ca = server.ca.path().display().to_string();
    let env = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "not-the-password")];
    let ended = run(&server.url, &["--ca-file", &ca], &env);
    ended.untestable(&["refuses the credentials (401)", "--user"]);
    ended.without(&["not-the-password"]);
    // a wrong password is no fault of the server
    assert_eq!(ended.json.as_ref().expect("a JSON report")["summary"]["failed"], json!([]));
}

#[test]
fn no_credentials() {
    let server = reference(server::Options::default());
    let ca = server.ca.path().display().to_string();
    run(&server.url, &["--ca-file", &ca], &[]).untestable(&["401", "--user"]);
}

#[test]
fn an_api_root_that_is_named_wrongly_is_no_fault_of_the_server() {
    let server = reference(server::Options { tls: false, ..server::Options::default() });
    let env = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let root = server.url.replace("taxii2", "api9");
    for flag in ["--collection", "--write"] {
        let flags = ["--allow-http", "--api-root", &root, flag, "1b6ee5f6-2d1c-4e5c-9f9e-7a4b0c8d3e21"];
        run(&server.url, &flags, &env).untestable(&["/api9/ (404) nor its collections answer", "check the URL"]);
    }
}

#[test]
fn urls_inside_of_an_api_root_and_collections_that_cannot_be_written_are_told_with_what_to_give() {
    let server = reference(server::Options { tls: false, ..server::Options::default() });
    let env = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let inside = server.url.replace("taxii2", "api1/collections/x/objects");
    run(&inside, &["--allow-http"], &env).untestable(&["/api1/ with --collection x"]);
    let words = ["what can be both read and written is 1b6ee5f6-2d1c-4e5c-9f9e-7a4b0c8d3e21"];
    for name in ["nope", "Read only"] {
        run(&server.url, &["--allow-http", "--write", name], &env).untestable(&words);
    }
}

#[test]
fn a_collection_that_is_not_there() {
    let server = reference(server::Options { tls: false, ..server::Options::default() });
    let env = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let words = ["--collection names `nope`", "1b6ee5f6-2d1c-4e5c-9f9e-7a4b0c8d3e21", "and 1 more"];
    run(&server.url, &["--allow-http", "--collection", "nope"], &env).untestable(&words);
}

#[test]
fn a_page_instead_of_taxii() {
    let page = stub(|_| Answer::typed(200, "text/html; charset=utf-8", "<!doctype html><title>Hello</title>"));
    run(&page.url, &["--allow-http"], &[]).untestable(&["HTML page (200)", "check the URL"]);
    let missing = stub(|_| Answer::typed(404, "text/html", "<h1>Not here</h1>"));
    run(&missing.url, &["--allow-http"], &[]).untestable(&["404", "check the URL"]);
}

#[test]
fn json_that_is_no_discovery() {
    let other = stub(|_| Answer::typed(200, "application/json", json!({ "status": "up" }).to_string()));
    run(&other.url, &["--allow-http"], &[]).untestable(&["not with a discovery resource"]);
}

#[test]
fn a_path_where_there_is_no_api_root() {
    let server = reference(server::Options::default());
    let ca = server.ca.path().display().to_string();
    let env = [("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")];
    let url = server.url.replace("/taxii2/", "/apo1/");
    run(&url, &["--ca-file", &ca], &env).untestable(&[
        "/apo1/ answers 404",
        "nor an advertised API root",
        "check the URL",
    ]);
}

#[test]
fn discovery_without_api_roots() {
    let empty = stub(|_| Answer::taxii(200, &json!({ "title": "Empty" })));
    run(&empty.url, &["--allow-http"], &[]).untestable(&["advertises no API root", "--api-root"]);
}

#[test]
fn a_server_that_never_answers() {
    let mut kept = Vec::new();
    let url = listen(move |stream| kept.push(stream));
    run(&url, &["--allow-http", "--timeout", "1"], &[]).untestable(&["in time", "within 1 second"]);
}

#[test]
fn a_server_that_closes_every_connection() {
    let url = listen(drop);
    run(&url, &["--allow-http"], &[]).untestable(&["127.0.0.1 gives no usable answer"]);
}

#[test]
fn what_was_seen_of_it_is_judged_all_the_same() {
    for (defect, word, requirement) in [
        ("certificate-expired", "out of date", "T21-8-07"),
        ("basic-unknown", "offers bearer:", "T21-8-06"),
        ("no-roots", "--api-root", "T21-4.1-05"),
        ("discovery-of-taxii-2.0", "404", "T21-4.1-01"),
    ] {
        let defects = vec![server::defect(defect).expect("a defect")];
        let server = reference(server::Options { defects, ..server::Options::default() });
        let ca = server.ca.path().display().to_string();
        let ended = run(&server.url, &["--ca-file", &ca], &[("TAXII_USER", "admin"), ("TAXII_PASSWORD", "admin-pass")]);
        ended.untestable(&[word]);
        let json = ended.json.as_ref().expect("a JSON report");
        let broken = json["trials"].as_array().into_iter().flatten().filter(|t| t["findings"][0].is_object());
        let ids: Vec<&str> = broken.filter_map(|t| t["findings"][0]["requirement"].as_str()).collect();
        assert!(ids.contains(&requirement), "{requirement} in {ids:?}");
    }
}
