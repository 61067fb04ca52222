//! One buyer at two servers at the same moment: never more than a limit allows, and what it allows.

use chrono::TimeDelta;
use ids::VariantId;

use crate::world::{
    Answer, Second, Shop,
    race::{
        Held, Racers, at_most, caught, deadlocks, equal, every_round, patient_shop_that, rounds,
        statuses, successes,
    },
};

/// At each of the two servers. All of them order with the same e-mail address.
pub(super) const CLIENTS: usize = 25;
const ALLOWED: usize = 3;

pub(super) struct Two {
    pub(super) shop: Shop,
    pub(super) second: Second,
    racers: [Racers; 2],
}

impl Two {
    pub(super) async fn open(guards: &[&str], open_orders: u32) -> Self {
        let mut shop = patient_shop_that(guards, |settings| {
            settings.checkout.unpaid.orders_per_customer = open_orders;
        })
        .await;
        shop.keeps_database = guards.is_empty();
        let second = Second::open(&shop).await;
        let racers = [
            Racers::open(&shop, CLIENTS).await,
            Racers::open_at(&second.url, CLIENTS).await,
        ];
        Self {
            shop,
            second,
            racers,
        }
    }

    /// Everybody orders one unit of what `wants` says, at both servers.
    pub(super) async fn order(&self, wants: impl Fn(usize) -> VariantId) -> Vec<Answer> {
        let [here, there] = &self.racers;
        let first = here.carts(&self.shop, |n| vec![(wants(n), 1)]).await;
        let others = there.carts(&self.shop, |n| vec![(wants(CLIENTS + n), 1)]);
        let others = others.await;
        let (mut answers, more) = tokio::join!(here.place(&first), there.place(&others));
        answers.extend(more);
        answers
    }

    pub(super) async fn close(self) {
        let database = self.shop.database_url.clone();
        self.second.close().await;
        self.shop.close().await;
        assert_eq!(deadlocks(&database).await, 0);
    }

    pub(super) async fn close_broken(self) {
        self.second.close().await;
        self.shop.close_broken().await;
    }
}

/// One buyer in fifty tabs wants a unit of a variant of which three are allowed.
async fn one_buyer(two: &Two, variant: VariantId) -> Held {
    let answers = two.order(|_| variant).await;
    at_most("had", successes(&answers), ALLOWED)?;
    let refused = CLIENTS * 2 - ALLOWED;
    let expected = &[(201, ALLOWED), (409, refused)].into();
    equal("answers", &statuses(&answers), expected)?;
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        equal("code", &answer.body["code"], &"limit_exceeded".into())?;
        let meta = &answer.body["errors"][0]["meta"];
        equal("allowed", &meta["allowed"], &0.into())?;
    }
    equal("stock", &two.shop.stock(variant).await, &(100, 3))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_buyer_has_what_a_limit_allows_and_no_more() {
    let two = Two::open(&[], 0).await;
    let count = rounds(6);
    let variants = two.shop.product("rare", &vec![(10_000, 100); count]).await;
    two.shop.limit(&variants, 3).await;
    every_round(count, async |n| one_buyer(&two, variants[n]).await).await;
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_limit_guard_one_buyer_has_more() {
    let two = Two::open(&["limit guard"], 0).await;
    two.shop
        .drop_constraint("allowances", "allowances_within")
        .await;
    let variants = two.shop.product("rare", &[(10_000, 100); 20]).await;
    two.shop.limit(&variants, 3).await;
    caught("had", 20, async |n| one_buyer(&two, variants[n]).await).await;
    two.close_broken().await;
}

/// One buyer orders fifty things at once and may have three orders unpaid. Each thing has its own
/// shelf, so no lock of a shelf stands between them. Then all expire, and everything is free again.
async fn hoarder(two: &Two, variants: &[VariantId]) -> Held {
    let answers = two.order(|n| variants[n]).await;
    at_most("open", successes(&answers), ALLOWED)?;
    let refused = CLIENTS * 2 - ALLOWED;
    let expected = &[(201, ALLOWED), (409, refused)].into();
    equal("answers", &statuses(&answers), expected)?;
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        equal("code", &answer.body["code"], &"too_much_unpaid".into())?;
    }
    two.shop.advance(TimeDelta::hours(2));
    two.shop.run_jobs().await;
    let used = "select sum(used)::bigint from allowances";
    equal("used", &two.shop.number(used).await, &0)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_buyer_has_no_more_unpaid_orders_than_the_shop_allows() {
    let two = Two::open(&[], 3).await;
    let shelf = [(10_000, 100); CLIENTS * 2];
    let variants = two.shop.product("some", &shelf).await;
    every_round(rounds(5), async |_| hoarder(&two, &variants).await).await;
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_limit_guard_one_buyer_hoards() {
    let two = Two::open(&["limit guard"], 3).await;
    two.shop
        .drop_constraint("allowances", "allowances_within")
        .await;
    let shelf = [(10_000, 100); CLIENTS * 2];
    let variants = two.shop.product("some", &shelf).await;
    caught("open", 20, async |_| hoarder(&two, &variants).await).await;
    two.close_broken().await;
}
