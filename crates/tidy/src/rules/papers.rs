//! The papers tell the truth about the tree: the map lists the crates, the decisions their list,
//! the page about fuzzing its targets.

use crate::manifest;
use crate::tree::{Finding, SourceFile, Tree};

const MAP: &str = "ARCHITECTURE.md";
const LIST: &str = "docs/decisions/README.md";
const FUZZING: &str = "docs/fuzzing.md";
const FUZZ_MANIFEST: &str = "fuzz/Cargo.toml";

/// ARCHITECTURE.md has one table row per crate (``| `crates/name` | …``), in floor order.
pub fn map_names_every_crate(tree: &Tree) -> Vec<Finding> {
    let Some(map) = tree.file(MAP) else {
        return vec![absent(MAP)];
    };
    let mut findings = Vec::new();
    let mut rows: Vec<&str> = Vec::new();
    for (index, line) in map.text.lines().enumerate() {
        let Some(rest) = line.strip_prefix("| `crates/") else {
            continue;
        };
        let name = rest.split(['`', '/']).next().unwrap_or("");
        if !tree.crate_names().contains(&name) {
            findings.push(map.finding(
                index + 1,
                format!("there is no crates/{name}: drop the row"),
            ));
        }
        rows.push(name);
    }
    for name in tree.crate_names() {
        if !rows.contains(&name) {
            findings.push(map.finding(1, format!("add a row for `crates/{name}` to the map")));
        }
    }
    let members = tree
        .file("Cargo.toml")
        .map(|root| manifest::members(&root.text));
    let floor = |name: &str| {
        let path = format!("crates/{name}");
        members
            .iter()
            .flatten()
            .position(|(member, _)| *member == path)
    };
    if !rows.is_sorted_by_key(|name| floor(name)) {
        let advice = "put the rows in the order of `members` in Cargo.toml: it is the floor order";
        findings.push(map.finding(1, advice));
    }
    findings
}

/// Decisions are numbered from 0001 without a gap, and the list names each.
pub fn decisions_are_listed(tree: &Tree) -> Vec<Finding> {
    let Some(list) = tree.file(LIST) else {
        return vec![absent(LIST)];
    };
    let mut findings = Vec::new();
    let pages = tree.files.iter().filter(|file| {
        file.path.starts_with("docs/decisions/") && file.path.ends_with(".md") && file.path != LIST
    });
    for (number, page) in (1_usize..).zip(pages) {
        let name = page.path.trim_start_matches("docs/decisions/");
        if !name.starts_with(&format!("{number:04}-")) {
            let advice = format!("number this page {number:04}: no gap, no number twice");
            findings.push(page.finding(1, advice));
        }
        if !list.text.contains(&format!("({name})")) {
            findings.push(list.finding(1, format!("link `{name}` in the list of decisions")));
        }
    }
    for (index, line) in list.text.lines().enumerate() {
        for target in line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let is_page = target.ends_with(".md") && !target.contains('/');
            if is_page && tree.file(&format!("docs/decisions/{target}")).is_none() {
                findings.push(list.finding(index + 1, format!("`{target}` does not exist")));
            }
        }
    }
    findings
}

/// Each file in fuzz/targets is a program of fuzz/Cargo.toml, and has a row in docs/fuzzing.md;
/// no row is about a target that is gone.
pub fn fuzz_targets_are_told(tree: &Tree) -> Vec<Finding> {
    let targets: Vec<(&SourceFile, &str)> = tree
        .rust_files()
        .filter_map(|file| {
            let name = file.path.strip_prefix("fuzz/targets/")?;
            Some((file, name.strip_suffix(".rs")?))
        })
        .collect();
    let page = tree.file(FUZZING);
    let manifest = tree.file(FUZZ_MANIFEST).map_or("", |file| &file.text);
    let mut findings = Vec::new();
    for (file, name) in &targets {
        if !manifest.contains(&format!("\npath = \"targets/{name}.rs\"\n")) {
            findings.push(file.finding(1, format!("add `{name}` to {FUZZ_MANIFEST}")));
        }
        if !page.is_some_and(|page| page.text.contains(&format!("\n| `{name}` |"))) {
            findings.push(file.finding(1, format!("add a row for `{name}` to {FUZZING}")));
        }
    }
    for (index, line) in page.iter().flat_map(|page| page.text.lines().enumerate()) {
        let row = line
            .strip_prefix("| `")
            .and_then(|rest| rest.split('`').next());
        if let Some(name) = row.filter(|row| targets.iter().all(|(_, name)| name != row)) {
            let advice = format!("there is no fuzz/targets/{name}.rs: drop the row");
            findings.extend(page.map(|page| page.finding(index + 1, advice)));
        }
    }
    findings
}

fn absent(path: &str) -> Finding {
    Finding {
        path: path.to_owned(),
        line: 1,
        advice: "write this page".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "members = [\n\"crates/kit\",\n\"crates/cart\",\n]\n";

    fn check_map(map: &str) -> usize {
        let tree = Tree::from_texts(&[
            ("Cargo.toml", ROOT),
            (MAP, map),
            ("crates/kit/src/lib.rs", ""),
            ("crates/cart/src/lib.rs", ""),
        ]);
        map_names_every_crate(&tree).len()
    }

    #[test]
    fn the_map_is_complete_ordered_and_true() {
        assert_eq!(
            check_map("| `crates/kit` | a |\n| `crates/cart` | b |\n"),
            0
        );
        assert_eq!(check_map("| `crates/kit` | a |\n"), 1);
        assert_eq!(
            check_map("| `crates/cart` | b |\n| `crates/kit` | a |\n"),
            1
        );
        assert!(check_map("| `crates/kit` | |\n| `crates/cart` | |\n| `crates/tax` | |\n") > 0);
    }

    fn check_decisions(list: &str, pages: &[&str]) -> usize {
        let mut files = vec![(LIST, list)];
        files.extend(pages.iter().map(|page| (*page, "x")));
        decisions_are_listed(&Tree::from_texts(&files)).len()
    }

    #[test]
    fn decisions_have_no_gap_and_are_listed() {
        let (one, two) = ("docs/decisions/0001-a.md", "docs/decisions/0002-b.md");
        assert_eq!(
            check_decisions("[a](0001-a.md) [b](0002-b.md)", &[one, two]),
            0
        );
        assert_eq!(check_decisions("[a](0001-a.md)", &[one, two]), 1);
        assert_eq!(check_decisions("[b](0002-b.md)", &[two]), 1);
        assert_eq!(check_decisions("[a](0001-a.md) [b](0002-b.md)", &[one]), 1);
    }

    fn check_targets(manifest: &str, page: &str) -> Vec<String> {
        let tree = Tree::from_texts(&[
            (FUZZING, page),
            (FUZZ_MANIFEST, manifest),
            ("fuzz/targets/money.rs", "//! x\n"),
        ]);
        let findings = fuzz_targets_are_told(&tree);
        findings.into_iter().map(|found| found.path).collect()
    }

    #[test]
    fn a_fuzz_target_is_built_and_told() {
        let manifest = "[[bin]]\npath = \"targets/money.rs\"\n";
        let target = ["fuzz/targets/money.rs"];
        assert!(check_targets(manifest, "|\n| `money` | text |\n").is_empty());
        assert_eq!(check_targets("", "|\n| `money` | text |\n"), target);
        assert_eq!(check_targets(manifest, "x\n"), target);
        let one_too_many = "|\n| `money` | text |\n| `taxes` | text |\n";
        assert_eq!(check_targets(manifest, one_too_many), [FUZZING]);
    }
}
