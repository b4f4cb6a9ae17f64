//! Makes the codec from the dialect's XML, and the hash by which two sides know that they speak the same one.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mavlink_bindgen::XmlDefinitions;
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let dialect = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware_bridge/dialect");
    println!("cargo::rerun-if-changed={}", dialect.display());
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    mavlink_bindgen::generate(XmlDefinitions::Directory(&dialect), &out)?;
    // The generator expects to be inside of the `mavlink` crate, and in a file of its own.
    let code = fs::read_to_string(out.join("emomas.rs"))?;
    let code = code.replace("# ! [", "# [").replace("crate::utils", "mavlink_core::utils");
    let hash = Sha256::digest(canonical(&dialect)?.as_bytes());
    fs::write(out.join("hash.rs"), format!("{:#x}", u64::from_le_bytes(hash[..8].try_into()?)))?;
    fs::write(out.join("emomas.rs"), code)?;
    Ok(())
}

/// Every message in the order of ids as `id NAME`, then its fields as `type name`, in the XML's order.
fn canonical(dialect: &Path) -> Result<String, Box<dyn Error>> {
    let mut messages = Vec::new();
    for file in ["common.xml", "emomas.xml"] {
        let text = fs::read_to_string(dialect.join(file))?;
        let document = roxmltree::Document::parse(&text)?;
        for message in document.descendants().filter(|node| node.has_tag_name("message")) {
            let attribute = |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap_or("").to_string();
            let mut lines = String::new();
            writeln!(lines, "{} {}", attribute(message, "id"), attribute(message, "name"))?;
            for field in message.children().filter(|node| node.has_tag_name("field")) {
                writeln!(lines, "{} {}", attribute(field, "type"), attribute(field, "name"))?;
            }
            messages.push((attribute(message, "id").parse::<u32>()?, lines));
        }
    }
    messages.sort();
    Ok(messages.into_iter().map(|(_, lines)| lines).collect())
}
