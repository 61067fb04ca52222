//! Watches the built pages, so that a new build of them is embedded. Never builds them: cargo
//! alone is enough for the server, and `make web` is there for whoever has Node.js.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../web/dist");
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release && !Path::new("../../web/dist/admin/index.html").exists() {
        println!(
            "cargo::warning=the pages are not built, so this binary has no dashboard: run \
             `make web` first"
        );
    }
}
