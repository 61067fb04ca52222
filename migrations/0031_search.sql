-- What search looks at: one row a product, derived from the catalogue's other tables and kept by
-- whoever changes them. Its words are written by the shop, not by PostgreSQL's parser, so that no
-- locale of a server changes what is found.
create extension if not exists pg_trgm;

create table product_search (
    product_id uuid primary key
        constraint product_search_product_id_fkey references products (id) on delete cascade,
    status text not null,
    brand_id uuid,
    category_ids uuid[] not null,
    currency text not null,
    price_from_minor bigint,
    created_at timestamptz not null,
    -- Units sold lately: for the order "best-selling".
    sold_count bigint not null default 0
        constraint product_search_sold_counted check (sold_count >= 0),
    vector tsvector not null
);
create index product_search_vector on product_search using gin (vector);
create index product_search_categories on product_search using gin (category_ids)
    where status = 'published';
create index product_search_newest on product_search (created_at desc, product_id desc)
    where status = 'published';
create index product_search_brand
    on product_search (brand_id, created_at desc, product_id desc) where status = 'published';
create index product_search_cheapest on product_search (price_from_minor, product_id)
    where status = 'published';
create index product_search_best_selling on product_search (sold_count desc, product_id desc)
    where status = 'published';

-- Words that a misspelled one may be taken for, each as it is typed in Latin letters. Words of
-- goods that are gone stay: a question is only ever answered with goods.
create table search_words (
    word text collate "C" primary key,
    latin text not null
);
create index search_words_latin on search_words using gin (latin gin_trgm_ops);

-- What a question means: what it says, or, where no goods answer to that, the nearest known words
-- in the place of each of its words.
create function search_meant(said text, alternatives text[], spelled text[]) returns tsquery
language sql stable
-- The first match is enough, and there may be none: hoping for an early one must not read it all.
set enable_seqscan = off
as $$
    select case
        when exists (
            select from product_search where vector @@ said::tsquery and status = 'published'
        ) then said::tsquery
        else (
            select string_agg('(' || asked.said || coalesce(' | ' || near.words, '') || ')', ' & ')
            from unnest(alternatives, spelled) as asked (said, latin)
            left join lateral (
                select string_agg(quote_literal(word), ' | ') as words
                from (
                    select word
                    from search_words
                    where asked.latin <> '' and search_words.latin % asked.latin
                    order by similarity(search_words.latin, asked.latin) desc, word
                    limit 4
                ) as close
            ) as near on true
        )::tsquery
    end
$$;

-- How well a product answers a question: by the title and word by word, word by word, by words
-- that begin so, in another way; then by weight; then by what sells.
create function search_rank(
    vector tsvector, sold bigint, titled tsquery, exact tsquery, begun tsquery, meant tsquery
) returns bigint
language sql immutable as $$
    select case
            when vector @@ titled then 3 when vector @@ exact then 2 when vector @@ begun then 1
            else 0
        end * 100000000
        + least((ts_rank('{0.1, 0.3, 0.6, 1}', vector, meant) * 100)::bigint, 999) * 100000
        + least(sold, 99999)
$$;

-- What may be suggested beside products.
alter table brands add column vector tsvector not null default '';
alter table categories add column vector tsvector not null default '';
create index brands_vector on brands using gin (vector);
create index categories_vector on categories using gin (vector);

-- What was sold when, without a look at every movement.
create index stock_movements_sold on stock_movements (occurred_at) include (variant_id, quantity)
    where kind = 'sale';

-- A shop that has goods already: workers write their rows.
insert into jobs (id, kind, version, payload, attempts_max, run_at, created_at)
select gen_random_uuid(), 'index_catalogue', 1, '{"of": "everything", "after": null}', 12, now(),
    now()
where exists (select from products) or exists (select from brands)
    or exists (select from categories);
