//! Lists the case files, so that they become part of the program.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=cases");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut files = Vec::new();
    walk(&root.join("cases"), &mut files);
    files.sort();
    let entry = |path: &PathBuf| {
        let name = path.strip_prefix(&root).expect("below the root").to_string_lossy().replace('\\', "/");
        format!("    ({name:?}, include_str!({:?})),\n", path.to_string_lossy())
    };
    let list: String = files.iter().map(entry).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("cases.rs");
    let text = format!("/// Name and text of every case file.\npub const FILES: &[(&str, &str)] = &[\n{list}];\n");
    fs::write(out, text).expect("the output folder can be written");
}

/// Whether the TOML files of a folder are templates and data, not cases.
fn holds_data(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "cases" || name == "requirements")
}

/// Case files are the TOML files in folders of `cases/`.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of cases").flatten() {
        let path = entry.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "toml") && !holds_data(folder) {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
}
