//! Nouns and rules of carts. `quote` prices one, purely.

use std::collections::BTreeMap;

use catalogue::Sellable;
use chrono::{DateTime, SecondsFormat, Utc};
use customers::Shopper;
use ids::{CartId, CartItemId, CustomerId, VariantId};
use kit::{Refusal, RefusalKind, Resolution, error::RefusedPart};
use money::{Currency, Money, MoneyError};
use sales::SaleRefusal;
use serde_json::json;

/// The most units of one variant in a cart.
pub(crate) const QUANTITY_MAX: i64 = 9_999;

/// The most lines in a cart.
pub(crate) const LINES_MAX: usize = 500;

/// Where a cart stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CartState {
    /// In use.
    Open,
    /// Became an order.
    Ordered,
    /// Its lines went into another cart.
    Merged,
}

impl CartState {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "ordered" => Some(Self::Ordered),
            "merged" => Some(Self::Merged),
            _ => None,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ordered => "ordered",
            Self::Merged => "merged",
        }
    }
}

/// A cart without its lines.
#[derive(Debug, Clone)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// Whose it is; `None` for a guest's.
    pub customer_id: Option<CustomerId>,
    /// SHA-256 of the guest's token; `None` for a customer's.
    pub token_hash: Option<Vec<u8>>,
    /// Its amounts are in it.
    pub currency: Currency,
    /// Where it stands.
    pub state: CartState,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Cart {
    /// Whether it is this shopper's: by customer, or by the guest's token.
    #[must_use]
    pub fn belongs_to(&self, shopper: &Shopper) -> bool {
        match self.customer_id {
            Some(owner) => shopper.customer == Some(owner),
            None => self.token_hash.is_some() && shopper.token_hash == self.token_hash,
        }
    }
}

/// A line as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CartItem {
    /// Its id.
    pub id: CartItemId,
    /// What is wanted.
    pub variant_id: VariantId,
    /// Units.
    pub quantity: i64,
}

/// A cart that a transaction wants to itself.
#[derive(Debug, Clone)]
pub enum CartInHand {
    /// Somebody else has it at the moment.
    Held,
    /// It stays as it is until the end of the transaction.
    Locked(Cart, Vec<CartItem>),
}

/// What the lines of some carts are about, as it is sold now.
pub type Goods = BTreeMap<VariantId, Sellable>;

/// Prices a cart whose goods are known. Pure.
///
/// # Errors
/// `cart_total_too_large`.
pub fn quote(
    cart: &Cart,
    items: &[CartItem],
    goods: &Goods,
    now: DateTime<Utc>,
) -> Result<Quote, CartRefusal> {
    quote_lines(cart.currency, items, now, |variant_id| {
        goods.get(&variant_id)
    })
}

/// A cart, priced.
#[derive(Debug, Clone)]
pub struct Quote {
    /// Its lines, in the order in which they were added.
    pub lines: Vec<QuotedLine>,
    /// Sum of the lines.
    pub subtotal: Money,
    /// What is to be paid.
    pub total: Money,
}

/// A line, priced.
#[derive(Debug, Clone)]
pub struct QuotedLine {
    /// The line's id.
    pub item_id: CartItemId,
    /// What is sold, as it is now.
    pub sellable: Sellable,
    /// Units.
    pub quantity: i64,
    /// Unit price × quantity.
    pub total: Money,
    /// What stands in the way of ordering it.
    pub problems: Vec<LineProblem>,
}

/// What stands in the way of ordering a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineProblem {
    /// Less is available than wanted.
    InsufficientStock {
        /// Units that can be had.
        available: i64,
    },
    /// It is not for sale any more.
    Unpublished,
    /// It is priced in another currency than the cart.
    OtherCurrency,
    /// Its sale has not started.
    SaleNotStarted {
        /// From when it can be ordered.
        starts_at: DateTime<Utc>,
    },
    /// Its sale is over.
    SaleEnded,
}

