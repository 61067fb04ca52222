//! The hand-written shop keeps its promises to those who see it first.

use std::collections::HashSet;

use crate::goods::{DOCUMENTS, parse};
use crate::picture::View;

#[test]
fn the_hand_written_shop_is_sound_and_of_the_promised_size() {
    let shop = parse().expect("the embedded shop");
    assert_eq!(DOCUMENTS.len(), 10);
    assert_eq!(
        (
            shop.categories.len(),
            shop.brands.len(),
            shop.products.len()
        ),
        (27, 17, 124)
    );
    let variants = || shop.products.iter().flat_map(|product| &product.variants);
    assert_eq!(variants().count(), 314);
    let with_options = |count| {
        shop.products
            .iter()
            .filter(|product| product.options.len() == count)
            .count()
    };
    assert_eq!(
        [with_options(0), with_options(1), with_options(2)],
        [49, 53, 22]
    );
    assert!(
        variants()
            .filter(|variant| variant.stock_quantity == 0)
            .count()
            >= 10,
        "sold out"
    );
    assert!(
        variants()
            .filter(|variant| (1..=5).contains(&variant.stock_quantity))
            .count()
            >= 20
    );
    assert!(
        variants()
            .filter(|variant| variant.compare_at_minor.is_some())
            .count()
            >= 10
    );
    assert!(variants().all(|variant| (5_000..=10_000_000).contains(&variant.price_minor)));
}

#[test]
fn every_category_leads_to_goods_and_every_brand_makes_some() {
    let shop = parse().expect("the embedded shop");
    let mut stocked: HashSet<&str> = shop
        .products
        .iter()
        .flat_map(|product| &product.categories)
        .map(String::as_str)
        .collect();
    for category in shop.categories.iter().rev() {
        if let (true, Some(parent)) = (stocked.contains(&*category.slug), &category.parent) {
            stocked.insert(parent);
        }
    }
    for category in &shop.categories {
        assert!(
            stocked.contains(&*category.slug),
            "{} is empty",
            category.slug
        );
    }
    for brand in &shop.brands {
        assert!(
            shop.products
                .iter()
                .any(|product| product.brand == brand.slug),
            "{}",
            brand.slug
        );
    }
}

#[test]
fn descriptions_are_one_to_three_finished_sentences() {
    for product in parse().expect("the embedded shop").products {
        let (en, am) = (&product.description.en, &product.description.am);
        assert!(en.ends_with('.') && am.ends_with('።'), "{}", product.slug);
        assert!(
            (40..=260).contains(&en.len()),
            "{}: {} letters",
            product.slug,
            en.len()
        );
        assert!(
            (1..=3).contains(&am.matches('።').count()),
            "{}",
            product.slug
        );
        let latin_words = am
            .split_whitespace()
            .filter(|word| word.len() > 3 && word.is_ascii());
        assert_eq!(
            latin_words.count(),
            0,
            "{} has untranslated words",
            product.slug
        );
    }
}

#[test]
fn every_product_can_be_drawn() {
    for product in parse().expect("the embedded shop").products {
        assert_eq!(
            product.initials().chars().count().clamp(1, 2),
            product.initials().chars().count()
        );
        for view in View::ALL {
            let size = product.picture(view).len();
            assert!(
                (1_300..=2_560).contains(&size),
                "{} {view:?}: {size}",
                product.slug
            );
        }
    }
}
