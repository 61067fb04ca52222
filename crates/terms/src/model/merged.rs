//! The lines of a basket, merged by variant and price, in the order of ids.

use std::collections::BTreeMap;

use ids::VariantId;
use money::{Currency, Money};

use super::{
    Basket, BasketLine, Terms,
    discounts::{Goods, Taken},
};

/// The goods of a basket, merged, and which line belongs to which.
pub(super) struct Merged {
    pub(super) goods: Vec<Goods>,
    /// Of each of them, its lines in the basket.
    lines: Vec<Vec<usize>>,
    pub(super) subtotal: i64,
}

impl Merged {
    pub(super) fn of(basket: &Basket) -> Option<Self> {
        let mut by_key: BTreeMap<(VariantId, i64), (Goods, Vec<usize>)> = BTreeMap::new();
        let mut subtotal: i64 = 0;
        for (place, line) in basket.lines.iter().enumerate() {
            let gross = line.unit_minor.checked_mul(line.quantity)?;
            subtotal = subtotal.checked_add(gross)?;
            let found = by_key.entry((line.variant_id, line.unit_minor));
            let (goods, lines) = found.or_insert_with(|| (nothing_of(line), Vec::new()));
            lines.push(place);
            goods.quantity = goods.quantity.checked_add(line.quantity)?;
            goods.left = goods.left.checked_add(gross)?;
            goods.uncounted = goods.quantity;
        }
        let (goods, lines) = by_key.into_values().unzip();
        Some(Self {
            goods,
            lines,
            // Room for taxes on top of it.
            subtotal: (subtotal < i64::MAX / 4).then_some(subtotal)?,
        })
    }

    pub(super) fn grams(&self, terms: &Terms) -> Option<i64> {
        let weight = |goods: &Goods| terms.grams(goods.variant_id).checked_mul(goods.quantity);
        self.goods
            .iter()
            .try_fold(0_i64, |sum, goods| sum.checked_add(weight(goods)?))
    }

    /// What an amount of some goods is of each of their lines, by what the lines still cost.
    pub(super) fn by_line(
        &self,
        currency: Currency,
        left: &[i64],
        taken: &Taken,
    ) -> Vec<(usize, Money)> {
        let mut found = Vec::new();
        for (place, amount) in taken {
            let lines = &self.lines[*place];
            let weight = |line: &usize| u64::try_from(left[*line]).unwrap_or(0);
            let weights: Vec<u64> = lines.iter().map(weight).collect();
            let shares = Money::new(*amount, currency).split(&weights);
            found.extend(lines.iter().copied().zip(shares));
        }
        found.sort_by_key(|(line, _)| *line);
        found
    }
}

fn nothing_of(line: &BasketLine) -> Goods {
    Goods {
        variant_id: line.variant_id,
        product_id: line.product_id,
        unit: line.unit_minor,
        quantity: 0,
        left: 0,
        uncounted: 0,
    }
}
