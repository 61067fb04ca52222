//! Nouns of invoices: what a document says, and who sells. Pure.

mod page;
mod pdf;
mod words;

use chrono::{DateTime, Utc};
use ids::{InvoiceId, OrderId, RefundId};
use kit::{Refusal, RefusalKind, Resolution};
use money::{Currency, Money};
use orders::{Order, OrderLine, TaxPart};
use payments::Refund;
use serde::{Deserialize, Serialize};

#[cfg(test)]
pub(crate) use self::page::pages_of;
pub(crate) use self::pdf::pdf_of;

/// What is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was sold.
    Invoice,
    /// What went back.
    CreditNote,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Invoice, Self::CreditNote]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// The number as people read it.
    pub(crate) fn label(self, number: i64) -> String {
        match self {
            Self::Invoice => format!("INV-{number:06}"),
            Self::CreditNote => format!("CN-{number:06}"),
        }
    }
}

/// Who sells; from `[shop]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerSettings {
    /// How the shop calls itself.
    pub name: String,
    /// Its taxpayer identification number; empty where it has none.
    pub tin: String,
    /// Its number as a payer of value added tax; empty where it is none.
    pub vat_number: String,
    /// Where it is, in one line.
    pub address: String,
}

/// All that a document says. Kept as JSON; a member is added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) seller: SellerSettings,
    /// Name, address, e-mail, phone; a line each.
    pub(crate) buyer: Vec<String>,
    pub(crate) order_number: i64,
    /// Of a credit note: the invoice that it is about, if there is one.
    pub(crate) invoice_number: Option<i64>,
    pub(crate) currency: String,
    pub(crate) lines: Vec<DocumentLine>,
    pub(crate) subtotal_minor: i64,
    pub(crate) discount_minor: i64,
    pub(crate) shipping_minor: i64,
    /// Each rate once: of the lines and the delivery together.
    pub(crate) taxes: Vec<DocumentTax>,
    pub(crate) total_minor: i64,
}

/// A line of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DocumentLine {
    pub(crate) sku: String,
    /// In the order's language.
    pub(crate) title: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price_minor: i64,
    pub(crate) total_minor: i64,
    /// What is taken off it.
    #[serde(default)]
    pub(crate) discount_minor: i64,
    /// Of what is left of it.
    #[serde(default)]
    pub(crate) taxes: Vec<DocumentTax>,
}

/// A tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DocumentTax {
    pub(crate) name: String,
    /// Of the price without tax, such as `15`; empty in documents from before it was kept.
    #[serde(default)]
    pub(crate) percentage: String,
    pub(crate) amount_minor: i64,
    /// Whether it is part of the prices, or comes on top of them.
    pub(crate) is_included: bool,
}

impl DocumentTax {
    fn of(part: &TaxPart, amount: Money) -> Self {
        Self {
            name: part.name.clone(),
            percentage: part.percentage.to_string(),
            amount_minor: amount.minor(),
            is_included: part.is_included,
        }
    }

    /// Its name with its rate.
    fn label(&self) -> String {
        if self.percentage.is_empty() {
            return self.name.clone();
        }
        format!("{} {} %", self.name, self.percentage)
    }
}

/// The taxes of a line, as they were agreed.
fn taxes_of_line(order: &Order, line: &OrderLine) -> Vec<DocumentTax> {
    let of_line = |part: &TaxPart| {
        let own = part
            .lines
            .iter()
            .find(|one| one.variant_id == line.variant_id)?;
        Some(DocumentTax::of(part, own.amount))
    };
    order.explanation.taxes.iter().filter_map(of_line).collect()
}

