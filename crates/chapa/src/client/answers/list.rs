//! Chapa's own lists: transactions, and the events of one of them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::transport::Answer;
use crate::wire;
use crate::{Balance, Error, ListedTransaction, TimelineEntry, TransactionPage};

use super::transaction::state_of;
use super::{accepted, exact};

#[derive(Deserialize)]
struct ListData<'a> {
    #[serde(borrow)]
    transactions: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pagination: Option<&'a RawValue>,
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
    envelope
        .object()
        .and_then(|object| page(answer.status, object))
        .ok_or_else(|| answer.unreadable("an answer without a list of transactions"))
}

/// `None` when any part of it is not what it should be: a page with holes looks like money that
/// never came.
fn page(http_status: u16, object: &str) -> Option<TransactionPage> {
    let data: ListData<'_> = wire::object(object)?;
    let pages: Option<Pagination<'_>> = match data.pagination {
        Some(pages) => Some(wire::object(pages.get())?),
        None => None,
    };
    let rows = data.transactions.into_iter();
    let transactions = rows
        .map(|row| wire::object(row.get()).map(|row| listed(http_status, &row)))
        .collect::<Option<_>>()?;
    let has_next = pages.is_some_and(|pages| wire::filled(pages.next_page_url).is_some());
    Some(TransactionPage {
        transactions,
        has_next,
    })
}

fn listed(http_status: u16, row: &ListRow<'_>) -> ListedTransaction {
    ListedTransaction {
        provider_reference: wire::filled(row.ref_id),
        state: state_of(http_status, row.status),
        amount_minor: wire::minor(row.amount),
        fee_minor: wire::minor(row.charge),
        currency: exact(row.currency),
        method: wire::filled(row.payment_method),
        created_at: wire::filled(row.created_at),
    }
}

#[derive(Deserialize)]
struct BalanceRow<'a> {
    #[serde(borrow, default)]
    currency: Option<&'a RawValue>,
    #[serde(borrow, default)]
    available_balance: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ledger_balance: Option<&'a RawValue>,
}

pub(crate) fn balances(answer: &Answer) -> Result<Vec<Balance>, Error> {
    let envelope = accepted(answer)?;
    envelope
        .list()
        .and_then(held)
        .ok_or_else(|| answer.unreadable("an answer without a list of balances"))
}

fn held(list: &str) -> Option<Vec<Balance>> {
    let rows: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    let rows = rows.into_iter().map(|row| {
        let row: BalanceRow<'_> = wire::object(row.get())?;
        Some(Balance {
            currency: exact(row.currency)?,
            available_minor: wire::minor(row.available_balance),
            ledger_minor: wire::minor(row.ledger_balance),
        })
    });
    rows.collect()
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
    envelope
        .list()
        .and_then(events)
        .ok_or_else(|| answer.unreadable("an answer without a list of events"))
}

fn events(list: &str) -> Option<Vec<TimelineEntry>> {
    let rows: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    let rows = rows.into_iter();
    rows.map(|row| wire::object(row.get()).map(|row| entry(&row)))
        .collect()
}

fn entry(row: &EventRow<'_>) -> TimelineEntry {
    TimelineEntry {
        message: wire::filled(row.message).unwrap_or_default(),
        is_error: wire::filled(row.kind).as_deref() == Some("error"),
        created_at: wire::filled(row.created_at),
    }
}
