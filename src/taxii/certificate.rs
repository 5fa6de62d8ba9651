//! Whose certificates the client trusts (section 8.5.2).

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::client::ClientError;

/// The system's authorities. A machine without any can still test a server whose authority is given.
pub(super) fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Decides about the certificate of a server.
#[derive(Debug)]
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Whom to trust; everybody where it is not given.
    trusted: Option<Trusted>,
}

/// PKIX, and certificates that the user gave as they are (section 8.5.2, pinning): test stands often sign their own, and
/// as `openssl req -x509` makes these they say that they are an authority, which PKIX does not take from a server.
#[derive(Debug)]
struct Trusted {
    pkix: Arc<WebPkiServerVerifier>,
    given: Vec<CertificateDer<'static>>,
}

impl Verifier {
    /// Lets every certificate pass, for who has asked for that.
    pub(super) fn of_anybody(provider: Arc<CryptoProvider>) -> Verifier {
        Verifier { provider, trusted: None }
    }

    /// Trusts what the user gave, beside the system's authorities.
    pub(super) fn of(ca_pem: &[u8], provider: Arc<CryptoProvider>) -> Result<Verifier, ClientError> {
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
        let pkix = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let pkix = pkix.build().map_err(|e| ClientError::Build(e.to_string()))?;
        Ok(Verifier { provider, trusted: Some(Trusted { pkix, given }) })
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
        let Some(Trusted { pkix, given }) = &self.trusted else { return Ok(ServerCertVerified::assertion()) };
        match pkix.verify_server_cert(certificate, between, name, ocsp, now) {
            // dates come before this in the order of checks, the name after it
            Err(e) if e.to_string().contains("CaUsedAsEndEntity") && given.contains(certificate) => {
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
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
