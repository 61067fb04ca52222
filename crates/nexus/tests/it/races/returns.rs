//! One return of four of ten units: its money is asked for by many at once, and plain refunds of
//! the same line beside it. No more goes back for the return than came, and no more of the line
//! than was paid.

use futures_util::{FutureExt, future::BoxFuture};
use ids::VariantId;
use serde_json::json;

use crate::world::{
    Answer, Client, Shop,
    race::{Held, Racers, at_once, caught, every_round, holds, patient_shop, rounds},
};

const ROUNDS: usize = 6;

struct Field {
    shop: Shop,
    racers: Racers,
    variant: VariantId,
    staff: String,
}

impl Field {
    async fn open(guards: &[&str]) -> Self {
        let shop = patient_shop(guards).await;
        let racers = Racers::open(&shop, 8).await;
        let variant = shop.product("boots", &[(100, 1_000_000)]).await[0];
        let rights = ["orders.read", "orders.manage", "payments.refund"];
        let staff = shop.staff_token("clerk", &rights).await;
        Self {
            shop,
            racers,
            variant,
            staff,
        }
    }

    /// A return of four units that have come: the order, the return.
    async fn came(&self, round: usize) -> (String, String) {
        let clerk = self.shop.client().bearer(&self.staff);
        let (_, order) = self.shop.paid_order(&[(self.variant, 10)]).await;
        let order = order["id"].as_str().unwrap().to_owned();
        let admin = format!("/api/v1/admin/orders/{order}");
        let keyed = |what: &str| clerk.key(&format!("{what}-{round}"));
        let parcel = format!("{admin}/fulfilments/");
        keyed("ship").post(&parcel, json!({})).await.expect(201);
        let line = json!({
            "variant_id": self.variant, "quantity": 4, "reason": "damaged", "resolution": "refund",
        });
        let body = json!({ "lines": [line] });
        let one = clerk.post(&format!("{admin}/returns/"), body).await;
        let one = one.expect(201).text("/id");
        let body = json!({ "lines": [{ "variant_id": self.variant, "restocked": 4 }] });
        let path = format!("/api/v1/admin/returns/{one}/receive/");
        keyed("take").post(&path, body).await.expect(200);
        (order, one)
    }
}

/// Every second wants four back for the return, the others four of the line as such.
async fn contest(field: &Field, round: usize) -> Held {
    let (order, one) = field.came(round).await;
    let line = json!([{ "variant_id": field.variant, "quantity": 4 }]);
    let wish = |n: usize, who: Client| -> BoxFuture<'static, Answer> {
        let (path, body) = if n.is_multiple_of(2) {
            let path = format!("/api/v1/admin/returns/{one}/refund/");
            (path, json!({ "lines": line }))
        } else {
            let body = json!({ "order_id": order, "lines": line, "reason": "a race" });
            ("/api/v1/admin/payments/refunds/".to_owned(), body)
        };
        async move { who.post(&path, body).await }.boxed()
    };
    let wishes = field.racers.lines().enumerate().map(|(n, line)| {
        let who = line.bearer(&field.staff).key(&format!("{round}-{n}"));
        wish(n, who)
    });
    let wishes: Vec<_> = wishes.collect();
    let answers = at_once(wishes).await;
    let sum = async |sql: String| field.shop.number(&sql).await;
    let of_return = sum(format!(
        "select coalesce(sum(quantity), 0)::bigint from refund_lines
         join return_refunds using (refund_id) where return_id = '{one}'"
    ))
    .await;
    holds("return", of_return <= 4, of_return)?;
    let of_line = sum(format!(
        "select coalesce(sum(quantity), 0)::bigint from refund_lines where order_id = '{order}'"
    ))
    .await;
    holds("line", of_line <= 10, of_line)?;
    let met = answers.iter().filter(|answer| answer.status.is_success());
    let met = i64::try_from(met.count()).unwrap();
    holds("answers", of_line == 4 * met && met == 2, (of_line, met))?;
    let faults = answers.iter().find(|answer| answer.status.as_u16() >= 500);
    holds(
        "faults",
        faults.is_none(),
        faults.map(|answer| &answer.body),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_and_refunds_share_what_was_paid() {
    let field = Field::open(&[]).await;
    every_round(rounds(ROUNDS), async |round| contest(&field, round).await).await;
    field.shop.run_jobs().await;
    field.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_more_is_given_than_came() {
    let field = Field::open(&["return guard"]).await;
    let name = "return_lines_settled_within";
    field.shop.drop_constraint("return_lines", name).await;
    caught("return", 50, async |round| contest(&field, round).await).await;
    field.shop.close_broken().await;
}
