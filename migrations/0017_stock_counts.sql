-- Owned by inventory: stock counts. What was counted is compared with what was on hand when it was
-- counted, so that what is sold meanwhile stands.

create table stock_counts (
    id uuid constraint stock_counts_pkey primary key,
    location_id uuid not null
        constraint stock_counts_location_fkey references stock_locations (id),
    note text not null default '',
    state text not null default 'open' constraint stock_counts_state_known
        check (state in ('open', 'applied', 'cancelled')),
    opened_by uuid constraint stock_counts_opened_by_fkey references staff (id),
    opened_at timestamptz not null,
    closed_at timestamptz,
    constraint stock_counts_closed_when check ((closed_at is null) = (state = 'open')),
    constraint stock_counts_note_length check (length(note) <= 200)
);
create index stock_counts_newest on stock_counts (opened_at desc, id desc);

create table stock_count_lines (
    count_id uuid not null
        constraint stock_count_lines_count_fkey references stock_counts (id),
    variant_id uuid not null
        constraint stock_count_lines_variant_fkey references variants (id),
    counted bigint not null constraint stock_count_lines_counted_not_negative check (counted >= 0),
    -- What was on hand when it was counted.
    expected bigint not null,
    counted_at timestamptz not null,
    constraint stock_count_lines_pkey primary key (count_id, variant_id)
);

-- A difference is moved once, by an adjustment.
alter table stock_movements
    add column count_id uuid constraint stock_movements_count_fkey references stock_counts (id),
    add constraint stock_movements_count_adjusts
        check (count_id is null or kind = 'adjustment') not valid;
create unique index stock_movements_count_once
    on stock_movements (count_id, variant_id) where count_id is not null;
