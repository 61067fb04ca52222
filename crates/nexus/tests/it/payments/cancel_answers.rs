//! Closing a page when its order's time is over, while the provider's answer gets lost: nothing is
//! given away before it is known, and nobody pays for nothing.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::Shop;

/// What is so after the first try: what has become of the order, and whether the page is open.
type Outcome = (&'static str, bool);

const WAITS: Outcome = ("pending_payment", true);
const WAITS_WITHOUT_PAGE: Outcome = ("pending_payment", false);

/// The rows: what the provider answers to `cancel`, and the declared outcome. For `initialize`,
/// `verify`, `refund` and asking about a refund the same table stands in `outages`,
/// `verify_answers`, `refunds::lost` and `refunds::unanswered`.
fn rows() -> Vec<(Value, Outcome)> {
    let answer = |status| json!({ "kind": "answer", "status": status, "body": "<html></html>" });
    vec![
        (json!({ "kind": "reset" }), WAITS),
        (json!({ "kind": "hang" }), WAITS),
        (json!({ "kind": "too_many_requests" }), WAITS),
        (json!({ "kind": "server_error" }), WAITS),
        (answer(504), WAITS),
        (json!({ "kind": "lost_answer" }), WAITS_WITHOUT_PAGE),
        (json!({ "kind": "hang_after" }), WAITS_WITHOUT_PAGE),
        (json!({ "kind": "error_after" }), WAITS_WITHOUT_PAGE),
        (json!({ "kind": "truncated_json" }), WAITS_WITHOUT_PAGE),
        (json!({ "kind": "cut_answer" }), WAITS_WITHOUT_PAGE),
        (
            json!({ "kind": "slow_answer", "ms": 2_000 }),
            WAITS_WITHOUT_PAGE,
        ),
        (
            json!({ "kind": "drip", "interval_ms": 50 }),
            WAITS_WITHOUT_PAGE,
        ),
        // The provider says no, and that nobody has paid: the hold ends, the page may stay.
        (json!({ "kind": "page_expired" }), ("expired", true)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_ends_once_its_page_is_known_to_be_closed() {
    let short = |settings: &mut nexus::config::Settings| settings.payments.total_timeout_ms = 400;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), short).await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    shop.lose_all_messages().await;
    for (mut fault, outcome) in rows() {
        let pending = shop.pending(coffee).await;
        // The checks of the attempt ask as well; here the end of the hold is looked at alone.
        let off = "update jobs set run_at = run_at + interval '1 day' where kind = 'check_payment'";
        shop.db().await.batch(off).await.unwrap();
        fault["call"] = json!("cancel");
        shop.play(fault.clone()).await;
        shop.advance(TimeDelta::minutes(60));
        shop.run_jobs().await;
        let order = shop.order_status(&pending.order_id).await;
        let is_open = shop.transaction(&pending.tx_ref).await["is_open"] == true;
        assert_eq!((order.as_str(), is_open), outcome, "{fault}");
        shop.mend().await;

        shop.advance(TimeDelta::minutes(5));
        shop.run_jobs().await;
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "expired",
            "{fault}"
        );
        let is_open = shop.transaction(&pending.tx_ref).await["is_open"] == true;
        assert_eq!(is_open, outcome.0 == "expired", "{fault}");
        if is_open {
            // Whoever still pays there gets what they pay for.
            shop.at_provider(&pending.tx_ref, "pay").await;
            assert_eq!(shop.told(&pending.tx_ref).await, "paid", "{fault}");
            assert_eq!(
                shop.order_status(&pending.order_id).await,
                "paid",
                "{fault}"
            );
        }
    }
    assert_eq!(shop.stock(coffee).await, (99, 0));
    shop.settle_and_close().await;
}
