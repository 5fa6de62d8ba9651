//! In whose name requests go.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::options::{Credentials, Options};
use crate::case::Actor;
use crate::taxii::client::Identity;
use crate::taxii::redact::Secrets;

/// What is wrong on purpose is no secret, and the record should show it.
const WRONG: &str = "wrong-on-purpose";

/// Everybody in whose name a request may go.
pub(super) struct Identities {
    client: Identity,
    wrong: Identity,
    wrong_password: Identity,
    garbled: Identity,
    unknown_scheme: Identity,
    wrong_token: Identity,
    empty_password: Identity,
    longer_password: Identity,
    shorter_password: Identity,
    other_case_password: Identity,
    other: Identity,
    lower_case: Identity,
    nobody: Identity,
    follower: Identity,
}

impl Identities {
    /// Those that the options give, and those that are wrong on purpose. Secrets go to `secrets`.
    pub(super) fn new(options: &Options, secrets: &mut Secrets) -> Identities {
        let mut client = identity(&options.credentials, "TAXII", secrets);
        client.certificate = true;
        if options.certificate.is_some() {
            client.curl = format!("--cert \"$TAXII_CERT\" --key \"$TAXII_KEY\" {}", client.curl).trim().to_owned();
        }
        let other = identity(&options.other, "TAXII_OTHER", secrets);
        let lower_case = Identity {
            header: client.header.clone().map(|(name, value)| {
                let value = match value.split_once(' ') {
                    Some((scheme, rest)) => format!("{} {rest}", scheme.to_ascii_lowercase()),
                    None => value,
                };
                (name, value)
            }),
            curl: match &options.credentials {
                Credentials::Basic { .. } => {
                    "-H \"Authorization: basic $(printf %s \"$TAXII_USER:$TAXII_PASSWORD\" | base64)\"".into()
                }
                _ => client.curl.clone(),
            },
            certificate: true,
            apart: false,
        };
        let stranger = format!("nobody-{}", options.seed % 10_000);
        let wrong = Identity {
            header: basic(&stranger, WRONG),
            curl: format!("-u '{stranger}:{WRONG}'"),
            certificate: false,
            apart: true,
        };
        let with_password = |password: &str, shell: &str| match &options.credentials {
            Credentials::Basic { user, .. } => Identity {
                header: basic(user, password),
                curl: format!("-u \"$TAXII_USER:{shell}\""),
                certificate: false,
                apart: true,
            },
            _ => wrong.clone(),
        };
        // what is nearly right gives the secret away
        let mut nearly = |change: fn(&str) -> String, shell: &str| match &options.credentials {
            Credentials::Basic { password, .. } if change(password) != *password => {
                let changed = change(password);
                // what holds the secret is found with it, also in Base64
                if !changed.contains(password) {
                    secrets.add(&changed);
                }
                with_password(&changed, shell)
            }
            _ => with_password(WRONG, WRONG),
        };
        let shown = |value: &str| Identity {
            header: Some(("Authorization".into(), value.to_owned())),
            curl: format!("-H 'Authorization: {value}'"),
            certificate: false,
            apart: true,
        };
        Identities {
            wrong_password: with_password(WRONG, WRONG),
            empty_password: with_password("", ""),
            longer_password: nearly(|password| format!("{password}x"), "${TAXII_PASSWORD}x"),
            shorter_password: nearly(shorter, "${TAXII_PASSWORD%?}"),
            other_case_password: nearly(other_case, "$(printf %s \"$TAXII_PASSWORD\" | tr a-zA-Z A-Za-z)"),
            garbled: shown("Basic not*base64"),
            unknown_scheme: shown("Conformance wrong-on-purpose"),
            wrong_token: shown("Bearer wrong-on-purpose"),
            nobody: Identity { apart: true, ..Identity::default() },
            follower: Identity::default(),
            client,
            wrong,
            other,
            lower_case,
        }
    }

    /// The identity of somebody.
    pub(super) fn of(&self, actor: Actor) -> &Identity {
        match actor {
            Actor::Client => &self.client,
            Actor::Nobody => &self.nobody,
            Actor::Follower => &self.follower,
            Actor::Wrong => &self.wrong,
            Actor::WrongPassword => &self.wrong_password,
            Actor::Garbled => &self.garbled,
            Actor::UnknownScheme => &self.unknown_scheme,
            Actor::WrongToken => &self.wrong_token,
            Actor::EmptyPassword => &self.empty_password,
            Actor::LongerPassword => &self.longer_password,
            Actor::ShorterPassword => &self.shorter_password,
            Actor::OtherCasePassword => &self.other_case_password,
            Actor::Other => &self.other,
            Actor::LowerCase => &self.lower_case,
        }
    }
}

/// All but the last character.
fn shorter(text: &str) -> String {
    let mut text = text.to_owned();
    text.pop();
    text
}

/// Small letters for capital ones and the other way round.
fn other_case(text: &str) -> String {
    let change = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(change).collect()
}

/// The header field of HTTP Basic (RFC 7617).
fn basic(user: &str, password: &str) -> Option<(String, String)> {
    Some(("Authorization".into(), format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))))
}

fn identity(credentials: &Credentials, variables: &str, secrets: &mut Secrets) -> Identity {
    match credentials {
        Credentials::None => Identity::default(),
        Credentials::Basic { user, password } => {
            let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
            secrets.add(password);
            secrets.add(&encoded);
            Identity {
                header: basic(user, password),
                curl: format!("-u \"${variables}_USER:${variables}_PASSWORD\""),
                certificate: false,
                apart: false,
            }
        }
        Credentials::Bearer(token) => {
            secrets.add(token);
            Identity {
                header: Some(("Authorization".into(), format!("Bearer {token}"))),
                curl: format!("-H \"Authorization: Bearer ${variables}_TOKEN\""),
                certificate: false,
                apart: false,
            }
        }
        Credentials::Header { name, value } => {
            secrets.header(name);
            secrets.add(value);
            // what follows the name of a scheme is the secret itself
            if let Some((_, rest)) = value.split_once(' ') {
                secrets.add(rest.trim());
            }
            Identity {
                header: Some((name.clone(), value.clone())),
                curl: format!("-H \"{name}: ${variables}_HEADER\""),
                certificate: false,
                apart: false,
            }
        }
    }
}
