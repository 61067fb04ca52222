//! How PostgreSQL finds it: through indexes, however many products there are.

use crate::{sql::statement, world::Shop};

/// Twenty thousand products of a hundred brands in ten categories; one word in all titles, one in
/// every second, one in a few.
const MANY: &str = "
    insert into brands (id, slug, name, created_at, updated_at)
    select md5('b' || n)::uuid, 'brand-' || n, '{\"en\": \"B\"}', now(), now()
    from generate_series(1, 100) as n;
    insert into categories (id, slug, name, created_at, updated_at)
    select md5('c' || n)::uuid, 'category-' || n, '{\"en\": \"C\"}', now(), now()
    from generate_series(1, 10) as n;
    insert into products
        (id, slug, brand_id, status, title, currency, price_from_minor, created_at, updated_at)
    select md5('p' || n)::uuid, 'p-' || n, md5('b' || n % 100 + 1)::uuid, 'published',
        '{\"en\": \"P\"}', 'ETB', n, now() - n * interval '1 second', now()
    from generate_series(1, 20000) as n;
    insert into product_search
        (product_id, status, brand_id, category_ids, currency, price_from_minor, created_at,
         sold_count, vector)
    select id, status, brand_id, array[md5('c' || price_from_minor % 10 + 1)::uuid], currency,
        price_from_minor, created_at, price_from_minor % 7,
        ('''all'':1A' || case when price_from_minor % 2 = 0 then ' ''half'':2A' else '' end
            || case when price_from_minor % 5000 = 0 then ' ''few'':3A' else '' end)::tsvector
    from products;
    insert into variants
        (id, product_id, sku, price_minor, currency, created_at, updated_at)
    select md5('v' || price_from_minor)::uuid, id, slug, price_from_minor, currency, now(), now()
    from products;
    insert into stock_levels (variant_id, location_id, updated_at)
    select variants.id, stock_locations.id, now() from variants, stock_locations;
    insert into collections
        (id, slug, title, is_published, has_rule, created_at, updated_at)
    values (md5('k')::uuid, 'chosen', '{\"en\": \"K\"}', true, false, now(), now());
    insert into collection_products (collection_id, product_id, position)
    select md5('k')::uuid, md5('p' || n)::uuid, n from generate_series(1, 1000) as n;
    insert into related_products (product_id, related_id, position)
    select md5('p1')::uuid, md5('p' || n)::uuid, n from generate_series(2, 20) as n;
    insert into price_lists
        (id, name, currency, is_enabled, is_running, created_at, updated_at)
    select md5('l' || n)::uuid, 'L', 'ETB', true, n = 1, now(), now()
    from generate_series(1, 5) as n;
    insert into price_list_prices (list_id, variant_id, min_quantity, price_minor, is_running)
    select md5('l' || list)::uuid, md5('v' || n)::uuid, 5, 1, list = 1
    from generate_series(1, 5) as list, generate_series(1, 4000) as n;
    insert into search_words (word, latin)
    select 'w' || md5(n::text), 'w' || md5(n::text) from generate_series(1, 20000) as n;
    analyze brands, categories, products, product_search, search_words, variants, stock_levels,
        collections, collection_products, related_products, price_lists, price_list_prices";

const SEARCH: &str = "catalogue/src/store/search.rs";
const LIST: &str = "catalogue/src/store/list.rs";
const COLLECTIONS: &str = "catalogue/src/store/collection_pages.rs";
const SELLABLES: &str = "catalogue/src/store/sellables.rs";
const PRICES: &str = "catalogue/src/store/price_lists.rs";

/// The large tables.
const LARGE: [&str; 6] = [
    "price_list_prices",
    "product_search",
    "products",
    "variants",
    "stock_levels",
    "search_words",
];

struct Question {
    file: &'static str,
    name: &'static str,
    types: &'static str,
    values: String,
}

fn asked(word: &str, category: &str, brand: &str, page: bool) -> String {
    let text = if word.is_empty() {
        "null, null, null".to_owned()
    } else {
        format!("'''{word}''', array['''{word}'''], array['{word}']")
    };
    let rest = if page {
        format!(", '''{word}'':A', '''{word}''', '''{word}'':*', null, null, 21")
    } else {
        String::new()
    };
    format!("{text}, {category}, null, {brand}, null, null, null, null, null{rest}")
}

