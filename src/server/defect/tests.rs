//! Each defect shows: some answer of a fixed series of requests differs from that of a server without defects.

use std::collections::HashSet;

use super::super::effect::{apply, connection};
use super::super::rules::Rules;
use super::{Defect, Effect, defects};

mod interview;

use interview::interview;

#[test]
fn a_server_without_defects_says_the_same_twice() {
    for (one, other) in interview(Vec::new(), None).iter().zip(&interview(Vec::new(), None)) {
        assert_eq!(one, other);
    }
}

#[test]
fn every_defect_shows() {
    let clean = interview(Vec::new(), None);
    let tls = |effects: &'static [Effect]| format!("{:?}", connection(effects).0);
    let plain = tls(&[]);
    let hidden: Vec<&str> = defects()
        .iter()
        .filter(|defect| tls(defect.effects) == plain && interview(vec![defect], Some(clean.clone())) == clean)
        .map(|defect| defect.name)
        .collect();
    assert_eq!(hidden, SEEN_BY_CASES_ALONE);
}

/// Defects that no question of the interview brings to light; `selftest` does.
const SEEN_BY_CASES_ALONE: &[&str] = &[
    "empty-successes-where-all-failed",
    "no-accept-500",
    "content-type-of-one-collection",
    "json-for-the-second-user",
    "large-body-cut",
    "max-content-length-in-characters",
    "objects-take-any-token",
    "collections-take-no-password",
    "objects-compare-passwords-without-case",
    "object-compares-the-beginning-of-passwords",
    "collection-takes-any-password",
    "manifest-takes-any-password",
    "object-takes-any-password",
    "versions-take-any-password",
    "basic-case-sensitive",
    "status-takes-any-password",
    "manifest-open-where-filtered",
    "later-pages-open",
    "head-open",
    "manifest-for-writers-alone",
    "objects-for-writers-alone",
    "parameters-decoded-twice",
    "limit-all-taken",
    "limit-in-wide-digits-taken",
    "added-after-with-space-taken",
    "added-after-without-its-zone",
    "match-id-by-prefix",
    "and-of-three-drops-version",
    "added-after-drops-connection",
    "specification-ignored-beside-id",
    "limit-ignored-beside-specification",
    "hyphen-encoded-is-no-hyphen",
    "hyphen-encoded-is-no-hyphen-in-paths",
    "spec-version-all-by-default-on-object",
    "version-all-of-ten-at-most",
    "versions-of-ten-at-most",
    "large-limit-400",
    "next-knows-its-object",
    "match-id-of-any-collection",
    "delete-from-any-collection",
    "type-ignored-under-the-second-root",
    "limit-ignored-in-read-only-collections",
    "archive-said-to-be-closed",
    "post-refused-under-second-root",
    "delete-not-allowed-under-second-root",
    "delete-does-nothing-under-second-root",
    "no-versions-under-second-root",
    "status-of-second-root-not-counted",
    "credentials-stick-to-the-connection",
    "accept-without-version-406-under-second-root",
    "content-type-with-space-under-second-root",
    "limit-zero-taken-under-second-root",
    "after-ignored-on-manifest-of-second-root",
    "status-unknown-under-second-root",
    "first-of-an-object-ignored-in-mixed",
    "latest-version-alone-in-mixed",
    "collection-tells-all-the-rights-of-the-first",
    "empty-list-of-collections-for-second-user",
    "next-is-a-credential",
    "alias-opens-writing-to-the-second-user",
    "rights-not-asked-where-filtered-by-id",
    "unknown-object-stays-unknown",
    "object-out-of-a-shared-cache",
    "objects-in-the-order-of-ids",
    "no-object-that-is-a-relation",
    "limit-above-1000-refused-on-object",
    "limit-above-1000-refused-on-versions",
    "two-times-and-the-latest-too",
    "texts-cut-at-64k",
    "urls-in-small-letters",
    "labels-as-a-set",
    "backslashes-halved",
    "empty-text-lost",
    "hashes-in-small-letters",
    "names-cut-at-255",
    "spaces-joined",
    "defanged-lost",
    "sha-512-lost",
    "fractions-of-six-digits",
    "truth-read-out-of-texts",
    "lists-of-one-opened",
    "unsupported-objects-not-counted",
    "refused-and-added",
    "added-custom-types-lost",
    "added-sightings-lost",
    "unknown-collection-takes-objects",
    "duplicates-compared-as-text",
    "refused-type-and-added",
    "refused-size-and-added",
    "held-elsewhere-not-added",
    // an object that comes, goes and comes again
    "deleted-for-ever",
    "delete-by-specification-takes-every-version",
    "observables-lost-among-types",
];

#[test]
fn defects_are_well_formed() {
    let register = include_str!("../../../cases/requirements/taxii-2.1.tsv");
    let known: HashSet<&str> = register.lines().filter_map(|line| line.split('\t').next()).collect();
    let mut names = HashSet::new();
    for Defect { name, requirements, description, effects } in defects() {
        assert!(names.insert(name), "{name} is there twice");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)));
        assert!(!requirements.is_empty() && !effects.is_empty() && !description.is_empty(), "{name}");
        assert!(!description.contains('\n') && !description.ends_with('.'), "{name}");
        for requirement in *requirements {
            assert!(known.contains(requirement), "{name} names {requirement}");
        }
        apply(super::super::defect(name).expect("found by its name").effects(), &mut Rules::default());
        assert!(effects.iter().all(|effect| !matches!(effect, Effect::Tls(_))) || effects.len() == 1);
    }
    assert!(names.len() >= 150, "{}", names.len());
}

/// The list of what real servers did: each row names defects that are there, or a variant where nothing forbids it.
#[test]
fn defects_of_real_servers_are_there() {
    let list = include_str!("../../../docs/defects.md");
    let rows: Vec<&str> = list.lines().filter(|line| line.starts_with('|') && line.contains('#')).skip(1).collect();
    assert_eq!(rows.len(), 25);
    for row in rows {
        let cell = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default();
        let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            let variant = row.contains("a variant") && super::super::variant(name).is_some();
            assert!(variant || super::super::defect(name).is_some(), "{name}: {row}");
        }
    }
}
