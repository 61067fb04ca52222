-- The variants of the shelf.
select variant_id from bench.shelf order by n;
