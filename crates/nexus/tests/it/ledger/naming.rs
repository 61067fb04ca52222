//! The audit names the very row that was changed.

use nexus::audit::audit_in;

use super::three_orders;

#[tokio::test(flavor = "multi_thread")]
async fn the_row_that_was_changed_is_named_and_no_other() {
    let (shop, _) = three_orders().await;
    shop.seal().await;
    let rows = "select id::text, sequence from ledger_transfers
                join ledger_chain on transfer_id = id order by sequence";
    let rows = shop.db().await.query(rows, &[]).await.unwrap();
    let ids: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(ids.len(), 6, "three charges and their fees");
    let changes = [
        "amount_minor = amount_minor + 1",
        "debit_account = 'disputed'",
        "currency = 'USD'",
        "order_id = null",
        "memo = memo || ' '",
        "leg = leg + 2",
        "fact = fact || '0'",
        "posted_at = posted_at - interval '1 microsecond'",
        // The same bytes, cut in another place.
        "memo = 'harge', currency = currency",
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let id = &ids[n % ids.len()];
        let tx = shop.app.kit.db.begin("planted").await.unwrap();
        let change = format!(
            "set local session_replication_role = replica;
             update ledger_transfers set {change} where id = '{id}'"
        );
        tx.batch(&change).await.unwrap();
        let report = audit_in(&tx, shop.now()).await.unwrap();
        tx.rollback().await.unwrap();
        let check = report.checks.iter().find(|check| check.id == "I30");
        let named: Vec<&str> = check
            .unwrap()
            .violations
            .iter()
            .map(|violation| violation.subject.as_str())
            .collect();
        assert_eq!(named, [format!("transfer {id}")], "{change}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_stays_unsealed_is_named() {
    let (shop, _) = three_orders().await;
    let unsealed = "select count(*) from ledger_unsealed";
    assert_eq!(shop.number(unsealed).await, 2);
    let minutes = chrono::TimeDelta::minutes;
    for (waited, named) in [(10, 0), (11, 2)] {
        let at = shop.now() + minutes(waited);
        let report = nexus::audit::audit_at(&shop.app.kit.db, at).await.unwrap();
        let check = report.checks.iter().find(|check| check.id == "I30");
        assert_eq!(check.unwrap().violation_count, named, "{report:#?}");
        assert_eq!(report.violation_count(), named, "{report:#?}");
    }
    shop.close().await;
}
