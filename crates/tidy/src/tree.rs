//! The repository as the rules see it: its text files, and the names at its root.
//! Never decides anything; a rule does.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::scan::{self, Scanned};

/// One departure from the house rules, printed as `path:line: what to do`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the repository root, with forward slashes.
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    /// A sentence that says what to do.
    pub advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

/// A text file; for Rust also its code, literals and comments told apart.
#[derive(Debug)]
pub struct SourceFile {
    /// Path from the repository root, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
    pub(crate) scanned: Scanned,
}

impl SourceFile {
    fn new(path: &str, text: String) -> Self {
        let scanned = if path.ends_with(".rs") {
            scan::scan(&text)
        } else {
            Scanned::default()
        };
        Self {
            path: path.to_owned(),
            text,
            scanned,
        }
    }

    /// True for a Rust source file.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// True when the whole file is test code: `tests.rs`, or anything in a `tests` folder.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// The crate's folder under `crates/`, or `bench` or `fuzz`; `None` for a file of no crate.
    pub fn crate_name(&self) -> Option<&str> {
        match self.path.split_once('/')? {
            ("crates", rest) => rest.split_once('/').map(|(name, _)| name),
            (name @ ("bench" | "fuzz"), _) => Some(name),
            _ => None,
        }
    }

    /// The path below the crate's `src/`, or `None` for a file that is not there.
    pub fn path_in_src(&self) -> Option<&str> {
        let inside = match self.path.strip_prefix("crates/") {
            Some(rest) => rest.split_once('/')?.1,
            None => self
                .path
                .strip_prefix("bench/")
                .or(self.path.strip_prefix("fuzz/"))?,
        };
        inside.strip_prefix("src/")
    }

    /// Lines of code without comments and without the insides of literals, with their numbers;
    /// lines of test modules are left out when `with_tests` is false.
    pub(crate) fn code_lines(&self, with_tests: bool) -> impl Iterator<Item = (usize, &str)> {
        let all_test = self.is_test();
        self.scanned
            .code
            .iter()
            .enumerate()
            .filter_map(move |(index, code)| {
                let is_test = all_test || self.scanned.is_test_line(index + 1);
                (with_tests || !is_test).then_some((index + 1, code.as_str()))
            })
    }

    /// String literals outside of test code, with the line on which each starts.
    pub(crate) fn literals(&self) -> impl Iterator<Item = (usize, &str)> {
        let all_test = self.is_test();
        self.scanned
            .literals
            .iter()
            .filter(move |literal| !all_test && !self.scanned.is_test_line(literal.line))
            .map(|literal| (literal.line, literal.text.as_str()))
    }

    pub(crate) fn finding(&self, line: usize, advice: impl Into<String>) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            advice: advice.into(),
        }
    }
}

/// Everything the rules read.
#[derive(Debug, Default)]
pub struct Tree {
    /// Text files that a rule may look at, sorted by path.
    pub files: Vec<SourceFile>,
    /// Names of the files and folders at the repository root, ignored ones left out.
    pub root_names: Vec<String>,
}

impl Tree {
    /// Reads the repository at `root`. Errors when a folder or a file cannot be read.
    pub fn read(root: &Path) -> io::Result<Self> {
        let ignored = ignored_names(root)?;
        let mut tree = Self::default();
        for entry in fs::read_dir(root)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !ignored.contains(&name) {
                tree.root_names.push(name);
            }
        }
        tree.root_names.sort();
        for name in tree.root_names.clone() {
            read_into(&mut tree.files, root, &name, &ignored)?;
        }
        tree.files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(tree)
    }

    /// A tree made of `(path, text)`: what the rules' own tests are written with.
    pub fn from_texts(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.files.push(SourceFile::new(path, (*text).to_owned()));
            let name = path.split('/').next().unwrap_or(path).to_owned();
            if !tree.root_names.contains(&name) {
                tree.root_names.push(name);
            }
        }
        tree
    }

    /// The file at exactly this path.
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files of the tree.
    pub fn rust_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// The folders under `crates/`, sorted.
    pub fn crate_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .files
            .iter()
            .filter(|file| file.path.starts_with("crates/"))
            .filter_map(SourceFile::crate_name)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// What .gitignore names; its patterns in this repository are plain names.
fn ignored_names(root: &Path) -> io::Result<Vec<String>> {
    let mut names = vec![".git".to_owned()];
    let path = root.join(".gitignore");
    if path.exists() {
        let text = fs::read_to_string(path)?;
        names.extend(
            text.lines()
                .map(|line| line.trim().trim_matches('/').to_owned()),
        );
    }
    Ok(names)
}

fn read_into(
    files: &mut Vec<SourceFile>,
    root: &Path,
    path: &str,
    ignored: &[String],
) -> io::Result<()> {
    let full = root.join(path);
    if full.is_dir() {
        for entry in fs::read_dir(&full)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !ignored.contains(&name) {
                read_into(files, root, &format!("{path}/{name}"), ignored)?;
            }
        }
        return Ok(());
    }
    if is_text(path) {
        match fs::read_to_string(&full) {
            Ok(text) => files.push(SourceFile::new(path, text)),
            // An editor's temporary file may go away between listing and reading.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_text(path: &str) -> bool {
    const ENDINGS: [&str; 10] = [
        ".rs", ".toml", ".md", ".sql", ".sh", ".py", ".yaml", ".yml", ".service", ".conf",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    ENDINGS.iter().any(|ending| name.ends_with(ending))
        || ["Cargo.lock", "Makefile", "Dockerfile", ".env.example"].contains(&name)
        || path.starts_with(".ci/")
        || path.starts_with("scripts/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_knows_its_crate_and_its_place() {
        let tree = Tree::from_texts(&[
            ("crates/cart/src/http/mod.rs", "//! x"),
            ("bench/src/main.rs", "//! x"),
            ("crates/nexus/tests/it/main.rs", "//! x"),
            ("fuzz/targets/money.rs", "//! x"),
        ]);
        let seen: Vec<_> = tree
            .files
            .iter()
            .map(|file| (file.crate_name(), file.path_in_src(), file.is_test()))
            .collect();
        assert_eq!(
            seen,
            [
                (Some("cart"), Some("http/mod.rs"), false),
                (Some("bench"), Some("main.rs"), false),
                (Some("nexus"), None, true),
                (Some("fuzz"), None, false),
            ]
        );
        assert_eq!(tree.crate_names(), ["cart", "nexus"]);
        assert_eq!(tree.root_names, ["crates", "bench", "fuzz"]);
    }
}
