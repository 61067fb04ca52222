-- Owned by cart (what one shopper wants) and orders (what was agreed).

create table carts (
    id uuid primary key,
    customer_id uuid references customers (id),
    -- SHA-256 of the guest's token; null once the cart belongs to a customer.
    token_hash bytea,
    currency text not null constraint carts_currency_form check (currency ~ '^[A-Z]{3}$'),
    state text not null default 'open'
        constraint carts_state_known check (state in ('open', 'ordered', 'merged')),
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint carts_have_one_owner check (num_nonnulls(customer_id, token_hash) = 1)
);
-- A customer has one open cart, on whichever device.
create unique index carts_customer_open_key on carts (customer_id) where state = 'open';

create table cart_items (
    id uuid primary key,
    cart_id uuid not null references carts (id) on delete cascade,
    variant_id uuid not null references variants (id),
    quantity bigint not null
        constraint cart_items_quantity_bounded check (quantity between 1 and 9999),
    created_at timestamptz not null,
    -- Adding the same variant adds to its quantity.
    constraint cart_items_variant_key unique (cart_id, variant_id)
);

-- The next order number for people; its row lock makes numbers gap-free.
create table order_numbers (
    singleton boolean primary key default true check (singleton),
    last_number bigint not null default 1000
);
insert into order_numbers default values;

create table orders (
    id uuid primary key,
    number bigint not null constraint orders_number_key unique,
    -- A second click finds the first order.
    cart_id uuid not null constraint orders_cart_id_key unique references carts (id),
    customer_id uuid references customers (id),
    token_hash bytea,
    email text not null constraint orders_email_length check (length(email) between 3 and 254),
    phone text constraint orders_phone_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    language text not null,
    shipping_address jsonb not null,
    note text not null default '',
    currency text not null constraint orders_currency_form check (currency ~ '^[A-Z]{3}$'),
    subtotal_minor bigint not null,
    discount_minor bigint not null default 0,
    shipping_minor bigint not null default 0,
    tax_minor bigint not null default 0,
    total_minor bigint not null,
    status text not null default 'pending_payment' constraint orders_status_known
        check (status in ('pending_payment', 'paid', 'cancelled', 'expired')),
    version bigint not null default 1,
    placed_at timestamptz not null,
    expires_at timestamptz not null,
    paid_at timestamptz,
    closed_at timestamptz,
    constraint orders_total_adds_up
        check (total_minor = subtotal_minor - discount_minor + shipping_minor + tax_minor),
    constraint orders_amounts_not_negative check (
        subtotal_minor >= 0 and discount_minor >= 0 and shipping_minor >= 0
        and tax_minor >= 0 and total_minor >= 0 and discount_minor <= subtotal_minor
    ),
    constraint orders_paid_when check ((paid_at is not null) = (status = 'paid')),
    constraint orders_closed_when
        check ((closed_at is not null) = (status in ('cancelled', 'expired')))
);
create index orders_customer on orders (customer_id, placed_at desc, id desc);
create index orders_newest on orders (placed_at desc, id desc);

create table order_lines (
    id uuid primary key,
    order_id uuid not null references orders (id),
    position integer not null,
    variant_id uuid not null,
    product_id uuid not null,
    sku text not null,
    -- Copied in every language, as it read when it was bought.
    title jsonb not null,
    options jsonb not null default '[]',
    unit_price_minor bigint not null
        constraint order_lines_price_not_negative check (unit_price_minor >= 0),
    quantity bigint not null constraint order_lines_quantity_positive check (quantity > 0),
    total_minor bigint not null,
    constraint order_lines_position_key unique (order_id, position),
    constraint order_lines_variant_key unique (order_id, variant_id),
    constraint order_lines_total_multiplies check (total_minor = unit_price_minor * quantity)
);

create table order_history (
    order_id uuid not null references orders (id),
    sequence integer not null,
    from_status text,
    to_status text not null,
    reason text not null,
    occurred_at timestamptz not null,
    primary key (order_id, sequence),
    constraint order_history_legal check (
        (sequence = 1 and from_status is null and to_status = 'pending_payment')
        or (sequence > 1 and (from_status, to_status) in (
            ('pending_payment', 'paid'), ('pending_payment', 'cancelled'),
            ('pending_payment', 'expired')
        ))
    )
);

alter table reservations add constraint reservations_order_fkey
    foreign key (order_id) references orders (id) deferrable initially deferred;
alter table stock_movements add constraint stock_movements_order_fkey
    foreign key (order_id) references orders (id);
