//! One gift card that many spend at the same moment: never more than it holds, whatever of it comes
//! back meanwhile.

use ids::VariantId;
use serde_json::json;

use crate::{
    credit::path,
    world::{
        Answer, Shop,
        race::{
            Held, Racers, at_most, at_once, caught, equal, every_round, patient_shop, rounds,
            statuses,
        },
    },
};

const CLIENTS: usize = 50;
const ROUNDS: usize = 2;
/// Each order costs 100.00; the card pays seven of them and a half.
const CARD: i64 = 75_000;

/// Each guest's order.
async fn orders(shop: &Shop, racers: &Racers, variant: VariantId) -> Vec<Answer> {
    let carts = racers.carts(shop, |_| vec![(variant, 1)]).await;
    let orders = racers.place(&carts).await;
    orders.into_iter().map(|order| order.expect(201)).collect()
}

async fn spent(shop: &Shop, of: &str) -> i64 {
    let sql = format!(
        "select coalesce(sum(amount_minor), 0)::bigint from credit_uses
         where state <> 'released' and account_id = (
             select id from credit_accounts where code_end = '{of}' and kind = 'gift_card'
             order by id desc limit 1
         )"
    );
    shop.number(&sql).await
}

/// Fifty orders and one card.
async fn overspend(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let code = shop.gift_card(CARD).await;
    let orders = orders(shop, racers, variant).await;
    let works = orders.iter().enumerate().map(|(n, order)| {
        let (guest, path) = (racers.guest(n), path(&order.body));
        let body = json!({ "code": code });
        async move { guest.post(&path, body).await }
    });
    let answers = at_once(works.collect::<Vec<_>>()).await;
    let (_, end) = code.rsplit_once('-').unwrap();
    at_most("spent of the card", spent(shop, end).await, CARD)?;
    equal("spent of the card", &spent(shop, end).await, &CARD)?;
    let expected = [(200, 8), (409, CLIENTS - 8)].into();
    equal("answers", &statuses(&answers), &expected)?;
    let paid = answers.iter().filter(|it| it.body["status"] == "paid");
    equal("paid by it alone", &paid.count(), &7)?;
    let empty = answers
        .iter()
        .filter(|it| it.body["code"] == "credit_empty");
    equal("refused", &empty.count(), &(CLIENTS - 8))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_spent_once() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let variant = shop.product("gift", &[(10_000, 1_000_000)]).await[0];
    every_round(rounds(ROUNDS), async |_| {
        overspend(&shop, &racers, variant).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_guards_a_card_is_overspent() {
    let shop = patient_shop(&["credit guard"]).await;
    for (table, constraint) in [
        ("credit_accounts", "credit_accounts_balance_not_negative"),
        ("credit_entries", "credit_entries_balance_not_negative"),
    ] {
        shop.drop_constraint(table, constraint).await;
    }
    let racers = Racers::open(&shop, CLIENTS).await;
    let variant = shop.product("gift", &[(10_000, 1_000_000)]).await[0];
    caught("spent of the card", 20, async |_| {
        overspend(&shop, &racers, variant).await
    })
    .await;
    shop.close_broken().await;
}

/// Eight orders hold all of a card and are called off while the others want it.
async fn given_back(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let code = shop.gift_card(CARD).await;
    let orders = orders(shop, racers, variant).await;
    let mut works: Vec<futures_util::future::BoxFuture<'static, Answer>> = Vec::new();
    for (n, order) in orders.iter().enumerate() {
        let (guest, path) = (racers.guest(n), path(&order.body));
        let body = json!({ "code": code, "amount": { "amount": 9_375, "currency": "ETB" } });
        if n >= 8 {
            works.push(Box::pin(async move { guest.post(&path, body).await }));
            continue;
        }
        guest.post(&path, body).await.expect(200);
        let id = order.text("/id");
        works.push(Box::pin(async move {
            let path = format!("/api/v1/orders/{id}/cancel/");
            guest.post(&path, json!({})).await
        }));
    }
    let answers = at_once(works).await;
    let (cancelled, others) = answers.split_at(8);
    equal("cancelled", &statuses(cancelled), &[(200, 8)].into())?;
    let had = others.iter().filter(|it| it.status.is_success()).count();
    at_most("orders with the card", had, 8)?;
    let (_, end) = code.rsplit_once('-').unwrap();
    let had = i64::try_from(had).unwrap();
    equal("spent of the card", &spent(shop, end).await, &(9_375 * had))?;
    let sql = format!(
        "select balance_minor from credit_accounts where code_end = '{end}'
        order by id desc limit 1"
    );
    equal("left", &shop.number(&sql).await, &(CARD - 9_375 * had))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_of_a_card_is_spent_again_and_not_twice() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let variant = shop.product("gift", &[(10_000, 1_000_000)]).await[0];
    every_round(rounds(ROUNDS), async |_| {
        given_back(&shop, &racers, variant).await
    })
    .await;
    shop.close().await;
}

/// An order with a card ends by its buyer's word and by its time at the same moment.
async fn ended_twice(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let code = shop.gift_card(4_000).await;
    let cart = racers.cart(shop, &[(variant, 1)]).await;
    let tab = racers.guest(0);
    let body = crate::world::place_body(&cart);
    let order = tab.post("/api/v1/orders/", body).await.expect(201);
    let own = path(&order.body);
    tab.post(&own, json!({ "code": code })).await.expect(200);
    let id = order.text("/id");
    let works = racers.tabs().take(10).enumerate().map(|(n, tab)| {
        let (own, id) = (own.clone(), id.clone());
        async move {
            if n % 2 == 0 {
                return tab.delete(&own).await;
            }
            let path = format!("/api/v1/orders/{id}/cancel/");
            tab.post(&path, json!({})).await
        }
    });
    at_once(works.collect::<Vec<_>>()).await;
    equal("left", &shop.balance(&code).await, &4_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_is_given_back_once() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 10).await;
    let variant = shop.product("gift", &[(10_000, 1_000_000)]).await[0];
    every_round(rounds(5), async |_| {
        ended_twice(&shop, &racers, variant).await
    })
    .await;
    shop.close().await;
}
