//! `report --bundle` and `verify`: a bundle holds as long as nobody touched it, and says what was touched.

use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Keys of RFC 8032, section 7.1, tests 1 and 2: private and public, in hexadecimal.
const KEYS: [(&str, &str); 2] = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    ),
];

/// What OpenSSL writes before the bytes of an Ed25519 key.
const PKCS8: &str = "302e020100300506032b657004220420";
const SPKI: &str = "302a300506032b6570032100";

type Files = Vec<(String, Vec<u8>)>;

/// Runs the program in a folder; exit code and what it printed, without line breaks.
fn suite(folder: &Path, arguments: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"));
    let output = command.args(arguments.split_whitespace()).current_dir(folder).output().expect("the binary starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let flat: Vec<&str> = text.split_whitespace().filter(|w| *w != "│").collect();
    (output.status.code().unwrap_or(-1), flat.join(" "))
}

#[track_caller]
fn expect(folder: &Path, arguments: &str, code: i32, words: &str) {
    let (found, text) = suite(folder, arguments);
    assert_eq!(found, code, "{arguments}: {text}");
    assert!(text.contains(words), "{arguments}: {words:?} in {text}");
}

fn pem(label: &str, hex: &str) -> String {
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(bytes))
}

/// A folder with a report, keys, a bundle and a signed one.
fn stand() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for (n, (private, public)) in KEYS.iter().enumerate() {
        std::fs::write(at.join(format!("key{n}.pem")), pem("PRIVATE KEY", &format!("{PKCS8}{private}")))
            .expect("written");
        std::fs::write(at.join(format!("public{n}.pem")), pem("PUBLIC KEY", &format!("{SPKI}{public}")))
            .expect("written");
    }
    let run = "run --reference --defect collection-differs-from-list --only discovery/* --only collection/* --seed 7 -q \
               --report json=report.json";
    let (code, text) = suite(at, run);
    assert_eq!(code, 1, "{text}");
    expect(at, "report report.json -q --bundle plain.zip", 0, "T21-5.2-02");
    expect(at, "report report.json -q --bundle signed.zip --sign key0.pem", 0, "T21-5.2-02");
    folder
}

fn unpack(path: &Path) -> Files {
    let mut archive = ZipArchive::new(std::fs::File::open(path).expect("there")).expect("an archive");
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).expect("a file");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("read");
            (file.name().expect("a name").into_owned(), bytes)
        })
        .collect()
}

fn pack(files: &Files, path: &Path) {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name.as_str(), SimpleFileOptions::default()).expect("started");
        archive.write_all(bytes).expect("written");
    }
    std::fs::write(path, archive.finish().expect("finished").into_inner()).expect("written");
}

fn get<'a>(files: &'a mut Files, name: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(n, _)| n == name).expect("it is there").1
}

/// Changes a file of JSON.
fn edit(files: &mut Files, name: &str, change: impl FnOnce(&mut Value)) {
    let bytes = get(files, name);
    let mut value: Value = serde_json::from_slice(bytes).expect("JSON");
    change(&mut value);
    *bytes = serde_json::to_vec(&value).expect("JSON");
}

/// Makes the manifest fit the files again, as a forger would.
fn refit(files: &mut Files) {
    let hashes: Vec<Value> = ["report.json", "exchanges.har"]
        .map(|name| {
            let bytes = get(files, name);
            let hash: String = Sha256::digest(&*bytes).iter().map(|b| format!("{b:02x}")).collect();
            json!({ "name": name, "size": bytes.len(), "sha256": hash })
        })
        .to_vec();
    edit(files, "manifest.json", |m| m["files"] = hashes.into());
}

#[test]
fn a_bundle_holds_and_is_the_same_each_time() {
    let folder = stand();
    let at = folder.path();
    expect(at, "report report.json -q --bundle again.zip --sign key0.pem", 0, "");
    let bytes = |name: &str| std::fs::read(at.join(name)).expect("there");
    assert_eq!(bytes("signed.zip"), bytes("again.zip"));
    assert_ne!(bytes("signed.zip"), bytes("plain.zip"));
    let files = unpack(&at.join("signed.zip"));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["manifest.json", "manifest.sig", "report.json", "exchanges.har"]);
    assert_eq!(files[2].1, bytes("report.json"));
    assert_eq!(files[1].1.len(), 64);
    let manifest: Value = serde_json::from_slice(&files[0].1).expect("JSON");
    assert_eq!(manifest["report"]["suite"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["report"]["failed"], json!(["T21-5.2-02"]));

    expect(at, "verify plain.zip", 0, "plain.zip holds.");
    expect(at, "verify plain.zip", 0, "Breaks 1 requirement: T21-5.2-02");
    expect(at, "verify plain.zip", 0, "none: anybody can have made it");
    expect(at, "verify signed.zip", 0, "not checked: give --key");
    expect(at, "verify signed.zip --key public0.pem", 0, "by the key that was given");
}

