//! Rules of the catalogue by example.

use chrono::DateTime;
use ids::{CategoryId, CustomerGroupId, ProductId};
use proptest::prelude::*;

use crate::model::{
    CatalogueRefusal, Category, ListedPrice, Texts, breadcrumbs, check_move, check_sku, check_slug,
    is_language, price_of, slug_from, steps_of,
};

fn category(id: CategoryId, parent_id: Option<CategoryId>, slug: &str) -> Category {
    Category {
        id,
        parent_id,
        slug: slug.to_owned(),
        name: Texts::en_am(slug, slug),
        position: 0,
        version: 1,
        product_count: 0,
    }
}

fn chain(length: usize) -> Vec<Category> {
    let now = DateTime::default();
    let mut tree: Vec<Category> = Vec::new();
    for depth in 0..length {
        let parent = tree.last().map(|above| above.id);
        tree.push(category(
            CategoryId::generate(now),
            parent,
            &format!("c{depth}"),
        ));
    }
    tree
}

#[test]
fn a_category_never_stands_under_itself() {
    let tree = chain(3);
    let (top, middle, leaf) = (tree[0].id, tree[1].id, tree[2].id);
    assert_eq!(
        check_move(&tree, top, Some(leaf)),
        Err(CatalogueRefusal::CategoryCycle)
    );
    assert_eq!(
        check_move(&tree, top, Some(top)),
        Err(CatalogueRefusal::CategoryCycle)
    );
    assert_eq!(check_move(&tree, leaf, Some(top)), Ok(()));
    assert_eq!(check_move(&tree, middle, None), Ok(()));
    let stranger = CategoryId::generate(DateTime::default());
    assert_eq!(
        check_move(&tree, leaf, Some(stranger)),
        Err(CatalogueRefusal::UnknownCategory)
    );
}

#[test]
fn the_tree_is_at_most_ten_deep() {
    let mut tree = chain(10);
    let deepest = tree[9].id;
    let newcomer = category(CategoryId::generate(DateTime::default()), None, "new");
    assert_eq!(
        check_move(&tree, newcomer.id, Some(deepest)),
        Err(CatalogueRefusal::CategoryTooDeep)
    );
    tree.push(newcomer.clone());
    assert_eq!(check_move(&tree, newcomer.id, Some(tree[8].id)), Ok(()));
}

#[test]
fn breadcrumbs_end_even_in_a_circle() {
    let mut tree = chain(3);
    tree[0].parent_id = Some(tree[2].id);
    assert!(breadcrumbs(&tree, tree[1].id).len() <= 4);
}

#[test]
fn slugs_and_skus_have_one_form() {
    for good in ["a", "coffee-250g", "2024"] {
        assert_eq!(check_slug(good), Ok(()), "{good}");
    }
    let id = ProductId::generate(DateTime::default()).to_string();
    for bad in [
        "",
        "-a",
        "a-",
        "a--b",
        "A",
        "ቡና",
        "a b",
        &id,
        &"a".repeat(121),
    ] {
        assert_eq!(check_slug(bad), Err(CatalogueRefusal::InvalidSlug), "{bad}");
    }
    assert_eq!(check_sku("COF-YIR_250.1"), Ok(()));
    for bad in ["", "-a", "a b", "ቡና", &"a".repeat(65)] {
        assert_eq!(check_sku(bad), Err(CatalogueRefusal::InvalidSku), "{bad}");
    }
    assert_eq!(
        slug_from("  Yirgacheffe — washed, 250 g "),
        Some("yirgacheffe-washed-250-g".into())
    );
    assert_eq!(slug_from("ቡና"), None);
}

#[test]
fn languages_are_bcp_47_tags() {
    for good in ["en", "am", "zh-Hant", "pt-BR"] {
        assert!(is_language(good), "{good}");
    }
    for bad in ["", "EN", "e", "en_US", "en-", "amharic", "en'--"] {
        assert!(!is_language(bad), "{bad}");
    }
}

#[test]
fn a_missing_language_falls_back_to_english() {
    let text = Texts::en_am("Coffee", "ቡና");
    assert_eq!((text.get("am"), text.get("om")), ("ቡና", "Coffee"));
}

proptest! {
    /// What is shown by quantity is what each quantity costs, and never more than for everybody.
    #[test]
    fn the_steps_of_a_price_are_its_prices(
        for_everybody in 1..100_i64,
        listed in prop::collection::vec((0..3_u8, 1..20_i64, 1..120_i64), 0..12),
        whose in 0..3_u8,
        quantity in 1..30_i64,
    ) {
        let now = DateTime::default();
        let groups = [CustomerGroupId::generate(now), CustomerGroupId::generate(now)];
        let group = |n: u8| n.checked_sub(1).and_then(|n| groups.get(usize::from(n)).copied());
        let listed: Vec<ListedPrice> = listed
            .into_iter()
            .map(|(of, from, minor)| ListedPrice(group(of), from, minor))
            .collect();
        let whose = group(whose);
        let price = price_of(for_everybody, &listed, whose, quantity);
        let steps = steps_of(for_everybody, &listed, whose);
        let first = price_of(for_everybody, &listed, whose, 1);
        let step = steps.iter().rev().find(|step| step.0 <= quantity);
        prop_assert_eq!(price, step.map_or(first, |step| step.1));
        prop_assert!(price <= price_of(for_everybody, &listed, None, quantity));
        prop_assert!(price <= for_everybody);
        prop_assert!(steps.is_sorted_by(|one, next| one.0 < next.0 && one.1 > next.1));
        prop_assert!(steps.iter().all(|step| step.0 > 1));
    }
}
