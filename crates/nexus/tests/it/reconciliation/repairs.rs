//! What the shop repairs by itself: payments that nobody told, fees, money that went back.

use chrono::TimeDelta;
use serde_json::json;

use super::{breaks, told};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_day_has_no_differences() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    shop.vary(json!({ "page_size": 4 })).await;
    for _ in 0..9 {
        shop.paid(coffee).await;
    }
    for result in ["fail", "cancel"] {
        let pending = shop.pending(coffee).await;
        shop.at_provider(&pending.tx_ref, result).await;
    }
    shop.pending(coffee).await;
    shop.run_jobs().await;
    let before = shop.calls("verify").await;
    let run = shop.reconcile(&staff).await;
    assert_eq!(shop.calls("verify").await, before, "nobody need be asked");
    let fees = 9 * 3_750;
    let expected = json!([{
        "currency": "ETB", "there_count": 9, "there_minor": 1_125_000, "there_fee_minor": fees,
        "here_count": 9, "here_minor": 1_125_000, "here_fee_minor": fees,
    }]);
    assert_eq!(run["totals"], expected);
    assert_eq!(run["balances"][0]["here_minor"], 1_125_000 - fees);
    assert_eq!(run["balances"][0]["there_minor"], 1_125_000 - fees);
    assert_eq!(
        (&run["rows_read"], &run["pages_read"]),
        (&json!(12), &json!(3))
    );
    assert_eq!(breaks(&staff, "").await, [json!(null); 0]);
    assert_eq!(shop.count("reconciliation_rows").await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_message_and_no_check_told_is_found_and_settled() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    shop.lose_all_messages().await;
    let mut orders = Vec::new();
    for n in 0..8 {
        let pending = shop.pending(coffee).await;
        if n % 4 != 3 {
            shop.on_page(&pending.page, "pay").await.expect(302);
            orders.push(pending);
        }
    }
    shop.forget_to_ask().await;
    assert_eq!(shop.reconciled(&staff).await, (0, 6));
    for pending in &orders {
        assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    }
    assert_eq!(shop.count("captures").await, 6);
    let found = breaks(&staff, "").await;
    assert_eq!(told(&found), vec!["missing_here repaired"; 6]);
    for one in &found {
        assert_eq!(
            one["repair"]["cause"],
            "no message about it was followed; it was asked about and recorded"
        );
        assert_eq!(one["repair"]["before"], json!(null));
        assert_eq!(one["repair"]["after"]["amount_minor"], 125_000);
        assert!(
            orders
                .iter()
                .any(|order| one["order_id"] == *order.order_id)
        );
    }
    assert_eq!(shop.held().await, shop.held_there().await);
    assert_eq!(shop.reconciled(&staff).await, (0, 0), "and it stays so");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_that_differs_is_booked_as_it_is_there() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    let tx_ref = shop.paid(coffee).await;
    shop.paid(coffee).await;
    let fee =
        "select fee_minor + fee_adjusted_minor from captures join payment_attempts on attempt_id =
        payment_attempts.id where tx_ref = ";
    for (charge, before, minor, held) in [
        ("40.00", 3_750, 4_000, 242_250),
        ("12.50", 4_000, 1_250, 245_000),
    ] {
        shop.list_says(&tx_ref, json!({ "charge": charge })).await;
        assert_eq!(shop.reconciled(&staff).await, (0, 1));
        assert_eq!(shop.number(&format!("{fee}'{tx_ref}'")).await, minor);
        assert_eq!(shop.held().await, held);
        let found = breaks(&staff, "&class=fee_differs").await;
        assert_eq!(found[0]["state"], "repaired");
        assert_eq!(found[0]["repair"]["before"]["fee_minor"], before);
        assert_eq!(found[0]["repair"]["after"]["fee_minor"], minor);
        shop.assert_audit_clean().await;
        shop.advance(TimeDelta::seconds(1));
    }
    let facts = "select string_agg(split_part(fact, ':', 3) || ' ' || debit_account || ' '
        || amount_minor, ', ' order by fact) from ledger_transfers
        where fact like 'fee-correction:%'";
    assert_eq!(
        shop.text(facts).await,
        "1 provider_fees 250, 2 held:chapa 2750"
    );
    assert_eq!(shop.reconciled(&staff).await, (0, 0));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_went_back_unheard_is_put_before_a_person() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    let tx_ref = shop.paid(coffee).await;
    shop.lose_all_messages().await;
    shop.at_provider(&tx_ref, "reverse").await;
    assert_eq!(shop.open_reviews(&tx_ref).await, "");
    assert_eq!(shop.reconciled(&staff).await, (0, 1));
    assert_eq!(shop.open_reviews(&tx_ref).await, "reversal");
    assert_eq!(told(&breaks(&staff, "").await), ["status_differs repaired"]);
    assert_eq!(shop.reconciled(&staff).await, (0, 0));
    shop.close().await;
}
