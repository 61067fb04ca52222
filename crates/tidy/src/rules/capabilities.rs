//! Every capability has the same shape: the same file names, a front door without code, a store
//! whose names say the SQL, and a first line that says what lives in the file.

use super::places::is_sql;
use super::{CAPABILITIES, has_word};
use crate::scan;
use crate::tree::{Finding, SourceFile, Tree};

const FILE_NAMES: [&str; 8] = [
    "lib", "model", "actions", "store", "http", "jobs", "events", "tests",
];

const STORE_VERBS: [&str; 12] = [
    "find_", "get_", "list_", "lock_", "insert_", "update_", "upsert_", "delete_", "count_",
    "sum_", "claim_", "exists_",
];

fn capability_files(tree: &Tree) -> impl Iterator<Item = (&SourceFile, &str)> {
    tree.rust_files().filter_map(|file| {
        let is_capability = file
            .crate_name()
            .is_some_and(|name| CAPABILITIES.contains(&name));
        file.path_in_src()
            .filter(|_| is_capability)
            .map(|path| (file, path))
    })
}

fn stores(tree: &Tree) -> impl Iterator<Item = (&SourceFile, &str)> {
    capability_files(tree).filter(|(_, path)| *path == "store.rs" || path.starts_with("store/"))
}

/// Every Rust file opens with `//!`.
pub fn file_headers(tree: &Tree) -> Vec<Finding> {
    let without = tree
        .rust_files()
        .filter(|file| !file.text.starts_with("//!"));
    let advice = "open the file with `//!`: what lives here, and what never does";
    without.map(|file| file.finding(1, advice)).collect()
}

/// A capability's `src/` holds only the known file names, or folders of these names.
pub fn file_names(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, path) in capability_files(tree) {
        let top = path
            .split('/')
            .next()
            .unwrap_or(path)
            .trim_end_matches(".rs");
        if !FILE_NAMES.contains(&top) {
            let advice = format!(
                "`{top}` is no file of a capability: does it decide (model), do (actions), \
                 remember (store), speak (http), wait (jobs) or tell (events)?"
            );
            findings.push(file.finding(1, advice));
        }
        let folder = file.path.trim_end_matches(".rs");
        if tree
            .files
            .iter()
            .any(|other| other.path.starts_with(&format!("{folder}/")))
        {
            let advice = format!("move this file to {folder}/mod.rs, beside its parts");
            findings.push(file.finding(1, advice));
        }
    }
    findings
}

/// A capability's `lib.rs` says what it owns, promises and never does, and holds no code.
pub fn front_doors(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, _) in capability_files(tree).filter(|(_, path)| *path == "lib.rs") {
        for (line, code) in file.code_lines(true) {
            if has_word(code, "fn") {
                let advice = "lib.rs is the front door and holds no code: move the function to \
                              the file of its kind and re-export it";
                findings.push(file.finding(line, advice));
            }
        }
        for heading in ["Owns", "Promises", "Never"] {
            let says = |line: &str| line.starts_with("//!") && has_word(line, heading);
            if !file.text.lines().any(says) {
                let advice = format!("say in the `//!` text what follows `{heading}`");
                findings.push(file.finding(1, advice));
            }
        }
    }
    findings
}

/// A store's asynchronous functions are named after their SQL.
pub fn store_names(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, _) in stores(tree) {
        for (line, code) in file.code_lines(false) {
            let Some((_, rest)) = code.split_once("async fn ") else {
                continue;
            };
            if !STORE_VERBS.iter().any(|verb| rest.starts_with(verb)) {
                let name = rest.split(['(', '<']).next().unwrap_or(rest);
                let verbs = STORE_VERBS.join(", ");
                let advice = format!("`{name}` does not say its SQL: start it with one of {verbs}");
                findings.push(file.finding(line, advice));
            }
        }
    }
    findings
}

