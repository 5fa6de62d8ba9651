//! The reference server: a TAXII 2.1 server in memory that follows the standard to the letter. Its deviations from it,
//! the [defects], can be switched on one by one, and so can its [variants]: what else the standard allows.
//!
//! The core is a function of a [`State`] and a [`Request`] to a [`Response`], [`handle`]; [`start`] puts sockets,
//! TLS and HTTP around it.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use taxii_conformance::server;
//!
//! let running = server::start(server::Options::default()).await?;
//! println!("{}", running.url());
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

use std::sync::Arc;
use std::time::Duration;

use self::effect::Effect;

mod access;
mod defect;
mod effect;
mod error;
mod handle;
mod http;
mod json;
mod listen;
mod negotiate;
mod page;
mod query;
mod read;
mod resource;
mod route;
mod rules;
mod seed;
mod select;
mod state;
mod status;
mod time;
mod tls;
mod types;
mod variant;
mod wire;
mod write;

#[cfg(test)]
mod tests;

pub use self::access::{USERS, User};
pub use self::defect::{Defect, defect, defects};
pub use self::handle::{handle, handle_at};
pub use self::http::{Request, Response, TAXII};
pub use self::listen::{Server, StartError, start};
pub use self::seed::{ROOTS, loadable};
pub use self::state::{ApiRoot, Collection, State};
pub use self::variant::{Variant, clash, variant, variants};

/// How a server is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether it speaks HTTPS, with a certificate of its own making, or plain HTTP.
    pub tls: bool,
    /// The port on 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    /// Whether objects are added some time after the request is accepted, with a status that is pending until then.
    pub asynchronous: bool,
    /// How long that time is.
    pub delay: Duration,
    /// How many objects a page holds at most; at least 1.
    pub page_size: usize,
    /// A bundle or envelope, as text: its objects are in the collection `Read only` at the start, beside the seed.
    pub load: Option<Arc<str>>,
    /// What it does in another way that the standard allows.
    pub variants: Vec<&'static Variant>,
    /// What it does wrong.
    pub defects: Vec<&'static Defect>,
}

impl Options {
    /// All that variants and defects change, defects last.
    fn effects(&self) -> impl Iterator<Item = &'static Effect> {
        let variants = self.variants.iter().flat_map(|variant| variant.effects());
        variants.chain(self.defects.iter().flat_map(|defect| defect.effects()))
    }
}

impl Default for Options {
    /// HTTPS on any port, objects added at once, pages of up to 100 objects, no variant and no defect.
    fn default() -> Self {
        Self {
            tls: true,
            port: 0,
            asynchronous: false,
            delay: Duration::from_millis(30),
            page_size: 100,
            load: None,
            variants: Vec::new(),
            defects: Vec::new(),
        }
    }
}
