//! Files: what is written is read as it was; heads, rows and Shopify's columns by example.

use std::collections::BTreeMap;

use catalogue::{ProductSheet, SheetWords, ValueSheet, VariantSheet, Words};
use money::Currency;
use proptest::prelude::*;
use serde_json::json;

use crate::model::{
    Dialect, FileFormat, Group, ImportRefusal, Reading, SheetReader, SheetWriter, neutral, plain,
};

fn reading(format: FileFormat) -> Reading {
    Reading {
        format,
        currency: None,
        mapping: Vec::new(),
    }
}

fn groups(file: &[u8], reading: Reading) -> Vec<Group> {
    let mut reader = SheetReader::open(file, reading)
        .map_err(|why| format!("{why:?}"))
        .unwrap();
    std::iter::from_fn(|| reader.next_group()).collect()
}

fn sheets(file: &[u8], reading: Reading) -> Vec<Result<ProductSheet, String>> {
    groups(file, reading)
        .into_iter()
        .map(|group| group.said)
        .collect()
}

/// Texts with everything that a file could trip over.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("=".to_owned()),
        Just("'".to_owned()),
        Just("\"".to_owned()),
        Just(",".to_owned()),
        Just(";".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\t".to_owned()),
        Just("-1+1".to_owned()),
        Just("@SUM".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("ቡና".to_owned()),
        "[a-z |é]{1,5}",
    ];
    prop::collection::vec(pieces, 1..5).prop_map(|pieces| pieces.concat())
}

fn words() -> impl Strategy<Value = Words> {
    (text(), prop::option::of(text())).prop_map(|(en, am)| {
        let mut words = Words::from([("en".to_owned(), en)]);
        words.extend(am.map(|am| ("am".to_owned(), am)));
        words
    })
}

fn slugs() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-z]{1,8}", 0..3)
}

fn variants(option_count: usize) -> impl Strategy<Value = Vec<VariantSheet>> {
    let value = (words(), 0..9_i32).prop_map(|(label, place)| ValueSheet {
        label,
        place: Some(place),
    });
    let values = prop::collection::vec(value, option_count);
    let variant = (
        "[A-Z][A-Z0-9._-]{0,9}",
        1..99_999_i64,
        0..99_999_i64,
        any::<bool>(),
        values,
    );
    let variant = variant.prop_map(|(sku, price, compare_at, is_active, values)| VariantSheet {
        sku,
        price_minor: Some(price),
        compare_at_minor: Some(compare_at),
        is_active: Some(is_active),
        on_hand: None,
        values,
    });
    prop::collection::vec(variant, 1..4)
}

fn product() -> impl Strategy<Value = ProductSheet> {
    let said = prop_oneof![
        Just(BTreeMap::new()),
        text().prop_map(|text| BTreeMap::from([("note".to_owned(), json!({ "en": text }))])),
    ];
    let head = (words(), prop::option::of(words()), slugs(), slugs(), said);
    (0..3_usize)
        .prop_flat_map(|count| {
            let options = prop::collection::vec(words(), count);
            (options, variants(count))
        })
        .prop_flat_map(move |(options, variants)| {
            let (options, variants) = (Just(options), Just(variants));
            (options, variants)
        })
        .prop_flat_map({
            let head = head.boxed();
            move |(options, variants)| (head.clone(), Just(options), Just(variants))
        })
        .prop_map(
            |((title, description, categories, tags, said), options, variants)| ProductSheet {
                slug: Some("cup".to_owned()),
                status: Some("draft".to_owned()),
                currency: Some(Currency::ETB),
                title,
                description: description.unwrap_or_default(),
                brand: Some(String::new()),
                brand_name: None,
                categories: Some(categories),
                tags: Some(tags),
                product_type: Some("mug".to_owned()),
                attributes: Some(said),
                options,
                variants,
            },
        )
}

/// What an empty cell says: nothing in this language.
fn without_empty(mut sheet: ProductSheet) -> ProductSheet {
    sheet.title.retain(|_, text| !text.is_empty());
    sheet.description.retain(|_, text| !text.is_empty());
    sheet
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(
        products in prop::collection::vec(product(), 1..4),
        has_semicolons in any::<bool>(),
        has_mark in any::<bool>(),
    ) {
        let languages = vec!["am".to_owned(), "en".to_owned()];
        let words = SheetWords {
            titles: languages.clone(),
            descriptions: languages.clone(),
            options: languages,
            option_count: 3,
        };
        let products: Vec<ProductSheet> = (0..)
            .zip(products)
            .map(|(n, product)| ProductSheet { slug: Some(format!("cup-{n}")), ..product })
            .collect();
        let dialect = Dialect { has_semicolons, has_mark };
        let writer = SheetWriter::of(&words, dialect);
        let mut file = writer.head().unwrap();
        for product in &products {
            file += &writer.product(product).unwrap();
        }
        prop_assert_eq!(file.starts_with('\u{feff}'), has_mark);
        let read = sheets(file.as_bytes(), reading(FileFormat::Nexus));
        let read: Vec<ProductSheet> = read
            .into_iter()
            .map(|sheet| without_empty(sheet.unwrap()))
            .collect();
        prop_assert_eq!(read, products);
    }

    #[test]
    fn no_cell_is_run_and_each_is_read_as_it_was(text in text()) {
        let cell = neutral(&text);
        prop_assert_eq!(plain(&cell), text.as_str());
        prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
    }

    /// Whatever bytes come, they are refused or read, and nothing breaks.
    #[test]
    fn any_bytes_are_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in [FileFormat::Nexus, FileFormat::Shopify] {
            let mut file = b"sku,slug,Variant SKU,price,option1.en,option1.value.en\n".to_vec();
            file.extend(&bytes);
            for bytes in [&bytes, &file] {
                if let Ok(mut reader) = SheetReader::open(bytes.as_slice(), reading(format)) {
                    while reader.next_group().is_some() {}
                }
            }
        }
    }
}

