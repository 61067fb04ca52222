//! One file per rule, each a function from the tree to its findings, with a planted violation
//! in its own tests. Never a rule without a sentence that says what to do instead.

mod capabilities;
mod floors;
mod kit_words;
mod leftovers;
mod lengths;
mod papers;
mod places;
mod root;
mod supply;
mod tables;

pub use capabilities::{
    file_headers, file_names, front_doors, statements_are_constants, store_names,
};
pub use floors::floor_order;
pub use kit_words::kit_knows_no_shop;
pub use leftovers::nothing_left_behind;
pub use lengths::lengths;
pub use papers::{decisions_are_listed, fuzz_targets_are_told, map_names_every_crate};
pub use places::places;
pub use root::{names_say_what, root_is_a_shop_window};
pub use supply::lock_files_keep_the_bans;
pub use tables::one_owner_per_table;

/// The nouns with tables of their own: each is built from the same file names.
pub const CAPABILITIES: [&str; 17] = [
    "pictures",
    "staff",
    "customers",
    "ledger",
    "catalogue",
    "inventory",
    "sales",
    "cart",
    "admission",
    "orders",
    "payments",
    "checkout",
    "fulfilment",
    "returns",
    "desk",
    "invoices",
    "notifications",
];

/// Where `word` stands in `text` as a whole word: no letter, digit or `_` touches it.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let starts = !word.starts_with(is_part) || !before.is_some_and(is_part);
        let ends = !word.ends_with(is_part) || !after.is_some_and(is_part);
        starts && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(has_word("axum::Router", "axum::"));
        assert!(!has_word("utoipa_axum::Router", "axum::"));
        assert!(has_word("x: f64,", "f64"));
        assert!(!has_word("leaf64", "f64") && !has_word("f64x", "f64"));
    }
}
