//! How flags, environment and configuration file become the options of a run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use miette::{GraphicalReportHandler, GraphicalTheme};
use taxii_conformance::cli::config::{Config, FILE};
use taxii_conformance::cli::options::{Args, Resolved, Surroundings, resolve};
use taxii_conformance::cli::reference::{Reference, ReferenceUser};
use taxii_conformance::cli::settings::{KEYS, PREFIX, Settings};
use taxii_conformance::cli::usage::UsageError;
use taxii_conformance::cli::values::{Format, ReportTo};
use taxii_conformance::report::console::Verbosity;
use taxii_conformance::run::{Credentials, Write};

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

/// A place to run in: environment and folder.
struct World {
    folder: tempfile::TempDir,
    env: HashMap<String, String>,
}

impl World {
    fn new(config: &str, env: &[(&str, &str)]) -> World {
        let folder = tempfile::tempdir().expect("a folder of our own");
        if !config.is_empty() {
            std::fs::write(folder.path().join(FILE), config).expect("it is written");
        }
        let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        World { folder, env }
    }

    fn resolve(&self, flags: &[&str]) -> Result<Resolved, UsageError> {
        let args = Cli::try_parse_from(["run"].iter().chain(flags)).expect("clap takes them").args;
        let env = |name: &str| self.env.get(name).cloned();
        resolve(&args, &Surroundings { env: &env, cwd: self.folder.path(), seed: 7 })
    }

    fn message(&self, flags: &[&str]) -> String {
        let error = self.resolve(flags).expect_err("it is refused");
        let mut text = String::new();
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
            .with_width(100)
            .render_report(&mut text, &error)
            .expect("memory takes everything");
        text.replace(&self.folder.path().display().to_string(), "DIR")
    }
}

const URL: &str = "https://taxii.example/";

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn defaults() {
    let resolved = World::new("", &[]).resolve(&[URL]).expect("it resolves");
    let options = &resolved.options;
    assert_eq!(options.url, URL);
    assert_eq!((options.jobs, options.timeout, options.seed), (8, Duration::from_secs(30), 7));
    assert!(!options.strict && !options.allow_http && options.write.is_none());
    assert!(matches!(options.credentials, Credentials::None));
    assert!(resolved.reports.is_empty() && resolved.reference.is_none() && !resolved.plan);
    assert_eq!(resolved.verbosity, Verbosity::Normal);
}

