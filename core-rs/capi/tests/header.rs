//! The committed header is what cbindgen makes of the source.

use std::fs;
use std::path::PathBuf;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("include/emomas.h")
}

fn generated() -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml is valid");
    let sources = ["codes", "types", "agent", "functions"].map(|name| root.join("src").join(name).with_extension("rs"));
    let builder = sources.iter().fold(cbindgen::Builder::new().with_config(config), cbindgen::Builder::with_src);
    let mut bytes = Vec::new();
    builder.generate().expect("the source is valid").write(&mut bytes);
    without_safety(&String::from_utf8(bytes).expect("the header is UTF-8"))
}

/// Drops the sections that speak to Rust; the header's first comment says the same once.
fn without_safety(header: &str) -> String {
    let mut kept = String::new();
    let mut skipping = false;
    for line in header.lines() {
        skipping = line == "// # Safety" || (skipping && line.starts_with("//"));
        if skipping {
            // The empty comment line before the section goes with it.
            kept.truncate(kept.strip_suffix("//\n").unwrap_or(&kept).len());
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn header_is_up_to_date() {
    let committed = fs::read_to_string(path()).expect("the header is committed");
    assert!(committed == generated(), "include/emomas.h is not what the source gives: run `make header`");
}

#[test]
#[ignore = "writes the header: `make header`"]
fn write_header() {
    fs::write(path(), generated()).expect("the folder can be written");
}
