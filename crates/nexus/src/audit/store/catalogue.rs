//! The catalogue: pictures and the products that they are of, what is kept of prices and
//! publications, and former addresses.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 4] = [PICTURES, PRICES, PUBLICATIONS, SLUGS];

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