/// For each setting, what each source says and how to read the result: a flag goes before the
/// environment, the environment before the server's table, that before the defaults.
#[test]
fn precedence() {
    type Read = fn(&Resolved) -> String;
    // Key, flag, values of flag, environment, server table and defaults (TOML), how to read.
    let rows: &[(&str, &str, [&str; 4], Read)] = &[
        ("collection", "--collection", ["f", "e", "\"s\"", ""], |r| text(&r.options.collection)),
        ("write", "--write", ["f", "e", "\"s\"", ""], |r| text(&r.options.write.as_ref().map(Write::to_string))),
        ("jobs", "--jobs", ["1", "2", "3", "4"], |r| r.options.jobs.to_string()),
        ("timeout", "--timeout", ["1.5", "2", "3.5", "4"], |r| r.options.timeout.as_secs_f64().to_string()),
        ("seed", "--seed", ["1", "2", "3", "4"], |r| r.options.seed.to_string()),
        ("profile", "--profile", ["full", "read", "\"write\"", "\"first-look\""], |r| {
            r.options.profile.map(|p| p.name.clone()).unwrap_or_default()
        }),
        ("only", "--only", ["f", "e", "[\"s\"]", "[\"d\"]"], |r| r.options.only.join(" ")),
        ("skip", "--skip", ["f", "e", "[\"s\"]", "[\"d\"]"], |r| r.options.skip.join(" ")),
        ("strict", "--strict", ["", "false", "true", "false"], |r| r.options.strict.to_string()),
        ("no_risky", "--no-risky", ["", "false", "true", "false"], |r| r.options.no_risky.to_string()),
        ("rate", "--rate", ["1.5", "2", "3.5", "4"], |r| r.options.rate.unwrap_or_default().to_string()),
        ("derived", "--derived", ["warn", "fail", "\"warn\"", "\"fail\""], |r| {
            if r.options.derived_warns { "warn" } else { "fail" }.to_owned()
        }),
        ("insecure", "--insecure", ["", "false", "true", "false"], |r| r.options.insecure.to_string()),
        ("allow_http", "--allow-http", ["", "false", "true", "false"], |r| r.options.allow_http.to_string()),
        ("api_roots", "--api-root", ["https://f/", "https://e/", "[\"https://s/\"]", ""], |r| {
            r.options.api_roots.join(" ")
        }),
        ("reports", "--report", ["json=f", "json=e", "[\"json=/s\"]", "[\"json=/d\"]"], |r| {
            r.reports.iter().map(|r| r.path.display().to_string()).collect()
        }),
        ("user", "--user", ["f", "e", "\"s\"", ""], |r| match &r.options.credentials {
            Credentials::Basic { user, .. } => user.clone(),
            other => format!("{other:?}"),
        }),
        ("other_user", "--other-user", ["f", "e", "\"s\"", ""], |r| match &r.options.other {
            Credentials::Basic { user, .. } => user.clone(),
            other => format!("{other:?}"),
        }),
    ];
    for (key, flag, [by_flag, by_env, by_server, by_defaults], read) in rows {
        let variable = KEYS.iter().find(|k| k.0 == *key).map(|k| format!("{PREFIX}{}", k.2));
        let variable = variable.expect("the key is known");
        let table = |value: &str| {
            if value.is_empty() { String::new() } else { format!("{key} = {value}\n") }
        };
        let secrets = [("TAXII_PASSWORD", "p"), ("TAXII_CONFORMANCE_OTHER_PASSWORD_ENV", "TAXII_PASSWORD")];
        // Without the other half, a second user is refused; it is no part of most rows.
        let secrets = if key.contains("user") { &secrets[..] } else { &secrets[..1] };
        let secrets: Vec<_> = if *key == "user" { secrets[..1].to_vec() } else { secrets.to_vec() };
        for sources in 0..4 {
            let file = format!(
                "[defaults]\n{}[servers.a]\nurl = \"{URL}\"\n{}",
                table(by_defaults),
                if sources < 3 { table(by_server) } else { String::new() },
            );
            let mut env = secrets.clone();
            if sources < 2 {
                env.push((variable.as_str(), by_env));
            }
            let mut flags = vec!["--server", "a"];
            if sources < 1 {
                flags.push(flag);
                if !by_flag.is_empty() {
                    flags.push(by_flag);
                }
            }
            let want = [by_flag, by_env, by_server, by_defaults][sources];
            if want.is_empty() && sources == 3 {
                continue;
            }
            let want = if want.is_empty() { "true" } else { want };
            let want: String = want.chars().filter(|c| !"[]\"".contains(*c)).collect();
            let want = want.rsplit("json=").next().unwrap_or_default();
            let resolved = World::new(&file, &env).resolve(&flags).expect(key);
            assert_eq!(read(&resolved), want, "{key}, source {sources}");
        }
    }
}

fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

#[test]
fn every_key_is_a_field_and_every_field_a_key() {
    let mut table = toml::Table::new();
    table.insert("no such key".into(), 1.into());
    let error = table.try_into::<Settings>().expect_err("the key is unknown").to_string();
    for (key, _, variable) in KEYS {
        assert!(error.contains(&format!("`{key}`")), "{key} is no field: {error}");
        let read = std::cell::Cell::new(false);
        let env = |name: &str| {
            if name == format!("{PREFIX}{variable}") {
                read.set(true);
            }
            None
        };
        Settings::from_env(&env).expect("nothing is set");
        assert!(read.get(), "{variable} is never read");
    }
    assert_eq!(error.matches('`').count() / 2, KEYS.len() + 1, "a field is no key: {error}");
}

#[test]
fn help_names_every_variable() {
    use clap::CommandFactory;
    let help = Cli::command().render_long_help().to_string();
    for (_, _, variable) in KEYS {
        assert!(help.contains(&format!("_{variable}")), "{variable}");
    }
    assert!(!help.contains("--password <"), "a secret has no flag");
}

