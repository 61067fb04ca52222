-- Owned by fulfilment: parcels, what became of the units of each line, what was called off.
-- Orders keep where their parcels stand, and a paid order can be called off.

alter table orders
    add column fulfilment_status text not null default 'unfulfilled',
    -- Whether something of it comes back, or has.
    add column return_status text not null default 'none',
    add constraint orders_return_known
        check (return_status in ('none', 'open', 'returned')) not valid,
    add constraint orders_fulfilment_known check (fulfilment_status in (
        'unfulfilled', 'partially_shipped', 'shipped', 'partially_delivered', 'delivered',
        'cancelled'
    )) not valid,
    drop constraint orders_paid_when,
    -- A paid order that was called off remembers that it was paid.
    add constraint orders_paid_when check (
        (status <> 'paid' or paid_at is not null)
        and (paid_at is null or status in ('paid', 'cancelled'))
    ) not valid;

-- What waits to be packed, oldest first.
create index orders_to_ship on orders (number)
    where status = 'paid' and fulfilment_status in ('unfulfilled', 'partially_shipped');

-- One history for each thing that an order's facts tell of it.
alter table order_history
    add column aspect text not null default 'order',
    drop constraint order_history_legal,
    add constraint order_history_legal check (case aspect
        when 'order' then
            (sequence = 1 and from_status is null and to_status = 'pending_payment')
            or (sequence > 1 and (from_status, to_status) in (
                ('pending_payment', 'paid'), ('pending_payment', 'cancelled'),
                ('pending_payment', 'expired'), ('expired', 'paid'), ('paid', 'cancelled')
            ))
        when 'fulfilment' then
            sequence > 1 and from_status is not null and (from_status, to_status) in (
                ('unfulfilled', 'partially_shipped'), ('unfulfilled', 'shipped'),
                ('unfulfilled', 'cancelled'),
                ('partially_shipped', 'shipped'), ('partially_shipped', 'partially_delivered'),
                ('partially_shipped', 'delivered'),
                ('shipped', 'partially_delivered'), ('shipped', 'delivered'),
                ('partially_delivered', 'delivered')
            )
        when 'return' then
            sequence > 1 and from_status is not null and (from_status, to_status) in (
                ('none', 'open'), ('open', 'none'), ('open', 'returned'), ('returned', 'open')
            )
        else false
    end) not valid;

-- What became of the units of a line; a row is there once something has. Moved under the lock of
-- the order: whatever races, no more is shipped and called off than was ordered.
create table fulfilment_lines (
    order_id uuid not null,
    variant_id uuid not null,
    ordered_quantity bigint not null,
    cancelled_quantity bigint not null default 0,
    shipped_quantity bigint not null default 0,
    delivered_quantity bigint not null default 0,
    -- Units that a buyer wants to send back, and units that came.
    returning_quantity bigint not null default 0,
    returned_quantity bigint not null default 0,
    constraint fulfilment_lines_pkey primary key (order_id, variant_id),
    constraint fulfilment_lines_line_fkey
        foreign key (order_id, variant_id) references order_lines (order_id, variant_id),
    constraint fulfilment_lines_within check (
        cancelled_quantity >= 0 and shipped_quantity >= 0
        and cancelled_quantity + shipped_quantity <= ordered_quantity
    ),
    constraint fulfilment_lines_delivered_within
        check (delivered_quantity between 0 and shipped_quantity),
    constraint fulfilment_lines_returned_within check (
        returning_quantity >= 0 and returned_quantity >= 0
        and returning_quantity + returned_quantity <= shipped_quantity
    )
);

-- A parcel: units of one order that left together.
create table fulfilments (
    id uuid constraint fulfilments_pkey primary key,
    order_id uuid not null constraint fulfilments_order_fkey references orders (id),
    -- The first parcel of an order is 1.
    number integer not null,
    -- Where it left.
    location_id uuid not null
        constraint fulfilments_location_fkey references stock_locations (id),
    carrier text not null default ''
        constraint fulfilments_carrier_length check (length(carrier) <= 120),
    tracking_number text not null default ''
        constraint fulfilments_tracking_length check (length(tracking_number) <= 120),
    tracking_url text constraint fulfilments_url_length check (length(tracking_url) <= 500),
    state text not null default 'shipped'
        constraint fulfilments_state_known check (state in ('shipped', 'delivered')),
    version bigint not null default 1,
    shipped_by uuid not null constraint fulfilments_shipped_by_fkey references staff (id),
    shipped_at timestamptz not null,
    delivered_at timestamptz,
    updated_at timestamptz not null,
    constraint fulfilments_number_key unique (order_id, number),
    constraint fulfilments_delivered_when
        check ((delivered_at is not null) = (state = 'delivered'))
);
create index fulfilments_newest on fulfilments (shipped_at desc, id desc);

create table fulfilment_items (
    fulfilment_id uuid not null
        constraint fulfilment_items_fulfilment_fkey references fulfilments (id),
    order_id uuid not null,
    variant_id uuid not null,
    -- Where the order had claimed these units; the parcel may have left from elsewhere.
    claimed_at uuid not null,
    quantity bigint not null constraint fulfilment_items_quantity_positive check (quantity > 0),
    constraint fulfilment_items_pkey primary key (fulfilment_id, variant_id, claimed_at),
    constraint fulfilment_items_line_fkey
        foreign key (order_id, variant_id) references fulfilment_lines (order_id, variant_id)
);
create index fulfilment_items_line on fulfilment_items (order_id, variant_id);

-- Units that will never be shipped.
create table cancellations (
    id uuid constraint cancellations_pkey primary key,
    order_id uuid not null constraint cancellations_order_fkey references orders (id),
    reason text not null
        constraint cancellations_reason_length check (length(reason) between 1 and 500),
    -- What goes back to the buyer for it.
    refund_id uuid constraint cancellations_refund_fkey references refunds (id),
    -- None when the buyer called it off.
    staff_id uuid constraint cancellations_staff_fkey references staff (id),
    -- Whether its units had left the shelf and were put back.
    is_restocked boolean not null,
    cancelled_at timestamptz not null
);
create index cancellations_order on cancellations (order_id, id);

create table cancellation_items (
    cancellation_id uuid not null
        constraint cancellation_items_cancellation_fkey references cancellations (id),
    order_id uuid not null,
    variant_id uuid not null,
    claimed_at uuid not null,
    quantity bigint not null constraint cancellation_items_quantity_positive check (quantity > 0),
    constraint cancellation_items_pkey primary key (cancellation_id, variant_id, claimed_at),
    constraint cancellation_items_line_fkey
        foreign key (order_id, variant_id) references fulfilment_lines (order_id, variant_id)
);
create index cancellation_items_line on cancellation_items (order_id, variant_id);

alter table mails
    drop constraint mails_kind_known,
    add constraint mails_kind_known check (kind in (
        'receipt', 'refund_promised', 'refund_succeeded', 'order_shipped', 'order_delivered'
    ));
