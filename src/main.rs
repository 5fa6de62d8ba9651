//! The `taxii-conformance` command. All of it is in the library.

fn main() -> std::process::ExitCode {
    taxii_conformance::cli::main()
}
