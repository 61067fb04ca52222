//! Every statement in a store is prepared against the migrated schema: a wrong column or type
//! fails here and not at a shopper's request.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::world::new_database;

/// The stores, and the files of kit that hold statements of their own tables.
fn files_with_statements(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_with_statements(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Sources that run: not tests, and not the rules of `tidy`, which speak about SQL.
fn is_of_the_shop(path: &str) -> bool {
    path.contains("/src/") && !path.contains("/tidy/")
}

/// The constants of a source text that hold a statement: name and SQL. A statement may be written
/// through a macro of the same file that puts one literal between others.
fn statements(source: &str) -> Vec<(String, String)> {
    let macros = macros(source);
    let mut found = Vec::new();
    for part in source.split("const ").skip(1) {
        let Some((name, rest)) = part.split_once(": &str =") else {
            continue;
        };
        let Some((head, literal)) = rest.split_once('"') else {
            continue;
        };
        let Some((text, _)) = literal.split_once('"') else {
            continue;
        };
        let called = head.trim().trim_end_matches("!(").trim();
        let sql = match macros.iter().find(|(name, ..)| name == called) {
            Some((_, before, after)) => format!("{before}{text}{after}"),
            None => text.to_owned(),
        };
        let first = sql.split_whitespace().next().unwrap_or_default();
        if ["select", "insert", "update", "delete", "with"].contains(&first) {
            found.push((name.to_owned(), sql));
        }
    }
    found
}

/// `macro_rules!` that put one literal into a statement: name, what stands before, what after.
fn macros(source: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for part in source.split("macro_rules! ").skip(1) {
        let (name, rest) = part.split_once(' ').unwrap();
        let Some((_, body)) = rest.split_once("concat!(") else {
            continue;
        };
        let Some((_, hole)) = rest.split_once("($") else {
            continue;
        };
        let (hole, _) = hole.split_once(':').unwrap();
        let Some((before, after)) = body.split_once(&format!("${hole}")) else {
            continue;
        };
        let after = after.split_once("\n}").map_or(after, |(inside, _)| inside);
        let literals = |text: &str| text.split('"').skip(1).step_by(2).collect::<String>();
        found.push((name.to_owned(), literals(before), literals(after)));
    }
    found
}

#[tokio::test]
async fn every_statement_fits_the_schema() {
    let client = kit::db::connect_once(&new_database().await).await.unwrap();
    let mut files = Vec::new();
    files_with_statements(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
        &mut files,
    );
    let mut count = 0;
    let mut broken = Vec::new();
    for path in files
        .iter()
        .filter(|path| is_of_the_shop(&path.to_string_lossy()))
    {
        for (name, sql) in statements(&fs::read_to_string(path).unwrap()) {
            count += 1;
            if let Err(error) = client.prepare(&sql).await {
                let reason = error
                    .as_db_error()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                broken.push(format!("{} {name}: {reason}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(
        count > 100,
        "only {count} statements were found: has their form changed?"
    );
}