/// A store's statements are constants, or the macro that constants are written with: the test
/// that prepares each against the schema finds them by name (decision 0002).
pub fn statements_are_constants(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, _) in stores(tree) {
        let mut named = scan::items(&file.scanned.code, "macro_rules!");
        for visibility in ["", "pub ", "pub(crate) ", "pub(super) "] {
            named.extend(scan::items(
                &file.scanned.code,
                &format!("{visibility}const "),
            ));
        }
        for (line, _) in file.literals().filter(|(_, text)| is_sql(text)) {
            if !named
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&line))
            {
                let advice = "declare the statement as a `const` of this store, so that it is \
                              prepared against the schema by the test of decision 0002";
                findings.push(file.finding(line, advice));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rule = fn(&Tree) -> Vec<Finding>;

    fn check(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
        let found = rule(&Tree::from_texts(files));
        found
            .iter()
            .map(|found| format!("{}:{}", found.path, found.line))
            .collect()
    }

    #[test]
    fn a_file_without_a_header_is_found() {
        let files = [
            ("crates/a/src/lib.rs", "fn a() {}"),
            ("crates/b/src/lib.rs", "//! b\n"),
        ];
        assert_eq!(check(file_headers, &files), ["crates/a/src/lib.rs:1"]);
    }

    #[test]
    fn a_strange_file_name_is_found_only_in_a_capability() {
        let files = [
            ("crates/cart/src/rules.rs", "//! x"),
            ("crates/cart/src/http/mod.rs", "//! x"),
            ("crates/cart/src/model.rs", "//! x"),
            ("crates/kit/src/clock.rs", "//! x"),
        ];
        assert_eq!(check(file_names, &files), ["crates/cart/src/rules.rs:1"]);
    }

    #[test]
    fn a_file_beside_its_folder_is_found() {
        let files = [
            ("crates/cart/src/http.rs", "//! x"),
            ("crates/cart/src/http/a.rs", "//! x"),
        ];
        assert_eq!(check(file_names, &files), ["crates/cart/src/http.rs:1"]);
    }

    #[test]
    fn code_in_a_front_door_is_found() {
        let door = "//! Owns: carts. Promises: x. Never: y.\nmod model;\n";
        assert!(check(front_doors, &[("crates/cart/src/lib.rs", door)]).is_empty());
        let with_code = format!("{door}pub fn a() {{}}\n");
        let files = [("crates/cart/src/lib.rs", with_code.as_str())];
        assert_eq!(check(front_doors, &files), ["crates/cart/src/lib.rs:3"]);
        let silent = [("crates/cart/src/lib.rs", "//! See elsewhere.\n")];
        assert_eq!(check(front_doors, &silent).len(), 3);
    }

    #[test]
    fn a_store_function_that_hides_its_sql_is_found() {
        let store = "//! x\npub(crate) async fn find_cart() {}\npub(crate) async fn cart() {}\n\
                     fn row_to_cart() {}\n";
        let files = [("crates/cart/src/store.rs", store)];
        assert_eq!(check(store_names, &files), ["crates/cart/src/store.rs:3"]);
    }

    #[test]
    fn a_statement_inside_a_function_is_found() {
        let store = "//! x\nconst A: &str = \"\n select 1\";\nconst B: &str =\n    \"select 2\";\n\
                     fn c() {\n    tx.query(\"select 3\");\n}\n";
        let files = [("crates/cart/src/store/lines.rs", store)];
        let expected = ["crates/cart/src/store/lines.rs:7"];
        assert_eq!(check(statements_are_constants, &files), expected);
    }

    #[test]
    fn a_statement_in_a_macro_for_constants_passes() {
        let store = "//! x\nmacro_rules! list {\n ($end:literal) => {\n  concat!(\"select a \
                     from b \", $end)\n };\n}\npub(crate) const A: &str = list!(\"order by a\");\n\
                     fn c() {\n    tx.query(\"select 3\");\n}\n";
        let files = [("crates/cart/src/store.rs", store)];
        assert_eq!(
            check(statements_are_constants, &files),
            ["crates/cart/src/store.rs:9"]
        );
    }
}
