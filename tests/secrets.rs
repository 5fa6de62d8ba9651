//! No secret of a run comes out of it: not in any report, on the console, in a plan, a note, a record or an error.
//!
//! A server that knows the credentials throws them back wherever it can and in every spelling; then everything
//! that the program wrote is searched.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;
use taxii_conformance::report::format::Format;

#[expect(dead_code, reason = "each test file uses its part of the stub")]
#[path = "trouble/stub.rs"]
mod stub;

use stub::{Answer, Asked, stub};

/// Hard to hide: quotes, separators, characters beyond ASCII, markup.
const PASSWORD: &str = "hünter/2 \"&<pässword>+=";
const TOKEN: &str = "tok-EN/with+base64==~chars.0123456789";
const HEADER: &str = "ApiKey k3y/w1th=s1gns&more";
const OTHER: &str = "the-other's %25 pass\\word";
/// What only the server knows, and leaks: a session, tokens in URLs, user and password of somebody in a URL.
const LEAKED: [&str; 5] = ["sess10n-c00kie", "leaked-access", "leaked-api-key", "leaked-signature", "bob:bobs-pw"];
/// What `--redact` names.
const NAMED: &str = "customer-4711";

/// A secret in the spellings in which it is looked for.
fn spellings(secret: &str) -> Vec<String> {
    let json = json!(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let ascii: String =
        json.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) }).collect();
    let percent: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let page = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    vec![
        secret.to_owned(),
        json.replace('/', r"\/"),
        json,
        ascii,
        percent.to_lowercase(),
        percent,
        form.replace('+', "%20"),
        form,
        page,
        BASE64_STANDARD.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
    ]
}

/// Everything that a run may not give away, with the parts that no cut may leave either.
fn forbidden(secret: &str) -> Vec<String> {
    let mut all = spellings(secret);
    all.extend(spellings(&format!("tester:{secret}")));
    all
}

/// Throws back what it was sent, and what it knows, in headers, bodies, errors and redirects.
fn echo(asked: &Asked, secret: &str) -> Answer {
    let sent = format!("{} {} {}", asked.header("authorization"), asked.header("x-api"), asked.line);
    let all = spellings(secret).join(" | ");
    let plain: String = all.chars().filter(|c| c.is_ascii() && !c.is_control()).collect();
    let urls = "https://bob:bobs-pw@elsewhere.example/?access_token=leaked-access&x=1 \
                /y?a=1&api_key=leaked-api-key#f https://e.example/z?sig=leaked-signature";
    let headers = vec![
        ("Content-Type", "application/taxii+json;version=2.1".to_owned()),
        ("X-Echo", sent.clone()),
        ("X-Known", plain),
        ("Set-Cookie", "sid=sess10n-c00kie".to_owned()),
        ("WWW-Authenticate", format!("Basic realm=\"{NAMED}\"")),
        ("Location", "https://bob:bobs-pw@elsewhere.example/?token=leaked-access".to_owned()),
    ];
    let said = format!("{sent} {all} {urls} {NAMED}");
    let path = asked.path().to_owned();
    let (status, body) = match path.split('?').next().unwrap_or_default() {
        "/taxii2/" => (
            200,
            json!({"title": said, "description": urls, "api_roots": [format!("{}api1/", origin(asked)), "https://bob:bobs-pw@elsewhere.example/"]}),
        ),
        "/api1/" => {
            (200, json!({"title": said, "versions": ["application/taxii+json;version=2.1"], "max_content_length": 9}))
        }
        "/api1/collections/" => {
            let id = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
            (
                200,
                json!({"collections": [{"id": id, "title": said, "can_read": true, "can_write": true, "media_types": [said]}]}),
            )
        }
        p if p.contains("/moved/") => (302, json!({})),
        p if p.ends_with("/objects/") && asked.line.starts_with("GET") => {
            (200, json!({"more": false, "objects": [{"type": "note", "id": said, "content": said}]}))
        }
        _ => (500, json!({"title": said, "description": format!("failed for {said}")})),
    };
    Answer(status, headers, body.to_string())
}

fn origin(asked: &Asked) -> String {
    format!("http://{}/", asked.header("host"))
}

/// Every file below a folder.
fn files(folder: &Path, all: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, all) } else { all.push(path) }
    }
}

fn search(name: &str, flags: &[&str], env: &[(&str, &str)], secret: &'static str) {
    let stub = stub(move |asked| echo(asked, secret));
    let folder = tempfile::tempdir().expect("a folder");
    let reports: Vec<String> =
        Format::ALL.iter().flat_map(|(f, _)| ["--report".to_owned(), format!("{f}=out/report.{f}")]).collect();
    let common = ["--allow-http", "--timeout", "5", "--seed", "1", "--write", "any", "--redact", "customer-\\d+"];
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-conformance"));
        command.arg("run").arg(&stub.url).args(common).args(flags).args(more);
        command.current_dir(folder.path()).env_clear().envs(env.iter().copied());
        let output = command.output().expect("the binary starts");
        assert!(output.status.code().is_some_and(|code| code != 2), "{}", String::from_utf8_lossy(&output.stderr));
        [output.stdout, output.stderr]
    };
    let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
    let mut texts: Vec<(String, Vec<u8>)> = Vec::new();
    for (what, output) in [
        (
            "run",
            run(&[
                &["-v", "--only", "{auth,discovery,error,content,collections,headers}/**", "--record", "out/record"],
                &reports[..],
            ]
            .concat()),
        ),
        ("plan", run(&["--plan"])),
        ("quiet", run(&["-q", "--only", "discovery/*"])),
    ] {
        let [out, err] = output;
        assert!(!out.is_empty());
        texts.extend([(format!("{what} stdout"), out), (format!("{what} stderr"), err)]);
    }
    let mut written = Vec::new();
    files(folder.path(), &mut written);
    assert!(written.len() > Format::ALL.len(), "{written:?}");
    for path in written {
        texts.push((path.display().to_string(), std::fs::read(&path).expect("ours")));
    }
    let asked = stub.asked();
    assert!(asked.iter().any(|a| !a.header("authorization").is_empty() || !a.header("x-api").is_empty()), "{name}");
    let mut hidden = 0;
    for (place, bytes) in &texts {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("panicked"), "{name}: {place}");
        hidden += text.matches("[redacted]").count();
        for wanted in forbidden(secret).iter().map(String::as_str).chain(LEAKED).chain([NAMED]) {
            if let Some(at) = text.find(wanted) {
                let around: String = text[..at].chars().rev().take(200).collect::<String>().chars().rev().collect();
                panic!("{name}: {wanted:?} in {place} after …{around}");
            }
        }
    }
    assert!(hidden > 50, "{name}: the server threw back nothing");
}

#[test]
fn a_password() {
    search("basic", &["--user", "tester", "--password-env", "P"], &[("P", PASSWORD)], PASSWORD);
}

#[test]
fn a_bearer_token() {
    search("bearer", &["--token-env", "T"], &[("T", TOKEN)], TOKEN);
}

#[test]
fn a_header() {
    search("header", &["--header-env", "X-Api=H"], &[("H", HEADER)], HEADER);
}

#[test]
fn the_other_user() {
    let flags = ["--user", "tester", "--password-env", "P", "--other-user", "tester", "--other-password-env", "O"];
    search("other", &flags, &[("P", "first-password"), ("O", OTHER)], OTHER);
}
