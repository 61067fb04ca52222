//! Writing a batch that is decided: reserve, number, record, close, and what each is answered.

use std::collections::{BTreeMap, BTreeSet};

use cart::{CartInHand, CartRefusal};
use chrono::{DateTime, Utc};
use ids::{CartId, OrderId, SaleId};
use inventory::{Allowances, Hold, Shelf};
use kit::{
    Result, Tx,
    db::{try_join, try_join4},
    idempotency::{self, IdempotencyKey, StoredReply},
    jobs::{self, NewJob},
};
use orders::{NewOrder, OrderView};
use terms::{Discount, Redemption};

use super::{
    lines::{new_order, order_lines},
    placement::{Answer, Outcome},
};
use crate::{
    jobs::ExpireOrder,
    model::{Verdict, Wish},
};

/// A batch that is decided.
pub(super) struct Batch<'a> {
    pub(super) wishes: &'a [&'a Wish],
    pub(super) carts: &'a BTreeMap<CartId, CartInHand>,
    pub(super) before: BTreeMap<CartId, (OrderId, OrderView)>,
    /// How much of limits was used before.
    pub(super) read: Allowances,
    pub(super) now: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

impl Batch<'_> {
    pub(super) async fn write(
        &self,
        tx: &Tx,
        verdicts: Vec<Verdict>,
        shelf: &Shelf,
    ) -> Result<Option<Vec<Outcome>>> {
        let mut verdicts = verdicts;
        let queued = self.queued(&verdicts);
        let redemptions = self.redemptions(&verdicts);
        let (new, holds) = self.new_orders(&mut verdicts);
        let mut first_number = 0;
        if !new.is_empty() {
            let drawn = self.set_aside(tx, shelf, &holds, &redemptions).await?;
            let Some(drawn) = drawn else {
                return Ok(None);
            };
            first_number = drawn;
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

    /// Takes what the orders need, and then their numbers: whoever waits for a promotion does not
    /// hold the counter. `None`: somebody was quicker.
    async fn set_aside(
        &self,
        tx: &Tx,
        shelf: &Shelf,
        holds: &[Hold],
        redemptions: &[Redemption],
    ) -> Result<Option<i64>> {
        if holds.iter().any(|hold| !hold.uses.is_empty()) {
            inventory::prepare_uses(tx).await?;
        }
        let reserved = inventory::reserve(tx, shelf, holds, &self.read, self.expires_at, self.now);
        let numbers = orders::draw_numbers(tx, holds.len());
        if redemptions.is_empty() {
            let (has_room, first_number) = try_join(reserved, numbers).await?;
            return Ok(has_room.then_some(first_number));
        }
        let has_room = reserved.await? && terms::redeem(tx, redemptions, self.now).await?;
        if !has_room {
            return Ok(None);
        }
        Ok(Some(numbers.await?))
    }

    /// The places in queues that are used up by what is placed.
    fn queued(&self, verdicts: &[Verdict]) -> Vec<(SaleId, CartId)> {
        let mut queued = BTreeSet::new();
        for (wish, verdict) in self.wishes.iter().zip(verdicts) {
            let Verdict::Place(quote, _) = verdict else {
                continue;
            };
            let sales = quote.lines.iter().filter_map(|line| line.sellable.sale);
            let sales = sales.filter(|sale| sale.has_queue);
            queued.extend(sales.map(|sale| (sale.sale_id, wish.command.cart_id)));
        }
        queued.into_iter().collect()
    }

    fn redemptions(&self, verdicts: &[Verdict]) -> Vec<Redemption> {
        let of = |(wish, verdict): (&&Wish, &Verdict)| match verdict {
            Verdict::Place(quote, _) => {
                let redemption = |discount: &Discount| Redemption {
                    promotion_id: discount.promotion_id,
                    version: discount.promotion_version,
                    order_id: wish.order_id,
                    buyers: wish.command.redeemers(),
                };
                quote.price.discounts.iter().map(redemption).collect()
            }
            _ => Vec::new(),
        };
        self.wishes.iter().zip(verdicts).flat_map(of).collect()
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
            let lines = order_lines((lines, items), &quote.price, &given.beyond, self.now);
            new.push(new_order(wish, cart, lines, &quote.price));
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
