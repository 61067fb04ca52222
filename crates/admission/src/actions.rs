//! Verbs of a queue: join, give numbers, call, use.

use chrono::{DateTime, Utc};
use ids::{CartId, SaleId};
use kit::{Conn, Error, Result, Tx};

use crate::{
    model::{AdmissionRefusal, Place, PlaceState, Queue, RECENT, Seen},
    store,
};

/// The queue of a sale.
///
/// # Errors
/// `sale_not_found`, `sale_has_no_queue`.
pub(crate) async fn queue_of(conn: &Conn, id: SaleId) -> Result<Queue> {
    let queue = store::find_queue(conn, id).await?;
    let queue = queue.ok_or(sales::SaleRefusal::NotFound)?;
    if queue.slots.is_none() {
        return Err(AdmissionRefusal::NoQueue.into());
    }
    Ok(queue)
}

/// How often a place may be in the way and gone again.
const FINDS_MAX: usize = 10;

/// Takes a place at the end of the line, or finds the one that is there; answers whether it is
/// new. No lock but that of the place: its number comes later.
pub(crate) async fn join(tx: &Tx, wanted: &Place, seed: &str) -> Result<(Place, bool)> {
    let (sale_id, now) = (wanted.sale_id, wanted.joined_at);
    store::insert_queue(tx, sale_id, seed, now).await?;
    for _ in 0..FINDS_MAX {
        if store::insert_place(tx, wanted).await? {
            return Ok((wanted.clone(), true));
        }
        let Some(mut found) = store::lock_place(tx, wanted).await? else {
            continue;
        };
        if found.cart_id != wanted.cart_id {
            store::update_cart(tx, found.id, wanted.cart_id).await?;
            found.cart_id = wanted.cart_id;
        }
        if !matches!(found.state_at(now), PlaceState::Expired | PlaceState::Left) {
            return Ok((found, false));
        }
        store::update_joined_again(tx, found.id, now).await?;
        let place = Place {
            id: found.id,
            ..wanted.clone()
        };
        return Ok((place, true));
    }
    Err(Error::fault("a place comes and goes"))
}

/// Gives up a place, for who waits; whoever has none any more has nothing to give up.
///
/// # Errors
/// `queue_place_not_found`, `queue_turn_has_come`.
pub(crate) async fn leave(tx: &Tx, sale: SaleId, cart: CartId, now: DateTime<Utc>) -> Result<()> {
    store::update_left(tx, sale, cart).await?;
    let place = store::find_place(tx, sale, cart).await?;
    let place = place.ok_or(AdmissionRefusal::NoPlace)?;
    match place.state_at(now) {
        PlaceState::Admitted | PlaceState::Used => Err(AdmissionRefusal::TurnHasCome.into()),
        PlaceState::Waiting | PlaceState::Expired | PlaceState::Left => Ok(()),
    }
}

/// Gives those a number who have none, once the sale has started. Locks the queue.
pub(crate) async fn give_numbers(tx: &Tx, id: SaleId, now: DateTime<Utc>) -> Result<()> {
    store::lock_queue(tx, id).await?;
    let mut queue = queue_of(tx, id).await?;
    if number(tx, id, &mut queue, now).await? {
        store::update_queue(tx, id, &queue).await?;
    }
    Ok(())
}

/// Answers whether that has changed the locked queue.
async fn number(tx: &Tx, id: SaleId, queue: &mut Queue, now: DateTime<Utc>) -> Result<bool> {
    if now < queue.starts_at {
        return Ok(false);
    }
    let given = store::update_numbers(tx, id, queue).await?;
    queue.last_number += given;
    let is_drawn = queue.drawn_at.is_none();
    queue.drawn_at.get_or_insert(now);
    queue.drawn_number.get_or_insert(queue.last_number);
    Ok(given > 0 || is_drawn)
}

/// Gives numbers, ends tokens whose time is over, calls the next. Nothing of it when somebody else
/// is doing just that. Answers what the queue is like then.
pub(crate) async fn turn(tx: &Tx, id: SaleId, now: DateTime<Utc>) -> Result<Seen> {
    let is_ours = if tx.sabotage().has_removed("queue lock") {
        true
    } else {
        store::lock_free_queue(tx, id).await?
    };
    let mut queue = queue_of(tx, id).await?;
    if is_ours {
        number(tx, id, &mut queue, now).await?;
        store::update_expired(tx, id, now).await?;
    }
    let available = inventory::list_available(tx, &queue.variants).await?;
    let units = available.iter().map(|(_, units)| (*units).max(0)).sum();
    let (mut tokens, mut recent) = store::count_calls(tx, id, now - RECENT).await?;
    if let Some(lifetime) = queue.calls_for(now)
        && is_ours
    {
        let room = queue.room(units, tokens);
        let ends = (now, now + lifetime);
        let (calls, called) = store::update_admitted(tx, id, &queue, room, ends).await?;
        recent += calls;
        tokens += calls;
        queue.called_number = called;
        store::update_queue(tx, id, &queue).await?;
    }
    let left = store::list_left(tx, id, queue.called_number).await?;
    let since = queue.drawn_at.map_or(RECENT, |drawn_at| now - drawn_at);
    let seconds = since.min(RECENT).num_seconds().max(1);
    Ok(Seen {
        units,
        tokens,
        calls: (recent, seconds),
        is_over: queue.ends_at.is_some_and(|ends_at| ends_at <= now),
        queue,
        left,
    })
}

/// Notes that these carts were ordered with the tokens that they had, in the transaction that
/// orders them: their slots are free.
///
/// # Errors
/// Faults of the database.
pub async fn use_places(tx: &Tx, used: &[(SaleId, CartId)], now: DateTime<Utc>) -> Result<()> {
    if used.is_empty() {
        return Ok(());
    }
    let (sales, carts): (Vec<SaleId>, Vec<CartId>) = used.iter().copied().unzip();
    store::update_used(tx, &sales, &carts, now).await
}
