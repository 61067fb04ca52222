//! Searching: the ranked page, and what all that was found has in common.

use ids::ProductId;
use kit::{Conn, Result};
use serde_json::Value;
use tokio_postgres::{Row, types::Type};

use super::{
    product_types::attributes_from,
    read::{ProductRow, product_row},
};
use crate::model::{Attribute, ProductFilter, SearchText};

/// How many matches are ranked and counted at the most.
pub(crate) const MATCHES_MAX: i64 = 1_000;

/// What was found, all pages together.
pub(crate) struct Facets {
    /// Whether the category and the brand that were asked for exist.
    pub(crate) knows_category: bool,
    pub(crate) knows_brand: bool,
    /// Products, at most [`MATCHES_MAX`] + 1.
    pub(crate) count: i64,
    /// Those of them that can be bought now.
    pub(crate) available_count: i64,
    /// `[{"id", "slug", "name", "parent_id", "count"}]`, most first.
    pub(crate) categories: Value,
    /// `[{"id", "slug", "name", "count"}]`, most first.
    pub(crate) brands: Value,
    /// `[{"currency", "from", "count"}]`, cheapest first.
    pub(crate) prices: Value,
    /// `[{"facet": "code:value", "count"}]`, most first.
    pub(crate) attributes: Value,
}

// Each candidate set is cut before anything is counted or ranked: a word that half the shop has
// costs little more than one that a thousand products have. It is cut outside the expression that
// finds it, which is read only as far as needed and yet planned as if it were read to the end: else
// the planner hopes to meet a thousand matches early and reads the table. Of a brand that was
// chosen, the others are counted beside it.
macro_rules! facets {
    ($candidates:literal, $cut:literal) => {
        concat!(
            "
    with recursive below (id) as (
        select id from categories where slug = $4 or id = $5
        union
        select categories.id from categories join below on categories.parent_id = below.id
    ),
    chosen (id) as (
        select id from brands where slug = $6 or id = $7
    ),
    meant as materialized (
        select search_meant($1, $2, $3) as query
    ),
    matching as materialized (
        select product_id, brand_id, category_ids, currency, price_from_minor, facets
        from product_search
        where status = 'published' and ",
            $candidates,
            "
            and ($4::text is null or category_ids && array(select id from below))
            and ($6::text is null or brand_id in (select id from chosen))
            and ($8::bigint is null or price_from_minor >= $8)
            and ($9::bigint is null or price_from_minor <= $9)
            and ($11::text[] is null or facets @> $11)
            and ($10::boolean is null or $10 = exists (
                select from variants
                join stock_in_sight on stock_in_sight.variant_id = variants.id
                where variants.product_id = product_search.product_id and variants.is_active
            ))
        ",
            $cut,
            "
    ),
    found as materialized (
        select * from matching limit 1001
    ),
    others as materialized (
        select product_id, brand_id
        from product_search
        where $6::text is not null and status = 'published' and ",
            $candidates,
            "
            and ($4::text is null or category_ids && array(select id from below))
            and ($8::bigint is null or price_from_minor >= $8)
            and ($9::bigint is null or price_from_minor <= $9)
            and ($11::text[] is null or facets @> $11)
            and ($10::boolean is null or $10 = exists (
                select from variants
                join stock_in_sight on stock_in_sight.variant_id = variants.id
                where variants.product_id = product_search.product_id and variants.is_active
            ))
        ",
            $cut,
            "
    ),
    beside as materialized (
        select * from others limit 1001
    ),
    branded as (
        select brand_id, count(*) as products
        from (
            select brand_id from found where $6::text is null
            union all
            select brand_id from beside
        ) as either
        where brand_id is not null
        group by brand_id
        order by products desc, brand_id
        limit 50
    ),
    listed (product_id, category_id) as (
        select product_id, unnest(category_ids) from found
        union
        select listed.product_id, categories.parent_id
        from listed
        join categories on categories.id = listed.category_id
        where categories.parent_id is not null
    ),
    grouped as (
        select category_id, count(*) as products from listed group by category_id
    ),
    tagged as (
        select currency, unit * case
                when price_from_minor >= 5 * unit then 5 when price_from_minor >= 2 * unit then 2
                else 1
            end as lowest, count(*) as products
        from found
        cross join lateral (
            select (10 ^ (length(price_from_minor::text) - 1))::bigint as unit
        ) as scale
        where price_from_minor is not null
        group by currency, lowest
    )
    select coalesce((
            select jsonb_agg(jsonb_build_object('facet', facet, 'count', products)
                order by products desc, facet)
            from (
                select facet, count(*) as products
                from found, unnest(facets) as facet
                group by facet
                order by products desc, facet
                limit 200
            ) as said
        ), '[]') as attributes,
        $4::text is null or exists (select from below) as knows_category,
        $6::text is null or exists (select from chosen) as knows_brand,
        (select count(*) from found) as count,
        (
            select count(*) from found
            where (
                select true
                from variants
                join stock_in_sight on stock_in_sight.variant_id = variants.id
                where variants.product_id = found.product_id and variants.is_active
                limit 1
            )
        ) as available_count,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'id', id, 'slug', slug, 'name', name, 'parent_id', parent_id, 'count', products
            ) order by products desc, position, slug)
            from grouped join categories on categories.id = grouped.category_id
        ), '[]') as categories,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'id', id, 'slug', slug, 'name', name, 'count', products
            ) order by products desc, slug)
            from branded join brands on brands.id = branded.brand_id
        ), '[]') as brands,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'currency', currency, 'from', lowest, 'count', products
            ) order by currency, lowest)
            from tagged
        ), '[]') as prices"
        )
    };
}

