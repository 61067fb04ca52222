//! What is measured: eight kinds of request, each with the script that does the same in SQL.

use http::StatusCode;
use serde::Serialize;

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Case {
    /// The server's shortest answer.
    Health,
    /// The first page of the product list.
    List,
    /// One product of all, by its slug.
    Detail,
    /// A first line for a guest's empty cart.
    Cart,
    /// An order of two lines, of the same two variants for everybody.
    OrderHot,
    /// An order of two lines, of any two variants of the shelf.
    OrderSpread,
    /// A signed webhook that was never seen.
    Webhook,
    /// A signed webhook that came before, to the byte.
    WebhookAgain,
}

/// How many orders the batched script places in one transaction.
pub(crate) const BATCH: u32 = 64;

/// The carts that a case uses up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CartsOfCase {
    /// The number of its first cart; no case comes near another's.
    pub(crate) first: u64,
    /// How many lines each has from the start.
    pub(crate) lines: u32,
    /// The table in which a used cart leaves a row.
    pub(crate) used_in: &'static str,
}

/// How far apart the cases' carts are.
pub(crate) const CARTS_APART: u64 = 1 << 40;

impl Case {
    pub(crate) const ALL: [Self; 8] = [
        Self::Health,
        Self::List,
        Self::Detail,
        Self::Cart,
        Self::OrderHot,
        Self::OrderSpread,
        Self::Webhook,
        Self::WebhookAgain,
    ];

    /// As the table calls it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Health => "bare answer",
            Self::List => "product list",
            Self::Detail => "product detail",
            Self::Cart => "add to cart",
            Self::OrderHot => "order, one pair",
            Self::OrderSpread => "order, spread",
            Self::Webhook => "webhook, new",
            Self::WebhookAgain => "webhook, again",
        }
    }

    /// The same work for pgbench.
    pub(crate) const fn script(self) -> &'static str {
        match self {
            Self::Health => include_str!("../sql/health.sql"),
            Self::List => include_str!("../sql/list.sql"),
            Self::Detail => include_str!("../sql/detail.sql"),
            Self::Cart => include_str!("../sql/cart.sql"),
            Self::OrderHot | Self::OrderSpread => include_str!("../sql/order.sql"),
            Self::Webhook => include_str!("../sql/webhook.sql"),
            Self::WebhookAgain => include_str!("../sql/webhook_again.sql"),
        }
    }

    /// The same work for many at once in one transaction, where there is such a way.
    pub(crate) const fn batched_script(self) -> Option<&'static str> {
        match self {
            Self::OrderHot | Self::OrderSpread => Some(include_str!("../sql/order_batch.sql")),
            _ => None,
        }
    }

    /// The status of every answer.
    pub(crate) const fn expected(self) -> StatusCode {
        match self {
            Self::Health | Self::List | Self::Detail => StatusCode::OK,
            Self::Webhook | Self::WebhookAgain => StatusCode::OK,
            Self::Cart | Self::OrderHot | Self::OrderSpread => StatusCode::CREATED,
        }
    }

    /// Whether it changes anything.
    pub(crate) const fn writes(self) -> bool {
        !matches!(self, Self::Health | Self::List | Self::Detail)
    }

    /// Whether it is a message of the payment provider.
    pub(crate) const fn is_webhook(self) -> bool {
        matches!(self, Self::Webhook | Self::WebhookAgain)
    }

    /// The carts that it uses up, one per request; `None` for a case that uses none.
    pub(crate) const fn carts(self) -> Option<CartsOfCase> {
        let (place, lines, used_in) = match self {
            Self::Health | Self::List | Self::Detail | Self::Webhook | Self::WebhookAgain => {
                return None;
            }
            Self::Cart => (1, 0, "cart_items"),
            Self::OrderHot => (2, 2, "orders"),
            Self::OrderSpread => (3, 2, "orders"),
        };
        Some(CartsOfCase {
            first: place * CARTS_APART,
            lines,
            used_in,
        })
    }

    /// From how many variants of the shelf each line is drawn.
    pub(crate) const fn variants_per_line(self, shelf: u64) -> u64 {
        match self {
            Self::OrderSpread => shelf / 2,
            _ => 1,
        }
    }
}

/// The id of a cart, as `bench.cart` in sql/prepare.sql makes it.
pub(crate) fn cart_id(number: u64) -> String {
    let (high, low) = (number >> 48, number & 0xffff_ffff_ffff);
    format!("01900000-0000-7000-8{high:03x}-{low:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carts_have_ids_of_version_7() {
        assert_eq!(
            cart_id(0x0200_0000_00ff),
            "01900000-0000-7000-8000-0200000000ff"
        );
    }

    #[test]
    fn the_cases_carts_are_apart() {
        let mut firsts: Vec<u64> = Case::ALL
            .iter()
            .filter_map(|case| case.carts())
            .map(|carts| carts.first)
            .collect();
        firsts.dedup();
        assert_eq!(firsts.len(), 3);
        assert!(
            firsts
                .windows(2)
                .all(|pair| pair[0] + CARTS_APART <= pair[1])
        );
    }
}
