//! What PostgreSQL itself refuses: units without a movement, movements without units, half a
//! transfer, a past that changes.

use super::Stocked;

/// The name of what refuses a change, at the statement or at the commit.
async fn refused_by(stocked: &Stocked, change: &str) -> String {
    let tx = stocked.shop.app.kit.db.begin("test_proof").await.unwrap();
    let error = match tx.batch(change).await {
        Err(error) => error,
        Ok(()) => match tx.commit().await {
            Ok(()) => panic!("this was taken: {change}"),
            Err(error) => error,
        },
    };
    error.constraint().unwrap_or_default().to_owned()
}

const MOVED: &str = "
    insert into stock_movements (id, variant_id, location_id, kind, quantity, occurred_at)
    select gen_random_uuid(), variant_id, location_id, 'receipt', 1, now() from stock_levels;";

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_what_is_not_balanced() {
    let stocked = Stocked::open(5, 3).await;
    let before = stocked.shop.state().await;
    let leg = |quantity: i64| {
        format!(
            "insert into stock_movements
                 (id, variant_id, location_id, kind, quantity, transfer_id, occurred_at)
             select gen_random_uuid(), variant_id, location_id, 'transfer', {quantity},
                 '01900000-0000-7000-8000-0000000000aa', now()
             from stock_levels where location_id = '{}';
             update stock_levels set on_hand = on_hand + {quantity} where location_id = '{}'",
            stocked.depot, stocked.depot
        )
    };
    let kind = |kind: &str, quantity: i64, more: &str| {
        MOVED
            .replace("'receipt', 1", &format!("'{kind}', {quantity}"))
            .replace("kind, quantity,", &format!("kind, quantity{more},"))
    };
    for (change, guard) in [
        (
            "update stock_levels set on_hand = on_hand + 1".to_owned(),
            "stock_levels_moved",
        ),
        (MOVED.to_owned(), "stock_levels_moved"),
        (
            "update stock_levels set moved = moved + 1".to_owned(),
            "stock_levels_moved",
        ),
        (
            "update stock_movements set quantity = 9".to_owned(),
            "stock_movements_append_only",
        ),
        (
            "delete from stock_movements where quantity > 100".to_owned(),
            "stock_movements_append_only",
        ),
        (
            "truncate stock_movements".to_owned(),
            "stock_movements_append_only",
        ),
        (leg(1), "stock_movements_transfer_whole"),
        (leg(-1), "stock_movements_transfer_whole"),
        (kind("receipt", -1, ""), "stock_movements_direction"),
        (kind("damage", 1, ""), "stock_movements_direction"),
        (kind("sale", -1, ""), "stock_movements_order_named"),
        (kind("transfer", -1, ""), "stock_movements_transfer_named"),
        (kind("gift", -1, ""), "stock_movements_kind_known"),
        (kind("adjustment", 0, ""), "stock_movements_moves"),
        (
            "update stock_levels set safety_stock = -1".to_owned(),
            "stock_levels_safety_not_negative",
        ),
    ] {
        assert_eq!(refused_by(&stocked, &change).await, guard, "{change}");
        assert_eq!(stocked.shop.state().await, before, "{change}");
    }
    // Both together are what a movement is.
    let both = format!("{MOVED} update stock_levels set on_hand = on_hand + 1");
    let tx = stocked.shop.app.kit.db.begin("test_proof").await.unwrap();
    tx.batch(&both).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stocked.levels().await, [(6, 0), (4, 0)]);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_release_before_writes_is_at_the_main_location() {
    let stocked = Stocked::open(5, 0).await;
    // Its statements, word for word.
    let counted = format!(
        "update stock_levels
         set on_hand = on_hand + 2, version = version + 1, updated_at = now()
         where variant_id = '{0}';
         insert into stock_movements
             (id, variant_id, kind, quantity, reason, staff_id, occurred_at)
         values (gen_random_uuid(), '{0}', 'adjustment', 2, 'counted', null, now())",
        stocked.variant
    );
    let tx = stocked.shop.app.kit.db.begin("test_before").await.unwrap();
    tx.batch(&counted).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stocked.levels().await, [(7, 0), (0, 0)]);
    stocked.shop.close().await;
}
