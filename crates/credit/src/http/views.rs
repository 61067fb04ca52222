//! The shapes of credit on the wire.

use chrono::{DateTime, Utc};
use ids::{CreditAccountId, CustomerId, OrderId};
use kit::http::Cursor;
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    model::{Cause, CreditAccount, CreditKind},
    store::EntryRow,
};

/// A gift card, or a customer's credit, as staff see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aab00-0000-7000-8000-000000000021", "kind": "gift_card", "code_end": "7K2M",
    "customer_id": null, "balance": {"amount": 50_000, "currency": "ETB"},
    "expires_at": null, "closed_at": null, "note": "won at the fair",
    "created_at": "2026-11-22T09:00:00Z"
}))]
pub(super) struct CreditAccountView {
    pub(super) id: CreditAccountId,
    kind: CreditKind,
    /// The last characters of a card's code, by which people tell cards apart.
    code_end: Option<String>,
    /// Whose credit it is; null for a card.
    customer_id: Option<CustomerId>,
    /// What can be spent.
    balance: Money,
    /// From when on it cannot be spent; never without it.
    expires_at: Option<DateTime<Utc>>,
    /// When staff ended it.
    closed_at: Option<DateTime<Utc>>,
    note: String,
    created_at: DateTime<Utc>,
    #[serde(skip)]
    pub(super) version: i64,
}

impl From<CreditAccount> for CreditAccountView {
    fn from(account: CreditAccount) -> Self {
        Self {
            id: account.id,
            kind: account.kind,
            code_end: account.code_end,
            customer_id: account.customer_id,
            balance: account.balance,
            expires_at: account.expires_at,
            closed_at: account.closed_at,
            note: account.note,
            created_at: account.created_at,
            version: account.version,
        }
    }
}

/// One change of a balance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "sequence": 2, "cause": "set_aside", "amount": {"amount": -12_500, "currency": "ETB"},
    "balance": {"amount": 37_500, "currency": "ETB"},
    "order_id": "019aab00-0000-7000-8000-000000000001", "occurred_at": "2026-11-22T09:30:00Z"
}))]
pub(super) struct CreditEntryView {
    /// Numbered from 1 without a gap.
    pub(super) sequence: i64,
    cause: Cause,
    /// Less than nothing where it was spent.
    amount: Money,
    /// What was left after it.
    balance: Money,
    /// The order that it is about.
    order_id: Option<OrderId>,
    occurred_at: DateTime<Utc>,
}

impl From<EntryRow> for CreditEntryView {
    fn from(row: EntryRow) -> Self {
        Self {
            sequence: row.sequence,
            cause: row.cause,
            amount: row.amount,
            balance: row.balance,
            order_id: row.order_id,
            occurred_at: row.occurred_at,
        }
    }
}

/// Where a page of accounts goes on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountCursor {
    pub(super) id: CreditAccountId,
}

impl Cursor for AccountCursor {}

/// Where a page of entries goes on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryCursor {
    pub(super) sequence: i64,
}

impl Cursor for EntryCursor {}
