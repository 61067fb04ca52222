//! What deny.toml bans is not in Cargo.lock, and everything in it comes from the registry.
//! Never asks the network; `cargo deny` looks at licences and advisories.

use crate::tree::{Finding, Tree};

/// No banned crate, and no source but the registry, stands in Cargo.lock.
pub fn lock_file_keeps_the_bans(tree: &Tree) -> Vec<Finding> {
    let (Some(deny), Some(lock)) = (tree.file("deny.toml"), tree.file("Cargo.lock")) else {
        return Vec::new();
    };
    let banned: Vec<&str> = deny
        .text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("{ crate = \""))
        .filter_map(|rest| rest.split('"').next())
        .collect();
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
        let tree = Tree::from_texts(&[("Cargo.lock", lock), ("deny.toml", deny)]);
        let lines: Vec<_> = lock_file_keeps_the_bans(&tree)
            .iter()
            .map(|f| f.line)
            .collect();
        assert_eq!(lines, [2, 4]);
    }
}
