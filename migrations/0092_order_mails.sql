-- Owned by notifications: mails about orders besides their receipts. Validated by the next file.

alter table mails
    drop constraint mails_kind_known,
    add constraint mails_kind_known check (kind in (
        'receipt', 'refund_promised', 'refund_succeeded', 'order_shipped', 'order_delivered',
        'order_placed', 'order_cancelled'
    )) not valid;
