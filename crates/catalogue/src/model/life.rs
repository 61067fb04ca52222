//! The life of a product: what search engines are told, when it is published, what it was before.

use chrono::{DateTime, Utc};
use ids::{StaffId, VariantId};
use money::Money;

use super::{CatalogueRefusal, Texts};

/// What search engines are told of a product; what is empty is taken from its page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seo {
    pub(crate) title: Texts,
    pub(crate) description: Texts,
}

/// When a product is published, and when it is taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) publish_at: Option<DateTime<Utc>>,
    pub(crate) unpublish_at: Option<DateTime<Utc>>,
}

impl Schedule {
    /// What is planned is to come, and what is published is taken back later.
    ///
    /// # Errors
    /// `invalid_schedule`
    pub(crate) fn check(self, now: DateTime<Utc>) -> Result<(), CatalogueRefusal> {
        if self.instants().any(|instant| instant <= now) {
            return Err(CatalogueRefusal::InvalidSchedule);
        }
        match (self.publish_at, self.unpublish_at) {
            (Some(from), Some(until)) if until <= from => Err(CatalogueRefusal::InvalidSchedule),
            _ => Ok(()),
        }
    }

    /// Both instants, as far as they are set.
    pub(crate) fn instants(self) -> impl Iterator<Item = DateTime<Utc>> {
        self.publish_at.into_iter().chain(self.unpublish_at)
    }
}

/// What a variant cost from an instant on.
#[derive(Debug, Clone)]
pub(crate) struct PriceThen {
    pub(crate) variant_id: VariantId,
    pub(crate) sku: String,
    pub(crate) price: Money,
    pub(crate) compare_at_price: Option<Money>,
    pub(crate) is_active: bool,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) changed_at: DateTime<Utc>,
}

/// Whether a product was seen from an instant on.
#[derive(Debug, Clone)]
pub(crate) struct PublicationThen {
    pub(crate) status: String,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) changed_at: DateTime<Utc>,
}
