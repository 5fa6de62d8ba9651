//! TLS as the client speaks it: which certificate it shows, which versions it offers.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::{ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, NamedGroup, SupportedProtocolVersion};
use serde::Deserialize;

use super::certificate::{Verifier, system};
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
    /// Whichever version is best, and the certificate is verified even where the run goes on without.
    #[serde(rename = "verified")]
    Verified,
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
            Version::Verified => "with a certificate that holds",
            Version::Blocked => "1.2 with suites of the block list of HTTP/2",
        }
    }

    /// Arguments with which curl speaks it, with a space before each.
    pub fn curl(self) -> String {
        match self {
            Version::V12 => " --tlsv1.2 --tls-max 1.2".into(),
            Version::V13 => " --tlsv1.3 --tls-max 1.3".into(),
            Version::Verified => String::new(),
            Version::Blocked => format!(" --tlsv1.2 --tls-max 1.2 --ciphers {}", super::hello::names()),
        }
    }

    fn supported(self) -> Vec<&'static SupportedProtocolVersion> {
        match self {
            Version::V12 | Version::Blocked => vec![&rustls::version::TLS12],
            Version::V13 => vec![&rustls::version::TLS13],
            Version::Verified => rustls::DEFAULT_VERSIONS.to_vec(),
        }
    }
}

/// The configuration for a transport. `certified` says whether it shows the client's certificate; `pin` leaves one
/// version alone.
pub fn config(transport: &Transport, certified: bool, pin: Option<Version>) -> Result<ClientConfig, ClientError> {
    let build = |e: rustls::Error| ClientError::Build(e.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_protocol_versions(&pin.unwrap_or(Version::Verified).supported());
    let builder = builder.map_err(build)?;
    let builder = if transport.insecure && pin != Some(Version::Verified) {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Verifier::of_anybody(provider)))
    } else if transport.ca_pem.is_empty() {
        builder.with_root_certificates(system())
    } else {
        let verifier = Verifier::of(&transport.ca_pem, provider)?;
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
