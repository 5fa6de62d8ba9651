//! The object types of STIX 2.1.

/// Cyber-observables: they have no specification version where they do not say so.
pub const SCO: &[&str] = &[
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

/// All others.
const OTHERS: &[&str] = &[
    "attack-pattern",
    "campaign",
    "course-of-action",
    "grouping",
    "identity",
    "incident",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "location",
    "malware",
    "malware-analysis",
    "note",
    "observed-data",
    "opinion",
    "report",
    "threat-actor",
    "tool",
    "vulnerability",
    "relationship",
    "sighting",
    "language-content",
    "marking-definition",
    "extension-definition",
];

/// Whether STIX 2.1 defines a type.
pub fn is_stix(kind: &str) -> bool {
    SCO.contains(&kind) || OTHERS.contains(&kind)
}
