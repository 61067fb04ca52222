//! Placing a batch of orders, of one or of many, in one transaction: lock the carts, price them,
//! lock the shelf, decide, reserve, number, record, close. As many statements for many as for one.

use std::collections::{BTreeMap, BTreeSet};

use cart::{CartInHand, CartRefusal, Goods};
use chrono::{DateTime, Utc};
use ids::{CartId, OrderId, SaleId, VariantId};
use inventory::{Allowances, Hold, Shelf, Use, Wait};
use kit::{
    Result, Tx,
    db::{try_join, try_join4},
    idempotency::{self, IdempotencyKey, StoredReply},
    jobs::{self, NewJob},
};
use orders::{NewOrder, OrderView};

use super::lines::{are_made_as_read, bundles_of, new_order, order_lines, variants_of};
use crate::{
    jobs::ExpireOrder,
    model::{CheckoutSettings, Stuck, Terms, Verdict, Wish, decide, needed},
};

/// What a shopper is answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) reply: StoredReply,
    /// Whether it has been given before.
    pub(crate) is_replay: bool,
}

/// What a transaction came to for one wish.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answered(Result<Answer>),
    /// Nothing was decided.
    Held(Stuck),
}

/// How a transaction treats what somebody else has locked. Carts are left out, but for one.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) cart: Option<CartId>,
    pub(crate) shelf: Wait,
    /// Variants for which others are waiting already.
    pub(crate) avoid: BTreeSet<VariantId>,
}

/// How far a transaction has come.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// It has locked the shelf.
    pub(crate) has_shelf: bool,
    /// Variants of which nothing is left if it is kept.
    pub(crate) sold_out: Vec<VariantId>,
}

/// Places what can be placed and says of each wish, in their order, what became of it. Locks the
/// carts, then the shelves in the order of their ids, then what is used of limits, then the counter
/// of order numbers. `None`: somebody was quicker with a key, with a limit or with a bundle, so
/// nothing of this may be kept and all is to be done again.
pub(crate) async fn place(
    tx: &Tx,
    wishes: &[&Wish],
    turn: &Turn,
    settings: &CheckoutSettings,
    now: DateTime<Utc>,
    progress: &mut Progress,
) -> Result<Option<Vec<Outcome>>> {
    let carts: BTreeSet<CartId> = wishes.iter().map(|wish| wish.command.cart_id).collect();
    let carts: Vec<CartId> = carts.into_iter().collect();
    let (earlier, carts) = try_join(
        earlier_replies(tx, wishes),
        cart::take_in_hand(tx, &carts, turn.cart),
    )
    .await?;
    let variants = variants_of(&carts);
    let too_early = read_too_early(tx, wishes, &carts, &variants, settings, now).await?;
    let free = |id: &VariantId| !turn.avoid.contains(id);
    let wanted: Vec<VariantId> = variants.iter().copied().filter(free).collect();
    let (shelf, goods) = shelf_and_goods(tx, &wanted, &variants, &turn.shelf).await?;
    progress.has_shelf = true;
    if !are_made_as_read(&carts, &goods) && !tx.sabotage().has_removed("bundle guard") {
        return Ok(None);
    }
    let sold_by = too_early.as_ref().map_or(&goods, |(early, _)| early);
    let beyond = sold_by.values().map(|one| (one.variant_id, one.beyond));
    let mut shelf = shelf.without(&turn.avoid).with_beyond(beyond);
    let (goods, caps) = (&goods, &settings.unpaid);
    let terms = Terms { goods, caps, now };
    let read = match too_early {
        Some((_, read)) => read,
        None => allowances(tx, wishes, &carts, &terms).await?,
    };
    let mut left = read.clone();
    let verdicts = decide(wishes, earlier, &carts, &terms, &mut shelf, &mut left);
    // A bundle has no stock of its own: of its emptiness its parts speak.
    let bundles = bundles_of(&carts);
    progress.sold_out = shelf.empty();
    progress.sold_out.retain(|id| !bundles.contains(id));
    let before = ordered_before(tx, wishes, &verdicts).await?;
    let batch = Batch {
        wishes,
        carts: &carts,
        before,
        read,
        now,
        expires_at: now + settings.hold(),
    };
    // Apart from what was decided with, so that no task's stack has to hold both.
    Box::pin(batch.write(tx, verdicts, &shelf)).await
}

