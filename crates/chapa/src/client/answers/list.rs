//! Chapa's own lists: transactions, and the events of one of them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::transport::Answer;
use crate::wire;
use crate::{Error, ListedTransaction, TimelineEntry, TransactionPage};

use super::transaction::state_of;
use super::{accepted, exact};

#[derive(Deserialize)]
struct ListData<'a> {
    #[serde(borrow, default)]
    transactions: Vec<ListRow<'a>>,
    #[serde(borrow, default)]
    pagination: Option<Pagination<'a>>,
}

#[derive(Deserialize)]
struct Pagination<'a> {
    #[serde(borrow, default)]
    next_page_url: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ListRow<'a> {
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ref_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    currency: Option<&'a RawValue>,
    #[serde(borrow, default)]
    amount: Option<&'a RawValue>,
    #[serde(borrow, default)]
    charge: Option<&'a RawValue>,
    #[serde(borrow, default)]
    payment_method: Option<&'a RawValue>,
    #[serde(borrow, default)]
    created_at: Option<&'a RawValue>,
}

pub(crate) fn transactions(answer: &Answer) -> Result<TransactionPage, Error> {
    let envelope = accepted(answer)?;
    let data: ListData<'_> = envelope
        .object()
        .and_then(|object| serde_json::from_str(object).ok())
        .ok_or_else(|| answer.unreadable("an answer without a list of transactions"))?;
    let transactions = data
        .transactions
        .into_iter()
        .map(|row| ListedTransaction {
            provider_reference: wire::filled(row.ref_id),
            state: state_of(answer.status, row.status),
            amount_minor: wire::minor(row.amount),
            fee_minor: wire::minor(row.charge),
            currency: exact(row.currency),
            method: wire::filled(row.payment_method),
            created_at: wire::filled(row.created_at),
        })
        .collect();
    let has_next = data
        .pagination
        .is_some_and(|pages| wire::filled(pages.next_page_url).is_some());
    Ok(TransactionPage {
        transactions,
        has_next,
    })
}

#[derive(Deserialize)]
struct EventRow<'a> {
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    created_at: Option<&'a RawValue>,
}

pub(crate) fn timeline(answer: &Answer) -> Result<Vec<TimelineEntry>, Error> {
    let envelope = accepted(answer)?;
    let rows: Vec<EventRow<'_>> = envelope
        .list()
        .and_then(|list| serde_json::from_str(list).ok())
        .ok_or_else(|| answer.unreadable("an answer without a list of events"))?;
    Ok(rows
        .into_iter()
        .map(|row| TimelineEntry {
            message: wire::filled(row.message).unwrap_or_default(),
            is_error: wire::filled(row.kind).as_deref() == Some("error"),
            created_at: wire::filled(row.created_at),
        })
        .collect())
}