impl LineProblem {
    const fn of_sale(refusal: &SaleRefusal) -> Self {
        match refusal {
            SaleRefusal::NotStarted { starts_at, .. } => Self::SaleNotStarted {
                starts_at: *starts_at,
            },
            _ => Self::SaleEnded,
        }
    }

    /// Whether the shelf or a sale speaks, each of which decides again under its locks when the
    /// cart is ordered.
    #[must_use]
    pub const fn is_decided_later(self) -> bool {
        matches!(
            self,
            Self::InsufficientStock { .. } | Self::SaleNotStarted { .. } | Self::SaleEnded
        )
    }

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InsufficientStock { .. } => "insufficient_stock",
            Self::Unpublished => "unpublished",
            Self::OtherCurrency => "other_currency",
            Self::SaleNotStarted { .. } => "sale_not_started",
            Self::SaleEnded => "sale_ended",
        }
    }

    /// What to tell the shopper.
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::InsufficientStock { available: 0 } => "It is sold out.".to_owned(),
            Self::InsufficientStock { available } => format!("Only {available} can be had."),
            Self::Unpublished => "It is not for sale any more.".to_owned(),
            Self::OtherCurrency => "It is priced in another currency than the cart.".to_owned(),
            Self::SaleNotStarted { starts_at } => {
                let at = starts_at.to_rfc3339_opts(SecondsFormat::Secs, true);
                format!("It can be ordered from {at} on.")
            }
            Self::SaleEnded => "Its sale is over.".to_owned(),
        }
    }
}

/// Prices a cart: each line with what stands in its way, and the total. Pure.
///
/// # Errors
/// `cart_total_too_large` when the amounts do not fit.
pub(crate) fn quote_lines<'a>(
    currency: Currency,
    items: &[CartItem],
    now: DateTime<Utc>,
    find: impl Fn(VariantId) -> Option<&'a Sellable>,
) -> Result<Quote, CartRefusal> {
    let mut lines = Vec::with_capacity(items.len());
    let mut subtotal = Money::zero(currency);
    for item in items {
        let Some(sellable) = find(item.variant_id).cloned() else {
            continue;
        };
        let mut problems = Vec::new();
        if !sellable.is_for_sale {
            problems.push(LineProblem::Unpublished);
        }
        if let Some(terms) = &sellable.sale
            && let Err(refusal) = terms.check(item.variant_id, now)
        {
            problems.push(LineProblem::of_sale(&refusal));
        }
        if item.quantity > sellable.available {
            let available = sellable.available.max(0);
            problems.push(LineProblem::InsufficientStock { available });
        }
        let total = if sellable.price.currency() == currency {
            sellable.price.checked_mul(item.quantity)?
        } else {
            problems.push(LineProblem::OtherCurrency);
            Money::zero(currency)
        };
        subtotal = subtotal.checked_add(total)?;
        let quantity = item.quantity;
        lines.push(QuotedLine {
            item_id: item.id,
            sellable,
            quantity,
            total,
            problems,
        });
    }
    Ok(Quote {
        lines,
        subtotal,
        total: subtotal,
    })
}

/// What two quantities of one variant become in one cart: their sum, as far as the shelf has it,
/// but never less than what either cart had. Nothing that was wished for gets lost.
pub(crate) fn merged_quantity(ours: i64, theirs: i64, available: i64) -> i64 {
    let kept = available.max(ours).max(theirs);
    ours.saturating_add(theirs).min(kept).min(QUANTITY_MAX)
}

/// Why a cart says no.
#[derive(Debug)]
pub enum CartRefusal {
    /// Not there, or somebody else's.
    NotFound,
    /// No such line.
    ItemNotFound,
    /// It was ordered or merged.
    Closed,
    /// Nothing in it.
    Empty,
    /// Too many lines.
    Full,
    /// A variant that is not for sale.
    NotForSale,
    /// A line is in the way of ordering.
    NotOrderable(Vec<(VariantId, LineProblem)>),
    /// The quote has changed since the shopper saw it.
    Changed {
        /// What the shopper expected to pay.
        expected: Money,
        /// What it would be now.
        actual: Money,
    },
    /// More than can be paid at once.
    TotalTooLarge,
    /// Merging needs a customer.
    NeedsCustomer,
}

