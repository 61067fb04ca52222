//! What buyers may take: how much of each limit is used, and what an order needs of it. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use ids::{CustomerId, VariantId};
use kit::random::token_hash;
use serde::Deserialize;

use super::{InventoryRefusal, Limits, OverLimit};

/// The section `[checkout.unpaid]`: how much may be open and unpaid at once. 0 sets no bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnpaidCaps {
    /// Orders of one buyer.
    pub orders_per_customer: u32,
    /// Units of one buyer.
    pub units_per_customer: u32,
    /// Orders to one address.
    pub orders_per_address: u32,
    /// Units to one address.
    pub units_per_address: u32,
}

impl UnpaidCaps {
    /// Whether anything is bounded.
    #[must_use]
    pub fn are_some(&self) -> bool {
        *self != Self::default()
    }
}

/// Who buys and where it goes, as limits know them: however somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    names: Vec<String>,
    address: String,
}

impl Buyer {
    /// A buyer is known by each of [`customers::buyer_names`]. An address is known by its letters
    /// and digits.
    #[must_use]
    pub fn new(
        customer_id: Option<CustomerId>,
        email: &str,
        phone: Option<&str>,
        address: &[&str],
    ) -> Self {
        let names = customers::buyer_names(customer_id, email, phone);
        let letters = |part: &&str| -> String {
            let kept = part.chars().filter(|c| c.is_alphanumeric());
            kept.flat_map(char::to_lowercase).collect()
        };
        let address: Vec<String> = address.iter().map(letters).collect();
        let address = address.join("|");
        Self { names, address }
    }
}

/// Which limit, and of whom.
pub(crate) type Key = Vec<u8>;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitKind {
    /// Units of a variant by one buyer.
    Variant(VariantId),
    /// Unpaid orders.
    OpenOrders,
    /// Units of unpaid orders.
    OpenUnits,
}

impl LimitKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Variant(_) => "variant",
            Self::OpenOrders => "open_orders",
            Self::OpenUnits => "open_units",
        }
    }

    pub(crate) const fn variant_id(self) -> Option<VariantId> {
        match self {
            Self::Variant(id) => Some(id),
            _ => None,
        }
    }
}

/// What an order needs of one limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub(crate) key: Key,
    pub(crate) kind: LimitKind,
    pub(crate) quantity: i64,
    /// What may be used in all.
    pub(crate) used_max: i64,
}

/// A line as limits see it.
#[derive(Debug, Clone, Copy)]
pub struct LimitedLine<'a> {
    /// Of which variant.
    pub variant_id: VariantId,
    /// Units.
    pub quantity: i64,
    /// The variant's limits.
    pub limits: &'a Limits,
}

/// What an order needs of limits: of its variants', and of what may be open at once. Nothing
/// where nothing is limited.
#[must_use]
pub fn uses_of(
    buyer: &Buyer,
    lines: &[LimitedLine<'_>],
    caps: &UnpaidCaps,
    now: DateTime<Utc>,
) -> Vec<Use> {
    let mut uses = Vec::new();
    for line in lines {
        for name in &buyer.names {
            uses.extend(use_of(name, line, now));
        }
    }
    let units = lines.iter().map(|line| line.quantity).sum();
    let place = format!("address:{}", buyer.address);
    let mut open = |who: &str, kind: LimitKind, quantity: i64, most: u32| {
        if most > 0 {
            uses.push(Use {
                key: token_hash(&format!("{}|{who}", kind.name())),
                kind,
                quantity,
                used_max: i64::from(most),
            });
        }
    };
    for name in &buyer.names {
        open(name, LimitKind::OpenOrders, 1, caps.orders_per_customer);
        open(name, LimitKind::OpenUnits, units, caps.units_per_customer);
    }
    open(&place, LimitKind::OpenOrders, 1, caps.orders_per_address);
    open(&place, LimitKind::OpenUnits, units, caps.units_per_address);
    uses
}

/// What somebody with an account would use of the limits of variants, before an order says more
/// about them.
#[must_use]
pub fn uses_of_account(
    customer_id: CustomerId,
    lines: &[LimitedLine<'_>],
    now: DateTime<Utc>,
) -> Vec<Use> {
    let name = customers::account_name(customer_id);
    let of = |line| use_of(&name, line, now);
    lines.iter().filter_map(of).collect()
}

fn use_of(name: &str, line: &LimitedLine<'_>, now: DateTime<Utc>) -> Option<Use> {
    let used_max = line.limits.per_customer_max?;
    let period = line.limits.period_began_at(now);
    let began_at = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let days = line.limits.per_customer_days.unwrap_or(0);
    let period = format!("{days}|{}", period.map(began_at).unwrap_or_default());
    Some(Use {
        key: token_hash(&format!("variant|{}|{name}|{period}", line.variant_id)),
        kind: LimitKind::Variant(line.variant_id),
        quantity: line.quantity,
        used_max,
    })
}

/// How much of some limits is used, by what is committed and by the orders that a batch has
/// decided on so far. What is not known is unused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowances {
    used: BTreeMap<Key, i64>,
}

impl Allowances {
    pub(crate) fn of(used: impl IntoIterator<Item = (Key, i64)>) -> Self {
        Self {
            used: used.into_iter().collect(),
        }
    }

    fn left(&self, one: &Use) -> i64 {
        let used = self.used.get(&one.key).copied().unwrap_or(0);
        (one.used_max - used).max(0)
    }

    pub(crate) fn used(&self, key: &Key) -> i64 {
        self.used.get(key).copied().unwrap_or(0)
    }

    /// The most units of a variant that whoever these are the uses of may still take; `None`
    /// without a limit.
    #[must_use]
    pub fn left_of(&self, uses: &[Use], variant_id: VariantId) -> Option<i64> {
        let of_variant = |one: &&Use| one.kind == LimitKind::Variant(variant_id);
        let left = uses.iter().filter(of_variant).map(|one| self.left(one));
        left.min()
    }

    /// Whether an order may be placed that needs these; takes nothing.
    ///
    /// # Errors
    /// `limit_exceeded` with every variant of which the order has too much; `too_much_unpaid`.
    pub fn check(&self, uses: &[Use], lines: &[LimitedLine<'_>]) -> Result<(), InventoryRefusal> {
        let over = |line: &LimitedLine<'_>| {
            let left = self.left_of(uses, line.variant_id);
            let allowed = left.into_iter().chain(line.limits.per_order_max).min()?;
            (line.quantity > allowed).then_some(OverLimit {
                variant_id: line.variant_id,
                wanted: line.quantity,
                allowed,
            })
        };
        let over: Vec<OverLimit> = lines.iter().filter_map(over).collect();
        if !over.is_empty() {
            return Err(InventoryRefusal::LimitExceeded(over));
        }
        let is_open = |one: &&Use| one.kind.variant_id().is_none();
        let mut open = uses.iter().filter(is_open);
        match open.find(|one| one.quantity > self.left(one)) {
            Some(full) => Err(InventoryRefusal::TooMuchUnpaid {
                kind: full.kind.name(),
                allowed: self.left(full),
            }),
            None => Ok(()),
        }
    }

    /// Notes that an order that was checked uses these.
    pub fn take(&mut self, uses: &[Use]) {
        for one in uses {
            *self.used.entry(one.key.clone()).or_default() += one.quantity;
        }
    }
}
