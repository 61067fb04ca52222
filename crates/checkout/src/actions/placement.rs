//! Placing a batch of orders, of one or of many, in one transaction: lock the carts, price them,
//! lock the shelf, decide, reserve, number, record, close. As many statements for many as for one.

use std::collections::{BTreeMap, BTreeSet};

use cart::{CartInHand, Goods};
use chrono::{DateTime, Utc};
use ids::{CartId, OrderId, VariantId};
use inventory::{Allowances, Shelf, Use, Wait};
use kit::{
    Result, Tx,
    db::{try_join, try_join3},
    idempotency::{self, IdempotencyKey, StoredReply},
};
use orders::OrderView;
use terms::Terms;

use super::{
    asked::{Asked, groups_of},
    batch::Batch,
    lines::{are_made_as_read, bundles_of, variants_of},
};
use crate::model::{CheckoutSettings, Left, Rules, Stuck, Verdict, Wish, decide, needed};

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
/// carts, then the shelves in the order of their ids, then what is used of limits, then promotions,
/// then the counter of order numbers. `None`: somebody was quicker with a key, a limit, a promotion
/// or a bundle, so nothing of this may be kept and all is to be done again.
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
    let asked = Asked::by(wishes, &carts, variants);
    let (shelf, goods, mut terms) = shelf_and_goods(tx, &wanted, &asked, &turn.shelf).await?;
    progress.has_shelf = true;
    if !are_made_as_read(&carts, &goods) && !tx.sabotage().has_removed("bundle guard") {
        return Ok(None);
    }
    let sold_by = too_early.as_ref().map_or(&goods, |(early, _)| early);
    let beyond = sold_by.values().map(|one| (one.variant_id, one.beyond));
    let mut shelf = shelf.without(&turn.avoid).with_beyond(beyond);
    let (goods, caps) = (&goods, &settings.unpaid);
    let rules = Rules { goods, caps, now };
    let read = match too_early {
        Some((_, read)) => read,
        None => allowances(tx, wishes, &carts, &rules).await?,
    };
    let mut left = Left {
        shelf: &mut shelf,
        allowances: &mut read.clone(),
        terms: &mut terms,
    };
    let verdicts = decide(wishes, earlier, &carts, &rules, &mut left);
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
    let early = cart::goods_of(tx, variants, &groups_of(carts)).await?;
    let (goods, caps) = (&early, &settings.unpaid);
    let read = allowances(tx, wishes, carts, &Rules { goods, caps, now }).await?;
    Ok(Some((early, read)))
}

/// What is used of the limits that a batch may need: of variants this stays true until the commit,
/// because whoever uses them has locked their shelves.
async fn allowances(
    tx: &Tx,
    wishes: &[&Wish],
    carts: &BTreeMap<CartId, CartInHand>,
    rules: &Rules<'_>,
) -> Result<Allowances> {
    let needed = needed(wishes, carts, rules);
    let needed: Vec<&Use> = needed.iter().collect();
    inventory::allowances_of(tx, &needed).await
}

/// The goods are read under the locks of their shelves: whoever opens or moves a sale has these
/// locks too, so what is read of it stays true until the commit. The statements travel together and
/// run in this order, but where the first one is followed by others.
async fn shelf_and_goods(
    tx: &Tx,
    wanted: &[VariantId],
    asked: &Asked,
    wait: &Wait,
) -> Result<(Shelf, Goods, Terms)> {
    inventory::prepare_shelf(tx).await?;
    let shelf = inventory::lock_shelf(tx, wanted, wait.clone());
    let goods = cart::goods_of(tx, &asked.variants, &asked.groups);
    let terms = terms::load(tx, &asked.variants, &asked.codes, &asked.buyers);
    if let Wait::For(_) = wait {
        let shelf = shelf.await?;
        let (goods, terms) = try_join(goods, terms).await?;
        return Ok((shelf, goods, terms));
    }
    try_join3(shelf, goods, terms).await
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
