//! Good and bad orders at the same moment, at one server and at two: each is answered what it
//! would be answered alone.

use ids::VariantId;
use serde_json::json;

use crate::world::{
    Answer, Client, Second, Shop, place_body,
    race::{
        Held, Racers, at_most, at_once, caught, deadlocks, equal, every_round, holds, patient_shop,
        rounds, statuses, successes,
    },
};

const CLIENTS: usize = 64;
const ORDERS: &str = "/api/v1/orders/";

/// What each client of a round is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Good,
    /// Of an item of which there is none.
    Short,
    WrongTotal,
    ClosedCart,
    /// Ten of them want four units.
    Scarce,
    /// The same cart with the same key as the one before.
    SameKey(bool),
    /// The same cart as the one before, without a key.
    SameCart(bool),
}

fn kind(n: usize) -> Kind {
    match n {
        0..10 => Kind::Good,
        10..22 => Kind::Short,
        22..30 => Kind::WrongTotal,
        30..36 => Kind::ClosedCart,
        36..46 => Kind::Scarce,
        46..56 => Kind::SameKey(n % 2 == 1),
        _ => Kind::SameCart(n % 2 == 1),
    }
}

struct Shelf {
    ample: VariantId,
    nothing: VariantId,
    scarce: Vec<VariantId>,
}

async fn shelf(shop: &Shop, rounds: usize) -> Shelf {
    let some = shop
        .product("some", &[(10_000, 1_000_000), (10_000, 0)])
        .await;
    Shelf {
        ample: some[0],
        nothing: some[1],
        scarce: shop.product("scarce", &vec![(10_000, 4); rounds]).await,
    }
}

async fn carts(shop: &Shop, racers: &Racers, shelf: &Shelf, n: usize) -> Vec<String> {
    let line = |client| match kind(client) {
        Kind::Short => vec![(shelf.nothing, 1), (shelf.ample, 1)],
        Kind::Scarce => vec![(shelf.scarce[n], 1)],
        _ => vec![(shelf.ample, 1)],
    };
    let mut carts = racers.carts(shop, line).await;
    for client in 0..CLIENTS {
        match kind(client) {
            Kind::ClosedCart => {
                let sql = format!(
                    "update carts set state = 'merged' where id = '{}'",
                    carts[client]
                );
                shop.db().await.batch(&sql).await.unwrap();
            }
            Kind::SameKey(true) | Kind::SameCart(true) => carts[client] = carts[client - 1].clone(),
            _ => {}
        }
    }
    carts
}

/// The n-th client; the second of a pair is the first one's guest in another tab.
fn client(racers: &Racers, n: usize) -> Client {
    match kind(n) {
        Kind::SameKey(true) | Kind::SameCart(true) => {
            let guest = racers.guest(n - 1);
            let token = guest.header("x-shopper-token").unwrap();
            racers.lines().nth(n).unwrap().guest(token)
        }
        _ => racers.guest(n),
    }
}

async fn mixed(shop: &Shop, racers: &Racers, shelf: &Shelf, n: usize) -> Held {
    let (_, before) = shop.stock(shelf.ample).await;
    let carts = carts(shop, racers, shelf, n).await;
    let asked = (0..CLIENTS).map(|at| {
        let mut body = place_body(&carts[at]);
        if kind(at) == Kind::WrongTotal {
            body["expected_total"] = json!({ "amount": 1, "currency": "ETB" });
        }
        let client = match kind(at) {
            Kind::SameKey(_) => client(racers, at).key(&format!("{n}-{}", at / 2)),
            _ => client(racers, at),
        };
        async move { client.post(ORDERS, body).await }
    });
    let answers = at_once(asked).await;
    let of = |wanted: fn(Kind) -> bool| -> Vec<&Answer> {
        let all = answers.iter().enumerate();
        let some = all.filter(|(at, _)| wanted(kind(*at)));
        some.map(|(_, answer)| answer).collect()
    };
    refused(&of(|kind| kind == Kind::Short), "insufficient_stock")?;
    refused(&of(|kind| kind == Kind::WrongTotal), "cart_changed")?;
    refused(&of(|kind| kind == Kind::ClosedCart), "cart_closed")?;
    let good = of(|kind| kind == Kind::Good);
    holds(
        "good",
        good.iter().all(|answer| answer.status == 201),
        &good,
    )?;
    let scarce = of(|kind| kind == Kind::Scarce);
    let sold = scarce.iter().filter(|answer| answer.status == 201).count();
    at_most("scarce", sold, 4)?;
    equal("scarce", &sold, &4)?;
    for pair in of(|kind| matches!(kind, Kind::SameKey(_))).chunks(2) {
        let bytes = pair[0].bytes == pair[1].bytes;
        let both = pair[0].status == 201 && pair[1].status == 201;
        holds("same key", bytes && both, pair)?;
    }
    for pair in of(|kind| matches!(kind, Kind::SameCart(_))).chunks(2) {
        let mut found = [pair[0].status.as_u16(), pair[1].status.as_u16()];
        found.sort_unstable();
        equal("same cart", &found, &[200, 201])?;
        equal("one order", &pair[0].body, &pair[1].body)?;
    }
    // Ten good ones, five pairs with a key and four without.
    let (_, after) = shop.stock(shelf.ample).await;
    equal("taken", &(after - before), &19)?;
    equal("scarce left", &shop.stock(shelf.scarce[n]).await, &(4, 4))
}

