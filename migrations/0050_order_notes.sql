-- Owned by desk: what staff write down about orders.

create table order_notes (
    id uuid constraint order_notes_pkey primary key,
    order_id uuid not null constraint order_notes_order_fkey references orders (id),
    staff_id uuid not null constraint order_notes_staff_fkey references staff (id),
    text text not null constraint order_notes_length check (length(text) between 1 and 2000),
    -- Whether the buyer sees it too.
    is_for_buyer boolean not null,
    created_at timestamptz not null
);
create index order_notes_order on order_notes (order_id, id);
