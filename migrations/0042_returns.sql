-- Owned by returns: what buyers send back, what came of it, what was sent in its place.

create table returns (
    id uuid constraint returns_pkey primary key,
    order_id uuid not null constraint returns_order_fkey references orders (id),
    -- The first return of an order is 1.
    number integer not null,
    state text not null constraint returns_state_known
        check (state in ('requested', 'approved', 'rejected', 'received', 'cancelled')),
    -- What the buyer said, or staff for them.
    note text not null default '' constraint returns_note_length check (length(note) <= 1000),
    -- None when the buyer asked for it.
    opened_by uuid constraint returns_opened_by_fkey references staff (id),
    version bigint not null default 1,
    requested_at timestamptz not null,
    updated_at timestamptz not null,
    received_at timestamptz,
    constraint returns_number_key unique (order_id, number),
    constraint returns_received_when check ((received_at is not null) = (state = 'received'))
);
create index returns_newest on returns (requested_at desc, id desc);
create index returns_open on returns (order_id) where state in ('requested', 'approved');

create table return_lines (
    return_id uuid not null constraint return_lines_return_fkey references returns (id),
    order_id uuid not null,
    variant_id uuid not null,
    quantity bigint not null constraint return_lines_quantity_positive check (quantity > 0),
    reason text not null constraint return_lines_reason_known check (reason in (
        'damaged', 'defective', 'wrong_item', 'not_as_described', 'no_longer_wanted',
        'undeliverable', 'other'
    )),
    resolution text not null
        constraint return_lines_resolution_known check (resolution in ('refund', 'exchange')),
    -- Where the units came to, and what became of them.
    location_id uuid constraint return_lines_location_fkey references stock_locations (id),
    restocked_quantity bigint not null default 0,
    written_off_quantity bigint not null default 0,
    -- What the buyer got for them.
    refunded_quantity bigint not null default 0,
    exchanged_quantity bigint not null default 0,
    constraint return_lines_pkey primary key (return_id, variant_id),
    constraint return_lines_line_fkey
        foreign key (order_id, variant_id) references fulfilment_lines (order_id, variant_id),
    constraint return_lines_received_within check (
        restocked_quantity >= 0 and written_off_quantity >= 0
        and restocked_quantity + written_off_quantity <= quantity
    ),
    constraint return_lines_settled_within check (
        refunded_quantity >= 0 and exchanged_quantity >= 0
        and refunded_quantity + exchanged_quantity <= restocked_quantity + written_off_quantity
    ),
    constraint return_lines_came_somewhere
        check (restocked_quantity + written_off_quantity = 0 or location_id is not null)
);
create index return_lines_line on return_lines (order_id, variant_id);

create table return_history (
    return_id uuid not null constraint return_history_return_fkey references returns (id),
    sequence integer not null,
    from_state text,
    to_state text not null,
    note text not null,
    -- None when the buyer did it.
    staff_id uuid constraint return_history_staff_fkey references staff (id),
    occurred_at timestamptz not null,
    constraint return_history_pkey primary key (return_id, sequence),
    constraint return_history_legal check (
        (sequence = 1 and from_state is null and to_state in ('requested', 'approved'))
        or (sequence > 1 and (from_state, to_state) in (
            ('requested', 'approved'), ('requested', 'rejected'), ('requested', 'cancelled'),
            ('approved', 'received'), ('approved', 'cancelled')
        ))
    )
);

-- Which refunds are for what came back.
create table return_refunds (
    refund_id uuid constraint return_refunds_pkey primary key
        constraint return_refunds_refund_fkey references refunds (id),
    return_id uuid not null constraint return_refunds_return_fkey references returns (id)
);
create index return_refunds_return on return_refunds (return_id);

-- Units that were sent in the place of what came back.
create table return_exchanges (
    id uuid constraint return_exchanges_pkey primary key,
    return_id uuid not null,
    variant_id uuid not null,
    quantity bigint not null constraint return_exchanges_quantity_positive check (quantity > 0),
    location_id uuid not null
        constraint return_exchanges_location_fkey references stock_locations (id),
    carrier text not null default '',
    tracking_number text not null default '',
    sent_by uuid not null constraint return_exchanges_sent_by_fkey references staff (id),
    sent_at timestamptz not null,
    constraint return_exchanges_line_fkey
        foreign key (return_id, variant_id) references return_lines (return_id, variant_id)
);
create index return_exchanges_return on return_exchanges (return_id);

-- Units that leave in the place of what came back go to customers, and are no sale.
insert into stock_movement_kinds (kind, account, title) values
    ('replacement', 'customers', 'Units that were sent in the place of what came back');
alter table stock_movements
    drop constraint stock_movements_kind_known,
    drop constraint stock_movements_direction,
    drop constraint stock_movements_order_named,
    add constraint stock_movements_kind_known check (kind in (
        'receipt', 'sale', 'return', 'adjustment', 'damage', 'transfer', 'replacement'
    )) not valid,
    add constraint stock_movements_direction check (case kind
        when 'receipt' then quantity > 0 when 'return' then quantity > 0
        when 'sale' then quantity < 0 when 'damage' then quantity < 0
        when 'replacement' then quantity < 0
        else true end) not valid,
    add constraint stock_movements_order_named check (case kind
        when 'sale' then order_id is not null when 'replacement' then order_id is not null
        when 'return' then true
        else order_id is null end) not valid;
