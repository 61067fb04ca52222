//! Verbs of carts: create, add, change, remove, merge, close.

mod terms_of;

use std::collections::BTreeMap;

use catalogue::Sellable;
use chrono::{DateTime, Utc};
use customers::Shopper;
use ids::{CartId, CartItemId, CustomerGroupId, CustomerId, VariantId};
use inventory::{InventoryRefusal, Shortage};
use kit::{Conn, Error, Result, Tx, db::try_join};
use money::Currency;

pub(crate) use self::terms_of::{add_coupon, remove_coupon, set_delivery};
use crate::{
    model::{
        Cart, CartInHand, CartItem, CartRefusal, CartState, Goods, LINES_MAX, QUANTITY_MAX, Quote,
        limited_lines, merged_coupons, merged_quantity, quote,
    },
    store,
};

/// How often an open cart may close between being in the way and being found.
const FINDS_MAX: usize = 10;

/// Makes a cart for the owner; a customer's open cart is found rather than doubled.
pub(crate) async fn create(
    tx: &Tx,
    customer_id: Option<CustomerId>,
    token_hash: Option<Vec<u8>>,
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<(Cart, bool)> {
    let token_hash = if customer_id.is_some() {
        None
    } else {
        token_hash
    };
    let cart = Cart {
        id: CartId::generate(now),
        customer_id,
        group_id: None,
        token_hash,
        currency,
        state: CartState::Open,
        coupons: Vec::new(),
        shipping_address: None,
        shipping_method_id: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    for _ in 0..FINDS_MAX {
        if store::insert_cart(tx, &cart).await? {
            return Ok((cart, true));
        }
        let owner = customer_id.ok_or_else(|| Error::fault("a guest's cart was not written"))?;
        if let Some(found) = store::find_open_cart(tx, owner).await? {
            return Ok((found, false));
        }
        // The one that was in the way has become an order since.
    }
    Err(Error::fault(
        "a customer's carts close faster than one can be found",
    ))
}

/// The shopper's cart, read.
///
/// # Errors
/// `cart_not_found`, also for somebody else's.
pub(crate) async fn load(conn: &Conn, id: CartId, shopper: &Shopper) -> Result<Cart> {
    owned(store::find_cart(conn, id).await?, shopper)
}

/// The shopper's open cart, locked.
pub(crate) async fn lock_open(tx: &Tx, id: CartId, shopper: &Shopper) -> Result<Cart> {
    let cart = owned(store::lock_cart(tx, id).await?, shopper)?;
    if cart.state != CartState::Open {
        return Err(CartRefusal::Closed.into());
    }
    Ok(cart)
}

fn owned(cart: Option<Cart>, shopper: &Shopper) -> Result<Cart> {
    let owned = cart.filter(|cart| cart.belongs_to(shopper));
    Ok(owned.ok_or(CartRefusal::NotFound)?)
}

/// Prices a cart as it is now: one statement for its lines, one for what is sold, three for terms,
/// and one for what its customer has had of what is limited, if anything is.
///
/// # Errors
/// `cart_total_too_large`.
pub(crate) async fn quote_of(conn: &Conn, cart: &Cart, now: DateTime<Utc>) -> Result<Quote> {
    let items = store::list_items(conn, cart.id).await?;
    let variants: Vec<VariantId> = items.iter().map(|item| item.variant_id).collect();
    let buyers = cart.account_names();
    let (goods, terms) = try_join(
        goods_of(conn, &variants, cart.group_id.as_slice()),
        terms::load(conn, &variants, &cart.coupons, &buyers),
    )
    .await?;
    let mut quote = quote(cart, &items, (&goods, &terms), None, buyers, now)?;
    if let Some(customer_id) = cart.customer_id {
        let uses = inventory::uses_of_account(customer_id, &limited_lines(&items, &goods), now);
        let read = inventory::allowances_of(conn, &uses.iter().collect::<Vec<_>>()).await?;
        quote.limit_by(|variant_id| read.left_of(&uses, variant_id));
    }
    Ok(quote)
}

/// What is known of some variants, to price carts of customers of these groups with: one statement,
/// however many.
///
/// # Errors
/// Faults of the database.
pub async fn goods_of(
    conn: &Conn,
    variants: &[VariantId],
    groups: &[CustomerGroupId],
) -> Result<Goods> {
    if variants.is_empty() {
        return Ok(Goods::new());
    }
    let sellables = catalogue::list_sellables(conn, variants, groups).await?;
    let sellables = sellables
        .into_iter()
        .map(|sellable| (sellable.variant_id, sellable));
    Ok(sellables.collect())
}

/// Takes some carts in hand, with their lines; those that are not there are not in the answer.
/// Waits for `wait_for` alone, before everything else: what somebody else has is left to them.
///
/// # Errors
/// Faults of the database; also when the wait was too long.
pub async fn take_in_hand(
    tx: &Tx,
    ids: &[CartId],
    wait_for: Option<CartId>,
) -> Result<BTreeMap<CartId, CartInHand>> {
    if let Some(id) = wait_for {
        store::lock_cart(tx, id).await?;
    }
    let (carts, mut items) = store::lock_free_carts(tx, ids).await?;
    let locked = carts.into_iter().map(|cart| {
        let own = items.remove(&cart.id).unwrap_or_default();
        (cart.id, CartInHand::Locked(Box::new(cart), own))
    });
    let mut in_hand: BTreeMap<CartId, CartInHand> = locked.collect();
    let is_missing = |id: &CartId| !in_hand.contains_key(id);
    let missing: Vec<CartId> = ids.iter().copied().filter(is_missing).collect();
    if !missing.is_empty() {
        // What is there nevertheless is somebody else's at the moment.
        let held = store::list_carts(tx, &missing).await?;
        in_hand.extend(held.into_iter().map(|cart| (cart.id, CartInHand::Held)));
    }
    Ok(in_hand)
}

/// Some carts with their lines, as they are now; those that are not there are not in the answer.
///
/// # Errors
/// Faults of the database.
pub async fn contents_of(
    conn: &Conn,
    ids: &[CartId],
) -> Result<BTreeMap<CartId, (Cart, Vec<CartItem>)>> {
    let (carts, mut items) = store::list_carts_with_items(conn, ids).await?;
    let with_items = carts.into_iter().map(|cart| {
        let own = items.remove(&cart.id).unwrap_or_default();
        (cart.id, (cart, own))
    });
    Ok(with_items.collect())
}

/// Adds units of a variant to a locked cart; more than the shelf has is refused.
pub(crate) async fn add(
    tx: &Tx,
    cart: &Cart,
    variant_id: VariantId,
    quantity: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let items = store::list_items(tx, cart.id).await?;
    let present = items.iter().find(|item| item.variant_id == variant_id);
    if present.is_none() && items.len() >= LINES_MAX {
        return Err(CartRefusal::Full.into());
    }
    let wanted = present.map_or(0, |item| item.quantity) + quantity;
    check_stock(tx, cart, variant_id, wanted).await?;
    store::insert_item(tx, cart.id, variant_id, quantity, now).await?;
    store::update_touched(tx, cart.id, now).await
}

/// Sets the quantity of a line of a locked cart; more than the shelf has is refused.
pub(crate) async fn change(
    tx: &Tx,
    cart: &Cart,
    item_id: CartItemId,
    quantity: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let items = store::list_items(tx, cart.id).await?;
    let item = items
        .iter()
        .find(|item| item.id == item_id)
        .ok_or(CartRefusal::ItemNotFound)?;
    // Fewer is always fine: it is the way out when the shelf has less than the line.
    if quantity > item.quantity {
        check_stock(tx, cart, item.variant_id, quantity).await?;
    }
    store::update_quantity(tx, cart.id, item_id, quantity).await?;
    store::update_touched(tx, cart.id, now).await
}

/// Takes a line out of a locked cart.
pub(crate) async fn remove(
    tx: &Tx,
    cart: &Cart,
    item_id: CartItemId,
    now: DateTime<Utc>,
) -> Result<()> {
    if !store::delete_item(tx, cart.id, item_id).await? {
        return Err(CartRefusal::ItemNotFound.into());
    }
    store::update_touched(tx, cart.id, now).await
}

async fn check_stock(tx: &Tx, cart: &Cart, variant_id: VariantId, wanted: i64) -> Result<()> {
    let found = catalogue::list_sellables(tx, &[variant_id], &[]).await?;
    let sellable = found
        .first()
        .filter(|sellable| sellable.is_for_sale && sellable.price.currency() == cart.currency)
        .ok_or(CartRefusal::NotForSale)?;
    let available = sellable.available.min(QUANTITY_MAX);
    if wanted > available {
        let shortage = Shortage {
            variant_id,
            wanted,
            available: available.max(0),
        };
        return Err(InventoryRefusal::InsufficientStock(vec![shortage]).into());
    }
    Ok(())
}

/// A line that did not keep the sum of both carts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capped {
    pub(crate) variant_id: VariantId,
    pub(crate) wanted: i64,
    pub(crate) kept: i64,
    pub(crate) available: i64,
}

/// Takes a guest's cart into the customer's, which is made if there is none. Locks both in the
/// order of their ids. Merging the same cart again changes nothing.
pub(crate) async fn merge(
    tx: &Tx,
    guest_cart: CartId,
    shopper: &Shopper,
    now: DateTime<Utc>,
) -> Result<(Cart, Vec<Capped>)> {
    let customer_id = shopper.customer.ok_or(CartRefusal::NeedsCustomer)?;
    let guest = store::find_cart(tx, guest_cart).await?;
    let guest = owned(guest, shopper)?;
    let (target, _) = create(tx, Some(customer_id), None, guest.currency, now).await?;
    if guest.id == target.id {
        return Ok((target, Vec::new()));
    }
    let (first, second) = (guest.id.min(target.id), guest.id.max(target.id));
    let first = store::lock_cart(tx, first).await?;
    let second = store::lock_cart(tx, second).await?;
    let locked: Vec<Cart> = first.into_iter().chain(second).collect();
    let find = |id| locked.iter().find(|cart| cart.id == id).cloned();
    let guest = find(guest.id).ok_or(CartRefusal::NotFound)?;
    let target = find(target.id).ok_or(CartRefusal::Closed)?;
    match (guest.state, target.state) {
        (CartState::Merged, CartState::Open) => return Ok((target, Vec::new())),
        (CartState::Open, CartState::Open) => {}
        _ => return Err(CartRefusal::Closed.into()),
    }
    let capped = move_items(tx, &guest, &target, now).await?;
    store::update_state(tx, guest.id, CartState::Merged, now).await?;
    let merged = Cart {
        coupons: merged_coupons(&target.coupons, &guest.coupons),
        version: target.version + 1,
        updated_at: now,
        ..target
    };
    // Where a guest wanted it to go is no news to a customer who has said so.
    let merged = match merged.shipping_address {
        Some(_) => merged,
        None => Cart {
            shipping_address: guest.shipping_address,
            shipping_method_id: guest.shipping_method_id,
            ..merged
        },
    };
    store::update_terms(tx, &merged, now).await?;
    Ok((merged, capped))
}

async fn move_items(
    tx: &Tx,
    guest: &Cart,
    target: &Cart,
    now: DateTime<Utc>,
) -> Result<Vec<Capped>> {
    let theirs = store::list_items(tx, guest.id).await?;
    let ours = store::list_items(tx, target.id).await?;
    let variants: Vec<VariantId> = theirs.iter().map(|item| item.variant_id).collect();
    let sellables = catalogue::list_sellables(tx, &variants, &[]).await?;
    let newcomers = theirs
        .iter()
        .filter(|item| quantity_of(&ours, item.variant_id) == 0)
        .count();
    if ours.len() + newcomers > LINES_MAX {
        return Err(CartRefusal::Full.into());
    }
    let mut merged = Vec::with_capacity(theirs.len());
    let mut capped = Vec::new();
    for item in &theirs {
        let before = quantity_of(&ours, item.variant_id);
        let available = available_of(&sellables, item.variant_id);
        let kept = merged_quantity(before, item.quantity, available);
        let wanted = before + item.quantity;
        if kept < wanted {
            capped.push(Capped {
                variant_id: item.variant_id,
                wanted,
                kept,
                available,
            });
        }
        merged.push((item.variant_id, kept));
    }
    store::update_merged(tx, target.id, &merged, now).await?;
    Ok(capped)
}

fn quantity_of(items: &[CartItem], variant_id: VariantId) -> i64 {
    items
        .iter()
        .find(|item| item.variant_id == variant_id)
        .map_or(0, |item| item.quantity)
}

fn available_of(sellables: &[Sellable], variant_id: VariantId) -> i64 {
    let found = sellables
        .iter()
        .find(|sellable| sellable.variant_id == variant_id);
    found.map_or(0, |sellable| sellable.available.max(0))
}

/// Closes locked carts because they have become orders.
///
/// # Errors
/// A fault when one of them was not open.
pub async fn close_all(tx: &Tx, ids: &[CartId], now: DateTime<Utc>) -> Result<()> {
    let closed = store::update_ordered(tx, ids, now).await?;
    if usize::try_from(closed) == Ok(ids.len()) || tx.sabotage().has_removed("cart lock") {
        return Ok(());
    }
    Err(Error::fault(format_args!(
        "{closed} of {} locked carts were open",
        ids.len()
    )))
}

/// Drops a locked cart with its lines.
pub(crate) async fn drop_cart(tx: &Tx, cart: &Cart) -> Result<()> {
    store::delete_cart(tx, cart.id).await
}
