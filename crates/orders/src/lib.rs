//! What was agreed: orders, copied from the cart and kept for ever.
//!
//! Owns: `orders`, `order_lines`, `order_line_parts`, `order_history`, `order_numbers`.
//! Promises: the total is the sum of its parts; a cart becomes one order at the most; numbers
//! have no gaps; each change of status is legal, has its reason and is announced; no more of an
//! order goes back than was paid.
//! Never: a stock level, a call to a payment provider.

mod actions;
mod events;
mod http;
mod model;
mod store;

pub use customers::ShippingAddress;
pub use terms::{Explanation, TaxPart};

pub use actions::{
    cancel, draw_numbers, expire, extend, get_view, mark_paid, record, record_credit,
    record_fulfilment, record_refund, record_return, views_of, views_of_carts,
};
pub use events::{OrderCancelled, OrderExpired, OrderPaid, OrderPlaced};
pub use http::{OrderView, routes};
pub use model::{
    FulfilmentStatus, LinePart, NewOrder, NewOrderLine, Order, OrderCharges, OrderLine,
    OrderPaymentStatus, OrderRefusal, OrderStatus, REFUSALS, ReturnStatus,
};
pub use store::{find_order, list_lines, lock_order};
