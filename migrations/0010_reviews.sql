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

-- Owned by payments: every stored message ends with what has become of it.
alter table webhooks_received
    add column outcome text constraint webhooks_received_outcome_known check (outcome in (
        'settled', 'closed', 'review', 'no_news', 'refund_checked', 'unanswered',
        'unknown_reference', 'no_reference', 'other_mode', 'payout', 'unknown_event', 'unreadable'
    )),
    add column attempt_id uuid
        constraint webhooks_received_attempt_fkey references payment_attempts (id),
    add column processed_at timestamptz,
    add constraint webhooks_received_processed_when
        check ((outcome is null) = (processed_at is null));
create index webhooks_received_attempt on webhooks_received (attempt_id)
    where attempt_id is not null;
create index webhooks_received_waiting on webhooks_received (id) where outcome is null;

-- How a review ended, by whom, and why. A resolved review is final.
alter table payment_reviews
    add column resolution text constraint payment_reviews_resolution_known check (resolution in (
        'settled', 'confirmed', 'refunded', 'reinstated', 'written_off', 'dismissed', 'accepted',
        'retried'
    )),
    add column resolved_by uuid
        constraint payment_reviews_resolved_by_fkey references staff (id),
    add column note text
        constraint payment_reviews_note_length check (length(note) between 1 and 500);
update payment_reviews
set resolution = case when refund_id is null then 'settled' else 'confirmed' end
where resolved_at is not null;
alter table payment_reviews
    add constraint payment_reviews_resolved_whole
        check ((resolved_at is null) = (resolution is null)),
    add constraint payment_reviews_resolved_by_when
        check (resolved_by is null or resolved_at is not null);

-- What of surplus money the shop keeps, because nobody can be given it.
alter table captures
    add column written_off_minor bigint not null default 0,
    drop constraint captures_given_back_within,
    add constraint captures_given_back_within check (
        refunding_minor >= 0 and refunded_minor >= 0 and reversed_minor >= 0
        and written_off_minor >= 0
        and refunding_minor + refunded_minor + reversed_minor + written_off_minor <= amount_minor
    );