const FACETS_OF_TEXT: &str = facets!("vector @@ (select query from meant)", "");

// Without a question the newest are counted: an order that an index has.
const FACETS: &str = facets!(
    "$1::text is null and $2::text[] is null and $3::text[] is null",
    "order by created_at desc, product_id desc limit 1001"
);

const RANKED: &str = "
    with recursive below (id) as (
        select id from categories where slug = $4 or id = $5
        union
        select categories.id from categories join below on categories.parent_id = below.id
    ),
    chosen (id) as (
        select id from brands where slug = $6 or id = $7
    ),
    meant as materialized (
        select search_meant($1, $2, $3) as query, $12::text::tsquery as titled
    ),
    titled as materialized (
        select product_id, vector, sold_count
        from product_search
        where status = 'published' and vector @@ (select titled from meant)
            and ($4::text is null or category_ids && array(select id from below))
            and ($6::text is null or brand_id in (select id from chosen))
            and ($8::bigint is null or price_from_minor >= $8)
            and ($9::bigint is null or price_from_minor <= $9)
            and ($11::text[] is null or facets @> $11)
            and ($10::boolean is null or $10 = exists (
                select from variants
                join stock_in_sight on stock_in_sight.variant_id = variants.id
                where variants.product_id = product_search.product_id and variants.is_active
            ))
    ),
    matching as materialized (
        select product_id, vector, sold_count
        from product_search
        where status = 'published' and vector @@ (select query from meant)
            and ($4::text is null or category_ids && array(select id from below))
            and ($6::text is null or brand_id in (select id from chosen))
            and ($8::bigint is null or price_from_minor >= $8)
            and ($9::bigint is null or price_from_minor <= $9)
            and ($11::text[] is null or facets @> $11)
            and ($10::boolean is null or $10 = exists (
                select from variants
                join stock_in_sight on stock_in_sight.variant_id = variants.id
                where variants.product_id = product_search.product_id and variants.is_active
            ))
    ),
    found as (
        (select * from titled limit 1001)
        union all
        (select * from matching limit 1001)
    ),
    ranked as (
        select distinct product_id,
            search_rank(vector, sold_count, meant.titled, $13::text::tsquery,
                $14::text::tsquery, meant.query) as rank
        from found, meant
    ),
    page as materialized (
        select product_id, rank
        from ranked
        where $15::bigint is null or (rank, product_id) < ($15, $16::uuid)
        order by rank desc, product_id desc
        limit $17
    )
    select products.id, products.slug, products.status, products.title, products.currency,
        products.price_from_minor, products.created_at, products.brand_id,
        brands.slug as brand_slug, brands.name as brand_name, image.url, image.alt, image.widths,
        page.rank,
        exists (
            select from variants
            join stock_in_sight on stock_in_sight.variant_id = variants.id
            where variants.product_id = products.id and variants.is_active
        ) as is_available
    from page
    join products on products.id = page.product_id
    left join brands on brands.id = products.brand_id
    left join lateral (
        select url, alt, (
                select widths from pictures where pictures.id = picture_id
            ) as widths
        from product_images
        where product_images.product_id = products.id
        order by position
        limit 1
    ) as image on true
    order by page.rank desc, page.product_id desc";

