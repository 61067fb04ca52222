//! Pictures that nobody has, prices that were never kept, addresses that lead to two.

/// As in `planted`.
pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "a picture that is kept for nobody",
        "delete from product_images where picture_id is not null",
        &["I60"],
    ),
    (
        "a picture that a product has and nobody keeps",
        "update pictures set state = 'dropped'",
        &["I60"],
    ),
    (
        "a picture that is looked for where it is not",
        "update product_images set url = '/media/pictures/x/1.jpg' where picture_id is not null",
        &["I60"],
    ),
    (
        "a picture that two products may have",
        "alter table product_images drop constraint product_images_picture_key",
        &["I25"],
    ),
    (
        "a price that nobody has seen change",
        "drop trigger variants_changed_noted on variants;
         update variants set price_minor = price_minor + 1",
        &["I25", "I61", "I80", "I81"],
    ),
    (
        "a sale that nobody pays less for",
        "alter table variants drop constraint variants_regular_above;
         drop trigger variants_changed_noted on variants;
         update variants set price_minor = regular_minor, compare_at_minor = null
         where regular_minor is not null",
        &["I25", "I61", "I80", "I81"],
    ),
    (
        "a sale that goes on without its list",
        "update price_lists set is_running = false;
         update price_list_prices set is_running = false",
        &["I80"],
    ),
    (
        "a price that runs and whose list does not",
        "alter table price_list_prices drop constraint price_list_prices_list_fkey;
         update price_list_prices set is_running = false",
        &["I25"],
    ),
    (
        "an import that is over and has left something undone",
        "update product_import_items set result = 'waiting', product_id = null",
        &["I82"],
    ),
    (
        "an import that does not know what it has made",
        "update product_import_items set product_id = null",
        &["I82"],
    ),
    (
        "a product that is found by another price",
        "update product_search set price_from_minor = price_from_minor + 1",
        &["I81"],
    ),
    (
        "a price that was kept and never was",
        "insert into variant_prices (variant_id, price_minor, is_active, changed_at)
         select id, price_minor + 1, true, now() from variants limit 1",
        &["I61"],
    ),
    (
        "a product that was hidden past the books",
        "drop trigger products_changed_noted on products;
         update products set status = 'archived'",
        &["I25", "I62"],
    ),
    (
        "a past that can be changed",
        "drop trigger variant_prices_append_only on variant_prices",
        &["I25"],
    ),
    (
        "an address that leads to two products",
        "insert into product_slugs (slug, product_id, retired_at)
         select min(slug), max(id::text)::uuid, now() from products",
        &["I63"],
    ),
];
