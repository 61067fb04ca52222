//! Nouns and rules of carts. `quote` prices one, purely.

mod refusal;

use std::collections::BTreeMap;

use catalogue::Sellable;
use chrono::{DateTime, SecondsFormat, Utc};
use customers::Shopper;
use ids::{CartId, CartItemId, CustomerId, VariantId};
use inventory::{LimitedLine, Want};
use money::{Currency, Money};
use sales::SaleRefusal;

pub use self::refusal::{CartRefusal, REFUSALS};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartItem {
    /// Its id.
    pub id: CartItemId,
    /// What is wanted.
    pub variant_id: VariantId,
    /// Units.
    pub quantity: i64,
    /// What one unit of it is made of, where that was asked for; nothing: of itself.
    pub parts: Vec<Want>,
}

impl CartItem {
    /// What it takes of shelves.
    #[must_use]
    pub fn wants(&self) -> Vec<Want> {
        let itself = Want {
            variant_id: self.variant_id,
            quantity: self.quantity,
        };
        let part = |part: &Want| Want {
            quantity: part.quantity.saturating_mul(self.quantity),
            ..*part
        };
        match self.parts.is_empty() {
            true => vec![itself],
            false => self.parts.iter().map(part).collect(),
        }
    }
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

/// The lines of a cart as limits see them: variants, and parts of bundles with them.
#[must_use]
pub fn limited_lines<'a>(items: &[CartItem], goods: &'a Goods) -> Vec<LimitedLine<'a>> {
    let mut units: BTreeMap<VariantId, i64> = BTreeMap::new();
    for item in items {
        *units.entry(item.variant_id).or_default() += item.quantity;
        for part in item.wants() {
            if part.variant_id != item.variant_id {
                *units.entry(part.variant_id).or_default() += part.quantity;
            }
        }
    }
    let line = |(variant_id, quantity): (VariantId, i64)| {
        Some(LimitedLine {
            variant_id,
            quantity,
            limits: &goods.get(&variant_id)?.limits,
        })
    };
    units.into_iter().filter_map(line).collect()
}

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
    /// More than one order or one buyer may have.
    LimitExceeded {
        /// Units that may still be ordered.
        allowed: i64,
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

    /// Whether the shelf, a limit or a sale speaks, each of which decides again under its locks
    /// when the cart is ordered.
    #[must_use]
    pub const fn is_decided_later(self) -> bool {
        matches!(
            self,
            Self::InsufficientStock { .. }
                | Self::LimitExceeded { .. }
                | Self::SaleNotStarted { .. }
                | Self::SaleEnded
        )
    }

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InsufficientStock { .. } => "insufficient_stock",
            Self::LimitExceeded { .. } => "limit_exceeded",
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
            Self::LimitExceeded { allowed: 0 } => {
                "No more of it can be ordered by one buyer.".to_owned()
            }
            Self::LimitExceeded { allowed } => format!("Only {allowed} may be ordered."),
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
        problems.extend(over_limit(&sellable, item.quantity, None));
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

/// What a limit has against a line; `left` is what its buyer may still have, where that is known.
fn over_limit(sellable: &Sellable, quantity: i64, left: Option<i64>) -> Option<LineProblem> {
    let limits = &sellable.limits;
    let all = [limits.per_order_max, limits.per_customer_max, left];
    let allowed = all.into_iter().flatten().min()?;
    (quantity > allowed).then_some(LineProblem::LimitExceeded { allowed })
}

impl Quote {
    /// Says of each line what limits have against it, now that it is known what the buyer may
    /// still have of a variant.
    pub(crate) fn limit_by(&mut self, left: impl Fn(VariantId) -> Option<i64>) {
        for line in &mut self.lines {
            let is_limit =
                |problem: &LineProblem| matches!(problem, LineProblem::LimitExceeded { .. });
            line.problems.retain(|problem| !is_limit(problem));
            let left = left(line.sellable.variant_id);
            let problem = over_limit(&line.sellable, line.quantity, left);
            line.problems.extend(problem);
        }
    }
}

/// What two quantities of one variant become in one cart: their sum, as far as the shelf has it,
/// but never less than what either cart had. Nothing that was wished for gets lost.
pub(crate) fn merged_quantity(ours: i64, theirs: i64, available: i64) -> i64 {
    let kept = available.max(ours).max(theirs);
    ours.saturating_add(theirs).min(kept).min(QUANTITY_MAX)
}