#[test]
fn a_head_that_is_none_is_refused() {
    let refused = |file: &str, mapping: &[(&str, &str)]| {
        let mapping = mapping.iter();
        let reading = Reading {
            mapping: mapping
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
            ..reading(FileFormat::Nexus)
        };
        match SheetReader::open(file.as_bytes(), reading) {
            Err(ImportRefusal::InvalidFile(why)) => why,
            _ => "nothing".to_owned(),
        }
    };
    assert_eq!(refused("", &[]), "it is empty");
    assert_eq!(refused("price\n", &[]), "it has no column sku");
    assert_eq!(refused("sku,sku\n", &[]), "it has the column sku twice");
    assert_eq!(refused("a\n", &[("a", "b")]), "there is no column b");
    assert_eq!(refused("sku\n", &[("a", "sku")]), "it has no column a");
    assert_eq!(refused("a;b\n", &[("a", "sku"), ("b", "")]), "nothing");
}

#[test]
fn a_row_that_cannot_be_read_says_why() {
    let file = "sku;slug;price;title.en\nA;cup;1.00;Cup\nB;cup;2.001;\n;mug;1;Mug\nC;jug;1;Jug\n\
                D;jug;1;Pot\n\nE;pot;1;Pot\n";
    let read = groups(file.as_bytes(), reading(FileFormat::Nexus));
    let told: Vec<(i64, i64, Option<&str>)> = read
        .iter()
        .map(|group| {
            let why = group.said.as_ref().err().map(String::as_str);
            (group.first_row, group.row_count, why)
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                1,
                2,
                Some("row 2: 2.001 is more decimals than the currency has")
            ),
            (3, 1, Some("row 3: it has no sku")),
            (
                4,
                2,
                Some("row 5: title.en is not as in the first row of its product")
            ),
            (6, 1, None),
        ]
    );
}

#[test]
fn shopifys_columns_are_read_as_ours() {
    let file = "Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,\
Variant SKU,Variant Price,Variant Compare At Price,Variant Inventory Qty,Image Src,Status\n\
shirt,Shirt,<p>Soft &amp; warm.</p><p>Of cotton</p>,Tena Wear,\"New In, warm\",true,Size,S,\
'SH-S,10.00,12.00,5,https://a/1.jpg,active\n\
shirt,,,,,,,M,SH-M,10.50,,3,,\n\
shirt,,,,,,,,,,,,https://a/2.jpg,\n\
mug,Mug,,,,true,Title,Default Title,MUG,5.00,,1,,draft\n";
    let read = Reading {
        currency: Some(Currency::ETB),
        ..reading(FileFormat::Shopify)
    };
    let read: Vec<ProductSheet> = sheets(file.as_bytes(), read)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let en = |text: &str| Words::from([("en".to_owned(), text.to_owned())]);
    let variant = |sku: &str, price, compare_at, on_hand, size: &[&str]| VariantSheet {
        sku: sku.to_owned(),
        price_minor: Some(price),
        compare_at_minor: compare_at,
        is_active: None,
        on_hand: Some(on_hand),
        values: size
            .iter()
            .map(|size| ValueSheet {
                label: en(size),
                place: None,
            })
            .collect(),
    };
    let shirt = ProductSheet {
        slug: Some("shirt".to_owned()),
        status: Some("published".to_owned()),
        currency: Some(Currency::ETB),
        title: en("Shirt"),
        description: en("Soft & warm.\nOf cotton"),
        brand: Some("tena-wear".to_owned()),
        brand_name: Some("Tena Wear".to_owned()),
        tags: Some(vec!["new-in".to_owned(), "warm".to_owned()]),
        options: vec![en("Size")],
        variants: vec![
            variant("SH-S", 1_000, Some(1_200), 5, &["S"]),
            variant("SH-M", 1_050, None, 3, &["M"]),
        ],
        ..ProductSheet::default()
    };
    let mug = ProductSheet {
        slug: Some("mug".to_owned()),
        status: Some("draft".to_owned()),
        currency: Some(Currency::ETB),
        title: en("Mug"),
        variants: vec![variant("MUG", 500, None, 1, &[])],
        ..ProductSheet::default()
    };
    assert_eq!(read, [shirt, mug]);
}