/// A filter as the statements here take it; ids and slugs are told apart by the statement.
struct Asked<'a> {
    said: Option<&'a str>,
    alternatives: Option<&'a [String]>,
    spelled: Option<&'a [String]>,
    category: Option<&'a str>,
    category_id: Option<ids::CategoryId>,
    brand: Option<&'a str>,
    brand_id: Option<ids::BrandId>,
    filter: &'a ProductFilter,
}

impl<'a> Asked<'a> {
    fn of(filter: &'a ProductFilter) -> Self {
        let text = filter.search.as_ref();
        let (category, brand) = (filter.category.as_deref(), filter.brand.as_deref());
        Self {
            said: text.map(|text| text.heard.as_str()),
            alternatives: text.map(|text| text.alternatives.as_slice()),
            spelled: text.map(|text| text.spelled.as_slice()),
            category,
            category_id: category.and_then(|text| text.parse().ok()),
            brand,
            brand_id: brand.and_then(|text| text.parse().ok()),
            filter,
        }
    }

    fn params(&self) -> [(kit::db::Param<'_>, Type); 11] {
        [
            (&self.said, Type::TEXT),
            (&self.alternatives, Type::TEXT_ARRAY),
            (&self.spelled, Type::TEXT_ARRAY),
            (&self.category, Type::TEXT),
            (&self.category_id, Type::UUID),
            (&self.brand, Type::TEXT),
            (&self.brand_id, Type::UUID),
            (&self.filter.price_min, Type::INT8),
            (&self.filter.price_max, Type::INT8),
            (&self.filter.is_available, Type::BOOL),
            (&self.filter.facets, Type::TEXT_ARRAY),
        ]
    }
}

/// What everything has in common that a filter finds.
pub(crate) async fn find_facets(conn: &Conn, filter: &ProductFilter) -> Result<Facets> {
    let asked = Asked::of(filter);
    let sql = if filter.search.is_some() {
        FACETS_OF_TEXT
    } else {
        FACETS
    };
    let rows = conn.query_planned(sql, &asked.params()).await?;
    let row = rows.first().ok_or_else(|| kit::Error::fault("no facets"))?;
    Ok(Facets {
        knows_category: row.get("knows_category"),
        knows_brand: row.get("knows_brand"),
        count: row.get("count"),
        available_count: row.get("available_count"),
        categories: row.get("categories"),
        brands: row.get("brands"),
        prices: row.get("prices"),
        attributes: row.get("attributes"),
    })
}

/// A page of what answers a question, best first; each with its rank.
pub(crate) async fn list_ranked(
    conn: &Conn,
    filter: &ProductFilter,
    text: &SearchText,
    after: Option<(i64, ProductId)>,
    limit: i64,
) -> Result<Vec<(i64, ProductRow)>> {
    let asked = Asked::of(filter);
    let (rank, id) = after.unzip();
    let mut params = asked.params().to_vec();
    params.extend([
        (&text.titled as kit::db::Param<'_>, Type::TEXT),
        (&text.exact, Type::TEXT),
        (&text.begun, Type::TEXT),
        (&rank, Type::INT8),
        (&id, Type::UUID),
        (&limit, Type::INT8),
    ]);
    let rows = conn.query_planned(RANKED, &params).await?;
    let ranked = |row: &Row| Ok((row.get("rank"), product_row(row)?));
    rows.iter().map(ranked).collect()
}

const LIST_FACETS: &str = "
    select distinct on (code) code, name, kind, choices, is_required, is_facet
    from product_attributes
    where is_facet
    order by code, type_id";

/// The attributes by which what is found is counted; of those of one code, the oldest kind's.
pub(crate) async fn list_facets(conn: &Conn) -> Result<Vec<Attribute>> {
    let rows = conn.query(LIST_FACETS, &[]).await?;
    let facets = rows.iter().map(|row| {
        serde_json::json!({
            "code": row.get::<_, String>("code"), "name": row.get::<_, Value>("name"),
            "kind": row.get::<_, String>("kind"), "choices": row.get::<_, Value>("choices"),
            "is_required": row.get::<_, bool>("is_required"), "is_facet": true,
        })
    });
    attributes_from(facets.collect())
}
