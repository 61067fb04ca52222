-- The balances as they would be read without sums by day: every row, both sides.
select count(*)
from (
    select account, sum(debit_minor) - sum(credit_minor)
    from ledger_transfers
    cross join lateral (
        values (debit_account, amount_minor, 0), (credit_account, 0, amount_minor)
    ) as side (account, debit_minor, credit_minor)
    group by account
) as balances;
