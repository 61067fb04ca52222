//! The accountant's file: RFC 4180, two lines per transfer, no cell that a spreadsheet runs.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, SecondsFormat, Utc};
use ids::TransferId;
use kit::csv::cell;
use uuid::Uuid;

use super::{PostedTransfer, Range};

/// How far an export has come: it is made page by page, so that its size does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    pub(crate) to: DateTime<Utc>,
    pub(crate) after: (DateTime<Utc>, TransferId),
    pub(crate) entries_count: u64,
    pub(crate) is_begun: bool,
    pub(crate) is_finished: bool,
}

impl Export {
    /// An export of what was booked in `range`, before its first page.
    #[must_use]
    pub const fn of(range: Range) -> Self {
        Self {
            to: range.to,
            after: (range.from, TransferId::from_uuid(Uuid::nil())),
            entries_count: 0,
            is_begun: false,
            is_finished: false,
        }
    }

    /// The next page's text from its transfers; `limit` of them mean that there may be more.
    #[must_use]
    pub(crate) fn page(
        &mut self,
        transfers: &[PostedTransfer],
        limit: usize,
        titles: &BTreeMap<String, String>,
    ) -> String {
        let mut text = String::new();
        if !self.is_begun {
            text.push_str(CSV_HEADER);
        }
        for transfer in transfers {
            self.entries_count += 1;
            self.after = (transfer.posted_at, transfer.id);
            text.push_str(&csv_lines(self.entries_count, transfer, titles));
        }
        self.is_begun = true;
        self.is_finished = transfers.len() < limit;
        text
    }
}

// The first line.
const CSV_HEADER: &str = "entry,date,account,title,debit,credit,currency,order,memo,fact,\
                              sequence,hash\r\n";

/// A transfer as its two lines: what is debited, then what is credited. `entry` is its number in
/// the file; `titles` are the accounts' titles by code.
fn csv_lines(entry: u64, transfer: &PostedTransfer, titles: &BTreeMap<String, String>) -> String {
    let date = transfer
        .posted_at
        .to_rfc3339_opts(SecondsFormat::Micros, true);
    let amount = transfer.amount.to_decimal();
    let currency = transfer.amount.currency();
    let number = |number: Option<i64>| number.map_or_else(String::new, |n| n.to_string());
    let order = number(transfer.order_number);
    let sequence = number(transfer.sequence);
    let hash = transfer
        .hash
        .as_deref()
        .map_or_else(String::new, hex::encode);
    let (memo, fact) = (cell(&transfer.memo), cell(&transfer.fact));
    let mut text = String::new();
    for (account, debit, credit) in [
        (&transfer.debit_account, amount.as_str(), ""),
        (&transfer.credit_account, "", amount.as_str()),
    ] {
        let title = titles
            .get(account)
            .map_or_else(String::new, |title| cell(title));
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "{entry},{date},{},{title},{debit},{credit},{currency},{order},{memo},{fact},\
             {sequence},{hash}\r\n",
            cell(account),
        );
    }
    text
}
