//! Price lists, and what follows from them: the prices of variants, products and the search.

use chrono::{DateTime, Utc};
use ids::{CustomerGroupId, PriceListId, ProductId, VariantId};
use kit::{Conn, Error, Result, Tx};
use money::Currency;
use tokio_postgres::Row;

use crate::model::{ListPrice, PriceList};

macro_rules! price_lists {
    ($rest:literal) => {
        concat!(
            "
    select id, name, group_id, currency, is_enabled, starts_at, ends_at, is_running, version
    from price_lists
    ",
            $rest
        )
    };
}

fn price_list(row: &Row) -> Result<PriceList> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    Ok(PriceList {
        id: row.get("id"),
        name: row.get("name"),
        group_id: row.get("group_id"),
        currency,
        is_enabled: row.get("is_enabled"),
        starts_at: row.get("starts_at"),
        ends_at: row.get("ends_at"),
        is_running: row.get("is_running"),
        version: row.get("version"),
    })
}

const FIND_PRICE_LIST: &str = price_lists!("where id = $1");
const LOCK_PRICE_LIST: &str = price_lists!("where id = $1 for update");
const LIST_PRICE_LISTS: &str = price_lists!(
    "where ($1::uuid is null or id < $1)
    order by id desc
    limit $2"
);

pub(crate) async fn find_price_list(conn: &Conn, id: PriceListId) -> Result<Option<PriceList>> {
    let row = conn.query_opt(FIND_PRICE_LIST, &[&id]).await?;
    row.as_ref().map(price_list).transpose()
}

/// A list that stays as it is until the end of `tx`, and its prices with it.
pub(crate) async fn lock_price_list(tx: &Tx, id: PriceListId) -> Result<Option<PriceList>> {
    let row = tx.query_opt(LOCK_PRICE_LIST, &[&id]).await?;
    row.as_ref().map(price_list).transpose()
}

/// Price lists, the newest first.
pub(crate) async fn list_price_lists(
    conn: &Conn,
    before: Option<PriceListId>,
    limit: i64,
) -> Result<Vec<PriceList>> {
    let rows = conn.query(LIST_PRICE_LISTS, &[&before, &limit]).await?;
    rows.iter().map(price_list).collect()
}

const UPSERT_PRICE_LIST: &str = "
    insert into price_lists
        (id, name, group_id, currency, is_enabled, starts_at, ends_at, is_running, created_at,
         updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    on conflict (id) do update set
        name = excluded.name, group_id = excluded.group_id, currency = excluded.currency,
        is_enabled = excluded.is_enabled, starts_at = excluded.starts_at,
        ends_at = excluded.ends_at, is_running = excluded.is_running,
        updated_at = excluded.updated_at, version = price_lists.version + 1";

/// Writes a list, a new one or one that is locked; its prices run with it.
pub(crate) async fn upsert_price_list(tx: &Tx, list: &PriceList, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        UPSERT_PRICE_LIST,
        &[
            &list.id,
            &list.name,
            &list.group_id,
            &list.currency.code(),
            &list.is_enabled,
            &list.starts_at,
            &list.ends_at,
            &list.is_running,
            &now,
        ],
    )
    .await?;
    Ok(())
}

const DELETE_PRICE_LIST: &str = "delete from price_lists where id = $1";

pub(crate) async fn delete_price_list(tx: &Tx, id: PriceListId) -> Result<()> {
    tx.execute(DELETE_PRICE_LIST, &[&id]).await?;
    Ok(())
}

const LIST_LIST_PRICES: &str = "
    select variant_id, min_quantity, price_minor
    from price_list_prices
    where list_id = $1
    order by variant_id, min_quantity";

/// The prices of a list, by variant and quantity.
pub(crate) async fn list_list_prices(conn: &Conn, id: PriceListId) -> Result<Vec<ListPrice>> {
    let rows = conn.query(LIST_LIST_PRICES, &[&id]).await?;
    let price = |row: &Row| ListPrice {
        variant_id: row.get("variant_id"),
        min_quantity: row.get("min_quantity"),
        price_minor: row.get("price_minor"),
    };
    Ok(rows.iter().map(price).collect())
}

const DELETE_LIST_PRICES: &str = "delete from price_list_prices where list_id = $1";

const INSERT_LIST_PRICES: &str = "
    insert into price_list_prices (list_id, variant_id, min_quantity, price_minor, is_running)
    select price_lists.id, variant_id, min_quantity, price_minor, is_running
    from unnest($2::uuid[], $3::bigint[], $4::bigint[])
        as listed (variant_id, min_quantity, price_minor)
    join price_lists on price_lists.id = $1
    order by variant_id, min_quantity";

