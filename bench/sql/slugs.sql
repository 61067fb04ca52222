-- The slugs of every published product.
select slug from bench.products order by n;
