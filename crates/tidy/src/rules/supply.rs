//! What deny.toml bans is not in Cargo.lock, and everything in it comes from the registry.
//! Never asks the network; `cargo deny` looks at licences and advisories.

use crate::tree::{Finding, SourceFile, Tree};

/// No banned crate, and no source but the registry, stands in a Cargo.lock.
pub fn lock_files_keep_the_bans(tree: &Tree) -> Vec<Finding> {
    let Some(deny) = tree.file("deny.toml") else {
        return Vec::new();
    };
    let banned: Vec<&str> = deny
        .text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("{ crate = \""))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let is_lock = |file: &&SourceFile| file.path.rsplit('/').next() == Some("Cargo.lock");
    let locks = tree.files.iter().filter(is_lock);
    locks.flat_map(|lock| held_against(lock, &banned)).collect()
}

fn held_against(lock: &SourceFile, banned: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in lock.text.lines().enumerate() {
        let value = |key: &str| line.strip_prefix(key).map(|rest| rest.trim_matches('"'));
        if let Some(name) = value("name = ").filter(|name| banned.contains(name)) {
            let advice = format!(
                "`{name}` is banned by deny.toml: `cargo tree -i {name}` says who brings it; turn \
                 that feature off"
            );
            findings.push(lock.finding(index + 1, advice));
        }
        let strange = |source: &&str| !source.starts_with("registry+https://github.com/rust-lang/");
        if let Some(source) = value("source = ").filter(strange) {
            let advice = format!("`{source}` is not the registry: depend on a released version");
            findings.push(lock.finding(index + 1, advice));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_crates_and_strange_sources_are_found() {
        let lock = "name = \"ring\"\nname = \"rsa\"\n\
                    source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                    source = \"git+https://example.com/a\"\n";
        let deny = "deny = [\n    { crate = \"rsa\", reason = \"no fix\" },\n]\n";
        let tree = Tree::from_texts(&[
            ("Cargo.lock", lock),
            ("deny.toml", deny),
            ("fuzz/Cargo.lock", lock),
        ]);
        let found: Vec<_> = lock_files_keep_the_bans(&tree)
            .into_iter()
            .map(|f| (f.path, f.line))
            .collect();
        let expected = [
            ("Cargo.lock", 2),
            ("Cargo.lock", 4),
            ("fuzz/Cargo.lock", 2),
            ("fuzz/Cargo.lock", 4),
        ];
        assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
    }
}