/// Writes these prices, and no others, for a list.
pub(crate) async fn update_list_prices(
    tx: &Tx,
    id: PriceListId,
    prices: &[ListPrice],
) -> Result<()> {
    tx.execute(DELETE_LIST_PRICES, &[&id]).await?;
    if prices.is_empty() {
        return Ok(());
    }
    let variants: Vec<VariantId> = prices.iter().map(|price| price.variant_id).collect();
    let quantities: Vec<i64> = prices.iter().map(|price| price.min_quantity).collect();
    let minors: Vec<i64> = prices.iter().map(|price| price.price_minor).collect();
    let params: [kit::db::Param<'_>; 4] = [&id, &variants, &quantities, &minors];
    tx.execute(INSERT_LIST_PRICES, &params).await?;
    Ok(())
}

const LIST_OTHER_CURRENCIES: &str = "
    select distinct currency
    from variants
    where id = any($1)
      and currency <> $2";

/// Whether any of these variants is priced in another currency.
pub(crate) async fn exists_other_currency(
    conn: &Conn,
    variants: &[VariantId],
    currency: Currency,
) -> Result<bool> {
    let rows = conn
        .query(LIST_OTHER_CURRENCIES, &[&variants, &currency.code()])
        .await?;
    Ok(!rows.is_empty())
}

// Before anything else of a change of prices: whoever comes second reads what the first has done.
const LOCK_VARIANTS: &str = "
    select id
    from variants
    where id = any($1)
    order by id
    for no key update";

/// Has the prices of some variants to itself until the end of `tx`, in the order of their ids.
pub(crate) async fn lock_variants(tx: &Tx, variants: &[VariantId]) -> Result<()> {
    tx.query(LOCK_VARIANTS, &[&variants]).await?;
    Ok(())
}

// What it costs otherwise is kept beside what it costs now, exactly while these differ.
const UPDATE_PRICES: &str = "
    update variants
    set price_minor = least(was.regular_minor, was.listed_minor),
        compare_at_minor = case
            when was.listed_minor < was.regular_minor
                then coalesce(was.regular_compare_at_minor, was.regular_minor)
            else was.regular_compare_at_minor
        end,
        regular_minor = case
            when was.listed_minor < was.regular_minor then was.regular_minor
        end,
        regular_compare_at_minor = case
            when was.listed_minor < was.regular_minor then was.regular_compare_at_minor
        end,
        version = version + 1, updated_at = $2
    from (
        select id, coalesce(regular_minor, price_minor) as regular_minor,
            case
                when regular_minor is null then compare_at_minor else regular_compare_at_minor
            end as regular_compare_at_minor,
            listed_price(id) as listed_minor
        from variants
        where id = any($1)
    ) as was
    where variants.id = was.id
      and variants.price_minor <> least(was.regular_minor, was.listed_minor)
    returning product_id";

const LOCK_PRICED: &str = "
    select id
    from products
    where id = any($1)
    order by id
    for no key update";

const UPDATE_PRICES_FROM: &str = "
    update products
    set price_from_minor = (
            select min(price_minor) from variants
            where variants.product_id = products.id and is_active
        ),
        version = version + 1, updated_at = $2
    where id = any($1)";

const UPDATE_FOUND_PRICES: &str = "
    update product_search
    set price_from_minor = products.price_from_minor
    from products
    where products.id = product_id
      and product_id = any($1)";

/// Has variants, which the caller has locked, cost what running lists make of them, and what is
/// derived from it follow. Locks their products, in the order of their ids.
pub(crate) async fn update_prices(
    tx: &Tx,
    variants: &[VariantId],
    now: DateTime<Utc>,
) -> Result<()> {
    let rows = tx.query(UPDATE_PRICES, &[&variants, &now]).await?;
    let products: Vec<ProductId> = rows.iter().map(|row| row.get("product_id")).collect();
    if products.is_empty() {
        return Ok(());
    }
    tx.query(LOCK_PRICED, &[&products]).await?;
    tx.execute(UPDATE_PRICES_FROM, &[&products, &now]).await?;
    tx.execute(UPDATE_FOUND_PRICES, &[&products]).await?;
    Ok(())
}

// As for carts: what everybody pays for one is what the variant costs, and stands there.
const LIST_OWN_PRICES: &str = "
    select variants.id, product_id, sku, variants.currency, price_minor, compare_at_minor,
        coalesce((
            select jsonb_agg(jsonb_build_array(lists.group_id, min_quantity, prices.price_minor))
            from price_list_prices as prices
            join price_lists as lists on lists.id = prices.list_id
            where prices.variant_id = variants.id
                and prices.is_running
                and (lists.group_id = $2 or lists.group_id is null and min_quantity > 1)
        ), '[]') as listed
    from variants
    join products on products.id = product_id
    where product_id = any($1)
      and products.status = 'published'
      and variants.is_active
    order by product_id, variants.position, variants.id";

/// What everybody pays for a variant, and what lists say to a group.
pub(crate) struct OwnPrice {
    pub(crate) variant_id: VariantId,
    pub(crate) product_id: ProductId,
    pub(crate) sku: String,
    pub(crate) currency: Currency,
    pub(crate) price_minor: i64,
    pub(crate) compare_at_minor: Option<i64>,
    pub(crate) listed: Vec<crate::model::ListedPrice>,
}

/// The prices of the variants of published products, as somebody of a group, or of none, has them.
pub(crate) async fn list_own_prices(
    conn: &Conn,
    products: &[ProductId],
    group: Option<CustomerGroupId>,
) -> Result<Vec<OwnPrice>> {
    let rows = conn.query(LIST_OWN_PRICES, &[&products, &group]).await?;
    let price = |row: &Row| {
        Ok(OwnPrice {
            variant_id: row.get("id"),
            product_id: row.get("product_id"),
            sku: row.get("sku"),
            currency: row
                .get::<_, &str>("currency")
                .parse()
                .map_err(Error::fault)?,
            price_minor: row.get("price_minor"),
            compare_at_minor: row.get("compare_at_minor"),
            listed: serde_json::from_value(row.get("listed"))?,
        })
    };
    rows.iter().map(price).collect()
}
