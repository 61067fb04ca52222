//! Nouns and rules of carts. `quote` prices one, purely.

mod problem;
mod refusal;

use std::collections::BTreeMap;

use catalogue::Sellable;
use chrono::{DateTime, Utc};
use customers::{ShippingAddress, Shopper, account_name};
use ids::{CartId, CartItemId, CustomerGroupId, CustomerId, ShippingMethodId, VariantId};
use inventory::{LimitedLine, Want};
use kit::rate_limit::Quota;
use money::{Currency, Money};
use terms::{Basket, BasketLine, Place, Priced, Terms};

pub use self::{
    problem::LineProblem,
    refusal::{CartRefusal, REFUSALS},
};

/// The most units of one variant in a cart.
pub(crate) const QUANTITY_MAX: i64 = 9_999;

/// The most coupons of a cart.
pub(crate) const COUPONS_MAX: usize = 5;

/// Codes that nobody knows, from one address: whoever mistypes one tries again, whoever guesses
/// waits, also with the right one.
pub(crate) const UNKNOWN_COUPONS: Quota = Quota {
    name: "unknown-coupons",
    burst: 30,
    per_seconds: 600,
};

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
    /// The group as which its customer is priced.
    pub group_id: Option<CustomerGroupId>,
    /// SHA-256 of the guest's token; `None` for a customer's.
    pub token_hash: Option<Vec<u8>>,
    /// Its amounts are in it.
    pub currency: Currency,
    /// Where it stands.
    pub state: CartState,
    /// Codes that the shopper has entered, as they are kept.
    pub coupons: Vec<String>,
    /// Where it goes, as far as the shopper has said so.
    pub shipping_address: Option<ShippingAddress>,
    /// How it gets there, if the shopper has chosen.
    pub shipping_method_id: Option<ShippingMethodId>,
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

    /// What is known of who will pay, as long as nobody has said more.
    pub(crate) fn account_names(&self) -> Vec<String> {
        self.customer_id.map(account_name).into_iter().collect()
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
    Locked(Box<Cart>, Vec<CartItem>),
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

/// Prices a cart whose goods and terms are known. Pure. It goes where `address` says, else where
/// the cart itself does; `buyers` are the names of who pays, its customer's account without them.
///
/// # Errors
/// `cart_total_too_large`.
pub fn quote(
    cart: &Cart,
    items: &[CartItem],
    (goods, terms): (&Goods, &Terms),
    address: Option<&ShippingAddress>,
    buyers: Vec<String>,
    now: DateTime<Utc>,
) -> Result<Quote, CartRefusal> {
    let priced_as = (cart.currency, cart.group_id);
    let lines = quote_lines(priced_as, items, now, |variant_id| goods.get(&variant_id))?;
    let line = |line: &QuotedLine| BasketLine {
        variant_id: line.sellable.variant_id,
        product_id: line.sellable.product_id,
        unit_minor: line.unit_price().minor(),
        quantity: line.quantity,
    };
    let address = address.or(cart.shipping_address.as_ref());
    let basket = Basket {
        currency: cart.currency,
        lines: lines.iter().map(line).collect(),
        place: address.map(|address| Place {
            country: address.country.clone(),
            region: address.region.clone(),
        }),
        method: cart.shipping_method_id,
        coupons: cart.coupons.clone(),
        buyers: match buyers.is_empty() {
            true => cart.account_names(),
            false => buyers,
        },
    };
    let price = terms::price(&basket, terms, now).ok_or(CartRefusal::TotalTooLarge)?;
    Ok(Quote {
        lines,
        subtotal: price.subtotal,
        total: price.total,
        is_place_known: basket.place.is_some(),
        price,
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
    /// Where each cent comes from; its lines are these lines.
    pub price: Priced,
    /// Whether the shopper has said where it goes; it is priced for the shop's home otherwise.
    pub is_place_known: bool,
}

/// A line, priced.
#[derive(Debug, Clone)]
pub struct QuotedLine {
    /// The line's id.
    pub item_id: CartItemId,
    /// What is sold, as it is now, at the price for this buyer and so many units.
    pub sellable: Sellable,
    /// Units.
    pub quantity: i64,
    /// Unit price × quantity.
    pub total: Money,
    /// What stands in the way of ordering it.
    pub problems: Vec<LineProblem>,
}

impl QuotedLine {
    /// What one unit costs; nothing in the cart's currency when it is priced in another.
    fn unit_price(&self) -> Money {
        if self.problems.contains(&LineProblem::OtherCurrency) {
            return self.total;
        }
        self.sellable.price
    }
}

/// Prices the lines of a cart, in its currency, as its group of customers: each with what stands in
/// its way. Pure.
///
/// # Errors
/// `cart_total_too_large` when the amounts do not fit.
pub(crate) fn quote_lines<'a>(
    (currency, group): (Currency, Option<CustomerGroupId>),
    items: &[CartItem],
    now: DateTime<Utc>,
    find: impl Fn(VariantId) -> Option<&'a Sellable>,
) -> Result<Vec<QuotedLine>, CartRefusal> {
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        let Some(found) = find(item.variant_id).cloned() else {
            continue;
        };
        let sellable = found.priced_for(group, item.quantity);
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
        let quantity = item.quantity;
        lines.push(QuotedLine {
            item_id: item.id,
            sellable,
            quantity,
            total,
            problems,
        });
    }
    Ok(lines)
}

/// The codes of both carts, each once, as many as a cart takes.
pub(crate) fn merged_coupons(ours: &[String], theirs: &[String]) -> Vec<String> {
    let mut merged = ours.to_vec();
    merged.extend(theirs.iter().filter(|code| !ours.contains(code)).cloned());
    merged.truncate(COUPONS_MAX);
    merged
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
