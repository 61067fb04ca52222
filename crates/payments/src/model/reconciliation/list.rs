//! How a page of a provider's list of transactions is read. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::SLACK;
use crate::model::{ListedTransaction, Observed, TransactionPage};

/// A row of the provider's list, as it is kept while the list is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedRow {
    pub(crate) provider_reference: String,
    /// How often it stands on the page.
    pub(crate) copies: i32,
    pub(crate) status: &'static str,
    pub(crate) amount_minor: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) fee_minor: Option<i64>,
    pub(crate) method: Option<String>,
    pub(crate) listed_at: Option<DateTime<Utc>>,
}

/// What a page of the provider's list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedPage {
    /// The rows that are not too old, each reference once.
    pub(crate) rows: Vec<ListedRow>,
    /// Rows on the page, old ones and all.
    pub(crate) count: i64,
    /// Whether nothing of the window can follow: the list is newest first.
    pub(crate) is_last: bool,
}

const TEXT_CHARS_MAX: usize = 100;

/// Reads a page. A charge without a reference is kept under a name of its own; what was never
/// charged has often none and is left out then.
pub(crate) fn read_page(page: &TransactionPage, from: DateTime<Utc>) -> ListedPage {
    let oldest = from - SLACK;
    let mut rows: BTreeMap<String, ListedRow> = BTreeMap::new();
    let mut has_old = false;
    let mut has_young = false;
    for listed in &page.transactions {
        let row = listed_row(listed);
        match row.listed_at {
            Some(at) if at < oldest => {
                has_old = true;
                continue;
            }
            Some(_) => has_young = true,
            None => {}
        }
        if row.provider_reference.is_empty() {
            continue;
        }
        rows.entry(row.provider_reference.clone())
            .and_modify(|present| present.copies += 1)
            .or_insert(row);
    }
    ListedPage {
        rows: rows.into_values().collect(),
        count: i64::try_from(page.transactions.len()).unwrap_or(i64::MAX),
        is_last: !page.has_next || page.transactions.is_empty() || (has_old && !has_young),
    }
}

fn listed_row(listed: &ListedTransaction) -> ListedRow {
    let status = match &listed.state {
        Observed::Charged => "charged",
        Observed::Pending | Observed::NotFound => "pending",
        Observed::Failed => "failed",
        Observed::Cancelled => "cancelled",
        Observed::Refunded => "refunded",
        Observed::Reversed => "reversed",
        Observed::Unknown(_) => "unreadable",
    };
    let listed_at = listed.created_at.as_deref().and_then(instant);
    let storable = |text: &str| -> String {
        let visible = text.chars().filter(|char| !char.is_control());
        visible.take(TEXT_CHARS_MAX).collect()
    };
    let provider_reference = match &listed.provider_reference {
        Some(reference) => storable(reference),
        None if status == "charged" => format!(
            "without a reference: {} {} {}",
            listed_at.map_or_else(String::new, |at| at.to_rfc3339()),
            listed.amount_minor.unwrap_or(0),
            listed.currency.as_deref().map(storable).unwrap_or_default(),
        ),
        None => String::new(),
    };
    ListedRow {
        provider_reference,
        copies: 1,
        status,
        amount_minor: listed.amount_minor,
        currency: listed.currency.as_deref().map(storable),
        fee_minor: listed.fee_minor.filter(|fee| *fee >= 0),
        method: listed.method.as_deref().map(storable),
        listed_at,
    }
}

/// An instant as a provider may write it; without a zone it is UTC.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map(|at| at.and_utc())
        })
        .ok()
        .filter(|at| (0..4_102_444_800).contains(&at.timestamp()))
}
