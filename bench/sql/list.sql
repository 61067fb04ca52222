-- The first page of the public list: twenty entries, and one more to know whether there is a
-- second page. The page is cut first, so that nothing is looked up for what is not on it.
with page as materialized (
    select id, slug, title, currency, price_from_minor, created_at, brand_id
    from products
    where status = 'published'
    order by created_at desc, id desc
    limit 21
)
select page.id, page.slug, page.title, page.currency, page.price_from_minor, page.created_at,
    brands.id, brands.slug, brands.name, image.url, image.alt,
    exists (
        select from variants
        join stock_levels on stock_levels.variant_id = variants.id
        where variants.product_id = page.id and variants.is_active and on_hand > reserved
    ) as is_available
from page
left join brands on brands.id = page.brand_id
left join lateral (
    select url, alt from product_images
    where product_images.product_id = page.id
    order by position
    limit 1
) as image on true
order by page.created_at desc, page.id desc;
