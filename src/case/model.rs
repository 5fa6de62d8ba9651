//! The shape of a case file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Expect, Fact};

/// One case file. Unknown keys are errors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique and stable: folder and name, such as `filter/type`.
    pub id: Spanned<String>,
    /// What has to hold, in one line.
    pub title: String,
    /// Ids of the requirements that it tests; findings cite the first unless a step says otherwise.
    pub requirements: Vec<Spanned<String>>,
    /// What one trial of the case is bound to.
    #[serde(default)]
    pub scope: Scope,
    /// What has to be true of server and collection before there is anything to judge.
    #[serde(default)]
    pub needs: Vec<Fact>,
    /// Which readings of the standard are accepted, and why.
    #[serde(default)]
    pub ambiguity: Option<String>,
    /// How servers usually come to break this, and how to mend it.
    #[serde(default)]
    pub advice: Option<String>,
    /// Highest level at which findings count: for what the standard asks of clients alone, or only implies.
    #[serde(default)]
    pub level: Option<crate::record::Level>,
    /// Asks even where the survey saw that the endpoint does not answer as it should: the case is about that.
    #[serde(default)]
    pub plain: bool,
    /// May spoil a fragile server for the trials after it: runs last.
    #[serde(default)]
    pub risky: bool,
    /// Disturbs others that read or write the same collection: runs alone.
    #[serde(default)]
    pub alone: bool,
    /// What the trial knows the collection to hold.
    #[serde(default)]
    pub holdings: Held,
    /// One trial for each combination of these values. A column `requirement` holds the one
    /// requirement of the case that a trial is about.
    #[serde(default)]
    pub matrix: BTreeMap<String, Vec<Spanned<String>>>,
    /// One trial for each of these, or for each combination of them with the matrix: values that
    /// belong together, and a `name`.
    #[serde(default, rename = "row")]
    pub rows: Vec<BTreeMap<String, Spanned<String>>>,
    /// Objects that the case adds, by a name of its own.
    #[serde(default)]
    pub objects: BTreeMap<String, Object>,
    /// What to do, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// The file, for messages and reports.
    #[serde(skip)]
    pub file: String,
}

impl Case {
    /// Whether it adds or deletes objects, or tries to where a faulty server might let it.
    pub fn writes(&self) -> bool {
        self.steps.iter().any(Step::writes)
    }
}

/// What a trial is bound to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The server: one trial.
    Server,
    /// One trial for each API root.
    Root,
    /// The one collection that fits the needs best.
    #[default]
    Collection,
    /// One trial for each collection that the client sees.
    EveryCollection,
    /// One trial for each collection that the client can read and that holds something.
    EveryReadable,
    /// One trial for each collection whose `can_read` is true.
    EveryOpen,
    /// One trial for each collection whose `can_read` is false.
    EveryClosed,
    /// One trial for each collection that can be read and written, and may be written to by `--write`.
    EveryWritable,
}

/// What a trial knows its collection to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// What the survey saw there, and what the case adds and deletes.
    #[default]
    All,
    /// What the case itself adds and deletes. What others have put there is passed over.
    Own,
}

/// An object to be added, made from a template so that each trial has its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Name of a template of `cases/templates.toml`.
    #[serde(default)]
    pub like: Option<Spanned<String>>,
    /// Name of an object of this case of which this is another version.
    #[serde(default)]
    pub version_of: Option<Spanned<String>>,
    /// Seconds between the `modified` of that version and of this; may be negative, and a fraction.
    #[serde(default)]
    pub later: f64,
    /// Properties to set.
    #[serde(default)]
    pub set: toml::Table,
    /// Properties that hold a text, and how many characters of it.
    #[serde(default)]
    pub long: BTreeMap<String, usize>,
    /// Properties to take away.
    #[serde(default)]
    pub without: Vec<String>,
    /// How many objects of this kind there are; the name stands for all of them.
    #[serde(default)]
    pub copies: Option<usize>,
}

