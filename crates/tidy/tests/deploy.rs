//! Held against each other: compose.yaml, Dockerfile, .dockerignore, .env.example, deploy/ and the
//! workspace. Finds a reference to what does not exist; never starts a container.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "this whole file is a test"
)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

const COMMANDS: [&str; 4] = ["serve", "worker", "migrate", "health"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn compose() -> Value {
    let mut compose: Value = serde_yaml_ng::from_str(&read("compose.yaml")).expect("YAML");
    compose.apply_merge().expect("merges are maps");
    compose
}

fn services() -> Vec<(String, Value)> {
    let compose = compose();
    let services = compose["services"].as_mapping().expect("services").clone();
    services
        .into_iter()
        .map(|(name, service)| (text(&name), service))
        .collect()
}

fn service(name: &str) -> Value {
    let found = services().into_iter().find(|(other, _)| other == name);
    found
        .unwrap_or_else(|| panic!("compose.yaml has no service `{name}`"))
        .1
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| format!("{value:?}"), str::to_owned)
}

fn list(value: &Value) -> Vec<String> {
    value
        .as_sequence()
        .into_iter()
        .flatten()
        .map(text)
        .collect()
}

/// The Dockerfile's instructions, continued lines joined, comments left out.
fn instructions() -> Vec<String> {
    let file = read("Dockerfile");
    let lines = file
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    joined
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The word after each occurrence of `flag`.
fn after(text: &str, flag: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair[0] == flag);
    pairs.map(|pair| pair[1].to_owned()).collect()
}

fn stages() -> Vec<String> {
    instructions()
        .iter()
        .filter(|line| line.starts_with("FROM "))
        .flat_map(|l| after(l, "AS"))
        .collect()
}

/// Programs that the final stage copies in.
fn programs() -> Vec<String> {
    let copies = instructions()
        .into_iter()
        .filter(|line| line.starts_with("COPY --from="));
    let last = |line: String| line.rsplit('/').next().unwrap_or_default().to_owned();
    copies.map(last).collect()
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
fn every_service_that_is_waited_for_exists_and_can_say_it_is_ready() {
    let image_has_check = read("Dockerfile").contains("\nHEALTHCHECK ");
    for (name, waiting) in services() {
        for (target, how) in waiting["depends_on"].as_mapping().into_iter().flatten() {
            let awaited = service(&text(target));
            let check = &awaited["healthcheck"];
            let is_off = check["disable"].as_bool() == Some(true);
            let has_check = !is_off && (!check.is_null() || image_has_check);
            match how["condition"].as_str() {
                Some("service_healthy") => {
                    assert!(
                        has_check,
                        "`{name}` waits for `{target:?}`, which has no health check"
                    );
                }
                Some("service_completed_successfully") => {
                    assert_eq!(
                        awaited["restart"].as_str(),
                        Some("no"),
                        "{target:?} never completes"
                    );
                }
                other => panic!("`{name}`: say what to wait for, not {other:?}"),
            }
        }
    }
}

#[test]
fn every_volume_is_declared_and_used() {
    let declared: Vec<String> = compose()["volumes"]
        .as_mapping()
        .into_iter()
        .flatten()
        .map(|(name, _)| text(name))
        .collect();
    let mut used = Vec::new();
    for (_, service) in services() {
        let names = list(&service["volumes"]).into_iter();
        let named = names.filter(|volume| !volume.starts_with(['.', '/']));
        used.extend(named.filter_map(|v| v.split_once(':').map(|(name, _)| name.to_owned())));
    }
    assert_eq!(declared, used);
}

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

#[test]
fn every_command_is_one_that_the_programs_know() {
    for (name, service) in services()
        .iter()
        .filter(|(_, service)| !service["build"].is_null())
    {
        let entry = list(&service["entrypoint"])
            .first()
            .cloned()
            .unwrap_or("nexus".to_owned());
        assert!(
            programs().contains(&entry),
            "{name}: the image has no `{entry}`"
        );
        let command = list(&service["command"])
            .first()
            .cloned()
            .unwrap_or_default();
        if entry == "nexus" {
            assert!(
                COMMANDS.contains(&command.as_str()),
                "{name}: `nexus {command}` is unknown"
            );
        }
    }
    for line in instructions().iter().filter(|line| line.contains("CMD [")) {
        let words: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let command = words
            .iter()
            .find(|word| **word != "nexus")
            .expect("a command");
        assert!(COMMANDS.contains(command), "{line}");
    }
}

#[test]
fn every_variable_is_explained_and_every_setting_exists() {
    let example = read(".env.example");
    let explained: Vec<&str> = example
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .map(|(name, _)| name)
        .filter(|name| {
            name.chars()
                .all(|c| c.is_ascii_uppercase() || "_0123456789".contains(c))
        })
        .collect();
    for reference in read("compose.yaml").split("${").skip(1) {
        let name = reference.split([':', '}', '-']).next().unwrap_or_default();
        assert!(explained.contains(&name), "explain {name} in .env.example");
    }
    let mut settings: Vec<String> = explained.iter().map(|name| (*name).to_owned()).collect();
    for (_, service) in services() {
        let names = service["environment"].as_mapping().into_iter().flatten();
        settings.extend(names.map(|(name, _)| text(name)));
    }
    let defaults = read("config/shop.toml");
    for setting in settings
        .iter()
        .filter_map(|name| name.strip_prefix("NEXUS__"))
    {
        let (section, key) = setting.split_once("__").expect("NEXUS__SECTION__KEY");
        assert!(
            has_setting(&defaults, &section.to_lowercase(), &key.to_lowercase()),
            "NEXUS__{setting}: config/shop.toml has no such setting"
        );
    }
}

/// True when the section has the key, or the key commented out (a setting without a default).
fn has_setting(toml: &str, section: &str, key: &str) -> bool {
    let mut lines = toml
        .lines()
        .skip_while(|line| line.trim() != format!("[{section}]"))
        .skip(1);
    lines
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .any(|line| {
            let line = line.trim_start_matches(['#', ' ']);
            line.split_once('=')
                .is_some_and(|(name, _)| name.trim() == key)
        })
}

#[test]
fn every_unit_starts_a_known_command_after_units_that_exist() {
    let folder = root().join("deploy/systemd");
    let mut commands = Vec::new();
    for entry in fs::read_dir(&folder).expect("deploy/systemd") {
        let unit = fs::read_to_string(entry.expect("an entry").path()).expect("a unit");
        for line in unit.lines() {
            let (name, value) = line.split_once('=').unwrap_or_default();
            if name == "ExecStart" {
                commands.push(value.trim_start_matches("/usr/local/bin/nexus ").to_owned());
            }
            let others = value
                .split(' ')
                .filter(|_| ["After", "Requires"].contains(&name));
            for other in others.filter(|other| other.starts_with("nexus-")) {
                assert!(folder.join(other).exists(), "{line}: no unit {other}");
            }
        }
        assert!(unit.contains("\nNoNewPrivileges=yes\n") && unit.contains("\nUser=nexus\n"));
    }
    commands.sort();
    assert_eq!(commands, ["migrate", "serve", "worker"]);
}
