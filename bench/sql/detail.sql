-- One product with all that its page shows: two queries that travel together.
\set n random(1, :products)
\startpipeline
select products.id, products.slug, products.title, products.description, products.currency,
    products.price_from_minor, products.version, products.created_at, products.updated_at,
    brands.id, brands.slug, brands.name,
    coalesce((
        select jsonb_agg(jsonb_build_object(
            'id', categories.id, 'slug', categories.slug, 'name', categories.name
        ) order by category_id)
        from product_categories
        join categories on categories.id = category_id
        where product_id = products.id
    ), '[]') as categories,
    coalesce((
        select jsonb_agg(jsonb_build_object('url', url, 'alt', alt) order by position)
        from product_images
        where product_id = products.id
    ), '[]') as images,
    coalesce((
        select jsonb_agg(jsonb_build_object('id', id, 'name', name, 'values', (
            select jsonb_agg(jsonb_build_object('id', id, 'label', label) order by position)
            from product_option_values
            where option_id = product_options.id
        )) order by position)
        from product_options
        where product_id = products.id
    ), '[]') as options
from products
left join brands on brands.id = products.brand_id
where products.status = 'published'
    and products.slug = (select slug from bench.products where n = :n);
select variants.id, sku, price_minor, compare_at_minor, variants.currency, variants.is_active,
    variants.version, on_hand - reserved as available,
    coalesce((
        select jsonb_agg(jsonb_build_object(
            'option_id', options.id, 'value_id', chosen.id,
            'name', options.name, 'label', chosen.label
        ) order by options.position)
        from variant_option_values
        join product_options as options on options.id = variant_option_values.option_id
        join product_option_values as chosen on chosen.id = variant_option_values.value_id
        where variant_id = variants.id
    ), '[]') as values
from variants
join stock_levels on stock_levels.variant_id = variants.id
where variants.product_id = (select product_id from bench.products where n = :n)
order by variants.position, variants.id;
\endpipeline
