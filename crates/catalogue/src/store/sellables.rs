//! What carts and orders read of variants.

use chrono::{DateTime, Utc};
use ids::{CustomerGroupId, SaleId, VariantId};
use inventory::{Limits, Want};
use kit::{Conn, Result};
use sales::SaleTerms;
use tokio_postgres::Row;

use super::read::{beyond, money};
use crate::model::{Sellable, Texts};

/// The sale that a row tells of, if it tells of one.
fn sale_terms(row: &Row) -> Option<SaleTerms> {
    let sale_id: Option<SaleId> = row.get("sale_id");
    sale_id.map(|sale_id| SaleTerms {
        sale_id,
        starts_at: row.get("starts_at"),
        ends_at: row.get("ends_at"),
        has_queue: row.get("has_queue"),
    })
}

/// What one order and one buyer may have, as far as staff have set it.
fn limits(row: &Row) -> Limits {
    let counted_since: Option<DateTime<Utc>> = row.get("counted_since");
    Limits {
        per_order_max: row.get("per_order_max"),
        per_customer_max: row.get("per_customer_max"),
        per_customer_days: row.get("per_customer_days"),
        counted_since: counted_since.unwrap_or_default(),
    }
}

const LIST_SELLABLES: &str = "
    select variants.id, variants.product_id, products.slug, sku, products.title, price_minor,
        variants.currency, variants.is_active and products.status = 'published' as is_for_sale,
        available,
        sales.id as sale_id, sales.starts_at, sales.ends_at,
        sales.queue_since is not null as has_queue,
        per_order_max, per_customer_max, per_customer_days, counted_since,
        stock_offers.backorder_kind, backorder_max, backordered, stock_offers.expected_at,
        array(
            select part_id from bundle_parts where bundle_id = variants.id order by part_id
        ) as part_ids,
        array(
            select quantity from bundle_parts where bundle_id = variants.id order by part_id
        ) as part_quantities,
        -- An empty index, where nobody has price lists. What everybody pays for one is price_minor.
        coalesce((
            select jsonb_agg(jsonb_build_array(lists.group_id, min_quantity, prices.price_minor))
            from price_list_prices as prices
            join price_lists as lists on lists.id = prices.list_id
            where prices.variant_id = variants.id
                and prices.is_running
                and (lists.group_id = any($2) or lists.group_id is null and min_quantity > 1)
        ), '[]') as listed,
        (
            select url from product_images
            where product_images.product_id = products.id
            order by position
            limit 1
        ) as image_url,
        coalesce((
            select jsonb_agg(jsonb_build_array(options.name, chosen.label)
                order by options.position)
            from variant_option_values
            join product_options as options on options.id = variant_option_values.option_id
            join product_option_values as chosen on chosen.id = variant_option_values.value_id
            where variant_id = variants.id
        ), '[]') as options
    from variants
    join products on products.id = variants.product_id
    left join sale_variants on sale_variants.variant_id = variants.id
    left join sales on sales.id = sale_variants.sale_id
    left join stock_terms on stock_terms.variant_id = variants.id
    join stock_offers on stock_offers.variant_id = variants.id
    where variants.id = any($1)
    order by variants.id";

/// What carts and orders need to know of some variants, in the order of their ids; with the prices
/// of these groups of customers. One statement, however many.
///
/// # Errors
/// Faults of the database.
pub async fn list_sellables(
    conn: &Conn,
    variants: &[VariantId],
    groups: &[CustomerGroupId],
) -> Result<Vec<Sellable>> {
    let rows = conn.query(LIST_SELLABLES, &[&variants, &groups]).await?;
    rows.iter()
        .map(|row| {
            let options: Vec<(Texts, Texts)> = serde_json::from_value(row.get("options"))?;
            Ok(Sellable {
                variant_id: row.get("id"),
                product_id: row.get("product_id"),
                slug: row.get("slug"),
                sku: row.get("sku"),
                title: Texts::from_json(row.get("title")),
                options,
                image_url: row.get("image_url"),
                price: money(row.get("price_minor"), row)?,
                listed: serde_json::from_value(row.get("listed"))?,
                is_for_sale: row.get("is_for_sale"),
                available: row.get("available"),
                sale: sale_terms(row),
                limits: limits(row),
                beyond: beyond(row),
                parts: parts(row),
            })
        })
        .collect()
}

/// What one unit is made of.
fn parts(row: &Row) -> Vec<Want> {
    let part_ids: Vec<VariantId> = row.get("part_ids");
    let quantities: Vec<i64> = row.get("part_quantities");
    let part = |(variant_id, quantity)| Want {
        variant_id,
        quantity,
    };
    part_ids.into_iter().zip(quantities).map(part).collect()
}
