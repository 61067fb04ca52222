//! Why a cart says no, and what to do about it.

use ids::VariantId;
use kit::{Refusal, RefusalKind, error::RefusedPart};
use money::{Money, MoneyError};
use serde_json::json;
use terms::DeliveryProblem;

use super::LineProblem;

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
    /// The same, where nothing is to be paid.
    NothingToPay,
    /// It cannot be brought to where it is to go.
    NotDeliverable(DeliveryProblem),
    /// As many coupons as a cart takes.
    TooManyCoupons,
    /// The cart does not have this coupon.
    CouponNotFound,
}

impl From<MoneyError> for CartRefusal {
    fn from(_: MoneyError) -> Self {
        Self::TotalTooLarge
    }
}

kit::refusal_kinds! {
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
    NOTHING_TO_PAY "nothing_to_pay" 409 RequiresBuyerInput "Nothing is to be paid"
        "An order has something to pay. Take a coupon out, or add something to the cart."
    NOT_DELIVERABLE "not_deliverable" 409 RequiresBuyerInput "The shop does not deliver there"
        "No delivery takes these goods to this region. Choose another address, or fewer goods if \
         they are heavy."
    METHOD_NOT_AVAILABLE "shipping_method_not_available" 409 RequiresBuyerInput
        "The delivery that was chosen is not for this cart"
        "Read the quote for the address again and choose one of its shipping_methods."
    TOO_MANY_COUPONS "too_many_coupons" 409 RequiresBuyerInput "The cart has coupons enough"
        "A cart takes at most 5 coupons. Take one out first."
    COUPON_NOT_FOUND "coupon_not_found" 404 Final "The cart does not have this coupon"
        "Read the cart again: its coupons are listed with what they come to."
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
            Self::NothingToPay => &NOTHING_TO_PAY,
            Self::NotDeliverable(DeliveryProblem::Nowhere) => &NOT_DELIVERABLE,
            Self::NotDeliverable(DeliveryProblem::NotThisMethod) => &METHOD_NOT_AVAILABLE,
            Self::TooManyCoupons => &TOO_MANY_COUPONS,
            Self::CouponNotFound => &COUPON_NOT_FOUND,
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