#[test]
fn where_the_url_comes_from() {
    let file = format!("[servers.a]\nurl = \"{URL}a/\"\nuser = \"u\"\npassword_env = \"P\"\nwrite = \"any\"");
    let env = [("TAXII_CONFORMANCE_URL", "https://env.example/"), ("P", "secret")];
    let world = World::new(&file, &env);
    assert_eq!(world.resolve(&[]).expect("by environment").options.url, "https://env.example/");
    let named = world.resolve(&["--server", "a"]).expect("by name").options;
    assert_eq!(named.url, "https://taxii.example/a/");
    assert!(matches!(named.credentials, Credentials::Basic { .. }));
    let env = [("TAXII_CONFORMANCE_SERVER", "a"), ("P", "secret")];
    let world = World::new(&file, &env);
    assert_eq!(world.resolve(&[]).expect("by name").options.url, "https://taxii.example/a/");
    // What belongs to the named server does not reach another.
    let other = world.resolve(&["https://other.example/"]).expect("by flag").options;
    assert_eq!(other.url, "https://other.example/");
    assert!(matches!(other.credentials, Credentials::None));
    assert_eq!(other.write, None);
}

#[test]
fn credentials() {
    let env = [("P", "pass"), ("T", "tok"), ("TAXII_USER", "cu"), ("TAXII_PASSWORD", "cp")];
    let show = |flags: &[&str], file: &str| {
        let world = World::new(file, &env);
        match world.resolve(flags).expect("it resolves").options.credentials {
            Credentials::None => "none".to_owned(),
            Credentials::Basic { user, password } => format!("basic {user} {password}"),
            Credentials::Bearer(token) => format!("bearer {token}"),
            Credentials::Header { name, value } => format!("header {name} {value}"),
        }
    };
    let basic = format!("[servers.a]\nurl = \"{URL}\"\nuser = \"u\"\npassword_env = \"P\"");
    let bearer = format!("[servers.a]\nurl = \"{URL}\"\ntoken_env = \"T\"");
    for (flags, file, want) in [
        (&["--user", "u", "--password-env", "P"][..], "", "basic u pass"),
        (&["--user", "u"], "", "basic u cp"),
        (&["--password-env", "P"], "", "basic cu pass"),
        (&["--token-env", "T"], "", "bearer tok"),
        (&["--header-env", "X-Key=T"], "", "header X-Key tok"),
        (&[], "", "basic cu cp"),
        (&["--server", "a"], &basic, "basic u pass"),
        (&["--server", "a", "--user", "f"], &basic, "basic f pass"),
        (&["--server", "a", "--token-env", "T"], &basic, "bearer tok"),
        (&["--server", "a"], &bearer, "bearer tok"),
        (&["--server", "a", "--user", "f"], &bearer, "basic f cp"),
    ] {
        let mut flags = flags.to_vec();
        if file.is_empty() {
            flags.push(URL);
        }
        assert_eq!(show(&flags, file), want, "{flags:?}");
    }
}

