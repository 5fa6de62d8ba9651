//! Keys of bundles: Ed25519 (RFC 8032), as PEM files that OpenSSL writes and reads.

use std::path::{Path, PathBuf};

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use sha2::{Digest, Sha256};

use crate::record::hex;

/// What comes before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410, section 4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why a file is no key that can be used. Never tells what is in it.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// It is no private key of the kind that is wanted.
    #[error("{}: this is no private Ed25519 key: {reason}", path.display())]
    #[diagnostic(help("make one: openssl genpkey -algorithm ed25519 -out key.pem"))]
    Private {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        reason: &'static str,
    },
    /// It is no public key of the kind that is wanted.
    #[error("{}: this is no public Ed25519 key: {reason}", path.display())]
    #[diagnostic(help("take it from the private key: openssl pkey -in key.pem -pubout -out public.pem"))]
    Public {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        reason: &'static str,
    },
}

/// The key that signs.
pub struct SigningKey(Ed25519KeyPair);

/// The key that tells whether a signature is that of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl SigningKey {
    /// Reads a PEM file with a block `PRIVATE KEY` (PKCS #8), without a passphrase.
    pub fn read(path: &Path) -> Result<SigningKey, KeyError> {
        let wrong = |reason| KeyError::Private { path: path.to_owned(), reason };
        let pem = read(path)?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| {
            wrong(match has(&pem, "ENCRYPTED PRIVATE KEY") {
                true => "it has a passphrase, which has to be taken off first",
                false => "there is no BEGIN PRIVATE KEY block in it",
            })
        })?;
        // unchecked: OpenSSL writes no public key beside the private one, and none is given that could differ
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der());
        Ok(SigningKey(pair.map_err(|_| wrong("the key is of another kind"))?))
    }

    /// The 64 bytes of the signature over a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }

    /// SHA-256 of the public key, see [`PublicKey::id`].
    pub fn id(&self) -> String {
        id(self.0.public_key().as_ref())
    }
}

impl PublicKey {
    /// Reads a PEM file with a block `PUBLIC KEY` (SubjectPublicKeyInfo).
    pub fn read(path: &Path) -> Result<PublicKey, KeyError> {
        let wrong = |reason| KeyError::Public { path: path.to_owned(), reason };
        let pem = read(path)?;
        let der = SubjectPublicKeyInfoDer::from_pem_slice(&pem).map_err(|_| {
            wrong(match has(&pem, "PRIVATE KEY") {
                true => "it is a private key, which nobody but its owner should have",
                false => "there is no BEGIN PUBLIC KEY block in it",
            })
        })?;
        let bytes = der.as_ref().strip_prefix(&SPKI[..]).and_then(|key| key.try_into().ok());
        bytes.map(PublicKey).ok_or_else(|| wrong("the key is of another kind"))
    }

    /// Whether a signature over a message is that of this key.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }

    /// SHA-256 of the key as DER, in hexadecimal: `openssl pkey -pubin -in public.pem -outform DER | sha256sum`.
    pub fn id(&self) -> String {
        id(&self.0)
    }
}

fn id(key: &[u8]) -> String {
    hex(&Sha256::new().chain_update(SPKI).chain_update(key).finalize())
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    std::fs::read(path).map_err(|e| KeyError::Io { path: path.to_owned(), reason: e.to_string() })
}

fn has(pem: &[u8], label: &str) -> bool {
    String::from_utf8_lossy(pem).contains(&format!("{label}-----"))
}
