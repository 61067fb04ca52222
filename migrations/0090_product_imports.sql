-- Files of products that are taken over, product by product. Owned by imports.

create table product_imports (
    id uuid constraint product_imports_pkey primary key,
    -- Who: empty where it was somebody at the command line.
    staff_id uuid,
    format text not null constraint product_imports_format_known
        check (format in ('nexus', 'shopify')),
    is_dry_run boolean not null,
    state text not null constraint product_imports_state_known
        check (state in ('running', 'done', 'undoing', 'undone')),
    ignored_columns text[] not null,
    row_count bigint not null default 0,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    finished_at timestamptz,
    constraint product_imports_finished_when
        check ((finished_at is not null) = (state in ('done', 'undone')))
);

create table product_import_items (
    import_id uuid not null constraint product_import_items_import_fkey
        references product_imports (id) on delete cascade,
    number integer not null,
    -- Its slug, or its first SKU.
    name text not null,
    first_row bigint not null,
    row_count bigint not null,
    -- What the rows say; empty where they could not be read.
    sheet jsonb,
    result text not null constraint product_import_items_result_known check (result in
        ('waiting', 'created', 'updated', 'unchanged', 'failed', 'undone', 'kept')),
    code text,
    detail text,
    product_id uuid,
    -- What the product was, and its version afterwards: what undoing needs.
    before jsonb,
    product_version bigint,
    constraint product_import_items_pkey primary key (import_id, number),
    constraint product_import_items_failed_why check ((detail is not null) = (result = 'failed'))
);
create index product_import_items_waiting on product_import_items (import_id, number)
    where result = 'waiting';
create index product_import_items_to_undo on product_import_items (import_id, number desc)
    where result in ('created', 'updated');