/// One thing to do. Exactly one of the methods, `add` or `wait_for` says what.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// Name by which later steps refer to it.
    pub name: Option<String>,
    /// GET this endpoint or absolute path.
    pub get: Option<Spanned<String>>,
    /// POST to this endpoint.
    pub post: Option<Spanned<String>>,
    /// DELETE this endpoint.
    pub delete: Option<Spanned<String>>,
    /// HEAD this endpoint.
    pub head: Option<Spanned<String>>,
    /// OPTIONS of this endpoint.
    pub options: Option<Spanned<String>>,
    /// PUT to this endpoint.
    pub put: Option<Spanned<String>>,
    /// POST these objects to the collection in one envelope, and wait until the status is complete.
    pub add: Option<Vec<Spanned<String>>>,
    /// With `add` or `post`: do not wait for the status to become complete.
    pub no_wait: bool,
    /// Ask for the status with this id until it is complete.
    pub poll: Option<Spanned<String>>,
    /// Object id, for the endpoints that have one in their path.
    pub object: Option<Spanned<String>>,
    /// Status id, for the status endpoint.
    pub status: Option<Spanned<String>>,
    /// Which collection, where it is not the one that the trial is bound to.
    #[serde(rename = "in")]
    pub place: Choice<Place>,
    /// By which name the collection is asked for.
    pub by: Choice<By>,
    /// Who asks.
    #[serde(rename = "as")]
    pub actor: Choice<Actor>,
    /// Query parameters; they are percent-encoded.
    pub query: BTreeMap<String, Spanned<String>>,
    /// Query component as it is to be sent.
    pub query_string: Option<Spanned<String>>,
    /// Header fields to set; `Accept` and `Content-Type` are set to TAXII 2.1 otherwise.
    pub headers: BTreeMap<String, Spanned<String>>,
    /// Header fields to leave out.
    pub without: Vec<String>,
    /// Version of TLS to speak, on a connection of its own.
    pub tls: Option<crate::taxii::tls::Version>,
    /// Body as it is to be sent.
    pub body: Option<Spanned<String>>,
    /// Body as it is to be sent, in hexadecimal, for what is no text.
    pub body_hex: Option<Spanned<String>>,
    /// Bytes of padding to reach, for bodies of a certain size: an object's description is made as long.
    pub pad_to: Option<Spanned<String>>,
    /// With `pad_to`: pads with characters of two octets each.
    pub pad_wide: bool,
    /// Properties of the envelope beside `objects`.
    pub envelope: toml::Table,
    /// Whether to read on where there are more pages, and how.
    pub walk: Walk,
    /// Leave the step out where the last POST was refused: refusing as a whole is then the answer.
    pub after_success: bool,
    /// Leave the step out unless the last POST was refused.
    pub after_refusal: bool,
    /// How often to send it.
    pub times: Option<u32>,
    /// With `add`: further envelopes, each of these objects, that are posted at the same time.
    pub beside: Vec<Vec<Spanned<String>>>,
    /// With `walk`: after each page one of these objects is added.
    pub adding: Vec<Spanned<String>>,
    /// With `walk`: after each page one of these objects is deleted.
    pub deleting: Vec<Spanned<String>>,
    /// Values to keep: name to JSON pointer, or to `header:` and a field name.
    pub save: BTreeMap<String, String>,
    /// Requirement that this step's findings cite; one of the case's.
    pub cite: Option<Spanned<String>>,
    /// What has to hold for the trial to be of use; else the server does not offer what it is about, and it is skipped.
    pub when: Option<Expect>,
    /// What has to hold for the trial to mean anything; else it is inconclusive.
    pub given: Option<Expect>,
    /// What has to hold.
    pub expect: Option<Expect>,
}

impl Step {
    /// Method and target.
    pub fn method(&self) -> Option<(&'static str, &Spanned<String>)> {
        let methods = [
            ("GET", &self.get),
            ("POST", &self.post),
            ("DELETE", &self.delete),
            ("HEAD", &self.head),
            ("OPTIONS", &self.options),
            ("PUT", &self.put),
        ];
        methods.into_iter().find_map(|(m, t)| t.as_ref().map(|t| (m, t)))
    }

