//! The rules, held against this repository. Each test names its rule and lists every place
//! that breaks it. Never fixes anything.

use std::io;
use std::path::Path;
use std::sync::LazyLock;

use tidy::{Finding, Tree, rules};

static TREE: LazyLock<io::Result<Tree>> =
    LazyLock::new(|| Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")));

fn check(rule: fn(&Tree) -> Vec<Finding>) {
    let findings: Vec<String> = match &*TREE {
        Ok(tree) if tree.files.len() > 30 => rule(tree).iter().map(Finding::to_string).collect(),
        Ok(tree) => vec![format!(
            "only {} files: is this the repository?",
            tree.files.len()
        )],
        Err(error) => vec![format!("the repository cannot be read: {error}")],
    };
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn crates_use_only_crates_above_them() {
    check(rules::floor_order);
}

#[test]
fn words_stand_in_their_places() {
    check(rules::places);
}

#[test]
fn a_table_is_written_by_its_owner_alone() {
    check(rules::one_owner_per_table);
}

#[test]
fn files_and_lines_are_short() {
    check(rules::lengths);
}

#[test]
fn every_file_says_what_lives_in_it() {
    check(rules::file_headers);
}

#[test]
fn capabilities_have_the_same_file_names() {
    check(rules::file_names);
}

#[test]
fn front_doors_hold_promises_and_no_code() {
    check(rules::front_doors);
}

#[test]
fn store_functions_say_their_sql() {
    check(rules::store_names);
}

#[test]
fn store_statements_are_constants() {
    check(rules::statements_are_constants);
}

#[test]
fn kit_knows_no_shop() {
    check(rules::kit_knows_no_shop);
}

#[test]
fn the_root_is_a_shop_window() {
    check(rules::root_is_a_shop_window);
}

#[test]
fn names_say_what_a_thing_is() {
    check(rules::names_say_what);
}

#[test]
fn the_map_lists_the_crates_in_floor_order() {
    check(rules::map_names_every_crate);
}

#[test]
fn decisions_are_numbered_and_listed() {
    check(rules::decisions_are_listed);
}

#[test]
fn every_fuzz_target_is_built_and_told() {
    check(rules::fuzz_targets_are_told);
}

#[test]
fn nothing_unfinished_is_left_behind() {
    check(rules::nothing_left_behind);
}

#[test]
fn nothing_banned_is_in_a_lock_file() {
    check(rules::lock_files_keep_the_bans);
}
