//! A file is read in one sitting, a line without scrolling.
//! Never counts functions: clippy's `too_many_lines` does.

use crate::tree::{Finding, Tree};

const FILE_LINES: usize = 400;
const LINE_COLUMNS: usize = 100;

/// Rust files have at most 400 lines (300 wanted), code and SQL lines at most 100 columns.
/// A line that is one address, and may not be broken, is left alone.
pub fn lengths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        let count = file.text.lines().count();
        if file.is_rust() && count > FILE_LINES {
            let advice = format!(
                "the file has {count} lines: make it a folder of the same name, with a file per \
                 thought (about 300 lines wanted, {FILE_LINES} at most)"
            );
            findings.push(file.finding(count, advice));
        }
        if !file.is_rust() && !file.path.ends_with(".sql") && !file.path.ends_with(".sh") {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > LINE_COLUMNS && !line.contains("://") {
                let advice = format!("{columns} columns: break the line at {LINE_COLUMNS}");
                findings.push(file.finding(index + 1, advice));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_long_lines_are_found() {
        let long_file = "//! x\n".repeat(401);
        let long_line = format!("//! {}\n", "x".repeat(100));
        let tree = Tree::from_texts(&[
            ("crates/a/src/lib.rs", &long_file),
            ("crates/b/src/lib.rs", &long_line),
            ("crates/c/src/lib.rs", "//! ok\n"),
            ("README.md", &long_line),
        ]);
        let found: Vec<_> = lengths(&tree)
            .into_iter()
            .map(|f| (f.path, f.line))
            .collect();
        let expected = [("crates/a/src/lib.rs", 401), ("crates/b/src/lib.rs", 1)];
        assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
    }

    #[test]
    fn addresses_and_exact_limits_pass() {
        let address = format!("//! https://example.com/{}\n", "x".repeat(100));
        let exact = "x".repeat(100);
        let tree = Tree::from_texts(&[
            ("crates/a/src/lib.rs", &address),
            ("migrations/0001_a.sql", &exact),
            ("crates/b/src/lib.rs", &"//! x\n".repeat(400)),
        ]);
        assert!(lengths(&tree).is_empty());
    }
}
