//! A sound shop becomes plans; a broken one is refused with the entry to repair.

mod embedded;

use super::{Document, parse_documents};
use crate::error::SeedError;

/// A small shop that is right; each refusal breaks one thing in it.
const SOUND: &str = r#"
[[category]]
slug = "food"
name = { en = "Food", am = "ምግብ" }
description = { en = "To eat.", am = "የሚበላ።" }
glyph = "spice"

[[category]]
slug = "coffee"
parent = "food"
name = { en = "Coffee", am = "ቡና" }
description = { en = "To drink.", am = "የሚጠጣ።" }
glyph = "cup"

[[brand]]
slug = "abol"
name = { en = "Abol", am = "አቦል" }
description = { en = "Roasts.", am = "ይቆላል።" }

[[option]]
code = "weight"
name = { en = "Weight", am = "ክብደት" }
values = [
  { code = "250g", en = "250 g", am = "250 ግራም" },
  { code = "1kg", en = "1 kg", am = "1 ኪሎ" },
]

[[option]]
code = "grind"
name = { en = "Grind", am = "አፈጫጭ" }
values = [{ code = "whole", en = "Whole", am = "ያልተፈጨ" }]

[[product]]
slug = "harar"
brand = "abol"
categories = ["coffee", "food"]
title = { en = "Harar", am = "የሐረር ቡና" }
description = { en = "Winey.", am = "ጥሩ።" }
options = [
  { code = "weight", values = ["250g", "1kg"] },
  { code = "grind", values = ["whole"] },
]
variants = [
{ sku = "HAR-1", values = ["1kg", "whole"], price = "1560.50", compare_at = "1700.00", stock = 0 },
  { sku = "HAR-250", values = ["250g", "whole"], price = "420.00", stock = 7 },
]

[[product]]
slug = "cup"
brand = "abol"
categories = ["food"]
glyph = "gift"
title = { en = "Cup", am = "ሲኒ" }
description = { en = "Small.", am = "ትንሽ።" }
variants = [{ sku = "CUP", price = "85.00", stock = 1 }]
"#;

fn read(text: &str) -> Result<crate::plan::Shop, SeedError> {
    parse_documents(&[Document {
        name: "test.toml",
        text,
    }])
}

/// What the sound shop is refused with when `from` reads `to`.
fn refusal(from: &str, to: &str) -> SeedError {
    assert!(SOUND.contains(from), "{from:?} is not in the sound shop");
    read(&SOUND.replacen(from, to, 1)).expect_err("the shop is broken")
}

fn refused_with(from: &str, to: &str, message: &str) {
    assert_eq!(refusal(from, to).to_string(), message);
}

#[test]
fn a_sound_shop_becomes_plans() {
    let shop = read(SOUND).expect("a sound shop");
    assert_eq!(shop.categories[1].parent.as_deref(), Some("food"));
    let [harar, cup] = shop.products.as_slice() else {
        panic!("two products")
    };
    assert_eq!(
        harar.glyph,
        crate::picture::Glyph::Cup,
        "the main category's"
    );
    assert_eq!(cup.glyph, crate::picture::Glyph::Gift, "its own");
    assert_eq!(harar.initials(), "ሐቡ");
    assert_eq!(harar.options[0].values[1].name.am, "1 ኪሎ");
    let kilo = &harar.variants[0];
    assert_eq!(kilo.values, ["1kg", "whole"]);
    assert_eq!(
        (kilo.price_minor, kilo.compare_at_minor),
        (156_050, Some(170_000))
    );
    assert_eq!(kilo.stock_quantity, 0);
    assert!(cup.options.is_empty() && cup.variants[0].values.is_empty());
}

#[test]
fn codes_must_be_proper_and_unique() {
    let sku = "upper-case letters, digits and single hyphens, at most 40";
    let slug = "lower-case letters, digits and single hyphens, at most 80";
    let message = format!("\"har-1\" of variant har-1 is no proper SKU: {sku}");
    refused_with("\"HAR-1\"", "\"har-1\"", &message);
    let message = format!("\"ha--rar\" of product ha--rar is no proper slug: {slug}");
    refused_with("\"harar\"", "\"ha--rar\"", &message);
    let message = "\"harar\" is used by two entries: every product slug must be unique";
    refused_with("slug = \"cup\"", "slug = \"harar\"", message);
    let message = "\"CUP\" is used by two entries: every SKU must be unique";
    refused_with("\"HAR-1\"", "\"CUP\"", message);
    refused_with(
        "slug = \"food\"",
        "slug = \"coffee\"",
        "category coffee names the parent category \"food\", which is not defined",
    );
    let orphan = SOUND.replacen("parent = \"food\"\n", "", 1);
    let twice = orphan.replacen("slug = \"food\"", "slug = \"coffee\"", 1);
    let kind = "category slug";
    let expected = SeedError::Duplicate {
        kind,
        code: "coffee".to_owned(),
    };
    assert_eq!(read(&twice), Err(expected));
}

