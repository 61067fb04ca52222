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

/// How an amount is taken of several parts of an order's money, the first as far as it goes: for
/// each part that is needed its place, how much, and which lines. The units of a line go with the
/// first of its money.
pub(crate) fn spread(
    amount: Money,
    lines: &[RefundLine],
    refundable: &[i64],
) -> Vec<(usize, Money, Vec<RefundLine>)> {
    let currency = amount.currency();
    let mut open: Vec<RefundLine> = lines.to_vec();
    let mut left = amount.minor();
    let mut parts = Vec::new();
    for (place, most) in refundable.iter().enumerate() {
        let share = left.min(*most);
        if share <= 0 {
            continue;
        }
        left -= share;
        let mut of_lines = share;
        let mut own = Vec::new();
        for line in &mut open {
            let minor = line.amount.minor().min(of_lines);
            if minor <= 0 {
                continue;
            }
            own.push(RefundLine {
                variant_id: line.variant_id,
                quantity: std::mem::take(&mut line.quantity),
                amount: Money::new(minor, currency),
            });
            line.amount = Money::new(line.amount.minor() - minor, currency);
            of_lines -= minor;
        }
        parts.push((place, Money::new(share, currency), own));
    }
    parts
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
