//! The shop's side: what its tables say of the provider's money.

use kit::Conn;
use serde::{Deserialize, de::DeserializeOwned};

/// What the shop asked to be paid.
#[derive(Deserialize)]
pub(super) struct Attempt {
    pub(super) tx_ref: String,
    pub(super) mode: String,
    pub(super) state: String,
    /// Whether a job waits that will ask about it.
    pub(super) is_asked_about: bool,
    /// Whether a person was called because the provider took its money back.
    pub(super) is_reversal_reviewed: bool,
    pub(super) capture: Option<Capture>,
    pub(super) refunds: Vec<Refund>,
}

/// Money that the shop knows of.
#[derive(Deserialize)]
pub(super) struct Capture {
    pub(super) provider_reference: String,
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) fee_minor: i64,
    pub(super) disposition: String,
    pub(super) refunding_minor: i64,
    pub(super) refunded_minor: i64,
    pub(super) reversed_minor: i64,
}

/// Money that the shop gives back.
#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) reference: String,
    pub(super) provider_reference: Option<String>,
    pub(super) state: String,
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    /// `store_credit` where the provider is not to hear of it.
    pub(super) destination: String,
    /// Whether a job waits that will send it or ask about it, or a person was called.
    pub(super) is_followed: bool,
    /// Whether its end is a person's word, which nobody can hold against the provider's.
    pub(super) is_a_persons_word: bool,
}

/// What the books say that the provider holds.
#[derive(Deserialize)]
pub(super) struct Balance {
    pub(super) currency: String,
    pub(super) held_minor: i64,
    pub(super) captured_minor: i64,
    pub(super) fee_minor: i64,
}

/// All of it.
pub(super) struct Books {
    pub(super) attempts: Vec<Attempt>,
    pub(super) balances: Vec<Balance>,
}

const ATTEMPTS: &str = "
    select tx_ref, mode, state,
        exists (
            select
            from jobs
            where jobs.kind = 'check_payment' and unique_key = payment_attempts.id::text
                and jobs.state in ('ready', 'running')
        ) as is_asked_about,
        exists (
            select
            from payment_reviews
            where attempt_id = payment_attempts.id and kind = 'reversal'
        ) as is_reversal_reviewed,
        (
            select to_jsonb(captures)
            from captures
            where attempt_id = payment_attempts.id
        ) as capture,
        coalesce((
            select jsonb_agg(to_jsonb(refunds) || jsonb_build_object(
                'is_followed', exists (
                    select
                    from jobs
                    where jobs.kind in ('submit_refund', 'check_refund')
                        and unique_key = refunds.id::text and jobs.state in ('ready', 'running')
                ) or exists (
                    select
                    from payment_reviews
                    where refund_id = refunds.id and resolved_at is null
                ),
                'is_a_persons_word', exists (
                    select
                    from refund_history
                    where refund_id = refunds.id and staff_id is not null
                        and to_state in ('succeeded', 'failed')
                )
            ) order by refunds.id)
            from refunds
            join captures on captures.id = capture_id
            where attempt_id = payment_attempts.id
        ), '[]') as refunds
    from payment_attempts
    where provider = 'chapa'
    order by id";

// Each sum by itself, out of the books alone. What a person books by hand is about other things.
const BALANCES: &str = "
    select currency,
        sum(case 'held:chapa' when debit_account then amount_minor
            when credit_account then -amount_minor else 0 end)::bigint as held_minor,
        coalesce(sum(amount_minor) filter (
            where debit_account = 'held:chapa' and fact like 'capture:%'
        ), 0)::bigint as captured_minor,
        coalesce(sum(amount_minor) filter (
            where credit_account = 'held:chapa' and debit_account = 'provider_fees'
        ), 0)::bigint as fee_minor
    from ledger_transfers
    where fact like any (array['capture:%', 'refund:%', 'reversal:%'])
    group by currency";

impl Books {
    /// Reads the tables.
    pub(super) async fn read(conn: &Conn) -> Self {
        Self {
            attempts: rows(conn, ATTEMPTS).await,
            balances: rows(conn, BALANCES).await,
        }
    }
}

async fn rows<T: DeserializeOwned>(conn: &Conn, sql: &str) -> Vec<T> {
    let whole = format!("select coalesce(json_agg(listed), '[]')::text from ({sql}) as listed");
    let text: String = conn.query_one(&whole, &[]).await.unwrap().get(0);
    serde_json::from_str(&text).unwrap()
}
