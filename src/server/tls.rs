//! TLS: a certificate authority and a certificate made at start (section 8.2.2).

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::listen::StartError;

/// What a defect may change about TLS.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Whether it is spoken at all.
    pub spoken: bool,
    /// The protocol versions that are spoken.
    pub versions: Vec<&'static SupportedProtocolVersion>,
    /// Whether a suite of the block list of HTTP/2 is taken where nothing else is offered.
    pub weak: bool,
    /// How many octets of 0-RTT data a session ticket allows.
    pub early_data: u32,
    /// Whether the certificate is its own authority, and says so, as `openssl req -x509` makes them.
    pub self_signed: bool,
    /// The names in the certificate.
    pub names: &'static [&'static str],
    /// The last year in which the certificate is valid.
    pub valid_until: i32,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            spoken: true,
            versions: vec![&rustls::version::TLS13, &rustls::version::TLS12],
            weak: false,
            early_data: 0,
            self_signed: false,
            names: &["localhost", "127.0.0.1"],
            valid_until: 4095,
        }
    }
}

/// A server configuration for `localhost` and 127.0.0.1, and the certificate of the authority that vouches for it, as
/// PEM. TLS 1.2 and 1.3 with the suites of ring, none of which is on the list of RFC 9113, appendix A; no 0-RTT.
/// `alpn` are the protocols that the handshake offers.
pub fn configure(tls: &Tls, alpn: Vec<Vec<u8>>) -> Result<(Arc<ServerConfig>, String), StartError> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Reference TAXII server, authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(tls.names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    params.not_after = rcgen::date_time_ymd(tls.valid_until, 1, 1);
    let (certificate, trusted) = if tls.self_signed {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key)?;
        let pem = certificate.pem();
        (certificate, pem)
    } else {
        (params.signed_by(&key, &authority)?, authority.pem())
    };

    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&tls.versions)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    config.max_early_data_size = tls.early_data;
    config.alpn_protocols = alpn;
    Ok((Arc::new(config), trusted))
}

/// Takes the first suite of a ClientHello of TLS 1.2, and ends there: what `rustls` speaks has no suite of the block list,
/// but a server that takes one shows it in its first message. Gives whether the ClientHello offered nothing better.
pub async fn take_weak(stream: &mut TcpStream) -> bool {
    let mut hello = [0; 1024];
    let Ok(length) = stream.peek(&mut hello).await else { return false };
    let Some(suites) = suites(&hello[..length]) else { return false };
    // ECDHE with AES-GCM or ChaCha20, and all of TLS 1.3
    let good = |suite: &[u8]| matches!(suite, [0x13, _] | [0xc0, 0x2b | 0x2c | 0x2f | 0x30] | [0xcc, 0xa8 | 0xa9]);
    if suites.chunks(2).any(good) {
        return false;
    }
    let answer = [&[22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3], &[7; 32][..], &[0], &suites[..2], &[0]].concat();
    // who does not wait for the answer has no use for it
    let _ = stream.write_all(&answer).await;
    true
}

/// The suites of a ClientHello (RFC 5246, section 7.4.1.2).
fn suites(hello: &[u8]) -> Option<&[u8]> {
    let session = usize::from(*hello.get(43)?);
    let start = 46 + session;
    let length = usize::from(u16::from_be_bytes([*hello.get(start - 2)?, *hello.get(start - 1)?]));
    hello.get(start..start + length).filter(|suites| suites.len() > 1)
}
