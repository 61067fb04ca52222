//! The story of an order: lock the cart, price it, reserve, record, close.

use cart::{Cart, CartRefusal, CartState, Quote};
use chrono::{DateTime, Utc};
use ids::{OrderId, OrderLineId};
use inventory::Want;
use kit::{
    Result, Tx,
    jobs::{self, NewJob},
};
use orders::{NewOrder, NewOrderLine, OrderLine, OrderStatus};

use crate::{
    jobs::ExpireOrder,
    model::{CheckoutRefusal, CheckoutSettings, PlaceOrder, require},
};

/// What the end of an order's time came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// It is gone.
    LetGo,
    /// It was paid, or gone before.
    Over,
    /// It waits longer: until then.
    NotBefore(DateTime<Utc>),
}

/// What placing came to.
pub(crate) enum Placed {
    /// A new order.
    New(OrderId),
    /// The cart was ordered before: a second click.
    Before(OrderId),
}

/// Places an order, all or nothing. Locks the cart, then the shelves in the order of their ids,
/// then the counter of order numbers.
pub(crate) async fn place(
    tx: &Tx,
    command: &PlaceOrder,
    settings: &CheckoutSettings,
    now: DateTime<Utc>,
) -> Result<Placed> {
    if command.shopper.customer.is_none() && command.shopper.token_hash.is_none() {
        return Err(CheckoutRefusal::NeedsShopper.into());
    }
    let cart = cart::lock_cart(tx, command.cart_id).await?;
    let cart = cart.filter(|cart| cart.belongs_to(&command.shopper));
    let cart = cart.ok_or(CartRefusal::NotFound)?;
    match cart.state {
        CartState::Open => {}
        CartState::Merged => return Err(CartRefusal::Closed.into()),
        CartState::Ordered => return ordered_before(tx, &cart).await,
    }
    let quote = cart::quote_of(tx, &cart).await?;
    let wants = require(&quote, command.expected_total)?;
    let order = new_order(command, &cart, quote, now + settings.hold(), now);
    reserve(tx, &order, &wants, now).await?;
    orders::record(tx, &order).await?;
    let expiry = ExpireOrder { order_id: order.id };
    jobs::insert(tx, &NewJob::at(&expiry, order.expires_at)?, now).await?;
    cart::close(tx, &cart, now).await?;
    Ok(Placed::New(order.id))
}

async fn reserve(tx: &Tx, order: &NewOrder, wants: &[Want], now: DateTime<Utc>) -> Result<()> {
    inventory::reserve(tx, order.id, wants, order.expires_at, now).await
}

async fn ordered_before(tx: &Tx, cart: &Cart) -> Result<Placed> {
    let order = orders::find_order_of_cart(tx, cart.id).await?;
    Ok(Placed::Before(order.ok_or(CartRefusal::Closed)?.id))
}

fn new_order(
    command: &PlaceOrder,
    cart: &Cart,
    quote: Quote,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> NewOrder {
    let line = |line: cart::QuotedLine| NewOrderLine {
        id: OrderLineId::generate(now),
        line: OrderLine {
            variant_id: line.sellable.variant_id,
            product_id: line.sellable.product_id,
            sku: line.sellable.sku,
            title: line.sellable.title,
            options: line.sellable.options,
            unit_price: line.sellable.price,
            quantity: line.quantity,
            total: line.total,
        },
    };
    NewOrder {
        id: OrderId::generate(now),
        cart_id: cart.id,
        customer_id: cart.customer_id,
        token_hash: cart.token_hash.clone(),
        email: command.email.clone(),
        phone: command.phone.clone(),
        language: command.language.clone(),
        shipping_address: command.shipping_address.clone(),
        note: command.note.clone(),
        total: quote.total,
        lines: quote.lines.into_iter().map(line).collect(),
        placed_at: now,
        expires_at,
    }
}

/// Lets an order go that nobody paid: its status, its open payment attempts, its units. An order
/// that is paid or gone stays as it is, and so does one that may wait longer than it might once.
pub(crate) async fn expire(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<Expiry> {
    let order = orders::lock_order(tx, order_id).await?;
    let Some(order) = order.filter(|order| order.status == OrderStatus::PendingPayment) else {
        return Ok(Expiry::Over);
    };
    if now < order.expires_at {
        return Ok(Expiry::NotBefore(order.expires_at));
    }
    payments::expire_attempts(tx, order_id, now).await?;
    orders::expire(tx, &order, now).await?;
    inventory::release(tx, order_id, now).await?;
    Ok(Expiry::LetGo)
}
