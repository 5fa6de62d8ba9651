//! The reference server over its sockets, and its defects.

use std::sync::Arc;

use reqwest::{Client, StatusCode, Version};
use serde_json::{Value, json};
use taxii_conformance::server::{self, Options, TAXII};

/// A client that trusts the server's own authority and nobody else.
fn client(server: &server::Server, only_http1: bool) -> Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = server.ca_pem() {
        use rustls::pki_types::{CertificateDer, pem::PemObject};
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")).expect("trusted");
    }
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    if !only_http1 {
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    let builder = Client::builder().tls_backend_preconfigured(tls).no_proxy();
    let builder = if only_http1 { builder.http1_only() } else { builder };
    builder.build().expect("a client")
}

async fn discovery(server: &server::Server, client: &Client) -> reqwest::Response {
    client.get(server.url()).basic_auth("admin", Some("admin-pass")).send().await.expect("an answer")
}

#[tokio::test]
async fn https_with_http2_and_http1() {
    let server = server::start(Options::default()).await.expect("a server");
    assert!(server.url().starts_with("https://localhost:"));
    for (only_http1, version) in [(false, Version::HTTP_2), (true, Version::HTTP_11)] {
        let response = discovery(&server, &client(&server, only_http1)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.version(), version);
        assert_eq!(response.headers()["content-type"], TAXII);
        let body: Value = serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
        assert_eq!(body["api_roots"][0], body["default"]);
        assert!(body["default"].as_str().is_some_and(|root| root.starts_with("https://localhost:")));
        assert_eq!(body["api_roots"][1], "/api2/");
    }
    for only_http1 in [false, true] {
        let response =
            client(&server, only_http1).head(server.url()).bearer_auth("reader-token").send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "GET");
        assert!(response.bytes().await.expect("a body").is_empty());
    }
    let other = server.url().replace("localhost", "127.0.0.1");
    let response = client(&server, false).get(other).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    server.stop().await;
}

#[tokio::test]
async fn plain_http_and_the_end() {
    let server = server::start(Options { tls: false, ..Options::default() }).await.expect("a server");
    assert_eq!(server.ca_pem(), None);
    let client = client(&server, true);
    let url = server.url().to_owned();
    let response = discovery(&server, &client).await;
    let body: Value = serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
    assert_eq!(body["api_roots"], json!(["/api1/", "/api2/"]));
    server.stop().await;
    assert!(client.get(url).send().await.is_err());
}

#[tokio::test]
async fn large_bodies_over_the_wire() {
    let server = server::start(Options::default()).await.expect("a server");
    let collection = "collections/5fa2c93a-6150-4ca0-9d32-be8f40c17265/objects/";
    let url = server.url().replace("taxii2/", &format!("api1/{collection}"));
    for only_http1 in [true, false] {
        let client = client(&server, only_http1);
        for (size, status) in [(1_048_576, 422), (1_048_577, 413), (20_000_000, 413)] {
            let request = client.post(&url).bearer_auth("admin-token").header("content-type", TAXII);
            let response = request.body(" ".repeat(size)).send().await.expect("an answer");
            assert_eq!(response.status().as_u16(), status, "{size}");
        }
    }
}

#[tokio::test]
async fn objects_go_in_and_come_out_while_pending_and_after() {
    let options = Options { asynchronous: true, ..Options::default() };
    let server = server::start(options).await.expect("a server");
    let client = client(&server, false);
    let root = server.url().replace("taxii2/", "api1/");
    let object = json!({"type": "mutex", "id": "mutex--00000000-0000-4000-8000-000000000001", "name": "héron"});
    let objects = format!("{root}collections/5fa2c93a-6150-4ca0-9d32-be8f40c17265/objects/");
    let request = client.post(&objects).bearer_auth("admin-token").header("content-type", TAXII);
    let response = request.body(json!({ "objects": [object] }).to_string()).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let mut status: Value = serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
    assert_eq!(status["status"], "pending");
    let url = format!("{root}status/{}/", status["id"].as_str().expect("id"));
    while status["status"] == "pending" {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        let response = client.get(&url).bearer_auth("admin-token").send().await.expect("an answer");
        status = serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
    }
    let response = client.get(&objects).bearer_auth("reader-token").send().await.expect("an answer");
    assert!(response.headers().contains_key("x-taxii-date-added-first"));
    let body: Value = serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
    assert_eq!(body["objects"], json!([object]));
}
