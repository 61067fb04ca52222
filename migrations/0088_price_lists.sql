-- Price lists: scheduled sales, prices of a group of customers, prices by quantity. Owned by
-- catalogue; the groups by customers.

create table customer_groups (
    id uuid constraint customer_groups_pkey primary key,
    name text not null
        constraint customer_groups_name_length check (length(name) between 1 and 100),
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create unique index customer_groups_name_key on customer_groups (lower(name));

-- A customer is in one group at the most.
alter table customers add column group_id uuid;
alter table customers add constraint customers_group_fkey
    foreign key (group_id) references customer_groups (id) not valid;
create index customers_group on customers (group_id, id) where group_id is not null;

create table price_lists (
    id uuid constraint price_lists_pkey primary key,
    name text not null constraint price_lists_name_length check (length(name) between 1 and 100),
    -- Whose prices these are; everybody's without it.
    group_id uuid constraint price_lists_group_fkey references customer_groups (id),
    currency text not null constraint price_lists_currency_form check (currency ~ '^[A-Z]{3}$'),
    is_enabled boolean not null,
    starts_at timestamptz,
    ends_at timestamptz,
    -- Whether its prices count: changed at its instants by a job, together with everything that is
    -- derived from it. No statement that reads a price reads a clock.
    is_running boolean not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint price_lists_schedule_in_order check (ends_at > starts_at),
    constraint price_lists_running_enabled check (is_enabled or not is_running),
    -- Its prices carry a copy of it.
    constraint price_lists_running_key unique (id, is_running)
);
create index price_lists_group on price_lists (group_id);

create table price_list_prices (
    list_id uuid not null,
    variant_id uuid not null
        constraint price_list_prices_variant_fkey references variants (id),
    -- From how many units of one line on.
    min_quantity bigint not null constraint price_list_prices_quantity_positive
        check (min_quantity > 0),
    price_minor bigint not null constraint price_list_prices_price_positive
        check (price_minor > 0),
    is_running boolean not null,
    constraint price_list_prices_pkey primary key (list_id, variant_id, min_quantity),
    constraint price_list_prices_list_fkey foreign key (list_id, is_running)
        references price_lists (id, is_running) on update cascade on delete cascade
);
-- What carts and pages look up for each variant: nothing, where no list has it.
create index price_list_prices_running on price_list_prices (variant_id) where is_running;

-- What everybody pays for one unit of a variant in running lists; null where none names it.
create function listed_price(of_variant uuid) returns bigint language sql stable as $$
    select min(prices.price_minor)
    from price_list_prices as prices
    join price_lists as lists on lists.id = prices.list_id
    where prices.variant_id = of_variant
        and prices.is_running
        and prices.min_quantity = 1
        and lists.group_id is null
$$;

-- price_minor and compare_at_minor are what counts now. While a list makes a variant cheaper, what
-- it costs otherwise is kept here; empty while price_minor is that.
alter table variants
    add column regular_minor bigint,
    add column regular_compare_at_minor bigint,
    add constraint variants_regular_above check (regular_minor > price_minor) not valid,
    add constraint variants_regular_compare_at_above
        check (regular_compare_at_minor > regular_minor) not valid,
    add constraint variants_regular_compare_at_of_regular
        check (regular_minor is not null or regular_compare_at_minor is null) not valid;
