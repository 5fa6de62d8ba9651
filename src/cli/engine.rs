//! Runs a job with [`crate::run`], against the reference server where that is what is tested.

use std::time::{Duration, Instant};

use miette::IntoDiagnostic;
use tokio::sync::mpsc::Receiver;

use super::exit;
use super::interrupt;
use super::reference::{Reference, ReferenceUser};
use super::run::Job;
use super::switches;
use crate::record::Event;
use crate::run::recording::Replay;
use crate::run::{self, Credentials, Options, RunError, Stopper};
use crate::server::{self, Defect, USERS, Variant};

/// Runs a job to its end. Ctrl-C, or being asked to end as CI systems do, ends it early: no further trial begins,
/// what was added is removed, and reports are written; a second time ends the process.
pub fn engine(job: Job, tell: &mut dyn FnMut(Event)) -> miette::Result<()> {
    let (variants, defects) = match &job.reference {
        Some(reference) => (switches::variants(&reference.variants)?, switches::defects(&reference.defects)?),
        None => Default::default(),
    };
    let runtime = tokio::runtime::Runtime::new().into_diagnostic()?;
    runtime.block_on(async {
        let Job { mut options, reference, plan } = job;
        let server = match &reference {
            Some(reference) => Some(start(&mut options, reference, variants, defects).await?),
            None => None,
        };
        let done = follow(|stopper| run::start(options, plan, stopper), tell).await;
        if let Some(server) = server {
            server.stop().await;
        }
        done
    })
}

/// Judges a record again; ends as a run does.
pub fn judge(replay: Replay, options: Options, tell: &mut dyn FnMut(Event)) -> miette::Result<()> {
    let runtime = tokio::runtime::Runtime::new().into_diagnostic()?;
    runtime.block_on(follow(|stopper| run::judge(replay, options, stopper), tell))
}

async fn follow(
    begin: impl FnOnce(Stopper) -> Result<Receiver<Event>, RunError>,
    tell: &mut dyn FnMut(Event),
) -> miette::Result<()> {
    let stopper = Stopper::default();
    // listening before the first request is sent, and all the time: a signal between two events counts too
    let mut interruptions = interrupt::Interruptions::new().into_diagnostic()?;
    let mut events = begin(stopper.clone())?;
    let mut told = Instant::now();
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => tell(event),
                None => return Ok(()),
            },
            () = interruptions.next() => {
                // what ends a process group may tell its first process twice
                if stopper.stopped() && told.elapsed() < SAME_WISH {
                    continue;
                }
                if stopper.stopped() {
                    eprintln!("ended at once: what was added may still be on the server");
                    std::process::exit(exit::UNTESTABLE.into());
                }
                eprintln!("ending: what was added is removed, and reports are written; once more ends at once");
                told = Instant::now();
                stopper.stop();
            }
        }
    }
}

/// How soon a second signal is the same wish: `timeout` of GNU signals the process, and at once its group.
const SAME_WISH: Duration = Duration::from_millis(300);

/// Starts the reference server, and points the options at it.
async fn start(
    options: &mut Options,
    reference: &Reference,
    variants: Vec<&'static Variant>,
    defects: Vec<&'static Defect>,
) -> miette::Result<server::Server> {
    let usual = server::Options::default();
    let server = server::start(server::Options {
        tls: reference.tls,
        asynchronous: reference.asynchronous,
        page_size: reference.page_size.unwrap_or(usual.page_size),
        variants,
        defects,
        ..usual
    })
    .await
    .into_diagnostic()?;
    options.url = server.url().to_owned();
    options.ca_pem = server.ca_pem().map(str::to_owned);
    options.api_roots = server.unlisted_roots();
    let (admin, reader) = (credentials(true), credentials(false));
    (options.credentials, options.other) = match reference.user {
        ReferenceUser::Admin => (admin, reader),
        ReferenceUser::Reader => (reader, admin),
    };
    Ok(server)
}

/// Those of the user who writes, or of the one who only reads.
fn credentials(writes: bool) -> Credentials {
    USERS.iter().find(|u| u.writes == writes).map_or(Credentials::None, |user| Credentials::Basic {
        user: user.name.to_owned(),
        password: user.password.to_owned(),
    })
}
