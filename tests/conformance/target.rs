//! What is tested: the reference server, or the one that the environment names.

use taxii_conformance::cli::{credentials, settings::Settings, target};
use taxii_conformance::record::Event;
use taxii_conformance::run::{self, Credentials, Options, Stopper, Write};
use taxii_conformance::server;

use crate::judged::Judged;

/// The seed for the reference server; it is new at each start, so that nothing is left from before.
const SEED: u64 = 1;

/// A server to test.
pub enum Target {
    /// The embedded one.
    Reference,
    /// Another one, and how to reach it.
    Url(Box<Options>),
}

impl Target {
    /// Reads the variables whose names begin with `TAXII_`.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Target, String> {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let Some(url) = set("TAXII_URL") else { return Ok(Target::Reference) };
        let allow_http = match set("TAXII_ALLOW_HTTP").as_deref() {
            None | Some("0" | "false" | "no") => false,
            Some("1" | "true" | "yes") => true,
            Some(other) => return Err(format!("TAXII_ALLOW_HTTP is `{other}`: use 1 or 0")),
        };
        let said = |e: taxii_conformance::cli::usage::UsageError| match e.help {
            Some(help) => format!("{} ({help})", e.message),
            None => e.message,
        };
        let mut options = Options::new(target::check(&url, allow_http).map_err(said)?);
        options.allow_http = allow_http;
        options.credentials = credentials::resolve(&[&Settings::default()], &|name| env(name)).map_err(said)?;
        options.ca_file = set("TAXII_CA_FILE").map(Into::into);
        options.write = set("TAXII_WRITE").as_deref().map(Write::from);
        // objects of an earlier run may still be there
        options.seed = u64::from(uuid::Uuid::new_v4().as_fields().0);
        Ok(Target::Url(Box::new(options)))
    }

    /// Runs what is chosen; with `list`, plans it alone. `Err` is wrong usage.
    pub async fn run(self, list: bool, choose: impl FnOnce(&mut Options)) -> Result<Judged, String> {
        match self {
            Target::Url(mut options) => {
                choose(&mut options);
                follow(*options, list).await
            }
            Target::Reference => {
                let server = server::start(server::Options::default()).await.map_err(|e| e.to_string())?;
                let mut options = reference(&server);
                choose(&mut options);
                let judged = follow(options, list).await;
                server.stop().await;
                judged
            }
        }
    }
}

fn reference(server: &server::Server) -> Options {
    let mut options = Options::new(server.url());
    options.ca_pem = server.ca_pem().map(str::to_owned);
    options.write = Some(Write::All);
    options.seed = SEED;
    let user = |writes: bool| {
        server::USERS.iter().find(|u| u.writes == writes).map_or(Credentials::None, |u| Credentials::Basic {
            user: u.name.to_owned(),
            password: u.password.to_owned(),
        })
    };
    (options.credentials, options.other) = (user(true), user(false));
    options
}

async fn follow(options: Options, list: bool) -> Result<Judged, String> {
    let mut events = run::start(options, list, Stopper::default()).map_err(|e| e.to_string())?;
    let mut judged = Judged::default();
    while let Some(event) = events.recv().await {
        match event {
            Event::Note(note) => eprintln!("note: {note}"),
            Event::Waiting(text) => eprintln!("note: {text}"),
            Event::CleanedUp(cleanup) => cleanup.told().iter().for_each(|left| eprintln!("note: not removed: {left}")),
            other => judged.event(other),
        }
    }
    Ok(judged)
}
