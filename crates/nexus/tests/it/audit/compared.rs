//! As `planted`, in what the provider's messages and comparing with its list leave behind.

pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "a comparison that nobody ended",
        "insert into reconciliations (id, provider, mode, from_at, to_at, state, phase,
             started_at, deadline_at)
         values (gen_random_uuid(), 'chapa', 'test', '2026-01-01', '2026-01-02', 'running',
             'listing', '2026-01-02', '2026-01-03')",
        &["I12"],
    ),
    (
        "a fee that was corrected without an entry",
        "update captures set fee_adjusted_minor = 1, fee_corrections = 1
         where disposition = 'applied'",
        &["I12"],
    ),
    (
        "a difference that was written off on paper only",
        "insert into reconciliations (id, provider, mode, from_at, to_at, state, phase,
             started_at, deadline_at, finished_at)
         values ('019aab00-0000-7000-8000-000000000001', 'chapa', 'test', '2026-01-01',
             '2026-01-02', 'done', 'judging', '2026-01-02', '2026-01-03', '2026-01-02');
         insert into reconciliation_breaks (id, provider, mode, class, provider_reference, ours,
             theirs, state, resolution, resolved_by, first_seen, last_seen, opened_at,
             updated_at, closed_at)
         select gen_random_uuid(), 'chapa', 'test', 'missing_here', 'AP1', '{}', '{}',
             'resolved', 'written_off', staff.id, reconciliations.id, reconciliations.id,
             now(), now(), now()
         from reconciliations, staff limit 1",
        &["I12"],
    ),
    (
        "a message that was looked at without a word of what came of it",
        "update webhooks_received set outcome = null, processed_at = null",
        &["I36"],
    ),
    (
        "a message that nobody looks at",
        "update webhooks_received set outcome = null, processed_at = null;
         delete from jobs where kind = 'process_payment_webhook'",
        &["I36"],
    ),
];
