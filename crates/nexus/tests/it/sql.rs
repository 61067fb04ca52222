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

/// The constants of a source text that hold a statement: name and SQL.
fn statements(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in source.split("const ").skip(1) {
        let Some((name, rest)) = part.split_once(": &str =") else {
            continue;
        };
        let Some(literal) = rest.trim_start().strip_prefix('"') else {
            continue;
        };
        let Some((sql, _)) = literal.split_once("\";") else {
            continue;
        };
        let first = sql.split_whitespace().next().unwrap_or_default();
        if ["select", "insert", "update", "delete", "with"].contains(&first) {
            found.push((name.to_owned(), sql.to_owned()));
        }
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
        .filter(|path| path.to_string_lossy().contains("/src/"))
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
