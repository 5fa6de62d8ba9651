//! TLS: a certificate authority and a certificate made at start (section 8.2.2).

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};

use super::listen::StartError;

/// What a defect may change about TLS.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Whether it is spoken at all.
    pub spoken: bool,
    /// The protocol versions that are spoken.
    pub versions: Vec<&'static SupportedProtocolVersion>,
    /// How many octets of 0-RTT data a session ticket allows.
    pub early_data: u32,
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
            early_data: 0,
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
    let certificate = params.signed_by(&key, &authority)?;

    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&tls.versions)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    config.max_early_data_size = tls.early_data;
    config.alpn_protocols = alpn;
    Ok((Arc::new(config), authority.pem()))
}