/// What a naive shop does: it reads before it locks. Only with a guard switched off.
async fn read_too_early(
    tx: &Tx,
    wishes: &[&Wish],
    carts: &BTreeMap<CartId, CartInHand>,
    variants: &[VariantId],
    settings: &CheckoutSettings,
    now: DateTime<Utc>,
) -> Result<Option<(Goods, Allowances)>> {
    let guards = ["limit guard", "backorder guard"];
    if !guards.iter().any(|guard| tx.sabotage().has_removed(guard)) {
        return Ok(None);
    }
    let early = cart::goods_of(tx, variants).await?;
    let (goods, caps) = (&early, &settings.unpaid);
    let read = allowances(tx, wishes, carts, &Terms { goods, caps, now }).await?;
    Ok(Some((early, read)))
}

/// What is used of the limits that a batch may need: of variants this stays true until the commit,
/// because whoever uses them has locked their shelves.
async fn allowances(
    tx: &Tx,
    wishes: &[&Wish],
    carts: &BTreeMap<CartId, CartInHand>,
    terms: &Terms<'_>,
) -> Result<Allowances> {
    let needed = needed(wishes, carts, terms);
    let needed: Vec<&Use> = needed.iter().collect();
    inventory::allowances_of(tx, &needed).await
}

/// The goods are read under the locks of their shelves: whoever opens or moves a sale has these
/// locks too, so what is read of it stays true until the commit. The statements travel together and
/// run in this order, but where the first one is followed by others.
async fn shelf_and_goods(
    tx: &Tx,
    wanted: &[VariantId],
    variants: &[VariantId],
    wait: &Wait,
) -> Result<(Shelf, Goods)> {
    inventory::prepare_shelf(tx).await?;
    let shelf = inventory::lock_shelf(tx, wanted, wait.clone());
    if let Wait::For(_) = wait {
        return Ok((shelf.await?, cart::goods_of(tx, variants).await?));
    }
    try_join(shelf, cart::goods_of(tx, variants)).await
}

async fn earlier_replies(tx: &Tx, wishes: &[&Wish]) -> Result<Vec<Option<Result<StoredReply>>>> {
    let keys: Vec<&IdempotencyKey> = wishes.iter().filter_map(|wish| wish.key.as_ref()).collect();
    let mut found = idempotency::find_all(tx, &keys).await?.into_iter();
    let reply = |wish: &&Wish| wish.key.as_ref().and_then(|_| found.next().flatten());
    Ok(wishes.iter().map(reply).collect())
}

async fn ordered_before(
    tx: &Tx,
    wishes: &[&Wish],
    verdicts: &[Verdict],
) -> Result<BTreeMap<CartId, (OrderId, OrderView)>> {
    let of = |(wish, verdict): (&&Wish, &Verdict)| {
        matches!(verdict, Verdict::Ordered).then_some(wish.command.cart_id)
    };
    let carts: BTreeSet<CartId> = wishes.iter().zip(verdicts).filter_map(of).collect();
    let carts: Vec<CartId> = carts.into_iter().collect();
    orders::views_of_carts(tx, &carts).await
}

