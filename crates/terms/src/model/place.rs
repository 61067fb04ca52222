//! Where goods go, as far as terms ask.

use kit::{Result, http::body::invalid_member};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A country and a region of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "country": "ET", "region": "Addis Ababa" }))]
pub struct Place {
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: String,
    /// As addresses name it.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub region: String,
}

impl Place {
    pub(crate) fn check(&self, at: &str) -> Result<()> {
        Self::check_country(&format!("{at}/country"), &self.country)?;
        if self.region.chars().count() > 120 {
            let reason = "it must have at most 120 characters";
            return Err(invalid_member(format!("{at}/region"), reason));
        }
        Ok(())
    }

    pub(crate) fn check_country(pointer: &str, country: &str) -> Result<()> {
        if country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()) {
            return Ok(());
        }
        let reason = "it must be a country code of two capital letters";
        Err(invalid_member(pointer, reason))
    }
}
