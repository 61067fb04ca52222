//! What placing an order needs, and why it is refused.

mod batch;
mod failure;

use admission::Ticket;
use cart::{CartRefusal, Quote};
use chrono::TimeDelta;
use customers::Shopper;
use ids::CartId;
use inventory::{Buyer, UnpaidCaps};
use kit::{Refusal, RefusalKind, Resolution};
use money::Money;
use orders::ShippingAddress;
use serde::Deserialize;
use terms::{CouponProblem, TermsRefusal};

pub(crate) use self::{
    batch::{Left, Rules, Stuck, Verdict, Wish, decide, needed},
    failure::{ATTEMPTS_MAX, Failure, Next, after},
};

/// The section `[checkout]` of the settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckoutSettings {
    /// For how long the units of an unpaid order are held, in minutes.
    pub hold_minutes: u32,
    /// How many waiting orders are placed in one transaction at the most.
    pub batch_max: usize,
    /// How many such transactions this process runs at once.
    pub committers: usize,
    /// How many orders may wait to be placed; whoever comes then is told to come again.
    pub waiting_max: usize,
    /// `[checkout.unpaid]`
    pub unpaid: UnpaidCaps,
}

impl CheckoutSettings {
    /// For how long the units of an unpaid order are held.
    #[must_use]
    pub fn hold(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.hold_minutes))
    }
}

/// A shopper's wish to order a cart.
#[derive(Debug, Clone)]
pub struct PlaceOrder {
    /// Who asks.
    pub shopper: Shopper,
    /// Which cart.
    pub cart_id: CartId,
    /// Where the receipt goes.
    pub email: String,
    /// E.164.
    pub phone: Option<String>,
    /// The language of its mails.
    pub language: String,
    /// Where the goods go.
    pub shipping_address: ShippingAddress,
    /// What the shopper asks for in words.
    pub note: String,
    /// What the shopper saw; `None` takes whatever it is.
    pub expected_total: Option<Money>,
    /// The tokens of queues that came along.
    pub tickets: Vec<Ticket>,
}

impl PlaceOrder {
    /// Who buys and where it goes, as limits know them.
    pub(crate) fn buyer(&self) -> Buyer {
        let at = &self.shipping_address;
        let parts = [&at.country, &at.region, &at.city, &at.woreda, &at.kebele];
        let parts = parts.into_iter().chain([&at.line, &at.landmark]);
        let parts: Vec<&str> = parts.map(String::as_str).collect();
        let (customer, phone) = (self.shopper.customer, self.phone.as_deref());
        Buyer::new(customer, &self.email, phone, &parts)
    }

    /// The names for which this order's uses of promotions count.
    pub(crate) fn redeemers(&self) -> Vec<String> {
        let (customer, phone) = (self.shopper.customer, self.phone.as_deref());
        customers::buyer_names(customer, &self.email, phone)
    }
}

/// The most that one payment takes, in minor units (Chapa's limit).
const TOTAL_MINOR_MAX: i64 = 999_999_999;

/// Whether a quote may become an order. Stock is left to the shelf itself, which decides under
/// its locks, and sales to their own terms.
pub(crate) fn require(quote: &Quote, expected_total: Option<Money>) -> kit::Result<()> {
    if quote.lines.is_empty() {
        return Err(CartRefusal::Empty.into());
    }
    let in_the_way: Vec<_> = quote
        .lines
        .iter()
        .flat_map(|line| {
            line.problems
                .iter()
                .map(|problem| (line.sellable.variant_id, *problem))
        })
        .filter(|(_, problem)| !problem.is_decided_later())
        .collect();
    if !in_the_way.is_empty() {
        return Err(CartRefusal::NotOrderable(in_the_way).into());
    }
    // Nobody pays more than they thought because a coupon does not count any more.
    let hindrance = |(code, problem): &(String, Option<CouponProblem>)| {
        let problem = problem.filter(|problem| problem.is_in_the_way())?;
        Some((code.clone(), problem))
    };
    let coupons: Vec<_> = quote.price.coupons.iter().filter_map(hindrance).collect();
    if !coupons.is_empty() {
        return Err(TermsRefusal::CouponNotApplicable(coupons).into());
    }
    if let Some(problem) = quote.price.delivery_problem {
        return Err(CartRefusal::NotDeliverable(problem).into());
    }
    if let Some(expected) = expected_total
        && expected != quote.total
    {
        return Err(CartRefusal::Changed {
            expected,
            actual: quote.total,
        }
        .into());
    }
    if quote.total.minor() > TOTAL_MINOR_MAX {
        return Err(CartRefusal::TotalTooLarge.into());
    }
    if quote.total.minor() <= 0 {
        return Err(CartRefusal::NothingToPay.into());
    }
    Ok(())
}

/// Why placing is refused, beyond what carts, shelves and orders refuse themselves.
#[derive(Debug)]
pub(crate) enum CheckoutRefusal {
    /// A guest without a token cannot own an order.
    NeedsShopper,
}

static NEEDS_SHOPPER: RefusalKind = RefusalKind {
    code: "shopper_required",
    status: 401,
    title: "Whose cart is it?",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Send the customer's bearer token, or the X-Shopper-Token that was given with the \
           guest's cart.",
};

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&NEEDS_SHOPPER];

impl Refusal for CheckoutRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NeedsShopper => &NEEDS_SHOPPER,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }
}