#[test]
fn a_signature_is_that_of_one_key() {
    let folder = stand();
    let at = folder.path();
    expect(at, "verify signed.zip --key public1.pem", 1, "the signature does not hold: it is not that of this key");
    expect(at, "verify plain.zip --key public0.pem", 1, "the signature does not hold: the bundle has none");
    expect(at, "verify signed.zip --key key0.pem", 2, "it is a private key");
    expect(at, "verify signed.zip --key report.json", 2, "no BEGIN PUBLIC KEY block");
    expect(at, "verify signed.zip --key none.pem", 2, "none.pem: cannot be read");
    expect(at, "report report.json --bundle x.zip --sign public0.pem", 2, "no BEGIN PRIVATE KEY block");
    expect(at, "report report.json --sign key0.pem", 2, "--bundle");
    // a key for X25519, which signs nothing
    let other = PKCS8.replace("2b6570", "2b656e") + KEYS[0].0;
    std::fs::write(at.join("other.pem"), pem("PRIVATE KEY", &other)).expect("written");
    expect(at, "report report.json --bundle x.zip --sign other.pem", 2, "the key is of another kind");
    std::fs::write(at.join("locked.pem"), pem("ENCRYPTED PRIVATE KEY", PKCS8)).expect("written");
    expect(at, "report report.json --bundle x.zip --sign locked.pem", 2, "it has a passphrase");
    assert!(!at.join("x.zip").exists());
}

#[test]
fn what_was_altered_is_found() {
    let folder = stand();
    let at = folder.path();
    let altered = |from: &str, arguments: &str, words: &str, change: &dyn Fn(&mut Files)| {
        let mut files = unpack(&at.join(from));
        change(&mut files);
        pack(&files, &at.join("altered.zip"));
        expect(at, &format!("verify altered.zip {arguments}"), 1, words);
    };
    let plain = |words: &str, change: &dyn Fn(&mut Files)| altered("plain.zip", "", words, change);
    altered("plain.zip", "", "altered.zip does not hold", &|f| f.clear());
    plain("report.json was altered", &|f| get(f, "report.json")[100] ^= 1);
    plain("exchanges.har was altered", &|f| get(f, "exchanges.har").push(b'\n'));
    plain("report.json is missing", &|f| f.retain(|(n, _)| n != "report.json"));
    plain("manifest.json is missing", &|f| f.retain(|(n, _)| n != "manifest.json"));
    for name in ["more.txt", "../../report.json", "/etc/passwd", "a\\..\\b", "manifest.json\u{202e}", "dir/"] {
        plain("which is no part of a bundle", &|f| f.push((name.to_owned(), vec![1])));
    }
    plain("manifest.json is none", &|f| *get(f, "manifest.json") = b"{".to_vec());
    plain("and this suite reads version 1", &|f| edit(f, "manifest.json", |m| m["version"] = 2.into()));
    plain("its format is", &|f| edit(f, "manifest.json", |m| m["format"] = "x".into()));
    plain("it lists report.json", &|f| {
        edit(f, "manifest.json", |m| m["files"].as_array_mut().expect("a list").truncate(1));
    });
    // a forger who makes hashes fit
    let forged = |words: &str, change: &dyn Fn(&mut Value)| {
        plain(words, &|f| {
            edit(f, "report.json", change);
            refit(f);
        });
    };
    forged("the manifest tells something else of it", &|r| r["summary"]["failed"] = json!([]));
    forged("it counts", &|r| {
        let all = r["trials"].as_array_mut().expect("a list");
        all.iter_mut().filter(|t| t["verdict"] == "fail").for_each(|t| t["verdict"] = "pass".into());
    });
    forged("its summary is not that of its trials", &|r| r["summary"]["passed"] = json!([]));
    forged("is not the one of its hash", &|r| {
        r["trials"][0]["exchanges"][0]["response"]["body"]["excerpt"] = "{}".into();
    });
    forged("exchanges.har has other exchanges", &|r| r["trials"][0]["exchanges"] = json!([]));
    forged("this is no report", &|r| r["format"] = "x".into());
    plain("exchanges.har has other exchanges", &|f| {
        edit(f, "exchanges.har", |h| h["log"]["entries"][0]["response"]["status"] = 500.into());
        refit(f);
    });
    // signatures
    let signed = |words: &str, change: &dyn Fn(&mut Files)| altered("signed.zip", "--key public0.pem", words, change);
    signed("the signature does not hold", &|f| get(f, "manifest.json").push(b' '));
    signed("the signature does not hold", &|f| get(f, "manifest.sig")[5] ^= 1);
    signed("the signature does not hold", &|f| get(f, "manifest.sig").truncate(63));
    signed("the bundle has none", &|f| f.retain(|(n, _)| n != "manifest.sig"));
    signed("report.json was altered", &|f| get(f, "report.json")[100] ^= 1);
    altered("signed.zip", "", "manifest.sig is missing", &|f| f.retain(|(n, _)| n != "manifest.sig"));
    altered("signed.zip", "", "names another key", &|f| edit(f, "manifest.json", |m| drop(m["signed_by"].take())));
}

