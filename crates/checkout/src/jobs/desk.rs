//! The desk before the queue: where many come at once, or shelves are known to be empty, it asks
//! what is in their carts, with one look for everybody and without a lock. Whoever wants what is
//! sold out is told so, whoever wants what many want waits in a lane of its own, so that nobody
//! else waits for them. Decides nothing about stock: it only ever says what a shelf has said.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cart::{Cart, CartItem, CartState};
use ids::{CartId, VariantId};
use inventory::{InventoryRefusal, Shortage};
use kit::{Db, Error, Kit, Result};

use super::{placement::Placement, queue::Waiting};
use crate::model::Stuck;

/// How many wait in the queue before the desk is asked although no shelf is known to be empty.
pub(super) const CROWD: usize = 32;

/// How many want the same thing at once before they get a lane.
const STORM: usize = 16;

/// Where to with an order.
enum Way {
    Queue,
    /// That of one shelf, or of several that many want together.
    Lane(BTreeSet<VariantId>),
    Refused(Error),
}

/// What the desk has looked at, in this order.
struct Seen {
    empty: BTreeSet<VariantId>,
    contents: Contents,
    available: Available,
}

type Available = BTreeMap<VariantId, i64>;
type Contents = BTreeMap<CartId, (Cart, Vec<CartItem>)>;

impl Placement {
    /// Sees to whoever is at the desk, until nobody is.
    pub(super) async fn attend(self: Arc<Self>, kit: Kit) {
        let _attending = Attending(&self);
        loop {
            let waiting = self.queue().next_at_desk(self.settings.batch_max);
            let Some(waiting) = waiting else { return };
            let carts: BTreeSet<CartId> = waiting.iter().map(Waiting::cart_id).collect();
            let carts: Vec<CartId> = carts.into_iter().collect();
            // Before the carts: an order that empties a shelf has closed its own cart by then.
            let empty = self.board.list_empty(&kit.db);
            // Whatever is wrong, the queue will find it too.
            let contents = read(&kit, &carts).await.unwrap_or_default();
            let available = self.available(&kit.db, &empty, &contents).await;
            let available = available.unwrap_or_default();
            let seen = Seen {
                empty,
                contents,
                available,
            };
            let storms = self.storms(&waiting, &seen.contents);
            for waiting in waiting {
                match self.way(&kit.db, &waiting, &seen, &storms) {
                    Way::Queue => self.queue_up(&kit, waiting),
                    Way::Lane(ids) => match ids.first() {
                        Some(id) if ids.len() == 1 => {
                            self.park(&kit, Stuck::Variant(*id), waiting);
                        }
                        _ => self.join(&kit, ids, waiting),
                    },
                    Way::Refused(refusal) => waiting.refuse(refusal),
                }
            }
        }
    }

    /// What so many want that they wait by themselves.
    fn storms(&self, waiting: &[Waiting], contents: &Contents) -> Storms {
        let wants = waiting.iter().filter_map(|waiting| {
            let (_, items) = contents.get(&waiting.cart_id())?;
            Some(wanted(items))
        });
        let wants: Vec<BTreeSet<VariantId>> = wants.collect();
        let mut variants = many(wants.iter().flatten().copied());
        let stormed =
            |wants: &BTreeSet<VariantId>| wants.intersection(&variants).copied().collect();
        let mut together = many(wants.iter().map(stormed));
        let queue = self.queue();
        variants.extend(queue.stuck_variants());
        together.extend(queue.stuck_sets());
        together.retain(|ids| ids.len() > 1);
        Storms { variants, together }
    }

    /// Of a bundle none is left when none is left of a part.
    fn is_sold_out(&self, db: &Db, empty: &BTreeSet<VariantId>, item: &CartItem) -> bool {
        let is_empty = |id: VariantId| empty.contains(&id) && self.board.is_empty(db, id);
        let mut wants = item.wants().into_iter();
        wants.any(|want| is_empty(want.variant_id))
    }

