//! Facts that a case may need before there is anything to judge.

use serde::Deserialize;

use crate::record::Verdict;

macro_rules! facts {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal, $verdict:ident, $remedy:literal, $judge:expr;)*) => {
        /// Something that has to be true of the server or of a collection.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum Fact {
            $($(#[doc = $doc])* #[serde(rename = $word)] $name,)*
        }

        impl Fact {
            /// Every fact.
            pub const ALL: &[Fact] = &[$(Fact::$name),*];

            /// Its name in case files.
            pub fn word(self) -> &'static str {
                match self { $(Fact::$name => $word,)* }
            }

            /// What it says, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Fact::$name => concat!($($doc),*).trim_ascii(),)* }
            }

            /// What is missing and what would help, where the fact does not hold.
            pub fn remedy(self) -> &'static str {
                match self { $(Fact::$name => $remedy,)* }
            }

            /// Verdict of a case that needs a fact which does not hold: skip where the server does not
            /// offer the feature or the user did not ask for it, inconclusive where data are missing or broken.
            pub fn lacking(self) -> Verdict {
                match self { $(Fact::$name => Verdict::$verdict,)* }
            }

            /// The case that judges what stands in the way, where there is one.
            pub fn judge(self) -> Option<&'static str> {
                match self { $(Fact::$name => $judge,)* }
            }
        }
    };
}

impl Fact {
    /// Whether it is up to the user: more flags would make it hold, as far as the server has what they name.
    pub fn by_choice(self) -> bool {
        use Fact::{BasicCredentials, Credentials, OtherClient, Writable, WriteAllowed};
        matches!(self, Credentials | BasicCredentials | OtherClient | Writable | WriteAllowed)
    }

    /// Whether it says that an API root has a collection of some kind.
    pub fn is_of_place(self) -> bool {
        use Fact::{
            NoAccess, NoAccessAlias, ReadOnly, ReadOnlyAlias, Unreadable, UnreadableAlias, Unwritable, UnwritableAlias,
            WriteOnly, WriteOnlyAlias,
        };
        let kinds = [Unreadable, Unwritable, ReadOnly, WriteOnly, NoAccess];
        let named = [UnreadableAlias, UnwritableAlias, ReadOnlyAlias, WriteOnlyAlias, NoAccessAlias];
        kinds.contains(&self) || named.contains(&self)
    }

    /// Whether it says what a collection holds.
    pub fn is_of_holdings(self) -> bool {
        use Fact::{Sco, Sro, ThreeObjects, ThreeVersions, TwoTypes, TwoVersions, Unversioned};
        [ThreeObjects, TwoTypes, TwoVersions, ThreeVersions, Unversioned, Sco, Sro].contains(&self)
    }

    /// Whether it is found out by asking for objects that are there.
    pub fn is_tried_on_objects(self) -> bool {
        matches!(
            self,
            Fact::AddedAfterWorks
                | Fact::DatesKnown
                | Fact::LatestByDefault
                | Fact::ManifestInOrder
                | Fact::MatchId
                | Fact::MatchIdOnManifest
                | Fact::ObjectsInOrder
                | Fact::VersionsAgree
        )
    }
}

