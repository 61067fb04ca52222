//! Rules of the catalogue by example.

use chrono::DateTime;
use ids::{CategoryId, ProductId};

use crate::model::{
    CatalogueRefusal, Category, Texts, breadcrumbs, check_move, check_sku, check_slug, is_language,
    slug_from,
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
