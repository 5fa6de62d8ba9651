//! TLS as the client speaks it: which authorities it trusts, which certificate it shows, which versions it offers.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue, WebPkiServerVerifier,
    verify_server_name,
};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    ClientConfig, DigitallySignedStruct, NamedGroup, RootCertStore, SignatureScheme, SupportedProtocolVersion,
};
use serde::Deserialize;

use super::client::{ClientError, Transport};

/// A version of TLS that a request is pinned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Version {
    /// TLS 1.2 alone.
    #[serde(rename = "1.2")]
    V12,
    /// TLS 1.3 alone.
    #[serde(rename = "1.3")]
    V13,
    /// TLS 1.2 with nothing but suites of the block list of HTTP/2: see [`super::hello`].
    #[serde(rename = "1.2-blocked")]
    Blocked,
}

impl Version {
    /// Its number.
    pub fn word(self) -> &'static str {
        match self {
            Version::V12 => "1.2",
            Version::V13 => "1.3",
            Version::Blocked => "1.2 with suites of the block list of HTTP/2",
        }
    }

    /// Arguments with which curl speaks it.
    pub fn curl(self) -> String {
        match self {
            Version::V12 => "--tlsv1.2 --tls-max 1.2".into(),
            Version::V13 => "--tlsv1.3 --tls-max 1.3".into(),
            Version::Blocked => format!("--tlsv1.2 --tls-max 1.2 --ciphers {}", super::hello::names()),
        }
    }

    fn supported(self) -> &'static SupportedProtocolVersion {
        match self {
            Version::V12 | Version::Blocked => &rustls::version::TLS12,
            Version::V13 => &rustls::version::TLS13,
        }
    }
}

/// The configuration for a transport. `certified` says whether it shows the client's certificate; `pin` leaves one
/// version alone.
pub fn config(transport: &Transport, certified: bool, pin: Option<Version>) -> Result<ClientConfig, ClientError> {
    let build = |e: rustls::Error| ClientError::Build(e.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = match pin {
        Some(version) => builder.with_protocol_versions(&[version.supported()]),
        None => builder.with_safe_default_protocol_versions(),
    };
    let builder = builder.map_err(build)?;
    let builder = if transport.ca_pem.is_empty() {
        builder.with_root_certificates(system())
    } else {
        let verifier = Verifier::new(&transport.ca_pem, provider)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    let mut config = if certified {
        let (chain, key) = certificate(&transport.certificate_pem)?;
        builder.with_client_auth_cert(chain, key).map_err(|e| ClientError::Certificate(e.to_string()))?
    } else {
        builder.with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The system's authorities. A machine without any can still test a server whose authority is given.
fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Verifies by PKIX, and takes a certificate that the user gave as it is for what it is (section 8.5.2, pinning): test
/// stands often sign their own, and as `openssl req -x509` makes these they say that they are an authority, which PKIX
/// does not take from a server.
#[derive(Debug)]
struct Verifier {
    pkix: Arc<WebPkiServerVerifier>,
    /// The certificates that the user gave.
    given: Vec<CertificateDer<'static>>,
}

impl Verifier {
    /// Trusts what the user gave, beside the system's authorities.
    fn new(ca_pem: &[u8], provider: Arc<CryptoProvider>) -> Result<Verifier, ClientError> {
        let wrong = |e: String| ClientError::Ca(e);
        let given: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(ca_pem).collect::<Result<_, _>>().map_err(|e| wrong(e.to_string()))?;
        if given.is_empty() {
            return Err(wrong("no BEGIN CERTIFICATE block".into()));
        }
        let mut roots = system();
        for certificate in &given {
            roots.add(certificate.clone()).map_err(|e| wrong(e.to_string()))?;
        }
        let pkix = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        Ok(Verifier { pkix: pkix.build().map_err(|e| ClientError::Build(e.to_string()))?, given })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.pkix.verify_server_cert(certificate, between, name, ocsp, now) {
            // dates come before this in the order of checks, the name after it
            Err(e) if e.to_string().contains("CaUsedAsEndEntity") && self.given.contains(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.pkix.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.pkix.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.pkix.supported_verify_schemes()
    }
}

type Certified = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn certificate(pem: &[u8]) -> Result<Certified, ClientError> {
    let wrong = |e: String| ClientError::Certificate(e);
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|e| wrong(e.to_string()))?;
    if chain.is_empty() {
        return Err(wrong("no BEGIN CERTIFICATE block".into()));
    }
    let key = PrivateKeyDer::from_pem_slice(pem)
        .map_err(|_| wrong("no private key in PEM; one with a passphrase has to be decrypted first".into()))?;
    Ok((chain, key))
}

/// Looks at the session tickets that a server gives, and keeps none.
#[derive(Clone, Debug, Default)]
pub struct Tickets(Arc<Mutex<Option<u32>>>);

impl Tickets {
    /// Has this configuration show its tickets here.
    pub fn watch(&self, config: &mut ClientConfig) {
        config.resumption = Resumption::store(Arc::new(self.clone()));
    }

    /// Most octets that a ticket of TLS 1.3 allows to be sent as early data (0-RTT); none where no ticket came.
    pub fn early_data(&self) -> Option<u32> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientSessionStore for Tickets {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Some(ticket.max_early_data_size().max(seen.unwrap_or(0)));
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}
