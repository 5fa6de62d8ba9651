//! Why a request got no answer, told from the words of the libraries beneath.

/// How the failure of a request begins that got no answer in time.
pub const NO_ANSWER: &str = "no answer within";

/// How the failure of a request begins whose answer began to come.
pub const BROKE_OFF: &str = "the answer ended early";

/// Whether a failure is that of a connection that the server closed instead of answering. It may close one that is kept
/// alive at any time (RFC 9112, section 9.5; RFC 9113, section 6.8), so this says something of the request only where it
/// happens again on a fresh one.
pub fn is_hang_up(failure: &str) -> bool {
    let lower = failure.to_ascii_lowercase();
    // the last two are GOAWAY without an error, and a stream that was refused unseen
    let words = [
        "connection closed before message completed",
        "connection reset",
        "broken pipe",
        "not a result of an error",
        "refused stream",
    ];
    !failure.starts_with(BROKE_OFF) && words.iter().any(|word| lower.contains(word))
}

/// Whether a failure is that nothing listens: the request was not sent.
pub fn is_refusal(failure: &str) -> bool {
    failure.to_ascii_lowercase().contains("connection refused")
}

/// Whether a failure is one of the server's certificate: chain, dates or host name (section 8.5.2).
pub fn is_of_certificate(failure: &str) -> bool {
    let lower = failure.to_ascii_lowercase();
    let words = ["certificate", "unknownissuer", "not valid for name", "notvalidforname"];
    words.iter().any(|word| lower.contains(word)) && !is_of_client_certificate(failure)
}

/// Whether a failure is the server's refusal of the client's certificate, or of its absence: an alert of TLS.
pub fn is_of_client_certificate(failure: &str) -> bool {
    let lower = failure.to_ascii_lowercase();
    lower.contains("received fatal alert") && ["certificate", "unknownca"].iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_closes_is_told_from_an_answer_that_breaks_off() {
        let send = "error sending request for url (https://e.org/): ";
        assert!(is_hang_up(&format!("{send}client error (SendRequest): connection closed before message completed")));
        assert!(is_hang_up(&format!("{send}http2 error: connection error received: not a result of an error")));
        assert!(!is_hang_up(&format!(
            "{BROKE_OFF}, after status 200 and 5 bytes of its body: connection reset by peer"
        )));
        assert!(!is_hang_up(&format!("{NO_ANSWER} 30 seconds")));
        let refused = format!("{send}tcp connect error: Connection refused (os error 111)");
        assert!(is_refusal(&refused) && !is_hang_up(&refused));
    }

    #[test]
    fn whose_certificate_it_is_about_is_told_apart() {
        let of_client = "received fatal alert: CertificateRequired";
        let of_server = "invalid peer certificate: UnknownIssuer";
        assert!(is_of_client_certificate(of_client) && !is_of_certificate(of_client));
        assert!(is_of_certificate(of_server) && !is_of_client_certificate(of_server));
    }
}
