//! The statements that place orders: one each, however many orders.

use chrono::{DateTime, Utc};
use ids::{OrderId, OrderLineId};
use kit::{
    Result, Tx,
    db::{Param, try_join4},
};
use money::{Currency, Money};
use serde_json::Value;

use crate::model::{NewOrder, NewOrderLine, OrderCharges, OrderLine, OrderStatus};

// The counter's row is locked until the commit: that makes the numbers gap-free, and it is
// why they are drawn last.
const UPDATE_ORDER_NUMBER: &str = "
    update order_numbers
    set last_number = last_number + $1
    returning last_number";

/// Draws so many numbers at once; answers the last.
pub(crate) async fn update_order_number(tx: &Tx, count: i64) -> Result<i64> {
    let row = tx.query_one(UPDATE_ORDER_NUMBER, &[&count]).await?;
    Ok(row.get("last_number"))
}

const INSERT_ORDERS: &str = "
    insert into orders
        (id, number, cart_id, customer_id, token_hash, email, phone, language, shipping_address,
         note, currency, total_minor, subtotal_minor, discount_minor, shipping_minor, tax_minor,
         shipping_discount_minor, shipping_tax_minor, tax_included_minor, prices_include_tax,
         terms, placed_at, expires_at)
    select id, number, cart_id, customer_id, token_hash, email, phone, language,
        shipping_address, note, currency, total_minor, subtotal_minor, discount_minor,
        shipping_minor, tax_minor, shipping_discount_minor, shipping_tax_minor,
        tax_included_minor, prices_include_tax, terms, $22, $23
    from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bytea[], $6::text[],
        $7::text[], $8::text[], $9::jsonb[], $10::text[], $11::text[], $12::bigint[],
        $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[],
        $18::bigint[], $19::bigint[], $20::boolean[], $21::jsonb[])
        as new (id, number, cart_id, customer_id, token_hash, email, phone, language,
            shipping_address, note, currency, total_minor, subtotal_minor, discount_minor,
            shipping_minor, tax_minor, shipping_discount_minor, shipping_tax_minor,
            tax_included_minor, prices_include_tax, terms)";

const INSERT_LINES: &str = "
    insert into order_lines
        (id, order_id, position, variant_id, product_id, sku, title, options, unit_price_minor,
         quantity, total_minor, backordered, expected_at, discount_minor, tax_minor,
         tax_included_minor)
    select id, order_id, position, variant_id, product_id, sku, title, options,
        unit_price_minor, quantity, unit_price_minor * quantity, backordered, expected_at,
        discount_minor, tax_minor, tax_included_minor
    from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::uuid[], $6::text[],
        $7::jsonb[], $8::jsonb[], $9::bigint[], $10::bigint[], $11::bigint[], $12::timestamptz[],
        $13::bigint[], $14::bigint[], $15::bigint[])
        as line (id, order_id, position, variant_id, product_id, sku, title, options,
            unit_price_minor, quantity, backordered, expected_at, discount_minor, tax_minor,
            tax_included_minor)";

const INSERT_LINE_PARTS: &str = "
    insert into order_line_parts (order_id, variant_id, part_id, quantity)
    select order_id, variant_id, part_id, quantity
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])
        as new (order_id, variant_id, part_id, quantity)";

const INSERT_FIRST_HISTORY: &str = "
    insert into order_history (order_id, sequence, to_status, reason, occurred_at)
    select order_id, 1, $2, $3, $4
    from unnest($1::uuid[]) as placed (order_id)";