#[test]
fn what_is_named_must_be_defined() {
    for (from, to, kind, code) in [
        ("brand = \"abol\"", "brand = \"tona\"", "brand", "tona"),
        (
            "[\"coffee\", \"food\"]",
            "[\"coffee\", \"tea\"]",
            "category",
            "tea",
        ),
        (
            "code = \"grind\", values",
            "code = \"roast\", values",
            "option",
            "roast",
        ),
        (
            "[\"250g\", \"1kg\"]",
            "[\"250g\", \"2kg\"]",
            "option value",
            "2kg",
        ),
    ] {
        let message = format!("product harar names the {kind} {code:?}, which is not defined");
        refused_with(from, to, &message);
    }
    refused_with(
        "[\"coffee\", \"food\"]",
        "[]",
        "product harar has no category",
    );
    refused_with(
        "[\"250g\", \"1kg\"]",
        "[]",
        "product harar has no option value",
    );
}

#[test]
fn both_languages_must_be_there_in_their_script() {
    for (from, to, language, text) in [
        ("am = \"የሐረር ቡና\"", "am = \"\"", "Amharic", ""),
        ("am = \"የሐረር ቡና\"", "am = \"Harar\"", "Amharic", "Harar"),
        ("am = \"የሐረር ቡና\"", "am = \" ቡና\"", "Amharic", " ቡና"),
        ("en = \"Harar\", ", "", "English", ""),
        ("en = \"Harar\"", "en = \"ሐረር\"", "English", "ሐረር"),
    ] {
        let message =
            format!("the {language} text of product harar is missing or not {language}: {text:?}");
        refused_with(from, to, &message);
    }
    refused_with(
        "am = \"1 ኪሎ\"",
        "am = \"1 kg\"",
        "the Amharic text of value 1kg of option weight is missing or not Amharic: \"1 kg\"",
    );
}

#[test]
fn prices_and_stock_must_make_sense() {
    refused_with(
        "\"420.00\"",
        "\"420\"",
        "the price \"420\" of variant HAR-250 is not an exact amount of birr such as \"1299.00\"",
    );
    let owner = || "variant HAR-1".to_owned();
    assert_eq!(
        refusal("\"1700.00\"", "\"1560.50\""),
        SeedError::CompareAtTooLow { owner: owner() }
    );
    assert_eq!(
        refusal("stock = 0", "stock = -1"),
        SeedError::StockNegative {
            owner: owner(),
            quantity: -1
        }
    );
}

#[test]
fn variants_are_exactly_the_combinations_of_the_options() {
    let combination = |problem, values: &[&str]| SeedError::Combination {
        owner: "product harar".to_owned(),
        problem,
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let one_missing =
        "  { sku = \"HAR-250\", values = [\"250g\", \"whole\"], price = \"420.00\", stock = 7 },\n";
    assert_eq!(
        refusal(one_missing, ""),
        combination("no variant has", &["250g", "whole"])
    );
    assert_eq!(
        refusal("[\"1kg\", \"whole\"]", "[\"250g\", \"whole\"]"),
        combination("two variants have", &["250g", "whole"])
    );
    assert_eq!(
        refusal("[\"1kg\", \"whole\"]", "[\"whole\", \"1kg\"]"),
        combination("the options do not allow", &["whole", "1kg"])
    );
    assert_eq!(
        refusal("[{ sku = \"CUP\", price = \"85.00\", stock = 1 }]", "[]"),
        SeedError::Empty {
            what: "variant",
            owner: "product cup".to_owned()
        }
    );
}

#[test]
fn an_unknown_key_is_refused_with_its_place() {
    let error = refusal("stock = 7", "stock = 7, colour = \"red\"").to_string();
    assert!(
        error.starts_with("test.toml cannot be read: TOML parse error at line 45"),
        "{error}"
    );
    assert!(error.contains("unknown field `colour`"), "{error}");
}
