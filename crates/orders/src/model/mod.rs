//! Nouns and rules of orders.

mod statuses;

use catalogue::Texts;
use chrono::{DateTime, Utc};
use customers::{Caller, ShippingAddress};
use ids::{CartId, CustomerId, OrderId, OrderLineId, ProductId, VariantId};
use kit::{Refusal, RefusalKind, Resolution};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use terms::Explanation;
use utoipa::ToSchema;

pub use self::statuses::{FulfilmentStatus, ReturnStatus};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// Placed; its units are held until it expires.
    PendingPayment,
    /// Paid; its units have left the shelf.
    Paid,
    /// Called off before anything of it was shipped.
    Cancelled,
    /// Not paid in time; its units are back for sale.
    Expired,
}

impl OrderStatus {
    const ALL: [Self; 4] = [
        Self::PendingPayment,
        Self::Paid,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingPayment => "pending_payment",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether an order may go from this status to the other. Only time lets an order expire, so
    /// money that comes late may bring it back; whom somebody cancelled stays cancelled.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (
                Self::PendingPayment,
                Self::Paid | Self::Cancelled | Self::Expired
            ) | (Self::Expired, Self::Paid)
                | (Self::Paid, Self::Cancelled)
        )
    }
}

/// How the money of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderPaymentStatus {
    /// Nothing has paid it.
    Unpaid,
    /// Paid in full, and nothing went back.
    Paid,
    /// A part of what was paid went back.
    PartiallyRefunded,
    /// All that was paid went back.
    Refunded,
}

/// An order.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Short and gap-free, for people.
    pub number: i64,
    /// The cart that it came from.
    pub cart_id: CartId,
    /// Whose it is; `None` for a guest's.
    pub customer_id: Option<CustomerId>,
    /// SHA-256 of the guest's token; `None` for a customer's.
    pub token_hash: Option<Vec<u8>>,
    /// Where the receipt goes.
    pub email: String,
    /// E.164.
    pub phone: Option<String>,
    /// The language of its mails.
    pub language: String,
    /// Where the goods go.
    pub shipping_address: ShippingAddress,
    /// What the shopper asked for in words.
    pub note: String,
    /// Sum of the lines.
    pub subtotal: Money,
    /// What is taken off.
    pub discount: Money,
    /// What the delivery costs.
    pub shipping: Money,
    /// Tax on top of prices; nothing where prices include it.
    pub tax: Money,
    /// What is paid: subtotal − discount + shipping + tax.
    pub total: Money,
    /// What is taken off the delivery; `shipping` is what is left of it.
    pub shipping_discount: Money,
    /// The delivery's part of `tax`.
    pub shipping_tax: Money,
    /// Tax that is in the prices.
    pub tax_included: Money,
    /// Whether prices have their tax in them.
    pub prices_include_tax: bool,
    /// Where each cent comes from, as it was.
    pub explanation: Explanation,
    /// Where it stands.
    pub status: OrderStatus,
    /// How far its parcels are.
    pub fulfilment_status: FulfilmentStatus,
    /// Whether something of it comes back.
    pub return_status: ReturnStatus,
    /// Rises with each change.
    pub version: i64,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// Until when its units are held unpaid.
    pub expires_at: DateTime<Utc>,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// What of the total went back to the buyer.
    pub refunded: Money,
    /// What of the total is set aside, or paid, with gift cards and store credit.
    pub credit: Money,
}

impl Order {
    /// What is to be paid beside credit.
    #[must_use]
    pub const fn due(&self) -> Money {
        let minor = self.total.minor() - self.credit.minor();
        Money::new(minor, self.total.currency())
    }

    /// How its money stands: by what was paid and what went back.
    #[must_use]
    pub fn payment_status(&self) -> OrderPaymentStatus {
        if self.paid_at.is_none() {
            OrderPaymentStatus::Unpaid
        } else if self.refunded.minor() == 0 {
            OrderPaymentStatus::Paid
        } else if self.refunded.minor() < self.total.minor() {
            OrderPaymentStatus::PartiallyRefunded
        } else {
            OrderPaymentStatus::Refunded
        }
    }

    /// Whether the caller may see it: its customer, the guest with its token, staff with the right.
    #[must_use]
    pub fn is_visible_to(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Staff(_) => true,
            Caller::Customer(id) => self.customer_id == Some(*id),
            Caller::Guest(hash) => self.token_hash.as_ref() == Some(hash),
            Caller::Anonymous => false,
        }
    }

    /// The currency of all its amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.total.currency()
    }
}

/// Units of a variant that one unit of a line was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinePart {
    /// The part.
    pub variant_id: VariantId,
    /// Units of it in one unit of the line.
    pub quantity: i64,
}

