//! Every statement on what buyers have taken of limits. Rows in the order of their keys, after
//! the levels and before the counter of order numbers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{OrderId, VariantId};
use kit::{
    Conn, Result, Tx,
    db::{Param, try_join},
};

use crate::model::{Allowances, Hold, Key, Use};

const LIST_USED: &str = "
    select key, used
    from allowances
    where key = any($1)";

/// How much of some limits is used.
pub(crate) async fn list_used(conn: &Conn, keys: &[Key]) -> Result<Allowances> {
    let rows = conn.query(LIST_USED, &[&keys]).await?;
    let used = rows.iter().map(|row| (row.get("key"), row.get("used")));
    Ok(Allowances::of(used))
}

// Somebody else may have used a limit since it was read: then its row is left alone, and the
// caller finds fewer rows than it sent. The CHECK stands behind it.
const UPSERT_USED: &str = "
    insert into allowances (key, kind, variant_id, used, used_max)
    select key, kind, variant_id, used, used_max
    from unnest($1::bytea[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[])
        as wanted (key, kind, variant_id, used, used_max)
    order by key
    on conflict (key) do update
    set used = allowances.used + excluded.used, used_max = excluded.used_max
    where allowances.used + excluded.used <= excluded.used_max";

// What a naive shop does: it writes what it computed from an earlier read. Only with the
// `limit guard` switched off, to show that the race tests catch it.
const UPSERT_USED_UNGUARDED: &str = "
    insert into allowances (key, kind, variant_id, used, used_max)
    select key, kind, variant_id, used, used_max
    from unnest($1::bytea[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[])
        as wanted (key, kind, variant_id, used, used_max)
    order by key
    on conflict (key) do update
    set used = excluded.used, used_max = excluded.used_max";

const INSERT_USES: &str = "
    insert into allowance_uses (order_id, key, quantity)
    select order_id, key, quantity
    from unnest($1::uuid[], $2::bytea[], $3::bigint[]) as new (order_id, key, quantity)";

/// The statements of [`insert_uses`], in their order.
pub(crate) const USING: [&str; 2] = [UPSERT_USED, INSERT_USES];

/// Uses limits for orders; answers whether all of them left room. `read` is what the decision
/// rested on.
pub(crate) async fn insert_uses(tx: &Tx, holds: &[Hold], read: &Allowances) -> Result<bool> {
    let mut sums: BTreeMap<&Key, (i64, &Use)> = BTreeMap::new();
    let mut uses = (Vec::new(), Vec::new(), Vec::new());
    for hold in holds {
        for one in &hold.uses {
            sums.entry(&one.key).or_insert((0, one)).0 += one.quantity;
            uses.0.push(hold.order_id);
            uses.1.push(&one.key);
            uses.2.push(one.quantity);
        }
    }
    if sums.is_empty() {
        return Ok(true);
    }
    let is_unguarded = tx.sabotage().has_removed("limit guard");
    let used = |(key, (quantity, _)): (&&Key, &(i64, &Use))| {
        quantity + if is_unguarded { read.used(key) } else { 0 }
    };
    let statement = if is_unguarded {
        UPSERT_USED_UNGUARDED
    } else {
        UPSERT_USED
    };
    let keys: Vec<&Key> = sums.keys().copied().collect();
    let kinds: Vec<&str> = sums.values().map(|(_, one)| one.kind.name()).collect();
    let of_variant = |(_, one): &(i64, &Use)| one.kind.variant_id();
    let variants: Vec<Option<VariantId>> = sums.values().map(of_variant).collect();
    let quantities: Vec<i64> = sums.iter().map(used).collect();
    let most: Vec<i64> = sums.values().map(|(_, one)| one.used_max).collect();
    let params: [Param<'_>; 5] = [&keys, &kinds, &variants, &quantities, &most];
    let of_orders: [Param<'_>; 3] = [&uses.0, &uses.1, &uses.2];
    let (kept, _) = try_join(
        tx.execute(statement, &params),
        tx.execute(INSERT_USES, &of_orders),
    )
    .await?;
    Ok(usize::try_from(kept) == Ok(sums.len()))
}

const UPDATE_USES_ENDED: &str = "
    with ended as (
        update allowance_uses
        set ended_at = $2
        from allowances
        where allowance_uses.order_id = $1 and allowance_uses.ended_at is null
            and allowances.key = allowance_uses.key and allowances.kind = any($3)
        returning allowance_uses.key, allowance_uses.quantity
    ), locked as materialized (
        select allowances.key
        from allowances
        join ended using (key)
        order by allowances.key
        for update of allowances
    )
    update allowances
    set used = used - ended.quantity
    from ended
    join locked using (key)
    where allowances.key = ended.key";

/// Gives back what an order uses of limits of some kinds; nothing the second time.
pub(crate) async fn update_uses_ended(
    tx: &Tx,
    order_id: OrderId,
    kinds: &[&str],
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_USES_ENDED, &[&order_id, &now, &kinds])
        .await?;
    Ok(())
}

const LOCK_ENDED_USES: &str = "
    select allowances.used + allowance_uses.quantity <= allowances.used_max as has_room
    from allowance_uses
    join allowances using (key)
    where order_id = $1 and ended_at is not null and kind = 'variant'
    order by allowances.key
    for update of allowances";

/// Whether there is room for what an order once used of the limits of variants. It stays so
/// until the end of `tx`.
pub(crate) async fn lock_ended_uses(tx: &Tx, order_id: OrderId) -> Result<bool> {
    let rows = tx.query(LOCK_ENDED_USES, &[&order_id]).await?;
    Ok(rows.iter().all(|row| row.get("has_room")))
}

const UPDATE_USES_RESUMED: &str = "
    with resumed as (
        update allowance_uses
        set ended_at = null
        from allowances
        where allowance_uses.order_id = $1 and allowance_uses.ended_at is not null
            and allowances.key = allowance_uses.key and allowances.kind = 'variant'
        returning allowance_uses.key, allowance_uses.quantity
    )
    update allowances
    set used = used + resumed.quantity
    from resumed
    where allowances.key = resumed.key";

/// Uses again what an order once used of the limits of variants, which are locked.
pub(crate) async fn update_uses_resumed(tx: &Tx, order_id: OrderId) -> Result<()> {
    tx.execute(UPDATE_USES_RESUMED, &[&order_id]).await?;
    Ok(())
}