/// The taxes of an order, each rate once.
fn taxes_of(order: &Order) -> Vec<DocumentTax> {
    let mut taxes: Vec<DocumentTax> = Vec::new();
    for part in &order.explanation.taxes {
        let tax = DocumentTax::of(part, part.amount);
        let same = taxes.iter_mut().find(|one| {
            (&one.name, &one.percentage, one.is_included)
                == (&tax.name, &tax.percentage, tax.is_included)
        });
        match same {
            Some(one) => one.amount_minor += tax.amount_minor,
            None => taxes.push(tax),
        }
    }
    taxes
}

impl Document {
    /// What the invoice of a paid order says.
    pub(crate) fn of_order(seller: &SellerSettings, order: &Order, lines: &[OrderLine]) -> Self {
        let line = |line: &OrderLine| DocumentLine {
            sku: line.sku.clone(),
            title: line.title.get(&order.language).to_owned(),
            quantity: line.quantity,
            unit_price_minor: line.unit_price.minor(),
            total_minor: line.total.minor(),
            discount_minor: line.discount.minor(),
            taxes: taxes_of_line(order, line),
        };
        Self {
            seller: seller.clone(),
            buyer: buyer_of(order),
            order_number: order.number,
            invoice_number: None,
            currency: order.currency().code().to_owned(),
            lines: lines.iter().map(line).collect(),
            subtotal_minor: order.subtotal.minor(),
            discount_minor: order.discount.minor(),
            shipping_minor: order.shipping.minor(),
            taxes: taxes_of(order),
            total_minor: order.total.minor(),
        }
    }

    /// What the credit note of a refund says: the amount that is with the buyer again. Not why:
    /// the reason of a refund is for staff.
    pub(crate) fn of_refund(
        seller: &SellerSettings,
        order: &Order,
        refund: &Refund,
        invoice_number: i64,
    ) -> Self {
        Self {
            seller: seller.clone(),
            buyer: buyer_of(order),
            order_number: order.number,
            invoice_number: Some(invoice_number),
            currency: refund.amount.currency().code().to_owned(),
            lines: Vec::new(),
            subtotal_minor: refund.amount.minor(),
            discount_minor: 0,
            shipping_minor: 0,
            taxes: Vec::new(),
            total_minor: refund.amount.minor(),
        }
    }

    /// An amount of it in words.
    pub(crate) fn amount(&self, minor: i64) -> String {
        let currency: Option<Currency> = self.currency.parse().ok();
        let decimal = currency.map_or_else(
            || minor.to_string(),
            |currency| Money::new(minor, currency).to_decimal(),
        );
        format!("{} {decimal}", self.currency)
    }
}

fn buyer_of(order: &Order) -> Vec<String> {
    let to = &order.shipping_address;
    let place = [
        &to.landmark,
        &to.line,
        &to.kebele,
        &to.woreda,
        &to.city,
        &to.region,
    ];
    let place: Vec<&str> = place
        .into_iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    let lines = [
        to.name.clone(),
        place.join(", "),
        order.email.clone(),
        order.phone.clone().unwrap_or_default(),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// An invoice or a credit note.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) id: InvoiceId,
    pub(crate) kind: Kind,
    pub(crate) number: i64,
    pub(crate) order_id: OrderId,
    pub(crate) refund_id: Option<RefundId>,
    pub(crate) total: Money,
    pub(crate) document: Document,
    pub(crate) issued_at: DateTime<Utc>,
}

/// Why there is no invoice.
#[derive(Debug)]
pub enum InvoiceRefusal {
    /// No such document.
    NotFound,
    /// Only what was paid has an invoice.
    NotPaid,
}

static NOT_FOUND: RefusalKind = RefusalKind {
    code: "invoice_not_found",
    status: 404,
    title: "No such invoice",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no invoice or credit note of this order with this id.",
};

static NOT_PAID: RefusalKind = RefusalKind {
    code: "invoice_needs_payment",
    status: 409,
    title: "The order is not paid",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "An invoice is issued once its order is paid. It is made by itself then.",
};

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&NOT_FOUND, &NOT_PAID];

impl Refusal for InvoiceRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::NotPaid => &NOT_PAID,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }
}
