//! The same seed gives the same shop; nothing generated contradicts the hand-written one.

use std::collections::{HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::Generator;
use super::families::FAMILIES;
use crate::goods::parse;
use crate::plan::{ProductPlan, Text};

/// A digest of everything a buyer or a ledger could see of these products, each text closed by a
/// byte that no text holds.
fn digest(products: impl Iterator<Item = ProductPlan>) -> String {
    let mut digest = Sha256::new();
    let mut add = |text: &str| digest.update([text.as_bytes(), &[0xff]].concat());
    for product in products {
        add(&product.slug);
        for text in [&product.title, &product.description] {
            add(&text.en);
            add(&text.am);
        }
        add(&product.brand);
        add(&product.categories.join(" "));
        for option in &product.options {
            add(&option.code);
            option.values.iter().for_each(|value| add(&value.code));
        }
        for variant in &product.variants {
            add(&variant.sku);
            add(&variant.values.join(" "));
            add(&format!(
                "{} {:?}",
                variant.price_minor, variant.compare_at_minor
            ));
            add(&variant.stock_quantity.to_string());
        }
    }
    hex::encode(digest.finalize())
}

/// A new digest means that figures and pictures made with the old words no longer compare.
#[test]
fn a_seed_is_a_shop_on_every_machine() {
    assert_eq!(
        digest(Generator::new(42, 10_000)),
        "7395a1d76a50d7d1b84b459f4afaafcd65690a27b8e699636ed87ee9b7424714"
    );
}

#[test]
fn other_seeds_are_other_shops() {
    assert_ne!(
        digest(Generator::new(1, 100)),
        digest(Generator::new(2, 100))
    );
}

#[test]
fn a_larger_shop_begins_with_the_smaller_one() {
    assert!(Generator::new(7, 1_000).take(50).eq(Generator::new(7, 50)));
}

#[test]
fn the_stream_knows_its_length_and_skips() {
    let mut stream = Generator::new(7, 1_000_000);
    assert_eq!(stream.len(), 1_000_000);
    let last = stream.nth(999_999).expect("the last product");
    assert!(last.slug.ends_with("-n1000000"), "{}", last.slug);
    assert!(
        last.variants[0].sku.starts_with("N1000000"),
        "{}",
        last.variants[0].sku
    );
    assert_eq!(
        (stream.len(), stream.next(), stream.nth(5)),
        (0, None, None)
    );
    let tenth = Generator::new(7, 100).nth(9);
    assert_eq!(tenth, Generator::new(7, 10).last());
    assert_eq!(Generator::new(7, 0).next(), None);
    assert_eq!(Generator::new(7, 3).nth(usize::MAX), None);
}

#[test]
fn slugs_and_skus_are_unique_and_proper_over_a_hundred_thousand() {
    let shop = parse().expect("the hand-written shop");
    let mut slugs: HashSet<String> = HashSet::with_capacity(100_000);
    let mut skus: HashSet<String> = HashSet::with_capacity(300_000);
    let mut titles: HashSet<String> = HashSet::with_capacity(100_000);
    let mut products = 0;
    for product in shop.products.into_iter().chain(Generator::new(3, 100_000)) {
        products += 1;
        assert!(
            product.slug.len() <= 80 && !product.slug.contains("--"),
            "{}",
            product.slug
        );
        assert!(
            titles.insert(product.title.am.clone()),
            "{}",
            product.title.am
        );
        assert!(slugs.insert(product.slug), "a slug twice");
        for variant in product.variants {
            assert!(variant.sku.len() <= 40, "{}", variant.sku);
            assert!(skus.insert(variant.sku), "a SKU twice");
        }
    }
    assert_eq!(products, 100_124);
}

#[test]
fn generated_goods_fit_into_the_hand_written_shop() {
    let shop = parse().expect("the hand-written shop");
    let categories: HashSet<&str> = shop
        .categories
        .iter()
        .map(|category| category.slug.as_str())
        .collect();
    let brands: HashSet<&str> = shop
        .brands
        .iter()
        .map(|brand| brand.slug.as_str())
        .collect();
    let mut names: HashMap<(&str, &str), &Text> = HashMap::new();
    for option in shop.products.iter().flat_map(|product| &product.options) {
        names.insert((&option.code, ""), &option.name);
        for value in &option.values {
            names.insert((&option.code, &value.code), &value.name);
        }
    }
    for product in Generator::new(11, 20_000) {
        assert!(
            product
                .categories
                .iter()
                .all(|slug| categories.contains(slug.as_str()))
        );
        assert!(brands.contains(product.brand.as_str()), "{}", product.brand);
        for option in &product.options {
            assert_eq!(names[&(option.code.as_str(), "")], &option.name);
            for value in &option.values {
                assert_eq!(
                    names[&(option.code.as_str(), value.code.as_str())],
                    &value.name
                );
            }
        }
    }
}

#[test]
fn variants_are_the_combinations_and_their_figures_make_sense() {
    let mut counts = [0_u32; 5];
    let (mut sold_out, mut reduced) = (0_u32, 0_u32);
    for product in Generator::new(5, 20_000) {
        let combinations: usize = product
            .options
            .iter()
            .map(|option| option.values.len())
            .product();
        assert_eq!(product.variants.len(), combinations, "{}", product.slug);
        counts[combinations] += 1;
        let mut seen = HashSet::new();
        for variant in &product.variants {
            assert_eq!(variant.values.len(), product.options.len());
            assert!(seen.insert(&variant.values), "{}", product.slug);
            for (option, code) in product.options.iter().zip(&variant.values) {
                assert!(option.values.iter().any(|value| &value.code == code));
            }
            assert!(
                (5_000..=10_000_000).contains(&variant.price_minor),
                "{}",
                variant.sku
            );
            assert_eq!(variant.price_minor % 500, 0);
            assert!(
                variant
                    .compare_at_minor
                    .is_none_or(|was| was > variant.price_minor)
            );
            assert!((0..=205).contains(&variant.stock_quantity));
            sold_out += u32::from(variant.stock_quantity == 0);
            reduced += u32::from(variant.compare_at_minor.is_some());
        }
    }
    assert_eq!(counts[0], 0);
    assert!(counts[1..].iter().all(|count| *count > 2_000), "{counts:?}");
    assert!(
        sold_out > 2_000 && reduced > 2_000,
        "{sold_out} sold out, {reduced} reduced"
    );
}

#[test]
fn every_family_has_words_and_every_text_both_scripts() {
    for family in FAMILIES {
        assert!(!family.goods.is_empty() && !family.qualities.is_empty());
        assert!(!family.facts.is_empty() && !family.brands.is_empty());
        assert!(!family.categories.is_empty());
        assert!(family.choices.iter().all(|choice| choice.values.len() >= 2));
        assert!(
            family
                .goods
                .iter()
                .all(|good| (60..=good.most_birr).contains(&good.least_birr))
        );
    }
    let ethiopic = |letter: char| ('\u{1200}'..='\u{137f}').contains(&letter);
    for product in Generator::new(9, 5_000) {
        for text in [&product.title, &product.description] {
            assert!(text.en.is_ascii(), "{}", text.en);
            assert!(text.am.contains(ethiopic), "{}", text.am);
            assert!(
                !text
                    .am
                    .contains(|letter: char| letter.is_ascii_alphabetic()),
                "{}",
                text.am
            );
        }
        assert_eq!(
            product.initials().chars().count(),
            2,
            "{}",
            product.title.am
        );
    }
}