fn refused(answers: &[&Answer], code: &str) -> Held {
    for answer in answers {
        equal("refused", &answer.body["code"], &code.into())?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn good_and_bad_orders_do_not_touch_each_other() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let count = rounds(12);
    let shelf = shelf(&shop, count).await;
    every_round(count, async |n| mixed(&shop, &racers, &shelf, n).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_the_second_of_a_pair_is_answered_otherwise() {
    let shop = patient_shop(&["idempotency key"]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let shelf = shelf(&shop, 5).await;
    caught("same key", 5, async |n| {
        mixed(&shop, &racers, &shelf, n).await
    })
    .await;
    shop.close_broken().await;
}

/// Buyers before two servers: both sell the same item and items that they share in every order.
async fn two_servers(
    shop: &Shop,
    racers: (&Racers, &Racers),
    shelf: &[VariantId],
    scarce: VariantId,
) -> Held {
    let mut before = Vec::new();
    for variant in shelf {
        before.push(shop.stock(*variant).await);
    }
    let lines = |n: usize| {
        let mut lines: Vec<_> = shelf.iter().map(|variant| (*variant, 1)).collect();
        if lines.is_empty() || n.is_multiple_of(4) {
            return vec![(scarce, 1)];
        }
        lines.rotate_left(n % shelf.len());
        lines
    };
    let (here, there) = (
        racers.0.carts(shop, lines).await,
        racers.1.carts(shop, lines).await,
    );
    let (mut answers, of_second) = tokio::join!(racers.0.place(&here), racers.1.place(&there));
    answers.extend(of_second);
    let all = racers.0.count() * 2;
    let others = if shelf.is_empty() { 0 } else { all / 4 * 3 };
    let wanted = all - others;
    at_most("sold", successes(&answers), others + 3)?;
    let expected = &[(201, others + 3), (409, wanted - 3)].into();
    equal("answers", &statuses(&answers), expected)?;
    equal("scarce", &shop.stock(scarce).await, &(3, 3))?;
    let units = i64::try_from(others).unwrap();
    for (variant, (on_hand, reserved)) in shelf.iter().zip(before) {
        equal(
            "stock",
            &shop.stock(*variant).await,
            &(on_hand, reserved + units),
        )?;
    }
    let gaps = "select max(number) - min(number) + 1 - count(*) from orders";
    equal("gaps", &shop.number(gaps).await, &0)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_sell_from_one_shelf() {
    let mut shop = patient_shop(&[]).await;
    shop.keeps_database = true;
    let database = shop.database_url.clone();
    let second = Second::open(&shop).await;
    let racers = Racers::open(&shop, 24).await;
    let others = Racers::open_at(&second.url, 24).await;
    let count = rounds(15);
    let shelf = shop.product("shared", &[(10_000, 1_000_000); 3]).await;
    let scarce = shop.product("scarce", &vec![(10_000, 3); count]).await;
    every_round(count, async |n| {
        two_servers(&shop, (&racers, &others), &shelf, scarce[n]).await
    })
    .await;
    second.close().await;
    shop.close().await;
    assert_eq!(deadlocks(&database).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_without_the_stock_guard_sell_what_is_not_there() {
    let shop = patient_shop(&["stock guard"]).await;
    let constraint = "stock_levels_available_not_negative";
    shop.drop_constraint("stock_levels", constraint).await;
    let second = Second::open(&shop).await;
    let racers = Racers::open(&shop, 24).await;
    let others = Racers::open_at(&second.url, 24).await;
    let scarce = shop.product("scarce", &[(10_000, 3); 20]).await;
    caught("sold", 20, async |n| {
        two_servers(&shop, (&racers, &others), &[], scarce[n]).await
    })
    .await;
    second.close().await;
    shop.close_broken().await;
}
