//! Nouns of the desk: notes, entries of a timeline, lines of an export. Pure.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use ids::{NoteId, OrderId, StaffId};
use kit::csv::cell;
use money::Money;
use uuid::Uuid;

/// What a member of the staff wrote down about an order.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) id: NoteId,
    pub(crate) order_id: OrderId,
    pub(crate) staff_id: StaffId,
    pub(crate) text: String,
    pub(crate) is_for_buyer: bool,
    pub(crate) created_at: DateTime<Utc>,
}

/// Something that happened to an order.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) occurred_at: DateTime<Utc>,
    /// What it is about: `order`, `payment`, `refund`, `parcel`, `cancellation`, `return`, `note`.
    pub(crate) kind: String,
    /// What happened, in a word.
    pub(crate) what: String,
    /// In words.
    pub(crate) text: String,
    /// Who did it, where it was staff.
    pub(crate) staff_id: Option<StaffId>,
    /// The refund, the parcel and so on.
    pub(crate) subject_id: Option<Uuid>,
    pub(crate) amount: Option<Money>,
}

/// An order as a line of the export.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: OrderId,
    pub(crate) placed_at: DateTime<Utc>,
    pub(crate) number: i64,
    pub(crate) paid_at: Option<DateTime<Utc>>,
    /// Status, and how far its parcels and returns are.
    pub(crate) statuses: [String; 3],
    /// E-mail, phone, name, country, region, city, note.
    pub(crate) buyer: [String; 7],
    /// Subtotal, discount, shipping, tax, total, refunded.
    pub(crate) amounts: [Money; 6],
    pub(crate) lines_count: i64,
    pub(crate) units: i64,
}

/// The first line of an export.
pub(crate) const CSV_HEADER: &str = "number,placed_at,paid_at,status,fulfilment_status,\
     return_status,email,phone,name,country,region,city,note,currency,subtotal,discount,shipping,\
     tax,total,refunded,lines,units,id\r\n";

impl Row {
    /// The order as a line: what a spreadsheet would take for a formula is a text.
    pub(crate) fn csv_line(&self) -> String {
        let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut text = format!("{},{}", self.number, instant(self.placed_at));
        let paid_at = self.paid_at.map(instant).unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = write!(text, ",{paid_at}");
        for word in self.statuses.iter().chain(&self.buyer) {
            let _ = write!(text, ",{}", cell(word));
        }
        let currency = self.amounts.first().map(|amount| amount.currency());
        let currency = currency.map(|currency| currency.code().to_owned());
        let _ = write!(text, ",{}", currency.unwrap_or_default());
        for amount in self.amounts {
            let _ = write!(text, ",{}", amount.to_decimal());
        }
        let _ = write!(text, ",{},{},{}\r\n", self.lines_count, self.units, self.id);
        text
    }
}