/// A line of an order, as it was agreed.
#[derive(Debug, Clone)]
pub struct OrderLine {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// As it was.
    pub sku: String,
    /// As it read, per language.
    pub title: Texts,
    /// Name and label of each option, per language.
    pub options: Vec<(Texts, Texts)>,
    /// What one unit cost.
    pub unit_price: Money,
    /// Units.
    pub quantity: i64,
    /// Units of these that were not there when it was ordered.
    pub backordered: i64,
    /// When these were expected.
    pub expected_at: Option<DateTime<Utc>>,
    /// What one unit of it was made of; nothing: of itself.
    pub parts: Vec<LinePart>,
    /// Unit price × quantity.
    pub total: Money,
    /// What is taken off it.
    pub discount: Money,
    /// Tax on top of it.
    pub tax: Money,
    /// Tax inside of it.
    pub tax_included: Money,
}

impl OrderLine {
    /// What is paid for it: its price without its discount, with its tax.
    #[must_use]
    pub const fn paid(&self) -> Money {
        let minor = self.total.minor() - self.discount.minor() + self.tax.minor();
        Money::new(minor, self.total.currency())
    }
}

/// What is added to the goods of an order and taken off them.
#[derive(Debug, Clone)]
pub struct OrderCharges {
    /// What the lines cost before discounts.
    pub subtotal: Money,
    /// What is taken off them.
    pub discount: Money,
    /// What the delivery costs, after what is taken off it.
    pub shipping: Money,
    /// What is taken off the delivery.
    pub shipping_discount: Money,
    /// Tax on top of prices, the delivery's included.
    pub tax: Money,
    /// The delivery's part of it.
    pub shipping_tax: Money,
    /// Tax that is in the prices.
    pub tax_included: Money,
    /// Whether prices have their tax in them.
    pub prices_include_tax: bool,
    /// Where each cent comes from.
    pub explanation: Explanation,
}

/// An order that is to be recorded.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Its id.
    pub id: OrderId,
    /// The cart that it comes from.
    pub cart_id: CartId,
    /// Whose it is; `None` for a guest's.
    pub customer_id: Option<CustomerId>,
    /// SHA-256 of the guest's token; `None` for a customer's.
    pub token_hash: Option<Vec<u8>>,
    /// Where the receipt goes.
    pub email: String,
    /// E.164.
    pub phone: Option<String>,
    /// The language of its mails.
    pub language: String,
    /// Where the goods go.
    pub shipping_address: ShippingAddress,
    /// What the shopper asked for in words.
    pub note: String,
    /// What is to be paid.
    pub total: Money,
    /// What it is made of beside the lines.
    pub charges: OrderCharges,
    /// Lines, in order.
    pub lines: Vec<NewOrderLine>,
}

impl NewOrder {
    /// The order that is read back once this one is recorded.
    pub(crate) fn placed(
        &self,
        number: i64,
        placed_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Order {
        let charges = &self.charges;
        Order {
            id: self.id,
            number,
            cart_id: self.cart_id,
            customer_id: self.customer_id,
            token_hash: self.token_hash.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            language: self.language.clone(),
            shipping_address: self.shipping_address.clone(),
            note: self.note.clone(),
            subtotal: charges.subtotal,
            discount: charges.discount,
            shipping: charges.shipping,
            tax: charges.tax,
            total: self.total,
            shipping_discount: charges.shipping_discount,
            shipping_tax: charges.shipping_tax,
            tax_included: charges.tax_included,
            prices_include_tax: charges.prices_include_tax,
            explanation: charges.explanation.clone(),
            status: OrderStatus::PendingPayment,
            fulfilment_status: FulfilmentStatus::Unfulfilled,
            return_status: ReturnStatus::None,
            version: 1,
            placed_at,
            expires_at,
            paid_at: None,
            refunded: Money::zero(self.total.currency()),
            credit: Money::zero(self.total.currency()),
        }
    }
}

/// A line that is to be recorded.
#[derive(Debug, Clone)]
pub struct NewOrderLine {
    /// Its id.
    pub id: OrderLineId,
    /// What was agreed.
    pub line: OrderLine,
}

/// Why an order says no.
#[derive(Debug)]
pub enum OrderRefusal {
    /// Not there, or somebody else's.
    NotFound,
    /// The status does not allow it.
    Illegal {
        /// Where the order stands.
        from: OrderStatus,
        /// Where it was to go.
        to: OrderStatus,
    },
}

static NOT_FOUND: RefusalKind = RefusalKind {
    code: "order_not_found",
    status: 404,
    title: "No such order",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no order of yours with this id. A guest's order needs the X-Shopper-Token \
           that came with its cart.",
};

static ILLEGAL: RefusalKind = RefusalKind {
    code: "order_status_conflict",
    status: 409,
    title: "The order's status does not allow it",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "The order has already been paid, cancelled or expired. Read it again to see where it \
           stands.",
};

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&NOT_FOUND, &ILLEGAL];

impl Refusal for OrderRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::Illegal { .. } => &ILLEGAL,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotFound => NOT_FOUND.help.to_owned(),
            Self::Illegal { from, to } => {
                format!(
                    "The order is {}; it cannot become {}.",
                    from.as_str(),
                    to.as_str()
                )
            }
        }
    }
}
