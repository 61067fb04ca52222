//! How much of an order's money belongs to a line, and how much of it can still go back. Pure.

use ids::VariantId;
use kit::{Result, http::body::invalid_member};
use money::Money;
use orders::{Order, OrderLine};

use super::{PaymentRefusal, RefundLine, WantedLine};

/// A line of an order with what of it is spoken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineBalance {
    pub(crate) variant_id: VariantId,
    pub(crate) bought_quantity: i64,
    /// What was paid for it: its share of everything but the delivery.
    pub(crate) paid: Money,
    pub(crate) refunded_quantity: i64,
    pub(crate) refunded_minor: i64,
}

impl LineBalance {
    const fn refundable(&self) -> Money {
        Money::new(
            self.paid.minor() - self.refunded_minor,
            self.paid.currency(),
        )
    }

    const fn refundable_quantity(&self) -> i64 {
        self.bought_quantity - self.refunded_quantity
    }

    /// What was paid for the next `quantity` units; for the last ones all that is left of it.
    fn share(&self, quantity: i64) -> Money {
        if quantity == self.refundable_quantity() {
            return self.refundable();
        }
        let units = usize::try_from(self.bought_quantity).unwrap_or(0);
        let from = usize::try_from(self.refunded_quantity).unwrap_or(0);
        let taken = usize::try_from(quantity).unwrap_or(0);
        let minor: i64 = self
            .paid
            .split(&vec![1; units])
            .iter()
            .skip(from)
            .take(taken)
            .map(Money::minor)
            .sum();
        Money::new(minor.min(self.refundable().minor()), self.paid.currency())
    }
}

/// The lines of an order with what was paid for each, as it was agreed: without its discount, with
/// its tax. The delivery and its tax belong to none.
pub(crate) fn line_balances(order: &Order, lines: &[OrderLine]) -> Vec<LineBalance> {
    let balance = |line: &OrderLine| LineBalance {
        variant_id: line.variant_id,
        bought_quantity: line.quantity,
        paid: Money::new(line.paid().minor(), order.currency()),
        refunded_quantity: 0,
        refunded_minor: 0,
    };
    lines.iter().map(balance).collect()
}

/// What a refund gives back of each line.
///
/// # Errors
/// `invalid_body` for a line that the order does not have, or nothing at all of a line;
/// `refund_line_exceeds` for more than is left of it.
pub(crate) fn plan_lines(
    balances: &[LineBalance],
    wanted: &[WantedLine],
) -> Result<Vec<RefundLine>> {
    let plan = |(index, wanted): (usize, &WantedLine)| {
        let at = |member: &str| format!("/lines/{index}/{member}");
        let balance = balances
            .iter()
            .find(|balance| balance.variant_id == wanted.variant_id)
            .ok_or_else(|| invalid_member(at("variant_id"), "the order has no such line"))?;
        let exceeds = PaymentRefusal::RefundLineExceeds {
            variant_id: balance.variant_id,
            refundable_quantity: balance.refundable_quantity(),
            refundable: balance.refundable(),
        };
        if wanted.quantity > balance.refundable_quantity() {
            return Err(exceeds.into());
        }
        let amount = match wanted.amount {
            Some(amount) if amount.currency() != balance.paid.currency() => {
                let currency = balance.paid.currency();
                let reason = format!("it must be {currency}");
                return Err(invalid_member(at("amount/currency"), reason));
            }
            Some(amount) => amount,
            None => balance.share(wanted.quantity),
        };
        if amount.minor() > balance.refundable().minor() || amount.minor() <= 0 {
            return Err(exceeds.into());
        }
        Ok(RefundLine {
            variant_id: balance.variant_id,
            quantity: wanted.quantity,
            amount,
        })
    };
    wanted.iter().enumerate().map(plan).collect()
}