/// A batch that is decided.
struct Batch<'a> {
    wishes: &'a [&'a Wish],
    carts: &'a BTreeMap<CartId, CartInHand>,
    before: BTreeMap<CartId, (OrderId, OrderView)>,
    /// How much of limits was used before.
    read: Allowances,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Batch<'_> {
    async fn write(
        &self,
        tx: &Tx,
        verdicts: Vec<Verdict>,
        shelf: &Shelf,
    ) -> Result<Option<Vec<Outcome>>> {
        let mut verdicts = verdicts;
        let queued = self.queued(&verdicts);
        let (new, holds) = self.new_orders(&mut verdicts);
        let mut first_number = 0;
        if !new.is_empty() {
            if holds.iter().any(|hold| !hold.uses.is_empty()) {
                inventory::prepare_uses(tx).await?;
            }
            let has_room;
            (has_room, first_number) = try_join(
                inventory::reserve(tx, shelf, &holds, &self.read, self.expires_at, self.now),
                orders::draw_numbers(tx, new.len()),
            )
            .await?;
            if !has_room {
                return Ok(None);
            }
        }
        let views = orders::views_of(&new, first_number, self.now, self.expires_at);
        let outcomes = self.outcomes(verdicts, views)?;
        let kept: Vec<_> = self.wishes.iter().zip(&outcomes).filter_map(kept).collect();
        if new.is_empty() {
            let is_free = idempotency::store_all(tx, &kept, self.now).await?;
            return Ok(is_free.then_some(outcomes));
        }
        let expiries = new
            .iter()
            .map(|new| NewJob::at(&ExpireOrder { order_id: new.id }, self.expires_at))
            .collect::<Result<Vec<NewJob>>>()?;
        let carts: Vec<CartId> = new.iter().map(|new| new.cart_id).collect();
        let ((), (), (), is_free) = try_join4(
            orders::record(tx, &new, first_number, self.now, self.expires_at),
            jobs::insert_all(tx, &expiries, self.now),
            cart::close_all(tx, &carts, self.now),
            idempotency::store_all(tx, &kept, self.now),
        )
        .await?;
        // Only orders of a sale with a queue take a statement more, and these locks come last.
        admission::use_places(tx, &queued, self.now).await?;
        Ok(is_free.then_some(outcomes))
    }

    /// The places in queues that are used up by what is placed.
    fn queued(&self, verdicts: &[Verdict]) -> Vec<(SaleId, CartId)> {
        let mut queued = BTreeSet::new();
        for (wish, verdict) in self.wishes.iter().zip(verdicts) {
            let Verdict::Place(quote, _) = verdict else {
                continue;
            };
            let terms = quote.lines.iter().filter_map(|line| line.sellable.sale);
            let terms = terms.filter(|terms| terms.has_queue);
            queued.extend(terms.map(|terms| (terms.sale_id, wish.command.cart_id)));
        }
        queued.into_iter().collect()
    }

    /// What is to be recorded and what is to be set aside for it; moves the lines out.
    fn new_orders(&self, verdicts: &mut [Verdict]) -> (Vec<NewOrder>, Vec<Hold>) {
        let mut new = Vec::new();
        let mut holds = Vec::new();
        for (wish, verdict) in self.wishes.iter().zip(verdicts) {
            let Verdict::Place(quote, taken) = verdict else {
                continue;
            };
            let in_hand = self.carts.get(&wish.command.cart_id);
            let Some(CartInHand::Locked(cart, items)) = in_hand else {
                continue;
            };
            let lines = std::mem::take(&mut quote.lines);
            let given = std::mem::take(&mut taken.given);
            let lines = order_lines(lines, items, &given.beyond, self.now);
            new.push(new_order(wish, cart, lines, quote.total));
            holds.push(Hold {
                order_id: wish.order_id,
                picks: given.picks,
                beyond: given.beyond,
                uses: std::mem::take(&mut taken.uses),
            });
        }
        (new, holds)
    }

    fn outcomes(&self, verdicts: Vec<Verdict>, views: Vec<OrderView>) -> Result<Vec<Outcome>> {
        let mut views = views.into_iter();
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(verdicts.len());
        for (wish, verdict) in self.wishes.iter().zip(verdicts) {
            let outcome = match verdict {
                Verdict::Place(..) => match views.next() {
                    Some(view) => fresh(201, &view)?,
                    None => return Err(kit::Error::fault("an order has no view")),
                },
                Verdict::Ordered => match self.before.get(&wish.command.cart_id) {
                    // Ours: it was committed, and the connection was lost before we knew.
                    Some((id, view)) if *id == wish.order_id => fresh(201, view)?,
                    Some((_, view)) => fresh(200, view)?,
                    None => Outcome::Answered(Err(CartRefusal::Closed.into())),
                },
                Verdict::Same(first) => again(&outcomes, first, |answer| Answer {
                    reply: StoredReply {
                        status: 200,
                        ..answer.reply
                    },
                    ..answer
                })?,
                Verdict::Again(first) => again(&outcomes, first, |answer| Answer {
                    is_replay: true,
                    ..answer
                })?,
                Verdict::Replay(reply) => Outcome::Answered(Ok(Answer {
                    reply,
                    is_replay: true,
                })),
                Verdict::Refused(refusal) => Outcome::Answered(Err(refusal)),
                Verdict::Held(stuck) => Outcome::Held(stuck),
            };
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}

fn fresh(status: u16, view: &OrderView) -> Result<Outcome> {
    let body = serde_json::to_vec(view)?;
    Ok(Outcome::Answered(Ok(Answer {
        reply: StoredReply { status, body },
        is_replay: false,
    })))
}

fn again(
    outcomes: &[Outcome],
    first: usize,
    change: impl FnOnce(Answer) -> Answer,
) -> Result<Outcome> {
    match outcomes.get(first) {
        Some(Outcome::Answered(Ok(answer))) => Ok(Outcome::Answered(Ok(change(answer.clone())))),
        _ => Err(kit::Error::fault("a wish repeats one that was not placed")),
    }
}

/// The reply that a wish's key keeps.
fn kept<'a>(
    (wish, outcome): (&'a &Wish, &'a Outcome),
) -> Option<(&'a IdempotencyKey, &'a StoredReply)> {
    match outcome {
        Outcome::Answered(Ok(answer)) if !answer.is_replay => {
            Some((wish.key.as_ref()?, &answer.reply))
        }
        _ => None,
    }
}