#[test]
fn refusals_say_what_to_mend_and_no_secret() {
    let secrets = [("EMPTY", ""), ("BREAK", "hunter2\n"), ("TAXII_CONFORMANCE_JOBS", "")];
    let with = |more: &[(&'static str, &'static str)]| [&secrets[..], more].concat();
    let two = format!("[servers.a]\nurl = \"{URL}\"\nuser = \"u\"\ntoken_env = \"T\"\n[servers.b]");
    // File, environment, flags.
    type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>, Vec<&'a str>);
    let rows: Vec<Row<'_>> = vec![
        ("", with(&[]), vec![]),
        ("[servers.staging]", with(&[]), vec![]),
        ("[servers.staging]", with(&[]), vec!["--server", "stagign"]),
        ("", with(&[]), vec!["--server", "staging"]),
        (&two, with(&[]), vec!["--server", "b"]),
        (&two, with(&[]), vec!["--server", "a"]),
        ("", with(&[]), vec![URL, "--user", "u"]),
        ("", with(&[]), vec![URL, "--password-env", "BREAK"]),
        ("", with(&[]), vec![URL, "--user", "u:v", "--password-env", "BREAK"]),
        ("", with(&[]), vec![URL, "--user", "u", "--password-env", "UNSET"]),
        ("", with(&[]), vec![URL, "--user", "u", "--password-env", "EMPTY"]),
        ("", with(&[]), vec![URL, "--user", "u", "--password-env", "hunter2!"]),
        ("", with(&[]), vec![URL, "--token-env", "BREAK"]),
        ("", with(&[]), vec![URL, "--header-env", "X-Key=BREAK"]),
        ("", with(&[("TAXII_USER", "u"), ("TAXII_TOKEN", "hunter2")]), vec![URL]),
        ("", with(&[("TAXII_USER", "u")]), vec![URL]),
        ("", with(&[]), vec![URL, "--other-user", "u"]),
        ("", with(&[]), vec![URL, "--other-password-env", "UNSET"]),
        ("", with(&[]), vec!["http://taxii.example/"]),
        ("", with(&[]), vec![URL, "--api-root", "/api1/"]),
        ("", with(&[]), vec![URL, "--page-size", "3"]),
        ("", with(&[]), vec![URL, "--only", "a[b"]),
        ("", with(&[]), vec![URL, "--cases", "nowhere"]),
        ("", with(&[]), vec![URL, "--ca-file", "nowhere.pem"]),
        ("", with(&[]), vec![URL, "--config", "nowhere.toml"]),
        ("", with(&[]), vec![URL, "--report", "json=a", "--report", "junit=a"]),
        ("", with(&[("TAXII_CONFORMANCE_JOBS", "many")]), vec![URL]),
        ("", with(&[("TAXII_CONFORMANCE_STRICT", "perhaps")]), vec![URL]),
        ("", with(&[("TAXII_CONFORMANCE_REPORT", "jnuit=a")]), vec![URL]),
        ("", with(&[("TAXII_CONFORMANCE_URL", URL), ("TAXII_CONFORMANCE_SERVER", "a")]), vec![]),
    ];
    let all: Vec<String> = rows
        .into_iter()
        .map(|(file, env, flags)| {
            let message = World::new(file, &env).message(&flags);
            assert!(!message.contains("hunter2"), "{message}");
            format!("$ run {}\n{message}", flags.join(" "))
        })
        .collect();
    snapshot("usage-errors", &all.join("\n"));
}

#[test]
fn exploration_needs_a_collection_to_write_to_and_the_whole_run() {
    let explored = |world: &World, flags: &[&str]| {
        let options = world.resolve(flags).expect("it resolves").options;
        options.explore.map(|e| (e.sequences, e.out.expect("a folder").file_name().map(|n| n.to_owned())))
    };
    let world = World::new("[defaults]\nexplore = 5\nexplore_out = \"found\"\n", &[]);
    assert_eq!(explored(&world, &[URL, "--write", "any"]), Some((5, Some("found".into()))));
    assert_eq!(explored(&world, &[URL, "--write", "any", "--explore", "9"]), Some((9, Some("found".into()))));
    assert_eq!(explored(&world, &["--reference"]), Some((5, Some("found".into()))));
    assert_eq!(explored(&world, &[URL]), None);
    assert_eq!(explored(&world, &[URL, "--write", "any", "--shard", "1/2"]), None);
    assert!(world.message(&[URL, "--explore", "5"]).contains("nothing may be written"));
    assert!(world.message(&[URL, "--write", "any", "--explore", "5", "--shard", "1/2"]).contains("--shard"));
}

#[test]
fn errors_in_the_file_point_at_the_place() {
    let files = [
        "[defaults]\njbos = 4\n",
        "[default]\njobs = 4\n",
        "jobs = 4\n",
        "[defaults]\njobs = \"four\"\n",
        "[defaults]\njobs = 0\n",
        "[defaults]\ntimeout = -1\n",
        "[defaults]\nwrite = \"any\"\n",
        "[defaults]\ncolour = true\n",
        "[servers.a]\nurl = \"https://a/\"\napi-root = [\"https://a/b/\"]\n",
        "[servers.a]\nonly = \"a\"\n",
        "[servers.a]\nreports = [\"json=a\", \"xunit=b\"]\n",
        "[servers.a]\nheader_env = \"X-Key\"\n",
        "servers = 1\n",
        "[servers]\na = 1\n",
        "[servers.a]\nurl = \"https://a/\n",
    ];
    let all: Vec<String> = files.iter().map(|f| World::new(f, &[]).message(&[URL])).collect();
    snapshot("config-errors", &all.join("\n"));
}

