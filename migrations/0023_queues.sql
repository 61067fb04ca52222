-- Owned by sales: whether who wants to order in a sale has to queue first.

alter table sales
    add column queue_slots integer
        constraint sales_queue_slots_bounded check (queue_slots between 1 and 100000),
    add column queue_token_seconds integer
        constraint sales_queue_token_bounded check (queue_token_seconds between 30 and 3600),
    -- What was placed before needed no token.
    add column queue_since timestamptz,
    add constraint sales_queue_whole
        check (num_nonnulls(queue_slots, queue_token_seconds, queue_since) in (0, 3));

-- Owned by admission: who waits for a sale, and whose turn it is.

create table sale_queues (
    sale_id uuid primary key references sales (id),
    -- What the draw is made with. Its SHA-256 is told before the draw, it itself after it.
    seed text not null,
    -- When those who had come before the start were put in order.
    drawn_at timestamptz,
    -- The last number that the draw gave.
    drawn_number bigint,
    -- The last number that was given, and the last that was called.
    last_number bigint not null default 0,
    called_number bigint not null default 0,
    created_at timestamptz not null,
    constraint sale_queues_called_was_given
        check (0 <= called_number and called_number <= last_number),
    constraint sale_queues_drawn_whole
        check (num_nonnulls(drawn_at, drawn_number) in (0, 2) and drawn_number <= last_number)
);

create table sale_queue_places (
    id uuid primary key,
    sale_id uuid not null references sale_queues (sale_id),
    cart_id uuid not null references carts (id) on delete cascade,
    customer_id uuid references customers (id),
    -- The order of arrival, on however many servers.
    arrival bigint generated always as identity,
    -- The place in the line; none before the draw.
    number bigint,
    state text not null default 'waiting' constraint sale_queue_places_state_known
        check (state in ('waiting', 'admitted', 'used', 'expired')),
    joined_at timestamptz not null,
    admitted_at timestamptz,
    -- Of the token.
    expires_at timestamptz,
    used_at timestamptz,
    -- A cart has one place, and so has a customer with whichever cart.
    constraint sale_queue_places_cart_key unique (sale_id, cart_id),
    constraint sale_queue_places_number_key unique (sale_id, number),
    constraint sale_queue_places_admitted_when check (
        num_nonnulls(admitted_at, expires_at) = case state when 'waiting' then 0 else 2 end
        and (state = 'waiting' or number is not null)
    ),
    constraint sale_queue_places_used_when check ((used_at is not null) = (state = 'used'))
);
create unique index sale_queue_places_customer_key on sale_queue_places (sale_id, customer_id)
    where state in ('waiting', 'admitted');
-- Those without a number yet, and those whose token counts.
create index sale_queue_places_unnumbered on sale_queue_places (sale_id, arrival)
    where number is null;
create index sale_queue_places_admitted on sale_queue_places (sale_id, expires_at)
    where state = 'admitted';
-- How many were called lately.
create index sale_queue_places_called on sale_queue_places (sale_id, admitted_at)
    where admitted_at is not null;
-- A cart is deleted with its places.
create index sale_queue_places_cart on sale_queue_places (cart_id);
