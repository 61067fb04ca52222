//! Guessing at codes is stopped at the address, and the right code does not show itself there.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Clerk, tenth};
use crate::world::{Client, Shop};

/// Codes that nobody knows, from one address in ten minutes.
const GUESSES: usize = 30;

async fn enter(who: &Client, cart: &str, code: &str) -> crate::world::Answer {
    let path = format!("/api/v1/cart/{cart}/coupons/");
    who.post(&path, json!({ "code": code })).await
}

async fn ask(who: &Client, cart: &str, codes: &[String]) -> crate::world::Answer {
    let path = format!("/api/v1/cart/{cart}/quote/");
    who.post(&path, json!({ "coupons": codes })).await
}

fn problems(quote: &Value) -> Vec<&Value> {
    let coupons = quote["coupons"].as_array().unwrap();
    coupons.iter().map(|it| &it["problem"]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_codes_is_stopped_also_at_the_right_one() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    clerk.promote(tenth()).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let (other, second) = shop.guest_cart(&[(coffee, 1)]).await;
    // What is known costs nothing, however often.
    for _ in 0..2 * GUESSES {
        let known = ask(&guest, &cart, &["selam10".to_owned()]).await;
        assert_eq!(problems(&known.expect(200).body), [&Value::Null]);
    }
    let before = shop.state().await;
    let mut guesses = 0;
    while guesses < GUESSES - 5 {
        let codes: Vec<String> = (0..5).map(|n| format!("guess-{guesses}-{n}")).collect();
        let quote = ask(&guest, &cart, &codes).await.expect(200);
        assert!(
            problems(&quote.body)
                .iter()
                .all(|it| it["code"] == "coupon_unknown")
        );
        guesses += codes.len();
    }
    for guess in 0..5 {
        let refused = enter(&guest, &cart, &format!("guess-{guess}")).await;
        refused.refused(409, "coupon_not_applicable");
    }
    // From the same address, with whatever token and cart.
    for (who, cart) in [(&guest, &cart), (&other, &second)] {
        let limited = enter(who, cart, "selam10").await;
        let limited = limited.refused(429, "too_many_requests");
        assert_eq!(limited.headers["retry-after"], "20");
        let limited = ask(who, cart, &["selam10".to_owned()]).await;
        limited.refused(429, "too_many_requests");
        // Without codes nothing is guessed.
        let path = format!("/api/v1/cart/{cart}/quote/");
        who.post(&path, json!({})).await.expect(200);
    }
    assert_eq!(shop.state().await, before);
    shop.advance(TimeDelta::seconds(20));
    enter(&guest, &cart, "selam10").await.expect(200);
    shop.close().await;
}
