//! Nothing unfinished is left behind, and no test is switched off.

use super::has_word;
use crate::tree::{Finding, Tree};

const NOTES: [&str; 3] = ["TODO", "FIXME", "XXX"];
const STUBS: [&str; 3] = ["todo!(", "unimplemented!(", "#[ignore"];

/// No note for later in any comment, no stub and no ignored test in any code.
pub fn nothing_left_behind(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        let mut noted = |line: usize, text: &str| {
            if let Some(note) = NOTES.iter().find(|note| has_word(text, note)) {
                let advice = format!("`{note}`: do it now, or open an issue and drop the note");
                findings.push(file.finding(line, advice));
            }
        };
        if file.is_rust() {
            for comment in &file.scanned.comments {
                noted(comment.line, &comment.text);
            }
            for (line, code) in file.code_lines(true) {
                if let Some(stub) = STUBS.iter().find(|stub| code.contains(**stub)) {
                    let advice = format!("`{stub}`: write the code, or remove its caller");
                    findings.push(file.finding(line, advice));
                }
            }
        } else if !file.path.ends_with(".md") {
            for (index, text) in file.text.lines().enumerate() {
                noted(index + 1, text);
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stubs_and_ignored_tests_are_found() {
        let tree = Tree::from_texts(&[
            (
                "crates/a/src/lib.rs",
                "//! x\n// TODO later\nfn a() { todo!() }\n#[ignore]\n",
            ),
            ("migrations/0001_a.sql", "-- FIXME\n"),
            ("Makefile", "run:\n\t# XXX\n"),
        ]);
        let lines: Vec<_> = nothing_left_behind(&tree)
            .iter()
            .map(|found| found.line)
            .collect();
        assert_eq!(lines, [2, 3, 4, 1, 2]);
    }

    #[test]
    fn literals_and_parts_of_words_pass() {
        let tree = Tree::from_texts(&[
            ("crates/a/src/lib.rs", "//! x\nconst A: &str = \"TODO\";\n"),
            ("scripts/a.sh", "mktemp /tmp/a.XXXXXX\n"),
        ]);
        assert!(nothing_left_behind(&tree).is_empty());
    }
}
