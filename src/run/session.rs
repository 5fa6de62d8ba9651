//! Who talks to the server: the client, and the identities that it can take.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::time::Instant;
use url::Url;

use super::Stopper;
use super::busy::{self, Busy};
use super::identities::Identities;
use super::options::Options;
use super::pace::Pace;
use super::recording::{End, RecordError, Recorder, Replay};
use super::silence::{self, Silence};
use super::sweep::Added;
use super::way;
use crate::case::Actor;
use crate::record::{Event, Exchange};
use crate::taxii::client::{ClientError, Transport, unsent};
use crate::taxii::redact::{Redactor, Secrets};
use crate::taxii::{Client, Outgoing, paths};

/// Everything that is needed to send a request in somebody's name.
#[derive(Clone)]
pub struct Session {
    line: Line,
    identities: Arc<Identities>,
    pace: Arc<Pace>,
    recorder: Option<Arc<Recorder>>,
    redactor: Arc<Redactor>,
    stopper: Stopper,
    /// What requests are made for, in a record.
    scope: Arc<str>,
    silence: Arc<Silence>,
    busy: Arc<Busy>,
    added: Arc<Added>,
    /// Who is told that the run waits.
    listener: Option<Sender<Event>>,
    /// Where discovery was found, where it is not in its place.
    home: Arc<OnceLock<Url>>,
    /// Whether the brackets of match fields are sent as they are: some servers do not know them percent-encoded.
    plain_brackets: Arc<AtomicBool>,
    /// The URL that the user gave.
    pub base: Url,
}

/// Where answers come from.
#[derive(Clone)]
enum Line {
    /// The server.
    Server(Client),
    /// The record of an earlier run.
    Record(Arc<Replay>),
}

/// What to do about an answer.
enum Then {
    /// It stands.
    Done,
    /// Ask again after this time, for as long as the server puts it off.
    Wait(Duration),
    /// Ask once more, after this time.
    Again(Duration),
    /// Ask once more when the server is back.
    AgainLater,
}

/// Scope of what is asked before the trials.
pub const SURVEY: &str = "survey";
/// Scope of what removes what the suite added.
pub const CLEAN_UP: &str = "clean-up";
/// The failure of a request that was not sent because the run was told to end, and the reason of a trial that was not run.
pub const ENDED: &str = "the run was ended early";

/// Whether this is the answer of a server that is up. `resource` says that the same request was answered with a resource
/// before: an internal error is none then.
pub fn answers(exchange: &Exchange, resource: bool) -> bool {
    exchange.response.is_some() && !(resource && exchange.status() >= 500)
}

impl Session {
    /// A session for these options. Credentials go to the origin of `base` and of the API roots that the user named.
    pub fn new(options: &Options, base: Url) -> Result<Session, ClientError> {
        let mut secrets = Secrets::default();
        let identities = Identities::new(options, &mut secrets);
        let redactor = Redactor::new(&secrets, &options.redact).map_err(ClientError::Build)?;
        let mut ca_pem = options.ca_pem.clone().unwrap_or_default().into_bytes();
        if let Some(file) = &options.ca_file {
            let read = std::fs::read(file).map_err(|e| ClientError::Ca(format!("{}: {e}", file.display())))?;
            ca_pem.push(b'\n');
            ca_pem.extend(read);
        }
        let mut trusted = vec![base.clone()];
        trusted.extend(options.api_roots.iter().filter_map(|r| base.join(r).ok()));
        let certificate_pem = match &options.certificate {
            Some((chain, key)) => {
                let read = |file: &PathBuf| {
                    std::fs::read(file).map_err(|e| ClientError::Certificate(format!("{}: {e}", file.display())))
                };
                [read(chain)?, b"\n".to_vec(), read(key)?].concat()
            }
            None => Vec::new(),
        };
        let transport = Transport { ca_pem, certificate_pem, insecure: options.insecure, timeout: options.timeout };
        let client = Client::new(&transport, trusted)?;
        Ok(Session {
            pace: Arc::new(Pace::new(options.rate)),
            ..Session::on(Line::Server(client), identities, redactor, base)
        })
    }

    /// A session that takes its answers from the record of an earlier run, which `options` are those of.
    pub fn of_record(options: &Options, base: Url, replay: Arc<Replay>) -> Result<Session, ClientError> {
        // the credentials of a record are placeholders
        let identities = Identities::new(options, &mut Secrets::default());
        let redactor = Redactor::new(&Secrets::default(), &options.redact).map_err(ClientError::Build)?;
        Ok(Session::on(Line::Record(replay), identities, redactor, base))
    }

