//! Nouns and refusals of flash sales.

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use ids::{SaleId, VariantId};
use kit::{Refusal, RefusalKind, Result, http::body::invalid_member};
use serde_json::{Value, json};

/// The most variants of one sale.
pub(crate) const VARIANTS_MAX: usize = 100;

/// The most characters of a name.
pub(crate) const NAME_CHARS_MAX: usize = 120;

/// The longest that a sale may be planned ahead, and that it may last.
const AHEAD_MAX: TimeDelta = TimeDelta::days(366);

/// From when and until when the variants of a sale may be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaleTerms {
    /// Which sale.
    pub sale_id: SaleId,
    /// Nothing is ordered before.
    pub starts_at: DateTime<Utc>,
    /// Nothing is ordered from then on; without it until staff close the sale.
    pub ends_at: Option<DateTime<Utc>>,
    /// Whether who orders must have queued first.
    pub has_queue: bool,
}

impl SaleTerms {
    /// Whether a variant of the sale may be ordered.
    ///
    /// # Errors
    /// `sale_not_started` with the instant, `sale_ended`.
    pub fn check(&self, variant_id: VariantId, now: DateTime<Utc>) -> Result<(), SaleRefusal> {
        let starts_at = self.starts_at;
        if now < starts_at {
            return Err(SaleRefusal::NotStarted {
                variant_id,
                starts_at,
                wait: starts_at - now,
            });
        }
        match self.ends_at {
            Some(ends_at) if ends_at <= now => Err(SaleRefusal::Ended {
                variant_id,
                ends_at,
            }),
            _ => Ok(()),
        }
    }
}

/// How many at once may order in a sale, and for how long each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueueTerms {
    /// Shoppers who have a token that counts and have not ordered yet, at the most.
    pub(crate) slots: i32,
    /// For how long a token counts.
    pub(crate) token_seconds: i32,
}

impl QueueTerms {
    const SLOTS: RangeInclusive<i32> = 1..=100_000;
    const TOKEN_SECONDS: RangeInclusive<i32> = 30..=3_600;

    fn check(self) -> Result<()> {
        if !Self::SLOTS.contains(&self.slots) {
            let between = "it must be 1 to 100,000";
            return Err(invalid_member("/queue/slots", between));
        }
        if !Self::TOKEN_SECONDS.contains(&self.token_seconds) {
            let between = "it must be 30 to 3,600 seconds";
            return Err(invalid_member("/queue/token_seconds", between));
        }
        Ok(())
    }
}

/// The queue before a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SaleQueue {
    pub(crate) terms: QueueTerms,
    /// What was placed before needed no token.
    pub(crate) since: DateTime<Utc>,
}

/// A flash sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sale {
    pub(crate) id: SaleId,
    pub(crate) name: String,
    pub(crate) variant_ids: Vec<VariantId>,
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    /// When staff closed it: its variants are sold as any other since.
    pub(crate) closed_at: Option<DateTime<Utc>>,
    pub(crate) queue: Option<SaleQueue>,
    pub(crate) version: i64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

impl Sale {
    pub(crate) fn check_name(&self) -> Result<()> {
        let chars = self.name.chars().count();
        if chars > NAME_CHARS_MAX || self.name.contains('\0') {
            let most = format_args!("it must have at most {NAME_CHARS_MAX} characters");
            return Err(invalid_member("/name", most));
        }
        Ok(())
    }

    /// Whether the times make sense to somebody who sets them now.
    pub(crate) fn check_times(&self, now: DateTime<Utc>) -> Result<()> {
        if (self.starts_at - now).abs() > AHEAD_MAX {
            let near = "it must lie within 366 days of now";
            return Err(invalid_member("/starts_at", near));
        }
        let Some(ends_at) = self.ends_at else {
            return Ok(());
        };
        if ends_at <= self.starts_at || ends_at - self.starts_at > AHEAD_MAX {
            let after = "it must lie behind starts_at, by 366 days at the most";
            return Err(invalid_member("/ends_at", after));
        }
        Ok(())
    }

    /// Switches the queue on, changes it, or switches it off.
    pub(crate) fn set_queue(
        &mut self,
        terms: Option<QueueTerms>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let since = self.queue.map_or(now, |queue| queue.since);
        self.queue = terms.map(|terms| SaleQueue { terms, since });
        terms.map_or(Ok(()), QueueTerms::check)
    }