/// Writes orders, their lines and the first entry of their history. Numbers count up from
/// `first_number`, in the order given. All are placed and expire at the same moments.
pub(crate) async fn insert_orders(
    tx: &Tx,
    new: &[NewOrder],
    first_number: i64,
    (placed_at, expires_at): (DateTime<Utc>, DateTime<Utc>),
    reason: &str,
) -> Result<()> {
    let numbers: Vec<i64> = (first_number..).take(new.len()).collect();
    let ids: Vec<OrderId> = new.iter().map(|new| new.id).collect();
    let status = OrderStatus::PendingPayment.as_str();
    let history: [Param<'_>; 4] = [&ids, &status, &reason, &placed_at];
    // What refers to an order follows it.
    tx.prepare_all(&[INSERT_ORDERS, INSERT_LINES, INSERT_FIRST_HISTORY])
        .await?;
    if has_parts(new) {
        tx.prepare_all(&[INSERT_LINE_PARTS]).await?;
    }
    try_join4(
        insert_heads(tx, new, &ids, &numbers, (placed_at, expires_at)),
        insert_lines(tx, new),
        insert_parts(tx, new),
        tx.execute(INSERT_FIRST_HISTORY, &history),
    )
    .await?;
    Ok(())
}

async fn insert_heads(
    tx: &Tx,
    new: &[NewOrder],
    ids: &[OrderId],
    numbers: &[i64],
    (placed_at, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let carts: Vec<_> = new.iter().map(|new| new.cart_id).collect();
    let customers: Vec<_> = new.iter().map(|new| new.customer_id).collect();
    let tokens: Vec<_> = new.iter().map(|new| new.token_hash.as_deref()).collect();
    let emails: Vec<&str> = new.iter().map(|new| new.email.as_str()).collect();
    let phones: Vec<_> = new.iter().map(|new| new.phone.as_deref()).collect();
    let languages: Vec<&str> = new.iter().map(|new| new.language.as_str()).collect();
    let address = |new: &NewOrder| serde_json::to_value(&new.shipping_address);
    let addresses: Vec<Value> = new.iter().map(address).collect::<Result<_, _>>()?;
    let notes: Vec<&str> = new.iter().map(|new| new.note.as_str()).collect();
    let currencies: Vec<Currency> = new.iter().map(|new| new.total.currency()).collect();
    let currencies: Vec<&str> = currencies.iter().map(Currency::code).collect();
    let totals: Vec<i64> = new.iter().map(|new| new.total.minor()).collect();
    let charges = || new.iter().map(|new| &new.charges);
    let minors = |of: fn(&OrderCharges) -> Money| -> Vec<i64> {
        charges().map(|charges| of(charges).minor()).collect()
    };
    let subtotals = minors(|charges| charges.subtotal);
    let discounts = minors(|charges| charges.discount);
    let shipping = minors(|charges| charges.shipping);
    let taxes = minors(|charges| charges.tax);
    let shipping_discounts = minors(|charges| charges.shipping_discount);
    let shipping_taxes = minors(|charges| charges.shipping_tax);
    let taxes_included = minors(|charges| charges.tax_included);
    let are_included: Vec<bool> = charges().map(|it| it.prices_include_tax).collect();
    let explanation = |charges: &OrderCharges| serde_json::to_value(&charges.explanation);
    let terms: Vec<Value> = charges().map(explanation).collect::<Result<_, _>>()?;
    let columns: [Param<'_>; 23] = [
        &ids,
        &numbers,
        &carts,
        &customers,
        &tokens,
        &emails,
        &phones,
        &languages,
        &addresses,
        &notes,
        &currencies,
        &totals,
        &subtotals,
        &discounts,
        &shipping,
        &taxes,
        &shipping_discounts,
        &shipping_taxes,
        &taxes_included,
        &are_included,
        &terms,
        &placed_at,
        &expires_at,
    ];
    tx.execute(INSERT_ORDERS, &columns).await?;
    Ok(())
}

async fn insert_lines(tx: &Tx, new: &[NewOrder]) -> Result<()> {
    let all = || new.iter().flat_map(|order| &order.lines);
    let lines = || all().map(|new| &new.line);
    let of_order = |order: &NewOrder| vec![order.id; order.lines.len()];
    let places = |order: &NewOrder| (0_i32..).take(order.lines.len()).collect::<Vec<i32>>();
    let id = |line: &NewOrderLine| line.id;
    let ids: Vec<OrderLineId> = all().map(id).collect();
    let orders: Vec<OrderId> = new.iter().flat_map(of_order).collect();
    let positions: Vec<i32> = new.iter().flat_map(places).collect();
    let variants: Vec<_> = lines().map(|line| line.variant_id).collect();
    let products: Vec<_> = lines().map(|line| line.product_id).collect();
    let skus: Vec<&str> = lines().map(|line| line.sku.as_str()).collect();
    let titles: Vec<Value> = lines().map(|line| line.title.to_json()).collect();
    let options: Vec<Value> = lines()
        .map(|line| serde_json::to_value(&line.options))
        .collect::<Result<_, _>>()?;
    let prices: Vec<i64> = lines().map(|line| line.unit_price.minor()).collect();
    let quantities: Vec<i64> = lines().map(|line| line.quantity).collect();
    let backordered: Vec<i64> = lines().map(|line| line.backordered).collect();
    let expected: Vec<_> = lines().map(|line| line.expected_at).collect();
    let minors = |of: fn(&OrderLine) -> Money| -> Vec<i64> {
        lines().map(|line| of(line).minor()).collect()
    };
    let discounts = minors(|line| line.discount);
    let taxes = minors(|line| line.tax);
    let taxes_included = minors(|line| line.tax_included);
    let columns: [Param<'_>; 15] = [
        &ids,
        &orders,
        &positions,
        &variants,
        &products,
        &skus,
        &titles,
        &options,
        &prices,
        &quantities,
        &backordered,
        &expected,
        &discounts,
        &taxes,
        &taxes_included,
    ];
    tx.execute(INSERT_LINES, &columns).await?;
    Ok(())
}

fn has_parts(new: &[NewOrder]) -> bool {
    let mut lines = new.iter().flat_map(|order| &order.lines);
    lines.any(|new| !new.line.parts.is_empty())
}

async fn insert_parts(tx: &Tx, new: &[NewOrder]) -> Result<()> {
    if !has_parts(new) {
        return Ok(());
    }
    let (mut orders, mut variants) = (Vec::new(), Vec::new());
    let (mut parts, mut quantities) = (Vec::new(), Vec::new());
    for order in new {
        for line in order.lines.iter().map(|new| &new.line) {
            for part in &line.parts {
                orders.push(order.id);
                variants.push(line.variant_id);
                parts.push(part.variant_id);
                quantities.push(part.quantity);
            }
        }
    }
    let columns: [Param<'_>; 4] = [&orders, &variants, &parts, &quantities];
    tx.execute(INSERT_LINE_PARTS, &columns).await?;
    Ok(())
}