    fn on(line: Line, identities: Identities, redactor: Redactor, base: Url) -> Session {
        Session {
            line,
            identities: Arc::new(identities),
            pace: Arc::default(),
            recorder: None,
            redactor: Arc::new(redactor),
            stopper: Stopper::default(),
            scope: SURVEY.into(),
            silence: Arc::default(),
            busy: Arc::default(),
            added: Arc::default(),
            listener: None,
            home: Arc::default(),
            plain_brackets: Arc::default(),
            base,
        }
    }

    /// The same session, with everything that is sent written down.
    pub fn recorded(self, recorder: Arc<Recorder>) -> Session {
        Session { recorder: Some(recorder), ..self }
    }

    /// The same session; once the run is told to end, nothing but the clean-up is sent any more.
    pub fn stopped_by(self, stopper: Stopper) -> Session {
        Session { stopper, ..self }
    }

    /// The same session, which tells where it waits.
    pub fn told_to(self, listener: Sender<Event>) -> Session {
        Session { listener: Some(listener), ..self }
    }

    /// The same session, for what is asked for `scope`.
    pub fn scoped(&self, scope: &str) -> Session {
        Session { scope: scope.into(), ..self.clone() }
    }

    /// The record that answers come from, if they do.
    pub fn replay(&self) -> Option<&Replay> {
        match &self.line {
            Line::Record(replay) => Some(replay),
            Line::Server(_) => None,
        }
    }

    /// Whether the run is over early: it was told to end, or a record is at the place where it was.
    pub fn ended(&self) -> bool {
        self.stopper.stopped() || self.replay().is_some_and(Replay::ended)
    }

    /// Whether nothing is to be asked for `scope` any more, since the run is over early.
    pub fn ended_before(&self, scope: &str) -> bool {
        self.ended() || self.replay().is_some_and(|replay| replay.interrupted() && !replay.knows(scope))
    }

    /// A query string of these parameters, in a spelling that the server is known to understand.
    pub fn query(&self, parameters: &[(String, String)]) -> String {
        paths::query(parameters, self.plain_brackets.load(Ordering::Relaxed))
    }

    /// From now on brackets of match fields are sent as they are.
    pub fn use_plain_brackets(&self) {
        self.plain_brackets.store(true, Ordering::Relaxed);
    }

    /// Waits; not at all where the answers are there already.
    pub async fn sleep(&self, time: Duration) {
        if matches!(self.line, Line::Server(_)) {
            tokio::time::sleep(time).await;
        }
    }

    /// Waits as [`Session::sleep`] does, but no longer than until the run is told to end; the clean-up goes on then, and waits.
    pub async fn pause(&self, time: Duration) {
        if *self.scope == *CLEAN_UP {
            return self.sleep(time).await;
        }
        tokio::select! {
            () = self.sleep(time) => {}
            () = self.stopper.wait() => {}
        }
    }

    /// Ends the record, if one is written.
    pub fn finish_record(&self, end: &End) -> Result<(), RecordError> {
        self.recorder.as_ref().map_or(Ok(()), |recorder| recorder.finish(end))
    }

    /// Sends one request in somebody's name and records its answer. What goes wrong on the way is tried again, as
    /// [`way`] says; whether the last answer is that to a request which was sent twice is in the exchange.
    pub async fn send(&self, outgoing: &Outgoing, actor: Actor) -> Exchange {
        let client = match &self.line {
            Line::Record(replay) => return replay.answer(&self.scope, actor, outgoing),
            Line::Server(client) => client,
        };
        let (mut attempt, mut resent, mut again, mut put_off) = (0, 0, None, false);
        let mut exchange = loop {
            if let Some(why) = self.silence.forbids(outgoing, actor) {
                break unsent(outgoing, &why);
            }
            let fresh = again.is_some();
            let Some(exchange) = self.once(client, outgoing, actor, fresh).await else {
                return unsent(outgoing, ENDED);
            };
            self.silence.note(outgoing, actor, &exchange);
            attempt += 1;
            match self.what_then(outgoing, actor, &exchange, attempt, resent) {
                Then::Wait(time) => {
                    // who says when to come back need not be asked more slowly besides
                    put_off |= way::is_unavailable(&exchange);
                    self.wait(&exchange, time).await;
                }
                Then::Again(pause) => {
                    self.pause(pause).await;
                    resent += 1;
                    again = Some(exchange);
                }
                Then::AgainLater if again.is_none() => {
                    again = Some(exchange);
                    if !self.outlasts(false).await {
                        break unsent(outgoing, silence::LOST);
                    }
                }
                _ => {
                    match put_off && !way::is_unavailable(&exchange) {
                        true => self.pace.slow_down().await,
                        false => self.pace.ease().await,
                    }
                    if outgoing.method == "POST" && exchange.response.is_none() && !way::nothing_listens(&exchange) {
                        self.added.got_no_answer();
                    }
                    break exchange;
                }
            }
        };
        exchange.resent = again.as_ref().and_then(|first| way::may_have_come(outgoing, first));
        if let Some(recorder) = &self.recorder {
            recorder.keep(&self.scope, actor, &self.redactor.exchange(exchange.clone()));
        }
        exchange
    }

