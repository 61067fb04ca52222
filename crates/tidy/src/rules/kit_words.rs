//! `kit` is what any service needs, so it knows none of the shop's nouns.
//! Never looks into comments: an example may speak of an order.

use crate::tree::{Finding, Tree};

const NOUNS: [&str; 29] = [
    "basket",
    "brand",
    "cart",
    "carts",
    "catalogue",
    "category",
    "chapa",
    "checkout",
    "coupon",
    "customer",
    "customers",
    "inventory",
    "invoice",
    "merchant",
    "orders",
    "payment",
    "payments",
    "price",
    "prices",
    "product",
    "products",
    "receipt",
    "refund",
    "shelf",
    "shipping",
    "shopper",
    "sku",
    "stock",
    "variants",
];

// "Order" alone is also a sequence (`order by`, `sort_order`, `Ordering`); beside one of these
// words it is what a customer placed.
const AFTER_ORDER: [&str; 8] = [
    "id", "ids", "line", "lines", "number", "placed", "total", "status",
];

/// No noun of the shop stands in kit's code or literals, alone or as part of a name.
pub fn kit_knows_no_shop(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree
        .rust_files()
        .filter(|file| file.crate_name() == Some("kit"))
    {
        for (line, text) in file.code_lines(false).chain(file.literals()) {
            if let Some(noun) = first_noun(text) {
                let advice = format!(
                    "`{noun}` is a noun of the shop, and kit knows no shop: move this to the \
                     capability that owns the noun, or name it for any service"
                );
                findings.push(file.finding(line, advice));
            }
        }
    }
    findings
}

fn first_noun(text: &str) -> Option<String> {
    let words = words(text);
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).map_or("", String::as_str);
        if NOUNS.contains(&word.as_str()) || (word == "order" && AFTER_ORDER.contains(&next)) {
            return Some(word.clone());
        }
    }
    None
}

/// `PlaceOrder`, `place_order` and `place-order` are all the words "place" and "order".
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for character in text.chars() {
        let starts = character.is_uppercase() && after_small;
        if starts || !character.is_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphabetic()) {
            word.extend(character.to_lowercase());
        }
        after_small = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_nouns_are_found_in_names_and_literals() {
        for text in [
            "struct CartRow;",
            "let product_id = 1;",
            "orders.len()",
            "OrderId",
            "order_id",
        ] {
            assert!(first_noun(text).is_some(), "{text}");
        }
        let file = (
            "crates/kit/src/jobs.rs",
            "//! x\nconst A: &str = \"payment.settled\";\n",
        );
        let found = kit_knows_no_shop(&Tree::from_texts(&[file]));
        assert_eq!(found.iter().map(|f| f.line).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_sequence_is_no_order() {
        for text in [
            "Ordering::Relaxed",
            "order by run_at",
            "sort_order",
            "border",
            "in order to",
        ] {
            assert_eq!(first_noun(text), None, "{text}");
        }
    }

    #[test]
    fn comments_tests_and_other_crates_may_say_them() {
        let tree = Tree::from_texts(&[
            (
                "crates/kit/src/a.rs",
                "//! Not for a cart.\n#[cfg(test)]\nmod t {\n fn cart() {}\n}\n",
            ),
            ("crates/cart/src/model.rs", "//! x\nstruct Cart;\n"),
        ]);
        assert!(kit_knows_no_shop(&tree).is_empty());
    }
}
