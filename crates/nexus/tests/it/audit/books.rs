//! Rows of the books that are not what they were, and guards of the books that are gone.

/// As in `planted`. The first transfer of a charge is what the buyer paid.
pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "an amount that was changed",
        "update ledger_transfers set amount_minor = amount_minor + 1
         where leg = 1 and credit_account = 'orders'",
        &["I8", "I29", "I30", "I31"],
    ),
    (
        "an account that was changed",
        "update ledger_transfers set credit_account = 'write_offs' where credit_account = 'orders'",
        &["I8", "I29", "I30", "I31"],
    ),
    (
        "a memo that was changed",
        "update ledger_transfers set memo = 'a gift' where leg = 1",
        &["I30"],
    ),
    (
        "a time that was changed",
        "update ledger_transfers set posted_at = posted_at + interval '1 microsecond'",
        &["I30"],
    ),
    (
        "a fact that was changed",
        "update ledger_transfers set fact = 'x' || fact",
        &["I8", "I30", "I32", "I75"],
    ),
    (
        "two rows that were swapped",
        "update ledger_transfers set amount_minor = other.amount_minor
         from ledger_transfers as other
         where ledger_transfers.leg = 1 and other.leg = 1 and ledger_transfers.id <> other.id",
        &["I8", "I29", "I30", "I31", "I32", "I73", "I75"],
    ),
    (
        "a row that was taken out",
        "delete from ledger_transfers where credit_account = 'surplus'",
        &["I8", "I30", "I31"],
    ),
    (
        "a row that was taken out with its seal",
        "delete from ledger_chain where transfer_id in
             (select id from ledger_transfers where credit_account = 'orders');
         delete from ledger_transfers where credit_account = 'orders'",
        &["I8", "I29", "I30", "I31"],
    ),
    (
        "a row that was slipped in",
        "insert into ledger_transfers
         values (gen_random_uuid(), 'gift:1', 1, 'write_offs', 'held:chapa', 5, 'ETB', null, '',
             now() - interval '1 day')",
        &["I30", "I31"],
    ),
    (
        "two rows that changed their places in the chain",
        "alter table ledger_chain drop constraint ledger_chain_transfer_key;
         update ledger_chain set transfer_id = other.transfer_id
         from ledger_chain as other
         where ledger_chain.sequence <= 2 and other.sequence = 3 - ledger_chain.sequence",
        &["I25", "I30"],
    ),
    (
        "a hash that was made to fit",
        "update ledger_transfers set memo = 'a gift'
         where id = (select transfer_id from ledger_chain where sequence = 1);
         update ledger_chain set hash = sha256(sha256('') || ledger_bytes(ledger_transfers))
         from ledger_transfers
         where sequence = 1 and id = transfer_id",
        &["I30"],
    ),
    (
        "a chain without its end",
        "delete from ledger_chain where sequence = (select max(sequence) from ledger_chain)",
        &["I31"],
    ),
    (
        "a day that closed with another hash",
        "insert into ledger_days
         select day, first_sequence, last_sequence, opening_hash, sha256('else'), now()
         from ledger_head;
         update ledger_head set day = day + 1, first_sequence = last_sequence + 1,
             opening_hash = last_hash",
        &["I31"],
    ),
    (
        "a day that is left out",
        "update ledger_head set day = day + 1, first_sequence = last_sequence + 1,
             opening_hash = last_hash",
        &["I31"],
    ),
    (
        "a sum that is not the rows'",
        "update ledger_sums set debit_minor = debit_minor + 1 where account = 'held:chapa'",
        &["I31"],
    ),
    (
        "more given away than was owed",
        "insert into ledger_transfers
         select gen_random_uuid(), 'gift:1', 1, 'surplus', 'write_offs', amount_minor + 1,
             currency, order_id, '', posted_at + interval '1 minute'
         from ledger_transfers
         where credit_account = 'surplus';
         insert into ledger_unsealed select id from ledger_transfers where fact = 'gift:1'",
        &["I29"],
    ),
    (
        "money that was written off on paper only",
        "update payment_reviews set resolution = 'written_off', resolved_at = now()
         where kind = 'surplus'",
        &["I37"],
    ),
    (
        "money that was written off and stands otherwise in the books",
        "update payment_reviews set resolution = 'written_off', resolved_at = now()
         where kind = 'surplus';
         update captures set written_off_minor = amount_minor where disposition = 'surplus';
         insert into ledger_transfers
         select gen_random_uuid(), 'review:' || payment_reviews.id, 1, 'surplus', 'write_offs',
             amount_minor - 1, currency, order_id, '', captured_at + interval '1 minute'
         from payment_reviews
         join captures using (attempt_id)
         where kind = 'surplus';
         insert into ledger_unsealed select id from ledger_transfers where fact like 'review:%'",
        &["I37"],
    ),
    (
        "money that is written off and no review says so",
        "update captures set written_off_minor = 1 where disposition = 'surplus'",
        &["I37"],
    ),
    (
        "money that was taken back and is held in the books",
        "update captures set reversed_minor = 1 where disposition = 'surplus'",
        &["I37"],
    ),
    (
        "a decision in the books that nobody took",
        "insert into ledger_transfers
         select gen_random_uuid(), 'review:' || payment_reviews.id, 1, 'surplus', 'write_offs',
             1, currency, order_id, '', captured_at + interval '1 minute'
         from payment_reviews
         join captures using (attempt_id)
         where kind = 'surplus';
         insert into ledger_unsealed select id from ledger_transfers where fact like 'review:%'",
        &["I37"],
    ),
    (
        "money that the books say was taken back",
        "insert into ledger_transfers
         select gen_random_uuid(), 'reversal:' || id, 1, 'disputed', 'held:chapa', 1, currency,
             order_id, '', captured_at + interval '1 minute'
         from captures
         where disposition = 'surplus';
         insert into ledger_unsealed select id from ledger_transfers where fact like 'reversal:%'",
        &["I37"],
    ),
    (
        "a trigger that is switched off",
        "alter table ledger_transfers disable trigger ledger_transfers_append_only",
        &["I25"],
    ),
    (
        "a trigger that fires for some rows only",
        "drop trigger ledger_chain_append_only on ledger_chain;
         create trigger ledger_chain_append_only before update of hash
             on ledger_chain for each statement execute function ledger_refuse_change()",
        &["I25"],
    ),
    (
        "a trigger that is gone",
        "drop trigger ledger_days_append_only on ledger_days",
        &["I25"],
    ),
];
