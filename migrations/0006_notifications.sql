-- Owned by notifications: which mails went out, and which are on their way.

create table mails (
    id uuid primary key,
    kind text not null constraint mails_kind_known check (kind in ('receipt')),
    -- What it is about: of a receipt the order.
    subject_id uuid not null,
    -- SHA-256 of the address: answers "was it sent there?" and keeps no personal data.
    recipient_hash bytea not null,
    -- The same at every try, so that a mail which went out twice is one in the mailbox.
    message_id text not null constraint mails_message_id_key unique,
    -- sending: committed before the mail server is asked, so it may have gone out already.
    -- refused: the server will never take it; the job is buried with the same reason.
    state text not null default 'sending'
        constraint mails_state_known check (state in ('sending', 'sent', 'refused')),
    refusal text,
    attempts integer not null default 1 constraint mails_attempts_counted check (attempts > 0),
    created_at timestamptz not null,
    sent_at timestamptz,
    -- One mail of a kind about a thing, for ever.
    constraint mails_kind_subject_key unique (kind, subject_id),
    constraint mails_sent_when check ((sent_at is not null) = (state = 'sent')),
    constraint mails_refused_why check ((refusal is not null) = (state = 'refused'))
);
