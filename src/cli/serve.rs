//! `serve`: the reference server on this machine.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::server::{self, Defect, Options, Server, USERS, Variant};

use super::{exit, switches};

/// Arguments of `serve`.
#[derive(clap::Args)]
pub struct Args {
    /// Port on 127.0.0.1; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 6100)]
    port: u16,
    /// Plain HTTP instead of HTTPS
    #[arg(long)]
    no_tls: bool,
    /// Where to write the certificate of the authority that clients have to trust
    #[arg(long, value_name = "FILE")]
    ca_out: Option<PathBuf>,
    /// Do this in another way that the standard allows; may be given several times
    #[arg(long = "variant", value_name = "NAME")]
    variants: Vec<String>,
    /// Do this wrong; may be given several times
    #[arg(long = "defect", value_name = "NAME")]
    defects: Vec<String>,
    /// Add objects some time after the request is accepted
    #[arg(long = "async")]
    asynchronous: bool,
    /// How many objects a page holds at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = positive)]
    page_size: usize,
    /// Objects of this bundle or envelope are in the collection `Read only` as well
    #[arg(long, value_name = "FILE")]
    load: Option<PathBuf>,
    /// List the variants, with what allows them, and stop
    #[arg(long)]
    list_variants: bool,
    /// List the defects, with the requirements that they break, and stop
    #[arg(long)]
    list_defects: bool,
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "an integer above zero is needed".to_owned())
}

/// Runs the server until Ctrl-C; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    if args.list_defects || args.list_variants {
        list(args);
        return exit::OK;
    }
    let chosen = switches::variants(&args.variants).and_then(|v| Ok((v, switches::defects(&args.defects)?)));
    let (variants, defects) = match chosen {
        Ok(chosen) => chosen,
        Err(error) => {
            eprintln!("{:?}", miette::Report::new(error));
            return exit::USAGE;
        }
    };
    let load = match args.load.as_deref().map(loaded).transpose() {
        Ok(load) => load,
        Err(why) => {
            eprintln!("error: {why}");
            return exit::USAGE;
        }
    };
    let options = Options {
        load,
        tls: !args.no_tls,
        port: args.port,
        asynchronous: args.asynchronous,
        page_size: args.page_size,
        variants,
        defects,
        ..Options::default()
    };
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(serve(args, options)),
        Err(error) => {
            eprintln!("error: {error}");
            exit::UNTESTABLE
        }
    }
}

/// The text of a file whose objects are to be loaded.
fn loaded(file: &Path) -> Result<Arc<str>, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let count = server::loadable(&text).ok_or_else(|| format!("{}: no bundle, and no envelope", file.display()))?;
    println!("{count} objects of {} are in the collection Read only", file.display());
    Ok(text.into())
}

async fn serve(args: &Args, options: Options) -> u8 {
    let (variants, defects) = (options.variants.clone(), options.defects.clone());
    let server = match server::start(options).await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("error: {error}");
            return exit::UNTESTABLE;
        }
    };
    println!("Listening on {}", server.url());
    for url in server.unlisted_roots() {
        println!("  API root {url}");
    }
    for user in USERS {
        let rights = if user.writes { "reads and writes" } else { "reads" };
        println!("  user {}, password {}, or bearer token {}: {rights}", user.name, user.password, user.token);
    }
    for variant in variants {
        println!("  variant {}: {}", variant.name, variant.description);
    }
    for defect in defects {
        println!("  defect {}: {}", defect.name, defect.description);
    }
    if let Err(error) = hand_out_certificate(args, &server) {
        eprintln!("error: cannot write the certificate: {error}");
        return exit::UNTESTABLE;
    }
    println!("Ctrl-C stops it.");
    let stopped = tokio::signal::ctrl_c().await;
    server.stop().await;
    if stopped.is_ok() { exit::OK } else { exit::UNTESTABLE }
}

fn hand_out_certificate(args: &Args, server: &Server) -> std::io::Result<()> {
    match (server.ca_pem(), &args.ca_out) {
        (Some(pem), Some(path)) => {
            std::fs::write(path, pem)?;
            println!("The certificate to trust is in {}", path.display());
        }
        (Some(_), None) => {
            println!("The certificate is new at each start: --ca-out FILE writes the one to trust")
        }
        (None, _) => {}
    }
    Ok(())
}

fn list(args: &Args) {
    let names = server::variants().iter().map(|variant| variant.name);
    let width = names.chain(server::defects().iter().map(|defect| defect.name)).map(str::len).max().unwrap_or(0);
    let mut text = String::new();
    if args.list_variants {
        for Variant { name, allowed_by, description, .. } in server::variants() {
            let _ = writeln!(text, "{name:width$}  {description} ({allowed_by})");
        }
    }
    if args.list_defects {
        for Defect { name, requirements, description, .. } in server::defects() {
            let _ = writeln!(text, "{name:width$}  {:10}  {description}", requirements.join(", "));
        }
    }
    // who has seen enough closes the pipe
    let _ = std::io::stdout().write_all(text.as_bytes());
}
