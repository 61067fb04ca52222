//! The lines of refunds, and what of an order's lines is spoken for.

use ids::{OrderId, RefundId};
use kit::{Conn, Error, Result, Tx};
use money::{Currency, Money};

use crate::model::{LineBalance, Refund, RefundLine};

const INSERT_REFUND_LINES: &str = "
    insert into refund_lines (refund_id, order_id, variant_id, quantity, amount_minor)
    select $1, $2, variant_id, quantity, amount_minor
    from unnest($3::uuid[], $4::bigint[], $5::bigint[])
        as line (variant_id, quantity, amount_minor)";

pub(crate) async fn insert_refund_lines(
    tx: &Tx,
    refund: &Refund,
    lines: &[RefundLine],
) -> Result<()> {
    let variants: Vec<_> = lines.iter().map(|line| line.variant_id).collect();
    let quantities: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
    let amounts: Vec<i64> = lines.iter().map(|line| line.amount.minor()).collect();
    tx.execute(
        INSERT_REFUND_LINES,
        &[
            &refund.id,
            &refund.order_id,
            &variants,
            &quantities,
            &amounts,
        ],
    )
    .await?;
    Ok(())
}

const LIST_REFUND_LINES: &str = "
    select refund_id, variant_id, quantity, refund_lines.amount_minor, currency
    from refund_lines
    join refunds on refunds.id = refund_lines.refund_id
    where refund_id = any($1)
    order by refund_id, variant_id";

/// The lines of some refunds.
pub(crate) async fn list_refund_lines(
    conn: &Conn,
    refunds: &[RefundId],
) -> Result<Vec<(RefundId, RefundLine)>> {
    let rows = conn.query(LIST_REFUND_LINES, &[&refunds]).await?;
    rows.iter()
        .map(|row| {
            let currency: Currency = row
                .get::<_, &str>("currency")
                .parse()
                .map_err(Error::fault)?;
            let line = RefundLine {
                variant_id: row.get("variant_id"),
                quantity: row.get("quantity"),
                amount: Money::new(row.get("amount_minor"), currency),
            };
            Ok((row.get("refund_id"), line))
        })
        .collect()
}

const LIST_LINE_REFUNDS: &str = "
    select variant_id, refunded_quantity, refunded_minor
    from line_refunds
    where order_id = $1";

/// Puts what is spoken for into the balances of an order's lines.
pub(crate) async fn list_line_refunds(
    conn: &Conn,
    order_id: OrderId,
    mut lines: Vec<LineBalance>,
) -> Result<Vec<LineBalance>> {
    for row in conn.query(LIST_LINE_REFUNDS, &[&order_id]).await? {
        let variant_id = row.get("variant_id");
        for line in &mut lines {
            if line.variant_id == variant_id {
                line.refunded_quantity = row.get("refunded_quantity");
                line.refunded_minor = row.get("refunded_minor");
            }
        }
    }
    Ok(lines)
}

// The order of the variants is the order of the row locks.
const UPSERT_LINE_REFUNDS: &str = "
    insert into line_refunds
        (order_id, variant_id, bought_quantity, paid_minor, refunded_quantity, refunded_minor)
    select $1, variant_id, bought_quantity, paid_minor, quantity, amount_minor
    from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
        as line (variant_id, bought_quantity, paid_minor, quantity, amount_minor)
    order by variant_id
    on conflict on constraint line_refunds_pkey do update
    set refunded_quantity = line_refunds.refunded_quantity + excluded.refunded_quantity,
        refunded_minor = line_refunds.refunded_minor + excluded.refunded_minor";

/// Takes what goes back of lines; more than is left of one is a fault by `line_refunds`' checks.
pub(crate) async fn upsert_line_refunds(
    tx: &Tx,
    order_id: OrderId,
    balances: &[LineBalance],
    lines: &[RefundLine],
) -> Result<()> {
    let bought = |line: &RefundLine| {
        balances
            .iter()
            .find(|balance| balance.variant_id == line.variant_id)
            .map_or((0, 0), |line| (line.bought_quantity, line.paid.minor()))
    };
    let (quantities, paid): (Vec<i64>, Vec<i64>) = lines.iter().map(bought).unzip();
    let variants: Vec<_> = lines.iter().map(|line| line.variant_id).collect();
    let taken: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
    let amounts: Vec<i64> = lines.iter().map(|line| line.amount.minor()).collect();
    tx.execute(
        UPSERT_LINE_REFUNDS,
        &[&order_id, &variants, &quantities, &paid, &taken, &amounts],
    )
    .await?;
    Ok(())
}

const UPDATE_LINE_REFUNDS: &str = "
    update line_refunds
    set refunded_quantity = refunded_quantity - refund_lines.quantity,
        refunded_minor = line_refunds.refunded_minor - refund_lines.amount_minor
    from refund_lines
    where refund_lines.refund_id = $1
        and line_refunds.order_id = refund_lines.order_id
        and line_refunds.variant_id = refund_lines.variant_id";

/// Sets free what a refund that did not happen had taken of its lines.
pub(crate) async fn update_line_refunds_freed(tx: &Tx, id: RefundId) -> Result<()> {
    tx.execute(UPDATE_LINE_REFUNDS, &[&id]).await?;
    Ok(())
}
