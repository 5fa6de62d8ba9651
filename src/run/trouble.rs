//! One clear sentence for every way in which a server cannot be tested.

use serde_json::Value;
use url::Url;

use super::session::Session;
use super::survey::{Collection, resource};
use super::{busy, protocol};
use crate::record::Exchange;
use crate::taxii::failure::is_of_client_certificate;
use crate::taxii::{Outgoing, challenge, front_end, paths};

/// Why a server cannot be tested.
#[derive(Debug)]
pub struct Trouble {
    /// One sentence.
    pub why: String,
    /// Whether what was seen of it can be judged: not where it is down, or speaks another protocol.
    pub judged: bool,
}

impl From<String> for Trouble {
    fn from(why: String) -> Trouble {
        Trouble { why, judged: true }
    }
}

/// No answer at all: network, name, TLS.
pub fn no_answer(url: &Url, failure: &str) -> String {
    let host = url.host_str().unwrap_or("the server");
    let port = url.port_or_known_default().unwrap_or(0);
    let lower = failure.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    if is_of_client_certificate(failure) {
        format!(
            "{host} refuses the client's certificate, or that there is none ({}): give one that it knows with --client-cert and --client-key",
            last(failure)
        )
    } else if has(&["not valid for name", "notvalidforname"]) {
        format!(
            "the certificate of {host} is for another host: check the URL, have the server certified for {host}, or use --insecure"
        )
    } else if has(&["certificate expired", "certificate not valid yet", "expired"]) {
        format!("the certificate of {host} is out of date ({}): renew it, or use --insecure", last(failure))
    } else if has(&["causedasendentity"]) {
        format!(
            "the certificate of {host} is its own authority: give the certificate itself with --ca-file, or use --insecure"
        )
    } else if has(&["certificate", "unknownissuer"]) {
        format!(
            "the certificate of {host} cannot be trusted ({}): give its authority with --ca-file, or use --insecure",
            last(failure)
        )
    } else if has(&["dns error", "lookup address", "name or service not known", "nodename"]) {
        let proxy = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
        let proxy = proxy.iter().find(|name| std::env::var_os(name).is_some());
        let proxy = proxy.map_or_else(String::new, |name| format!(" (the proxy of {name} is not used)"));
        format!("the host name {host} cannot be resolved{proxy}: check the URL for a typo")
    } else if has(&["connection refused"]) {
        format!("{host} refuses connections on port {port}: is the server running there?")
    } else if has(&["protocolversion"]) {
        format!("{host} speaks no version of TLS that may be used on port {port}: 1.2 or later is needed")
    } else if has(&["invalidcontenttype", "corrupt message", "wrong version", "handshake eof"]) {
        format!("{host} does not speak TLS on port {port}: for plain HTTP use http:// and --allow-http")
    } else if url.scheme() == "http" && has(&["invalid http version", "connection closed", "connection reset"]) {
        // what a TLS server does with a request that is not encrypted
        format!(
            "{host} gives no usable answer on port {port} ({}): if it speaks TLS there, use https://",
            last(failure)
        )
    } else if has(&["no answer within", "timed out"]) {
        format!("{host} does not answer on port {port} in time: {}", last(failure))
    } else if has(&["unreachable", "no route"]) {
        format!("{host} cannot be reached: {}", last(failure))
    } else {
        format!("{host} gives no usable answer on port {port}: {}", last(failure))
    }
}

/// The innermost cause of a failure; that a document is named for more is none.
fn last(failure: &str) -> &str {
    failure.rsplit(": ").find(|part| !part.starts_with("https://")).unwrap_or(failure)
}

/// No API root is known: says why discovery was of no help. `answers` are those of discovery and of the URL that the user
/// gave, where it was asked; `body` is the discovery resource.
pub async fn no_root(session: &Session, answers: &[(&Url, &Exchange)], body: Option<&Value>) -> Trouble {
    let Some((url, discovery)) = answers.first().copied() else { return Trouble::from(String::new()) };
    if let Some(why) = answers.iter().find_map(|(url, answer)| in_front(url, answer)) {
        return Trouble { why, judged: false };
    }
    if let Some(why) = protocol::older(answers.iter().copied()) {
        return Trouble { why, judged: false };
    }
    // a server may close its front page to everybody
    let asks = |(url, answer): &&(&Url, &Exchange)| matches!(answer.status(), 401 | 403) && url.path() != "/";
    if let Some((url, answer)) = answers.iter().find(asks).filter(|_| body.is_none()) {
        return refused(url, answer).into();
    }
    if let Some(body) = body {
        let url = if answers.len() > 1 && resource(discovery).is_none() { answers[1].0 } else { url };
        return match body.get("api_roots").and_then(Value::as_array) {
            Some(roots) if !roots.is_empty() => {
                format!("{url} advertises API roots on other hosts alone: name one with --api-root to test it")
            }
            _ => format!("{url} advertises no API root: name one with --api-root"),
        }
        .into();
    }
    if let Some(why) = answers.iter().find_map(|(url, answer)| unavailable(url, answer)) {
        return Trouble { why, judged: false };
    }
    if let Some(why) = speaks_taxii_20(session, &session.base).await {
        return Trouble { why, judged: false };
    }
    no_discovery(url, discovery).into()
}