    /// What to do about the answer to a request that was sent `attempt` times, `resent` of them for what goes wrong on the way.
    fn what_then(&self, outgoing: &Outgoing, actor: Actor, exchange: &Exchange, attempt: u32, resent: u32) -> Then {
        let heard = self.busy.heard();
        if let Some(time) = self.busy.wait(exchange, attempt) {
            Then::Wait(time)
        } else if way::is_unavailable(exchange) {
            match heard && attempt <= busy::ATTEMPTS && self.silence.may_answer(outgoing, actor) {
                true => Then::Wait(way::pause(attempt)),
                false => Then::Done,
            }
        // the clean-up waits for a server that is away at its beginning, and not for each object again
        } else if heard && way::nothing_listens(exchange) && *self.scope != *CLEAN_UP {
            Then::AgainLater
        } else if way::goes_again(outgoing, exchange, resent) {
            Then::Again(if exchange.response.is_some() { way::pause(resent + 1) } else { Duration::ZERO })
        } else {
            Then::Done
        }
    }

    /// Waits before a request is sent again, and says so.
    async fn wait(&self, exchange: &Exchange, wait: Duration) {
        // what is over at once need not be told
        let told = |_: &&Sender<Event>| wait >= Duration::from_secs(1) && self.busy.tells();
        if let Some(listener) = self.listener.as_ref().filter(told) {
            // nobody need hear it, and nothing has to wait until somebody does
            let _ = listener.try_send(Event::Waiting(busy::told(exchange, wait)));
        }
        self.pause(wait).await;
    }

    /// Discovery is not in its place, but here.
    pub fn set_home(&self, url: &Url) {
        let _ = self.home.set(url.clone());
    }

    /// A request that a server that is up answers.
    pub fn control(&self) -> Outgoing {
        Outgoing::get("control", self.home.get().cloned().unwrap_or_else(|| paths::discovery(&self.base)))
    }

    /// Sends a request once, at the pace of the run. Nothing where the run is told to end meanwhile.
    async fn once(&self, client: &Client, outgoing: &Outgoing, actor: Actor, fresh: bool) -> Option<Exchange> {
        self.pace.turn().await;
        let sent = client.send(outgoing, self.identities.of(actor), fresh);
        match &*self.scope {
            CLEAN_UP => Some(sent.await),
            _ if self.stopper.stopped() => None,
            // what writes is waited for, so that the clean-up comes after it
            _ if outgoing.method != "GET" => Some(sent.await),
            _ => tokio::select! {
                exchange = sent => Some(exchange),
                () = self.stopper.wait() => None,
            },
        }
    }

    /// Whether the server [`answers`] discovery, where it did not just now: waits for it about as long as one takes to start
    /// again. Where it does not come back nothing is sent any more.
    pub async fn outlasts(&self, resource: bool) -> bool {
        let Line::Server(client) = &self.line else { return true };
        let _turn = self.silence.turn.lock().await;
        let discovery = self.control();
        let (began, mut wait) = (Instant::now(), Duration::from_millis(250));
        while !self.silence.is_lost() {
            let Some(exchange) = self.once(client, &discovery, Actor::Client, false).await else { return true };
            if answers(&exchange, resource) {
                return true;
            }
            if began.elapsed() > silence::patience(client.timeout()) || self.stopper.stopped() {
                self.silence.set_lost(true);
            } else {
                self.pause(wait).await;
                wait = (wait * 2).min(Duration::from_secs(4));
            }
        }
        false
    }

    /// Whether nothing answers any more.
    pub fn is_lost(&self) -> bool {
        self.silence.is_lost()
    }

    /// Gives a server that was lost another chance: it may have come back for the clean-up.
    pub async fn look_again(&self) {
        if self.silence.is_lost() {
            self.silence.set_lost(false);
            let discovery = self.control();
            let found = self.send(&discovery, Actor::Client).await.response.is_some();
            self.silence.set_lost(!found);
        }
    }

    /// What was added and taken for gone.
    pub fn added(&self) -> &Added {
        &self.added
    }

    /// Takes secrets out of what leaves the run.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// GET with TAXII's own Accept, in the client's name.
    pub async fn get(&self, step: &str, url: Url) -> Exchange {
        self.send(&Outgoing::get(step, url), Actor::Client).await
    }
}
