//! What a front end says to a request that does not get as far as the server: it is no answer of TAXII.

use url::Url;

use super::paths::same_origin;
use crate::record::Exchange;

/// Whether a request without TLS came to a port that speaks TLS. In the words of nginx, Apache httpd and Go.
pub fn wants_tls(exchange: &Exchange) -> bool {
    exchange.status() == 400
        && says(
            exchange,
            &[
                "plain http request was sent to https port",
                "speaking plain http to an ssl-enabled server port",
                "client sent an http request to an https server",
            ],
        )
}

/// Whether a client without a certificate, or with one that is not taken, is turned away behind the handshake. In the words
/// of nginx, which has codes of its own for it where it does not write 400.
pub fn wants_certificate(exchange: &Exchange) -> bool {
    match exchange.status() {
        495 | 496 => true,
        400 => says(exchange, &["no required ssl certificate was sent", "the ssl certificate error"]),
        _ => false,
    }
}

/// Where a redirection leads to, if that is another scheme, host or port.
pub fn leads_elsewhere(exchange: &Exchange) -> Option<Url> {
    let asked = Url::parse(&exchange.request.url).ok()?;
    let location = exchange.response.as_ref().filter(|r| (300..400).contains(&r.status))?.header("location")?;
    asked.join(location.trim()).ok().filter(|url| !same_origin(&asked, url))
}

/// Whether the text of an answer has one of these words, which are in lower case.
fn says(exchange: &Exchange, words: &[&str]) -> bool {
    let body = exchange.response.as_ref().map(|r| String::from_utf8_lossy(&r.body.bytes).to_ascii_lowercase());
    body.is_some_and(|body| words.iter().any(|word| body.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Body, Response};
    use crate::taxii::Outgoing;
    use crate::taxii::client::unsent;

    fn answer(status: u16, location: &str, body: &'static str) -> Exchange {
        let (version, headers) = ("HTTP/1.1".to_owned(), vec![("location".to_owned(), location.to_owned())]);
        let body = Body::new(bytes::Bytes::from_static(body.as_bytes()), false);
        let response = Response { status, version, headers, early_data: None, body };
        let outgoing = Outgoing::get("s", Url::parse("http://taxii.example/taxii2/").expect("a URL"));
        Exchange { response: Some(response), failure: None, ..unsent(&outgoing, "") }
    }

    #[test]
    fn pages_of_front_ends_are_known() {
        let nginx =
            "<center><h1>400 Bad Request</h1></center><center>The plain HTTP request was sent to HTTPS port</center>";
        assert!(wants_tls(&answer(400, "", nginx)) && !wants_certificate(&answer(400, "", nginx)));
        assert!(wants_tls(&answer(400, "", "Client sent an HTTP request to an HTTPS server.\n")));
        assert!(wants_certificate(&answer(400, "", "<center>No required SSL certificate was sent</center>")));
        assert!(wants_certificate(&answer(496, "", "")) && !wants_certificate(&answer(400, "", "{}")));
        assert!(!wants_certificate(&answer(200, "", "No required SSL certificate was sent")));
    }

    #[test]
    fn another_scheme_host_or_port_is_elsewhere() {
        let leads = |location| leads_elsewhere(&answer(301, location, "")).map(String::from);
        assert_eq!(leads("https://taxii.example/taxii2/").as_deref(), Some("https://taxii.example/taxii2/"));
        assert_eq!(leads("//other.example/").as_deref(), Some("http://other.example/"));
        assert_eq!((leads("/elsewhere/"), leads("http://taxii.example:80/x")), (None, None));
    }
}
