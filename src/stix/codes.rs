//! The codes of findings: stable names, each for one kind of slip, whatever property it happens to. What is wrong within a
//! pattern has codes of its own, in [`super::pattern::code`].

/// A code and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// As findings carry it and `--disable` takes it.
    pub name: &'static str,
    /// What has gone wrong.
    pub meaning: &'static str,
}

const fn code(name: &'static str, meaning: &'static str) -> Code {
    Code { name, meaning }
}

/// All codes, in the order of their names.
pub const CODES: &[Code] = &[
    code("base64-elided", "a binary value is cut short by an ellipsis"),
    code("base64-format", "a binary value is not base64"),
    code("basic-constraints", "basic constraints of a certificate do not begin with CA"),
    code("bundle-in-list", "a bundle stands among STIX Objects"),
    code("catalogue-id", "an identifier of a catalogue (CAPEC, CVE) is not of its form"),
    code("catalogue-source", "a reference to a catalogue does not name it as its source"),
    code("charset-alias", "a character set is named by an alias"),
    code("charset-name", "a character set is not in the IANA registry"),
    code("container-keys", "keys of an observable container do not count up"),
    code("country-code", "a country is not given by its ISO 3166-1 code"),
    code("cpe-format", "a name of software is not a CPE 2.3 name"),
    code("created-changed", "two versions of an object differ in `created`"),
    code("creator-changed", "two versions of an object have different creators"),
    code("custom-extension", "a custom extension, which the standard deprecates"),
    code("custom-extension-name", "the name of a custom extension breaks a rule for such names"),
    code("custom-prefix", "a custom name without the prefix for it"),
    code("custom-property", "a custom property, which the standard deprecates"),
    code("custom-type", "a custom object type, which the standard deprecates"),
    code("defanged-not-on-sco", "`defanged` on an object that is no SCO"),
    code("deprecated-container", "observables in the deprecated container"),
    code("deterministic-id", "a UUIDv5 does not follow from the contributing properties"),
    code("dictionary-key", "a dictionary key has wrong characters or is too long"),
    code("dictionary-key-case", "a dictionary key is not in lower case"),
    code("display-name", "an e-mail address includes the display name"),
    code("disputed-type", "a value of a type that the standard and its schemas disagree on"),
    code("domain-format", "a value is no domain name"),
    code("domain-unusual", "a domain name is against the preferred syntax"),
    code("email-format", "a value is no e-mail address"),
    code("empty-dictionary", "a dictionary is empty"),
    code("empty-list", "a list is empty"),
    code("encoded-word", "a header field has not been decoded"),
    code("excluded-property", "a property that another one excludes"),
    code("extension-key", "a key of `extensions` names no extension"),
    code("extension-redefines", "an extension redefines what the standard defines"),
    code("hash-name", "the name of a hash has wrong characters or a wrong length"),
    code("hash-value", "a hash is not of the form of its algorithm"),
    code("hex-format", "a value is not hexadecimal"),
    code("hyphenated", "words are separated otherwise than by hyphens"),
    code("id-type", "the `id` begins with another type than the object's"),
    code("identifier-format", "a value is no identifier"),
    code("integer-too-large", "an integer beyond 2^53 - 1"),
    code("invalid-json", "the input is not JSON"),
    code("ip-format", "a value is no IP address or block"),
    code("label-for-type", "a label says what a property of the type's own is for"),
    code("language-missing", "text in another language than English without `lang`"),
    code("language-tag", "a value is no language code of RFC 5646"),
    code("list-lacks-type", "a list of references lacks one of the type that it has to have"),
    code("lower-case", "a value is not in lower case"),
    code("mac-format", "a value is no MAC address in the form of the standard"),
    code("marking-cycle", "a marking definition marks itself"),
    code("marking-type", "a marking type that the standard does not define"),
    code("marking-type-mismatch", "`definition` is of another type than `definition_type`"),
    code("media-type", "a value is no media type"),
    code("missing-dependent", "a property that another one calls for is missing"),
    code("missing-disputed", "a property is missing that the standard or its schemas require"),
    code("missing-one-of", "none of several properties is given"),
    code("missing-property", "a required property is missing"),
    code("missing-recommended", "a property is missing that should be given"),
    code("name-case", "a name from elsewhere has lost its case"),
    code("nested-too-deep", "a value is nested deeper than this validator looks"),
    code("no-own-property", "an object or type has none of its own properties"),
    code("no-sha-256", "hashes without SHA-256"),
    code("not-an-object", "something else stands where a STIX Object should"),
    code("not-an-observable", "something else than an SCO stands in an observable container"),
    code("not-applicable", "a common property that does not apply to this type"),
    code("not-in-enumeration", "a value is not in its enumeration"),
    code("not-in-vocabulary", "a value is not in its open vocabulary"),
    code("null-property", "a custom property is null"),
    code("null-value", "null within a value"),
    code("object-modified", "a translation is of a version that does not exist"),
    code("out-of-range", "a number is out of its range"),
    code("pattern-language", "a pattern is in another language than `pattern_type` says"),
    code("pattern-syntax", "a pattern cannot be parsed"),
    code("pattern-window", "a pattern looks beyond the time for which its indicator is valid"),
    code("priority-class", "a priority does not end in _CLASS"),
    code("property-name", "a property name has wrong characters or a wrong length"),
    code("protocol-missing", "the protocol of an extension is not listed"),
    code("protocol-name", "a protocol is not named as the IANA registry does"),
    code("reference-suffix", "a property holds references and its name does not say so"),
    code("reference-type", "a reference to an object of the wrong type"),
    code("relationship-ends", "a relationship type between types that the standard does not join by it"),
    code("relationship-type", "a relationship type that the standard does not define"),
    code("relationship-type-format", "a relationship type has wrong characters"),
    code("repeated-key", "a dictionary has a key twice"),
    code("repeated-name", "an object has a property twice"),
    code("reserved-name", "a property has a reserved name"),
    code("reserved-namespace", "an identifier uses the namespace of deterministic ids against the rules for it"),
    code("samples-differ", "the samples of a malware instance are not the same data"),
    code("selector-syntax", "a selector is not of the form of selectors"),
    code("selector-unresolved", "a selector selects nothing"),
    code("shared-uuid", "two objects of different types have one UUID"),
    code("short-hive", "a registry hive is abbreviated"),
    code("stix-2-0", "content of STIX 2.0, which is not judged"),
    code("subdivision-code", "an area is not given by its ISO 3166-2 code"),
    code("timestamp-format", "a value is not of the form of timestamps"),
    code("timestamp-order", "a moment comes before one that it has to follow"),
    code("timestamp-precision", "a timestamp has too few decimals"),
    code("timestamp-too-precise", "a timestamp has decimals and should have none"),
    code("timestamp-value", "a timestamp is of a moment that does not exist"),
    code("tlp-instance", "a TLP marking that is not one of the four of the standard"),
    code("translation-length", "a translated list has another length than the original"),
    code("translation-type", "a translation is of another type than the original"),
    code("type-literal", "`type` is not the literal that the `id` speaks of"),
    code("type-name", "the name of a type has wrong characters or a wrong length"),
    code("unknown-hash", "a hash algorithm that the vocabulary does not have"),
    code("unknown-tlp", "a TLP level that the standard does not have"),
    code("unrelated-observables", "objects of one container have nothing to do with each other"),
    code("unresolved-local-reference", "a reference within a container leads nowhere"),
    code("url-format", "a value is no URL"),
    code("url-reference-format", "the `url` of an external reference is no URL"),
    code("uuid-case", "a UUID is not in lower case"),
    code("uuid-version", "a UUID is of another version than is advised"),
    code("variant-of-instance", "a malware family as variant of an instance"),
    code("version-after-revoked", "a version later than the one that revoked the object"),
    code("version-differs", "two copies of one version differ"),
    code("versioned-sco", "an SCO with versions uses the namespace of deterministic ids"),
    code("vocabulary-case", "a value outside its vocabulary is not in lower case"),
    code("vocabulary-separator", "a value outside its vocabulary separates words otherwise than by hyphens"),
    code("wrong-literal", "a property has another value than the one that it has to have"),
    code("wrong-type", "a value is of the wrong type"),
];

/// Whether this is the code of some finding. Those on patterns have their list in [`super::pattern::code`].
#[must_use]
pub fn is_code(name: &str) -> bool {
    CODES.iter().any(|c| c.name == name) || name.starts_with("pattern-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(CODES.windows(2).all(|w| w[0].name < w[1].name));
    }
}
