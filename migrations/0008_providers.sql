-- Owned by payments: ways to pay in which no provider can be asked. Staff say that money came.

alter table payment_attempts
    add constraint payment_attempts_provider_known
        check (provider in ('chapa', 'cash_on_delivery', 'bank_transfer')),
    -- What the buyer writes on a transfer, or tells at the door; short, with check digits.
    add column customer_reference text
        constraint payment_attempts_customer_reference_key unique,
    -- What the buyer was told, as it was told.
    add column instructions jsonb,
    -- Who of the staff said that the money came.
    add column confirmed_by uuid
        constraint payment_attempts_confirmed_by_fkey references staff (id),
    drop constraint payment_attempts_pending_has_page,
    -- The buyer knows how to pay: by a page, or by instructions with a reference.
    add constraint payment_attempts_pending_has_page check (
        state <> 'pending' or case provider
            when 'chapa' then checkout_url is not null
            else instructions is not null and customer_reference is not null
        end
    ),
    -- Money that no provider vouches for has a member of the staff who does, and no other money.
    add constraint payment_attempts_confirmed_by_whom check (
        case provider
            when 'chapa' then confirmed_by is null
            else (confirmed_by is not null) = (charged_at is not null)
        end
    );
