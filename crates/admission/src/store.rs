//! Every statement on queues and places.

use chrono::{DateTime, Utc};
use ids::{CartId, PlaceId, SaleId};
use kit::{Conn, Error, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::{Place, PlaceCounts, PlaceState, Queue};

fn queue(row: &Row) -> Queue {
    Queue {
        starts_at: row.get("starts_at"),
        ends_at: row.get("ends_at"),
        slots: row.get("queue_slots"),
        token_seconds: row.get("queue_token_seconds"),
        seed: row.get("seed"),
        drawn_at: row.get("drawn_at"),
        drawn_number: row.get("drawn_number"),
        last_number: row.get("last_number"),
        called_number: row.get("called_number"),
        variants: row.get("variant_ids"),
    }
}

macro_rules! queues {
    ($end:literal) => {
        concat!(
            "
    select starts_at, ends_at, queue_slots, queue_token_seconds, coalesce(seed, '') as seed,
        drawn_at, drawn_number, coalesce(last_number, 0) as last_number,
        coalesce(called_number, 0) as called_number,
        array(
            select variant_id from sale_variants where sale_variants.sale_id = sales.id
        ) as variant_ids
    from sales
    left join sale_queues on sale_queues.sale_id = sales.id
    where sales.id = $1 and closed_at is null",
            $end
        )
    };
}

const FIND_QUEUE: &str = queues!("");

/// The queue of a sale that is not closed; before anybody has joined, as it will be.
pub(crate) async fn find_queue(conn: &Conn, id: SaleId) -> Result<Option<Queue>> {
    let row = conn.query_opt(FIND_QUEUE, &[&id]).await?;
    Ok(row.as_ref().map(queue))
}

const LOCK_FREE_QUEUE: &str = "
    select from sale_queues
    where sale_id = $1
    for update skip locked";

/// Locks a queue, so that nobody else gives numbers or calls; answers whether nobody else does.
pub(crate) async fn lock_free_queue(tx: &Tx, id: SaleId) -> Result<bool> {
    Ok(tx.query_opt(LOCK_FREE_QUEUE, &[&id]).await?.is_some())
}

const LOCK_QUEUE: &str = "
    select from sale_queues
    where sale_id = $1
    for update";

/// As [`lock_free_queue`], and waits.
pub(crate) async fn lock_queue(tx: &Tx, id: SaleId) -> Result<()> {
    tx.query_opt(LOCK_QUEUE, &[&id]).await?;
    Ok(())
}

const INSERT_QUEUE: &str = "
    insert into sale_queues (sale_id, seed, created_at)
    values ($1, $2, $3)
    on conflict (sale_id) do nothing";

/// The first to come opens the queue.
pub(crate) async fn insert_queue(
    tx: &Tx,
    id: SaleId,
    seed: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(INSERT_QUEUE, &[&id, &seed, &now]).await?;
    Ok(())
}

const UPDATE_QUEUE: &str = "
    update sale_queues
    set drawn_at = $2, drawn_number = $3, last_number = $4, called_number = $5
    where sale_id = $1";

pub(crate) async fn update_queue(tx: &Tx, id: SaleId, queue: &Queue) -> Result<()> {
    let params: [Param<'_>; 5] = [
        &id,
        &queue.drawn_at,
        &queue.drawn_number,
        &queue.last_number,
        &queue.called_number,
    ];
    tx.execute(UPDATE_QUEUE, &params).await?;
    Ok(())
}

fn place(row: &Row) -> Result<Place> {
    let state: &str = row.get("state");
    Ok(Place {
        id: row.get("id"),
        sale_id: row.get("sale_id"),
        cart_id: row.get("cart_id"),
        customer_id: row.get("customer_id"),
        number: row.get("number"),
        state: PlaceState::parse(state).ok_or_else(|| Error::fault("an unknown state"))?,
        joined_at: row.get("joined_at"),
        expires_at: row.get("expires_at"),
    })
}

macro_rules! places {
    ($end:literal) => {
        concat!(
            "
    select id, sale_id, cart_id, customer_id, number, state, joined_at, expires_at
    from sale_queue_places
    ",
            $end
        )
    };
}

const FIND_PLACE: &str = places!("where sale_id = $1 and cart_id = $2");

pub(crate) async fn find_place(conn: &Conn, sale: SaleId, cart: CartId) -> Result<Option<Place>> {
    let row = conn.query_opt(FIND_PLACE, &[&sale, &cart]).await?;
    row.as_ref().map(place).transpose()
}

// A customer comes with another cart: the one before was ordered or merged.
const LOCK_PLACE: &str = places!(
    "where sale_id = $1
        and (cart_id = $2 or customer_id = $3 and state in ('waiting', 'admitted'))
    order by cart_id = $2 desc
    limit 1
    for update"
);

/// The place of a cart, or the one that its customer has with another cart.
pub(crate) async fn lock_place(tx: &Tx, wanted: &Place) -> Result<Option<Place>> {
    let (sale, cart, customer) = (wanted.sale_id, wanted.cart_id, wanted.customer_id);
    let row = tx.query_opt(LOCK_PLACE, &[&sale, &cart, &customer]).await?;
    row.as_ref().map(place).transpose()
}

const INSERT_PLACE: &str = "
    insert into sale_queue_places (id, sale_id, cart_id, customer_id, joined_at)
    values ($1, $2, $3, $4, $5)
    on conflict do nothing";

/// Answers whether neither cart nor customer had a place.
pub(crate) async fn insert_place(tx: &Tx, place: &Place) -> Result<bool> {
    let (id, sale, cart) = (place.id, place.sale_id, place.cart_id);
    let (customer, now) = (place.customer_id, place.joined_at);
    let params: [Param<'_>; 5] = [&id, &sale, &cart, &customer, &now];
    Ok(tx.execute(INSERT_PLACE, &params).await? == 1)
}

const UPDATE_JOINED_AGAIN: &str = "
    update sale_queue_places
    set state = 'waiting', arrival = default, number = null, joined_at = $2, admitted_at = null,
        expires_at = null
    where id = $1";

/// To the end of the line.
pub(crate) async fn update_joined_again(tx: &Tx, id: PlaceId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_JOINED_AGAIN, &[&id, &now]).await?;
    Ok(())
}

const UPDATE_LEFT: &str = "
    update sale_queue_places
    set state = 'left'
    where sale_id = $1 and cart_id = $2 and state = 'waiting'";

// What a naive shop does. Only with the `queue leaving guard` switched off.
const UPDATE_LEFT_UNGUARDED: &str = "
    update sale_queue_places
    set state = 'left'
    where sale_id = $1 and cart_id = $2";

/// Ends the waiting of a cart; nothing happens to one that does not wait.
pub(crate) async fn update_left(tx: &Tx, sale: SaleId, cart: CartId) -> Result<()> {
    let statement = if tx.sabotage().has_removed("queue leaving guard") {
        UPDATE_LEFT_UNGUARDED
    } else {
        UPDATE_LEFT
    };
    tx.execute(statement, &[&sale, &cart]).await?;
    Ok(())
}

const UPDATE_CART: &str = "update sale_queue_places set cart_id = $2 where id = $1";

pub(crate) async fn update_cart(tx: &Tx, id: PlaceId, cart_id: CartId) -> Result<()> {
    tx.execute(UPDATE_CART, &[&id, &cart_id]).await?;
    Ok(())
}

// Who came before the start ($2) is put in order by the draw; who came after it by arrival.
const UPDATE_NUMBERS: &str = "
    with fresh as (
        select id, $4 + row_number() over (
            order by joined_at >= $2,
                case when joined_at < $2
                    then sha256(convert_to($3 || id::text, 'UTF8'))
                end,
                arrival
        ) as number
        from sale_queue_places
        where sale_id = $1 and number is null and state = 'waiting'
    )
    update sale_queue_places
    set number = fresh.number
    from fresh
    where sale_queue_places.id = fresh.id";

/// Gives everybody a number who waits without one, behind the last one of the locked queue; answers
/// how many they were.
pub(crate) async fn update_numbers(tx: &Tx, id: SaleId, queue: &Queue) -> Result<i64> {
    let (starts_at, seed, last) = (queue.starts_at, &queue.seed, queue.last_number);
    let params: [Param<'_>; 4] = [&id, &starts_at, seed, &last];
    let count = tx.execute(UPDATE_NUMBERS, &params).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

// One that an order is taking at this moment is left to the order.
const UPDATE_EXPIRED: &str = "
    with gone as (
        select id
        from sale_queue_places
        where sale_id = $1 and state = 'admitted' and expires_at <= $2
        for update skip locked
    )
    update sale_queue_places
    set state = 'expired'
    from gone
    where sale_queue_places.id = gone.id";

/// Ends the tokens whose time is over.
pub(crate) async fn update_expired(tx: &Tx, id: SaleId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_EXPIRED, &[&id, &now]).await?;
    Ok(())
}

// Whoever has left since `next` was read is not called.
const UPDATE_ADMITTED: &str = "
    with next as (
        select id
        from sale_queue_places
        where sale_id = $1 and state = 'waiting' and number > $2
        order by number
        limit $3
    ), admitted as (
        update sale_queue_places
        set state = 'admitted', admitted_at = $4, expires_at = $5
        from next
        where sale_queue_places.id = next.id and state = 'waiting'
        returning number
    )
    select count(*) as calls, coalesce(max(number), $2) as called_number from admitted";

/// Calls the next so many of a locked queue; answers how many, and the last number that was called.
pub(crate) async fn update_admitted(
    tx: &Tx,
    id: SaleId,
    queue: &Queue,
    count: i64,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(i64, i64)> {
    let called = queue.called_number;
    let params: [Param<'_>; 5] = [&id, &called, &count, &now, &expires_at];
    let row = tx.query_one(UPDATE_ADMITTED, &params).await?;
    Ok((row.get("calls"), row.get("called_number")))
}

const LIST_LEFT: &str = "
    select number
    from sale_queue_places
    where sale_id = $1 and state = 'left' and number > $2
    order by number";

/// The numbers of those who have left and would not have been called yet, the smallest first.
pub(crate) async fn list_left(conn: &Conn, id: SaleId, called: i64) -> Result<Vec<i64>> {
    let rows = conn.query(LIST_LEFT, &[&id, &called]).await?;
    Ok(rows.iter().map(|row| row.get("number")).collect())
}

const COUNT_PLACES: &str = "
    select
        count(*) filter (where state = 'waiting') as waiting,
        count(*) filter (where state = 'admitted' and expires_at > $2) as admitted,
        count(*) filter (where state = 'used') as used,
        count(*) filter (
            where state = 'expired' or state = 'admitted' and expires_at <= $2
        ) as expired,
        count(*) filter (where state = 'left') as left_count
    from sale_queue_places
    where sale_id = $1";

/// How many places of a queue are in which state at that moment.
pub(crate) async fn count_places(
    conn: &Conn,
    id: SaleId,
    now: DateTime<Utc>,
) -> Result<PlaceCounts> {
    let row = conn.query_one(COUNT_PLACES, &[&id, &now]).await?;
    Ok(PlaceCounts {
        waiting: row.get("waiting"),
        admitted: row.get("admitted"),
        used: row.get("used"),
        expired: row.get("expired"),
        left: row.get("left_count"),
    })
}

const COUNT_CALLS: &str = "
    select
        (
            select count(*) from sale_queue_places where sale_id = $1 and state = 'admitted'
        ) as tokens,
        (
            select count(*) from sale_queue_places where sale_id = $1 and admitted_at > $2
        ) as recent";

/// How many tokens count, and how many were called since then.
pub(crate) async fn count_calls(
    conn: &Conn,
    id: SaleId,
    since: DateTime<Utc>,
) -> Result<(i64, i64)> {
    let row = conn.query_one(COUNT_CALLS, &[&id, &since]).await?;
    Ok((row.get("tokens"), row.get("recent")))
}

const UPDATE_USED: &str = "
    update sale_queue_places
    set state = 'used', used_at = $3
    from unnest($1::uuid[], $2::uuid[]) as used (sale_id, cart_id)
    where sale_queue_places.sale_id = used.sale_id
        and sale_queue_places.cart_id = used.cart_id
        and state in ('admitted', 'expired')";

/// Frees the places of carts that are ordered.
pub(crate) async fn update_used(
    tx: &Tx,
    sales: &[SaleId],
    carts: &[CartId],
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_USED, &[&sales, &carts, &now]).await?;
    Ok(())
}