fn questions() -> Vec<Question> {
    let facets = "text, text[], text[], text, uuid, text, uuid, bigint, bigint, boolean, \
                  text[]";
    let ranked = "text, text[], text[], text, uuid, text, uuid, bigint, bigint, boolean, \
                  text[], text, text, text, bigint, uuid, bigint";
    let mut found = Vec::new();
    for word in ["all", "half", "few", "none"] {
        for (category, brand) in [("null", "null"), ("'category-3'", "'brand-7'")] {
            for (name, types, is_page) in
                [("FACETS_OF_TEXT", facets, false), ("RANKED", ranked, true)]
            {
                let values = asked(word, category, brand, is_page);
                found.push(Question {
                    file: SEARCH,
                    name,
                    types,
                    values,
                });
            }
        }
    }
    for (category, brand) in [
        ("null", "null"),
        ("'category-3'", "null"),
        ("null", "'brand-7'"),
    ] {
        let values = asked("", category, brand, false);
        found.push(Question {
            file: SEARCH,
            name: "FACETS",
            types: facets,
            values,
        });
    }
    for (name, kind) in [
        ("LIST_NEWEST", "timestamptz"),
        ("LIST_CHEAPEST", "bigint"),
        ("LIST_DEAREST", "bigint"),
        ("LIST_BEST_SELLING", "bigint"),
    ] {
        let types = match kind {
            "bigint" => {
                "text, text[], text, text, boolean, bigint, bigint, bigint, uuid, bigint, \
                 text[], text[], uuid, uuid, text[], text"
            }
            _ => {
                "text, text[], text, text, boolean, bigint, bigint, timestamptz, uuid, bigint, \
                 text[], text[], uuid, uuid, text[], text"
            }
        };
        let values = "null, '{published}', null, null, null, null, null, null, null, 21, null, \
                      null, null, null, null, null";
        found.push(Question {
            file: LIST,
            name,
            types,
            values: values.to_owned(),
        });
    }
    found.extend(together());
    found
}

/// Pages of collections and of what is related; what carts and orders read.
fn together() -> Vec<Question> {
    let ruled = |category: &str, brand: &str, tag: &str, facet: &str| {
        format!("{category}, {brand}, {tag}, null, null, {facet}, null, null, 21")
    };
    let (all, three) = ("'{}'", "array[md5('c3')::uuid]");
    let of_rules = "uuid[], uuid[], text[], bigint, bigint, text[], timestamptz, uuid, bigint";
    let two = "array[md5('v1')::uuid, md5('v2')::uuid]";
    let questions = [
        (
            COLLECTIONS,
            "LIST_CHOSEN_PRODUCTS",
            "uuid, integer, uuid, bigint",
            "md5('k')::uuid, 500, md5('p500')::uuid, 21".to_owned(),
        ),
        (
            COLLECTIONS,
            "LIST_RELATED_PRODUCTS",
            "uuid",
            "md5('p1')::uuid".to_owned(),
        ),
        (
            COLLECTIONS,
            "LIST_RULED_PRODUCTS",
            of_rules,
            ruled(all, "array[md5('b7')::uuid]", all, all),
        ),
        (
            COLLECTIONS,
            "LIST_RULED_PRODUCTS",
            of_rules,
            ruled(three, all, all, all),
        ),
        (
            COLLECTIONS,
            "LIST_RULED_PRODUCTS",
            of_rules,
            ruled(all, all, "'{waterproof}'", all),
        ),
        (
            SELLABLES,
            "LIST_SELLABLES",
            "uuid[], uuid[]",
            format!("{two}, '{{}}'"),
        ),
        (
            PRICES,
            "LIST_OWN_PRICES",
            "uuid[], uuid",
            "array[md5('p1')::uuid], null".to_owned(),
        ),
    ];
    let question = |(file, name, types, values)| Question {
        file,
        name,
        types,
        values,
    };
    questions.into_iter().map(question).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_large_table_is_read_from_end_to_end() {
    let shop = Shop::open().await;
    let conn = shop.db().await;
    conn.batch(MANY).await.unwrap();
    let mut read = Vec::new();
    for (number, question) in questions().iter().enumerate() {
        let Question {
            file,
            name,
            types,
            values,
        } = question;
        let sql = statement(file, name);
        let prepare = format!(
            "set plan_cache_mode = force_custom_plan; prepare q{number} ({types}) as {sql}"
        );
        conn.batch(&prepare).await.unwrap();
        let explain = format!("explain execute q{number} ({values})");
        let plan: Vec<String> = conn
            .query(&explain, &[])
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        let whole = LARGE.iter().any(|table| {
            let scan = format!("Seq Scan on {table}");
            let means = |line: &String| {
                line.split_once(&scan)
                    .is_some_and(|(_, rest)| rest.starts_with(' ') || rest.is_empty())
            };
            plan.iter().any(means)
        });
        if whole {
            read.push(format!("{name} {values}:\n{}", plan.join("\n")));
        }
    }
    assert!(read.is_empty(), "{}", read.join("\n\n"));
    drop(conn);
    shop.close().await;
}

/// As the function plans them that finds what a question means: the words that come nearest to a
/// misspelled one are found through their trigrams.
#[tokio::test(flavor = "multi_thread")]
async fn the_meaning_of_a_question_is_found_through_indexes() {
    let shop = Shop::open().await;
    let conn = shop.db().await;
    conn.batch(MANY).await.unwrap();
    for (sql, index) in [
        (
            "select word from search_words where latin % 'w0123abcd'
                order by similarity(latin, 'w0123abcd') desc, word limit 4",
            "search_words_latin",
        ),
        (
            "select 1 from product_search where vector @@ '''few'''::tsquery
                and status = 'published' limit 1",
            "product_search_vector",
        ),
    ] {
        conn.batch("set enable_seqscan = off").await.unwrap();
        let explain = format!("explain {sql}");
        let rows = conn.query(&explain, &[]).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(plan.join("\n").contains(index), "{plan:#?}");
    }
    drop(conn);
    shop.close().await;
}