#[test]
fn paths_in_the_file_are_relative_to_it() {
    let text = "[defaults]\nca_file = \"ca.pem\"\ncases = [\"more\", \"/abs\"]\nreports = [\"json=out/a.json\"]";
    let config = Config::parse(text, Path::new("some/where.toml")).expect("it is read");
    assert_eq!(config.defaults.ca_file, Some(PathBuf::from("some/ca.pem")));
    assert_eq!(config.defaults.cases, Some(vec!["some/more".into(), "/abs".into()]));
    let report = ReportTo { format: Format::Json, path: "some/out/a.json".into() };
    assert_eq!(config.defaults.reports, Some(vec![report]));
}

#[test]
fn the_reference_server() {
    let file = "[defaults]\njobs = 3\nallow_http = true\nca_file = \"nowhere\"";
    let env = [("TAXII_CONFORMANCE_URL", URL), ("TAXII_CONFORMANCE_WRITE", "elsewhere"), ("TAXII_USER", "someone")];
    let world = World::new(file, &env);
    let resolved = world.resolve(&["--reference"]).expect("it resolves");
    let options = &resolved.options;
    assert_eq!((options.url.as_str(), &options.write), ("", &Some(Write::All)));
    assert!(!options.allow_http && options.ca_file.is_none() && options.jobs == 3);
    assert!(matches!(options.credentials, Credentials::None));
    let paths: Vec<_> = resolved.reports.iter().map(|r| r.path.display().to_string()).collect();
    let names = ["json", "xml", "html"].map(|end| format!("reports/local/reference.{end}"));
    assert_eq!(paths, names);
    let clean = Reference {
        tls: true,
        asynchronous: false,
        page_size: None,
        user: ReferenceUser::Admin,
        variants: vec![],
        defects: vec![],
    };
    assert_eq!(resolved.reference, Some(clean));

    let flags = "--reference --no-tls --async --page-size 3 --as reader --variant gzip --defect a --defect b \
                 --write x --report json=r.json";
    let resolved = world.resolve(&flags.split_whitespace().collect::<Vec<_>>()).expect("it resolves");
    assert!(resolved.options.allow_http);
    assert_eq!(resolved.options.write, Some(Write::To("x".into())));
    assert_eq!(resolved.reports.len(), 1);
    let other = Reference {
        tls: false,
        asynchronous: true,
        page_size: Some(3),
        user: ReferenceUser::Reader,
        variants: vec!["gzip".into()],
        defects: vec!["a".into(), "b".into()],
    };
    assert_eq!(resolved.reference, Some(other));
    let plan = world.resolve(&["--reference", "--plan"]).expect("it resolves");
    assert!(plan.plan && plan.reports.is_empty());
}

#[test]
fn flags_that_do_not_go_together() {
    for flags in [
        "--reference https://taxii.example/",
        "--reference --user u",
        "--reference --ca-file f",
        "--no-tls",
        "--reference --page-size 0",
        "--reference --as root",
        "--server a https://taxii.example/",
        "--user u --token-env T https://taxii.example/",
        "--token-env T --header-env X=T https://taxii.example/",
        "--plan --report json=a https://taxii.example/",
        "--quiet --verbose https://taxii.example/",
        "--jobs 0 https://taxii.example/",
        "--timeout 0 https://taxii.example/",
        "--timeout inf https://taxii.example/",
        "--timeout NaN https://taxii.example/",
        "--report xml=a https://taxii.example/",
        "--report json https://taxii.example/",
        "--report json= https://taxii.example/",
        "--header-env X https://taxii.example/",
        "--password hunter2 https://taxii.example/",
        "--client-cert f https://taxii.example/",
    ] {
        let parsed = Cli::try_parse_from(["run"].into_iter().chain(flags.split_whitespace()));
        assert_eq!(parsed.err().map(|e| e.exit_code()), Some(2), "{flags}");
    }
}
