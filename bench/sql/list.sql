-- The first page of the public list: twenty entries, and one more to know whether there is a
-- second page.
select products.id, products.slug, products.title, products.currency, products.price_from_minor,
    products.created_at, brands.id, brands.slug, brands.name, image.url, image.alt,
    exists (
        select from variants
        join stock_levels on stock_levels.variant_id = variants.id
        where variants.product_id = products.id and variants.is_active and on_hand > reserved
    ) as is_available
from products
left join brands on brands.id = products.brand_id
left join lateral (
    select url, alt from product_images
    where product_images.product_id = products.id
    order by position
    limit 1
) as image on true
where products.status = 'published'
order by products.created_at desc, products.id desc
limit 21;
