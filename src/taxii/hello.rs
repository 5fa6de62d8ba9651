//! A ClientHello of TLS 1.2 that offers nothing but suites of the block list of HTTP/2, which no good library speaks
//! (section 8.2.2; RFC 9113, appendix A). The server's first record tells whether it takes one of them; the handshake
//! goes no further.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::{Host, Url};
use uuid::Uuid;

/// How the outcome begins where the server takes one of the suites; the suite follows.
pub const TAKEN: &str = "the server takes the handshake: ";
/// How it begins where it does not; how it said so follows.
pub const REFUSED: &str = "the server refuses the handshake: ";

/// Whether this is an outcome, and not the want of one.
pub fn is_known(outcome: &str) -> bool {
    outcome.starts_with(TAKEN) || outcome.starts_with(REFUSED)
}

/// What is offered: numbers of the registry of IANA, and the names that OpenSSL gives them. Servers are seen with these;
/// the list in RFC 9113 has 276.
const SUITES: &[(u16, &str)] = &[
    (0xc009, "ECDHE-ECDSA-AES128-SHA"),
    (0xc00a, "ECDHE-ECDSA-AES256-SHA"),
    (0xc023, "ECDHE-ECDSA-AES128-SHA256"),
    (0xc024, "ECDHE-ECDSA-AES256-SHA384"),
    (0xc013, "ECDHE-RSA-AES128-SHA"),
    (0xc014, "ECDHE-RSA-AES256-SHA"),
    (0xc027, "ECDHE-RSA-AES128-SHA256"),
    (0xc028, "ECDHE-RSA-AES256-SHA384"),
    (0x0033, "DHE-RSA-AES128-SHA"),
    (0x0039, "DHE-RSA-AES256-SHA"),
    (0x0067, "DHE-RSA-AES128-SHA256"),
    (0x006b, "DHE-RSA-AES256-SHA256"),
    (0x009c, "AES128-GCM-SHA256"),
    (0x009d, "AES256-GCM-SHA384"),
    (0x003c, "AES128-SHA256"),
    (0x003d, "AES256-SHA256"),
    (0x002f, "AES128-SHA"),
    (0x0035, "AES256-SHA"),
    (0x000a, "DES-CBC3-SHA"),
    (0x0005, "RC4-SHA"),
];

/// The names of what is offered, as curl and OpenSSL want them.
pub fn names() -> String {
    SUITES.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(":")
}

/// Offers the suites to the host of this URL. Gives a sentence that begins with [`TAKEN`] or [`REFUSED`], or says why
/// neither is known. Bounding the time is the caller's matter.
pub async fn offer(url: &Url) -> String {
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return format!("{url} names no host");
    };
    let address = host.to_string().trim_matches(['[', ']']).to_owned();
    let mut stream = match TcpStream::connect((address.as_str(), port)).await {
        Ok(stream) => stream,
        Err(e) => return format!("no connection: {e}"),
    };
    let name = if let Host::Domain(name) = host { Some(name) } else { None };
    if let Err(e) = stream.write_all(&client_hello(name)).await {
        return format!("{REFUSED}{e}");
    }
    // record and handshake header, version, random, the longest session id, the suite
    let mut answer = Vec::with_capacity(128);
    while told(&answer).is_none() {
        match stream.read_buf(&mut answer).await {
            Ok(0) => return format!("{REFUSED}the connection is closed"),
            Ok(_) if answer.len() > 1024 => break,
            Ok(_) => {}
            Err(e) => return format!("{REFUSED}{e}"),
        }
    }
    told(&answer).unwrap_or_else(|| "the answer is no TLS".to_owned())
}