/// What is in front of the server keeps the request from it.
fn in_front(url: &Url, exchange: &Exchange) -> Option<String> {
    let port = url.port_or_known_default().unwrap_or(0);
    if front_end::wants_tls(exchange) {
        return Some(format!("{} speaks TLS on port {port}: use https://", url.host_str().unwrap_or("the server")));
    }
    if front_end::wants_certificate(exchange) {
        return Some(format!(
            "{url} wants a certificate of the client: give one that it knows with --client-cert and --client-key"
        ));
    }
    front_end::leads_elsewhere(exchange).map(|to| redirects(url, exchange, to.as_str()))
}

fn redirects(url: &Url, exchange: &Exchange, to: &str) -> String {
    format!("{url} redirects to {to} ({}): give the URL of the TAXII server itself", exchange.status())
}

/// The server has no time, or is not there behind its proxy.
fn unavailable(url: &Url, exchange: &Exchange) -> Option<String> {
    let status = exchange.status();
    let what = if status == 429 { "limits the rate of requests" } else { "is unavailable" };
    let asks = match busy::asked(exchange) {
        Some(wait) if wait > busy::WILLING => format!(" and asks to wait {} s", wait.as_secs()),
        Some(_) => " and gave no other answer while the run waited as it asked".to_owned(),
        None if matches!(status, 502..=504) => String::new(),
        None => return None,
    };
    Some(format!("the server {what}{asks} ({url} is answered {status}): try again later"))
}

fn no_discovery(url: &Url, discovery: &Exchange) -> String {
    let status = discovery.status();
    let header = |name: &str| discovery.response.as_ref().and_then(|r| r.header(name)).unwrap_or("").to_owned();
    if (300..400).contains(&status) {
        return redirects(url, discovery, &header("location"));
    }
    let kind = header("content-type");
    if kind.contains("html") {
        return format!(
            "{url} answers with an HTML page ({status}), not with TAXII: check the URL, or name an API root with --api-root"
        );
    }
    match status {
        404 => format!(
            "there is no TAXII 2.1 discovery at {url} (404): check the URL, or name an API root with --api-root"
        ),
        200 => format!(
            "{url} answers 200, but not with a discovery resource (Content-Type {kind}): is this a TAXII 2.1 server?"
        ),
        _ => format!("discovery at {url} is answered {status}: name an API root with --api-root to test the rest"),
    }
}

/// The URL that the user gave is neither discovery nor an API root; one inside of an API root says which one is meant.
pub fn no_such_place(given: &Url, status: u16) -> String {
    let what = format!("{given} answers {status} and is neither /taxii2/ nor an advertised API root");
    let Some((root, inside)) = given.as_str().split_once("/collections/") else {
        return format!("{what}: check the URL, or use --api-root");
    };
    let collection = inside.split('/').find(|part| !part.is_empty());
    let collection = collection.map_or_else(String::new, |id| format!(" with --collection {id}"));
    format!("{what}: for what is inside of an API root give {root}/{collection}")
}

/// Why a collection that the user names cannot be tested, and which could.
pub fn no_collection(name: &str, there: &[&Collection]) -> String {
    let what = some("can be read", there.iter().copied().filter(|c| c.can_read));
    format!("--collection names `{name}`, which is not among the collections that the server lists: {what}")
}

/// Why the collection that the user names cannot be written to (it is `listed`, or not even that), and which could.
pub fn not_writable<'a>(name: &str, listed: bool, there: impl Iterator<Item = &'a Collection>) -> String {
    let why = if listed {
        "cannot be both read and written with these credentials"
    } else {
        "is not among those that the server lists"
    };
    let what = some("can be both read and written", there.filter(|c| c.can_read && c.can_write));
    format!("--write names the collection `{name}`, which {why}: {what}")
}

