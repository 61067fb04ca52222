//! A crate uses only the crates above its own line in the root manifest.
//! Never looks at source: what a manifest does not allow, no line of code can use.

use crate::manifest;
use crate::tree::{Finding, Tree};

/// Each crate's dependencies on our crates, dev-dependencies too, stand above it in `members`.
pub fn floor_order(tree: &Tree) -> Vec<Finding> {
    let Some(root) = tree.file("Cargo.toml") else {
        return vec![missing(
            "Cargo.toml",
            "put the workspace's manifest at the root",
        )];
    };
    let members = manifest::members(&root.text);
    let mut findings = Vec::new();
    for name in tree.crate_names() {
        let path = format!("crates/{name}");
        if tree.file(&format!("{path}/Cargo.toml")).is_none() {
            findings.push(missing(&path, "give the folder a Cargo.toml or remove it"));
        } else if !members.iter().any(|(member, _)| *member == path) {
            findings.push(root.finding(1, format!("add `{path}` to `members`, on its floor")));
        }
    }
    for (floor, (member, line)) in members.iter().enumerate() {
        let Some(file) = tree.file(&format!("{member}/Cargo.toml")) else {
            let advice = format!("`{member}` has no Cargo.toml: write it or drop the member");
            findings.push(root.finding(*line, advice));
            continue;
        };
        for dependency in manifest::dependencies(&file.text) {
            let floor_of = |(path, _): &(String, usize)| {
                path.rsplit('/').next() == Some(dependency.name.as_str())
            };
            if members
                .iter()
                .position(floor_of)
                .is_some_and(|other| other >= floor)
            {
                let advice = format!(
                    "`{member}` may not use `{}`, which stands below it in the root `members`: \
                     move the verb up to a process crate, or announce an event",
                    dependency.name
                );
                findings.push(file.finding(dependency.line, advice));
            }
        }
    }
    findings
}

fn missing(path: &str, advice: &str) -> Finding {
    Finding {
        path: path.to_owned(),
        line: 1,
        advice: advice.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str =
        "[workspace]\nmembers = [\n\"crates/kit\",\n\"crates/cart\",\n\"bench\",\n]\n";

    fn check(cart: &str, kit: &str) -> Vec<String> {
        let tree = Tree::from_texts(&[
            ("Cargo.toml", ROOT),
            ("crates/cart/Cargo.toml", cart),
            ("crates/kit/Cargo.toml", kit),
            (
                "bench/Cargo.toml",
                "[dependencies]\ncart.workspace = true\n",
            ),
        ]);
        floor_order(&tree)
            .iter()
            .map(|found| format!("{}:{}", found.path, found.line))
            .collect()
    }

    #[test]
    fn downward_use_passes() {
        let found = check("[dependencies]\nkit.workspace = true\nserde = \"1\"\n", "");
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn upward_use_is_found_even_in_dev_dependencies() {
        let upward = "[dev-dependencies]\ncart = { path = \"../cart\" }\n";
        assert_eq!(check("", upward), ["crates/kit/Cargo.toml:2"]);
    }

    #[test]
    fn a_crate_outside_the_members_is_found() {
        let tree = Tree::from_texts(&[
            ("Cargo.toml", "[workspace]\nmembers = []\n"),
            ("crates/tax/Cargo.toml", ""),
        ]);
        assert_eq!(floor_order(&tree).len(), 1);
    }
}
