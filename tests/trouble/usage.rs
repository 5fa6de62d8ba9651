//! Mistakes of the user: nothing is sent, nothing half-written, and older reports stay.

use std::fs;
use std::path::Path;

use crate::binary::command;
use crate::stub::{Answer, stub};

/// Exit code and standard error; standard output has to be empty.
#[track_caller]
fn refused(folder: &Path, flags: &[&str]) -> (Option<i32>, String) {
    let output = command(folder, flags, &[]).output().expect("the binary starts");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_url_that_is_none() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    fs::write(folder.path().join("r.json"), "older").expect("written");
    for (url, word) in [
        ("taxii.example/taxii2/", "has no scheme"),
        ("ftp://taxii.example/", "cannot begin with \"ftp://\""),
        ("htps://taxii.example/", "did you mean \"https://\""),
        ("https:/taxii.example/", "two slashes"),
        ("https://", "not valid"),
        ("http://taxii.example/", "plain HTTP"),
    ] {
        let (code, err) = refused(folder.path(), &["run", url, "--report", "json=r.json"]);
        assert_eq!(code, Some(2), "{url}");
        assert!(err.contains(word), "{url}: {err}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("r.json")).expect("it is there"), "older");
}

#[test]
fn a_broken_case_file() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    fs::create_dir(folder.path().join("mine")).expect("made");
    fs::write(folder.path().join("mine/a.toml"), "id = \"mine/a\"\ntitel = \"b\"").expect("written");
    fs::write(folder.path().join("r.json"), "older").expect("written");
    let server = stub(|_| Answer::typed(500, "text/plain", ""));
    let flags =
        ["run", &server.url, "--allow-http", "--cases", "mine", "--report", "json=r.json", "--report", "junit=r.xml"];
    let (code, err) = refused(folder.path(), &flags);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("mine/a.toml:2:1") && err.contains("did you mean `title`?"), "{err}");
    assert!(server.asked().is_empty());
    assert_eq!(fs::read_to_string(folder.path().join("r.json")).expect("it is there"), "older");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

#[test]
fn a_report_that_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    fs::write(folder.path().join("r.json"), "older").expect("written");
    fs::write(folder.path().join("file"), "in the way").expect("written");
    let server = stub(|_| Answer::typed(500, "text/plain", ""));
    let flags = ["run", &server.url, "--allow-http", "--report", "json=r.json", "--report", "junit=file/r.xml"];
    let (code, err) = refused(folder.path(), &flags);
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("cannot write the report file/r.xml"), "{err}");
    assert!(server.asked().is_empty());
    assert_eq!(fs::read_to_string(folder.path().join("r.json")).expect("it is there"), "older");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

#[test]
fn a_glob_that_is_none_and_a_ca_file_that_is_none() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    fs::write(folder.path().join("ca.pem"), "no certificate").expect("written");
    for (flags, word) in [
        (["--only", "filter/[", "--jobs", "1"], "no glob"),
        (["--ca-file", "ca.pem", "--jobs", "1"], "CA file"),
        (["--ca-file", "missing.pem", "--jobs", "1"], "CA file"),
        (["--jobs", "0", "--timeout", "1"], "at least 1"),
        (["--timeout", "0", "--jobs", "1"], "more than 0"),
        (["--report", "jsn=r", "--jobs", "1"], "did you mean \"json\""),
    ] {
        let mut all = vec!["run", "https://127.0.0.1:1/"];
        all.extend(flags);
        let (code, err) = refused(folder.path(), &all);
        assert_eq!(code, Some(2), "{flags:?}: {err}");
        assert!(err.contains(word), "{flags:?}: {err}");
    }
}

#[test]
fn nothing_judged_is_no_success() {
    let folder = tempfile::tempdir().expect("a folder of our own");
    let output = command(folder.path(), &["run", "--reference", "--only", "no/such-case"], &[]).output();
    assert_eq!(output.expect("the binary starts").status.code(), Some(4));
}