    /// Whether it adds or deletes objects, or tries to.
    pub fn writes(&self) -> bool {
        self.add.is_some()
            || self.post.is_some()
            || self.delete.is_some()
            || self.put.is_some()
            || !self.adding.is_empty()
            || !self.deleting.is_empty()
    }

    /// How many of the ways to say what to do are used; a valid step has one.
    pub fn actions(&self) -> usize {
        [&self.get, &self.post, &self.delete, &self.head, &self.options, &self.put, &self.poll]
            .iter()
            .filter(|t| t.is_some())
            .count()
            + usize::from(self.add.is_some())
    }
}

/// A word, or the column of the matrix that holds it. Nothing stands for the usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice<T> {
    /// Nothing is said.
    #[default]
    Usual,
    /// This word.
    Word(T),
    /// The word, or nothing, that this column of the matrix holds.
    Column(String),
}

impl<T: for<'de> Deserialize<'de>> Choice<T> {
    /// The word that holds with these values.
    pub fn of(&self, values: &BTreeMap<String, String>) -> Option<T>
    where
        T: Copy,
    {
        match self {
            Choice::Usual => None,
            Choice::Word(word) => Some(*word),
            Choice::Column(name) => values.get(name).and_then(|text| Self::word(text).ok()),
        }
    }

    /// Reads a word; the error lists the valid ones.
    pub fn word(text: &str) -> Result<T, serde::de::value::Error> {
        T::deserialize(serde::de::value::StrDeserializer::new(text))
    }
}

impl<'de, T: for<'a> Deserialize<'a>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            Some(column) => Ok(Choice::Column(column.to_owned())),
            None => Self::word(&text).map(Choice::Word).map_err(serde::de::Error::custom),
        }
    }
}

/// By which name a step asks for a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Its identifier.
    Id,
    /// Its alias.
    Alias,
}

/// Which collection a step asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// One that does not exist: a random identifier.
    Unknown,
    /// One that the client may not read.
    Unreadable,
    /// One that the client may not write.
    Unwritable,
    /// One that the client may read and not write.
    ReadOnly,
    /// One that the client may write and not read.
    WriteOnly,
    /// One that the client may neither read nor write.
    NoAccess,
    /// One that holds nothing.
    Empty,
    /// Another one that can be read.
    Other,
}

/// Who sends a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The client as the user configured it.
    #[default]
    Client,
    /// Nobody: no credentials.
    Nobody,
    /// Nobody, on a connection over which the client was let in.
    Follower,
    /// Somebody whose credentials are wrong.
    Wrong,
    /// The user that was configured, with a wrong password.
    WrongPassword,
    /// Somebody whose credentials cannot be read.
    Garbled,
    /// Somebody whose credentials are of a scheme that nobody knows.
    UnknownScheme,
    /// Somebody with a bearer token that nobody was given.
    WrongToken,
    /// The user that was configured, without a password.
    EmptyPassword,
    /// The user that was configured, with the password and one character more.
    LongerPassword,
    /// The user that was configured, with the password without its last character.
    ShorterPassword,
    /// The user that was configured, with small letters of the password for capital ones and the other way round.
    OtherCasePassword,
    /// The second client that the user configured.
    Other,
    /// The client, with the name of the authentication scheme in lower case.
    LowerCase,
}

impl Actor {
    /// Whether no valid credentials come with the request.
    pub fn is_stranger(self) -> bool {
        !matches!(self, Actor::Client | Actor::Other | Actor::LowerCase)
    }
}

/// Whether and how a step reads all pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Walk {
    /// To the end where the step expects a selection and has no `limit`; else one page.
    #[default]
    Auto,
    /// One page.
    No,
    /// To the end, by whatever the server offers.
    All,
    /// By `next`.
    Next,
    /// By `added_after` with the date of the last object.
    AddedAfter,
}