    /// What staff may do about its times: the start as long as it has not come, the end as long as
    /// that has not come; neither becomes a moment that has passed.
    pub(crate) fn move_times(
        &mut self,
        starts_at: DateTime<Utc>,
        ends_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        if starts_at != self.starts_at {
            if self.starts_at <= now {
                return Err(SaleRefusal::HasStarted {
                    starts_at: self.starts_at,
                }
                .into());
            }
            self.starts_at = starts_at.max(now);
        }
        if ends_at != self.ends_at {
            if ends_at.is_some_and(|ends_at| ends_at < now) {
                return Err(invalid_member("/ends_at", "it must not have passed"));
            }
            self.ends_at = ends_at;
        }
        self.check_times(now)
    }
}

/// Why a sale says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaleRefusal {
    /// Too early.
    NotStarted {
        /// What was to be ordered.
        variant_id: VariantId,
        /// From when it may be.
        starts_at: DateTime<Utc>,
        /// The time until then.
        wait: TimeDelta,
    },
    /// Too late.
    Ended {
        /// What was to be ordered.
        variant_id: VariantId,
        /// Until when it could be.
        ends_at: DateTime<Utc>,
    },
    /// There is none with this id.
    NotFound,
    /// Its start is no longer to be moved.
    HasStarted {
        /// When it started.
        starts_at: DateTime<Utc>,
    },
    /// Staff have closed it.
    Closed,
    /// Variants that are in another sale.
    VariantsTaken(Vec<VariantId>),
}

kit::refusal_kinds! {
    NOT_STARTED "sale_not_started" 409 @retryable Recoverable "The sale has not started"
        "Something in the cart is on sale from meta.starts_at on. Keep the cart as it is and \
         order it again then; Retry-After says in how many seconds that is."
    ENDED "sale_ended" 409 RequiresBuyerInput "The sale is over"
        "Something in the cart was on sale until meta.ends_at. Take it out of the cart."
    NOT_FOUND "sale_not_found" 404 Final "No such sale"
        "There is no sale with this id, or staff have closed it."
    HAS_STARTED "sale_has_started" 409 Final "The sale has started"
        "A sale that has started starts no later, because orders may have been placed. Its end \
         can still be moved, and it can be closed."
    CLOSED "sale_closed" 409 Final "The sale is closed"
        "Staff have closed this sale; nothing about it changes any more. Create another one."
    VARIANTS_TAKEN "variants_in_another_sale" 409 Recoverable "A variant is in another sale"
        "A variant is in one sale at a time. errors names those that are in another one; close \
         that one first, also when it is over."
}

impl Refusal for SaleRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotStarted { .. } => &NOT_STARTED,
            Self::Ended { .. } => &ENDED,
            Self::NotFound => &NOT_FOUND,
            Self::HasStarted { .. } => &HAS_STARTED,
            Self::Closed => &CLOSED,
            Self::VariantsTaken(_) => &VARIANTS_TAKEN,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }

    fn parts(&self) -> Vec<kit::error::RefusedPart> {
        let Self::VariantsTaken(variants) = self else {
            return Vec::new();
        };
        let part = |variant_id: &VariantId| kit::error::RefusedPart {
            pointer: "/variant_ids".to_owned(),
            code: "in_another_sale",
            message: format!("{variant_id} is in another sale"),
            meta: Some(json!({ "variant_id": variant_id })),
        };
        variants.iter().map(part).collect()
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::NotStarted {
                variant_id,
                starts_at,
                ..
            } => Some(json!({ "variant_id": variant_id, "starts_at": starts_at })),
            Self::Ended {
                variant_id,
                ends_at,
            } => Some(json!({ "variant_id": variant_id, "ends_at": ends_at })),
            Self::HasStarted { starts_at } => Some(json!({ "starts_at": starts_at })),
            _ => None,
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::NotStarted { wait, .. } => {
                let millis = u64::try_from(wait.num_milliseconds()).unwrap_or(0);
                Some(millis.div_ceil(1_000).max(1))
            }
            _ => None,
        }
    }
}
