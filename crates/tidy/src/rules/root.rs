//! The repository's root is a shop window, and names say what a thing is.

use super::has_word;
use crate::tree::{Finding, Tree};

const ROOT: [&str; 32] = [
    ".ci",
    ".config",
    ".dockerignore",
    ".env.example",
    ".gitattributes",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "bench",
    "clippy.toml",
    "compose.yaml",
    "config",
    "crates",
    "deny.toml",
    "deploy",
    "docs",
    "examples",
    "fuzz",
    "migrations",
    "openapi.json",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "scripts",
    "web",
];

const BANNED: [&str; 12] = [
    "manager", "managers", "service", "services", "helper", "helpers", "util", "utils", "common",
    "core", "base", "misc",
];

/// Only the files and folders that ARCHITECTURE.md explains stand at the root.
pub fn root_is_a_shop_window(tree: &Tree) -> Vec<Finding> {
    let strange = tree
        .root_names
        .iter()
        .filter(|name| !ROOT.contains(&name.as_str()));
    let advice = "does not belong at the root: move it under the folder it speaks of, or add it \
                  to crates/tidy/src/rules/root.rs with a line in ARCHITECTURE.md";
    strange
        .map(|name| Finding {
            path: name.clone(),
            line: 1,
            advice: advice.to_owned(),
        })
        .collect()
}

/// No file, folder or module is named after a pattern instead of a thing.
pub fn names_say_what(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        let parts = file.path.trim_end_matches(".rs").split('/');
        for name in parts.filter(|part| BANNED.contains(part)) {
            findings.push(file.finding(1, advice(name)));
        }
        for (line, code) in file
            .code_lines(true)
            .filter(|(_, code)| has_word(code, "mod"))
        {
            let inline = BANNED
                .iter()
                .find(|name| has_word(code, &format!("mod {name}")));
            if let Some(name) = inline.filter(|_| code.contains('{')) {
                findings.push(file.finding(line, advice(name)));
            }
        }
    }
    findings
}

fn advice(name: &str) -> String {
    format!("`{name}` says nothing about what is inside: name the noun or the verb of the trade")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strange_file_at_the_root_is_found() {
        let tree =
            Tree::from_texts(&[("README.md", ""), ("FINAL_STATUS.md", ""), ("web/a.md", "")]);
        let found: Vec<_> = root_is_a_shop_window(&tree)
            .into_iter()
            .map(|f| f.path)
            .collect();
        assert_eq!(found, ["FINAL_STATUS.md"]);
    }

    #[test]
    fn names_of_patterns_are_found() {
        let tree = Tree::from_texts(&[
            ("crates/a/src/utils.rs", "//! x\n"),
            ("crates/a/tests/common/mod.rs", "//! x\n"),
            (
                "crates/a/src/lib.rs",
                "//! x\nmod helpers {\n}\nmod scores;\n",
            ),
            ("crates/a/src/scores.rs", "//! core\nlet base = 1;\n"),
        ]);
        let lines: Vec<_> = names_say_what(&tree)
            .iter()
            .map(|found| found.line)
            .collect();
        assert_eq!(lines, [1, 1, 2]);
    }
}
