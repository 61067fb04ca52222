//! Every statement on movements: they are added, never changed.

use chrono::{DateTime, Utc};
use ids::{MovementId, StaffId, VariantId};
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::{AccountUnits, Movement, MovementFilter, NewMovement, ReasonCode};

// Its trigger adds each to what its level says was moved.
const INSERT_MOVEMENTS: &str = "
    insert into stock_movements
        (id, variant_id, location_id, kind, quantity, reason, reason_code, order_id, transfer_id,
         count_id, fill, staff_id, occurred_at)
    select id, variant_id, location_id, kind, quantity, reason, reason_code, order_id,
        transfer_id, count_id, fill, $11, $12
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[],
            $7::text[], $8::uuid[], $9::uuid[], $10::uuid[], $13::integer[])
        as new (id, variant_id, location_id, kind, quantity, reason, reason_code, order_id,
            transfer_id, count_id, fill)";

/// Writes movements down. What is on hand is changed by the caller; the schema refuses one
/// without the other.
pub(crate) async fn insert_movements(
    tx: &Tx,
    movements: &[NewMovement],
    staff_id: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<_> = movements
        .iter()
        .map(|_| MovementId::generate(now))
        .collect();
    let variants: Vec<_> = movements.iter().map(|one| one.variant_id).collect();
    let locations: Vec<_> = movements.iter().map(|one| one.location_id).collect();
    let kinds: Vec<_> = movements.iter().map(|one| one.kind.name()).collect();
    let quantities: Vec<_> = movements.iter().map(|one| one.quantity).collect();
    let reasons: Vec<_> = movements.iter().map(|one| one.reason.as_str()).collect();
    let code = |one: &NewMovement| one.reason_code.map(ReasonCode::name);
    let codes: Vec<_> = movements.iter().map(code).collect();
    let orders: Vec<_> = movements.iter().map(|one| one.order_id).collect();
    let transfers: Vec<_> = movements.iter().map(|one| one.transfer_id).collect();
    let counts: Vec<_> = movements.iter().map(|one| one.count_id).collect();
    let fills: Vec<_> = movements.iter().map(|one| one.fill).collect();
    tx.execute(
        INSERT_MOVEMENTS,
        &[
            &ids,
            &variants,
            &locations,
            &kinds,
            &quantities,
            &reasons,
            &codes,
            &orders,
            &transfers,
            &counts,
            &staff_id,
            &now,
            &fills,
        ],
    )
    .await?;
    Ok(())
}

const LIST_MOVEMENTS: &str = "
    select id, kind, account, variant_id, location_id, quantity, reason, reason_code, order_id,
        transfer_id, staff_id, occurred_at
    from stock_movements
    join stock_movement_kinds using (kind)
    where ($1::uuid is null or variant_id = $1)
        and ($2::uuid is null or location_id = $2)
        and ($3::timestamptz is null or (occurred_at, id) < ($3, $4::uuid))
    order by occurred_at desc, id desc
    limit $5::bigint + 1";

fn movement(row: &Row) -> Movement {
    Movement {
        id: row.get("id"),
        kind: row.get("kind"),
        account: row.get("account"),
        variant_id: row.get("variant_id"),
        location_id: row.get("location_id"),
        quantity: row.get("quantity"),
        reason: row.get("reason"),
        reason_code: row.get("reason_code"),
        order_id: row.get("order_id"),
        transfer_id: row.get("transfer_id"),
        staff_id: row.get("staff_id"),
        occurred_at: row.get("occurred_at"),
    }
}

/// Up to `limit` movements, newest first, and one more if there are more.
pub(crate) async fn list_movements(
    conn: &Conn,
    filter: &MovementFilter,
    limit: i64,
) -> Result<Vec<Movement>> {
    let (before_at, before_id) = filter.before.unzip();
    let rows = conn
        .query(
            LIST_MOVEMENTS,
            &[
                &filter.variant_id,
                &filter.location_id,
                &before_at,
                &before_id,
                &limit,
            ],
        )
        .await?;
    Ok(rows.iter().map(movement).collect())
}

// Both sides of every movement: what a shelf has, its account lacks.
const LIST_BALANCES: &str = "
    select 'shelf' as account, location_id, sum(quantity)::bigint as units
    from stock_movements
    where ($1::uuid is null or variant_id = $1)
        and ($2::timestamptz is null or occurred_at <= $2)
    group by location_id
    union all
    select account, null, -sum(quantity)::bigint
    from stock_movements
    join stock_movement_kinds using (kind)
    where ($1::uuid is null or variant_id = $1)
        and ($2::timestamptz is null or occurred_at <= $2)
    group by account
    order by account, location_id";

/// What every shelf and every account has, of one variant or of all, now or at a time. The units
/// of all of them add up to 0.
pub(crate) async fn list_balances(
    conn: &Conn,
    variant_id: Option<VariantId>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<AccountUnits>> {
    let rows = conn.query(LIST_BALANCES, &[&variant_id, &as_of]).await?;
    let units = |row: &Row| AccountUnits {
        account: row.get("account"),
        location_id: row.get("location_id"),
        units: row.get("units"),
    };
    Ok(rows.iter().map(units).collect())
}
