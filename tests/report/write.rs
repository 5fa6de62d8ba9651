use std::fs;
use std::io::Error;
use std::path::Path;

use taxii_conformance::report::write::{check_writable, write};

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder is ours")
        .map(|e| e.expect("it stays").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder of our own")
}

#[test]
fn writes_and_makes_folders() {
    let folder = folder();
    let path = folder.path().join("a/b/report.json");
    check_writable(&path).expect("it can be written");
    assert!(entries(folder.path()).is_empty(), "looking leaves no trace");
    write(&path, |out| out.write_all(b"new")).expect("it is written");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
    assert_eq!(entries(&folder.path().join("a/b")), ["report.json"]);
}

#[test]
fn a_failed_write_leaves_the_old_report() {
    let folder = folder();
    let path = folder.path().join("report.json");
    fs::write(&path, "old").expect("it is written");
    let error = write(&path, |out| {
        out.write_all(&[b'x'; 100_000])?;
        Err(Error::other("the disk is full"))
    })
    .expect_err("it failed");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(error.to_string().contains("report.json"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "old");
    assert_eq!(entries(folder.path()), ["report.json"]);
    write(&path, |out| out.write_all(b"new")).expect("it is written");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
}

#[test]
fn paths_that_cannot_be_written_are_known_before() {
    let folder = folder();
    fs::write(folder.path().join("file"), "").expect("it is written");
    for (path, reason) in [
        (folder.path().to_owned(), "it is a folder"),
        (folder.path().join("file/report.json"), ""),
        (folder.path().join("new/"), "names no file"),
        (Path::new("/proc/report.json").to_owned(), "refuses files"),
        (Path::new("").to_owned(), "names no file"),
    ] {
        let error = check_writable(&path).expect_err(&path.display().to_string()).to_string();
        assert!(error.contains(reason), "{error}");
        assert!(write(&path, |_| Ok(())).is_err(), "{}", path.display());
    }
    assert_eq!(entries(folder.path()), ["file"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_devices_stay_devices() {
    let folder = folder();
    let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
    fs::write(&real, "old").expect("it is written");
    std::os::unix::fs::symlink(&real, &link).expect("links can be made");
    write(&link, |out| out.write_all(b"new")).expect("it is written");
    assert_eq!(fs::read_to_string(&real).expect("it is there"), "new");
    assert!(link.is_symlink());
    let null = Path::new("/dev/null");
    check_writable(null).expect("it takes everything");
    write(null, |out| out.write_all(b"new")).expect("it takes everything");
    assert!(!null.is_file());
}
