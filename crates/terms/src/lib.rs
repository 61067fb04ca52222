//! What a purchase costs beyond its goods: taxes, deliveries, promotions.
//!
//! Owns: `terms`, `variant_terms`, `promotions`, `promotion_uses`, `promotion_redemptions`.
//! Promises: a cart is priced by one pure function, `price`, in whole minor units; what is shared
//! out adds up; a promotion is had by no more orders, and by no more of one buyer, than it says,
//! also by those that come back.
//! Never: a price of goods, a float, an order.

mod actions;
mod http;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{Redemption, open_promotion, redeem, release, resume, set_taxes};
pub use http::routes;
pub use model::{
    Basket, BasketLine, CouponProblem, DeliveryPart, DeliveryProblem, Discount, DiscountPart,
    Effect, Explanation, GoodsTerms, LineShare, MethodKind, Offer, Percentage, Place, PriceStep,
    Priced, PricedLine, Promotion, REFUSALS, Selection, ShippingMethod, ShippingTerms, Tax,
    TaxPart, TaxRate, TaxTerms, Terms, TermsRefusal, Zone, code_of, price,
};
pub use store::load;
