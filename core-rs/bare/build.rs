//! The C library starts the program and ends it.
fn main() {
    println!("cargo:rustc-link-lib=c");
}
