-- One santim more in one transfer, in the middle of the books, past the trigger that refuses it.
-- What a person could do who owns the database. Answers the transfer.
begin;
alter table ledger_transfers disable trigger ledger_transfers_append_only;
update ledger_transfers
set amount_minor = amount_minor + :change
where id = (
    select transfer_id
    from ledger_chain
    where sequence = (select last_sequence / 2 from ledger_head)
)
returning id;
alter table ledger_transfers enable trigger ledger_transfers_append_only;
commit;
