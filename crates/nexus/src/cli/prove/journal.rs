//! What buyers wanted and what they were told. In the end each line of it must be true, once.

use std::collections::BTreeMap;

use ids::VariantId;

use super::client::{Request, Sender};

/// Units by variant.
pub(super) type Wish = BTreeMap<VariantId, i64>;

/// What a buyer is going to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// Orders and pays.
    Pays,
    /// Is refused by the wallet at first, then pays.
    FailsFirst,
    /// Orders, goes to the page perhaps, and is never seen again.
    Abandons,
    /// Hangs up while placing the order, and is never seen again.
    Vanishes,
    /// Fills a cart and goes.
    Leaves,
}

impl Habit {
    /// Whether what this buyer wants must be sold in the end, if it is there.
    pub(super) const fn pays(self) -> bool {
        matches!(self, Self::Pays | Self::FailsFirst)
    }
}

/// An order that the shop has acknowledged.
#[derive(Debug, Clone)]
pub(super) struct ToldOrder {
    pub(super) id: String,
    pub(super) cart_id: String,
    pub(super) number: i64,
    pub(super) total_minor: i64,
    pub(super) lines: Wish,
    /// The references of its payments, and whether the buyer has paid the last of them.
    pub(super) tx_refs: Vec<String>,
    pub(super) is_paid: bool,
}

/// An answer to a write, to be asked for again in the end.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) sender: Sender,
    pub(super) request: Request,
    pub(super) status: u16,
    pub(super) bytes: Vec<u8>,
}

/// One buyer's part of the journal.
pub(super) struct Told {
    pub(super) habit: Habit,
    pub(super) wanted: Wish,
    /// What is left of the wish, because it was sold out at the time.
    pub(super) unmet: Wish,
    pub(super) orders: Vec<ToldOrder>,
    /// Carts whose orders nobody was told of.
    pub(super) vanished: Vec<String>,
    pub(super) kept: Vec<Kept>,
    /// Answers that the API does not promise.
    pub(super) oddities: Vec<String>,
}

impl Told {
    pub(super) fn new(habit: Habit, wanted: Wish) -> Self {
        Self {
            habit,
            unmet: wanted.clone(),
            wanted,
            orders: Vec::new(),
            vanished: Vec::new(),
            kept: Vec::new(),
            oddities: Vec::new(),
        }
    }

    /// An order was acknowledged: its units are no longer to be had elsewhere.
    pub(super) fn ordered(&mut self, order: ToldOrder) {
        for (variant, quantity) in &order.lines {
            if let Some(left) = self.unmet.get_mut(variant) {
                *left -= quantity;
            }
        }
        self.unmet.retain(|_, left| *left > 0);
        self.orders.push(order);
    }
}

/// All of it.
#[derive(Default)]
pub(super) struct Journal {
    pub(super) told: Vec<Told>,
}

impl Journal {
    pub(super) fn orders(&self) -> impl Iterator<Item = &ToldOrder> {
        self.told.iter().flat_map(|told| &told.orders)
    }

    /// Units of a variant that paying buyers want.
    pub(super) fn demand(&self, variant: VariantId) -> i64 {
        let paying = self.told.iter().filter(|told| told.habit.pays());
        paying.filter_map(|told| told.wanted.get(&variant)).sum()
    }
}
