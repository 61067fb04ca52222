//! The catalogue: pictures and the products that they are of, what is kept of prices and
//! publications, former addresses, what price lists make of prices, and imports.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 7] = [
    PICTURES,
    PRICES,
    PUBLICATIONS,
    SLUGS,
    LISTED,
    LOWEST,
    IMPORTS,
];

const PICTURES: Invariant = Invariant {
    id: "I60",
    title: "a picture is kept exactly while it is one product's",
    counted: "select count(*) from pictures",
    broken: "
        select format('picture %s', pictures.id),
            case when product_images.id is null
                then 'it is kept, and no product has it'
                else format('it is %s, and product %s has it', state, product_id)
            end
        from pictures
        left join product_images on picture_id = pictures.id
        where (state = 'kept') <> (product_images.id is not null)
        union all
        select format('picture %s', pictures.id),
            format('its files are called %s, and product %s looks for it at %s', name, product_id,
                url)
        from pictures
        join product_images on picture_id = pictures.id
        where url <> format('/media/pictures/%s/%s.%s', name, width,
            case format when 'jpeg' then 'jpg' else format end)",
    binds: Binds::Nothing,
    plan: Plan::Free,
};

const PRICES: Invariant = Invariant {
    id: "I61",
    title: "what was kept last of a variant's price is its price",
    counted: "select count(*) from variants",
    broken: "
        select format('variant %s', variants.id),
            format('it costs %s, and %s was kept', variants.price_minor,
                coalesce(kept.price_minor::text, 'nothing'))
        from variants
        left join (
            select distinct on (variant_id) variant_id, price_minor, compare_at_minor, is_active
            from variant_prices
            order by variant_id, number desc
        ) as kept on kept.variant_id = variants.id
        where (variants.price_minor, variants.compare_at_minor, variants.is_active)
            is distinct from (kept.price_minor, kept.compare_at_minor, kept.is_active)",
    binds: Binds::Nothing,
    plan: Plan::Free,
};

const PUBLICATIONS: Invariant = Invariant {
    id: "I62",
    title: "what was kept last of a product's publication is its status",
    counted: "select count(*) from products",
    broken: "
        select format('product %s', products.id),
            format('it is %s, and %s was kept', products.status,
                coalesce(kept.status, 'nothing'))
        from products
        left join (
            select distinct on (product_id) product_id, status
            from product_publications
            order by product_id, number desc
        ) as kept on kept.product_id = products.id
        where products.status is distinct from kept.status",
    binds: Binds::Nothing,
    plan: Plan::Free,
};

const SLUGS: Invariant = Invariant {
    id: "I63",
    title: "the address of a product leads to no other",
    counted: "select count(*) from products",
    broken: "
        select format('product %s', products.id),
            format('it is called %s, which leads to product %s', slug, product_id)
        from products
        join product_slugs using (slug)",
    binds: Binds::Nothing,
    plan: Plan::Free,
};

const LISTED: Invariant = Invariant {
    id: "I80",
    title: "a variant costs the lowest of its own price and of what running lists say",
    counted: "select count(*) from variants",
    broken: "
        select format('variant %s', variants.id),
            format('it costs %s, by itself %s, in running lists %s', price_minor,
                coalesce(regular_minor, price_minor), coalesce(listed.minor::text, 'nothing'))
        from variants
        left join (
            select variant_id, min(prices.price_minor) as minor
            from price_list_prices as prices
            join price_lists as lists on lists.id = list_id
            where lists.is_running and group_id is null and min_quantity = 1
            group by variant_id
        ) as listed on variant_id = variants.id
        where price_minor is distinct from
            least(coalesce(regular_minor, price_minor), listed.minor)",
    binds: Binds::Nothing,
    plan: Plan::Free,
};

const LOWEST: Invariant = Invariant {
    id: "I81",
    title: "a product is listed and found by the lowest price of its variants",
    counted: "select count(*) from products",
    broken: "
        select format('product %s', products.id),
            format('it is listed from %s and found from %s, and costs %s',
                coalesce(products.price_from_minor::text, 'nothing'),
                coalesce(product_search.price_from_minor::text, 'nothing'),
                coalesce(lowest.minor::text, 'nothing'))
        from products
        left join (
            select product_id, min(price_minor) as minor
            from variants
            where is_active
            group by product_id
        ) as lowest on lowest.product_id = products.id
        left join product_search on product_search.product_id = products.id
        where products.price_from_minor is distinct from lowest.minor
            or product_search.product_id is not null
                and product_search.price_from_minor is distinct from lowest.minor",
    binds: Binds::Nothing,
    plan: Plan::Free,
};

const IMPORTS: Invariant = Invariant {
    id: "I82",
    title: "an import that is over has dealt with each product, and knows which it was",
    counted: "select count(*) from product_imports",
    broken: "
        select format('import %s', import_id),
            format('it is %s, and product %s of its file is %s', state, number, result)
        from product_imports
        join product_import_items on import_id = product_imports.id
        where state in ('done', 'undone') and result = 'waiting'
            or state = 'undone' and result in ('created', 'updated')
            or not is_dry_run and result not in ('waiting', 'failed')
                and (product_id is null or product_version is null)
            or not is_dry_run and result = 'updated' and before is null",
    binds: Binds::Nothing,
    plan: Plan::Free,
};
