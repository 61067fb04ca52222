//! Members of the staff who change one thing at once: one change is kept, the others are shown what
//! there is now.

use serde_json::{Value, json};

use crate::world::{
    Answer, Client, Shop,
    race::{
        Held, Racers, at_most, at_once, caught, equal, every_round, holds, patient_shop, rounds,
        statuses, successes,
    },
};

const CLERKS: usize = 6;

const ROUNDS: usize = 10;

fn admin(rest: &str) -> String {
    format!("/api/v1/admin/catalogue/{rest}")
}

async fn clerks(shop: &Shop) -> Vec<Client> {
    let token = shop.staff_token("editing", &["catalogue.edit"]).await;
    let racers = Racers::open(shop, CLERKS).await;
    racers.lines().map(|line| line.bearer(&token)).collect()
}

/// Everybody sends a change of their own to what all have seen; one is taken, and it is what there
/// is then, which the others were shown.
async fn one_change(
    clerks: &[Client],
    (method, path): (http::Method, &str),
    body: impl Fn(usize) -> Value,
) -> Held {
    let seen = clerks[0].get(path).await.expect(200).etag();
    let changes = clerks.iter().enumerate().map(|(n, clerk)| {
        let (clerk, method) = (clerk.with("if-match", &seen), method.clone());
        let (path, body) = (path.to_owned(), body(n));
        async move { clerk.send(method, &path, Some(body)).await }
    });
    let answers = at_once(changes).await;
    at_most("taken", successes(&answers), 1)?;
    let expected = [(200, 1), (412, CLERKS - 1)].into();
    equal("answers", &statuses(&answers), &expected)?;
    let is_taken = |answer: &&Answer| answer.status == 200;
    let taken = answers.iter().find(is_taken).unwrap();
    let now = clerks[0].get(path).await.expect(200);
    equal("state", &now.body, &taken.body)?;
    equal("version", &now.etag(), &taken.etag())?;
    let mut others = answers.iter().filter(|answer| answer.status == 412);
    let is_shown = |other: &Answer| {
        // Of an order of products its collection is shown.
        let current = &other.body["meta"]["current"];
        let version = format!("\"v{}\"", other.body["meta"]["version"]);
        version == taken.etag() && (*current == taken.body || path.ends_with("/products/"))
    };
    holds("shown", others.all(is_shown), &answers)
}

/// A product, a variant of it, and a collection with both products in it.
struct Things {
    product: String,
    collection: String,
    products: Vec<String>,
}

async fn things(clerk: &Client) -> Things {
    let mut products = Vec::new();
    for slug in ["cup", "mug", "jug"] {
        products.push(crate::media::product(clerk, slug, &[]).await);
    }
    let new = json!({ "title": { "en": "Chosen" } });
    let made = clerk.post(&admin("collections/"), new).await;
    Things {
        product: admin(&format!("products/{}/", products[0])),
        collection: admin(&format!("collections/{}/", made.expect(201).text("/id"))),
        products,
    }
}

async fn product(clerks: &[Client], things: &Things, round: usize) -> Held {
    let title = |n: usize| json!({ "title": { "en": format!("Cup {round} of {n}") } });
    one_change(clerks, (http::Method::PATCH, &things.product), title).await
}

async fn collection(clerks: &[Client], things: &Things, round: usize) -> Held {
    let title = |n: usize| json!({ "title": { "en": format!("Chosen {round} by {n}") } });
    one_change(clerks, (http::Method::PATCH, &things.collection), title).await
}

/// Each puts the products of a collection in an order of their own.
async fn order(clerks: &[Client], things: &Things, round: usize) -> Held {
    let path = format!("{}products/", things.collection);
    let order = |n: usize| {
        let mut products = things.products.clone();
        products.rotate_left((n + round) % 3);
        products.truncate(1 + n % 3);
        json!({ "product_ids": products })
    };
    one_change(clerks, (http::Method::PUT, &path), order).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_the_changes_at_once_is_kept_and_the_others_see_it() {
    let shop = patient_shop(&[]).await;
    let clerks = clerks(&shop).await;
    let things = things(&clerks[0]).await;
    every_round(rounds(ROUNDS), async |n| {
        product(&clerks, &things, n).await?;
        collection(&clerks, &things, n).await?;
        order(&clerks, &things, n).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_a_change_is_lost() {
    let shop = patient_shop(&["product lock", "collection lock"]).await;
    let clerks = clerks(&shop).await;
    let things = things(&clerks[0]).await;
    caught("taken", 50, async |n| product(&clerks, &things, n).await).await;
    caught("taken", 50, async |n| collection(&clerks, &things, n).await).await;
    shop.close_broken().await;
}
