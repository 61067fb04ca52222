//! What there is only one of: a live refresh token, an account of an e-mail address, a slug, a
//! SKU, a place in the category tree.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{
    Answer, Client, Shop,
    race::{
        Held, Racers, at_most, at_once, caught, equal, every_round, holds, patient_shop, rounds,
        statuses, successes,
    },
};

const ROUNDS: usize = 10;

/// Everybody sends a request of their own to one path.
async fn post_all(clients: Vec<Client>, path: &str, body: impl Fn(usize) -> Value) -> Vec<Answer> {
    let requests = clients.into_iter().enumerate().map(|(n, client)| {
        let (path, body) = (path.to_owned(), body(n));
        async move { client.post(&path, body).await }
    });
    at_once(requests).await
}

/// One succeeds; the others are told why they do not.
fn one_wins(what: &str, answers: &[Answer], success: u16, code: &str) -> Held {
    let expected = [(success, 1), (409, answers.len() - 1)].into();
    at_most(what, successes(answers), 1)?;
    equal("answers", &statuses(answers), &expected)?;
    let mut losers = answers.iter().filter(|answer| answer.status == 409);
    holds(
        "code",
        losers.all(|loser| loser.body["code"] == code),
        answers,
    )
}

/// Ten tabs refresh with one token; answers the token that the winner was given.
async fn refresh(shop: &Shop, racers: &Racers, token: &str) -> Result<String, String> {
    // The limit on refreshing counts by the minute.
    shop.advance(TimeDelta::minutes(1));
    let lines = racers.lines().collect();
    let answers = post_all(lines, "/auth/jwt/refresh/", |_| json!({ "refresh": token })).await;
    one_wins("refreshed", &answers, 200, "refresh_token_just_used")?;
    let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
    let access = json!({ "token": winner.body["access"] });
    let standing = shop.client().post("/auth/jwt/verify/", access).await;
    equal("session", &standing.status.as_u16(), &200)?;
    Ok(winner.text("/refresh"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_used_once_and_its_session_lives() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 10).await;
    let mut token = shop.sign_up("abebe@example.com").await.text("/refresh");
    every_round(rounds(ROUNDS), async |_| {
        token = refresh(&shop, &racers, &token).await?;
        Ok(())
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_lock_a_refresh_token_is_used_twice() {
    let shop = patient_shop(&["refresh token lock"]).await;
    shop.drop_index("refresh_tokens_live_key").await;
    let racers = Racers::open(&shop, 10).await;
    let mut token = shop.sign_up("abebe@example.com").await.text("/refresh");
    caught("refreshed", 100, async |_| {
        token = refresh(&shop, &racers, &token).await?;
        Ok(())
    })
    .await;
    shop.close_broken().await;
}

/// Ten tabs ask with one token and one key; all are told the same next token.
async fn repeat(shop: &Shop, racers: &Racers, token: &str) -> Result<String, String> {
    shop.advance(TimeDelta::minutes(1));
    let body = json!({ "refresh": token, "key": "f3b1c09e5d7a4c6e8b2f1a0d9c8e7b6a" });
    let lines = racers.lines().collect();
    let answers = post_all(lines, "/auth/jwt/refresh/", |_| body.clone()).await;
    equal(
        "answers",
        &statuses(&answers),
        &[(200, answers.len())].into(),
    )?;
    let next = answers[0].text("/refresh");
    let same = answers.iter().all(|answer| answer.text("/refresh") == next);
    holds("one token", same, &answers)?;
    let live = "select count(*) from refresh_tokens where used_at is null";
    equal("unused tokens", &shop.number(live).await, &1)?;
    Ok(next)
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_with_one_key_are_told_one_token() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 10).await;
    let mut token = shop.sign_up("abebe@example.com").await.text("/refresh");
    every_round(rounds(ROUNDS), async |_| {
        token = repeat(&shop, &racers, &token).await?;
        Ok(())
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_lock_tabs_with_one_key_are_not_all_answered() {
    let shop = patient_shop(&["refresh token lock"]).await;
    let racers = Racers::open(&shop, 10).await;
    let mut token = shop.sign_up("abebe@example.com").await.text("/refresh");
    caught("answers", 100, async |_| {
        token = repeat(&shop, &racers, &token).await?;
        Ok(())
    })
    .await;
    shop.close_broken().await;
}

/// The n-th way to write an address: each bit of `n` is the case of one letter.
fn spelling(n: usize, round: usize) -> String {
    let case = |(at, letter): (usize, char)| match n >> at & 1 {
        1 => letter.to_ascii_uppercase(),
        _ => letter,
    };
    let name: String = "abebe".chars().enumerate().map(case).collect();
    format!("{name}{round}@Example.com")
}

async fn sign_up(shop: &Shop, racers: &Racers, round: usize) -> Held {
    // The limit on opening accounts counts by ten minutes.
    shop.advance(TimeDelta::minutes(10));
    let body = |n| json!({ "email": spelling(n, round), "password": "three ripe mangoes" });
    let answers = post_all(racers.lines().collect(), "/auth/users/", body).await;
    one_wins("accounts", &answers, 201, "email_taken")?;
    equal(
        "rows",
        &shop.count("customers").await,
        &i64::try_from(round + 1).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_any_case_is_one_account() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 10).await;
    every_round(rounds(2), async |n| sign_up(&shop, &racers, n).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_constraint_an_address_is_many_accounts() {
    let shop = patient_shop(&[]).await;
    shop.drop_constraint("customers", "customers_email_key")
        .await;
    let racers = Racers::open(&shop, 10).await;
    caught("accounts", 10, async |n| sign_up(&shop, &racers, n).await).await;
    shop.close_broken().await;
}

fn product(slug: &str, sku: &str) -> Value {
    json!({
        "title": { "en": "Coffee", "am": "ቡና" }, "slug": slug,
        "variants": [{ "sku": sku, "price": { "amount": 10_000, "currency": "ETB" } }]
    })
}

/// A member of the staff on many connections.
async fn staff_on(shop: &Shop, name: &str, count: usize) -> Vec<Client> {
    let token = shop.staff_token(name, &["catalogue.edit"]).await;
    let racers = Racers::open(shop, count).await;
    racers.lines().map(|line| line.bearer(&token)).collect()
}

/// Eight of the staff make the same product page, then eight the same article number.
async fn same_names(staff: &[Client], round: usize) -> Held {
    let path = "/api/v1/admin/catalogue/products/";
    let slug = |n| product(&format!("page-{round}"), &format!("A-{round}-{n}"));
    let answers = post_all(staff.to_vec(), path, slug).await;
    one_wins("slugs", &answers, 201, "slug_taken")?;
    let sku = |n| product(&format!("item-{round}-{n}"), &format!("B-{round}"));
    let answers = post_all(staff.to_vec(), path, sku).await;
    one_wins("articles", &answers, 201, "sku_taken")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_and_an_article_number_are_given_once() {
    let shop = patient_shop(&[]).await;
    let staff = staff_on(&shop, "keeper", 8).await;
    every_round(rounds(ROUNDS), async |n| same_names(&staff, n).await).await;
    let products = i64::try_from(2 * rounds(ROUNDS)).unwrap();
    assert_eq!(shop.count("products").await, products);
    assert_eq!(shop.count("variants").await, products);
    assert_eq!(shop.count("stock_levels").await, products);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_their_constraints_names_are_given_again() {
    for (table, name, at) in [
        ("products", "products_slug_key", "slugs"),
        ("variants", "variants_sku_key", "articles"),
    ] {
        let shop = patient_shop(&[]).await;
        shop.drop_constraint(table, name).await;
        let staff = staff_on(&shop, "keeper", 8).await;
        caught(at, 10, async |n| same_names(&staff, n).await).await;
        shop.close_broken().await;
    }
}

/// Categories in a ring, each moved under the next at the same moment: all but one may go.
async fn ring(staff: &[Client], round: usize) -> Held {
    let path = "/api/v1/admin/catalogue/categories/";
    let mut ring = Vec::new();
    for (n, keeper) in staff.iter().enumerate() {
        let body = json!({ "name": { "en": "C" }, "slug": format!("c-{round}-{n}") });
        ring.push(keeper.post(path, body).await.expect(201).text("/id"));
    }
    let moves = staff.iter().enumerate().map(|(n, mover)| {
        let path = format!("{path}{}/", ring[n]);
        let body = json!({ "parent_id": ring[(n + 1) % ring.len()] });
        let mover = mover.with("if-match", "\"v1\"");
        async move { mover.patch(&path, body).await }
    });
    let answers = at_once(moves).await;
    let expected = [(200, ring.len() - 1), (409, 1)].into();
    at_most("moved", successes(&answers), ring.len() - 1)?;
    equal("answers", &statuses(&answers), &expected)?;
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    equal("code", &refused.body["code"], &"category_cycle".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_at_once_make_no_cycle() {
    let shop = patient_shop(&[]).await;
    for width in [2, 4] {
        let staff = staff_on(&shop, &format!("keeper-{width}"), width).await;
        every_round(rounds(ROUNDS), async |n| {
            ring(&staff, width * 1_000 + n).await
        })
        .await;
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_check_moves_make_a_cycle() {
    let shop = patient_shop(&["category cycle check"]).await;
    let staff = staff_on(&shop, "keeper", 2).await;
    caught("moved", 10, async |n| ring(&staff, n).await).await;
    shop.close_broken().await;
}
