//! One clear sentence for every way in which a server cannot be tested.

use serde_json::Value;
use url::Url;

use super::session::Session;
use super::survey::Collection;
use crate::record::Exchange;
use crate::taxii::client::is_of_client_certificate;
use crate::taxii::{Outgoing, challenge, paths};

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
        format!("the host name {host} cannot be resolved: check the URL for a typo")
    } else if has(&["connection refused"]) {
        format!("{host} refuses connections on port {port}: is the server running there?")
    } else if has(&["invalidcontenttype", "corrupt message", "wrong version", "handshake eof"]) {
        format!("{host} does not speak TLS on port {port}: for plain HTTP use http:// and --allow-http")
    } else if has(&["no answer within", "timed out"]) {
        format!("{host} does not answer on port {port} in time: {}", last(failure))
    } else if has(&["unreachable", "no route"]) {
        format!("{host} cannot be reached: {}", last(failure))
    } else {
        format!("{host} gives no usable answer on port {port}: {}", last(failure))
    }
}

fn last(failure: &str) -> &str {
    failure.rsplit(": ").next().unwrap_or(failure)
}

/// No API root is known: says why discovery was of no help.
pub async fn no_root(session: &Session, url: &Url, discovery: &Exchange, body: Option<&Value>) -> String {
    let status = discovery.status();
    let header = |name: &str| discovery.response.as_ref().and_then(|r| r.header(name)).unwrap_or("").to_owned();
    if status == 401 || status == 403 {
        return refused(url, discovery);
    }
    if let Some(body) = body {
        return match body.get("api_roots").and_then(Value::as_array) {
            Some(roots) if !roots.is_empty() => {
                format!("{url} advertises API roots on other hosts alone: name one with --api-root to test it")
            }
            _ => format!("{url} advertises no API root: name one with --api-root"),
        };
    }
    if speaks_taxii_20(session, &session.base).await {
        return format!("{url} is a TAXII 2.0 server, not 2.1: it answers to application/vnd.oasis.taxii+json alone");
    }
    if (300..400).contains(&status) {
        return format!(
            "{url} redirects to {} ({status}): give the URL of the TAXII server itself",
            header("location")
        );
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

/// Why a collection that the user names cannot be tested, and which could.
pub fn no_collection(name: &str, there: &[&Collection]) -> String {
    /// How many are told.
    const TOLD: usize = 5;
    let mut ids: Vec<&str> = there.iter().filter(|c| c.can_read).map(|c| c.id.as_str()).collect();
    let more = ids.len().saturating_sub(TOLD);
    ids.truncate(TOLD);
    let what = match (ids.is_empty(), more) {
        (true, _) => "there is none that can be read".to_owned(),
        (false, 0) => format!("what can be read is {}", ids.join(", ")),
        (false, more) => format!("what can be read is {} and {more} more", ids.join(", ")),
    };
    format!("--collection names `{name}`, which is not among the collections that the server lists: {what}")
}

/// The API root that was named or advertised gives nothing to test.
pub fn root_silent(url: &Url, exchange: &Exchange) -> String {
    match (&exchange.failure, exchange.status()) {
        (Some(failure), _) => no_answer(url, failure),
        (None, 401 | 403) => refused(url, exchange),
        (None, s) => {
            format!("neither the API root {url} ({s}) nor its collections answer with TAXII resources: check the URL")
        }
    }
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

async fn speaks_taxii_20(session: &Session, base: &Url) -> bool {
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
            return true;
        }
    }
    false
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
    }
}
