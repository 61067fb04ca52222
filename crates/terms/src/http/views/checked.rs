//! What staff send, looked at member by member.

use chrono::{DateTime, Utc};
use ids::PromotionId;
use kit::{Result, http::body::invalid_member};
use money::{Currency, Money};

use super::{PromotionBody, PromotionKind};
use crate::model::{Effect, Promotion, check_amount, check_name, code_of};

fn refuse<T>(pointer: &str, reason: &str) -> Result<T> {
    Err(invalid_member(pointer, reason))
}

fn check_count(pointer: &str, count: Option<i64>, most: i64) -> Result<()> {
    match count {
        Some(count) if !(1..=most).contains(&count) => {
            refuse(pointer, &format!("it is from 1 to {most}"))
        }
        _ => Ok(()),
    }
}

impl PromotionBody {
    /// The promotion that it says.
    pub(in crate::http) fn checked(self, id: PromotionId, now: DateTime<Utc>) -> Result<Promotion> {
        check_name("/name", &self.name)?;
        let code = self.checked_code()?;
        let effect = self.checked_effect()?;
        check_count("/applications_max", self.applications_max, 9_999)?;
        check_count("/usage_limit", self.usage_limit, 1_000_000_000)?;
        check_count("/customer_limit", self.customer_limit, 1_000_000_000)?;
        if !(-1_000..=1_000).contains(&self.priority) {
            return refuse("/priority", "it is from -1000 to 1000");
        }
        let minimum = self.minimum_subtotal.unwrap_or(Money::zero(Currency::ETB));
        check_amount("/minimum_subtotal", minimum)?;
        if let (Some(starts_at), Some(ends_at)) = (self.starts_at, self.ends_at)
            && ends_at <= starts_at
        {
            return refuse("/ends_at", "it must lie behind starts_at");
        }
        Ok(Promotion {
            id,
            name: self.name,
            code,
            effect,
            priority: self.priority,
            is_exclusive: self.is_exclusive,
            minimum_minor: minimum.minor(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            usage_limit: self.usage_limit,
            customer_limit: self.customer_limit,
            used_count: 0,
            closed_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    fn checked_code(&self) -> Result<Option<String>> {
        let Some(text) = &self.code else {
            return Ok(None);
        };
        let code = code_of(text);
        let is_letter = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if !(3..=40).contains(&code.chars().count()) || !code.chars().all(is_letter) {
            return refuse(
                "/code",
                "it has 3 to 40 letters, digits, hyphens or underscores",
            );
        }
        Ok(Some(code))
    }

    /// Each kind has its members and no other, so that nobody believes they did something.
    fn checked_effect(&self) -> Result<Effect> {
        let kind = self.kind;
        let is_deal = kind == PromotionKind::BuyGet;
        let has_percentage = is_deal || kind == PromotionKind::Percentage;
        let has_amount = matches!(
            kind,
            PromotionKind::AmountOff | PromotionKind::AmountOffEach
        );
        let has_goods = kind != PromotionKind::FreeShipping;
        let names_got = !(self.get_variant_ids.is_empty() && self.get_product_ids.is_empty());
        for (pointer, is_needed, is_there) in [
            ("/percentage", has_percentage, self.percentage.is_some()),
            ("/amount", has_amount, self.amount.is_some()),
            ("/buy_quantity", is_deal, self.buy_quantity.is_some()),
            ("/get_quantity", is_deal, self.get_quantity.is_some()),
        ] {
            if is_needed != is_there {
                let reason = match is_needed {
                    true => "this kind needs it",
                    false => "this kind does not have it",
                };
                return refuse(pointer, reason);
            }
        }
        for (pointer, may_be, is_there) in [
            (
                "/applications_max",
                is_deal,
                self.applications_max.is_some(),
            ),
            ("/get_variant_ids", is_deal, names_got),
            ("/variant_ids", has_goods, !self.variant_ids.is_empty()),
            ("/product_ids", has_goods, !self.product_ids.is_empty()),
        ] {
            if is_there && !may_be {
                return refuse(pointer, "this kind does not have it");
            }
        }
        for (pointer, count) in [
            ("/variant_ids", self.variant_ids.len()),
            ("/product_ids", self.product_ids.len()),
            ("/get_variant_ids", self.get_variant_ids.len()),
            ("/get_product_ids", self.get_product_ids.len()),
        ] {
            if count > 500 {
                return refuse(pointer, "there are at most 500");
            }
        }
        if let Some(amount) = self.amount {
            check_amount("/amount", amount)?;
            if amount.minor() == 0 {
                return refuse("/amount", "it is more than nothing");
            }
        }
        check_count("/buy_quantity", self.buy_quantity, 9_999)?;
        check_count("/get_quantity", self.get_quantity, 9_999)?;
        Ok(self.effect())
    }
}