/// What the beginning of an answer tells; nothing where more has to be read (RFC 5246, sections 6.2.1, 7.2 and 7.4.1.3).
fn told(answer: &[u8]) -> Option<String> {
    match *answer.first()? {
        21 => {
            let alert = *answer.get(6)?;
            Some(format!("{REFUSED}alert {alert}{}", if alert == 40 { ", handshake_failure" } else { "" }))
        }
        22 => {
            let message = *answer.get(5)?;
            let session = usize::from(*answer.get(43)?);
            let suite = u16::from_be_bytes([*answer.get(44 + session)?, *answer.get(45 + session)?]);
            let name = SUITES.iter().find(|(number, _)| *number == suite).map(|(_, name)| *name);
            Some(match name.filter(|_| message == 2) {
                Some(name) => format!("{TAKEN}{name} (0x{suite:04x})"),
                None => format!("the answer is no ServerHello with what was offered: message {message}"),
            })
        }
        other => Some(format!("the answer is no TLS: it begins with octet {other}")),
    }
}

/// The record with the ClientHello (RFC 5246, section 7.4.1.2).
fn client_hello(name: Option<&str>) -> Vec<u8> {
    let mut suites: Vec<u8> = SUITES.iter().flat_map(|(number, _)| number.to_be_bytes()).collect();
    // secure renegotiation, which some servers insist on (RFC 5746)
    suites.extend([0x00, 0xff]);
    let mut extensions = Vec::new();
    let mut extend = |number: u16, data: &[u8]| {
        extensions.extend(number.to_be_bytes());
        extensions.extend(sized(data));
    };
    if let Some(name) = name {
        extend(0, &sized(&[&[0], &*sized(name.as_bytes())].concat()));
    }
    // x25519, secp256r1, secp384r1; uncompressed points
    extend(10, &sized(&[0x00, 0x1d, 0x00, 0x17, 0x00, 0x18]));
    extend(11, &[1, 0]);
    // ECDSA and RSA with SHA-256, 384, 512 and SHA-1, RSA-PSS
    let signatures = [0x0403u16, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];
    extend(13, &sized(&signatures.iter().flat_map(|s| s.to_be_bytes()).collect::<Vec<u8>>()));
    // HTTP/1.1: with h2 a server would have to refuse
    extend(16, &sized(b"\x08http/1.1"));
    // extended master secret (RFC 7627)
    extend(23, &[]);

    let (one, two) = (Uuid::new_v4(), Uuid::new_v4());
    let body =
        [&[3, 3], &one.as_bytes()[..], two.as_bytes(), &[0], &sized(&suites), &[1, 0], &sized(&extensions)].concat();
    let message = [&[1, 0], &*sized(&body)].concat();
    [&[22, 3, 1], &*sized(&message)].concat()
}

/// Octets after their number, in two octets.
fn sized(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], data].concat()
}

#[cfg(test)]
mod tests {
    use super::{REFUSED, TAKEN, client_hello, told};

    /// The beginning of a ServerHello with this suite, without a session.
    fn server_hello(suite: [u8; 2]) -> Vec<u8> {
        [&[22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3], &[7; 32][..], &[0], &suite, &[0]].concat()
    }

    #[test]
    fn the_first_record_tells() {
        let said = |answer: &[u8]| told(answer).unwrap_or_default();
        assert_eq!(said(&server_hello([0x00, 0x2f])), format!("{TAKEN}AES128-SHA (0x002f)"));
        assert_eq!(said(&[21, 3, 3, 0, 2, 2, 40]), format!("{REFUSED}alert 40, handshake_failure"));
        assert!(said(&server_hello([0xc0, 0x2f])).contains("no ServerHello"), "not what was offered");
        assert!(said(b"HTTP/1.1 400 Bad Request").contains("no TLS"));
        assert_eq!(told(&server_hello([0x00, 0x2f])[..40]), None);
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn lengths_in_the_hello_fit() {
        let hello = client_hello(Some("taxii.example"));
        let length = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
        assert_eq!(length(3), hello.len() - 5);
        assert_eq!(length(7), hello.len() - 9);
        let suites = 9 + 2 + 32 + 1;
        let extensions = suites + 2 + length(suites) + 2;
        assert_eq!(length(extensions), hello.len() - extensions - 2);
        assert!(client_hello(None).len() < hello.len());
    }
}
