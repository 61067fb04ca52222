//! What is booked stays: the database itself refuses every change, whoever asks.

use super::three_orders;

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_to_change_what_is_booked() {
    let (shop, _) = three_orders().await;
    shop.seal().await;
    let before = shop.state().await;
    let conn = shop.db().await;
    for (statement, trigger) in [
        (
            "update ledger_transfers set memo = 'x'",
            "ledger_transfers_append_only",
        ),
        (
            "update ledger_transfers set memo = 'x' where false",
            "ledger_transfers_append_only",
        ),
        (
            "delete from ledger_transfers where leg = 2",
            "ledger_transfers_append_only",
        ),
        (
            "truncate ledger_transfers cascade",
            "ledger_transfers_append_only",
        ),
        (
            "update ledger_chain set hash = sha256('')",
            "ledger_chain_append_only",
        ),
        ("delete from ledger_chain", "ledger_chain_append_only"),
        ("truncate ledger_chain", "ledger_chain_append_only"),
        (
            "update ledger_days set closing_hash = sha256('')",
            "ledger_days_append_only",
        ),
        ("delete from ledger_days", "ledger_days_append_only"),
        ("truncate ledger_days", "ledger_days_append_only"),
    ] {
        let refused = conn.batch(statement).await.unwrap_err();
        assert_eq!(refused.constraint(), Some(trigger), "{statement}");
        let state = refused.sql_state().unwrap().code();
        assert_eq!(state, "23001", "{statement}: {refused}");
    }
    let again = "insert into ledger_transfers
        select gen_random_uuid(), fact, leg, debit_account, credit_account, amount_minor, currency,
            order_id, memo, posted_at
        from ledger_transfers limit 1";
    let refused = conn.batch(again).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("ledger_transfers_fact_key"));
    drop(conn);
    assert_eq!(shop.state().await, before);
    shop.close().await;
}
