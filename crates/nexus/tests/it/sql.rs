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
/// through a macro of the same file that puts literals between others.
fn statements(source: &str) -> Vec<(String, String)> {
    let macros = macros(source);
    let mut found = Vec::new();
    for part in source.split("const ").skip(1) {
        let Some((name, rest)) = part.split_once(": &str =") else {
            continue;
        };
        let Some((head, _)) = rest.split_once('"') else {
            continue;
        };
        let (value, _) = rest.split_once(";\n").unwrap_or((rest, ""));
        let given: Vec<&str> = value.split('"').skip(1).step_by(2).collect();
        let called = head
            .trim()
            .trim_end_matches('(')
            .trim_end_matches('!')
            .trim();
        let sql = match macros.iter().find(|(name, _)| name == called) {
            Some((_, pieces)) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.as_str(),
                    Piece::Hole(index) => given[*index],
                })
                .collect(),
            None => given.first().copied().unwrap_or_default().to_owned(),
        };
        let first = sql.split_whitespace().next().unwrap_or_default();
        if ["select", "insert", "update", "delete", "with"].contains(&first) {
            found.push((name.to_owned(), sql));
        }
    }
    found
}

/// A part of what a macro puts together.
enum Piece {
    Text(String),
    /// The literal of that number.
    Hole(usize),
}

/// `macro_rules!` that put literals into a statement: name, and what it is made of.
fn macros(source: &str) -> Vec<(String, Vec<Piece>)> {
    let mut found = Vec::new();
    for part in source.split("macro_rules! ").skip(1) {
        let (name, rest) = part.split_once(' ').unwrap();
        let Some((head, body)) = rest.split_once("concat!(") else {
            continue;
        };
        let (body, _) = body.split_once("\n}").unwrap_or((body, ""));
        let holes: Vec<&str> = head
            .split('$')
            .skip(1)
            .filter_map(|hole| hole.split(':').next())
            .collect();
        let mut pieces = Vec::new();
        for (index, text) in body.split('"').enumerate() {
            if index % 2 == 1 {
                pieces.push(Piece::Text(text.to_owned()));
                continue;
            }
            for named in text.split('$').skip(1) {
                let name: String = named
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                pieces.extend(holes.iter().position(|hole| *hole == name).map(Piece::Hole));
            }
        }
        found.push((name.to_owned(), pieces));
    }
    found
}

/// The text of a statement, by its file within `crates/` and the name of its constant.
pub(super) fn statement(file: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let found = statements(&fs::read_to_string(path).unwrap());
    found.into_iter().find(|found| found.0 == name).unwrap().1
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
