//! The relevance set: questions and what answers them, best first.

use super::{slugs, stocked};
use crate::world::Shop;

/// Questions in English: words, beginnings, plurals, accents, codes, misspellings.
const ENGLISH: [(&str, &[&str]); 25] = [
    ("jebena", &["jebena"]),
    ("JEBENA", &["jebena"]),
    ("jeb", &["jebena"]),
    ("clay jebena", &["jebena"]),
    ("jebena clay", &["jebena"]),
    ("clay mug", &[]),
    ("dress", &["red-dresses", "habesha-dress"]),
    ("dresses", &["red-dresses", "habesha-dress"]),
    ("sneaker", &["sneakers"]),
    ("creme brulee", &["creme"]),
    ("CRÈME", &["creme"]),
    ("250 g", &["berbere"]),
    ("berbere 250g", &["berbere"]),
    ("SKU-GABI", &["gabi"]),
    ("shemma gabi", &["gabi"]),
    ("shoes", &["sneakers"]),
    ("sneekers", &["sneakers"]),
    ("cofffe mug", &["coffee-mug"]),
    ("yirgachefe", &["yirgacheffe"]),
    ("yergachefe", &["yirgacheffe"]),
    ("teef flour", &["teff"]),
    ("pottery", &["creme", "coffee-mug", "jebena"]),
    ("nothing like it", &[]),
    ("%", &[]),
    ("' or 1=1 --", &[]),
];

/// Questions in Amharic: letters that sound alike, prepositions, plurals, misspellings.
const AMHARIC: [(&str, &[&str]); 13] = [
    ("ሐበሻ", &["habesha-dress"]),
    ("ሀበሻ", &["habesha-dress"]),
    ("ኀበሻ ቀሚስ", &["habesha-dress"]),
    ("ቀሚስ", &["red-dresses", "habesha-dress"]),
    ("ይርጋጨፌ", &["yirgacheffe"]),
    ("የይርጋጨፌ", &["yirgacheffe"]),
    ("ይርጋ", &["yirgacheffe"]),
    ("ጸሀይ", &["sun-hat"]),
    ("የጸሃይ ኮፍያ", &["sun-hat"]),
    ("አለም", &["creme", "coffee-mug", "jebena"]),
    ("ጫማዎች", &["sneakers"]),
    ("ጫማ", &["sneakers"]),
    ("በርባሬ", &["berbere"]),
];

/// Amharic that is typed in Latin letters.
const LATIN: [(&str, &[&str]); 9] = [
    ("buna", &["sidama", "yirgacheffe"]),
    ("bunna", &["sidama", "yirgacheffe"]),
    ("qemis", &["red-dresses", "habesha-dress"]),
    ("kemis", &["habesha-dress", "red-dresses"]),
    ("jebenna", &["jebena"]),
    ("tef", &["teff"]),
    ("gaabi", &["gabi"]),
    ("tsehay", &["sun-hat"]),
    ("chama", &["sneakers"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn questions_have_their_answers() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    let mut wrong = Vec::new();
    for (question, expected) in ENGLISH.iter().chain(&AMHARIC).chain(&LATIN) {
        let found = slugs(&shop, &[("q", question)]).await;
        if found != *expected {
            wrong.push(format!("{question}: {found:?} and not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_finds_by_the_same_words() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    for (question, expected) in [
        ("dresses", &["red-dresses", "habesha-dress"][..]),
        ("sneekers", &["sneakers"]),
        ("bunna", &["sidama", "yirgacheffe"]),
        ("nothing like it", &[]),
    ] {
        let query = question.replace(' ', "%20");
        let path = format!("{}?q={query}", super::super::PRODUCTS);
        let list = shop.client().get(&path).await.expect(200);
        assert_eq!(
            super::each(&list.body["data"], "slug"),
            expected,
            "{question}"
        );
    }
    shop.close().await;
}
