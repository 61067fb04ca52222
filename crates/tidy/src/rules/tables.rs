//! A table has one owner, and only the owner writes it.

use std::collections::BTreeMap;

use super::places::is_sql;
use crate::tree::{Finding, SourceFile, Tree};

/// No table is written by two crates. `seed` is left out: it fills an empty shop in bulk, and
/// its result is checked by the audit.
pub fn one_owner_per_table(tree: &Tree) -> Vec<Finding> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    let files: Vec<&SourceFile> = tree
        .rust_files()
        .filter(|file| !matches!(file.crate_name(), Some("seed" | "tidy") | None))
        .collect();
    for file in files {
        let name = file.crate_name().unwrap_or_default();
        for (line, literal) in file.literals().filter(|(_, text)| is_sql(text)) {
            for table in written_tables(literal) {
                let owner = *owners.entry(table.clone()).or_insert(name);
                if owner != name {
                    let advice = format!(
                        "`{table}` is written by `{owner}` too: a table has one owner; call the \
                         owner's verb instead"
                    );
                    findings.push(file.finding(line, advice));
                }
            }
        }
    }
    findings
}

fn written_tables(sql: &str) -> Vec<String> {
    let text = sql.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';' | '\\'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut tables = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let after = |offset: usize| words.get(index + offset).copied().unwrap_or("");
        let before = if index == 0 { "" } else { words[index - 1] };
        let table = match *word {
            "into" if before == "insert" => after(1),
            "from" if before == "delete" => after(1),
            // `for update`, `on conflict do update set` and `for no key update` write no table.
            "update" if !matches!(before, "for" | "do" | "key" | "on") => after(1),
            _ => continue,
        };
        let table = if table == "only" { after(2) } else { table };
        let is_name = table
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if !table.is_empty() && is_name {
            tables.push(table.to_owned());
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_told_from_reads_and_locks() {
        let sql = "with gone as (\n delete from cart_items where x\n) insert into carts (id)\n\
                   select 1 from orders for update on conflict (id) do update set a = 1";
        assert_eq!(written_tables(sql), ["cart_items", "carts"]);
        assert_eq!(
            written_tables("update stock_levels set a = 1"),
            ["stock_levels"]
        );
    }

    #[test]
    fn a_second_writer_is_found() {
        let write = "//! x\nconst A: &str = \"update carts set a = 1\";\n";
        let read = "//! x\nconst A: &str = \"select a from carts\";\n";
        let check = |second: &str| {
            let files = [
                ("crates/cart/src/store.rs", write),
                ("crates/orders/src/store.rs", second),
            ];
            one_owner_per_table(&Tree::from_texts(&files)).len()
        };
        assert_eq!(check(read), 0);
        assert_eq!(check(write), 1);
    }
}
