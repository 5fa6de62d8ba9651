//! `fixtures`: objects to load into a server that the suite may only read.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value, json};

use super::exit;
use crate::case::fixtures::{Batch, batches};
use crate::case::object::uuid;
use crate::report::write::{WriteError, write};

/// Arguments of `fixtures`.
#[derive(clap::Args)]
pub struct Args {
    /// How to write the objects: as STIX bundles, as TAXII envelopes, or one a line
    #[arg(long, value_enum, default_value_t = Format::Bundle)]
    format: Format,

    /// Folder for one file a batch; without it, the objects go to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write this batch alone, counted from 1
    #[arg(long, value_name = "N")]
    batch: Option<usize>,
}

/// Formats of `fixtures`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A STIX bundle
    Bundle,
    /// A TAXII envelope, to be posted as it is
    Envelope,
    /// One object a line
    Ndjson,
}

/// Runs the command; gives an exit code of [`super::exit`].
pub fn run(args: &Args) -> u8 {
    let all: Vec<(usize, &Batch)> = (1..).zip(batches()).collect();
    let wanted: Vec<(usize, &Batch)> =
        all.iter().copied().filter(|(n, _)| args.batch.is_none_or(|b| b == *n)).collect();
    if wanted.is_empty() {
        eprintln!("error: there are {} batches, numbered from 1", all.len());
        return exit::USAGE;
    }
    let Some(folder) = &args.out else {
        let objects: Vec<&Value> = wanted.iter().flat_map(|(_, batch)| &batch.objects).collect();
        eprint!("{}", instructions(&wanted, args.format, None));
        // Who has seen enough closes the pipe.
        let _ = io::stdout().write_all(text(&objects, args.format, &seeds(&wanted)).as_bytes());
        return exit::OK;
    };
    if let Err(error) = std::fs::create_dir_all(folder) {
        eprintln!("error: {} cannot be made: {error}", folder.display());
        return exit::UNTESTABLE;
    }
    let failed: Vec<WriteError> = wanted.iter().filter_map(|one| save(folder, args.format, *one).err()).collect();
    if !failed.is_empty() {
        return super::save::complain(&mut io::stderr(), &failed);
    }
    let _ = io::stdout().write_all(instructions(&wanted, args.format, Some(folder)).as_bytes());
    exit::OK
}

fn save(folder: &Path, format: Format, (number, batch): (usize, &Batch)) -> Result<(), WriteError> {
    let objects: Vec<&Value> = batch.objects.iter().collect();
    write(&folder.join(file(number, format)), |out| {
        out.write_all(text(&objects, format, &number.to_string()).as_bytes())
    })
}

fn file(number: usize, format: Format) -> String {
    format!("fixtures-{number}.{}", if format == Format::Ndjson { "ndjson" } else { "json" })
}

fn seeds(wanted: &[(usize, &Batch)]) -> String {
    wanted.iter().map(|(n, _)| n.to_string()).collect::<Vec<_>>().join(" ")
}

/// The objects as they are to be written. `seed` tells bundles apart.
fn text(objects: &[&Value], format: Format, seed: &str) -> String {
    match format {
        Format::Bundle => {
            let id = format!("bundle--{}", uuid(0, "fixtures", seed));
            format!("{:#}\n", json!({ "type": "bundle", "id": id, "objects": objects }))
        }
        Format::Envelope => format!("{:#}\n", json!({ "objects": objects })),
        Format::Ndjson => objects.iter().map(|o| format!("{o}\n")).collect(),
    }
}

/// What to do with the objects.
fn instructions(wanted: &[(usize, &Batch)], format: Format, folder: Option<&Path>) -> String {
    let count: usize = wanted.iter().map(|(_, batch)| batch.objects.len()).sum();
    let mut told = format!("{count} objects in {} batches:\n", wanted.len());
    for (number, batch) in wanted {
        let place = folder.map_or_else(
            || format!("--batch {number}"),
            |folder| folder.join(file(*number, format)).display().to_string(),
        );
        let _ = writeln!(told, "  {place}  {} objects: {}", batch.objects.len(), batch.title);
    }
    told += "\nLoad them into one collection, in this order, each batch by an import of its own and at least a\n\
             second after the one before: dates of addition have to differ between batches, and may be equal\n\
             within one. Keep all versions. Then:\n\n  taxii-conformance run URL --fixtures loaded\n";
    if format == Format::Envelope {
        told += "\nWhere the server takes objects over TAXII, one batch is one request:\n\n  \
                 curl -u \"$TAXII_USER:$TAXII_PASSWORD\" -H 'Content-Type: application/taxii+json;version=2.1' \\\n    \
                 -H 'Accept: application/taxii+json;version=2.1' --data-binary @FILE \\\n    \
                 https://HOST/API-ROOT/collections/ID/objects/\n";
    }
    told
}