#[test]
fn archives_that_are_none_or_mean_harm_are_refused() {
    let folder = stand();
    let at = folder.path();
    let bytes = std::fs::read(at.join("plain.zip")).expect("there");
    let bad = |bytes: &[u8], words: &str| {
        std::fs::write(at.join("bad.zip"), bytes).expect("written");
        expect(at, "verify bad.zip", 1, words);
    };
    bad(b"", "no sound ZIP archive");
    bad(b"PK\x03\x04 and no more", "no sound ZIP archive");
    bad(&bytes[..bytes.len() / 2], "no sound ZIP archive");
    bad(&[b"#!/bin/sh\n".as_slice(), &bytes].concat(), "before or behind");
    bad(&[&bytes, b"more".as_slice()].concat(), "before or behind");
    expect(at, "verify none.zip", 2, "none.zip: cannot be read");
    expect(at, "verify .", 2, "cannot be read");
    expect(at, "verify report.json", 1, "no sound ZIP archive");
    // every byte counts somewhere, or is a date or a right that nobody reads: none may lead to a panic
    for at_byte in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
        let mut spoilt = bytes.clone();
        spoilt[at_byte] ^= 0xff;
        std::fs::write(at.join("spoilt.zip"), spoilt).expect("written");
        let (code, text) = suite(at, "verify spoilt.zip");
        assert!(code == 1 || code == 0 && text.contains("holds."), "byte {at_byte}: {code}, {text}");
    }
    // bombs: a hundred megabytes of nothing, packed small
    let bomb = vec![b' '; 100 << 20];
    let mut files = unpack(&at.join("plain.zip"));
    *get(&mut files, "report.json") = bomb.clone();
    pack(&files, &at.join("bomb.zip"));
    expect(at, "verify bomb.zip", 1, "report.json was altered");
    let mut files = unpack(&at.join("plain.zip"));
    get(&mut files, "manifest.json").extend(bomb);
    pack(&files, &at.join("bomb.zip"));
    expect(at, "verify bomb.zip", 1, "manifest.json has more than the 1048576 bytes");
    let mut files = unpack(&at.join("plain.zip"));
    edit(&mut files, "manifest.json", |m| m["files"][0]["size"] = (1_u64 << 40).into());
    pack(&files, &at.join("bomb.zip"));
    expect(at, "verify bomb.zip", 1, "report.json has more than the 268435456 bytes");
    // one name twice
    let mut files = unpack(&at.join("plain.zip"));
    files.push(("report.jsoX".to_owned(), b"{}".to_vec()));
    pack(&files, &at.join("twice.zip"));
    let mut twice = std::fs::read(at.join("twice.zip")).expect("there");
    for start in 0..twice.len() - 11 {
        if &twice[start..start + 11] == b"report.jsoX" {
            twice[start + 10] = b'n';
        }
    }
    bad(&twice, "a name is there twice");
}
