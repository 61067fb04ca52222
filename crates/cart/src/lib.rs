//! What one shopper wants.
//!
//! Owns: `carts`, `cart_items`.
//! Promises: adding never loses what another tab added; a customer has one open cart; merging
//! two carts loses no unit that the shelf has, and says what was capped; a cart is priced by one
//! pure function, `quote`.
//! Never: stock that is set aside. A cart is a wish; the order reserves.

mod actions;
mod http;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{close_all, contents_of, goods_of, take_in_hand};
pub use http::routes;
pub use model::{
    Cart, CartInHand, CartItem, CartRefusal, CartState, Goods, LineProblem, Quote, QuotedLine,
    REFUSALS, limited_lines, quote,
};
