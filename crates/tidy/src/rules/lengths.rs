//! A file is read in one sitting, a line without scrolling.
//! Never counts functions: clippy's `too_many_lines` does.

use crate::tree::{Finding, SourceFile, Tree};

const FILE_LINES: usize = 400;
const LINE_COLUMNS: usize = 100;

/// Rust files have at most 400 lines (300 wanted), code and SQL lines at most 100 columns.
/// Left alone: an address, a raw string, and in tests any literal, for what another program said
/// is quoted as it was said.
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
            if columns > LINE_COLUMNS && !may_be_long(file, index, line) {
                let advice = format!("{columns} columns: break the line at {LINE_COLUMNS}");
                findings.push(file.finding(index + 1, advice));
            }
        }
    }
    findings
}

fn may_be_long(file: &SourceFile, index: usize, line: &str) -> bool {
    let is_test = file.is_test() || file.scanned.is_test_line(index + 1);
    let code_columns = file
        .scanned
        .code
        .get(index)
        .map_or(0, |code| code.chars().count());
    let is_quoted = is_test && code_columns < line.chars().count() && code_columns <= LINE_COLUMNS;
    let is_comment = line.trim_start().starts_with("//");
    line.contains("://") || file.scanned.is_raw_line(index + 1) || (is_quoted && !is_comment)
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
            (
                "crates/d/src/lib.rs",
                &format!("//! x\nconst A: &str = \"{long_line}\";\n"),
            ),
            ("crates/d/src/tests.rs", &format!("//! x\n{long_line}")),
            ("README.md", &long_line),
        ]);
        let found: Vec<_> = lengths(&tree)
            .into_iter()
            .map(|f| (f.path, f.line))
            .collect();
        let expected = [
            ("crates/a/src/lib.rs", 401),
            ("crates/b/src/lib.rs", 1),
            ("crates/d/src/lib.rs", 2),
            ("crates/d/src/tests.rs", 2),
        ];
        assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
    }

    #[test]
    fn addresses_and_exact_limits_pass() {
        let address = format!("//! https://example.com/{}\n", "x".repeat(100));
        let exact = "x".repeat(100);
        let long = "x".repeat(100);
        let raw = format!("//! x\nconst A: &str = r\"{long}\";\n");
        let quoted = format!("//! x\nconst A: &str = \"{long}\";\n");
        let tree = Tree::from_texts(&[
            ("crates/a/src/lib.rs", &address),
            ("migrations/0001_a.sql", &exact),
            ("crates/b/src/lib.rs", &"//! x\n".repeat(400)),
            ("crates/c/src/lib.rs", &raw),
            ("crates/c/src/tests.rs", &quoted),
        ]);
        assert!(lengths(&tree).is_empty());
    }
}