impl From<MoneyError> for CartRefusal {
    fn from(_: MoneyError) -> Self {
        Self::TotalTooLarge
    }
}

macro_rules! kinds {
    ($($name:ident $code:literal $status:literal $resolution:ident $title:literal
       $help:literal)*) => {
        $(static $name: RefusalKind = RefusalKind {
            code: $code, status: $status, title: $title, is_retryable: false,
            resolution: Resolution::$resolution, help: $help,
        };)*
        /// Every refusal of this capability, for the registry.
        pub static REFUSALS: &[&RefusalKind] = &[$(&$name),*];
    };
}

kinds! {
    NOT_FOUND "cart_not_found" 404 Final "No such cart"
        "There is no cart of yours with this id. A guest's cart needs the X-Shopper-Token that \
         was given when it was created."
    ITEM_NOT_FOUND "cart_item_not_found" 404 Final "No such line"
        "The cart has no line with this id. Read the cart again."
    CLOSED "cart_closed" 409 Final "The cart is closed"
        "The cart has become an order or was merged into another cart. Create a new one."
    EMPTY "cart_empty" 409 RequiresBuyerInput "The cart is empty"
        "An order has at least one line: add something to the cart first."
    FULL "cart_full" 409 RequiresBuyerInput "The cart is full"
        "A cart has at most 500 lines. Order what is in it, or take lines out."
    NOT_FOR_SALE "not_for_sale" 409 RequiresBuyerInput "Not for sale"
        "There is no such variant for sale. It may have been taken out of the shop."
    NOT_ORDERABLE "cart_not_orderable" 409 RequiresBuyerInput "A line cannot be ordered"
        "Each entry of errors names a variant and what stands in its way. Take the line out."
    CHANGED "cart_changed" 409 RequiresBuyerInput "The total has changed"
        "The total is not what expected_total says. meta has both; show the shopper the new \
         total and place the order with it."
    TOTAL_TOO_LARGE "cart_total_too_large" 409 RequiresBuyerInput "More than can be paid at once"
        "One payment takes at most 9,999,999.99. Order in parts."
    NEEDS_CUSTOMER "cart_merge_needs_customer" 401 Recoverable "Sign in to merge"
        "Merging takes a guest's cart into the cart of the customer who is signed in. Send the \
         customer's bearer token and the guest's X-Shopper-Token."
}

impl Refusal for CartRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::ItemNotFound => &ITEM_NOT_FOUND,
            Self::Closed => &CLOSED,
            Self::Empty => &EMPTY,
            Self::Full => &FULL,
            Self::NotForSale => &NOT_FOR_SALE,
            Self::NotOrderable(_) => &NOT_ORDERABLE,
            Self::Changed { .. } => &CHANGED,
            Self::TotalTooLarge => &TOTAL_TOO_LARGE,
            Self::NeedsCustomer => &NEEDS_CUSTOMER,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Changed { expected, actual } => {
                format!("The total is now {actual}, not {expected}. Show it and order again.")
            }
            _ => self.kind().help.to_owned(),
        }
    }

    fn parts(&self) -> Vec<RefusedPart> {
        let Self::NotOrderable(lines) = self else {
            return Vec::new();
        };
        lines
            .iter()
            .map(|(variant_id, problem)| RefusedPart {
                pointer: format!("/variants/{variant_id}"),
                code: problem.code(),
                message: problem.message(),
                meta: Some(json!({ "variant_id": variant_id })),
            })
            .collect()
    }

    fn facts(&self) -> Option<serde_json::Value> {
        match self {
            Self::Changed { expected, actual } => {
                Some(json!({ "expected_total": expected, "total": actual }))
            }
            _ => None,
        }
    }
}