/// The first of these, of which `can` is true, in words.
fn some<'a>(can: &str, collections: impl Iterator<Item = &'a Collection>) -> String {
    /// How many are told.
    const TOLD: usize = 5;
    let mut ids: Vec<&str> = collections.map(|c| c.id.as_str()).collect();
    let more = ids.len().saturating_sub(TOLD);
    ids.truncate(TOLD);
    match (ids.is_empty(), more) {
        (true, _) => format!("there is none that {can}"),
        (false, 0) => format!("what {can} is {}", ids.join(", ")),
        (false, more) => format!("what {can} is {} and {more} more", ids.join(", ")),
    }
}

/// The API root that was named or advertised gives nothing to test.
pub fn root_silent(url: &Url, exchange: &Exchange) -> Trouble {
    if let Some(why) = unavailable(url, exchange) {
        return Trouble { why, judged: false };
    }
    match (&exchange.failure, exchange.status()) {
        (Some(failure), _) => no_answer(url, failure),
        (None, 401 | 403) => refused(url, exchange),
        (None, s) => {
            format!("neither the API root {url} ({s}) nor its collections answer with TAXII resources: check the URL")
        }
    }
    .into()
}

/// Credentials are asked for, or were given and are not taken.
fn refused(url: &Url, exchange: &Exchange) -> String {
    let given = exchange.request.headers.iter().any(|(_, value)| value == crate::taxii::redact::REDACTED);
    let what = if given { "refuses the credentials" } else { "asks for credentials" };
    let challenges = exchange.response.iter().flat_map(|r| r.headers("www-authenticate"));
    let schemes: Vec<String> = challenges.flat_map(challenge::schemes).collect();
    let offer = if schemes.is_empty() { String::new() } else { format!(", and offers {}", schemes.join(", ")) };
    let status = exchange.status();
    format!("{url} {what} ({status}){offer}: give valid ones with --user and --password-env or --token-env")
}

/// Whether a server that has nothing for TAXII 2.1 answers who asks for TAXII 2.0, in a sentence.
async fn speaks_taxii_20(session: &Session, base: &Url) -> Option<String> {
    const V20: &str = "application/vnd.oasis.taxii+json; version=2.0";
    for path in ["/taxii/", "/taxii2/"] {
        let mut outgoing = Outgoing::get("taxii-2.0", paths::discovery(base));
        outgoing.url.set_path(path);
        outgoing.headers = vec![("Accept".into(), V20.into())];
        let exchange = session.send(&outgoing, crate::case::Actor::Client).await;
        let legacy = exchange
            .response
            .as_ref()
            .and_then(|r| r.header("content-type"))
            .is_some_and(|t| t.contains("vnd.oasis.taxii"));
        if exchange.status() == 200 && (legacy || exchange.json().is_some_and(|b| b.get("api_roots").is_some())) {
            return Some(protocol::speaks("2.0", &outgoing.url, "application/vnd.oasis.taxii+json"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_trouble_is_told_in_one_sentence() {
        let url = Url::parse("https://taxii.example.com/taxii2/").expect("url");
        let say = |f: &str| no_answer(&url, f);
        assert!(
            say("error sending request: client error (Connect): dns error: failed to lookup address").contains("typo")
        );
        assert!(
            say("tcp connect error: Connection refused (os error 111)").contains("refuses connections on port 443")
        );
        assert!(say("invalid peer certificate: UnknownIssuer").contains("--ca-file"));
        let other = r#"certificate not valid for name "a"; certificate is only valid for DnsName("b")"#;
        assert!(say(&format!("invalid peer certificate: {other}")).contains("is for another host"));
        assert!(say("invalid peer certificate: certificate expired: verification time 1").contains("out of date"));
        assert!(say("no answer within 3 seconds").contains("in time"));
        let plain = Url::parse("http://taxii.example.com/taxii2/").expect("url");
        assert!(no_answer(&plain, "client error: invalid HTTP version parsed").contains("use https://"));
        assert!(!say("connection closed before message completed").contains("https://"));
    }

    #[test]
    fn a_url_inside_of_an_api_root_is_told_from_a_typo() {
        let say = |path: &str| no_such_place(&Url::parse(&format!("https://e.org{path}")).expect("url"), 200);
        assert!(say("/api1/collections/").ends_with("give https://e.org/api1/"), "{}", say("/api1/collections/"));
        assert!(say("/a/b/collections/x1/objects/").ends_with("give https://e.org/a/b/ with --collection x1"));
        assert!(say("/taxi2/").ends_with("check the URL, or use --api-root"));
    }
}
