//! What the Dockerfile builds, from what, and what it leaves out.

use std::fs;

use crate::papers::{after, instructions, programs, read, root, services, stages};

#[test]
fn the_image_is_built_from_stages_and_programs_that_exist() {
    let stages = stages();
    let (build, copies): (Vec<_>, Vec<_>) = instructions()
        .into_iter()
        .filter(|line| line.starts_with("RUN ") || line.starts_with("COPY --from="))
        .partition(|line| line.starts_with("RUN "));
    for copy in copies {
        let from = copy
            .trim_start_matches("COPY --from=")
            .split(' ')
            .next()
            .unwrap_or_default();
        assert!(
            stages.iter().any(|stage| stage == from),
            "no stage `{from}`: {copy}"
        );
    }
    let build = build
        .iter()
        .find(|run| run.contains("cargo build"))
        .expect("a build");
    let (packages, built) = (after(build, "--package"), after(build, "--bin"));
    assert_eq!(packages.len(), built.len());
    for (package, program) in packages.iter().zip(&built) {
        assert!(
            is_program(package, program),
            "`{package}` builds no program `{program}`"
        );
        assert!(
            build.contains(&format!("target/release/{program} ")),
            "`{program}` is left behind"
        );
    }
    assert_eq!(built, programs(), "what is built is what is copied");
    assert!(
        !build.contains("--features"),
        "the shipped binary has no optional feature"
    );
    for (name, service) in services() {
        if let Some(target) = service["build"]["target"].as_str() {
            assert!(
                stages.iter().any(|stage| stage == target),
                "{name}: no stage `{target}`"
            );
        }
    }
}

/// True when the package builds this program: by its name, in `src/bin`, or by a `[[bin]]`.
fn is_program(package: &str, program: &str) -> bool {
    let folder = root().join("crates").join(package);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let named = manifest.split("[[bin]]").skip(1).any(|bin| {
        let own = bin.split("\n[").next().unwrap_or(bin);
        own.contains(&format!("name = \"{program}\""))
    });
    named
        || (program == package && folder.join("src/main.rs").exists())
        || folder.join(format!("src/bin/{program}.rs")).exists()
        || folder.join(format!("src/bin/{program}/main.rs")).exists()
}

#[test]
fn the_image_is_built_with_our_toolchain_for_its_own_system() {
    let pinned = read("rust-toolchain.toml");
    let channel = pinned
        .lines()
        .find_map(|line| line.strip_prefix("channel = "))
        .expect("channel");
    let channel = channel.trim_matches('"');
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains(&format!("FROM rust:{channel}-slim-bookworm AS build")));
    assert!(dockerfile.contains(&format!("RUSTUP_TOOLCHAIN={channel}\n")));
    // The C library of the build must not be newer than the one it runs on.
    assert!(dockerfile.contains("FROM debian:bookworm-slim AS runtime"));
    let user = instructions()
        .into_iter()
        .rfind(|line| line.starts_with("USER "));
    assert!(
        user.is_some_and(|line| !line.contains("root") && line != "USER 0"),
        "runs as root"
    );
}

#[test]
fn nothing_that_the_build_reads_is_kept_out_of_it() {
    let ignored = read(".dockerignore");
    let ignored: Vec<&str> = ignored
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .collect();
    for needed in [
        "Cargo.toml",
        "Cargo.lock",
        "crates",
        "bench",
        "config",
        "migrations",
    ] {
        assert!(!ignored.contains(&needed), "the build reads {needed}");
    }
    for secret in [".env", ".git", "target", "var"] {
        assert!(
            ignored.contains(&secret),
            "keep {secret} out of the image's build"
        );
    }
    let root = root();
    let tree = tidy::Tree::read(&root).expect("the repository can be read");
    for file in tree
        .rust_files()
        .filter(|file| !file.path.starts_with("crates/tidy/"))
    {
        for embedded in file.text.split("include_").skip(1) {
            let literal = embedded.split('"').nth(1).unwrap_or_default();
            let outside = literal
                .trim_start_matches("../")
                .split('/')
                .next()
                .unwrap_or_default();
            let is_outside = literal.starts_with("../../../") && ignored.contains(&outside);
            assert!(
                !is_outside,
                "{} embeds {literal}, which .dockerignore leaves out",
                file.path
            );
        }
    }
}
