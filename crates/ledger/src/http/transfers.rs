//! The entries of the books, newest first.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::{OrderId, TransferId};
use kit::{
    Kit, Result,
    http::{Cursor, Page, PageQuery, ProblemResponses, Query, page},
};
use money::Money;
use serde::{Deserialize, Serialize};
use staff::{CanReadBooks, Staff};
use utoipa::{IntoParams, ToSchema};

use super::range;
use crate::{
    model::{Filter, PostedTransfer},
    store,
};

/// Which transfers; each parameter at most once, every one narrows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListLedgerTransfers {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those that debit or credit this account.
    #[param(example = "held:chapa")]
    account: Option<String>,
    /// Only those about this order.
    order_id: Option<OrderId>,
    /// Only those of this fact.
    #[param(example = "capture:01928f6e-7b1c-7e0a-9d3c-5f1f6d1f0a11")]
    fact: Option<String>,
    /// Only what was booked at this instant (RFC 3339) or later.
    #[param(example = "2026-11-01T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Only what was booked before this instant (RFC 3339).
    #[param(example = "2026-12-01T00:00:00Z")]
    to: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
struct TransferCursor {
    #[serde(deserialize_with = "page::instant")]
    posted_at: DateTime<Utc>,
    id: TransferId,
}

impl Cursor for TransferCursor {}

/// A transfer: an amount that is debited to one account and credited to another.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01928f6e-7b20-7c51-8a0f-3f6a5c1d2e4b",
    "fact": "capture:01928f6e-7b1c-7e0a-9d3c-5f1f6d1f0a11",
    "leg": 1,
    "debit_account": "held:chapa",
    "credit_account": "orders",
    "amount": { "amount": 125_000, "currency": "ETB" },
    "order_id": "01928f6d-0c3e-7d12-b5a4-9e8f7a6b5c4d",
    "order_number": 1042,
    "memo": "a charge",
    "posted_at": "2026-11-22T09:14:05.120Z",
    "sequence": 317,
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}))]
pub(super) struct LedgerTransferView {
    id: TransferId,
    /// What is booked by it. A fact is booked once, by one transfer or several.
    fact: String,
    /// Which transfer of its fact, from 1.
    leg: i16,
    debit_account: String,
    credit_account: String,
    amount: Money,
    order_id: Option<OrderId>,
    /// The order's number, for people.
    order_number: Option<i64>,
    memo: String,
    posted_at: DateTime<Utc>,
    /// Its place in the chain of hashes; null for the first minute or so.
    sequence: Option<i64>,
    /// Its hash in the chain, in hexadecimal digits.
    hash: Option<String>,
}

impl From<PostedTransfer> for LedgerTransferView {
    fn from(transfer: PostedTransfer) -> Self {
        Self {
            id: transfer.id,
            fact: transfer.fact,
            leg: transfer.leg,
            debit_account: transfer.debit_account,
            credit_account: transfer.credit_account,
            amount: transfer.amount,
            order_id: transfer.order_id,
            order_number: transfer.order_number,
            memo: transfer.memo,
            posted_at: transfer.posted_at,
            sequence: transfer.sequence,
            hash: transfer.hash.map(hex::encode),
        }
    }
}

/// List what was booked, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/ledger/transfers/", operation_id = "listLedgerTransfers",
    tag = "Admin: books", params(ListLedgerTransfers),
    responses((status = 200, body = Page<LedgerTransferView>), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn list_ledger_transfers(
    _staff: Staff<CanReadBooks>,
    State(kit): State<Kit>,
    Query(query): Query<ListLedgerTransfers>,
) -> Result<Page<LedgerTransferView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<TransferCursor>()?;
    let after = after.map(|cursor| (cursor.posted_at, cursor.id));
    let filter = Filter {
        range: range(query.from, query.to, super::END_OF_TIME)?,
        account: query.account,
        order_id: query.order_id,
        fact: query.fact,
    };
    let conn = kit.db.read().await?;
    let transfers = store::list_transfers(&conn, &filter, after, limit + 1).await?;
    let page = Page::cut(transfers, limit, |transfer| TransferCursor {
        posted_at: transfer.posted_at,
        id: transfer.id,
    })?;
    Ok(page.map(LedgerTransferView::from))
}