facts! {
    /// The server is reached by HTTPS.
    Https = "https", Skip, "the server is tested over plain HTTP", None;
    /// Collections are not open to everybody.
    Authentication = "authentication", Skip, "collections are listed to everybody", None;
    /// Discovery answers 401 to a client without credentials.
    ClosedDiscovery = "closed-discovery", Skip, "discovery does not ask for credentials", None;
    /// The collection is closed to clients without credentials.
    Private = "private", Skip, "no collection is known to be closed to clients without credentials", None;
    /// The user gave credentials.
    Credentials = "credentials", Skip, "no credentials were given: use --user or --token-env", None;
    /// The user gave HTTP Basic credentials.
    BasicCredentials = "basic-credentials", Skip, "no HTTP Basic credentials were given: use --user", None;
    /// The user gave a second client's credentials.
    OtherClient = "other-client", Skip, "no second client was given: use --other-user", None;
    /// The collection is closed to the second client, and not to the first.
    ClosedToOther = "closed-to-other", Skip, "no collection is known that the first client may read and the second may not", None;
    /// Two API roots are tested.
    TwoRoots = "two-roots", Skip, "only one API root is tested", None;
    /// The API root does not refuse the client as a whole.
    RootAdmits = "root-admits", Skip, "the API root is closed to this client, as section 4.2 allows: give credentials that it takes", None;
    /// The API root does not answer 404 where it may be withheld from the client.
    RootShown = "root-shown", Inconclusive, "the API root answers 404: it is not there, or is withheld from this client, as section 4.2 allows. Take it off discovery, or give credentials that it takes", None;
    /// The API root does not answer everything with an error of the server.
    RootServes = "root-serves", Inconclusive, "the API root answers everything with an error of the server: start it, or take it off discovery", Some("api-root/answers");
    /// Discovery answers with JSON.
    Discovery = "discovery", Inconclusive, "discovery does not answer with a resource", Some("discovery/answers");
    /// The API root answers with JSON.
    RootAnswers = "root-answers", Inconclusive, "the API root does not answer with a resource", Some("api-root/answers");
    /// The list of collections answers with JSON.
    CollectionsAnswer = "collections-answer", Inconclusive, "the list of collections does not answer with a resource", Some("collections/answers");
    /// The collection answers with JSON.
    CollectionAnswers = "collection-answers", Inconclusive, "the collection does not answer with a resource", Some("collection/answers");
    /// The client may read the collection, or write to it, or is shown it without that.
    SomeRight = "some-right", Skip, "the client has no right to the collection, and need not be shown it", None;
    /// A collection that the client can read.
    Readable = "readable", Skip, "no collection can be read with these credentials", None;
    /// A collection that the client can write to, and may by `--write`.
    Writable = "writable", Skip, "nothing may be written: give --write with a collection that can be read and written", None;
    /// The user allowed writing by `--write`.
    WriteAllowed = "write-allowed", Skip, "nothing may be written: give --write; where no collection can be written it sends only what has to be refused", None;
    /// A collection that the client may not read.
    Unreadable = "unreadable", Skip, "every collection can be read", None;
    /// A collection that the client may not write to.
    Unwritable = "unwritable", Skip, "every collection can be written", None;
    /// Read, not write.
    ReadOnly = "read-only", Skip, "no collection can be read and not written", None;
    /// Write, not read.
    WriteOnly = "write-only", Skip, "no collection can be written and not read", None;
    /// Neither.
    NoAccess = "no-access", Skip, "no collection is listed that can be neither read nor written", None;
    /// A collection that the client may not read, with an alias.
    UnreadableAlias = "unreadable-alias", Skip, "no collection that cannot be read has an alias", None;
    /// A collection that the client may not write to, with an alias.
    UnwritableAlias = "unwritable-alias", Skip, "no collection that cannot be written has an alias", None;
    /// Read, not write, with an alias.
    ReadOnlyAlias = "read-only-alias", Skip, "no collection that can be read and not written has an alias", None;
    /// Write, not read, with an alias.
    WriteOnlyAlias = "write-only-alias", Skip, "no collection that can be written and not read has an alias", None;
    /// Neither, with an alias.
    NoAccessAlias = "no-access-alias", Skip, "no collection that can be neither read nor written has an alias", None;
    /// A collection that holds nothing.
    Empty = "empty", Skip, "no collection is empty", None;
    /// Another readable collection.
    OtherCollection = "other-collection", Skip, "no second collection can be read", None;
    /// The collection has an alias.
    Alias = "alias", Skip, "no collection has an alias", None;
    /// `GET objects/` answers 200 with JSON.
    ObjectsAnswer = "objects-answer", Inconclusive, "a plain GET of objects does not answer with an envelope", Some("objects/answers");
    /// `GET manifest/` answers 200 with JSON.
    ManifestAnswers = "manifest-answers", Inconclusive, "a plain GET of the manifest does not answer with a manifest", Some("manifest/answers");
    /// `GET objects/{id}/` answers 200 with JSON.
    ObjectAnswers = "object-answers", Inconclusive, "a plain GET of an object does not answer with an envelope", Some("object/answers");
    /// `GET objects/{id}/versions/` answers 200 with JSON.
    VersionsAnswer = "versions-answer", Inconclusive, "a plain GET of versions does not answer with a list", Some("versions/answers");
    /// At least one object.
    SomeObject = "some-object", Inconclusive, "the collection holds no object: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// At least three objects.
    ThreeObjects = "three-objects", Inconclusive, "the collection holds fewer than 3 objects: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// Objects of at least two types.
    TwoTypes = "two-types", Inconclusive, "the collection holds objects of one type alone: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// Some type of STIX 2.1 is not held.
    AbsentType = "absent-type", Inconclusive, "the collection holds objects of every type of STIX 2.1", None;
    /// At least three different dates of addition.
    ThreeDates = "three-dates", Inconclusive, "fewer than 3 different dates of addition are known: load objects at different times, such as those of `taxii-conformance fixtures`, or give --write", None;
    /// The latest version of some object was added later than it was modified.
    AddedAfterModified = "added-after-modified", Inconclusive, "no object is known to have been added later than it was modified: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// An object in at least two versions.
    TwoVersions = "two-versions", Inconclusive, "no object is there in 2 versions: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// An object in at least three versions.
    ThreeVersions = "three-versions", Inconclusive, "no object is there in 3 versions: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// Versions of one object that were added at different times.
    SpreadVersions = "spread-versions", Inconclusive, "no object has versions that were added at different times: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// An object with `created` and without `modified`.
    Unversioned = "unversioned", Inconclusive, "the collection holds no unversioned object: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// A cyber-observable object.
    Sco = "sco", Inconclusive, "the collection holds no cyber-observable object: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// A relationship or sighting.
    Sro = "sro", Inconclusive, "the collection holds no relationship or sighting: load the objects of `taxii-conformance fixtures`, or give --write", None;
    /// An object that is there as STIX 2.0 and 2.1, or objects of both.
    TwoSpecs = "two-specs", Skip, "no collection holds both STIX 2.0 and 2.1", None;
    /// An object that is there as STIX 2.0 and 2.1.
    OneInTwoSpecs = "one-in-two-specs", Skip, "no collection holds an object as STIX 2.0 and as 2.1", None;
    /// `match[id]` works on objects.
    MatchId = "match-id", Inconclusive, "match[id] does not select on objects, and the trial builds on it", Some("filter/id");
    /// `match[id]` works on the manifest.
    MatchIdOnManifest = "match-id-on-manifest", Inconclusive, "match[id] does not select on the manifest, and the trial builds on it", Some("filter/id-on-manifest");
    /// The latest version comes by default.
    LatestByDefault = "latest-by-default", Inconclusive, "the latest version does not come by default, and the trial builds on it", Some("filter/version-default");
    /// Objects are in order.
    ObjectsInOrder = "objects-in-order", Inconclusive, "objects do not come in order of date added, and the trial builds on it", Some("paging/order-objects");
    /// The manifest is in order.
    ManifestInOrder = "manifest-in-order", Inconclusive, "the manifest is not in order of date added, and the trial builds on it", Some("paging/order-manifest");
    /// `added_after` works on objects.
    AddedAfterWorks = "added-after-works", Inconclusive, "added_after does not select what was added later, and the trial builds on it", Some("filter/added-after");
    /// Manifest and objects tell the same versions.
    VersionsAgree = "versions-agree", Inconclusive, "the manifest tells other versions than the objects", Some("manifest/versions");
    /// Every object can be read, also where many share a date.
    DatesReadable = "dates-readable", Inconclusive, "more objects share a date than a page holds, and there is no next, so that some of them cannot be read (section 3.5): offer next, or test a collection whose objects were added in smaller requests", None;
    /// All of the collection was read, and two reads agree.
    CompleteRead = "complete-read", Inconclusive, "what the collection holds could not be read to the end, or two reads disagree", Some("paging/next");
    /// Dates of addition are known.
    DatesKnown = "dates-known", Inconclusive, "dates of addition are not known: the manifest does not tell", Some("manifest/answers");
    /// Pages carry `next`.
    NextOffered = "next-offered", Skip, "the server offers no next: pages go on by added_after", None;
    /// Some POST of objects is answered without an internal error.
    TakesPosts = "takes-posts", Inconclusive, "every POST of objects is answered by an internal error, or not at all", Some("add/answers");
    /// Objects that were added can be read back.
    Adds = "adds", Inconclusive, "no object that the suite posted was taken and could be read back", Some("add/answers");
    /// What is added gets a status that becomes complete.
    Completes = "completes", Inconclusive, "a status stayed pending for as long as was waited, and the trial builds on what is added", Some("status/completes");
    /// Objects that were added can be deleted.
    Deletes = "deletes", Inconclusive, "an object that the suite added could not be deleted", Some("delete/answers");
    /// Older versions of objects stay when newer ones come.
    KeepsVersions = "keeps-versions", Skip, "the server keeps the latest version of an object alone, as section 1.6.11 allows", None;
    /// The oldest of three versions of an object stays.
    KeepsThreeVersions = "keeps-three-versions", Skip, "the server does not keep the oldest of three versions of an object, as section 1.6.11 allows", None;
    /// `max_content_length` is small enough to be tried.
    SmallContentLimit = "small-content-limit", Inconclusive, "max_content_length is too large to be tried, or not known", None;
}