    /// Everything that a cart is short of: what is known to be sold out, and what else is.
    fn shortages(&self, db: &Db, items: &[CartItem], seen: &Seen) -> Vec<Shortage> {
        let shortage = |item: &CartItem| Shortage {
            variant_id: item.variant_id,
            wanted: item.quantity,
            available: match seen.available.get(&item.variant_id) {
                _ if self.is_sold_out(db, &seen.empty, item) => 0,
                // Nothing is said against what nothing is known of.
                units => units.copied().unwrap_or(item.quantity).max(0),
            },
        };
        let shortages = items.iter().map(shortage);
        shortages
            .filter(|shortage| shortage.available < shortage.wanted)
            .collect()
    }

    /// What there is of what is in carts with something that is sold out.
    async fn available(
        &self,
        db: &Db,
        empty: &BTreeSet<VariantId>,
        contents: &Contents,
    ) -> Result<Available> {
        let is_sold_out = |item: &CartItem| self.is_sold_out(db, empty, item);
        let carts = contents.values().map(|(_, items)| items);
        let short = carts.filter(|items| items.iter().any(is_sold_out));
        let variants: BTreeSet<VariantId> = short.flatten().map(|item| item.variant_id).collect();
        let variants: Vec<VariantId> = variants.into_iter().collect();
        if variants.len() < 2 {
            return Ok(Available::new());
        }
        let available = inventory::list_available(&db.read().await?, &variants).await?;
        Ok(available.into_iter().collect())
    }

    fn way(&self, db: &Db, waiting: &Waiting, seen: &Seen, storms: &Storms) -> Way {
        let Some((cart, items)) = seen.contents.get(&waiting.cart_id()) else {
            return Way::Queue;
        };
        // A cart that is an order already is answered that, whatever the shelf says.
        if cart.state != CartState::Open || !cart.belongs_to(waiting.shopper()) {
            return Way::Queue;
        }
        let mut sold_out = items
            .iter()
            .filter(|item| self.is_sold_out(db, &seen.empty, item));
        if sold_out.next().is_some() {
            let short = self.shortages(db, items, seen);
            if !short.is_empty() {
                metrics::counter!("placement_refused_from_memory_total").increment(1);
                return Way::Refused(InventoryRefusal::InsufficientStock(short).into());
            }
        }
        storms.of(&wanted(items)).map_or(Way::Queue, Way::Lane)
    }
}

/// What so many want at once that they get lanes.
struct Storms {
    variants: BTreeSet<VariantId>,
    /// Several that the same people want. To wait for one of them and be held up by the next would
    /// be a transaction for nothing.
    together: BTreeSet<BTreeSet<VariantId>>,
}

impl Storms {
    /// What somebody with these wishes is to wait for.
    fn of(&self, wants: &BTreeSet<VariantId>) -> Option<BTreeSet<VariantId>> {
        let together = self.together.iter().filter(|ids| ids.is_subset(wants));
        if let Some(ids) = together.max_by_key(|ids| ids.len()) {
            return Some(ids.clone());
        }
        let alone = wants.intersection(&self.variants).min();
        alone.map(|id| BTreeSet::from([*id]))
    }
}

/// The shelves that a cart needs.
fn wanted(items: &[CartItem]) -> BTreeSet<VariantId> {
    let wants = items.iter().flat_map(CartItem::wants);
    wants.map(|want| want.variant_id).collect()
}

/// What there is so often that it is a storm.
fn many<T: Ord>(all: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let many = counts.into_iter().filter(|(_, count)| *count >= STORM);
    many.map(|(one, _)| one).collect()
}

/// Somebody attends to the desk. If that breaks off, whoever is there is answered a fault, and the
/// next one to come is attended to again.
struct Attending<'a>(&'a Placement);

impl Drop for Attending<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut queue = self.0.queue();
            queue.is_attended = false;
            queue.desk.clear();
        }
    }
}

async fn read(kit: &Kit, carts: &[CartId]) -> Result<Contents> {
    cart::contents_of(&kit.db.read().await?, carts).await
}
