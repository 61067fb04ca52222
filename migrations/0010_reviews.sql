-- Owned by orders: an order that has only expired comes back when its money comes late.

alter table order_history
    drop constraint order_history_legal,
    add constraint order_history_legal check (
        (sequence = 1 and from_status is null and to_status = 'pending_payment')
        or (sequence > 1 and (from_status, to_status) in (
            ('pending_payment', 'paid'), ('pending_payment', 'cancelled'),
            ('pending_payment', 'expired'), ('expired', 'paid')
        ))
    );
