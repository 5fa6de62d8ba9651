//! The test binary of the trials, against other servers than its own: no server, no pass.

use std::path::PathBuf;
use std::process::Command;

use taxii_conformance::server;

/// The newest binary of `tests/conformance`, beside this one.
fn binary() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.to_owned();
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let hash = name.strip_prefix("conformance-").map(|rest| rest.trim_end_matches(std::env::consts::EXE_SUFFIX));
        hash.is_some_and(|hash| hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let age = |path: &PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).filter(named).max_by_key(age)
}

/// Exit code and everything that was printed; nothing where the other binary was not built.
fn conformance(flags: &[&str], env: &[(&str, &str)]) -> Option<(Option<i32>, String)> {
    let output = Command::new(binary()?).args(flags).env_clear().envs(env.iter().copied()).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.code(), String::from_utf8_lossy(&text).into_owned()))
}

#[test]
fn a_server_that_cannot_be_tested_fails_whatever_the_filter() {
    let env = [("TAXII_URL", "https://127.0.0.1:1/")];
    for flags in [&[][..], &["add/"], &["--exact", "tls/https"]] {
        let Some((code, text)) = conformance(flags, &env) else { return };
        assert_eq!(code, Some(101), "{flags:?}: {text}");
        assert!(text.contains("refuses connections on port 1"), "{flags:?}: {text}");
    }
}

#[test]
fn wrong_usage_is_told() {
    for (env, word) in [(("TAXII_URL", "localhost"), "no scheme"), (("TAXII_URL", "http://localhost/"), "plain HTTP")] {
        let Some((code, text)) = conformance(&[], &[env]) else { return };
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn failures_come_with_a_command_and_skips_with_a_reason() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let defects = vec![server::defect("limit-zero-taken-on-manifest").expect("a defect")];
    let options = server::Options { tls: false, defects, ..server::Options::default() };
    let server = runtime.block_on(server::start(options)).expect("the reference server starts");
    let env = [
        ("TAXII_URL", server.url()),
        ("TAXII_ALLOW_HTTP", "1"),
        ("TAXII_USER", "admin"),
        ("TAXII_PASSWORD", "admin-pass"),
    ];
    let Some((code, text)) = conformance(&["limit zero"], &env) else { return };
    assert_eq!(code, Some(101), "{text}");
    assert!(text.contains("breaks   T21-3.4-01 (MUST)"), "{text}");
    assert!(text.contains("try      curl -sS -i -g -u \"$TAXII_USER:$TAXII_PASSWORD\""), "{text}");
    assert!(!text.contains("admin-pass"), "{text}");
    let Some((code, text)) = conformance(&["add/"], &env) else { return };
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("ignored (skip: nothing may be written"), "{text}");
    assert!(text.contains("0 passed; 0 failed"), "{text}");
}
