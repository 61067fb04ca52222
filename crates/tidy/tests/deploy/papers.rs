//! Reads the files: text, YAML, the Dockerfile's instructions. Never asserts.

use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn compose() -> Value {
    let mut compose: Value = serde_yaml_ng::from_str(&read("compose.yaml")).expect("YAML");
    compose.apply_merge().expect("merges are maps");
    compose
}

pub(crate) fn services() -> Vec<(String, Value)> {
    let compose = compose();
    let services = compose["services"].as_mapping().expect("services").clone();
    services
        .into_iter()
        .map(|(name, service)| (text(&name), service))
        .collect()
}

pub(crate) fn service(name: &str) -> Value {
    let found = services().into_iter().find(|(other, _)| other == name);
    found
        .unwrap_or_else(|| panic!("compose.yaml has no service `{name}`"))
        .1
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| format!("{value:?}"), str::to_owned)
}

pub(crate) fn list(value: &Value) -> Vec<String> {
    value
        .as_sequence()
        .into_iter()
        .flatten()
        .map(text)
        .collect()
}

/// The Dockerfile's instructions, continued lines joined, comments left out.
pub(crate) fn instructions() -> Vec<String> {
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
pub(crate) fn after(text: &str, flag: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair[0] == flag);
    pairs.map(|pair| pair[1].to_owned()).collect()
}

pub(crate) fn stages() -> Vec<String> {
    instructions()
        .iter()
        .filter(|line| line.starts_with("FROM "))
        .flat_map(|l| after(l, "AS"))
        .collect()
}

/// Programs that the final stage copies in.
pub(crate) fn programs() -> Vec<String> {
    let copies = instructions()
        .into_iter()
        .filter(|line| line.starts_with("COPY --from=build "));
    let last = |line: String| line.rsplit('/').next().unwrap_or_default().to_owned();
    copies.map(last).collect()
}

/// The files of a crate that declare its command line.
pub(crate) fn flags_of(package: &str) -> String {
    let tree = tidy::Tree::read(&root()).expect("the repository can be read");
    let of_package = |file: &&tidy::SourceFile| file.crate_name() == Some(package);
    let files = tree.rust_files().filter(of_package);
    files
        .map(|file| file.text.as_str())
        .filter(|text| text.contains("Parser)]"))
        .collect()
}
